package markdown

import (
	"math"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/markup"
)

// isTextCode reports whether Markdown writes an element as code within a text.
func isTextCode(a atom.Atom) bool {
	switch a {
	case atom.Code, atom.Kbd, atom.Samp, atom.Tt, atom.Var:
		return true
	}
	return false
}

// spreadCode puts code that has links, pictures or blocks in it into these, because Markdown
// has none of them in code. It reports whether it did. Other code stays as it is.
func spreadCode(code *html.Node) bool {
	if !hasMore(code) {
		return false
	}
	code.Data, code.DataAtom = atom.Span.String(), atom.Span
	for c := range code.Descendants() {
		if markup.IsBlock(c.DataAtom) {
			code.Data, code.DataAtom = atom.Div.String(), atom.Div
		}
	}
	wrapCode(code)
	return true
}

// wrapCode makes each run of text below n code.
func wrapCode(n *html.Node) {
	var run strings.Builder
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if isMore(c) || hasMore(c) {
			writeRun(&run, n, c)
			wrapCode(c)
		} else {
			run.WriteString(markup.TextOf(c, math.MaxInt))
			n.RemoveChild(c)
		}
		c = next
	}
	writeRun(&run, n, nil)
}

// writeRun writes a run of code as a child of n before another one. The blanks around it are
// no code.
func writeRun(run *strings.Builder, n, before *html.Node) {
	s := run.String()
	run.Reset()
	inner := strings.Trim(s, " \n\t")
	if inner == "" {
		if s != "" {
			n.InsertBefore(markup.NewText(" "), before)
		}
		return
	}
	code := markup.NewElement(atom.Code)
	code.AppendChild(markup.NewText(inner))
	if !strings.HasPrefix(s, inner) {
		n.InsertBefore(markup.NewText(" "), before)
	}
	n.InsertBefore(code, before)
	if !strings.HasSuffix(s, inner) {
		n.InsertBefore(markup.NewText(" "), before)
	}
}

// hasMore reports whether there is more than text in n.
func hasMore(n *html.Node) bool {
	for c := range n.Descendants() {
		if isMore(c) {
			return true
		}
	}
	return false
}

// isMore reports whether n is a link, a picture, a line break or a block.
func isMore(n *html.Node) bool {
	return n.DataAtom == atom.A && markup.NodeAttribute(n, "href") != "" || n.DataAtom == atom.Img || n.DataAtom == atom.Br || markup.IsBlock(n.DataAtom)
}
