package markup

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/text"
)

// whiteSpace says what becomes of the white space of a text (CSS Text 3, section 3).
type whiteSpace uint8

const (
	// collapseSpace joins lines and runs of blanks, as HTML usually does.
	collapseSpace whiteSpace = iota
	// keepLines keeps the ends of lines, as pre-line does.
	keepLines
	// keepSpace keeps lines and blanks, as pre and pre-wrap do.
	keepSpace
)

// whiteSpaceOf returns what the style of n says about white space. inherited is what holds
// around n.
func whiteSpaceOf(n *html.Node, inherited whiteSpace) whiteSpace {
	if isPreformatted(n.DataAtom) {
		inherited = keepSpace
	}
	w := namedWhiteSpace(styleValue(n, "white-space"), inherited)
	return namedWhiteSpace(styleValue(n, "white-space-collapse"), w)
}

// namedWhiteSpace returns the meaning of a value of white-space (CSS Text 4 allows several
// words). If the value has none, it returns otherwise.
func namedWhiteSpace(value string, otherwise whiteSpace) whiteSpace {
	if value == "" {
		return otherwise
	}
	w := collapseSpace
	for word := range strings.FieldsSeq(value) {
		switch word {
		case "pre", "pre-wrap", "break-spaces", "preserve", "-moz-pre-wrap", "-pre-wrap", "-o-pre-wrap":
			w = keepSpace
		case "pre-line", "preserve-breaks":
			w = keepLines
		case "normal", "nowrap", "wrap", "collapse", "initial", "revert", "revert-layer":
		default:
			return otherwise
		}
	}
	return w
}

// isPreformatted reports whether HTML keeps the white space in an element by itself.
func isPreformatted(a atom.Atom) bool { return a == atom.Pre || a == atom.Listing || a == atom.Xmp }

// keepWhiteSpace writes the white space that the styles below n keep, so that it stays
// without them: the end of a line becomes a <br>, and blanks become no-break spaces. In a
// <pre> white space stays as it is. A <pre> whose style joins lines becomes a <div>.
func keepWhiteSpace(n *html.Node, around whiteSpace, inPre bool) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type == html.TextNode && inPre && around == collapseSpace:
			c.Data = strings.ReplaceAll(c.Data, "\n", " ")
		case c.Type == html.TextNode && inPre && around == keepLines:
			c.Data = joinBlanks(c.Data)
		case c.Type == html.TextNode && !inPre && around != collapseSpace:
			splitLines(c, around)
		case c.Type == html.ElementNode && c.Namespace == "" && !isRemoved(c.DataAtom):
			w := whiteSpaceOf(c, around)
			pre := isPreformatted(c.DataAtom)
			if pre && w == collapseSpace {
				c.Data, c.DataAtom, pre = "div", atom.Div, false
			}
			keepWhiteSpace(c, w, pre || inPre)
		}
		c = next
	}
}

// splitLines replaces a text node by its lines with <br> between. Empty lines at the start
// and the end of a block are left out.
func splitLines(n *html.Node, w whiteSpace) {
	s := strings.ReplaceAll(strings.ReplaceAll(n.Data, "\r\n", "\n"), "\r", "\n")
	first, last := beginsLine(n), endsLine(n)
	if text.IsBlank(s) && first && last {
		return
	}
	if first {
		if at := strings.LastIndexByte(s[:len(s)-len(strings.TrimLeft(s, " \t\n"))], '\n'); at >= 0 {
			s = s[at+1:]
		}
	}
	if last {
		s = strings.TrimRight(s, " \t\n")
	}
	if strings.Contains(s, "\n") {
		keepCellLines(n)
	}
	const maxEmpty = 2 // more are not shown
	empty := 0
	for i, line := range strings.Split(s, "\n") {
		if i > 0 && empty < maxEmpty {
			n.Parent.InsertBefore(NewElement(atom.Br), n)
		}
		if w == keepSpace {
			line = keepBlanks(line, i > 0 || first || n.PrevSibling != nil && n.PrevSibling.DataAtom == atom.Br)
		}
		if empty++; line != "" {
			empty = 0
			n.Parent.InsertBefore(NewText(line), n)
		}
	}
	n.Parent.RemoveChild(n)
}

// keepBlanks replaces those blanks of a line that HTML would drop by no-break spaces: at
// the start of the line all of them, elsewhere all but the last of a run, so that the line
// can still be broken there. start reports whether the text is at the start of a line.
func keepBlanks(line string, start bool) string {
	line = strings.ReplaceAll(line, "\t", "    ")
	indent := 0
	if start {
		indent = len(line) - len(strings.TrimLeft(line, " "))
	}
	b := []byte(strings.Repeat("\u00a0", indent))
	for i := indent; i < len(line); i++ {
		if line[i] == ' ' && i+1 < len(line) && line[i+1] == ' ' {
			b = append(b, "\u00a0"...)
		} else {
			b = append(b, line[i])
		}
	}
	return string(b)
}

// joinBlanks makes each run of blanks in a text one, and removes those beside the ends of
// lines.
func joinBlanks(s string) string {
	const blanks = " \t"
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(blanks, r) })
		joined := strings.Join(words, " ")
		if i == 0 && strings.TrimLeft(line, blanks) != line && (joined != "" || len(lines) == 1) {
			joined = " " + joined
		}
		if i == len(lines)-1 && joined != "" && joined != " " && strings.TrimRight(line, blanks) != line {
			joined += " "
		}
		lines[i] = joined
	}
	return strings.Join(lines, "\n")
}

// keepCellLines notes in the style of the cell of a table around n that its lines are kept.
// The lines of other cells are joined.
func keepCellLines(n *html.Node) {
	for p := n.Parent; p != nil && p.DataAtom != atom.Table; p = p.Parent {
		if p.DataAtom != atom.Td && p.DataAtom != atom.Th {
			continue
		}
		if !KeepsLines(p) {
			style := "white-space: pre-line; " + NodeAttribute(p, "style")
			if len(style) > maxStyle {
				style = "white-space: pre-line"
			}
			setAttribute(p, "style", style)
		}
		return
	}
}

// KeepsLines reports whether the style of an element itself keeps the ends of lines.
func KeepsLines(n *html.Node) bool {
	return namedWhiteSpace(styleValue(n, "white-space"), collapseSpace) != collapseSpace
}

// beginsLine reports whether n is the first in its block.
func beginsLine(n *html.Node) bool {
	for ; n.PrevSibling == nil; n = n.Parent {
		if n.Parent == nil || n.Parent.Parent == nil || isLineTag(n.Parent.Data) {
			return true
		}
	}
	return n.PrevSibling.Type == html.ElementNode && isLineTag(n.PrevSibling.Data)
}

// endsLine reports whether n is the last in its block.
func endsLine(n *html.Node) bool {
	for ; n.NextSibling == nil; n = n.Parent {
		if n.Parent == nil || n.Parent.Parent == nil || isLineTag(n.Parent.Data) {
			return true
		}
	}
	return n.NextSibling.Type == html.ElementNode && isLineTag(n.NextSibling.Data)
}

// isLineTag reports whether an element is a block, which is on lines of its own.
func isLineTag(name string) bool {
	switch name {
	case "br", "img", "picture", "source", "audio", "video", "input", "iframe", "embed", "object", "map", "area", "progress", "button",
		"output", "select", "textarea", "applet", "param", "script", "style", "link", "meta", "template", "noscript", "track":
		return false
	}
	return text.IsBlockTag(name)
}
