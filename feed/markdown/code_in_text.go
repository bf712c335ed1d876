package markdown

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/markup"
	"dateline/feed/text"
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
		if isBlock(c) {
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
			run.WriteString(textOf(c))
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
			n.InsertBefore(newText(" "), before)
		}
		return
	}
	code := &html.Node{Type: html.ElementNode, Data: "code", DataAtom: atom.Code}
	code.AppendChild(newText(inner))
	if !strings.HasPrefix(s, inner) {
		n.InsertBefore(newText(" "), before)
	}
	n.InsertBefore(code, before)
	if !strings.HasSuffix(s, inner) {
		n.InsertBefore(newText(" "), before)
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
	return n.DataAtom == atom.A && markup.NodeAttribute(n, "href") != "" || n.DataAtom == atom.Img || n.DataAtom == atom.Br || isBlock(n)
}

// isBlock reports whether n is on lines of its own.
func isBlock(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Br, atom.Img, atom.Picture, atom.Source, atom.Audio, atom.Video:
		return false
	}
	return n.Type == html.ElementNode && text.IsBlockTag(n.Data)
}

// textOf returns the text of n.
func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}
