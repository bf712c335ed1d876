package article

import (
	"strconv"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	// maxCell is the longest text of a cell in a data table, in bytes. A table with a
	// longer cell is a layout table.
	maxCell = 500
	// maxColumns is how many columns a data table has at most.
	maxColumns = 64
	// maxSpan is how many rows or columns a cell takes at most.
	maxSpan = 24
	// minColumn is the least width of a readable column, with its border.
	minColumn = 8
	// borderWidth is the width of a border with the spaces beside it.
	borderWidth = 3
)

// tableRow is a row of a table, with the cells of the screen for each of its cells.
type tableRow [][]cell

// grid is the content of a table.
type grid struct {
	// header names the columns; nil if the table has no header.
	header tableRow
	rows   []tableRow
	align  []lipgloss.Position
	widths []int
	// letters is the number of letters and digits.
	letters int
}

// table lays out a table with lipgloss, as glamour does: at its own width, or else at
// the text width. A table with too many columns becomes a record for each row.
func (l *layouter) table(n *html.Node) {
	l.begin(Table)
	g := l.grid(n)
	if g.header == nil && g.rows == nil {
		return
	}
	natural := (len(g.widths) - 1) * borderWidth
	for _, w := range g.widths {
		natural += w
	}
	first, rest := l.marginWidths()
	room := l.textWidth - max(first, rest)
	var lines [][]cell
	switch {
	case natural <= room:
		lines = l.tableLines(g, 0)
	case len(g.widths)*minColumn <= room:
		lines = l.tableLines(g, room)
	}
	if countLetters(lines...) < g.letters {
		l.records(g)
		return
	}
	for _, line := range lines {
		l.emit(line, NewLine)
	}
}

// grid reads a table. Its caption is laid out at once, above.
func (l *layouter) grid(n *html.Node) grid {
	var g grid
	// spans[i] is how many more rows the cell in column i takes.
	var spans []int
	for row := range tableRows(n) {
		if row.DataAtom == atom.Caption {
			l.begin(Paragraph)
			l.lines(l.read(l.inline(nil, row, place{})))
			l.begin(Table)
			continue
		}
		cells, header := l.row(row, &g, &spans)
		switch {
		case cells == nil:
		case header && g.header == nil && g.rows == nil:
			g.header = cells
		default:
			g.rows = append(g.rows, cells)
		}
	}
	return g
}

// tableRows returns the rows and captions of a table.
func tableRows(n *html.Node) func(yield func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for c := range n.Descendants() {
			if (c.DataAtom == atom.Tr || c.DataAtom == atom.Caption) && !yield(c) {
				return
			}
		}
	}
}

// row reads a row. It is nil if it has no text. header reports whether it names the
// columns: it is in a <thead>, or has no other cells than <th>.
func (l *layouter) row(tr *html.Node, g *grid, spans *[]int) (row tableRow, header bool) {
	header = true
	some := false
	column := 0
	put := func(cells []cell, rows int) {
		if column == len(*spans) {
			*spans = append(*spans, 0)
			g.widths, g.align = append(g.widths, 0), append(g.align, lipgloss.Left)
		}
		(*spans)[column] = rows
		g.widths[column] = max(g.widths[column], widthOf(cells))
		row = append(row, cells)
		column++
	}
	for c := tr.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom != atom.Td && c.DataAtom != atom.Th {
			continue
		}
		for column < len(*spans) && (*spans)[column] > 0 {
			put(nil, (*spans)[column]-1)
		}
		elements := l.inline(nil, c, place{cell: true})
		if c.DataAtom == atom.Th || tr.Parent.DataAtom == atom.Thead {
			elements = append(elements[:0:0], strong(elements))
		}
		cells := append([]cell(nil), l.read(elements)...)
		header = header && (c.DataAtom == atom.Th || len(cells) == 0)
		some = some || len(cells) > 0
		g.letters += countLetters(cells)
		rows := spanOf(c, "rowspan") - 1
		put(cells, rows)
		switch attr(c, "align") {
		case "right":
			g.align[column-1] = lipgloss.Right
		case "center":
			g.align[column-1] = lipgloss.Center
		}
		for range spanOf(c, "colspan") - 1 {
			put(nil, rows)
		}
	}
	if !some {
		return nil, false
	}
	return row, header || tr.Parent.DataAtom == atom.Thead
}

