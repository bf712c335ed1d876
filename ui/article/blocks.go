package article

import (
	"strconv"
	"strings"

	"charm.land/glamour/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"dateline/ui/style"
)

const (
	defaultWidth = 72
	minWidth     = 8
)

// layouter lays out Markdown block by block. It draws margins and breaks lines itself.
// Glamour styles only the text of a paragraph, a heading or a table.
type layouter struct {
	options Options
	// plain turns off every escape sequence.
	plain     bool
	textWidth int
	palette   style.Article
	glyphs    style.ArticleGlyphs
	links     *links
	parser    parser.Parser
	inline    *glamour.TermRenderer

	source  []byte
	out     []string
	margins []*margin
	// gap is the empty line, with its margin, to emit before the next line; nil if
	// there is none.
	gap []cell
}

// margin is what a list item or quote puts before its lines. first is for its first
// line, rest for the others.
type margin struct {
	first, rest string
	style       layoutStyle
	// used reports whether first was emitted.
	used bool
}

func newLayouter(o Options) layouter {
	s := layouter{options: o, textWidth: o.Width, palette: colors(o)}
	if s.textWidth <= 0 {
		s.textWidth = defaultWidth
	}
	s.textWidth = max(s.textWidth, minWidth)
	s.glyphs = style.ForArticle(o.ASCII)
	s.parser = parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithParagraphTransformers(util.Prioritized(extension.NewTableParagraphTransformer(), 200)),
	)
	s.inline = s.newInline(0)
	return s
}

// layOut returns the lines of the Markdown of a chunk.
func (s *layouter) layOut(md []byte) []string {
	s.source, s.out, s.gap = md, nil, nil
	s.blocks(s.parser.Parse(text.NewReader(md)), false)
	return s.out
}

// blocks lays out the children of n, with empty lines between them unless tight.
func (s *layouter) blocks(n ast.Node, tight bool) {
	s.each(n, tight, s.block)
}

// each calls layOut for the children of n. Unless tight, it puts an empty line between
// children that have lines.
func (s *layouter) each(n ast.Node, tight bool, layOut func(ast.Node)) {
	some := false
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		before, gap := len(s.out), s.gap
		if some && !tight && gap == nil {
			s.gap = s.margin()
		}
		layOut(c)
		if len(s.out) == before {
			s.gap = gap
			continue
		}
		some = true
	}
}

func (s *layouter) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		s.paragraph(strings.Repeat("#", n.Level) + " " + s.lines(n))
	case *ast.Paragraph, *ast.TextBlock:
		s.paragraph(s.lines(n))
	case *ast.Blockquote:
		s.indented(margin{first: s.glyphs.Bar, rest: s.glyphs.Bar, style: layoutStyle{attr: faint}}, func() { s.blocks(n, false) })
	case *ast.List:
		s.list(n)
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		s.code(s.lines(n))
	case *ast.ThematicBreak:
		s.rule()
	case *extast.Table:
		s.table(n)
	}
}

// lines returns the Markdown of a block without its margins.
func (s *layouter) lines(n ast.Node) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(s.source))
	}
	return b.String()
}

func (s *layouter) list(l *ast.List) {
	number, last := l.Start, l.Start+l.ChildCount()-1
	digits := max(len(strconv.Itoa(number)), len(strconv.Itoa(last)))
	bullet := s.glyphs.Bullets[listDepth(l)%len(s.glyphs.Bullets)]
	tight := isTight(l)
	s.each(l, tight, func(item ast.Node) {
		first := bullet
		if l.IsOrdered() {
			first = strconv.Itoa(number) + ". "
			first = strings.Repeat(" ", max(digits+2-len(first), 0)) + first
			number++
		}
		s.indented(margin{first: first, rest: strings.Repeat(" ", ansi.StringWidth(first))}, func() { s.blocks(item, tight) })
	})
}

// isTight reports whether no item of a list has two paragraphs. Markdown's own rule does
// not work here, because the converter puts an empty line before every nested list.
func isTight(l *ast.List) bool {
	for item := l.FirstChild(); item != nil; item = item.NextSibling() {
		paragraphs := 0
		for c := item.FirstChild(); c != nil; c = c.NextSibling() {
			if k := c.Kind(); k == ast.KindParagraph || k == ast.KindTextBlock {
				paragraphs++
			}
		}
		if paragraphs > 1 {
			return false
		}
	}
	return true
}

// listDepth returns the number of lists around n.
func listDepth(n ast.Node) int {
	depth := 0
	for p := n.Parent(); p != nil; p = p.Parent() {
		if _, ok := p.(*ast.List); ok {
			depth++
		}
	}
	return depth
}

// indented calls layOut with a margin added. If the margins would leave less than a third
// of the text width, or less than 12 cells, the text keeps its bullet but is not
// indented further.
func (s *layouter) indented(m margin, layOut func()) {
	first, rest := s.marginWidths()
	room := s.textWidth - max(s.textWidth/3, 12)
	if rest+ansi.StringWidth(m.rest) > room {
		m.rest = ""
	}
	if first+ansi.StringWidth(m.first) > max(room, s.textWidth/2) {
		m.first = ""
	}
	s.margins = append(s.margins, &m)
	layOut()
	s.margins = s.margins[:len(s.margins)-1]
}

// marginWidths returns the width of the margins of the next line, and of the lines after
// it.
func (s *layouter) marginWidths() (first, rest int) {
	for _, m := range s.margins {
		w := ansi.StringWidth(m.rest)
		rest += w
		if !m.used {
			w = ansi.StringWidth(m.first)
		}
		first += w
	}
	return first, rest
}

// margin returns the margins before the next line. It is never nil.
func (s *layouter) margin() []cell {
	r := cellReader{cells: make([]cell, 0, 2*len(s.margins))}
	for _, m := range s.margins {
		text := m.rest
		if !m.used {
			text, m.used = m.first, true
		}
		r.style = m.style
		r.read(text)
	}
	return r.cells
}

// emit adds a line behind the margins. If an empty line is due before it, it adds that
// first.
func (s *layouter) emit(cells []cell) {
	if s.gap != nil {
		s.out = append(s.out, s.render(s.gap))
		s.gap = nil
	}
	s.out = append(s.out, s.render(append(s.margin(), cells...)))
}
