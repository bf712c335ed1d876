package markdown

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/markup"
	"dateline/feed/text"
)

// flattenBlocks turns the blocks below n into inline text with spaces between. The lines of
// code and the items of lists stay lines.
func flattenBlocks(n *html.Node) {
	flattenChildren(n, markup.KeepsLines(n))
	tidyBreaks(n)
}

// flattenChildren is flattenBlocks without tidying. lines reports whether a <br> stays, too.
func flattenChildren(n *html.Node, lines bool) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch {
		case c.DataAtom == atom.Br && lines:
			c.Type, c.Data, c.DataAtom, c.Attr = html.TextNode, string(cellBreak), 0, nil
			continue
		case c.DataAtom == atom.Pre, isTextCode(c.DataAtom) && hasBreak(c):
			flattenCode(c)
			continue
		case c.DataAtom == atom.Ul || c.DataAtom == atom.Ol:
			markItems(c)
		}
		flattenChildren(c, lines)
		if c.Type == html.ElementNode && c.DataAtom != atom.Img && !text.IsInlineTag(c.Data) {
			space := " "
			if c.DataAtom == atom.Ul || c.DataAtom == atom.Ol || c.DataAtom == atom.Li {
				space = string(cellBreak)
			}
			c.Data, c.DataAtom = atom.Span.String(), atom.Span
			c.InsertBefore(markup.NewText(space), c.FirstChild)
			c.AppendChild(markup.NewText(space))
		}
	}
}

// markItems writes the bullets or numbers of a list into its items.
func markItems(list *html.Node) {
	items := slices.DeleteFunc(slices.Collect(list.ChildNodes()), func(n *html.Node) bool { return n.DataAtom != atom.Li })
	numbers := markup.NumbersOf(list, len(items))
	for _, li := range items {
		mark := "• "
		if list.DataAtom == atom.Ol {
			mark = numbers.Take(li) + ". "
		}
		li.InsertBefore(markup.NewText(mark), li.FirstChild)
	}
}

// escapeBars escapes each "|" of code in a cell, where it would end the cell.
func escapeBars(cell *html.Node) {
	for n := range cell.Descendants() {
		if n.Type == html.TextNode && strings.Contains(n.Data, "|") && inCode(n, cell) {
			n.Data = strings.ReplaceAll(n.Data, "|", `\|`)
		}
	}
}

// inCode reports whether n is in code in a cell.
func inCode(n, cell *html.Node) bool {
	for ; n != cell; n = n.Parent {
		if isTextCode(n.DataAtom) {
			return true
		}
	}
	return false
}

// flattenCode makes each line of code in a cell code of its own.
func flattenCode(pre *html.Node) {
	s, shown := readCode(pre)
	end := func() *html.Node { return markup.NewText(string(cellBreak)) }
	setLines(pre, strings.Trim(s, "\n"), end)
	pre.InsertBefore(end(), pre.FirstChild)
	for _, n := range shown {
		pre.AppendChild(markup.NewText(" "))
		pre.AppendChild(n)
	}
	pre.AppendChild(end())
}

// tidyBreaks removes the breaks at both ends of a cell, and all but one of several.
func tidyBreaks(cell *html.Node) {
	var due *html.Node // the last break, which nothing follows yet
	some := false
	for n := range cell.Descendants() {
		if n.DataAtom == atom.Img {
			due, some = nil, true
		}
		if n.Type != html.TextNode {
			continue
		}
		before, after, found := strings.Cut(n.Data, string(cellBreak))
		switch {
		case found && (due != nil || !some):
			n.Data = before + after
		case found:
			due = n
		}
		if strings.Trim(n.Data, " \n\t"+string(cellBreak)) != "" {
			some = true
			if !found || after != "" || strings.Trim(after, " \n\t") != "" {
				due = nil
			}
		}
	}
	if due != nil {
		due.Data = strings.Replace(due.Data, string(cellBreak), "", 1)
	}
}