// spanOf returns how many rows or columns a cell takes.
func spanOf(cell *html.Node, key string) int {
	n, _ := strconv.Atoi(attr(cell, key))
	return min(max(n, 1), maxSpan)
}

// tableLines returns the lines of a table that is width cells wide; 0 means as wide as its
// text. The borders and their places are those of glamour's tables.
func (l *layouter) tableLines(g grid, width int) [][]cell {
	rules := l.style.Table
	t := table.New().Width(width).
		Border(lipgloss.Border{Top: *rules.RowSeparator, Left: *rules.ColumnSeparator, Middle: *rules.CenterSeparator}).
		BorderStyle(lipgloss.NewStyle().Faint(true)).
		BorderTop(false).BorderBottom(false).BorderLeft(false).BorderRight(false)
	styles := make([]lipgloss.Style, len(g.widths))
	for i := range styles {
		styles[i] = lipgloss.NewStyle().Align(g.align[i]).Margin(0, 1)
	}
	styles[0] = styles[0].MarginLeft(0)
	styles[len(styles)-1] = styles[len(styles)-1].MarginRight(0)
	t.StyleFunc(func(_, column int) lipgloss.Style { return styles[column] })
	if g.header != nil {
		t.Headers(g.header.texts()...)
	}
	for _, row := range g.rows {
		t.Row(row.texts()...)
	}
	return splitLines(cellsOf(t.String(), cellStyle{}))
}

// texts returns the cells of a row as lipgloss reads them.
func (r tableRow) texts() []string {
	texts := make([]string, len(r))
	var b []byte
	for i, cells := range r {
		b = b[:0]
		var now cellStyle
		var link, picture int32
		for _, c := range cells {
			if c.link != link || c.picture != picture {
				link, picture = c.link, c.picture
				b = append(b, linkMark(link, picture)...)
			}
			b = appendSGR(b, now, c.style)
			now = c.style
			if c.kind == noBreakSpace {
				b = append(b, "\u00a0"...)
				continue
			}
			b = append(b, c.text...)
		}
		b = appendSGR(b, now, cellStyle{})
		if link > 0 || picture > 0 {
			b = append(b, linkMark(0, 0)...)
		}
		texts[i] = string(b)
	}
	return texts
}

// countLetters counts the letters and digits. Borders have none.
func countLetters(lines ...[]cell) int {
	n := 0
	for _, line := range lines {
		for _, c := range line {
			if r, _ := utf8.DecodeRuneInString(c.text); isWordRune(r) {
				n++
			}
		}
	}
	return n
}

// records lays out each row as a record: a line for each cell that is not empty, with the
// name of its column before it.
func (l *layouter) records(g grid) {
	for i, row := range g.rows {
		l.apart(i > 0, func() {
			for column, cells := range row {
				if len(cells) == 0 {
					continue
				}
				var line []cell
				if column < len(g.header) && len(g.header[column]) > 0 {
					line = append(append(line, g.header[column]...), cellsOf(":", cellStyle{attr: bold})...)
					line = append(line, cellsOf(" ", cellStyle{})...)
				}
				l.lines(append(line, cells...))
			}
		})
	}
}

// isLayout reports whether a table only arranges the parts of a page, as in newsletters.
func isLayout(table *html.Node) bool {
	columns := 0
	for c := range table.Descendants() {
		switch c.DataAtom {
		case atom.Table, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Pre, atom.Blockquote, atom.Hr, atom.Figure:
			return true
		case atom.Tr:
			columns = max(columns, countCells(c))
		case atom.Td, atom.Th:
			if len(textOf(c)) > maxCell {
				return true
			}
		}
	}
	return columns < 2 || columns > maxColumns
}

// countCells returns the number of cells in a table row.
func countCells(tr *html.Node) int {
	n := 0
	for c := tr.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Td || c.DataAtom == atom.Th {
			n++
		}
	}
	return n
}
