package article

import (
	"cmp"
	"io"
	"slices"
	"strings"

	glamour "charm.land/glamour/v2/ansi"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/markup"
	"dateline/ui/style"
)

const (
	defaultWidth = 72
	minWidth     = 8
)

// layouter lays out HTML block by block. It draws margins and breaks lines itself.
// Glamour's elements style what is inside a block.
type layouter struct {
	options Options
	// plain turns off every escape sequence.
	plain     bool
	textWidth int
	glyphs    style.ArticleGlyphs
	style     glamour.StyleConfig
	context   glamour.RenderContext
	links     links
	places    places
	// pictures are the pictures that no line has yet, by their number from 1; nil for
	// those that a line has.
	pictures []*Picture
	// uncolored are the blocks of code to colour after the last line, codeSize is their
	// size in bytes.
	uncolored []codeBlock
	codeSize  int
	// languages are the names that chroma knows, in order; nil until they are needed.
	languages []string

	// out holds the lines of the piece that is being laid out, count is the number of
	// lines so far.
	out   []Line
	count int
	// current is the block that is being laid out, blocksSoFar the number of blocks.
	current     block
	blocksSoFar int32
	margins     []*margin
	// nesting is the number of lists and quotes around the block, lists that of lists
	// alone.
	nesting, lists int
	// gap is the margin of the empty lines to emit before the next line, if hasGap. last is
	// the kind of the line before.
	gap    []cell
	hasGap bool
	last   Kind
	// pictured reports whether the block before has nothing but pictures, or is their caption.
	pictured bool

	// These are used again for each block or line, so that they are allocated once.
	reader        cellReader
	margin, cells []cell
	bytes         []byte
}

// margin is what a list item or quote puts before its lines. first is for its first
// line, rest for the others.
type margin struct {
	first, rest []cell
	// used reports whether first was emitted.
	used bool
}

func newLayouter(o Options) *layouter {
	l := &layouter{options: o, textWidth: max(cmp.Or(max(o.Width, 0), defaultWidth), minWidth)}
	l.glyphs = style.ForArticle(o.ASCII)
	l.style = glamourStyle(&l.glyphs)
	l.context = glamour.NewRenderContext(glamour.Options{Styles: l.style})
	return l
}

// blocks lays out blocks, with empty lines between them unless tight. follows reports
// whether other blocks of the same element are before them.
func (l *layouter) blocks(list []*html.Node, tight, follows bool) {
	for i, n := range list {
		// Text behind a list in an item would look like a part of the list.
		after := i > 0 && isList(list[i-1]) && !isList(n)
		follows = l.apart(follows && (!tight || after) && !isAttached(n), func() { l.block(n) }) || follows
	}
}

// apart calls layOut and reports whether that emitted lines. If gap is set, an empty line
// comes before them.
func (l *layouter) apart(gap bool, layOut func()) bool {
	before, hadGap := l.count, l.hasGap
	if gap && !l.hasGap {
		l.gap, l.hasGap = l.appendMargin(nil), true
	}
	layOut()
	if l.count == before {
		l.hasGap = hadGap
	}
	return l.count > before
}

// block lays out a block of those that [blocksOf] returns.
func (l *layouter) block(n *html.Node) {
	l.places.beginsHere(n)
	switch n.DataAtom {
	case atom.Ul, atom.Ol, atom.Dl, atom.Blockquote, atom.Details:
		l.nested(n)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		l.heading(n)
	case atom.Pre:
		l.code(n)
	case atom.Table:
		l.table(n)
	case atom.Hr:
		l.rule()
	default:
		l.paragraph(n)
	}
}

// isList reports whether n is a list of items.
func isList(n *html.Node) bool { return n.DataAtom == atom.Ul || n.DataAtom == atom.Ol }

// paragraph lays out text.
func (l *layouter) paragraph(n *html.Node) {
	below := l.pictured
	l.begin(Paragraph)
	if pictures := onlyPictures(n); pictures != nil {
		l.pictureLines(pictures)
		l.pictured = true
		return
	}
	cells := l.read(l.inline(nil, n, place{}))
	if !is(n, caption) {
		l.lines(cells)
		return
	}
	dimCells(cells)
	indent := ""
	if l.pictured = below && is(n, attached); l.pictured {
		indent = l.pictureIndent()
	}
	l.indented(indent, indent, cellStyle{}, func() { l.lines(cells) })
}

// dimCells makes text faint.
func dimCells(cells []cell) {
	for i := range cells {
		cells[i].style.attr |= faint
	}
}

