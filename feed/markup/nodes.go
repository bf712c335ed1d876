package markup

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/text"
)

// NewText returns a text node.
func NewText(s string) *html.Node { return &html.Node{Type: html.TextNode, Data: s} }

// NewElement returns an element with children.
func NewElement(a atom.Atom, children ...*html.Node) *html.Node {
	n := &html.Node{Type: html.ElementNode, Data: a.String(), DataAtom: a}
	for _, c := range children {
		n.AppendChild(c)
	}
	return n
}

// TextOf returns the text of n, at most about limit bytes of it.
func TextOf(n *html.Node, limit int) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
		if b.Len() >= limit {
			break
		}
	}
	return b.String()
}

// IsBlock reports whether an element begins on a line of its own. Pictures and
// recordings are within a line.
func IsBlock(a atom.Atom) bool {
	switch a {
	case 0, atom.Br, atom.Img, atom.Picture, atom.Source, atom.Audio, atom.Video:
		return false
	}
	return text.IsBlockTag(a.String())
}

// PutAround puts a text before and after the content of n.
func PutAround(n *html.Node, before, after string) {
	n.InsertBefore(NewText(before), n.FirstChild)
	n.AppendChild(NewText(after))
}

// setAttribute sets an attribute of n, as its last one. An empty value removes it.
func setAttribute(n *html.Node, key, value string) { n.Attr = withAttribute(n.Attr, key, value) }

// withAttribute returns attributes with one that is set, see [setAttribute].
func withAttribute(attrs []html.Attribute, key, value string) []html.Attribute {
	attrs = slices.DeleteFunc(attrs, func(a html.Attribute) bool { return a.Key == key })
	if value == "" {
		return attrs
	}
	return append(attrs, html.Attribute{Key: key, Val: value})
}

// containsElement reports whether an element is below n.
func containsElement(n *html.Node, a atom.Atom) bool {
	for c := range n.Descendants() {
		if c.DataAtom == a {
			return true
		}
	}
	return false
}

// unwrap replaces n by its children.
func unwrap(n *html.Node) {
	for c := n.FirstChild; c != nil; c = n.FirstChild {
		n.RemoveChild(c)
		n.Parent.InsertBefore(c, n)
	}
	n.Parent.RemoveChild(n)
}
