package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
	"dateline/feed/text"
	"dateline/ui/frame"
)

// resize lays the screen out for a new size.
func (m *Model) resize(w, h int) tea.Cmd {
	m.width, m.height = w, h
	m.arrange()
	if m.prompt != nil {
		m.openPrompt(m.prompt)
	}
	return tea.Batch(m.reshow(), m.wantMore())
}

func (m *Model) arrange() {
	m.layout = arrange(max(m.width, 1), max(m.height, 2), m.deps.Settings.Layout, m.focus, m.zen, m.splits)
}

// reshow renders the article anew where its width has changed or it has come
// into sight.
func (m *Model) reshow() tea.Cmd {
	a := &m.article
	if a.id == 0 || m.layout.panes[paneArticle].w == 0 {
		return nil
	}
	key := m.pageKey(a.item)
	if key == a.key && a.loaded {
		return nil
	}
	at := -1
	if a.loaded && a.scrollable() > 0 {
		at = a.permille()
	}
	item := a.item
	*a = articlePane{id: a.id, item: item, key: key, chosen: a.chosen, gen: a.gen + 1, restore: at, height: a.height}
	if p, ok := m.pages.get(key); ok {
		a.page, a.loaded = p, true
		a.settle()
		return nil
	}
	return m.loadShown()
}

// setBackground chooses the colours for a dark or a light terminal.
func (m *Model) setBackground(dark bool) tea.Cmd {
	if s := m.deps.Settings.Theme; s == "dark" || s == "light" || dark == m.theme.dark {
		return nil
	}
	m.theme = newTheme(dark, m.deps.Settings.Icons)
	return m.reshow()
}

// View draws the screen; a message that changed nothing draws nothing.
func (m *Model) View() tea.View {
	if !m.dirty {
		return m.drawn
	}
	m.dirty = false
	var rows []frame.Row
	if crash := feed.Recover("drawing the screen", m.deps.Crashed, func() { rows = m.rows() }); crash != nil {
		m.fall(crash)
		return m.drawn
	}
	v := m.paint(rows)
	v.AltScreen = true
	v.ReportFocus = true
	v.WindowTitle = m.title()
	if m.deps.Settings.Mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	if m.refresh.running && m.refresh.total > 0 {
		v.ProgressBar = tea.NewProgressBar(tea.ProgressBarDefault, m.refresh.done*100/m.refresh.total)
	}
	if m.painter == nil || v.WindowTitle != m.drawn.WindowTitle || (v.ProgressBar == nil) != (m.drawn.ProgressBar == nil) ||
		v.ProgressBar != nil && *v.ProgressBar != *m.drawn.ProgressBar {
		m.pulse.beat()
	}
	m.drawn = v
	return v
}

// paint gives the rows to the painter, or to Bubble Tea where there is none. What
// stays to be drawn by Bubble Tea is an empty page: putting the screen up and
// down, and what is set beside it.
func (m *Model) paint(rows []frame.Row) tea.View {
	var cursor *tea.Cursor
	if m.prompt != nil {
		cursor = m.prompt.cursor(m.layout.status.y)
	}
	if m.painter == nil {
		v := tea.NewView(strings.Join(frame.Lines(rows), "\n"))
		v.Cursor = cursor
		return v
	}
	f := frame.Frame{Rows: rows}
	if cursor != nil {
		f.Cursor = &frame.Point{X: cursor.X, Y: cursor.Y}
	}
	if !m.knowsNothing() {
		m.painter.Show(f)
	}
	return tea.NewView(" ")
}

// knowsNothing says that the cache has not answered yet, and that there is nothing
// else to show: a frame would tell of no feeds and nothing unread.
func (m *Model) knowsNothing() bool {
	return !m.session.restored && !m.session.touched && !m.status.failed
}

// title is the terminal window's title.
func (m *Model) title() string {
	if n := m.sources.counts.Unread; n > 0 {
		return text.Clean("dateline (" + number(n) + ")")
	}
	return "dateline"
}

// rows draws the whole screen.
func (m *Model) rows() []frame.Row {
	if m.width == 0 {
		return nil
	}
	rows := m.page()
	if m.sheet != nil {
		rows = frame.Whole(m.sheet.over(frame.Lines(rows), m.width, m.theme))
	}
	return m.withStatus(rows)
}

// withStatus puts the status under the page; a long answer lies over the
// page's last lines, as long as a page is left.
func (m *Model) withStatus(page []frame.Row) []frame.Row {
	status := m.statusLines(m.width)
	return append(page[:max(len(page)+1-len(status), 0)], frame.Whole(status)...)
}

// page draws the panes side by side: everything above the status line.
func (m *Model) page() []frame.Row {
	l, t := m.layout, m.theme
	var drawn [3][]string
	for p := range drawn {
		if l.panes[p].w > 0 {
			drawn[p] = m.paneLines(pane(p))
		}
	}
	rows := make([]frame.Row, l.status.y)
	column := paint(t.dim, t.glyphs.column)
	for y := range rows {
		put := func(x int, text string) {
			if x > 0 {
				x, text = x-1, column+text
			}
			rows[y] = append(rows[y], frame.Piece{X: x, Text: text})
		}
		for _, p := range []pane{paneSources, paneHeadlines, paneArticle} {
			if r := l.panes[p]; r.w > 0 && y >= r.y && y < r.y+r.h {
				put(r.x, drawn[p][y-r.y])
			}
		}
		if r := l.panes[paneHeadlines]; y == l.rule {
			put(r.x, paint(t.dim, strings.Repeat(t.glyphs.rule, r.w)))
		}
	}
	return rows
}

func (m *Model) paneLines(p pane) []string {
	r, t, now := m.layout.panes[p], m.theme, m.now()
	focused := m.focus == p && m.sheet == nil
	switch p {
	case paneSources:
		return m.sources.render(r, t, focused)
	case paneHeadlines:
		return m.headlines.render(r, t, focused, m.shownFeed(), now, m.emptyWords())
	}
	return m.article.render(r, t, focused, now, m.articleNotes())
}

// shownFeed is the feed whose header the headlines carry; nil when they come
// from many.
func (m *Model) shownFeed() *feed.Feed {
	if h := &m.headlines; h.search == nil && h.source.kind == sourceFeed {
		return h.source.feed
	}
	return nil
}
