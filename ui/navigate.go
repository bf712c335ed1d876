package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
	"dateline/ui/pane"
	"dateline/ui/saver"
)

// navigator moves the cursor and the focus, and opens sources and articles.
type navigator struct {
	*env
	*geometry
	sources   *sourceList
	headlines *headlineList
	article   *articleView
	marks     *marker
	session   *session
	jumps     *jumper
	accounts  *accounts
}

// move moves the focused pane's cursor, or scrolls the article.
func (n *navigator) move(by int) tea.Cmd {
	switch n.focus {
	case areaSources:
		if n.sources.Move(by) {
			return n.followSource()
		}
	case areaHeadlines:
		if n.headlines.List.Move(by) {
			return n.moved()
		}
	case areaArticle:
		n.article.Scroll(by)
	}
	return nil
}

// moved shows the article under the cursor after the headlines' cursor has moved.
func (n *navigator) moved() tea.Cmd {
	n.session.dirty = true
	return tea.Batch(n.headlines.wantMore(), n.article.preview())
}

// followSource shows the source under the cursor.
func (n *navigator) followSource() tea.Cmd {
	s, ok := n.sources.Selected()
	if !ok || s.Key == n.headlines.Source.Key && n.headlines.Search == nil {
		return nil
	}
	return n.headlines.open(s, 0)
}

// showRows shows new rows. If the cursor is on another item now, it shows that article.
func (n *navigator) showRows(msg rowsLoaded) tea.Cmd {
	change := n.headlines.take(msg)
	if change == rowsIgnored {
		return nil
	}
	return tea.Batch(n.showChange(change), n.headlines.wantCount(msg.how))
}

// showChange shows what new rows have changed.
func (n *navigator) showChange(change rowsChange) tea.Cmd {
	switch change {
	case rowsFailed:
		return n.article.preview()
	case rowsOpened:
		return tea.Batch(n.headlines.wantMore(), n.openArticle())
	case rowsMoved:
		return tea.Batch(n.headlines.wantMore(), n.article.preview())
	case rowsKept:
		if n.article.ID == 0 {
			return tea.Batch(n.headlines.wantMore(), n.article.preview())
		}
		return n.headlines.wantMore()
	}
	return nil
}

// halfPages moves by half pages.
func (n *navigator) halfPages(by int) tea.Cmd { return n.turn(by * max(n.pageRows()/2, 1)) }

// pages moves by pages, each with one row of the page before.
func (n *navigator) pages(by int) tea.Cmd { return n.turn(by * max(n.pageRows()-1, 1)) }

func (n *navigator) pageRows() int {
	switch n.focus {
	case areaSources:
		return n.sources.List.Height()
	case areaHeadlines:
		return n.headlines.List.Height()
	}
	return n.article.Height
}

// turn scrolls the focused pane by rows. The cursor moves with them.
func (n *navigator) turn(rows int) tea.Cmd {
	switch n.focus {
	case areaSources:
		if n.sources.Turn(rows) {
			return n.followSource()
		}
	case areaHeadlines:
		if n.headlines.List.Turn(rows) {
			return n.moved()
		}
	case areaArticle:
		n.article.Scroll(rows)
	}
	return nil
}

// pageDown moves by pages. At the end of an article it goes to the next unread
// one.
func (n *navigator) pageDown(by int) tea.Cmd {
	if n.focus == areaArticle && n.article.AtEnd() {
		return n.nextUnread(1)
	}
	return n.pages(by)
}

func (n *navigator) first() tea.Cmd {
	switch n.focus {
	case areaSources:
		n.sources.List.Go(0)
		return n.followSource()
	case areaArticle:
		n.article.Scroll(-n.article.Top)
		return nil
	}
	if !n.headlines.List.HeadLoaded() {
		return n.headlines.loadTop()
	}
	n.headlines.List.Go(0)
	return n.moved()
}

func (n *navigator) last() tea.Cmd {
	switch n.focus {
	case areaSources:
		n.sources.List.Go(n.sources.List.Len() - 1)
		return n.followSource()
	case areaArticle:
		n.article.ScrollToEnd()
		return nil
	}
	if n.headlines.List.TailLoaded() {
		n.headlines.List.Go(n.headlines.List.Len() - 1)
		return n.moved()
	}
	return n.headlines.loadEnd()
}

// setFocus moves the focus and rearranges the screen.
func (n *navigator) setFocus(a area) tea.Cmd {
	if a == n.focus {
		return nil
	}
	if n.focus == areaArticle {
		n.article.leave()
	}
	n.focus = a
	return n.rearranged()
}

