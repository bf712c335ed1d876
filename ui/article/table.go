package article

import (
	"strings"
	"unicode/utf8"

	extast "github.com/yuin/goldmark/extension/ast"
)

// minColumn is the least width of a readable column, with its border.
const minColumn = 8

// table lays out a table with glamour, at its own width or else at the text width. A
// table with too many columns becomes a record for each row.
func (s *layouter) table(t *extast.Table) {
	rows := s.rows(t)
	if len(rows) == 0 || len(rows[0]) == 0 {
		return
	}
	_, margin := s.marginWidths()
	room := s.textWidth - margin
	md := tableMarkdown(rows, t.Alignments)
	if s.tryTable(md, rows, room, 0) {
		return
	}
	if len(rows[0])*minColumn > room || !s.tryTable(md, rows, room, room) {
		s.records(rows)
	}
}

// rows returns the Markdown of every cell. The first row is the header.
func (s *layouter) rows(t *extast.Table) [][]string {
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

// tableMarkdown returns the Markdown of a table with a bold header.
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

// strong makes Markdown bold, unless a part of it is bold already.
func strong(md string) string {
	if md == "" || strings.Contains(md, "**") {
		return md
	}
	return "**" + string(emptyLetter) + md + string(emptyLetter) + "**"
}

// tryTable lays out the table and reports whether it fits into room cells with its whole
// text. If it does not, nothing is emitted. width is the width of the table; 0 means as
// wide as its text.
func (s *layouter) tryTable(md string, rows [][]string, room, width int) bool {
	renderer := s.inline
	if width > 0 {
		// Glamour puts a space before every cell. tableLine removes the first one.
		renderer = s.newInline(width + 1)
	}
	var r cellReader
	r.read(glamourise(renderer, md))
	lines := splitLines(r.cells)
	for len(lines) > 0 && len(trim(lines[0])) == 0 {
		lines = lines[1:]
	}
	if len(lines) < 2 || countWordRunes(r.cells) < s.wordRunesIn(rows) {
		return false
	}
	if emptyRow(rows[0]) {
		// Glamour draws an empty header, too, and a rule under it.
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

// tableLine removes the first space of a line and makes the borders faint. It also
// removes hyperlinks: a link may continue in the next line of its table cell, with the
// text of other table cells in between.
func (s *layouter) tableLine(line []cell) []cell {
	line = trim(line[min(len(line), 1):])
	for i, c := range line {
		line[i].link = 0
		if c.text == s.glyphs.Column || c.text == s.glyphs.Rule && s.isRule(line) || c.text == s.glyphs.Cross {
			line[i].style = layoutStyle{attr: faint}
		}
	}
	return line
}

// isRule reports whether a line is the rule under a table's header.
func (s *layouter) isRule(line []cell) bool {
	for _, c := range line {
		if c.text != s.glyphs.Rule && c.text != s.glyphs.Cross {
			return false
		}
	}
	return len(line) > 0
}

// widthOf returns the width of a line in cells.
func widthOf(line []cell) int {
	w := 0
	for _, c := range line {
		w += int(c.width)
	}
	return w
}

// splitLines divides cells into lines at the line breaks.
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

// countWordRunes counts the letters and digits. Borders have none.
func countWordRunes(cells []cell) int {
	n := 0
	for _, c := range cells {
		if r, _ := utf8.DecodeRuneInString(c.text); isWordRune(r) {
			n++
		}
	}
	return n
}

// wordRunesIn counts the letters and digits of rows of Markdown.
func (s *layouter) wordRunesIn(rows [][]string) int {
	n := 0
	for _, row := range rows {
		for _, c := range row {
			var r cellReader
			r.read(glamourise(s.inline, c))
			n += countWordRunes(r.cells)
		}
	}
	return n
}

// records lays out each row as a record: a paragraph for each cell that is not empty,
// with the name of its column before it.
func (s *layouter) records(rows [][]string) {
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
				c = strong(head[column]+escapePunct(":")) + " " + c
			}
			s.paragraph(c)
		}
	}
}
