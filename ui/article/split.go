package article

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxUnit is the largest weight of a unit. The converter and the Markdown parsers take
// quadratic time for some long paragraphs and tables. With units of limited weight the
// time grows linearly with the article.
const maxUnit = 32 << 10

// nodeWeight is the weight of a node without its text.
const nodeWeight = 16

// weight returns the bytes of text in n, plus nodeWeight for each node. It stops
// counting above maxUnit.
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

// split divides an element that is heavier than maxUnit into several elements. Each
// has a part of its children. A lighter element is returned as it is.
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
		for _, child := range split(c) {
			w := weight(child)
			if len(parts) == 0 || w > room {
				part := &html.Node{Type: n.Type, Data: n.Data, DataAtom: n.DataAtom, Attr: n.Attr}
				if n.DataAtom == atom.Ol {
					part.Attr = []html.Attribute{{Key: "start", Val: strconv.Itoa(start + items)}}
				}
				parts, room = append(parts, part), maxUnit
			}
			parts[len(parts)-1].AppendChild(child)
			room -= w
			if child.DataAtom == atom.Li {
				items++
			}
		}
	}
	return parts
}

// splitText cuts text into nodes, at spaces if there are any.
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
