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

// setter sets Markdown block by block: it keeps the margins itself and leaves
// to glamour what stands in a paragraph, a heading or a table.
type setter struct {
	options Options
	// plain leaves out every escape sequence.
	plain   bool
	width   int
	palette style.Article
	glyphs  style.ArticleGlyphs
	links   *links
	parser  parser.Parser
	inline  *glamour.TermRenderer

	source  []byte
	out     []string
	margins []*margin
	// gap is the blank line, with its margin, to put before the next line; nil
	// for none.
	gap []cell
}

// margin is what one list item or quote puts before its lines.
type margin struct {
	first, rest string
	style       layoutStyle
	used        bool
}

func newSetter(o Options) setter {
	s := setter{options: o, width: o.Width, palette: colors(o)}
	if s.width <= 0 {
		s.width = defaultWidth
	}
	s.width = max(s.width, minWidth)
	s.glyphs = style.ForArticle(o.ASCII)
	s.parser = parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithParagraphTransformers(util.Prioritized(extension.NewTableParagraphTransformer(), 200)),
	)
	s.inline = s.newInline(0)
	return s
}

// markdown sets a piece of an article.
func (s *setter) markdown(md []byte) []string {
	s.source, s.out, s.gap = md, nil, nil
	s.blocks(s.parser.Parse(text.NewReader(md)), false)
	return s.out
}

// blocks sets the children of n, with blank lines between unless tight.
func (s *setter) blocks(n ast.Node, tight bool) {
	s.each(n, tight, s.block)
}

func (s *setter) each(n ast.Node, tight bool, set func(ast.Node)) {
	some := false
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		before, gap := len(s.out), s.gap
		if some && !tight && gap == nil {
			s.gap = s.margin()
		}
		set(c)
		if len(s.out) == before {
			s.gap = gap
			continue
		}
		some = true
	}
}

func (s *setter) block(n ast.Node) {
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

// lines is the Markdown of a block without the margins it had in the source.
func (s *setter) lines(n ast.Node) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(s.source))
	}
	return b.String()
}

func (s *setter) list(l *ast.List) {
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

// isTight says that no item has a second paragraph. Markdown's own notion is
// spoilt by the converter, which puts a blank line before every nested list.
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

func listDepth(n ast.Node) int {
	depth := 0
	for p := n.Parent(); p != nil; p = p.Parent() {
		if _, ok := p.(*ast.List); ok {
			depth++
		}
	}
	return depth
}

// indented sets what stands behind a margin. Where the margins would leave less
// than a third of the measure, or a dozen cells, the text keeps its bullet but
// no longer steps in.
func (s *setter) indented(m margin, set func()) {
	first, rest := s.marginWidths()
	room := s.width - max(s.width/3, 12)
	if rest+ansi.StringWidth(m.rest) > room {
		m.rest = ""
	}
	if first+ansi.StringWidth(m.first) > max(room, s.width/2) {
		m.first = ""
	}
	s.margins = append(s.margins, &m)
	set()
	s.margins = s.margins[:len(s.margins)-1]
}

// marginWidths are those of the next line and of the ones after it.
func (s *setter) marginWidths() (first, rest int) {
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

// margin is what stands before the next line. It is never nil.
func (s *setter) margin() []cell {
	r := reader{cells: make([]cell, 0, 2*len(s.margins))}
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

// emit adds one line behind the margins, and the blank line owed before it.
func (s *setter) emit(cells []cell) {
	if s.gap != nil {
		s.out = append(s.out, s.render(s.gap))
		s.gap = nil
	}
	s.out = append(s.out, s.render(append(s.margin(), cells...)))
}
