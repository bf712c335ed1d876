package ui

import (
	"dateline/ui/frame"
	"dateline/ui/pane"
	"dateline/ui/style"
)

// cursor returns the cell where the terminal's cursor stands, and whether the user types text
// there. Programs that read the screen aloud or show it in braille follow the cursor. It stands
// in the prompt, on the selected row, or at the first line of the text that is read.
func (m *Model) cursor() (at frame.Point, typing bool) {
	if p := m.modes.Prompt(); p != nil {
		if c := p.Cursor(m.layout.status.Y); c != nil {
			return frame.Point{X: c.X, Y: c.Y}, true
		}
	}
	if o := m.modes.Overlay(); o != nil {
		x, y := o.Cursor()
		return m.onScreen(x, y), false
	}
	r := m.layout.areas[m.focus]
	switch m.focus {
	case areaSources:
		return m.onScreen(r.X+pane.SourcesMargin, r.Y+pane.SourcesHeaderHeight+m.sources.List.Index()-m.sources.List.Top()), false
	case areaHeadlines:
		if m.layout.strip && r.H == 1 {
			return m.onScreen(r.X+1, r.Y), false
		}
		return m.onScreen(r.X+pane.HeadlinesMargin, r.Y+m.headlines.CursorLine()), false
	}
	return m.onScreen(r.X+m.article.Margin(r.W), r.Y+m.article.CursorLine()), false
}

// onScreen returns the nearest cell of the screen.
func (g *geometry) onScreen(x, y int) frame.Point {
	return frame.Point{X: max(min(x, g.width-1), 0), Y: max(min(y, g.height-1), 0)}
}

// readingPosition returns how much of the open article is above the screen, and the title that
// comes next, in at most w cells; empty if no article is open.
func (n *navigator) readingPosition(w int) string {
	if n.focus != areaArticle && !n.layout.strip || !n.shows(areaArticle) || n.article.ID == 0 {
		return ""
	}
	position := n.article.Position()
	next, ok := n.nextTitle()
	if room := w - style.Width(position) - 2; ok && room >= 16 {
		next = style.Fit("next: "+next, room, n.theme.Glyphs.Ellipsis)
	} else {
		next = ""
	}
	if position != "" && next != "" {
		position += "  "
	}
	return style.Paint(n.theme.Dim, style.Fit(position+next, max(w, 0), ""))
}

// nextTitle returns the title of the item to which the key for the next unread goes, among the
// loaded rows; false if there is none.
func (n *navigator) nextTitle() (string, bool) {
	rows := n.headlines.List.Rows()
	for i := n.headlines.List.Index() + 1; i < len(rows); i++ {
		if n.headlines.Search != nil || !rows[i].Read {
			return rows[i].DisplayTitle(), true
		}
	}
	return "", false
}

// fitList tells the layout how much room the list needs. A list that was opened just now may give
// room back. While the user types in a prompt, the list only grows.
func (m *Model) fitList() {
	h := &m.headlines
	size := listSize{header: 1, row: h.ListRowHeight(), rows: m.list.rows}
	if h.Failure(m.shownFeed()) != nil {
		size.header = 2
	}
	if h.opened {
		h.opened = false
		size.rows = h.rowsNeeded()
		if m.modes.Prompt() != nil {
			size.rows = max(size.rows, m.list.rows)
		}
	}
	if size != m.list {
		m.list = size
		m.arrange()
	}
}

// manyRows is the number of rows of a list that needs all the room there is.
const manyRows = 1 << 20

// rowsNeeded returns how many rows the list has room for. An empty list needs room for the words
// that say why.
func (h *headlineList) rowsNeeded() int {
	if h.List.Len() == 0 || !h.List.HeadLoaded() || !h.List.TailLoaded() {
		return manyRows
	}
	return h.List.Len()
}

// total returns the number of rows of a list that was opened just now, if the counts beside the
// sources tell it; -1 if they do not.
func (h *headlineList) total() int {
	s := h.Source
	switch {
	case h.Search != nil || h.Filter != nil || s.Kind == pane.KindQuery || s.Kind == pane.KindTag || s.Key == pane.KeyNew:
		return -1
	case s.Key == pane.KeyUnread, s.Kind == pane.KindFeed && h.UnreadOnly:
		return s.Unread
	case h.UnreadOnly:
		return -1
	case s.Feed != nil:
		return s.Feed.Total
	}
	return s.Unread
}

// settleCount records the numbers that loaded rows tell: how many rows the list has, and how many
// are before the first loaded row.
func (h *headlineList) settleCount() {
	l := &h.List
	if at := l.Position(); at > 0 && l.TailLoaded() {
		h.Count, h.Capped = at-l.Index()-1+l.Len(), false
	} else if at == 0 && l.TailLoaded() && l.Len() > 0 && h.Count >= 0 && !h.Capped {
		l.SetBefore(max(h.Count-l.Len(), 0))
	}
}
