package article

import (
	"strconv"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	// maxCell is the length of text, in bytes, from which on a table's cell is
	// an article in itself.
	maxCell = 500
	// maxColumns is more than anyone compares.
	maxColumns = 64
)

// table makes a table's cells fit for Markdown, where a cell is one line, or
// takes the table apart when it only arranges a page.
func (p *preparer) table(n *html.Node, at where) {
	if at.cell || isLayout(n) {
		dissolve(n)
		p.children(n, at)
		return
	}
	at.cell = true
	flattenCells(n)
	p.children(n, at)
}

// isLayout recognises tables that arrange a page, as newsletters do.
func isLayout(table *html.Node) bool {
	columns := 0
	var layout bool
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil && !layout; c = c.NextSibling {
			switch c.DataAtom {
			case atom.Table, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Pre, atom.Blockquote, atom.Hr, atom.Figure:
				layout = true
			case atom.Tr:
				columns = max(columns, cellsOf(c))
			case atom.Td, atom.Th:
				layout = len(textOf(c)) > maxCell
			}
			walk(c)
		}
	}
	walk(table)
	return layout || columns < 2 || columns > maxColumns
}

func cellsOf(tr *html.Node) int {
	n := 0
	for c := tr.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Td || c.DataAtom == atom.Th {
			n++
		}
	}
	return n
}

// dissolve turns a table and its parts into plain blocks, tables in it too.
func dissolve(n *html.Node) {
	switch n.DataAtom {
	case atom.Table, atom.Caption, atom.Thead, atom.Tbody, atom.Tfoot, atom.Tr, atom.Td, atom.Th:
		rename(n, atom.Div)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		dissolve(c)
	}
}

// flattenCells makes each cell one line, and bounds the spans, which cost
// memory for each cell they claim.
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

// flattenBlocks turns the blocks below n into text with blanks between.
func flattenBlocks(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		flattenBlocks(c)
		if isBlock(c.DataAtom) || c.DataAtom == atom.Br {
			rename(c, atom.Span)
			c.InsertBefore(textNode(" "), c.FirstChild)
			c.AppendChild(textNode(" "))
		}
	}
}

func boundSpans(cell *html.Node) {
	const maxSpan = 24
	for i, a := range cell.Attr {
		if a.Key == "colspan" || a.Key == "rowspan" {
			n, _ := strconv.Atoi(a.Val)
			cell.Attr[i].Val = strconv.Itoa(min(max(n, 1), maxSpan))
		}
	}
}