// details lays out what a browser shows on request: its summary, and what it sums up
// indented below.
func (l *layouter) details(n *html.Node) {
	if !is(n, continued) {
		summary := summaryOf(n)
		l.begin(Paragraph)
		l.indented(l.glyphs.Details, strings.Repeat(" ", ansi.StringWidth(l.glyphs.Details)), cellStyle{attr: faint}, func() {
			l.lines(l.read([]glamour.ElementRenderer{strong(l.inline(nil, summary, place{}))}))
		})
	}
	l.indented("  ", "  ", cellStyle{}, func() { l.blocks(blocksOf(n), false, is(n, continued)) })
}

// summaryOf takes the summary out of a <details>.
func summaryOf(n *html.Node) *html.Node {
	for c := range n.ChildNodes() {
		if c.DataAtom == atom.Summary {
			n.RemoveChild(c)
			return c
		}
	}
	return markup.NewElement(atom.Summary, markup.NewText("Details"))
}

// begin begins a block.
func (l *layouter) begin(k Kind) {
	l.blocksSoFar++
	l.pictured = false
	l.current = block{number: l.blocksSoFar, kind: k}
}

// lines emits the text of a block, broken into lines.
func (l *layouter) lines(cells []cell) {
	first, rest := l.marginWidths()
	wrap(cells, l.textWidth-first, l.textWidth-rest, l.emit)
}

// faintHeading is the first level of headings that are dim. Glamour cannot make text faint.
const faintHeading = 3

// heading lays out a heading. What is between Render and Finish has the heading's style.
func (l *layouter) heading(n *html.Node) {
	l.begin(Heading)
	l.current.level = n.Data[1] - '0'
	e := glamour.HeadingElement{Level: int(l.current.level), First: true}
	_ = e.Render(io.Discard, l.context)
	cells := l.read(l.inline(nil, n, place{}))
	_ = e.Finish(io.Discard, l.context)
	if l.current.level >= faintHeading {
		for i := range cells {
			cells[i].style.attr |= faint
		}
	}
	l.lines(cells)
}

// rule draws a rule as wide as the text beside every margin.
func (l *layouter) rule() {
	l.begin(Rule)
	first, rest := l.marginWidths()
	l.emit(cellsOf(strings.Repeat(l.glyphs.Rule, max(l.textWidth-max(first, rest), 1)), cellStyle{attr: faint}), NewLine)
}

// nested lays out a list or quote. If it is nested more than maxNesting deep, its
// content is not indented.
func (l *layouter) nested(n *html.Node) {
	if l.nesting >= maxNesting {
		l.blocks(blocksOf(n), false, is(n, continued))
		return
	}
	l.nesting++
	switch n.DataAtom {
	case atom.Blockquote:
		l.indented(l.glyphs.Bar, l.glyphs.Bar, cellStyle{attr: faint}, func() { l.blocks(blocksOf(n), false, is(n, continued)) })
	case atom.Dl:
		l.definitions(n)
	case atom.Details:
		l.details(n)
	default:
		l.list(n)
	}
	l.nesting--
}

// list lays out a list. Its numbers are as wide as the widest of them.
func (l *layouter) list(n *html.Node) {
	items := listItems(n)
	bullet := l.glyphs.Bullets[l.lists%len(l.glyphs.Bullets)]
	width := 0
	for _, item := range items {
		width = max(width, len(item.number))
	}
	l.lists++
	tight, some := isTight(items), is(n, continued)
	for _, item := range items {
		first := bullet
		switch {
		case item.continued:
			first = strings.Repeat(" ", ansi.StringWidth(bullet))
			if n.DataAtom == atom.Ol {
				first = strings.Repeat(" ", width)
			}
		case n.DataAtom == atom.Ol:
			first = strings.Repeat(" ", width-len(item.number)) + item.number
		}
		some = l.apart(some && !tight && !item.continued, func() {
			l.indented(first, strings.Repeat(" ", ansi.StringWidth(first)), cellStyle{}, func() {
				l.places.beginsHere(item.node)
				l.blocks(item.blocks, tight, item.continued)
			})
		}) || some
	}
	l.lists--
}

// listItem is an item of a list.
type listItem struct {
	// number is what is before the item of an ordered list, such as "9. "; empty if it has
	// no number.
	number string
	node   *html.Node
	blocks []*html.Node
	// continued reports whether an earlier item is the beginning of this one.
	continued bool
}

