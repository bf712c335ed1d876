package article

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// parse takes a piece of markup apart into units.
func parse(s string) []*html.Node {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(s), body)
	if err != nil {
		nodes = bareText(s)
	}
	for _, n := range nodes {
		body.AppendChild(n)
	}
	var u unitList
	u.add(body)
	u.end()
	return u.units
}

// bareText is the text of a document that is nested too deeply to be parsed.
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

type unitList struct {
	units []*html.Node
	para  *html.Node
}

// add takes over the children of n.
func (u *unitList) add(n *html.Node) {
	for c := n.FirstChild; c != nil; c = n.FirstChild {
		n.RemoveChild(c)
		switch {
		case c.Type == html.TextNode:
			u.inline(c)
		case c.Type != html.ElementNode:
		case c.DataAtom == atom.Br && u.para != nil && isBreak(u.para.LastChild):
			u.end()
		case isWrapper(c):
			u.end()
			u.add(c)
			u.end()
		case isBlock(c.DataAtom):
			u.end()
			u.units = append(u.units, split(c)...)
		default:
			u.inline(c)
		}
	}
}

func (u *unitList) inline(n *html.Node) {
	if u.para == nil {
		u.para = element(atom.P)
	}
	u.para.AppendChild(n)
}

func (u *unitList) end() {
	if u.para != nil {
		u.units = append(u.units, split(u.para)...)
		u.para = nil
	}
}

// isBreak looks past the blanks that pages put between two <br>.
func isBreak(n *html.Node) bool {
	for n != nil && n.Type == html.TextNode && strings.TrimSpace(n.Data) == "" {
		n = n.PrevSibling
	}
	return n != nil && n.DataAtom == atom.Br
}

// isWrapper says that an element only holds others: its children stand for it.
func isWrapper(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Table:
		return isLayout(n)
	case atom.Ul, atom.Ol, atom.Dl, atom.Blockquote, atom.Pre, atom.A, atom.P,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Hr:
		return false
	}
	return isBlock(n.DataAtom) || hasBlock(n)
}

func hasBlock(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && (isBlock(c.DataAtom) || hasBlock(c)) {
			return true
		}
	}
	return false
}

// isBlock says that an element starts on a line of its own.
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

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// moveChildren appends the children of from to to.
func moveChildren(to, from *html.Node) {
	for c := from.FirstChild; c != nil; c = from.FirstChild {
		from.RemoveChild(c)
		to.AppendChild(c)
	}
}

// unwrap puts the children of n in its place.
func unwrap(n *html.Node) {
	for c := n.FirstChild; c != nil; c = n.FirstChild {
		n.RemoveChild(c)
		n.Parent.InsertBefore(c, n)
	}
	n.Parent.RemoveChild(n)
}

func rename(n *html.Node, a atom.Atom) { n.Data, n.DataAtom = a.String(), a }

// textOf is the text below n as it was written.
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