// enter moves the focus to a pane and gives it the room: an article is open, or it is not.
func (n *navigator) enter(a area) tea.Cmd {
	n.reading = a == areaArticle
	if a == n.focus {
		return n.rearranged()
	}
	return n.setFocus(a)
}

// rearranged arranges the screen after the focus or an option has changed.
func (n *navigator) rearranged() tea.Cmd {
	n.session.dirty = true
	n.arrange()
	return n.article.reshow()
}

// nextPane moves the focus to the next pane. After the last pane comes the first.
func (n *navigator) nextPane(by int) tea.Cmd {
	next := area(((int(n.focus)+by)%3 + 3) % 3)
	hidden := n.noPreview && !n.reading && n.layout.shape != shapeSingle
	if next == areaArticle && (n.article.ID == 0 || hidden) {
		next = area(((int(next)+by)%3 + 3) % 3)
	}
	return n.setFocus(next)
}

// open goes one level in. Opening an article marks it read.
func (n *navigator) open() tea.Cmd {
	switch n.focus {
	case areaSources:
		if n.sources.OnRest() {
			return n.toggleNews()
		}
		return tea.Batch(n.followSource(), n.enter(areaHeadlines))
	case areaHeadlines:
		return n.openArticle()
	}
	return nil
}

// openArticle gives the article under the cursor the focus and marks it read.
func (n *navigator) openArticle() tea.Cmd {
	row, ok := n.headlines.List.Current()
	if !ok {
		n.status.say("nothing to open here")
		return nil
	}
	n.focus, n.reading = areaArticle, true
	n.arrange()
	cmd := n.article.preview()
	return tea.Batch(cmd, n.article.loadUnlessShown(), n.article.prefetchNext(), n.marks.mark([]int64{row.ID}, feed.Read, true, ""))
}

// reveal opens the current article if it is not on the screen.
func (n *navigator) reveal() tea.Cmd {
	if n.shows(areaArticle) {
		return nil
	}
	return n.openArticle()
}

// out goes one level out. At the top it quits.
func (n *navigator) out() tea.Cmd {
	switch {
	case n.focus == areaArticle && n.article.key.version == versionDiff:
		return n.toggleDiff()
	case n.focus == areaArticle, n.layout.strip && n.focus == areaHeadlines:
		return n.enter(areaHeadlines)
	case n.headlines.Search != nil || n.headlines.Filter != nil:
		return n.endSearch()
	case n.focus == areaHeadlines:
		return n.setFocus(areaSources)
	}
	return n.accounts.quit()
}

// escape stops a sequence of keys, a fetch or a refresh. If there is none, it goes one
// level out. It never quits.
func (m *Model) escape() tea.Cmd {
	switch {
	case m.keys.forget():
		return nil
	case m.jumps.finding():
		m.jumps.endFind()
		return nil
	case m.pageText.stop():
		m.status.say("stopped; the feed's own text stays")
		return nil
	case m.pictures.stop():
		m.status.say(m.withTips("stopped; no pictures", ", ", "toggle-images", "fetches them"))
		return nil
	case m.refresh.cancelable():
		m.refresh.stop()
		m.status.say("stopping the refresh; items that have arrived are saved")
		return nil
	case m.focus == areaSources:
		m.status.say(m.withTips("this is the top level", "; ", "out", "quits"))
		return nil
	}
	return m.navigate.out()
}

// neighbor goes to the next source, or in an article to the next article.
func (n *navigator) neighbor(by int) tea.Cmd {
	if n.focus == areaArticle {
		if !n.headlines.List.Move(by) {
			n.status.say(edgeText(by, "article here"))
			return nil
		}
		return tea.Batch(n.moved(), n.openArticle())
	}
	if !n.sources.Move(by) {
		n.status.say(edgeText(by, "source"))
		return nil
	}
	return n.followSource()
}

// edgeText returns that there is nothing more in a direction.
func edgeText(by int, what string) string {
	if by < 0 {
		return "this is the first " + what
	}
	return "this is the last " + what
}

// goTo goes to a source by its key.
func (n *navigator) goTo(key string) tea.Cmd {
	if !n.sources.Find(key) {
		return nil
	}
	s, _ := n.sources.Selected()
	return tea.Batch(n.headlines.open(s, 0), n.enter(areaHeadlines))
}

// goNew shows the new items of the last refresh.
func (n *navigator) goNew() tea.Cmd {
	s := pane.Source{Kind: pane.KindView, Key: pane.KeyNew, Name: "New since the last refresh", Query: pane.MustQuery("is:new")}
	return tea.Batch(n.headlines.open(s, 0), n.enter(areaHeadlines))
}

