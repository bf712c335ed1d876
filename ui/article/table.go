package article

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	glamour "charm.land/glamour/v2/ansi"
	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/markup"
	"dateline/feed/text"
)

const (
	// maxSpan is how many rows or columns a cell takes at most.
	maxSpan = 24
	// minColumn is the least width of a readable column, with the space behind it.
	minColumn = 8
	// borderWidth is the width of the space between two columns. While the table is laid
	// out, its last cell has a border, which says where the columns are.
	borderWidth = 2
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
	// spans[i] is how many more rows the last cell in column i takes.
	spans []int
	// spanned are the cells that take several columns.
	spanned []spannedCell
	// columns is the number of columns in which cells begin.
	columns int
	// exact reports whether each column is as wide as widths says.
	exact bool
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
	g.trim()
	g.alignNumbers()
	first, rest := l.marginWidths()
	lines := l.gridLines(g, l.textWidth-max(first, rest))
	if lines == nil || countLetters(lines...) < g.letters {
		l.records(g)
		return
	}
	for _, line := range lines {
		l.hideBorders(line)
		l.emit(line, NewLine)
	}
}

// hideBorders replaces the borders between the columns: by blanks, and in the rule below the
// names of the columns by the rule.
func (l *layouter) hideBorders(line []cell) {
	rules := l.style.Table
	for i, c := range line {
		switch {
		case isBorder(c, *rules.CenterSeparator):
			line[i].text = *rules.RowSeparator
		case isBorder(c, *rules.ColumnSeparator):
			line[i] = cell{text: " ", width: 1, kind: space}
		}
	}
}

// alignNumbers aligns the columns that hold nothing but numbers on the right, unless the
// article says how they are aligned.
func (g *grid) alignNumbers() {
	for column, align := range g.align {
		some := false
		numbers := align == lipgloss.Left && !slices.ContainsFunc(g.rows, func(r tableRow) bool {
			if column >= len(r) || len(r[column]) == 0 {
				return false
			}
			some = true
			return !isNumber(r[column])
		})
		if numbers && some {
			g.align[column] = lipgloss.Right
		}
	}
}

// isNumber reports whether the text of a cell is a number, perhaps with a sign before or a
// unit of one character behind it.
func isNumber(cells []cell) bool {
	digits := 0
	for i, c := range cells {
		r, _ := utf8.DecodeRuneInString(c.text)
		switch {
		case r >= '0' && r <= '9':
			digits++
		case c.link == 0 && strings.ContainsRune(".,'’ ", r) && digits > 0:
		case i == 0 && strings.ContainsRune("+-−±~<>≈$€£¥", r), i == len(cells)-1 && strings.ContainsRune("%‰°$€£¥", r):
		default:
			return false
		}
	}
	return digits > 0
}

// gridLines returns the lines of a table that is at most room cells wide; nil if it has too
// many columns.
func (l *layouter) gridLines(g grid, room int) [][]cell {
	if len(g.spanned) > 0 {
		marked := g.withoutSpanned()
		if natural := marked.width(); natural <= room {
			if lines := l.putSpanned(l.tableLines(marked, natural), g); lines != nil {
				return lines
			}
		}
		for _, s := range g.spanned {
			g.widths[s.column] = max(g.widths[s.column], widestOf(s.cells))
		}
	}
	switch {
	case g.width() <= room:
		return l.tableLines(g, 0)
	case len(g.widths)*minColumn <= room:
		return l.tableLines(g, room)
	}
	return nil
}

// width returns the width of a table with the columns as wide as their text.
func (g grid) width() int {
	w := (len(g.widths) - 1) * borderWidth
	for _, column := range g.widths {
		w += column
	}
	return w
}

// grid reads a table. Its caption is laid out at once, above.
func (l *layouter) grid(n *html.Node) grid {
	var g grid
	for c := range n.Descendants() {
		switch c.DataAtom {
		case atom.Caption:
			l.begin(Paragraph)
			cells := l.read(l.inline(l.addPlace(nil, c), c, place{}))
			dimCells(cells)
			l.lines(cells)
			l.begin(Table)
		case atom.Tr:
			from := len(g.spanned)
			switch row, header := l.row(c, &g); {
			case row == nil:
			case header && g.header == nil && g.rows == nil:
				g.header = row
			default:
				for i := range g.spanned[from:] {
					g.spanned[from+i].row = len(g.rows)
				}
				g.rows = append(g.rows, row)
			}
		}
	}
	return g
}

