package article

import (
	"strconv"
	"strings"

	"charm.land/glamour/v2"
	"github.com/charmbracelet/x/ansi"
)

// newInline returns a glamour renderer; nil if glamour fails. With a width of 0 glamour
// does not break and pad lines, which is nine tenths of its work. Only tables need a
// width.
func (s *layouter) newInline(width int) *glamour.TermRenderer {
	r, err := glamour.NewTermRenderer(
		glamour.WithStyles(glamourStyle(s.palette, &s.glyphs)),
		glamour.WithWordWrap(width),
		glamour.WithInlineTableLinks(true),
		glamour.WithPreservedNewLines(),
	)
	if err != nil {
		return nil
	}
	return r
}

// glamourise renders Markdown with glamour. Text without markup is returned as it is:
// escaped text has no punctuation, so any punctuation is markup. If glamour fails, the
// text has no styles.
func glamourise(r *glamour.TermRenderer, md string) string {
	if r == nil || !strings.ContainsAny(md, "*`[~#|") {
		return md
	}
	out, err := r.Render(md)
	if err != nil {
		return md
	}
	return strings.Trim(out, "\n")
}

// paragraph lays out a paragraph or a heading.
func (s *layouter) paragraph(md string) {
	var r cellReader
	r.read(glamourise(s.inline, md))
	first, rest := s.marginWidths()
	for _, line := range wrap(r.cells, s.textWidth-first, s.textWidth-rest) {
		s.emit(line)
	}
}

// rule draws a rule as wide as the text.
func (s *layouter) rule() {
	_, rest := s.marginWidths()
	r := cellReader{style: layoutStyle{attr: faint}}
	r.read(strings.Repeat(s.glyphs.Rule, s.textWidth-rest))
	s.emit(r.cells)
}

// code lays out a code block, indented by two cells. A line that is too long continues
// in the next line behind a symbol.
func (s *layouter) code(source string) {
	if strings.TrimSpace(source) == "" {
		return
	}
	s.indented(margin{first: "  ", rest: "  "}, func() {
		first, rest := s.marginWidths()
		for _, line := range strings.Split(strings.Trim(source, "\n"), "\n") {
			r := cellReader{style: layoutStyle{color: s.palette.Code}}
			r.read(strings.TrimRight(line, " "))
			s.codeLine(r.cells, s.textWidth-max(first, rest))
		}
	})
}

// codeLine emits a line of code as lines of at most limit cells.
func (s *layouter) codeLine(cells []cell, limit int) {
	symbol := cellReader{style: layoutStyle{attr: faint}}
	symbol.read(s.glyphs.Wrapped)
	var prefix []cell
	for {
		room, n := limit-len(prefix), 0
		for width := 0; n < len(cells) && width+int(cells[n].width) <= room; n++ {
			width += int(cells[n].width)
		}
		if n == 0 && len(cells) > 0 {
			n = 1
		}
		s.emit(append(prefix[:len(prefix):len(prefix)], cells[:n]...))
		if cells = cells[n:]; len(cells) == 0 {
			return
		}
		prefix = symbol.cells
	}
}

// render returns a line of cells as a string that starts and ends unstyled.
func (s *layouter) render(line []cell) string {
	line = trim(line)
	var b strings.Builder
	var now layoutStyle
	var link int32
	for _, c := range line {
		want := c.style.allowed(s.options)
		if c.link != link {
			b.WriteString(s.hyperlink(link, c.link))
			link = c.link
		}
		if !s.plain && want != now {
			b.WriteString(sgr(now, want))
			now = want
		}
		b.WriteString(c.text)
	}
	b.WriteString(sgr(now, layoutStyle{}))
	b.WriteString(s.hyperlink(link, 0))
	return b.String()
}

// hyperlink returns the sequence (OSC 8) that ends the link from and starts the link
// to. 0 means no link. The id tells the terminal that the parts of a link on several
// lines belong together.
func (s *layouter) hyperlink(from, to int32) string {
	switch {
	case !s.options.Links || s.plain || from == to:
		return ""
	case to <= 0 || int(to) > len(s.links.list):
		return ansi.ResetHyperlink()
	}
	return ansi.SetHyperlink(s.links.list[to-1].URL, "id="+strconv.Itoa(int(to)))
}
