package ui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
	"dateline/ui/pane"
	"dateline/ui/style"
)

// refresher runs refreshes and waits for the next due feed. A refresh is started by a key
// or when a feed is due. One refresh runs at a time.
type refresher struct {
	*env
	sources   *sourceList
	headlines *headlineList
	session   *session
	notifier  *notifier

	running bool
	// byKey reports whether the user has started the refresh.
	byKey bool
	// stopped reports whether the user has stopped the refresh. cut counts the accounts
	// whose sync that has interrupted.
	stopped bool
	cut     int
	// generation numbers the refreshes.
	generation  int
	done, total int
	// fresh and edited count items, failed counts feeds and failedAccounts accounts. sent
	// and taken count the marks that were sent to accounts, and those that came from them.
	fresh, edited, failed, failedAccounts, sent, taken int
	// ofAccounts counts the new and edited items of the feeds of each account.
	ofAccounts map[string]int
	// remark is the message about a feed that has moved or has given items new IDs.
	remark    string
	lastError string
	// offline is the message about a network problem; empty if there is none.
	// offlineShown reports whether the user has seen it.
	offline      string
	offlineShown bool
	// clock is the message that the clock of this computer is wrong; empty if it is
	// right. clockShown reports whether the user has seen it.
	clock      string
	clockShown bool
	// warning is the message about the subscriptions as a whole; empty if there is none.
	// warned is the message that the user has seen.
	warning, warned string
	// held is the message about changes of an account that are held back; empty if there
	// are none. heldShown is the one that the user has seen.
	held, heldShown string
	// broken is the error that ended the last refresh; empty if there was none. It is
	// shown once, although the refresh is tried again every minute.
	broken string
	// result is what the last refresh brought, shown until the next key.
	result string
	cancel context.CancelFunc
	// loaded is when the rows and counts were last loaded.
	loaded time.Time
	ended  sync.WaitGroup
	next   dueWait
}

// reported brings the reports of a refresh since the last message.
type reported struct {
	generation int
	reports    []feed.Report
	ended      bool
	err        error
	next       tea.Cmd
}

// reloadEvery is the shortest time between two reloads of the screen during a refresh.
const reloadEvery = 250 * time.Millisecond

func (r *refresher) cancelable() bool { return r.running && r.byKey }

func (r *refresher) stop() {
	r.stopped = true
	if r.cancel != nil {
		r.cancel()
	}
}

// wait waits until no refresh is running.
func (r *refresher) wait() { r.ended.Wait() }

// start starts a refresh unless one is running.
func (r *refresher) start(request feed.RefreshRequest, byKey bool) tea.Cmd {
	if r.running {
		if byKey {
			r.byKey = true
			r.status.say("a refresh is running already")
		}
		return nil
	}
	request.AfterSleep = r.next.late(r.now())
	r.next = dueWait{generation: r.next.generation}
	ctx, cancel := context.WithCancel(r.ctx)
	r.stopped, r.cut = false, 0
	r.running, r.byKey, r.cancel, r.generation = true, byKey, cancel, r.generation+1
	r.done, r.total, r.fresh, r.edited, r.failed, r.failedAccounts, r.sent, r.taken = 0, 0, 0, 0, 0, 0, 0, 0
	r.ofAccounts = map[string]int{}
	r.lastError, r.result, r.remark, r.offline, r.clock, r.warning, r.held = "", "", "", "", "", "", ""
	reports, finished := make(chan feed.Report, 64), make(chan error, 1)
	source, record := r.deps.Source, r.deps.Crashed
	r.ended.Add(1)
	go func() {
		defer r.ended.Done()
		var err error
		crash := feed.Recover("refreshing", record, func() {
			err = source.Refresh(ctx, request, func(x feed.Report) {
				select {
				case reports <- x:
				case <-ctx.Done():
				}
			})
		})
		if crash != nil {
			err = crash
		}
		cancel()
		close(reports)
		finished <- err
	}()
	return waitReports(r.generation, reports, finished)
}