// goSources goes to the sources. It asks for them again: if feeds without news are hidden,
// those that have been read meanwhile are, too.
func (n *navigator) goSources() tea.Cmd {
	if n.sources.NewsOnly && n.focus != areaSources {
		n.sources.HideRead(true, n.headlines.Source.Key)
	}
	return n.setFocus(areaSources)
}

func sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}

// nextSource goes to the next source with unread items.
func (n *navigator) nextSource(by int) tea.Cmd {
	s, ok := n.sources.NextUnread(n.headlines.Source.Key, sign(by))
	if !ok {
		n.status.say("nothing else is unread")
		return nil
	}
	n.sources.Find(s.Key)
	return n.headlines.open(s, 0)
}

// nextUnread goes to the next unread item of the list, then to the next source
// that has one. During a search it goes to the next match, and in an article to the next
// place with the words that are looked for there.
func (n *navigator) nextUnread(by int) tea.Cmd {
	h := n.headlines
	if n.jumps.finding() {
		return n.jumps.walk(by)
	}
	if h.Search != nil || h.Filter != nil {
		if !h.List.Move(by) {
			n.status.say(n.withTips("no more hits", "; ", "escape", "ends "+h.sought()))
			return nil
		}
		return n.arrived()
	}
	rows := h.List.Rows()
	for i := h.List.Index() + sign(by); i >= 0 && i < len(rows); i += sign(by) {
		if !rows[i].Read {
			h.List.Go(i)
			return n.arrived()
		}
	}
	if by > 0 && !h.List.TailLoaded() || by < 0 && !h.List.HeadLoaded() {
		return n.findUnread(by)
	}
	return n.crossSource(by)
}

// arrived shows the item after a jump. If the article has the focus, the item is opened.
func (n *navigator) arrived() tea.Cmd {
	if n.focus == areaArticle {
		return tea.Batch(n.headlines.wantMore(), n.openArticle())
	}
	return n.moved()
}

// crossSource continues in the next source with unread items.
func (n *navigator) crossSource(by int) tea.Cmd {
	h := n.headlines
	s, ok := n.sources.NextUnread(h.Source.Key, sign(by))
	if !ok || h.Source.Kind == pane.KindView && h.Source.Key == pane.KeyUnread {
		n.status.say("nothing else is unread")
		return nil
	}
	n.sources.Find(s.Key)
	h.Source, h.Filter, h.FilterText = s, nil, ""
	ctx, generation := h.startQuery(n.now())
	return findRow(ctx, n.deps.Store, n.saver, h.view, generation, cache.Pos{}, by < 0, n.focus == areaArticle)
}

// rowFound brings the item to jump to; 0 if there is none.
type rowFound struct {
	generation int
	id         int64
	back       bool
	open       bool
	err        error
}

// findUnread finds the next unread item beyond the loaded rows.
func (n *navigator) findUnread(by int) tea.Cmd {
	h := n.headlines
	row, ok := h.List.Current()
	if !ok {
		return nil
	}
	return findRow(n.ctx, n.deps.Store, n.saver, h.view, h.generation, cache.Pos(row.Pos), by < 0, n.focus == areaArticle)
}

// findRow finds the first unread row of a view after a position or, if back is set,
// before it.
func findRow(ctx context.Context, store *cache.Store, s *saver.Saver, v cache.View, generation int, from cache.Pos, back, open bool) tea.Cmd {
	return func() tea.Msg {
		_ = s.Drain(context.WithoutCancel(ctx))
		result := rowFound{generation: generation, back: back, open: open}
		// Without the time of opening, rows that were read since do not count as unread.
		v.Query, v.Opened = v.Query.And(pane.MustQuery("is:unread")), time.Time{}
		var rows []cache.Row
		if back {
			rows, result.err = store.Before(ctx, v, from, 1)
		} else {
			rows, result.err = store.After(ctx, v, from, 1)
		}
		if len(rows) > 0 {
			result.id = rows[0].ID
		}
		return result
	}
}

// goFound goes to the item that a jump found.
func (n *navigator) goFound(msg rowFound) tea.Cmd {
	h := n.headlines
	if msg.generation != h.generation {
		return nil
	}
	if msg.err != nil {
		n.status.fail(userMessage(msg.err))
		return nil
	}
	if msg.id == 0 && h.Loaded {
		if msg.back {
			return n.crossSource(-1)
		}
		return n.crossSource(1)
	}
	how := replaceRows
	if msg.open && msg.id != 0 {
		how = openRows
	}
	ctx, generation := h.restartQuery()
	return loadRows(ctx, n.deps.Store, n.saver, h.view, generation, how, msg.id, h.windowSize())
}
