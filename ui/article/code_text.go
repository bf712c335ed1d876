package article

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/markup"
	"dateline/feed/text"
)

// codeReader reads the content of a <pre> as cells. Links and pictures in it are numbered
// like all others.
type codeReader struct {
	l *layouter
	cellReader
	// column is the number of characters since the start of the line.
	column int
	marks  text.MarkLimiter
}

// readCode returns the lines of a <pre>, without the empty ones at both ends, without blanks
// at their ends, and with blanks for tabs. Empty lines stay where a larger block of code was
// divided.
func (l *layouter) readCode(pre *html.Node) [][]cell {
	r := codeReader{l: l}
	r.read(pre)
	lines := splitLines(r.cells)
	for i, line := range lines {
		lines[i] = trim(line)
	}
	for !is(pre, continued) && len(lines) > 0 && len(lines[0]) == 0 {
		lines = lines[1:]
	}
	for !is(pre, unfinished) && len(lines) > 0 && len(lines[len(lines)-1]) == 0 {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// read reads the content of n.
func (r *codeReader) read(n *html.Node) {
	for c := range n.ChildNodes() {
		switch {
		case c.Type == html.TextNode:
			r.text(r.marks.CleanText(c.Data))
		case c.DataAtom == atom.Br:
			r.text("\n")
		case c.DataAtom == atom.A:
			r.anchor(c)
		case c.DataAtom == atom.Img:
			r.image(c)
		default:
			r.read(c)
		}
	}
}

// text reads a text with its tabs and lines.
func (r *codeReader) text(s string) {
	const stop = 4
	r.cells = slices.Grow(r.cells, len(s))
	for s != "" {
		end := strings.IndexAny(s, "\t\n")
		if end < 0 {
			end = len(s)
		}
		if end > 0 {
			_, _ = r.WriteString(s[:end])
			r.column += utf8.RuneCountInString(s[:end])
		}
		if end == len(s) {
			return
		}
		if s[end] == '\n' {
			_, _ = r.WriteString("\n")
			r.column = 0
		} else {
			blanks := stop - r.column%stop
			_, _ = r.WriteString("    "[:blanks])
			r.column += blanks
		}
		s = s[end+1:]
	}
}

// anchor reads a link and adds its number behind it, but not a second time behind a picture
// with the same address.
func (r *codeReader) anchor(a *html.Node) {
	before := len(r.cells)
	r.read(a)
	name := linkText(a)
	if name == "" {
		return
	}
	target := markup.JumpTarget(markup.NodeAttribute(a, "href"))
	number := 0
	if target != "" {
		number = r.l.jumpTo(a, target)
	} else {
		number = r.l.links.numberOf(markup.NodeAttribute(a, "href"), name)
	}
	if number == 0 {
		return
	}
	for i := before; i < len(r.cells); i++ {
		if c := &r.cells[i]; c.link == 0 {
			c.link = int32(number)
			if !c.added {
				c.style.attr |= underline
			}
		}
	}
	if target == "" && !r.endsWith(reference(number)) {
		r.add(string(reference(number)))
	}
}

// endsWith reports whether the last cells are those of a reference.
func (r *codeReader) endsWith(ref dim) bool {
	want := cellsOf(string(ref), cellStyle{})
	if len(r.cells) < len(want) {
		return false
	}
	for i, c := range r.cells[len(r.cells)-len(want):] {
		if !c.added || c.text != want[i].text {
			return false
		}
	}
	return true
}

// image reads a picture: its description and its number.
func (r *codeReader) image(img *html.Node) {
	if isPixel(img) {
		return
	}
	name, number := r.l.describe(img)
	link, picture := r.link, r.picture
	if number > 0 {
		r.link = int32(number)
	}
	r.picture = int32(len(r.l.pictures))
	r.add(r.l.glyphs.Image + "\u00a0" + name)
	r.link, r.picture = link, picture
	if number > 0 {
		r.add(string(reference(number)))
	}
}

// add adds a faint text of dateline's own.
func (r *codeReader) add(s string) {
	style, before := r.style, len(r.cells)
	r.style = cellStyle{attr: faint}
	_, _ = r.WriteString(s)
	r.style = style
	for i := before; i < len(r.cells); i++ {
		r.cells[i].added = true
	}
}

// sourceOf returns the text of lines of code without what dateline has added.
func sourceOf(lines [][]cell) string {
	var b strings.Builder
	for i, line := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		for _, c := range line {
			if !c.added {
				b.WriteString(c.text)
			}
		}
	}
	return b.String()
}

// joinLines returns lines as cells with line breaks between.
func joinLines(lines [][]cell) []cell {
	var cells []cell
	for i, line := range lines {
		if i > 0 {
			cells = append(cells, cell{kind: lineBreak})
		}
		cells = append(cells, line...)
	}
	return cells
}
