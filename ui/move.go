package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
)

// move moves the focused pane's cursor, or scrolls the article.
func (m *Model) move(n int) tea.Cmd {
	switch m.focus {
	case paneSources:
		if m.sources.move(n) {
			return m.followSource()
		}
	case paneHeadlines:
		if m.headlines.list.Move(n) {
			return m.moved()
		}
	case paneArticle:
		m.article.scroll(n)
	}
	return nil
}

// moved follows a move of the headlines' cursor.
func (m *Model) moved() tea.Cmd {
	m.session.dirty = true
	return tea.Batch(m.wantMore(), m.preview())
}

// followSource shows the source under the cursor.
func (m *Model) followSource() tea.Cmd {
	s, ok := m.sources.selected()
	if !ok || s.key == m.headlines.source.key && m.headlines.search == nil {
		return nil
	}
	return m.openSource(s, 0)
}

// halfPages moves by n half pages.
func (m *Model) halfPages(n int) tea.Cmd {
	return m.move(n * max(m.pageRows()/2, 1))
}

func (m *Model) pageRows() int {
	switch m.focus {
	case paneSources:
		return m.sources.list.Height()
	case paneHeadlines:
		return m.headlines.list.Height()
	}
	return max(m.article.height-2, 2)
}

// pageDown pages, and at the end of an article goes on to the next unread one.
func (m *Model) pageDown(n int) tea.Cmd {
	if m.focus == paneArticle && m.article.atEnd() {
		return m.nextUnread(1)
	}
	return m.halfPages(2 * n)
}

func (m *Model) first() tea.Cmd {
	switch m.focus {
	case paneSources:
		m.sources.list.Go(0)
		return m.followSource()
	case paneArticle:
		m.article.scroll(-m.article.top)
		return nil
	}
	h := &m.headlines
	if !h.list.HeadLoaded() {
		return m.askTop()
	}
	h.list.Go(0)
	return m.moved()
}

// askTop loads the same view from its top, and keeps what was read in it.
func (m *Model) askTop() tea.Cmd {
	h := &m.headlines
	ctx, gen := m.askAgain()
	return loadRows(ctx, m.saver, h.view, gen, replaceRows, 0, windowSize(h.list.Height()))
}

func (m *Model) last() tea.Cmd {
	switch m.focus {
	case paneSources:
		m.sources.list.Go(m.sources.list.Len() - 1)
		return m.followSource()
	case paneArticle:
		m.article.scroll(m.article.scrollable())
		return nil
	}
	h := &m.headlines
	if h.list.TailLoaded() {
		h.list.Go(h.list.Len() - 1)
		return m.moved()
	}
	ctx, gen := m.askAgain()
	return loadEnd(ctx, m.saver, h.view, gen, windowSize(h.list.Height()))
}

// setFocus moves the focus and the screen with it.
func (m *Model) setFocus(p pane) tea.Cmd {
	if p == m.focus {
		return nil
	}
	if m.focus == paneArticle {
		m.leaveArticle()
	}
	m.focus = p
	m.session.dirty = true
	before := m.measure()
	m.arrange()
	if m.measure() != before || p == paneArticle {
		return m.reshow()
	}
	return nil
}

// turnPane moves the focus round the panes.
func (m *Model) turnPane(n int) tea.Cmd {
	next := pane(((int(m.focus)+n)%3 + 3) % 3)
	if next == paneArticle && m.article.id == 0 {
		next = pane(((int(next)+n)%3 + 3) % 3)
	}
	return m.setFocus(next)
}

// open goes one level in; opening an article marks it read.
func (m *Model) open() tea.Cmd {
	switch m.focus {
	case paneSources:
		return tea.Batch(m.followSource(), m.setFocus(paneHeadlines))
	case paneHeadlines:
		return m.openArticle()
	}
	return nil
}

// openArticle gives the article under the cursor the focus and marks it read.
func (m *Model) openArticle() tea.Cmd {
	row, ok := m.headlines.list.Current()
	if !ok {
		m.status.say("there is nothing to open")
		return nil
	}
	m.focus = paneArticle
	m.arrange()
	cmd := m.preview()
	return tea.Batch(cmd, m.loadUnlessShown(), m.prefetchNext(), m.markRows([]int64{row.ID}, feed.Read, true, ""))
}

// loadUnlessShown loads the article at once, without waiting for a rest.
func (m *Model) loadUnlessShown() tea.Cmd {
	m.article.gen++
	if m.article.loaded && m.article.page.whole {
		return loadPosition(m.ctx, m.deps.Store, m.article.id)
	}
	return m.loadShown()
}

// out goes one level out; at the top it quits.
func (m *Model) out() tea.Cmd {
	switch {
	case m.focus == paneArticle && m.article.key.version == versionDiff:
		return m.toggleDiff()
	case m.focus == paneArticle:
		return m.setFocus(paneHeadlines)
	case m.headlines.search != nil || m.headlines.filter != nil:
		return m.endSearch()
	case m.focus == paneHeadlines:
		return m.setFocus(paneSources)
	}
	return m.quit()
}