// row reads a row. It is nil if it has no text. header reports whether it names the
// columns: it is in a <thead>, or has no other cells than <th>.
func (l *layouter) row(tr *html.Node, g *grid) (row tableRow, header bool) {
	head, onlyTh, some := tr.Parent.DataAtom == atom.Thead, true, false
	put := func(cells []cell, rows, columns int) {
		column := len(row)
		if column == len(g.spans) {
			g.spans, g.widths, g.align = append(g.spans, 0), append(g.widths, 0), append(g.align, lipgloss.Left)
		}
		g.spans[column] = rows
		if columns == 1 {
			g.widths[column] = max(g.widths[column], widestOf(cells))
		}
		row = append(row, cells)
	}
	for c := range tr.ChildNodes() {
		if c.DataAtom != atom.Td && c.DataAtom != atom.Th {
			continue
		}
		for len(row) < len(g.spans) && g.spans[len(row)] > 0 {
			put(nil, g.spans[len(row)]-1, 1)
		}
		elements := l.inline(l.addPlace(l.addRow(tr, c), c), c, place{cell: true, lines: markup.KeepsLines(c)})
		if head || c.DataAtom == atom.Th {
			elements = []glamour.ElementRenderer{strong(elements)}
		}
		cells := slices.Clone(l.read(elements))
		some, onlyTh = some || len(cells) > 0, onlyTh && (len(cells) == 0 || c.DataAtom == atom.Th)
		g.letters += countLetters(cells)
		rows, columns := spanOf(c, "rowspan")-1, spanOf(c, "colspan")
		if columns > 1 && len(cells) > 0 {
			g.spanned = append(g.spanned, spannedCell{cells: cells, column: len(row), columns: columns, row: headerRow})
		}
		put(cells, rows, columns)
		g.columns = max(g.columns, len(row))
		switch markup.NodeAttribute(c, "align") {
		case "right":
			g.align[len(row)-1] = lipgloss.Right
		case "center":
			g.align[len(row)-1] = lipgloss.Center
		}
		for range columns - 1 {
			put(nil, rows, 1)
		}
	}
	if !some {
		return nil, false
	}
	return row, head || onlyTh
}

// addRow returns the mark of a row for its first cell.
func (l *layouter) addRow(tr, first *html.Node) []glamour.ElementRenderer {
	for c := first.PrevSibling; c != nil; c = c.PrevSibling {
		if c.Type == html.ElementNode {
			return nil
		}
	}
	return l.addPlace(nil, tr)
}

// spanOf returns how many rows or columns a cell takes.
func spanOf(cell *html.Node, key string) int {
	n, _ := strconv.Atoi(markup.NodeAttribute(cell, key))
	return min(max(n, 1), maxSpan)
}

// tableLines returns the lines of a table that is width cells wide; 0 means as wide as its
// text. A column that needs no more than its fair part of a width keeps its own, so that
// text is broken and not numbers.
func (l *layouter) tableLines(g grid, width int) [][]cell {
	rules := l.style.Table
	t := table.New().Width(width).
		Border(lipgloss.Border{Top: *rules.RowSeparator, Left: *rules.ColumnSeparator, Middle: *rules.CenterSeparator}).
		BorderStyle(lipgloss.NewStyle().Faint(true)).
		BorderTop(false).BorderBottom(false).BorderLeft(false).BorderRight(false)
	styles := make([]lipgloss.Style, len(g.widths))
	for i := range styles {
		styles[i] = lipgloss.NewStyle().Align(g.align[i]).MarginRight(1)
	}
	styles[len(styles)-1] = styles[len(styles)-1].MarginRight(0)
	fair := (width - len(styles) + 1) / len(styles)
	for i, s := range styles {
		if own := g.widths[i] + s.GetHorizontalFrameSize(); own <= fair || g.exact {
			styles[i] = s.Width(own)
		}
	}
	t.StyleFunc(func(row, column int) lipgloss.Style {
		cells := g.header
		if row != table.HeaderRow {
			cells = g.rows[row]
		}
		if column < len(cells) && markIn(cells[column]) >= 0 { // The text begins at the mark.
			return styles[column].Align(lipgloss.Left)
		}
		return styles[column]
	})
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
	for i, cells := range r {
		var b []byte
		for k, line := range splitLines(cells) {
			if k > 0 {
				b = append(b, '\n')
			}
			b = appendCells(b, line, func(b []byte, c cell) []byte {
				if c.picture < 0 {
					b = append(b, placeMark(-c.picture).String()...)
				}
				return append(b, linkMark(c.link, c.picture)...)
			}, func(s cellStyle) cellStyle { return s }, nil)
		}
		texts[i] = string(b)
	}
	return texts
}

// widestOf returns the width of the widest line of cells.
func widestOf(cells []cell) int {
	w := 0
	for _, line := range splitLines(cells) {
		w = max(w, widthOf(line))
	}
	return w
}

// countLetters counts the letters and digits. Borders have none.
func countLetters(lines ...[]cell) int {
	n := 0
	for _, line := range lines {
		for _, c := range line {
			if r, _ := utf8.DecodeRuneInString(c.text); text.IsWordRune(r) {
				n++
			}
		}
	}
	return n
}

// records lays out each row as a record: a line for each cell that is not empty, with the
// name of its column before it. Names of columns without any text come first.
func (l *layouter) records(g grid) {
	some := false
	for column, name := range g.header {
		if len(name) > 0 && !slices.ContainsFunc(g.rows, func(r tableRow) bool { return column < len(r) && len(r[column]) > 0 }) {
			l.lines(name)
			some = true
		}
	}
	for i, row := range g.rows {
		l.apart(i > 0 || some, func() {
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
