package article

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/markup"
)

// maxArticle and maxCode are the largest article and code block, in bytes, and
// maxNesting the deepest nesting of lists and quotes that are laid out. The sanitiser
// has its own limits, but this package does not rely on them.
const (
	maxArticle = 1 << 20
	maxCode    = 64 << 10
	maxNesting = 8
)

// parseSize is how much HTML, in bytes, is parsed at once at least.
const parseSize = 16 << 10

// htmlMarkup returns an article's blocks one by one. It parses only as much HTML as the
// next block needs.
type htmlMarkup struct {
	// rest is the HTML that is not parsed yet.
	rest   string
	blocks []*html.Node
}

func newMarkup(h markup.SafeHTML) htmlMarkup {
	s := h.String()
	if len(s) > maxArticle {
		s = s[:max(strings.LastIndexByte(s[:maxArticle], '<'), maxArticle/2)]
		s = strings.ToValidUTF8(s, "") + "<p>[The rest of this article is too long to show.]</p>"
	}
	return htmlMarkup{rest: s}
}

// next returns the next block; nil at the end.
func (m *htmlMarkup) next() *html.Node {
	for len(m.blocks) == 0 {
		if m.rest == "" {
			return nil
		}
		end := topLevel(m.rest, parseSize)
		m.blocks, m.rest = parse(m.rest[:end]), m.rest[end:]
	}
	b := m.blocks[0]
	m.blocks = m.blocks[1:]
	return b
}

// more reports whether next may return another block.
func (m *htmlMarkup) more() bool { return len(m.blocks) > 0 || m.rest != "" }

// topLevel returns the offset of the first end of a top-level block at size bytes or
// later, or the length of s. It relies on sanitised HTML: every element is closed,
// and no attribute has angle brackets.
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
