package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// lastClick tells a double click from two single ones.
type lastClick struct {
	x, y int
	at   time.Time
}

// dragging is the border that the mouse holds; zero means none.
type dragging int

const (
	dragNone dragging = iota
	dragSources
	dragHeadlines
	dragRule
)

const doubleClick = 400 * time.Millisecond

// wheelLines is how far one notch of the wheel scrolls.
const wheelLines = 3

func (m *Model) paneAt(x, y int) (pane, bool) {
	for p, r := range m.layout.panes {
		if r.contains(x, y) {
			return pane(p), true
		}
	}
	return 0, false
}

// clicked selects what was clicked; a double click opens it.
func (m *Model) clicked(c tea.Mouse) tea.Cmd {
	m.begin()
	if c.Button != tea.MouseLeft || m.prompt != nil {
		return nil
	}
	if m.sheet != nil {
		m.sheet = nil
		return nil
	}
	if m.drag = m.borderAt(c.X, c.Y); m.drag != dragNone {
		return nil
	}
	p, ok := m.paneAt(c.X, c.Y)
	if !ok {
		return nil
	}
	now := m.now()
	double := m.click.x == c.X && m.click.y == c.Y && now.Sub(m.click.at) < doubleClick
	m.click = lastClick{c.X, c.Y, now}
	cmds := []tea.Cmd{m.setFocus(p), m.selectAt(p, c.Y-m.layout.panes[p].y)}
	if double && p != paneArticle {
		cmds = append(cmds, m.open())
	}
	return tea.Batch(cmds...)
}

// selectAt puts the cursor on the row drawn at a line of a pane.
func (m *Model) selectAt(p pane, y int) tea.Cmd {
	switch p {
	case paneSources:
		i := m.sources.list.Top() + y - sourcesHead
		rows := m.sources.list.Rows()
		if y >= sourcesHead && i < len(rows) && rows[i].kind != sourceGap {
			m.sources.list.Go(i)
			return m.followSource()
		}
	case paneHeadlines:
		h := &m.headlines
		i := h.list.Top() + (y-h.headLines)/h.rowHeight()
		if y >= h.headLines && i < h.list.Len() {
			h.list.Go(i)
			return m.moved()
		}
	}
	return nil
}

// wheeled scrolls the pane under the mouse.
func (m *Model) wheeled(w tea.Mouse) tea.Cmd {
	n := wheelLines
	m.idle.key = m.now()
	switch w.Button {
	case tea.MouseWheelUp:
		n = -n
	case tea.MouseWheelDown:
	default:
		return nil
	}
	if m.sheet != nil {
		m.sheet.move(n)
		return nil
	}
	p, ok := m.paneAt(w.X, w.Y)
	if !ok {
		return nil
	}
	switch p {
	case paneSources:
		m.sources.list.Scroll(n)
		m.sources.skipGap(sign(n))
		return m.followSource()
	case paneHeadlines:
		m.headlines.list.Scroll(sign(n) * max(wheelLines/m.headlines.rowHeight(), 1))
		return m.moved()
	}
	m.article.scroll(n)
	return nil
}

func (m *Model) borderAt(x, y int) dragging {
	l := m.layout
	switch {
	case x == l.column[0]:
		return dragSources
	case x == l.column[1]:
		return dragHeadlines
	case y == l.rule && l.rule >= 0 && x > l.column[0]:
		return dragRule
	}
	return dragNone
}

// dragged moves the border that is held.
func (m *Model) dragged(d tea.Mouse) tea.Cmd {
	switch m.drag {
	case dragNone:
		return nil
	case dragSources:
		m.splits.Sources = max(d.X, 1)
	case dragHeadlines:
		m.splits.Headlines = max(d.X-m.layout.panes[paneHeadlines].x, 1)
	case dragRule:
		m.splits.Stack = max(d.Y, 1)
	}
	m.session.dirty = true
	m.arrange()
	return nil
}

// released renders the article for the width that was dragged to.
func (m *Model) released() tea.Cmd {
	if m.drag == dragNone {
		return nil
	}
	m.drag = dragNone
	return tea.Batch(m.reshow(), m.wantMore())
}