// startShown refreshes the feeds of the source that is shown, or syncs its account.
func (r *refresher) startShown() tea.Cmd {
	s := r.headlines.Source
	switch s.Kind {
	case pane.KindFeed:
		return r.start(requestFor(*s.Feed), true)
	case pane.KindTag, pane.KindAccount:
		if s.Account != "" {
			return r.start(feed.RefreshRequest{Accounts: []string{s.Account}}, true)
		}
		return r.start(feed.RefreshRequest{Feeds: s.Feeds}, true)
	}
	return r.startAll()
}

// requestFor returns the request to refresh a feed. The account of the feed is synced.
func requestFor(f feed.Feed) feed.RefreshRequest {
	request := feed.RefreshRequest{Feeds: []string{f.URL}}
	if f.Account != "" {
		request.Accounts = []string{f.Account}
	}
	return request
}

// startAll refreshes everything. Without feeds it does so, too: they may come from the sync
// folder.
func (r *refresher) startAll() tea.Cmd { return r.start(feed.RefreshRequest{}, true) }

// reportsEvery is how long reports are gathered, so that many feeds need only a few frames
// a second and keys do not wait.
const reportsEvery = 100 * time.Millisecond

// waitReports waits for a report and gathers the reports that follow within reportsEvery.
// The last report of a refresh is returned at once.
func waitReports(generation int, reports <-chan feed.Report, finished <-chan error) tea.Cmd {
	return func() tea.Msg {
		msg := reported{generation: generation}
		x, open := <-reports
		enough := time.After(reportsEvery)
		for open {
			msg.reports = append(msg.reports, x)
			if x.Done < x.Total {
				select {
				case x, open = <-reports:
					continue
				case <-enough:
				}
			}
			msg.next = waitReports(generation, reports, finished)
			return msg
		}
		msg.ended, msg.err = true, <-finished
		return msg
	}
}

// take adds reports to the totals. It reports whether the refresh is over for the user.
// After the last feed it only indexes the new items.
func (r *refresher) take(msg reported) (over bool) {
	for _, x := range msg.reports {
		r.done, r.total = x.Done, x.Total
		r.add(x)
		r.note(x)
		r.notifier.waiting = append(r.notifier.waiting, x.Notify...)
		r.warning = x.Warning
		if x.Sync != nil && x.Status != feed.Failed {
			r.held = cmp.Or(x.Error, r.held)
		}
		if x.Offline {
			r.offline = x.Error
		}
		if x.ClockAhead != 0 {
			r.clock = schedule.ClockMessage(x.ClockAhead)
		}
		switch {
		case x.Status == feed.Failed && x.Sync != nil && r.stopped:
			r.cut++
		case x.Status == feed.Failed:
			r.failed++
			if x.Sync != nil {
				r.failedAccounts++
			}
			r.lastError = x.Error
		}
	}
	return r.running && (msg.ended || len(msg.reports) > 0 && r.done == r.total)
}

// add adds the counts of a report. The report of an account counts the items of its feeds
// again.
func (r *refresher) add(x feed.Report) {
	switch {
	case x.Sync != nil:
		if r.ofAccounts[x.Account] == 0 {
			r.fresh += x.New
			r.edited += x.Updated
		}
		r.sent += x.Sync.Sent
		r.taken += x.Sync.Taken
	default:
		r.fresh += x.New
		r.edited += x.Updated
		if x.Account != "" {
			r.ofAccounts[x.Account] += x.New + x.Updated
		}
	}
}

// showReports moves the progress bar. It loads the rows and counts again every reloadEvery
// and at the end.
func (m *Model) showReports(msg reported) tea.Cmd {
	r := &m.refresh
	if msg.generation != r.generation {
		return nil
	}
	over := r.take(msg)
	cmds := []tea.Cmd{msg.next}
	if over {
		r.end(msg.err)
		cmds = append(cmds, r.loadNextDue(), m.notifier.send(), m.accounts.load(true))
	}
	if !over && slices.ContainsFunc(msg.reports, func(x feed.Report) bool { return x.Sync != nil }) {
		// The state of an account is shown at once, although others take longer.
		cmds = append(cmds, m.accounts.load(false))
	}
	now := m.now()
	if r.done > 0 && (over || now.Sub(r.loaded) >= reloadEvery) || msg.err != nil {
		r.loaded = now
		cmds = append(cmds, m.sources.load())
		if r.fresh+r.edited+r.taken > 0 {
			cmds = append(cmds, m.headlines.reload())
		}
	}
	if over && r.edited > 0 {
		m.article.pages.forget()
	}
	return tea.Batch(cmds...)
}

