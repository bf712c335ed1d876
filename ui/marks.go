package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/text"
	"dateline/ui/pane"
	"dateline/ui/saver"
)

// marker marks items. The screen shows a mark at once. The database is written in the
// background.
type marker struct {
	*env
	sources   *sourceList
	headlines *headlineList
	article   *articleView
	selected  *selection
	// unsaved is the message about a failed write; empty if everything is saved.
	unsaved string
	// retrying reports whether a failed write is about to be tried again.
	retrying bool
	// undoable reports whether there is a change to undo, as far as the screen knows.
	undoable bool
}

// saved brings the changes that were written, and the error that stopped the writing.
type saved struct {
	outcomes []saver.Outcome
	err      error
}

// retryPassed reports that retryAfter has passed since a failed write.
type retryPassed struct{}

// retryAfter is how soon a failed write is tried again.
const retryAfter = 2 * time.Second

// mark sets a flag on items. done is shown in the status line; if it is empty, nothing is
// shown.
func (k *marker) mark(ids []int64, flag feed.Flag, on bool, done string) tea.Cmd {
	if !k.show(ids, flag, on) {
		return nil
	}
	if done != "" {
		k.status.say(k.withTips(done, ", ", "undo", "undoes"))
	}
	return k.save(cache.MarkItems{{Items: ids, Flag: flag, On: on, At: k.now()}})
}

