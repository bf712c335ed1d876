package article

import (
	"io"
	"strings"

	glamour "charm.land/glamour/v2/ansi"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/markup"
	"dateline/feed/text"
)

// place says what is around inline HTML.
type place struct {
	// link is the link around it; nil if there is none.
	link *span
	code bool
	// cell reports whether the text is in the cell of a table. Its blocks are on one line,
	// but code and lists.
	cell bool
	// lines reports whether the cell keeps its line breaks, pre whether the text is code of
	// several lines in it.
	lines, pre bool
	// lists is the number of lists in the cell around the text.
	lists int
}

// inline appends glamour's elements for the content of n.
func (l *layouter) inline(out []glamour.ElementRenderer, n *html.Node, at place) []glamour.ElementRenderer {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.Type {
		case html.TextNode:
			out = l.text(out, c.Data, at)
		case html.ElementNode:
			out = l.element(out, c, at)
		}
	}
	return out
}

// text appends a text node.
func (l *layouter) text(out []glamour.ElementRenderer, s string, at place) []glamour.ElementRenderer {
	s = text.CleanText(s)
	switch {
	case at.pre:
		return l.cellCode(out, s)
	case at.code:
		// CodeSpanElement takes no style from the elements around it, so that code
		// would never be bold.
		return append(out, &glamour.BaseElement{Token: escaper.Replace(s), Style: l.style.Code.StylePrimitive})
	case at.link != nil:
		return appendText(out, s)
	}
	return l.textWithLinks(out, s)
}

// element appends an element with its content. A block inside of a heading or of the cell
// of a table becomes text with spaces around.
func (l *layouter) element(out []glamour.ElementRenderer, n *html.Node, at place) []glamour.ElementRenderer {
	out = l.addPlace(out, n)
	switch n.DataAtom {
	case atom.Br:
		if at.cell && !at.lines && !at.code {
			return appendText(out, " ")
		}
		return append(out, newLine())
	case atom.Img:
		return l.picture(out, n, at)
	case atom.A:
		return l.anchor(out, n, at)
	case atom.B, atom.Strong:
		return append(out, strong(l.inline(nil, n, at)))
	case atom.I, atom.Em:
		return append(out, &glamour.EmphasisElement{Level: 1, Children: l.inline(nil, n, at)})
	case atom.Del, atom.S, atom.Strike:
		return append(out, &span{style: l.style.Strikethrough, children: l.inline(nil, n, at)})
	case atom.Ins:
		return append(out, &span{style: glamour.StylePrimitive{Underline: l.style.LinkText.Underline}, children: l.inline(nil, n, at)})
	case atom.Mark:
		return append(out, &span{style: glamour.StylePrimitive{Inverse: l.style.LinkText.Underline}, children: l.inline(nil, n, at)})
	case atom.Kbd: // Without colours a key would look like any word.
		at.code = true
		return append(out, strong(l.inline(nil, n, at)))
	case atom.Pre, atom.Ul, atom.Ol:
		if at.cell {
			return l.cellLines(out, n, at)
		}
		at.code = n.DataAtom == atom.Pre
	case atom.Code, atom.Samp, atom.Tt, atom.Var:
		at.code = true
	case atom.Video, atom.Audio:
		return l.media(out, n, at)
	case atom.Rt:
		if n.PrevSibling == nil || n.PrevSibling.DataAtom != atom.Rp {
			return appendText(l.inline(appendText(out, "("), n, at), ")")
		}
	case atom.Q:
		return appendText(l.inline(appendText(out, "“"), n, at), "”")
	}
	at.lines = at.lines || markup.KeepsLines(n)
	block := markup.IsBlock(n.DataAtom)
	if block && !isFirst(n) {
		out = appendText(out, " ")
	}
	out = l.inline(out, n, at)
	if block && !isLast(n) {
		out = appendText(out, " ")
	}
	return out
}

