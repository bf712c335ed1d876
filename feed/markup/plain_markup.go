package markup

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/text"
)

// plainMarkup returns HTML whose text says the same without styles: hidden
// elements are gone, formulas, superscripts and struck words are text. Most HTML
// has none of them and is returned unchanged, because building a tree takes much
// longer than reading tags. The result is as untrusted as s.
func plainMarkup(s string) string {
	if !needsTree(s) {
		return s
	}
	root, err := parseFragment(s)
	if err != nil {
		return s
	}
	settle(root)
	new(pusher).pushDownStruck(root, false)
	WriteScripts(root, false)
	MarkStruck(root)
	var out strings.Builder
	for n := range root.ChildNodes() {
		if html.Render(&out, n) != nil {
			return s
		}
	}
	return out.String()
}

// parseFragment returns a <body> with the nodes of a fragment. dateline runs no
// scripts, so the content of <noscript> counts. It fails if HTML is nested deeper
// than 512 levels.
func parseFragment(s string) (*html.Node, error) {
	root := NewElement(atom.Body)
	nodes, err := html.ParseFragmentWithOptions(strings.NewReader(s), root, html.ParseOptionEnableScripting(false))
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return root, err
}

// settle removes what no browser shows, replaces formulas by text, and makes
// superscripts and subscripts of a style elements.
func settle(root *html.Node) {
	removeHidden(root)
	writeFormulas(root)
	raiseStyled(root)
}

// raiseStyled makes a <sup> or <sub> of each text below n that only a style raises or
// lowers. One that already has such an element around it or in it stays.
func raiseStyled(n *html.Node) {
	for c := range n.ChildNodes() {
		tag := atom.Atom(0)
		if c.DataAtom == atom.Span || c.DataAtom == atom.Font {
			tag = scriptTag(c)
		}
		switch {
		case c.DataAtom == atom.Sup || c.DataAtom == atom.Sub:
		case tag != 0 && !containsElement(c, atom.Sup) && !containsElement(c, atom.Sub):
			c.Data, c.DataAtom = tag.String(), tag
		default:
			raiseStyled(c)
		}
	}
}

// scriptTag returns the element that does what the style of n does, or 0.
func scriptTag(n *html.Node) atom.Atom {
	switch styleValue(n, "vertical-align") {
	case "super":
		return atom.Sup
	case "sub":
		return atom.Sub
	}
	return 0
}

// needsTree reports whether a tag in s may be one that [plainMarkup] replaces.
func needsTree(s string) bool {
	for {
		at := strings.IndexByte(s, '<')
		if at < 0 {
			return false
		}
		if s = s[at+1:]; s == "" || s[0]|0x20 < 'a' || s[0]|0x20 > 'z' {
			continue // such as an end tag
		}
		end := strings.IndexByte(s, '>')
		if end < 0 {
			end = len(s)
		}
		if isWritten(s[:end]) {
			return true
		}
	}
}

// isWritten reports whether a tag, without its angle brackets, may belong to an
// element that is hidden, struck, raised or a formula.
func isWritten(tag string) bool {
	switch name := text.MathName(tagName(tag)); name {
	case "sup", "sub", "math", "del", "s", "strike":
		return true
	}
	if strings.IndexByte(tag, ' ') < 0 && strings.IndexByte(tag, '\n') < 0 && strings.IndexByte(tag, '\t') < 0 {
		return false
	}
	tag = text.ASCIILower(tag)
	if !strings.Contains(tag, "style") {
		return strings.Contains(tag, "hidden")
	}
	for _, mark := range []string{"hidden", "display", "visibility", "line-through"} {
		if strings.Contains(tag, mark) {
			return true
		}
	}
	if strings.Contains(tag, "vertical-align") {
		return strings.Contains(tag, "super") || strings.Contains(tag, "sub")
	}
	return false
}

// maxScript is the longest superscript or subscript of a formula in bytes.
const maxScript = 256

// WriteScripts replaces the superscripts and subscripts below n by text: 2⁶⁰,
// x^(n+1). ascii avoids symbols.
func WriteScripts(n *html.Node, ascii bool) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		WriteScripts(c, ascii)
		if c.DataAtom == atom.Sup || c.DataAtom == atom.Sub {
			writeScript(c, ascii)
		}
		c = next
	}
}

