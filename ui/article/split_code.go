package article

import (
	"dateline/feed/markup"
	"strings"

	"golang.org/x/net/html"
)

// splitCode divides a block of code into several at the ends of lines. A line is never
// divided, however long it is.
func splitCode(pre *html.Node) []*html.Node {
	s := codeSplitter{path: []*html.Node{pre}}
	s.split(pre)
	for _, part := range s.parts[:max(len(s.parts)-1, 0)] {
		part.Attr = append(part.Attr[:len(part.Attr):len(part.Attr)], html.Attribute{Key: unfinished})
	}
	return s.parts
}

// codeSplitter copies a <pre> to several.
type codeSplitter struct {
	parts []*html.Node
	// path are the elements around what is copied, from the <pre> on. open are their copies
	// in the last part, as far as it has them.
	path, open []*html.Node
	// room is how many bytes the last part may still have.
	room int
}

// split copies the children of n.
func (s *codeSplitter) split(n *html.Node) {
	for c := range n.ChildNodes() {
		switch {
		case c.Type == html.TextNode:
			s.text(c.Data)
		case c.FirstChild == nil:
			s.add(&html.Node{Type: c.Type, Data: c.Data, DataAtom: c.DataAtom, Attr: c.Attr})
		default:
			s.path = append(s.path, c)
			s.split(c)
			s.path = s.path[:len(s.path)-1]
			s.open = s.open[:min(len(s.open), len(s.path))]
		}
	}
}

// text copies a text. If the part is full, its line ends the part, without the line end.
func (s *codeSplitter) text(data string) {
	for data != "" {
		if len(s.open) == 0 {
			s.begin()
		}
		at := -1
		if len(data) > s.room {
			from := max(s.room-1, 0)
			at = strings.IndexByte(data[from:], '\n')
			at += min(at+1, 1) * from
		}
		if at < 0 {
			s.add(markup.NewText(data))
			s.room -= len(data)
			return
		}
		s.add(markup.NewText(data[:at]))
		s.open, data = nil, data[at+1:]
	}
}

// add adds a node to the last part, in the elements that are around it.
func (s *codeSplitter) add(n *html.Node) {
	if len(s.open) == 0 {
		s.begin()
	}
	for _, e := range s.path[len(s.open):] {
		around := &html.Node{Type: e.Type, Data: e.Data, DataAtom: e.DataAtom, Attr: e.Attr}
		s.open[len(s.open)-1].AppendChild(around)
		s.open = append(s.open, around)
	}
	s.open[len(s.open)-1].AppendChild(n)
}

// begin begins a part. Parts have no colours, like any block of that size.
func (s *codeSplitter) begin() {
	part := partOf(s.path[0], len(s.parts) > 0)
	s.parts, s.open, s.room = append(s.parts, part), []*html.Node{part}, maxBlock
}
