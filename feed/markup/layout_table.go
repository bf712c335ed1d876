package markup

import (
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// IsLayoutTable reports whether a table only arranges the parts of a page, as in
// newsletters. Then its content is shown without the table. A data table has 2 to 64
// columns and short cells.
func IsLayoutTable(table *html.Node) bool {
	const maxColumns, maxCell = 64, 500 // columns, bytes
	columns := 0
	for n := range table.Descendants() {
		switch n.DataAtom {
		case atom.Table, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Pre, atom.Blockquote, atom.Hr, atom.Figure:
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
			size := 0
			for c := range n.Descendants() {
				if c.Type == html.TextNode {
					size += len(c.Data)
				}
			}
			if size > maxCell {
				return true
			}
		}
	}
	return columns < 2 || columns > maxColumns
}
