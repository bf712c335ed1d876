package article

import (
	"strconv"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	// maxCell is the longest text of a cell in a data table, in bytes. A table with a
	// longer cell is a layout table.
	maxCell = 500
	// maxColumns is how many columns a data table has at most.
	maxColumns = 64
)

// table prepares a table. In Markdown a cell is one line, so the blocks in a cell are
// flattened. A layout table, or a table in a table, becomes plain blocks.
func (p *preparer) table(n *html.Node, at enclosing) {
	if at.cell || isLayout(n) {
		tableToBlocks(n)
		p.children(n, at)
		return
	}
	at.cell = true
	flattenCells(n)
	p.children(n, at)
}

// isLayout reports whether a table only arranges the parts of a page, as in newsletters.
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
				columns = max(columns, countCells(c))
			case atom.Td, atom.Th:
				layout = len(textOf(c)) > maxCell
			}
			walk(c)
		}
	}
	walk(table)
	return layout || columns < 2 || columns > maxColumns
}

// countCells returns the number of cells in a table row.
func countCells(tr *html.Node) int {
	n := 0
	for c := tr.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Td || c.DataAtom == atom.Th {
			n++
		}
	}
	return n
}

// tableToBlocks turns a table, and the tables in it, into plain blocks.
func tableToBlocks(n *html.Node) {
	switch n.DataAtom {
	case atom.Table, atom.Caption, atom.Thead, atom.Tbody, atom.Tfoot, atom.Tr, atom.Td, atom.Th:
		rename(n, atom.Div)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		tableToBlocks(c)
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
