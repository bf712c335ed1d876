package markup

import (
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// IsLayoutTable reports whether a table only arranges the parts of a page, as in
// newsletters. Then its content is shown without the table. A data table has 2 to 64
// columns and short cells. Code in a cell may be longer than text.
func IsLayoutTable(table *html.Node) bool {
	const maxColumns, maxCell, maxCode = 64, 500, 2000 // columns, bytes
	columns := 0
	for n := range table.Descendants() {
		switch n.DataAtom {
		case atom.Table, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Hr, atom.Figure:
			return true
		case atom.Tr:
			cells := 0
			for c := range n.ChildNodes() {
				if c.DataAtom == atom.Td || c.DataAtom == atom.Th {
					cells++
				}
			}
			columns = max(columns, cells)
		case atom.Td, atom.Th:
			prose, code := 0, 0
			for c := range n.Descendants() {
				switch {
				case c.Type != html.TextNode:
				case inCode(c, n):
					code += len(c.Data)
				default:
					prose += len(c.Data)
				}
			}
			if prose > maxCell || code > maxCode {
				return true
			}
		}
	}
	return columns < 2 || columns > maxColumns
}

// inCode reports whether n is in a <pre> in a cell.
func inCode(n, cell *html.Node) bool {
	for ; n != cell; n = n.Parent {
		if n.DataAtom == atom.Pre {
			return true
		}
	}
	return false
}