// writeScript writes the content of a <sup> or <sub> as text.
func writeScript(n *html.Node, ascii bool) {
	before, content, after := textBefore(n), TextOf(n, maxScript+1), runeAfter(n)
	isSup := n.DataAtom == atom.Sup
	n.Data, n.DataAtom = "span", atom.Span
	if len(content) > maxScript {
		return
	}
	script := text.Subscript(before, content, after)
	if isSup {
		script = text.Superscript(before, content, after)
	}
	if ascii {
		script = script.ASCII(before, content, after)
	}
	if script == (text.Script{}) || script.Open != "" && containsElement(n, atom.A) { // a link is a footnote
		return
	}
	trimText(n)
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			c.Data = script.Apply(c.Data)
		}
	}
	if script.Open != "" {
		PutAround(n, script.Open, script.Close)
	}
}

// trimText removes the white space at both ends of the text of n.
func trimText(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.FirstChild {
		c.Data = strings.TrimLeft(c.Data, " \n\t")
	}
	for c := n.LastChild; c != nil; c = c.LastChild {
		c.Data = strings.TrimRight(c.Data, " \n\t")
	}
}

// MarkStruck writes struck words below n as Markdown does: ~~not~~. The elements become
// <span>.
func MarkStruck(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if isStruck(c) {
			markStruck(c)
		} else {
			MarkStruck(c)
		}
		c = next
	}
}

// isStruck reports whether an element is struck through.
func isStruck(n *html.Node) bool {
	return n.DataAtom == atom.Del || n.DataAtom == atom.S || n.DataAtom == atom.Strike
}

// markStruck puts the signs around an element. White space stays outside, and
// separates the words from those that replace them.
func markStruck(n *html.Node) {
	content := TextOf(n, maxText)
	if text.IsBlank(content) {
		return
	}
	if strings.TrimLeft(content, " \n\t") != content {
		n.Parent.InsertBefore(NewText(" "), n)
	}
	if next := n.NextSibling; strings.TrimRight(content, " \n\t") != content || next != nil && next.DataAtom == atom.Ins {
		n.Parent.InsertBefore(NewText(" "), next)
	}
	trimText(n)
	PutAround(n, "~~", "~~")
	n.Data, n.DataAtom = "span", atom.Span
}

// writeFormulas replaces the MathML below n by text on one line.
func writeFormulas(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if c.Type == html.ElementNode && text.MathName(c.Data) == "math" {
			s := mathOf(c, 0).String()
			if s == "" {
				s = text.Clean(NodeAttribute(c, "alttext"))
			}
			n.InsertBefore(NewText(text.Beside(textBefore(c), s, runeAfter(c))), c)
			n.RemoveChild(c)
		} else {
			writeFormulas(c)
		}
		c = next
	}
}

// mathOf returns a node of a formula.
func mathOf(n *html.Node, depth int) *text.Math {
	const maxDepth = 64
	m := &text.Math{Text: n.Data}
	if n.Type != html.TextNode {
		m = &text.Math{Name: text.MathName(n.Data), Attr: func(key string) string { return NodeAttribute(n, key) }}
	}
	for c := range n.ChildNodes() {
		if depth < maxDepth && (c.Type == html.TextNode || c.Type == html.ElementNode) {
			m.Children = append(m.Children, mathOf(c, depth+1))
		}
	}
	return m
}

// The limits of what is read around a node: nodes and bytes.
const (
	maxNeighbors = 24
	maxContext   = 32
)

// textBefore returns the end of the text before n on the same line.
func textBefore(n *html.Node) string {
	out := ""
	for range maxNeighbors {
		before := n.PrevSibling
		if before == nil {
			if n = n.Parent; n == nil || !isInline(n) {
				return out
			}
			continue
		}
		for isInline(before) && before.LastChild != nil {
			before = before.LastChild
		}
		switch {
		case before.Type == html.TextNode:
			out = before.Data[max(0, len(before.Data)-maxContext):] + out
		case !isInline(before):
			return out
		}
		if n = before; len(out) >= maxContext {
			break
		}
	}
	return strings.ToValidUTF8(out, "")
}

// runeAfter returns the first character behind n on the same line, or 0. Another
// script does not count.
func runeAfter(n *html.Node) rune {
	for range maxNeighbors {
		after := n.NextSibling
		if after == nil {
			if n = n.Parent; n == nil || !isInline(n) {
				return 0
			}
			continue
		}
		for isInline(after) && after.DataAtom != atom.Sup && after.DataAtom != atom.Sub && after.FirstChild != nil {
			after = after.FirstChild
		}
		if after.Type == html.TextNode && after.Data != "" {
			r, _ := utf8.DecodeRuneInString(after.Data)
			return r
		}
		if !isInline(after) || after.DataAtom == atom.Sup || after.DataAtom == atom.Sub {
			return 0
		}
		n = after
	}
	return 0
}

// isInline reports whether n is an element within a line.
func isInline(n *html.Node) bool { return n.Type == html.ElementNode && text.IsInlineTag(n.Data) }
