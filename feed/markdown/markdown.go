// Package markdown writes an article as Markdown, for `dateline show --format markdown`.
//
// Start with [Of]. inline_text.go writes what Markdown has no markup for, and escape.go keeps
// text from being read as Markdown.
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
	"dateline/feed/text"
)

// Of returns an article as Markdown: CommonMark with the tables and the strikethrough of
// GitHub Flavored Markdown. It ends in a line break unless it is empty.
func Of(h markup.SafeHTML) string {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(h.String()), body)
	if err != nil {
		return markup.Body{Raw: h.String()}.Text()
	}
	for _, n := range nodes {
		body.AppendChild(n)
	}
	writeInline(body)
	escapeTree(body)
	md, err := converter.NewConverter(converter.WithPlugins(
		base.NewBasePlugin(),
		commonmark.NewCommonmarkPlugin(commonmark.WithListEndComment(false)),
		strikethrough.NewStrikethroughPlugin(),
		table.NewTablePlugin(table.WithCellPaddingBehavior(table.CellPaddingBehaviorMinimal), table.WithSkipEmptyRows(true)),
	)).ConvertNode(body)
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
	case atom.Code, atom.Kbd, atom.Samp, atom.Tt, atom.Var, atom.Pre:
		return
	case atom.Table:
		if markup.IsLayoutTable(n) {
			unwrapTable(n)
		}
	case atom.Td, atom.Th:
		limitSpans(n)
		flattenBlocks(n)
	case atom.Caption:
		flattenBlocks(n)
	}
	if n.Type == html.TextNode {
		n.Data = escapePunct(n.Data)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		escapeTree(c)
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

// flattenBlocks turns the blocks below n into inline text with spaces between.
func flattenBlocks(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		flattenBlocks(c)
		if c.Type == html.ElementNode && c.DataAtom != atom.Img && !text.IsInlineTag(c.Data) {
			c.Data, c.DataAtom = atom.Span.String(), atom.Span
			c.InsertBefore(&html.Node{Type: html.TextNode, Data: " "}, c.FirstChild)
			c.AppendChild(&html.Node{Type: html.TextNode, Data: " "})
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
