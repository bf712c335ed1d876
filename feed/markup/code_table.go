package markup

import (
	"cmp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/text"
)

// highlightedCode returns the code of a table that only sets the numbers of lines beside
// it, as highlighters write it, as a <pre>; nil for any other table. The numbers are left
// out, because they would make the code useless to copy. The content moves from the table.
func highlightedCode(table *html.Node) *html.Node {
	var first *html.Node
	var code []*html.Node
	numbers := 0
	for n := range table.Descendants() {
		switch n.DataAtom {
		case atom.Table, atom.Caption, atom.Th:
			return nil
		case atom.Tr:
			row := cellsOf(n)
			if len(row) < 2 {
				return nil
			}
			first = cmp.Or(first, row[0])
			for _, c := range row[:len(row)-1] {
				if !isGutter(c) {
					return nil
				}
				numbers += len(lineNumbers(c))
			}
			code = append(code, row[len(row)-1])
		}
	}
	if first == nil {
		return nil
	}
	// Without the class of a gutter, only numbers of several lines beside one block of
	// code are certain: "1" in a cell may be anything.
	if !hasGutterClass(first) && (len(code) > 1 || numbers < 2 || !containsElement(code[0], atom.Pre)) {
		return nil
	}
	return joinCode(code)
}

// joinCode returns a <pre> with the content of cells, each on lines of its own. A single
// <pre> in the only cell stays as it is, with the language that it names.
func joinCode(cells []*html.Node) *html.Node {
	if len(cells) == 1 {
		for n := range cells[0].Descendants() {
			if n.DataAtom == atom.Pre {
				n.Parent.RemoveChild(n)
				return n
			}
		}
	}
	pre := NewElement(atom.Pre)
	for _, cell := range cells {
		line := NewElement(atom.Div)
		for c := cell.FirstChild; c != nil; c = cell.FirstChild {
			cell.RemoveChild(c)
			line.AppendChild(c)
		}
		if line.FirstChild == nil {
			line.AppendChild(NewElement(atom.Br))
		}
		pre.AppendChild(line)
	}
	return pre
}

// cellsOf returns the cells of a row.
func cellsOf(tr *html.Node) []*html.Node {
	var cells []*html.Node
	for c := range tr.ChildNodes() {
		if c.DataAtom == atom.Td || c.DataAtom == atom.Th {
			cells = append(cells, c)
		}
	}
	return cells
}

// isGutter reports whether a cell has nothing but the numbers of lines, one after the
// other. It may be empty if its class says what it is.
func isGutter(cell *html.Node) bool {
	numbers := lineNumbers(cell)
	for i, n := range numbers {
		if n < 0 || i > 0 && n != numbers[i-1]+1 {
			return false
		}
	}
	return len(numbers) > 0 || hasGutterClass(cell) && text.IsBlank(TextOf(cell, MaxBody))
}

// lineNumbers returns the numbers that are the text of a cell; -1 for a word that is none.
func lineNumbers(cell *html.Node) []int {
	var numbers []int
	for c := range cell.Descendants() {
		if c.Type != html.TextNode {
			continue
		}
		for word := range strings.FieldsSeq(c.Data) {
			n, err := strconv.Atoi(word)
			if err != nil || n < 0 {
				n = -1
			}
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// hasGutterClass reports whether a highlighter marked a cell as that of the line numbers.
func hasGutterClass(cell *html.Node) bool {
	for class := range strings.FieldsSeq(strings.ToLower(NodeAttribute(cell, "class"))) {
		switch class {
		case "gutter", "linenos", "lineno", "linenumbers", "line-numbers", "linenumber", "line-number", "blob-num", "hljs-ln-numbers",
			"rouge-gutter", "gl", "crayon-nums", "lntd", "lnt", "lines-num", "line-num", "ln":
			return true
		}
	}
	return NodeAttribute(cell, "data-line-number") != "" || NodeAttribute(cell, "data-linenos") != ""
}