// show changes the items on the screen and reports whether any item changed.
func (k *marker) show(ids []int64, flag feed.Flag, on bool) bool {
	set := make(map[int64]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	changed := false
	rows := k.headlines.List.Rows()
	for i := range rows {
		if set[rows[i].ID] && setFlag(&rows[i].Item, flag, on) {
			changed = true
			k.count(rows[i].Item, flag, on)
			delete(set, rows[i].ID)
		}
	}
	if a := k.article; a.ID != 0 && set[a.ID] && setFlag(&a.Item, flag, on) {
		changed = true
		k.count(a.Item, flag, on)
	} else if a.ID != 0 && slices.Contains(ids, a.ID) {
		setFlag(&a.Item, flag, on)
	}
	if changed {
		k.sources.Recount()
		k.headlines.sync()
	}
	return changed
}

// count updates the counts on the screen.
func (k *marker) count(i feed.Item, flag feed.Flag, on bool) {
	switch {
	case flag == feed.Read && on:
		k.sources.Adjust(i.Feed, -1)
		k.sources.AdjustToday(i.Date, k.now(), -1)
	case flag == feed.Read:
		k.sources.Adjust(i.Feed, 1)
		k.sources.AdjustToday(i.Date, k.now(), 1)
	case flag == feed.Starred && on:
		k.sources.Counts.Starred++
	case flag == feed.Starred:
		k.sources.Counts.Starred--
	}
}

// setFlag sets a flag on an item and reports whether that changed it.
func setFlag(i *feed.Item, flag feed.Flag, on bool) bool {
	var field *bool
	switch flag {
	case feed.Read:
		field = &i.Read
	case feed.Starred:
		field = &i.Starred
	case feed.Hidden:
		field = &i.Hidden
	default:
		return false
	}
	changed := *field != on
	*field = on
	return changed
}

func (k *marker) toggleRead() tea.Cmd {
	i, _ := k.selected.item()
	done := "marked read"
	if i.Read {
		done = "marked unread"
	}
	return k.mark([]int64{i.ID}, feed.Read, !i.Read, done)
}

func (k *marker) toggleStar() tea.Cmd {
	i, _ := k.selected.item()
	done := "starred"
	if i.Starred {
		done = "star removed"
	}
	return k.mark([]int64{i.ID}, feed.Starred, !i.Starred, done)
}

// toggleHidden hides the item, or unhides it.
func (k *marker) toggleHidden() tea.Cmd {
	i, _ := k.selected.item()
	done := "hidden"
	if i.Hidden {
		done = "no longer hidden"
	}
	return k.mark([]int64{i.ID}, feed.Hidden, !i.Hidden, done)
}

// readAll marks all items of the list read. Items that arrive after the key stay unread.
func (k *marker) readAll() tea.Cmd {
	view, at := k.headlines.view, k.now()
	k.showRead(func(int) bool { return true })
	return k.save(cache.MarkView{View: view, Mark: feed.Mark{Flag: feed.Read, On: true, At: at}})
}

func (k *marker) readAbove() tea.Cmd { return k.readFrom(true) }
func (k *marker) readBelow() tea.Cmd { return k.readFrom(false) }

// readFrom marks everything above or below the selected row read.
func (k *marker) readFrom(above bool) tea.Cmd {
	h := k.headlines
	row, ok := h.List.Current()
	if !ok {
		return nil
	}
	at := h.List.Index()
	k.showRead(func(i int) bool { return above && i < at || !above && i > at })
	return k.save(cache.MarkBeside{
		View: h.view, From: cache.Pos(row.Pos), Above: above,
		Mark: feed.Mark{Flag: feed.Read, On: true, At: k.now()},
	})
}

// showRead shows loaded rows as read. The counts are read from the database afterwards.
func (k *marker) showRead(which func(int) bool) {
	rows := k.headlines.List.Rows()
	for i := range rows {
		if which(i) {
			rows[i].Read = true
			if rows[i].ID == k.article.ID {
				k.article.Item.Read = true
			}
		}
	}
}

func (k *marker) undo() tea.Cmd { return k.save(cache.UndoLast{At: k.now()}) }
func (k *marker) redo() tea.Cmd { return k.save(cache.RedoLast{At: k.now()}) }

// readDown marks the item read and moves down.
func (n *navigator) readDown() tea.Cmd {
	i, _ := n.marks.selected.item()
	cmd := n.marks.mark([]int64{i.ID}, feed.Read, true, "marked read")
	if !n.headlines.List.Move(1) {
		return cmd
	}
	if n.focus == areaArticle {
		return tea.Batch(cmd, n.headlines.wantMore(), n.openArticle())
	}
	return tea.Batch(cmd, n.moved())
}

// hide hides the item and moves the cursor to its neighbor.
func (n *navigator) hide() tea.Cmd {
	cmd := n.marks.toggleHidden()
	if n.focus == areaArticle {
		n.focus, n.reading = areaHeadlines, false
		n.arrange()
	}
	if !n.headlines.List.Move(1) {
		n.headlines.List.Move(-1)
	}
	return tea.Batch(cmd, n.headlines.reload())
}

// markAllRead marks all items of the list read and goes to the next source with unread
// items.
func (n *navigator) markAllRead() tea.Cmd {
	h := n.headlines
	if h.List.Len() == 0 {
		n.status.say("nothing to mark: the list is empty")
		return nil
	}
	cmd := n.marks.readAll()
	if h.Search != nil || h.Source.Key == pane.KeyUnread {
		return cmd
	}
	for _, url := range h.Source.Feeds {
		n.sources.Adjust(url, -n.sources.Counts.Feeds[url].Unread)
	}
	n.sources.Recount()
	h.sync()
	if s, ok := n.sources.NextUnread(h.Source.Key, 1); ok && h.Filter == nil {
		n.sources.Find(s.Key)
		return tea.Batch(cmd, h.open(s, 0))
	}
	return cmd
}

// showSaved shows the result of the last changes. It updates the counts and, after an
// undo or redo, the list.
func (m *Model) showSaved(msg saved) tea.Cmd {
	reload, counted := m.marks.showOutcomes(msg.outcomes)
	cmds := []tea.Cmd{m.accounts.marked(msg.outcomes)}
	var crash *feed.PanicError
	if errors.As(msg.err, &crash) {
		m.status.fail(crash.UserMessage())
		return tea.Batch(append(cmds, m.sources.loadCounts(), m.headlines.reload())...)
	}
	if msg.err != nil {
		return tea.Batch(append(cmds, m.marks.failed(msg.err))...)
	}
	m.marks.succeeded()
	if counted {
		cmds = append(cmds, m.sources.loadCounts())
	}
	if reload {
		cmds = append(cmds, m.headlines.reload())
	}
	return tea.Batch(cmds...)
}

// showOutcomes shows the results of changes. It reports whether the list and the counts
// must be loaded again. If a mark changed nothing, another process has marked the items
// meanwhile, and the screen shows what the mark should have done.
func (k *marker) showOutcomes(outcomes []saver.Outcome) (reload, counted bool) {
	for _, o := range outcomes {
		counted = counted || o.N > 0
		switch o.Change.(type) {
		case cache.MarkItems:
			counted, reload = true, reload || o.N == 0
			k.undoable = true
		case cache.UndoLast:
			reload = k.showStep("undo", o) || reload
		case cache.RedoLast:
			reload = k.showStep("redo", o) || reload
		case cache.MarkView, cache.MarkBeside:
			if o.N == 0 {
				counted, reload = true, true
				k.status.say("nothing to mark: no unread items there")
			} else {
				k.undoable = true
				k.status.say(k.withTips("marked "+text.Number(o.N)+" read", ", ", "undo", "undoes"))
			}
		}
	}
	return reload, counted
}

// showStep shows what an undo or redo changed and reports whether it did anything.
func (k *marker) showStep(what string, o saver.Outcome) bool {
	if k.undoable = what == "redo" || !o.Nothing; o.Nothing {
		k.status.say("nothing to " + what)
		return false
	}
	if o.N == 0 {
		k.status.say(what + ": nothing to change, the items were marked again since")
		return true
	}
	k.show(o.Step.Items, o.Step.Flag, o.Step.On)
	k.status.say(k.stepText(what, o.Step))
	return true
}

// stepText returns what an undo or redo has changed.
func (k *marker) stepText(what string, s cache.Step) string {
	state := map[feed.Flag][2]string{
		feed.Read:    {"now unread", "now read"},
		feed.Starred: {"no longer starred", "now starred"},
		feed.Hidden:  {"no longer hidden", "now hidden"},
		feed.Snooze:  {"no longer snoozed", "now snoozed"},
		feed.Label:   {"now without the label " + s.Label, "now labelled " + s.Label},
	}[s.Flag]
	now := state[0]
	if s.On {
		now = state[1]
	}
	done := fmt.Sprintf("%s: %s %s", strings.Replace(what, "do", "done", 1), text.Plural(s.N, "item"), now)
	if what == "redo" {
		return k.withTips(done, ", ", "undo", "undoes")
	}
	return k.withTips(done, ", ", "redo", "redoes")
}

// failed reports a change that could not be written, once for each reason. The write is
// tried again after retryAfter.
func (k *marker) failed(err error) tea.Cmd {
	if errors.Is(err, cache.ErrReplaced) {
		k.unsaved = userMessage(err)
		k.status.fail(k.unsaved)
		return nil
	}
	if reason := userMessage(err); reason != k.unsaved {
		k.unsaved = reason
		k.status.fail("not saved: " + reason + "; your changes are kept and dateline retries")
	}
	if k.retrying {
		return nil
	}
	k.retrying = true
	return k.after(k.ctx, retryAfter, func(time.Time) tea.Msg { return retryPassed{} })
}

func (k *marker) retry() tea.Cmd {
	k.retrying = false
	drain := k.drain()
	return func() tea.Msg {
		if msg := drain(); msg != nil {
			return msg
		}
		return saved{} // nothing was left but to write to the disk
	}
}

// succeeded reports that everything is saved, if a failed write was reported before.
func (k *marker) succeeded() {
	if k.unsaved != "" && !k.saver.Unsaved() {
		k.unsaved = ""
		k.status.say("your changes are saved")
	}
}