// escape stops what is going on before it goes out, and never quits.
func (m *Model) escape() tea.Cmd {
	switch {
	case len(m.typed) > 0 || m.count > 0:
		m.typed, m.count = nil, 0
		return nil
	case m.stopFetching():
		m.status.say("stopped; the feed's own text stays")
		return nil
	case m.refresh.cancelable():
		m.refresh.stop()
		m.status.say("stopping the refresh; what has arrived is kept")
		return nil
	case m.focus == paneSources:
		m.status.say("q quits")
		return nil
	}
	return m.out()
}

func (m *Model) quit() tea.Cmd { return tea.Quit }

// neighbour is the next source, or in an article the next article.
func (m *Model) neighbour(n int) tea.Cmd {
	if m.focus == paneArticle {
		if !m.headlines.list.Move(n) {
			m.status.say(edgeWords(n, "article here"))
			return nil
		}
		return tea.Batch(m.moved(), m.openArticle())
	}
	if !m.sources.move(n) {
		m.status.say(edgeWords(n, "source"))
		return nil
	}
	return m.followSource()
}

// edgeWords say that there is nothing further in a direction.
func edgeWords(n int, what string) string {
	if n < 0 {
		return "this is the first " + what
	}
	return "this is the last " + what
}

// nextSource goes to the next source with unread items.
func (m *Model) nextSource(n int) tea.Cmd {
	s, ok := m.sources.nextUnread(m.headlines.source.key, sign(n))
	if !ok {
		m.status.say("nothing else is unread")
		return nil
	}
	m.sources.find(s.key)
	return m.openSource(s, 0)
}

func sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}

// nextUnread goes to the next unread item of the list, then to the next source
// that has one. During a search it walks the hits.
func (m *Model) nextUnread(n int) tea.Cmd {
	h := &m.headlines
	if h.search != nil {
		if !h.list.Move(n) {
			m.status.say("no more hits; Esc ends the search")
			return nil
		}
		return m.arrived()
	}
	rows := h.list.Rows()
	for i := h.list.Index() + sign(n); i >= 0 && i < len(rows); i += sign(n) {
		if !rows[i].Read {
			h.list.Go(i)
			return m.arrived()
		}
	}
	if n > 0 && !h.list.TailLoaded() || n < 0 && !h.list.HeadLoaded() {
		return m.findUnread(n)
	}
	return m.crossSource(n)
}

// arrived follows a jump: in an article the new one is opened.
func (m *Model) arrived() tea.Cmd {
	if m.focus == paneArticle {
		return tea.Batch(m.wantMore(), m.openArticle())
	}
	return m.moved()
}

// crossSource goes on in the next source with unread items.
func (m *Model) crossSource(n int) tea.Cmd {
	s, ok := m.sources.nextUnread(m.headlines.source.key, sign(n))
	if !ok || m.headlines.source.kind == sourceView && m.headlines.source.key == keyUnread {
		m.status.say("nothing else is unread")
		return nil
	}
	m.sources.find(s.key)
	h := &m.headlines
	reading := m.focus == paneArticle
	h.source, h.filter, h.filterText = s, nil, ""
	ctx, gen := h.ask(m.ctx, m.now())
	return findRow(ctx, m.saver, h.view, gen, cache.Pos{}, n < 0, reading)
}

// rowFound answers a jump with the item to go to; zero when there is none.
type rowFound struct {
	gen  int
	id   int64
	back bool
	open bool
	err  error
}

// findUnread looks beyond the loaded rows.
func (m *Model) findUnread(n int) tea.Cmd {
	row, ok := m.headlines.list.Current()
	if !ok {
		return nil
	}
	return findRow(m.ctx, m.saver, m.headlines.view, m.headlines.gen, row.Pos, n < 0, m.focus == paneArticle)
}

// findRow finds the first unread row of a view after a place, or before it.
func findRow(ctx context.Context, s *saver, v cache.View, gen int, from cache.Pos, back, open bool) tea.Cmd {
	return func() tea.Msg {
		_ = s.drain(context.WithoutCancel(ctx))
		answer := rowFound{gen: gen, back: back, open: open}
		// With no instant of opening, rows read since do not count as unread.
		v.Query, v.Opened = v.Query.And(mustQuery("is:unread")), time.Time{}
		var rows []cache.Row
		if back {
			rows, answer.err = s.store.Before(ctx, v, from, 1)
		} else {
			rows, answer.err = s.store.After(ctx, v, from, 1)
		}
		if len(rows) > 0 {
			answer.id = rows[0].ID
		}
		return answer
	}
}

// goFound goes to the item that a jump found.
func (m *Model) goFound(msg rowFound) tea.Cmd {
	h := &m.headlines
	if msg.gen != h.gen {
		return nil
	}
	if msg.err != nil {
		m.status.fail(sentence(msg.err))
		return nil
	}
	if msg.id == 0 && h.loaded {
		if msg.back {
			return m.crossSource(-1)
		}
		return m.crossSource(1)
	}
	how := replaceRows
	if msg.open && msg.id != 0 {
		how = openRows
	}
	ctx, gen := m.askAgain()
	return loadRows(ctx, m.saver, h.view, gen, how, msg.id, windowSize(h.list.Height()))
}
