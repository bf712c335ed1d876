package article

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// parse returns the units of a part of an article's HTML.
func parse(s string) []*html.Node {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(s), body)
	if err != nil {
		nodes = bareText(s)
	}
	for _, n := range nodes {
		body.AppendChild(n)
	}
	var units []*html.Node
	for _, b := range blocksOf(body) {
		units = append(units, split(b)...)
	}
	return units
}

// bareText returns the text of HTML that is nested too deeply for the parser. The end of
// a block becomes two line breaks.
func bareText(s string) []*html.Node {
	var nodes []*html.Node
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return nodes
		case html.TextToken:
			nodes = append(nodes, textNode(string(z.Text())))
		case html.EndTagToken:
			if name, _ := z.TagName(); isBlock(atom.Lookup(name)) {
				nodes = append(nodes, element(atom.Br), element(atom.Br))
			}
		}
	}
}

// blocksOf takes the content of n apart into blocks. Text between two of them becomes a
// paragraph, and the content of elements that only contain blocks takes their place. So
// each block is a heading, a list, a quote, code, a table, a rule, or a paragraph.
func blocksOf(n *html.Node) []*html.Node {
	var l blockList
	l.add(n)
	return l.blocks
}

// blockList collects blocks.
type blockList struct {
	blocks []*html.Node
	// para is the paragraph that collects inline content; nil if there is none.
	para *html.Node
}

// add moves the children of n into blocks.
func (l *blockList) add(n *html.Node) {
	l.para = nil
	for c := n.FirstChild; c != nil; c = n.FirstChild {
		n.RemoveChild(c)
		switch {
		case c.Type == html.TextNode:
			l.inline(c)
		case c.Type != html.ElementNode:
		case c.DataAtom == atom.Br && l.para != nil && isBreak(l.para.LastChild):
			l.para = nil
		case isWrapper(c):
			if c.DataAtom == atom.A {
				pushDown(c)
			}
			l.add(c)
		case isBlock(c.DataAtom):
			l.blocks = append(l.blocks, c)
			l.para = nil
		default:
			l.inline(c)
		}
	}
	l.para = nil
}

func (l *blockList) inline(n *html.Node) {
	if l.para == nil {
		l.para = element(atom.P)
		l.blocks = append(l.blocks, l.para)
	}
	l.para.AppendChild(n)
}

// isBreak reports whether n is a <br>, or spaces that follow a <br>.
func isBreak(n *html.Node) bool {
	for n != nil && n.Type == html.TextNode && strings.TrimSpace(n.Data) == "" {
		n = n.PrevSibling
	}
	return n != nil && n.DataAtom == atom.Br
}

// isWrapper reports whether an element only contains blocks, so that its children can
// replace it.
func isWrapper(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Table:
		return isLayout(n)
	case atom.A:
		return firstBlock(n) != nil
	case atom.Ul, atom.Ol, atom.Dl, atom.Blockquote, atom.Pre,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Hr:
		return false
	}
	return isBlock(n.DataAtom) && n.DataAtom != atom.P || hasBlock(n)
}

// hasBlock reports whether n contains a block element.
func hasBlock(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && (isBlock(c.DataAtom) || hasBlock(c)) {
			return true
		}
	}
	return false
}

// isBlock reports whether an element starts on a line of its own.
func isBlock(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Section, atom.Article, atom.Main, atom.Aside, atom.Header, atom.Footer, atom.Nav,
		atom.Figure, atom.Figcaption, atom.Center, atom.Details, atom.Summary, atom.Address, atom.Hgroup, atom.Form,
		atom.Fieldset, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dt,
		atom.Dd, atom.Table, atom.Caption, atom.Thead, atom.Tbody, atom.Tfoot, atom.Tr, atom.Td, atom.Th,
		atom.Blockquote, atom.Pre, atom.Hr:
		return true
	}
	return false
}

func textNode(s string) *html.Node { return &html.Node{Type: html.TextNode, Data: s} }

func element(a atom.Atom, children ...*html.Node) *html.Node {
	n := &html.Node{Type: html.ElementNode, Data: a.String(), DataAtom: a}
	for _, c := range children {
		n.AppendChild(c)
	}
	return n
}

// attr returns an attribute of n; empty if n does not have it.
func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// moveChildren moves the children of from to the end of to.
func moveChildren(to, from *html.Node) {
	for c := from.FirstChild; c != nil; c = from.FirstChild {
		from.RemoveChild(c)
		to.AppendChild(c)
	}
}

// isBlank reports whether there is neither text nor an image in n.
func isBlank(n *html.Node) bool { return n.DataAtom != atom.Img && linkText(n) == "" }

// textOf returns the text below n. A <br> is a line break.
func textOf(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.DataAtom == atom.Br:
			b.WriteByte('\n')
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return b.String()
}
