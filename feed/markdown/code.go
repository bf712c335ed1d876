package markdown

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/markup"
	"dateline/feed/text"
)

// plainCode makes the content of a <pre> one text, because Markdown has no links and no
// pictures in code. These become a paragraph behind it. A link whose text is its address
// needs none.
func plainCode(pre *html.Node) {
	code := markup.CodeOf(pre)
	s, shown := readCode(pre)
	for c := pre.FirstChild; c != nil; c = pre.FirstChild {
		pre.RemoveChild(c)
	}
	switch {
	case text.IsBlank(s):
		pre.Data, pre.DataAtom = atom.Div.String(), atom.Div
	case code == pre:
		pre.AppendChild(markup.NewText(s))
	default:
		for c := code.FirstChild; c != nil; c = code.FirstChild {
			code.RemoveChild(c)
		}
		code.AppendChild(markup.NewText(s))
		pre.AppendChild(code)
	}
	if len(shown) == 0 || pre.Parent == nil {
		return
	}
	p := markup.NewElement(atom.P)
	for i, n := range shown {
		if i > 0 {
			p.AppendChild(markup.NewElement(atom.Br))
		}
		p.AppendChild(n)
	}
	pre.Parent.InsertBefore(p, pre.NextSibling)
}

// readCode returns the text of code, without no-break spaces and with the descriptions of
// pictures, and copies of its links and pictures, each address once.
func readCode(pre *html.Node) (s string, shown []*html.Node) {
	var b strings.Builder
	seen := map[string]bool{}
	for n := range pre.Descendants() {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.DataAtom == atom.Br:
			b.WriteByte('\n')
		case n.DataAtom == atom.Img:
			b.WriteString(markup.NodeAttribute(n, "alt"))
			if src := markup.NodeAttribute(n, "src"); src != "" && !seen[src] {
				seen[src] = true
				shown = append(shown, &html.Node{Type: n.Type, Data: n.Data, DataAtom: n.DataAtom, Attr: n.Attr})
			}
		case n.DataAtom == atom.A:
			href, name := markup.NodeAttribute(n, "href"), linkName(n)
			if href == "" || name == "" || name == href || seen[href] {
				continue
			}
			seen[href] = true
			a := &html.Node{Type: n.Type, Data: n.Data, DataAtom: n.DataAtom, Attr: n.Attr}
			a.AppendChild(markup.NewText(name))
			shown = append(shown, a)
		}
	}
	return strings.ReplaceAll(b.String(), "\u00a0", " "), shown
}

// linkName returns the text of a link on one line, or the description of its picture.
func linkName(a *html.Node) string {
	var b, alt strings.Builder
	for n := range a.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		} else if n.DataAtom == atom.Img {
			alt.WriteString(markup.NodeAttribute(n, "alt"))
		}
	}
	if s := text.Clean(b.String()); s != "" {
		return s
	}
	return text.Clean(alt.String())
}

// moveIntoCode moves a link around code into the code.
func moveIntoCode(a, pre *html.Node) {
	code := markup.CodeOf(pre)
	link := &html.Node{Type: a.Type, Data: a.Data, DataAtom: a.DataAtom, Attr: a.Attr}
	for c := code.FirstChild; c != nil; c = code.FirstChild {
		code.RemoveChild(c)
		link.AppendChild(c)
	}
	code.AppendChild(link)
	a.Data, a.DataAtom, a.Attr = "div", atom.Div, nil
}

// codeIn returns the first block of code in n; nil if there is none.
func codeIn(n *html.Node) *html.Node {
	for c := range n.Descendants() {
		if c.DataAtom == atom.Pre {
			return c
		}
	}
	return nil
}

// splitCode makes each line of code in a text code of its own, because Markdown has no line
// breaks in it. It reports whether there are several lines.
func splitCode(code *html.Node) bool {
	if !hasBreak(code) {
		return false
	}
	s, shown := readCode(code)
	setLines(code, s, func() *html.Node { return markup.NewElement(atom.Br) })
	for _, n := range shown {
		code.AppendChild(markup.NewText(" "))
		code.AppendChild(n)
	}
	return true
}

// hasBreak reports whether there is a <br> in n, and no block.
func hasBreak(n *html.Node) bool {
	some := false
	for c := range n.Descendants() {
		switch {
		case c.DataAtom == atom.Br:
			some = true
		case markup.IsBlock(c.DataAtom):
			return false
		}
	}
	return some
}

// setLines replaces the content of n by lines of code with the result of end between. The
// blanks before a line are outside of the code, because code in a text loses them.
func setLines(n *html.Node, s string, end func() *html.Node) {
	for c := n.FirstChild; c != nil; c = n.FirstChild {
		n.RemoveChild(c)
	}
	n.Data, n.DataAtom = atom.Span.String(), atom.Span
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			n.AppendChild(end())
		}
		line = strings.TrimRight(strings.ReplaceAll(line, "\t", "    "), " ")
		rest := strings.TrimLeft(line, " ")
		if indent := len(line) - len(rest); indent > 0 {
			n.AppendChild(markup.NewText(strings.Repeat("\u00a0", indent)))
		}
		if rest != "" {
			code := markup.NewElement(atom.Code)
			code.AppendChild(markup.NewText(rest))
			n.AppendChild(code)
		}
	}
}