// isFirst reports whether nothing is before n, also if n is the first in inline elements.
func isFirst(n *html.Node) bool {
	for ; n != nil && n.PrevSibling == nil; n = n.Parent {
		if n.Parent == nil || markup.IsBlock(n.Parent.DataAtom) {
			return true
		}
	}
	return n == nil
}

// isLast reports whether nothing is behind n, also if n is the last in inline elements. The
// number of a link separates its text from what is behind it.
func isLast(n *html.Node) bool {
	for ; n != nil && n.NextSibling == nil; n = n.Parent {
		if n.Parent == nil || n.Parent.DataAtom == atom.A || markup.IsBlock(n.Parent.DataAtom) {
			return true
		}
	}
	return n == nil
}

// prepare writes as text what a terminal has no style for: the references of footnotes,
// superscripts and subscripts, and struck words if there are no styles at all.
func (l *layouter) prepare(body *html.Node) {
	l.raiseNotes(body)
	markup.WriteScripts(body, l.options.ASCII)
	if l.plain {
		markup.MarkStruck(body)
	}
}

// appendText appends a text. In HTML every kind of white space is a space.
func appendText(out []glamour.ElementRenderer, s string) []glamour.ElementRenderer {
	if s == "" {
		return out
	}
	return append(out, &glamour.BaseElement{Token: escaper.Replace(s)})
}

// escaper makes white space of HTML spaces. It doubles backslashes, because BaseElement
// drops those before punctuation.
var escaper = strings.NewReplacer(`\`, `\\`, "\n", " ", "\t", " ")

// strong returns an element that makes others bold.
func strong(children []glamour.ElementRenderer) glamour.ElementRenderer {
	return &glamour.EmphasisElement{Level: 2, Children: children}
}

// span is what glamour has no element for: struck, inserted and marked text, and links, in
// which other elements keep their own style.
type span struct {
	children []glamour.ElementRenderer
	// style is what the span adds to the style around: underline, struck or inverse.
	style glamour.StylePrimitive
	// mark is the [linkMark] of a link or picture; empty for others. outer is the link
	// around it.
	mark  string
	outer *span
}

// Render writes the span outside of other styles.
func (e *span) Render(w io.Writer, ctx glamour.RenderContext) error {
	return e.StyleOverrideRender(w, ctx, glamour.StylePrimitive{})
}

// StyleOverrideRender writes the span with the style that is around it.
func (e *span) StyleOverrideRender(w io.Writer, ctx glamour.RenderContext, around glamour.StylePrimitive) error {
	if e.style.Underline != nil {
		around.Underline = e.style.Underline
	}
	if e.style.CrossedOut != nil {
		around.CrossedOut = e.style.CrossedOut
	}
	if e.style.Inverse != nil {
		around.Inverse = e.style.Inverse
	}
	_, _ = io.WriteString(w, e.mark)
	for _, c := range e.children {
		if o, ok := c.(glamour.StyleOverriderElementRenderer); ok {
			_ = o.StyleOverrideRender(w, ctx, around)
		} else {
			_ = c.Render(w, ctx)
		}
	}
	switch {
	case e.mark == "":
		return nil
	case e.outer != nil && e.outer.mark != "":
		_, err := io.WriteString(w, e.outer.mark)
		return err
	}
	_, err := io.WriteString(w, linkMark(0, 0))
	return err
}

// dim is a faint text that dateline adds. Glamour cannot make text faint.
type dim string

// Render writes the text.
func (e dim) Render(w io.Writer, _ glamour.RenderContext) error {
	_, err := io.WriteString(w, ansi.Style{}.Faint().Styled(string(e)))
	return err
}

// read returns what the elements write, without needless spaces. The cells are valid until
// the next call.
func (l *layouter) read(elements []glamour.ElementRenderer) []cell {
	l.reader = cellReader{cells: l.reader.cells[:0]}
	// The reader never fails, and so do the elements.
	_ = (&span{children: elements}).Render(&l.reader, l.context)
	return collapse(l.reader.cells)
}
