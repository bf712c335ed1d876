package article

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxUnit bounds a unit, in bytes of text and a few for every node. The
// converter and the Markdown parsers take quadratic time on some long
// paragraphs and tables; bounded units keep any article linear.
const maxUnit = 32 << 10

const nodeWeight = 16

// weight is that of n and all below it; it stops counting beyond maxUnit.
func weight(n *html.Node) int {
	w := nodeWeight
	if n.Type == html.TextNode {
		w += len(n.Data)
	}
	for c := n.FirstChild; c != nil && w <= maxUnit; c = c.NextSibling {
		w += weight(c)
	}
	return w
}

// split makes several elements of one that is too heavy, each with a part of
// its children.
func split(n *html.Node) []*html.Node {
	if n.DataAtom == atom.Pre || weight(n) <= maxUnit {
		return []*html.Node{n}
	}
	if n.Type == html.TextNode {
		return splitText(n.Data)
	}
	start, err := strconv.Atoi(attr(n, "start"))
	if err != nil {
		start = 1
	}
	var parts []*html.Node
	room, items := 0, 0
	for c := n.FirstChild; c != nil; c = n.FirstChild {
		n.RemoveChild(c)
		for _, piece := range split(c) {
			w := weight(piece)
			if len(parts) == 0 || w > room {
				part := &html.Node{Type: n.Type, Data: n.Data, DataAtom: n.DataAtom, Attr: n.Attr}
				if n.DataAtom == atom.Ol {
					part.Attr = []html.Attribute{{Key: "start", Val: strconv.Itoa(start + items)}}
				}
				parts, room = append(parts, part), maxUnit
			}
			parts[len(parts)-1].AppendChild(piece)
			room -= w
			if piece.DataAtom == atom.Li {
				items++
			}
		}
	}
	return parts
}

// splitText cuts text at blanks where there are any.
func splitText(s string) []*html.Node {
	const size = maxUnit / 2
	var parts []*html.Node
	for len(s) > size {
		cut := strings.LastIndexByte(s[:size], ' ') + 1
		if cut <= 0 {
			cut = len(strings.ToValidUTF8(s[:size], ""))
		}
		parts = append(parts, textNode(s[:cut]))
		s = s[cut:]
	}
	return append(parts, textNode(s))
}