// note sets remark if a feed has moved or has given items new IDs.
func (r *refresher) note(x feed.Report) {
	f, ok := r.sources.FeedOf(x.URL)
	if !ok {
		return
	}
	name := text.Clean(f.DisplayTitle())
	switch {
	case x.Reissued > 0:
		r.remark = name + " gave " + text.Plural(x.Reissued, "known item") + " new IDs; they keep your marks"
	case x.MovedTo != "" && schedule.NewAddress(f.Poll) == "":
		r.remark = r.withTips(name+" has moved permanently", "; ", "move-feed", "takes its new address", "problem-feeds", "lists such feeds")
	}
}

// end shows the result of a refresh.
func (r *refresher) end(err error) {
	stopped := r.done-r.cut < r.total
	r.running = false
	before := r.broken
	if r.broken = ""; err != nil && !errors.Is(err, context.Canceled) {
		r.broken = userMessage(err)
	}
	switch {
	case r.broken != "":
		if r.byKey || r.broken != before {
			r.status.fail(r.broken)
		}
	case stopped && r.byKey:
		r.status.clear()
		r.result = "stopped after " + text.Plural(r.done-r.cut, "feed") + ", " + text.Number(r.fresh) + " new"
	case r.fresh > 0:
		r.result = "+" + text.Number(r.fresh) + " new"
	case r.byKey && r.total == 0 && len(r.sources.Feeds)+len(r.sources.Accounts) == 0:
		r.status.say(r.withTips("there are no feeds yet", "; ", "add-feed", "subscribes to one"))
	case r.byKey && r.failed == 0 && r.sent+r.taken > 0:
		r.result = "nothing new; " + marksMoved(r.sent, r.taken)
	case r.byKey && r.failed == 0:
		r.result = "nothing new"
	}
	switch {
	case r.warning != "" && (r.byKey || r.warning != r.warned):
		r.status.fail(r.warning)
	case r.offline != "":
		if r.byKey || !r.offlineShown {
			r.status.fail(r.offline)
		}
	case r.clock != "" && !r.clockShown:
		r.status.fail(r.clock)
	case r.held != "" && (r.byKey || r.held != r.heldShown):
		r.status.fail(r.held)
	case r.remark != "" && (r.failed == 0 || !r.byKey):
		r.status.say(r.remark)
	case r.failed == 0:
	case r.failed == 1 && r.byKey:
		r.status.fail(r.lastError)
	case r.byKey || r.session.first && !r.session.touched:
		r.status.fail(r.withTips(r.failures()+" failed", "; ", "problem-feeds", "lists them with the reasons"))
	}
	r.noteShown()
}

// marksMoved returns how many marks were sent and received. One of them is not 0.
func marksMoved(sent, received int) string {
	switch {
	case received == 0:
		return text.Plural(sent, "mark") + " sent"
	case sent == 0:
		return text.Plural(received, "mark") + " received"
	}
	return text.Plural(sent, "mark") + " sent, " + text.Number(received) + " received"
}

// failures returns how many feeds and accounts failed.
func (r *refresher) failures() string {
	switch feeds := text.Plural(r.failed-r.failedAccounts, "feed"); r.failedAccounts {
	case 0:
		return feeds
	case r.failed:
		return text.Plural(r.failed, "account")
	default:
		return feeds + " and " + text.Plural(r.failedAccounts, "account")
	}
}

// noteShown records what the user has seen. A network problem ends with the first
// successful response. The clock is wrong until a refresh finds it right.
func (r *refresher) noteShown() {
	r.warned, r.heldShown = r.warning, r.held
	if r.done > r.failed {
		r.clockShown = r.clock != ""
	}
	switch {
	case r.offline != "":
		r.offlineShown = true
	case r.done > r.failed:
		r.offlineShown = false
	}
}

