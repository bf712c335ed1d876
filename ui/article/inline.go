package article

import (
	"strconv"
	"strings"

	"charm.land/glamour/v2"
	"github.com/charmbracelet/x/ansi"
)

// newInline makes a renderer. Width zero keeps glamour from breaking and
// padding lines, which is nine tenths of its work; tables need one.
func (s *setter) newInline(width int) *glamour.TermRenderer {
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

// glamourise runs Markdown through glamour, save what has no markup at all:
// since text is disguised, that is easily told. Should glamour fail, the reader
// gets the words without their styles.
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

// paragraph sets a paragraph or a heading.
func (s *setter) paragraph(md string) {
	var r reader
	r.read(glamourise(s.inline, md))
	first, rest := s.marginWidths()
	for _, line := range wrap(r.cells, s.width-first, s.width-rest) {
		s.emit(line)
	}
}

// rule is as wide as the measure.
func (s *setter) rule() {
	_, rest := s.marginWidths()
	r := reader{style: layoutStyle{attr: faint}}
	r.read(strings.Repeat(s.glyphs.Rule, s.width-rest))
	s.emit(r.cells)
}

// code sets a code block as it is, two cells in, with lines that are too long
// continued under a sign.
func (s *setter) code(source string) {
	if strings.TrimSpace(source) == "" {
		return
	}
	s.indented(margin{first: "  ", rest: "  "}, func() {
		first, rest := s.marginWidths()
		for _, line := range strings.Split(strings.Trim(source, "\n"), "\n") {
			r := reader{style: layoutStyle{color: s.palette.Code}}
			r.read(strings.TrimRight(line, " "))
			s.codeLine(r.cells, s.width-max(first, rest))
		}
	})
}

func (s *setter) codeLine(cells []cell, limit int) {
	sign := reader{style: layoutStyle{attr: faint}}
	sign.read(s.glyphs.Wrapped)
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
		prefix = sign.cells
	}
}

// render writes cells as a string that starts and ends unstyled.
func (s *setter) render(line []cell) string {
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

// hyperlink leads from inside one link to inside another; zero is outside. The
// id joins the parts of a link that goes over several lines.
func (s *setter) hyperlink(from, to int32) string {
	switch {
	case !s.options.Links || s.plain || from == to:
		return ""
	case to <= 0 || int(to) > len(s.links.list):
		return ansi.ResetHyperlink()
	}
	return ansi.SetHyperlink(s.links.list[to-1].URL, "id="+strconv.Itoa(int(to)))
}
