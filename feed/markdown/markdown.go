// Package markdown writes an article as Markdown, for `dateline show --format markdown`.
//
// Start with [Of]. inline_text.go writes what Markdown has no markup for, and escape.go keeps
// text from being read as Markdown. lists_and_quotes.go, code.go, code_in_text.go, cells.go
// and addresses.go write what the converter would write wrong.
package markdown

import (
	"strconv"
	"strings"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/strikethrough"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/markup"
)

// Of returns an article as Markdown: CommonMark with the tables and the strikethrough of
// GitHub Flavored Markdown. It ends in a line break unless it is empty.
func Of(h markup.SafeHTML) string {
	body := markup.NewElement(atom.Body)
	nodes, err := html.ParseFragment(strings.NewReader(withoutMarks(h.String())), body)
	if err != nil {
		return markup.Body{Raw: h.String()}.Text()
	}
	for _, n := range nodes {
		body.AppendChild(n)
	}
	writeInline(body)
	escapeTree(body)
	c := converter.NewConverter(converter.WithPlugins(
		base.NewBasePlugin(),
		commonmark.NewCommonmarkPlugin(commonmark.WithListEndComment(false)),
		strikethrough.NewStrikethroughPlugin(),
		table.NewTablePlugin(table.WithCellPaddingBehavior(table.CellPaddingBehaviorMinimal), table.WithSkipEmptyRows(true)),
	))
	c.Register.RendererFor("blockquote", converter.TagTypeBlock, renderQuote, converter.PriorityEarly)
	c.Register.RendererFor("ol", converter.TagTypeBlock, renderOrdered, converter.PriorityEarly)
	md, err := c.ConvertNode(body)
	if err != nil {
		return markup.Body{Raw: h.String()}.Text()
	}
	s := strings.TrimSpace(backslashEscape(string(md)))
	if s == "" {
		return ""
	}
	return s + "\n"
}

// escapeTree escapes the text below n. Code stays as it is, because Markdown escapes nothing
// in code. In a table, each cell becomes one line.
func escapeTree(n *html.Node) {
	switch n.DataAtom {
	case atom.Pre:
		plainCode(n)
		return
	case atom.Code, atom.Kbd, atom.Samp, atom.Tt, atom.Var:
		if codeIn(n) == nil && !splitCode(n) && !spreadCode(n) {
			return
		}
	case atom.A:
		if pre := codeIn(n); pre != nil {
			moveIntoCode(n, pre)
		}
		if markup.JumpTarget(markup.NodeAttribute(n, "href")) != "" { // Markdown cannot name places.
			n.Data, n.DataAtom, n.Attr = atom.Span.String(), atom.Span, nil
			break
		}
		keepAddress(n, "href")
	case atom.Img:
		keepAddress(n, "src")
		if markup.NodeAttribute(n, "src") == "" { // Only its description is left.
			n.Type, n.Data, n.DataAtom = html.TextNode, markup.NodeAttribute(n, "alt"), 0
		}
	case atom.Ol:
		moveStray(n)
	case atom.Li:
		markTask(n)
	case atom.Table:
		if markup.IsLayoutTable(n) {
			unwrapTable(n)
		}
	case atom.Td, atom.Th:
		limitSpans(n)
		flattenBlocks(n)
		escapeBars(n)
	case atom.Caption:
		flattenBlocks(n)
	case atom.Details, atom.Summary: // which the converter does not know
		n.Data, n.DataAtom = atom.Div.String(), atom.Div
	}
	if n.Type == html.TextNode {
		n.Data = escapePunct(n.Data)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		escapeTree(c)
	}
}

// markTask writes the box of a task as GitHub Flavored Markdown has it, which is not escaped.
func markTask(li *html.Node) {
	for c := range li.Descendants() {
		if c.Type != html.TextNode || strings.TrimSpace(c.Data) == "" {
			continue
		}
		s := strings.TrimLeft(c.Data, " \n\t")
		if rest, found := strings.CutPrefix(s, markup.TaskOpen); found {
			c.Data = string(taskOpen) + rest
		} else if rest, found := strings.CutPrefix(s, markup.TaskDone); found {
			c.Data = string(taskDone) + rest
		}
		return
	}
}

// unwrapTable makes a table and its parts blocks without a meaning. Tables in it stay.
func unwrapTable(n *html.Node) {
	n.Data, n.DataAtom = atom.Div.String(), atom.Div
	for c := range n.ChildNodes() {
		switch c.DataAtom {
		case atom.Caption, atom.Thead, atom.Tbody, atom.Tfoot, atom.Tr, atom.Td, atom.Th:
			unwrapTable(c)
		}
	}
}

// limitSpans limits how many rows and columns a cell takes, because the converter
// allocates memory for each of them.
func limitSpans(cell *html.Node) {
	const most = 24
	for i, a := range cell.Attr {
		if a.Key == "colspan" || a.Key == "rowspan" {
			n, _ := strconv.Atoi(a.Val)
			cell.Attr[i].Val = strconv.Itoa(min(max(n, 1), most))
		}
	}
}
