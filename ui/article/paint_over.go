package article

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Over is what is painted over some cells of a line.
type Over struct {
	// Column and Width are in cells.
	Column, Width int
	// Style is a sequence of SGR.
	Style string
	// Text replaces the text of the cells. It is Width cells wide. If it is empty, their
	// text stays.
	Text string
}

// PaintOver returns a styled line with others' text and style over some of its cells. The
// parts are in order and do not overlap. No other cell moves or changes. Half of a wide
// character becomes a space.
func PaintOver(line string, parts []Over) string {
	p := overPainter{parts: parts}
	var state byte
	for rest := line; rest != ""; {
		seq, width, n, next := ansi.GraphemeWidth.DecodeSequenceInString(rest, state, nil)
		state, rest = next, rest[n:]
		if width == 0 {
			p.sequence(seq)
		} else {
			p.cells(seq, width)
		}
	}
	for len(p.parts) > 0 {
		p.cells(" ", 1)
	}
	return p.b.String()
}

// overPainter writes a line for [PaintOver].
type overPainter struct {
	b strings.Builder
	// parts are those that do not end before column. inside reports whether the first of
	// them has begun.
	parts  []Over
	column int
	inside bool
	// active are the sequences of SGR since the last one that began anew.
	active string
}

// sequence writes a sequence without width. Within a part the style of the line has no effect.
func (p *overPainter) sequence(seq string) {
	if !strings.HasPrefix(seq, "\x1b[") || !strings.HasSuffix(seq, "m") {
		if !p.inside || p.parts[0].Text == "" || strings.HasPrefix(seq, "\x1b") {
			p.b.WriteString(seq)
		}
		return
	}
	switch parameters := seq[len("\x1b[") : len(seq)-1]; {
	case parameters == "" || parameters == "0":
		p.active = ""
	case strings.HasPrefix(parameters, ";") || strings.HasPrefix(parameters, "0;"):
		p.active = seq
	default:
		p.active += seq
	}
	if !p.inside {
		p.b.WriteString(seq)
	}
}

// cells writes a character.
func (p *overPainter) cells(char string, width int) {
	if len(p.parts) == 0 || p.column+width <= p.parts[0].Column {
		p.b.WriteString(char)
		p.column += width
		return
	}
	if part := p.parts[0]; part.Text == "" && width > 1 && p.column >= part.Column {
		p.begin()
		p.b.WriteString(char)
		p.column += width
		p.end()
		return
	}
	for range width {
		p.cell(char, width)
	}
}

// cell writes one cell of a character.
func (p *overPainter) cell(char string, width int) {
	if width > 1 {
		char = " "
	}
	if len(p.parts) > 0 && p.column >= p.parts[0].Column {
		p.begin()
		if p.parts[0].Text != "" {
			char = ""
		}
	}
	p.b.WriteString(char)
	p.column++
	p.end()
}

// begin begins the first part if it has not begun.
func (p *overPainter) begin() {
	if !p.inside {
		p.inside = true
		p.b.WriteString(ansi.ResetStyle + p.parts[0].Style + p.parts[0].Text)
	}
}

// end ends the first part if the next cell is behind it.
func (p *overPainter) end() {
	if p.inside && p.column >= p.parts[0].Column+p.parts[0].Width {
		p.inside, p.parts = false, p.parts[1:]
		p.b.WriteString(ansi.ResetStyle + p.active)
	}
}
