package article

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/markup"
)

// The sanitiser has its own bounds; these hold for whatever it lets through.
const (
	maxArticle = 1 << 20
	maxCode    = 64 << 10
	maxNesting = 8
)

// pieceSize is how much markup, in bytes, is parsed at once.
const pieceSize = 16 << 10

// htmlMarkup hands out an article's units, parsing no further than it must.
type htmlMarkup struct {
	rest  string
	cut   bool
	units []*html.Node
}

func newMarkup(h markup.SafeHTML) htmlMarkup {
	s := h.String()
	if len(s) <= maxArticle {
		return htmlMarkup{rest: s}
	}
	s = s[:maxArticle]
	s = strings.ToValidUTF8(s[:max(strings.LastIndexByte(s, '<'), maxArticle/2)], "")
	return htmlMarkup{rest: s, cut: true}
}

// next is the next unit: an element that stands on lines of its own, or a
// paragraph made of the text between such elements. It is nil at the end.
func (m *htmlMarkup) next() *html.Node {
	for len(m.units) == 0 {
		switch {
		case m.rest != "":
			end := topLevel(m.rest, pieceSize)
			m.units = parse(m.rest[:end])
			m.rest = m.rest[end:]
		case m.cut:
			m.cut = false
			return element(atom.P, textNode("[The rest of this article is too long to show.]"))
		default:
			return nil
		}
	}
	unit := m.units[0]
	m.units = m.units[1:]
	return unit
}

// more says that next may have another unit.
func (m *htmlMarkup) more() bool { return len(m.units) > 0 || m.rest != "" || m.cut }

// topLevel finds, at size bytes or later, the end of a block that stands in no
// other. Sanitised markup closes every element, and its attributes hold no
// angle brackets.
func topLevel(s string, size int) int {
	depth := 0
	for at := 0; ; {
		start := strings.IndexByte(s[at:], '<')
		if start < 0 {
			return len(s)
		}
		at += start + 1
		end := strings.IndexByte(s[at:], '>')
		if end < 0 {
			return len(s)
		}
		tag, closing := strings.CutPrefix(s[at:at+end], "/")
		at += end + 1
		name, _, _ := strings.Cut(tag, " ")
		kind := atom.Lookup([]byte(strings.TrimSuffix(name, "/")))
		switch kind {
		case atom.Br, atom.Hr, atom.Img, atom.Source:
			continue
		}
		if !closing {
			depth++
			continue
		}
		if depth--; depth == 0 && at >= size && isBlock(kind) {
			return at
		}
	}
}
