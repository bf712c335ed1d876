package article

import (
	"strings"
	"unicode/utf8"

	extast "github.com/yuin/goldmark/extension/ast"
)

// minColumn is the width, its border included, under which a column cannot be
// read.
const minColumn = 8

// table sets a table with glamour, as wide as it needs to be or as the measure
// allows; one with too many columns is set as a record for each row.
func (s *setter) table(t *extast.Table) {
	rows := s.rows(t)
	if len(rows) == 0 || len(rows[0]) == 0 {
		return
	}
	_, margin := s.marginWidths()
	room := s.width - margin
	md := tableMarkdown(rows, t.Alignments)
	if s.tableAt(md, rows, room, 0) {
		return
	}
	if len(rows[0])*minColumn > room || !s.tableAt(md, rows, room, room) {
		s.records(rows)
	}
}

// rows holds the Markdown of every cell, the head first.
func (s *setter) rows(t *extast.Table) [][]string {
	var rows [][]string
	for r := t.FirstChild(); r != nil; r = r.NextSibling() {
		var row []string
		for c := r.FirstChild(); c != nil; c = c.NextSibling() {
			row = append(row, strings.TrimSpace(s.lines(c)))
		}
		rows = append(rows, row)
	}
	return rows
}

func tableMarkdown(rows [][]string, alignments []extast.Alignment) string {
	var b strings.Builder
	for i, row := range rows {
		b.WriteByte('|')
		for _, c := range row {
			if i == 0 {
				c = strong(c)
			}
			b.WriteString(" " + c + " |")
		}
		b.WriteByte('\n')
		if i > 0 {
			continue
		}
		b.WriteByte('|')
		for _, a := range alignments {
			switch a {
			case extast.AlignRight:
				b.WriteString("--:|")
			case extast.AlignCenter:
				b.WriteString(":-:|")
			default:
				b.WriteString("---|")
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// strong is Markdown made bold, unless part of it is already.
func strong(md string) string {
	if md == "" || strings.Contains(md, "**") {
		return md
	}
	return "**" + string(markNothing) + md + string(markNothing) + "**"
}

// tableAt sets the table if it fits and nothing of its text was cut off; width
// zero is the table's own width.
func (s *setter) tableAt(md string, rows [][]string, room, width int) bool {
	renderer := s.inline
	if width > 0 {
		// Glamour puts a blank before every cell; the first is taken off.
		renderer = s.newInline(width + 1)
	}
	var r reader
	r.read(glamourise(renderer, md))
	lines := splitLines(r.cells)
	for len(lines) > 0 && len(trim(lines[0])) == 0 {
		lines = lines[1:]
	}
	if len(lines) < 2 || words(r.cells) < s.wordsIn(rows) {
		return false
	}
	if emptyRow(rows[0]) {
		// Glamour draws a head all the same, and a line under it.
		lines = lines[2:]
	}
	widest := 0
	for i, line := range lines {
		lines[i] = s.tableLine(line)
		if !s.isRule(lines[i]) {
			widest = max(widest, widthOf(lines[i]))
		}
	}
	if widest > room {
		return false
	}
	for _, line := range lines {
		if s.isRule(line) {
			line = line[:min(len(line), widest)]
		}
		s.emit(line)
	}
	return true
}

// tableLine takes off the first blank, makes the borders faint, and forgets
// which link a cell is in, since a link may go on in the cell's next line with
// other cells between.
func (s *setter) tableLine(line []cell) []cell {
	line = trim(line[min(len(line), 1):])
	for i, c := range line {
		line[i].link = 0
		if c.text == s.glyphs.Column || c.text == s.glyphs.Rule && s.isRule(line) || c.text == s.glyphs.Cross {
			line[i].style = layoutStyle{attr: faint}
		}
	}
	return line
}

// isRule recognises the line under a table's head.
func (s *setter) isRule(line []cell) bool {
	for _, c := range line {
		if c.text != s.glyphs.Rule && c.text != s.glyphs.Cross {
			return false
		}
	}
	return len(line) > 0
}

func widthOf(line []cell) int {
	w := 0
	for _, c := range line {
		w += int(c.width)
	}
	return w
}

func splitLines(cells []cell) [][]cell {
	lines := [][]cell{nil}
	for _, c := range cells {
		if c.kind == lineBreak {
			lines = append(lines, nil)
			continue
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], c)
	}
	return lines
}

func emptyRow(row []string) bool {
	return strings.TrimSpace(strings.Join(row, "")) == ""
}

// words counts letters and digits, which no border consists of.
func words(cells []cell) int {
	n := 0
	for _, c := range cells {
		if r, _ := utf8.DecodeRuneInString(c.text); word(r) {
			n++
		}
	}
	return n
}

func (s *setter) wordsIn(rows [][]string) int {
	n := 0
	for _, row := range rows {
		for _, c := range row {
			var r reader
			r.read(glamourise(s.inline, c))
			n += words(r.cells)
		}
	}
	return n
}

// records sets each row as a paragraph for each of its cells, under the names
// of the columns.
func (s *setter) records(rows [][]string) {
	head := rows[0]
	for i, row := range rows[1:] {
		if i > 0 && s.gap == nil {
			s.gap = s.margin()
		}
		for column, c := range row {
			if c == "" {
				continue
			}
			if column < len(head) && head[column] != "" {
				c = strong(head[column]+disguised(":")) + " " + c
			}
			s.paragraph(c)
		}
	}
}