// progress returns the progress bar of a running refresh on a screen of w cells, or the
// result of the last refresh.
func (r *refresher) progress(w int, t style.Theme) string {
	room := 8
	switch {
	case !r.running:
		return r.result
	case r.total == 0 && r.byKey:
		return r.withTips("refreshing"+t.Glyphs.Ellipsis, " ", "escape", "stops")
	case r.total == 0:
		return ""
	}
	if w < 60 {
		room = 4
	}
	done := r.done * room / r.total
	bar := t.Glyphs.Left + strings.Repeat(t.Glyphs.Full, done) + strings.Repeat(t.Glyphs.Empty, room-done) + t.Glyphs.Right
	s := fmt.Sprintf("refreshing %d/%d %s", r.done, r.total, bar)
	if r.fresh > 0 {
		s += " +" + text.Number(r.fresh) + " new"
	}
	if r.byKey {
		s = r.withTips(s, " ", "escape", "stops")
	}
	return s
}

// dueWait is the wait for the next due feed.
type dueWait struct {
	// generation numbers the waits.
	generation int
	// due is when the wait ends and since when it began, by the time of day. The timer
	// of the wait stops while the computer sleeps, so it may end later.
	due, since time.Time
}

// lateness is how late a timer may be before the computer must have slept or its clock was
// set.
const lateness = time.Minute

// late reports whether the wait should have ended more than lateness ago. Then the computer
// has slept, and its network may not work yet.
func (w dueWait) late(now time.Time) bool {
	return !w.due.IsZero() && now.Round(0).Sub(w.due) > lateness
}

// setBack reports whether the wait began in the future, because the clock was set back.
func (w dueWait) setBack(now time.Time) bool { return w.since.Sub(now.Round(0)) > lateness }

// dueLoaded brings when the next feed is due; the zero time if no feed is.
type dueLoaded struct {
	generation int
	at         time.Time
}

// duePassed reports that a feed is due.
type duePassed struct{ generation int }

const (
	// duePause is the shortest time between two scheduled refreshes, so that a jumping
	// clock or a feed that is always due cannot make a loop.
	duePause = 2 * time.Second
	// dueRetry is the time until the next refresh if reading when a feed is due fails. A
	// busy database must not end the polling.
	dueRetry = time.Minute
)

// catchUp starts a refresh if a feed is due, but its timer has not fired, because the
// computer has slept. It is called with each tick, focus and key.
func (r *refresher) catchUp() tea.Cmd {
	switch {
	case r.running:
		return nil
	case r.next.late(r.now()):
		return r.start(feed.RefreshRequest{DueOnly: true}, false)
	case r.next.setBack(r.now()):
		return r.loadNextDue()
	}
	return nil
}

// loadNextDue loads when the next feed is due.
func (r *refresher) loadNextDue() tea.Cmd {
	r.next.generation++
	generation, ctx, source, retry := r.next.generation, r.ctx, r.deps.Source, r.now().Add(dueRetry)
	return func() tea.Msg {
		at, err := source.NextDue(ctx)
		if err != nil {
			return dueLoaded{generation, retry}
		}
		return dueLoaded{generation, at}
	}
}

// waitDue waits for the next due feed.
func (r *refresher) waitDue(msg dueLoaded) tea.Cmd {
	if msg.generation != r.next.generation {
		return nil
	}
	r.next = dueWait{generation: msg.generation}
	if msg.at.IsZero() {
		return nil
	}
	r.next.due, r.next.since = msg.at.Round(0), r.now().Round(0)
	return r.after(r.ctx, max(msg.at.Sub(r.now()), duePause), func(time.Time) tea.Msg { return duePassed{msg.generation} })
}

// startDue refreshes the feeds that are due.
func (r *refresher) startDue(msg duePassed) tea.Cmd {
	if msg.generation != r.next.generation || r.running {
		return nil
	}
	return r.start(feed.RefreshRequest{DueOnly: true}, false)
}
