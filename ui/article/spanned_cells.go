package article

import (
	"slices"

	"charm.land/lipgloss/v2"
)

// spannedCell is a cell that takes several columns. Lipgloss does not know these, so a mark
// stands for the cell while the table is laid out, and its text is put over the columns
// afterwards.
type spannedCell struct {
	cells []cell
	// column is its first column, columns how many it takes. row is its row, or headerRow.
	column, columns, row int
}

const headerRow = -1

// minSpanned is the width in cells that a cell which is alone in its row gets at least, if
// its text is that long.
const minSpanned = 40

// trim removes the columns that only the spans of cells have.
func (g *grid) trim() {
	cut := func(r tableRow) tableRow { return r[:min(len(r), g.columns)] }
	g.widths, g.align, g.header = g.widths[:g.columns], g.align[:g.columns], cut(g.header)
	for i, r := range g.rows {
		g.rows[i] = cut(r)
	}
	for i, s := range g.spanned {
		g.spanned[i].columns = min(s.columns, g.columns-s.column)
	}
}

// withoutSpanned returns the table with marks for the cells that do not fit into their
// first column. Columns are made wider where the text of such a cell needs it.
func (g grid) withoutSpanned() grid {
	g.exact = true
	g.widths, g.rows, g.header, g.align = slices.Clone(g.widths), slices.Clone(g.rows), slices.Clone(g.header), slices.Clone(g.align)
	for i, s := range g.spanned {
		width := widestOf(s.cells)
		if width <= g.widths[s.column] {
			continue
		}
		row := &g.header
		if s.row != headerRow {
			row = &g.rows[s.row]
			*row = slices.Clone(*row)
		}
		(*row)[s.column] = []cell{{text: ".", width: 1, link: int32(-1 - i)}}
		if (*row).isAlone() {
			width = min(width, minSpanned)
		}
		last := s.column + s.columns - 1
		area := (s.columns - 1) * borderWidth
		for _, w := range g.widths[s.column : last+1] {
			area += w
		}
		g.widths[s.column] = max(g.widths[s.column], 1)
		if width > area {
			g.widths[last] += width - area
			g.align[last] = lipgloss.Left // Numbers stay close to their neighbors.
		}
	}
	return g
}

// isAlone reports whether no more than one cell of a row has text.
func (r tableRow) isAlone() bool {
	some := 0
	for _, cells := range r {
		if len(cells) > 0 {
			some++
		}
	}
	return some <= 1
}

// putSpanned puts the text of spanned cells in place of their marks. It returns nil if a text
// does not fit.
func (l *layouter) putSpanned(lines [][]cell, g grid) [][]cell {
	width := 0
	for _, line := range lines {
		width = max(width, widthOf(line))
	}
	var out [][]cell
	for _, line := range lines {
		below := [][]cell(nil)
		for at := markIn(line); at >= 0; at = markIn(line) {
			s := g.spanned[-1-line[at].link]
			end := l.spanEnd(line, at, s.columns)
			start, room := widthOf(line[:at]), widthOf(line[at:end])
			if end == len(line) {
				room = width - start
			}
			var texts [][]cell
			wrap(s.cells, room, room, func(text []cell, _ Joint) { texts = append(texts, text) })
			if len(texts) != 1 && (slices.ContainsFunc(line[:at], isShown) || slices.ContainsFunc(line[end:], isShown)) {
				return nil
			}
			line = slices.Concat(line[:at], texts[0], blanks(room-widthOf(texts[0])), line[end:])
			for _, text := range texts[1:] {
				below = append(below, append(blanks(start), text...))
			}
		}
		out = append(append(out, line), below...)
	}
	return out
}

// markIn returns the index of the first mark in a line; -1 if there is none.
func markIn(line []cell) int {
	return slices.IndexFunc(line, func(c cell) bool { return c.link < 0 })
}

// spanEnd returns the index of the cell behind a span of columns that begins at a cell of
// the screen: that of the blank before the border, or the end of the line.
func (l *layouter) spanEnd(line []cell, at, columns int) int {
	for i := at; i < len(line); i++ {
		if isBorder(line[i], *l.style.Table.ColumnSeparator) {
			if columns--; columns == 0 {
				return i - 1
			}
		}
	}
	return len(line)
}

// isBorder reports whether a cell of the screen is the border between two columns.
func isBorder(c cell, separator string) bool { return c.text == separator && c.style.attr&faint != 0 }

// isShown reports whether a cell of the screen is neither blank nor a part of a border.
func isShown(c cell) bool { return c.kind == character && c.style.attr&faint == 0 }

// blanks returns so many blanks.
func blanks(n int) []cell {
	return slices.Repeat([]cell{{text: " ", width: 1, kind: space}}, max(n, 0))
}