// listItems returns the items of a list. What stands between items belongs to the item
// before.
func listItems(list *html.Node) []listItem {
	var nodes []*html.Node
	unnumbered := 0 // what stands before the first item
	for c := list.FirstChild; c != nil; c = list.FirstChild {
		list.RemoveChild(c)
		switch {
		case c.DataAtom == atom.Li:
			nodes = append(nodes, c)
		case isBlank(c):
		case len(nodes) == 0:
			nodes, unnumbered = append(nodes, markup.NewElement(atom.Li, c)), 1
		default:
			nodes[len(nodes)-1].AppendChild(c)
		}
	}
	numbers := map[*html.Node]string{}
	if list.DataAtom == atom.Ol {
		numbers = itemNumbers(list, nodes[unnumbered:])
	}
	items := make([]listItem, len(nodes))
	for i, n := range nodes {
		items[i] = listItem{node: n, blocks: blocksOf(n), continued: is(n, continued)}
		if number := cmp.Or(markup.NodeAttribute(n, listNumber), numbers[n]); number != "" {
			items[i].number = number + ". "
		}
	}
	return items
}

// itemNumbers returns the numbers of the items of an ordered list. An empty item takes a
// number, too.
func itemNumbers(list *html.Node, items []*html.Node) map[*html.Node]string {
	items = slices.DeleteFunc(slices.Clone(items), func(n *html.Node) bool { return n.DataAtom != atom.Li })
	next := markup.NumbersOf(list, len(items))
	numbers := make(map[*html.Node]string, len(items))
	for _, n := range items {
		numbers[n] = next.Take(n)
	}
	return numbers
}

// isTight reports whether no item of a list has two paragraphs.
func isTight(items []listItem) bool {
	for _, item := range items {
		paragraphs := 0
		for _, n := range item.blocks {
			if n.DataAtom == atom.P && !is(n, continued) && !isBlank(n) {
				paragraphs++
			}
		}
		if paragraphs > 1 {
			return false
		}
	}
	return true
}

// definitions lays out a definition list: terms bold, and their definitions indented
// below.
func (l *layouter) definitions(dl *html.Node) {
	afterTerm := !is(dl, continued)
	for c := dl.FirstChild; c != nil; c = dl.FirstChild {
		dl.RemoveChild(c)
		switch c.DataAtom {
		case atom.Dt:
			l.apart(!afterTerm, func() {
				l.places.beginsHere(c)
				l.begin(Paragraph)
				l.lines(l.read([]glamour.ElementRenderer{strong(l.inline(nil, c, place{}))}))
			})
			afterTerm = true
			continue
		case atom.Div:
			l.apart(!afterTerm, func() { l.definitions(c) })
		default:
			if isBlank(c) {
				continue
			}
			l.places.beginsHere(c)
			content := markup.NewElement(atom.Div, c)
			l.indented("  ", "  ", cellStyle{}, func() { l.blocks(blocksOf(content), false, false) })
		}
		afterTerm = false
	}
}

// indented calls layOut with a margin added. If the margins would leave less than a third
// of the text width, or less than 12 cells, the text keeps its bullet but is not
// indented further.
func (l *layouter) indented(first, rest string, style cellStyle, layOut func()) {
	before, beforeRest := l.marginWidths()
	room := l.textWidth - max(l.textWidth/3, 12)
	if beforeRest+ansi.StringWidth(rest) > room {
		rest = ""
	}
	if before+ansi.StringWidth(first) > max(room, l.textWidth/2) {
		first = ""
	}
	l.margins = append(l.margins, &margin{first: cellsOf(first, style), rest: cellsOf(rest, style)})
	layOut()
	l.margins = l.margins[:len(l.margins)-1]
}

// marginWidths returns the width of the margins of the next line, and of the lines after
// it.
func (l *layouter) marginWidths() (first, rest int) {
	for _, m := range l.margins {
		w := widthOf(m.rest)
		rest += w
		if !m.used {
			w = widthOf(m.first)
		}
		first += w
	}
	return first, rest
}

// appendMargin appends the margins before the next line.
func (l *layouter) appendMargin(cells []cell) []cell {
	for _, m := range l.margins {
		if m.used {
			cells = append(cells, m.rest...)
		} else {
			cells, m.used = append(cells, m.first...), true
		}
	}
	return cells
}

// cellsOf returns a text of dateline's own as cells.
func cellsOf(s string, style cellStyle) []cell {
	r := cellReader{style: style}
	_, _ = r.WriteString(s)
	return r.cells
}
