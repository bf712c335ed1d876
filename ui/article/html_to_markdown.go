package article

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

// newConverter returns a converter from HTML to Markdown.
func newConverter() *converter.Converter {
	return converter.NewConverter(converter.WithPlugins(
		base.NewBasePlugin(),
		commonmark.NewCommonmarkPlugin(commonmark.WithListEndComment(false)),
		strikethrough.NewStrikethroughPlugin(),
		table.NewTablePlugin(table.WithCellPaddingBehavior(table.CellPaddingBehaviorMinimal), table.WithSkipEmptyRows(true)),
	))
}

// Markdown returns an article as Markdown: CommonMark with the tables and the
// strikethrough of GitHub Flavored Markdown. It ends in a line break unless it is empty.
func Markdown(h markup.SafeHTML) string {
	var b strings.Builder
	c := newConverter()
	m := newMarkup(h)
	for unit := m.next(); unit != nil; unit = m.next() {
		root := &html.Node{Type: html.DocumentNode}
		root.AppendChild(unit)
		escapeTree(root)
		md, err := c.ConvertNode(root)
		if err != nil {
			md = []byte(textOf(root))
		}
		s := strings.TrimSpace(backslashEscape(string(md)))
		if s == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(s + "\n")
	}
	return b.String()
}

// escapeTree escapes the text below n, because the converter's own escaping takes
// quadratic time. Code stays as it is, because Markdown escapes nothing in code.
func escapeTree(n *html.Node) {
	switch n.DataAtom {
	case atom.Code, atom.Kbd, atom.Samp, atom.Tt, atom.Var, atom.Pre:
		return
	case atom.Table:
		flattenCells(n)
	}
	if n.Type == html.TextNode {
		n.Data = escapePunct(n.Data)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		escapeTree(c)
	}
}

// flattenCells makes each cell one line. It also limits row and column spans, because
// the converter allocates memory for each cell of a span.
func flattenCells(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.DataAtom {
		case atom.Td, atom.Th, atom.Caption:
			boundSpans(c)
			flattenBlocks(c)
		default:
			flattenCells(c)
		}
	}
}

// flattenBlocks turns the blocks below n into inline text with spaces between.
func flattenBlocks(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		flattenBlocks(c)
		if isBlock(c.DataAtom) || c.DataAtom == atom.Br {
			c.Data, c.DataAtom = atom.Span.String(), atom.Span
			c.InsertBefore(textNode(" "), c.FirstChild)
			c.AppendChild(textNode(" "))
		}
	}
}

func boundSpans(cell *html.Node) {
	for i, a := range cell.Attr {
		if a.Key == "colspan" || a.Key == "rowspan" {
			cell.Attr[i].Val = strconv.Itoa(spanOf(cell, a.Key))
		}
	}
}
