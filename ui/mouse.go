package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/ui/mode"
	"dateline/ui/pane"
)

// pointer holds the last click and the border that is being dragged.
type pointer struct {
	// x, y and at are the cell and the time of the last click. They distinguish a
	// double click from two single clicks.
	x, y int
	at   time.Time
	// border is the border that is being dragged.
	border paneBorder
}

// paneBorder is a line between two panes that can be dragged.
type paneBorder int

const (
	borderNone paneBorder = iota
	borderSources
	borderHeadlines
	borderRule
)

// doubleClick is the longest time between the two clicks of a double click.
const doubleClick = 400 * time.Millisecond

// wheelLines is how many lines one notch of the wheel scrolls.
const wheelLines = 3

// clicked selects what was clicked. A double click opens it. A word of the status line does what
// its key does. A click beside an overlay closes it.
func (m *Model) clicked(c tea.Mouse) tea.Cmd {
	if c.Button == tea.MouseLeft {
		if cmd, hit := m.clickStatus(c.X, c.Y); hit {
			return cmd
		}
	}
	m.begin()
	if c.Button != tea.MouseLeft || m.modes.Prompt() != nil {
		return nil
	}
	if o := m.modes.Overlay(); o != nil {
		answer, inside := o.Click(c.X, c.Y)
		if !inside {
			answer = mode.Cancelled{}
		}
		_, by := m.modes.Top()
		return m.answered(by, answer, nil)
	}
	if m.modes.Hints() != nil {
		m.modes.CloseOverlays()
		return nil
	}
	m.pointer.border = m.borderAt(c.X, c.Y)
	p, ok := m.areaAt(c.X, c.Y)
	if !ok {
		return nil
	}
	now := m.now()
	double := m.pointer.x == c.X && m.pointer.y == c.Y && now.Sub(m.pointer.at) < doubleClick
	m.pointer.x, m.pointer.y, m.pointer.at = c.X, c.Y, now
	cmds := []tea.Cmd{m.navigate.setFocus(p), m.selectAt(p, c.Y-m.layout.areas[p].Y)}
	if p == areaArticle {
		cmds = append(cmds, m.jumps.clickText(c.X, c.Y, double))
	} else if double {
		cmds = append(cmds, m.navigate.open())
	}
	return tea.Batch(cmds...)
}

// selectAt puts the cursor on the row drawn at a line of a pane.
func (m *Model) selectAt(p area, y int) tea.Cmd {
	switch p {
	case areaSources:
		i := m.sources.List.Top() + y - pane.SourcesHeaderHeight
		rows := m.sources.List.Rows()
		if y >= pane.SourcesHeaderHeight && i < len(rows) && rows[i].Kind != pane.KindGap {
			m.sources.List.Select(i)
			if m.sources.OnRest() {
				return m.navigate.toggleNews()
			}
			return m.navigate.followSource()
		}
	case areaHeadlines:
		h := &m.headlines
		i := h.List.Top() + (y-h.HeaderHeight)/h.RowHeight()
		if y >= h.HeaderHeight && i < h.List.Len() {
			h.List.Select(i)
			return m.navigate.moved()
		}
	}
	return nil
}

// wheeled scrolls the pane under the mouse.
func (m *Model) wheeled(w tea.Mouse) tea.Cmd {
	n := wheelLines
	m.presence.lastKey = m.now()
	switch w.Button {
	case tea.MouseWheelUp:
		n = -n
	case tea.MouseWheelDown:
	default:
		return nil
	}
	if o := m.modes.Overlay(); o != nil {
		o.Scroll(n)
		return nil
	}
	p, ok := m.areaAt(w.X, w.Y)
	if !ok {
		return nil
	}
	switch p {
	case areaSources:
		m.sources.List.Scroll(n)
		m.sources.SkipGap(sign(n))
		return m.navigate.followSource()
	case areaHeadlines:
		m.headlines.List.Scroll(sign(n) * max(wheelLines/m.headlines.RowHeight(), 1))
		return m.navigate.moved()
	}
	m.article.Scroll(n)
	return nil
}

// dragged moves the border that the mouse holds.
func (m *Model) dragged(d tea.Mouse) tea.Cmd {
	switch m.pointer.border {
	case borderNone:
		return nil
	case borderSources:
		m.splits.Sources = max(d.X, 1)
	case borderHeadlines:
		m.splits.Headlines = max(d.X-m.layout.areas[areaHeadlines].X, 1)
	case borderRule:
		m.moveRule(max(d.Y, 1))
	}
	m.session.dirty = true
	m.arrange()
	return nil
}

// moveRule gives the list lines lines: while an article is open, or in the list.
func (g *geometry) moveRule(lines int) {
	if g.reading {
		g.splits.Reading = lines
	} else {
		g.splits.Stack = lines
	}
}

// released ends the dragging of a border and renders the article for its new width.
func (m *Model) released() tea.Cmd {
	if m.pointer.border == borderNone {
		return nil
	}
	m.pointer.border = borderNone
	return tea.Batch(m.article.reshow(), m.headlines.wantMore())
}
