package markup

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/text"
)

// breakLines replaces the blocks in a <pre> by lines of text. Block boxes begin a new line
// (CSS 2.2, section 9.4.1). A block that already is on lines of its own gets no second line
// end. Links, pictures and the styles of words stay.
func breakLines(pre *html.Node) {
	(&lineWriter{codeLines: hasCodeLines(pre)}).write(pre)
}

// lineWriter walks through a <pre> and writes the ends of lines where blocks have them.
type lineWriter struct {
	// codeLines reports whether each <code> in the <pre> is a line.
	codeLines bool
	// due says whether the next text begins a new line.
	due lineEnd
	// filled reports whether anything is on the current line, blank whether that is only
	// blanks.
	filled, blank bool
	// last is the last text node that was written.
	last *html.Node
}

// lineEnd says what has to be before the next text.
type lineEnd uint8

const (
	noLineEnd lineEnd = iota
	// lineEnded is the end of a block that ends with a line end. Another one behind the
	// block is the same.
	lineEnded
	// blockEnd is the end of another block. A line end in the text behind it is the same.
	blockEnd
	// blockStart is the start of a block behind other text.
	blockStart
)

// write writes the children of n.
func (w *lineWriter) write(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type == html.TextNode:
			w.text(c)
		case c.DataAtom == atom.Br:
			w.breakBefore(c)
			w.newLine(c)
			n.RemoveChild(c)
		case c.DataAtom == atom.Img:
			w.breakBefore(c)
			w.filled, w.blank = true, false
		case c.DataAtom == atom.Td || c.DataAtom == atom.Th:
			if w.filled && w.due == noLineEnd {
				w.insert("\t", c)
			}
			w.write(c)
			unwrap(c)
		case w.isBlock(c):
			w.block(c)
		default:
			w.write(c)
			if isLineTag(c.Data) { // its style makes it a part of a line
				unwrap(c)
			}
		}
		c = next
	}
}

// block writes an element that is on lines of its own, and removes its tags unless they
// style its text.
func (w *lineWriter) block(n *html.Node) {
	if w.filled && w.blank && w.last != nil {
		// The blanks between two blocks only indent the HTML.
		w.last.Data, w.filled = strings.TrimRight(w.last.Data, " \t"), false
	}
	before, last := w.due, w.last
	switch {
	case w.filled:
		w.due = blockStart
	case w.due == lineEnded:
		w.due = noLineEnd
	}
	if n.DataAtom == atom.Li && n.FirstChild == nil {
		// An item has a number, so even an empty one is a line.
		w.breakBefore(n)
		w.filled, w.blank = true, false
	}
	w.write(n)
	switch {
	case w.due == blockStart && w.filled:
		w.due = max(before, blockEnd) // the block is empty
	case w.filled:
		w.due = blockEnd
	case w.last != last:
		w.due = lineEnded
	default:
		w.due = before
	}
	if n.DataAtom != atom.Span && n.DataAtom != atom.Code {
		unwrap(n)
	}
}

// text writes a text node.
func (w *lineWriter) text(n *html.Node) {
	if rest := strings.TrimLeft(n.Data, " \t"); strings.HasPrefix(rest, "\n") {
		switch w.due {
		case blockEnd:
			n.Data, w.due = rest, noLineEnd
		case lineEnded:
			n.Data, w.due = rest[1:], noLineEnd
		}
	}
	if n.Data == "" {
		return
	}
	w.breakBefore(n)
	w.last = n
	tail := n.Data[strings.LastIndexByte(n.Data, '\n')+1:]
	if len(tail) < len(n.Data) {
		w.filled, w.blank = false, true
	}
	w.blank = (w.blank || !w.filled) && text.IsBlank(tail)
	w.filled = w.filled || tail != ""
}

// breakBefore begins a new line before n if one is due.
func (w *lineWriter) breakBefore(n *html.Node) {
	if w.due == blockEnd || w.due == blockStart {
		w.newLine(n)
	}
	w.due = noLineEnd
}

// newLine ends the current line before n.
func (w *lineWriter) newLine(n *html.Node) {
	w.insert("\n", n)
	w.filled, w.blank = false, true
}

// insert writes a text before n.
func (w *lineWriter) insert(s string, n *html.Node) {
	w.last = NewText(s)
	n.Parent.InsertBefore(w.last, n)
}

// isBlock reports whether an element within a <pre> is on lines of its own.
func (w *lineWriter) isBlock(n *html.Node) bool {
	if n.Type != html.ElementNode {
		return false
	}
	if block, known := displayOf(n); known {
		return block
	}
	return isLineTag(n.Data) || w.codeLines && n.DataAtom == atom.Code
}

// displayOf reports whether the style of n makes it a block, and whether it says so at all.
func displayOf(n *html.Node) (block, known bool) {
	switch display, _, _ := strings.Cut(styleValue(n, "display"), " "); display {
	case "block", "flex", "grid", "table", "table-row", "table-row-group", "table-header-group", "table-footer-group", "table-caption",
		"list-item", "flow-root", "-webkit-box":
		return true, true
	case "inline", "inline-block", "inline-flex", "inline-grid", "inline-table", "table-cell", "contents", "ruby":
		return false, true
	}
	return false, false
}

// isStyledBlock reports whether the style in a start tag makes its element a block.
func isStyledBlock(tag string) bool {
	if !strings.Contains(tag, "isplay") && !strings.Contains(tag, "ISPLAY") {
		return false
	}
	block, _ := displayOf(&html.Node{Attr: parseAttributes(tag)})
	return block
}

// hasCodeLines reports whether a <pre> consists of several <code> of one class, with
// nothing between: style sheets make each of these a line.
func hasCodeLines(pre *html.Node) bool {
	first := pre.FirstChild
	for c := range pre.ChildNodes() {
		if c.DataAtom != atom.Code || NodeAttribute(c, "class") != NodeAttribute(first, "class") {
			return false
		}
	}
	return first != nil && first.NextSibling != nil
}
