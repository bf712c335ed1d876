package article

import (
	"slices"
	"strings"

	glamour "charm.land/glamour/v2/ansi"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// newLine returns a line break within a block.
func newLine() glamour.ElementRenderer { return &glamour.BaseElement{Token: "\n"} }

// cellLines appends code or a list in the cell of a table, on lines of its own.
func (l *layouter) cellLines(out []glamour.ElementRenderer, n *html.Node, at place) []glamour.ElementRenderer {
	if isBlank(n) {
		return out
	}
	if !endsLine(out) && !isAlone(n, func(n *html.Node) *html.Node { return n.PrevSibling }) {
		out = append(out, newLine())
	}
	if n.DataAtom == atom.Pre {
		trimCode(n)
		at.code, at.pre, at.lines = true, true, true
		out = l.inline(out, n, at)
	} else {
		out = l.cellList(out, n, at)
	}
	if !isAlone(n, func(n *html.Node) *html.Node { return n.NextSibling }) {
		out = append(out, newLine())
	}
	return out
}

// endsLine reports whether elements end with a line break.
func endsLine(out []glamour.ElementRenderer) bool {
	if len(out) == 0 {
		return false
	}
	last, ok := out[len(out)-1].(*glamour.BaseElement)
	return ok && last.Token == "\n"
}

// isAlone reports whether nothing else is on one side of n in the cell of a table, or in the
// item of a list in it. beside returns the next node on that side.
func isAlone(n *html.Node, beside func(*html.Node) *html.Node) bool {
	for ; n != nil && n.DataAtom != atom.Td && n.DataAtom != atom.Th && n.DataAtom != atom.Li; n = n.Parent {
		for c := beside(n); c != nil; c = beside(c) {
			if !isBlank(c) {
				return false
			}
		}
	}
	return true
}

// cellCode appends the text of code in a cell. Its blanks stay.
func (l *layouter) cellCode(out []glamour.ElementRenderer, s string) []glamour.ElementRenderer {
	blanks := strings.NewReplacer("\t", strings.Repeat("\u00a0", 4), " ", "\u00a0", `\`, `\\`)
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			out = append(out, newLine())
		}
		if line != "" {
			out = append(out, &glamour.BaseElement{Token: blanks.Replace(line), Style: l.style.Code.StylePrimitive})
		}
	}
	return out
}

// trimCode removes the line ends at both ends of a block of code.
func trimCode(pre *html.Node) {
	var first, last *html.Node
	for c := range pre.Descendants() {
		if c.Type == html.TextNode && c.Data != "" {
			last = c
			if first == nil {
				first = c
			}
		}
	}
	if first != nil {
		first.Data = strings.TrimLeft(first.Data, "\n")
		last.Data = strings.TrimRight(last.Data, "\n\t ")
	}
}

// cellList appends a list in a cell, a line for each item.
func (l *layouter) cellList(out []glamour.ElementRenderer, list *html.Node, at place) []glamour.ElementRenderer {
	var numbers map[*html.Node]string
	if list.DataAtom == atom.Ol {
		numbers = itemNumbers(list, slices.Collect(list.ChildNodes()))
	}
	indent := strings.Repeat("\u00a0", 2*at.lists)
	bullet := strings.TrimSpace(l.glyphs.Bullets[at.lists%len(l.glyphs.Bullets)])
	at.lists++
	some := false // whether the next item begins a new line
	for c := range list.ChildNodes() {
		if isBlank(c) {
			continue
		}
		// A list begins and ends a line by itself.
		inner := c.DataAtom == atom.Ul || c.DataAtom == atom.Ol
		if some && !inner {
			out = append(out, newLine())
		}
		some = !inner
		switch {
		case c.Type == html.TextNode:
			out = l.text(out, c.Data, at)
			continue
		case c.DataAtom != atom.Li:
			out = l.element(out, c, at)
			continue
		}
		first := bullet
		if number := numbers[c]; number != "" {
			first = number + "."
		}
		out = l.inline(appendText(out, indent+first+"\u00a0"), c, at)
	}
	return out
}
