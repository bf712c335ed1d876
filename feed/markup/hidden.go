package markup

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/text"
)

// removeHidden removes the elements below n that no browser shows, and those that
// say once more what stands beside them.
func removeHidden(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type != html.ElementNode:
		case text.HidesText(attributesOf(c)):
			if fallback := formulaPicture(c); fallback != nil {
				// The page shows a picture of the formula for browsers without MathML.
				next = removeNode(fallback)
				break
			}
			removeNode(c)
		case NodeAttribute(c, "aria-hidden") == "true" && (isHeadingMark(c) || repeatsFormula(c)):
			removeNode(c)
		default:
			removeHidden(c)
		}
		c = next
	}
}

// attributesOf returns a function that finds an attribute of n.
func attributesOf(n *html.Node) func(string) (string, bool) {
	return func(key string) (string, bool) {
		for _, a := range n.Attr {
			if a.Key == key {
				return a.Val, true
			}
		}
		return "", false
	}
}

// isHeadingMark reports whether n, which screen readers skip, only marks a heading
// as the target of a link: "#", "¶".
func isHeadingMark(n *html.Node) bool {
	const most = 1024 // bytes of a heading
	heading := n.Parent
	for range 4 {
		if heading == nil || isHeading(heading) {
			break
		}
		heading = heading.Parent
	}
	if heading == nil || !isHeading(heading) {
		return false
	}
	own := strings.TrimSpace(TextOf(n, most))
	isMark := strings.Trim(own, "#¶§🔗⚓∞\ufe0f ") == "" || n.DataAtom == atom.A && strings.Contains(NodeAttribute(n, "href"), "#")
	return isMark && strings.TrimSpace(TextOf(heading, most)) != own
}

// isHeading reports whether n is a heading.
func isHeading(n *html.Node) bool {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return true
	}
	return false
}

// repeatsFormula reports whether n shows the formula of an element beside it,
// which has it as MathML.
func repeatsFormula(n *html.Node) bool {
	for _, beside := range []*html.Node{n.PrevSibling, n.NextSibling} {
		if beside != nil && hasFormula(beside) {
			return true
		}
	}
	return false
}

// hasFormula reports whether n is a formula or begins with one.
func hasFormula(n *html.Node) bool {
	for range 4 {
		if n == nil {
			return false
		}
		if n.Type == html.ElementNode && text.MathName(n.Data) == "math" {
			return true
		}
		n = n.FirstChild
	}
	return false
}

// formulaPicture returns the picture of a hidden formula n, or nil if n is another
// element.
func formulaPicture(n *html.Node) *html.Node {
	if next := n.NextSibling; hasFormula(n) && next != nil && next.DataAtom == atom.Img && strings.Contains(NodeAttribute(next, "class"), "math-fallback") {
		return next
	}
	return nil
}
