package feed

import (
	"regexp"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// SafeHTML is HTML that may be shown, printed and handed on: allow-listed
// elements and attributes, absolute addresses of harmless schemes, no control
// character even behind an entity, no deep nesting. Only [Body.Safe] makes it;
// the zero value is an empty text.
type SafeHTML struct{ html string }

// String is the markup: a fragment of HTML that parses back to itself.
func (h SafeHTML) String() string { return h.html }

// Safe sanitises the body, of which it reads at most 1 MB. Frames of known
// video hosts become links, other frames, scripts, styles, forms' controls and
// tracking pixels vanish, lists and quotations nested deeper than 8 are
// flattened.
func (b Body) Safe() SafeHTML {
	raw := clip(b.Raw, maxBody)
	if strings.TrimSpace(raw) == "" {
		return SafeHTML{}
	}
	root := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(raw), root)
	if err != nil {
		// The parser refuses markup nested deeper than 512: its text survives.
		return SafeHTML{html: policy().Sanitize(escapeText(b.Text()))}
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	scrub(root, b.Base)
	var out strings.Builder
	for n := range root.ChildNodes() {
		if err := html.Render(&out, n); err != nil {
			return SafeHTML{html: policy().Sanitize(escapeText(b.Text()))}
		}
	}
	return SafeHTML{html: strings.TrimSpace(policy().Sanitize(out.String()))}
}

// policy is the allow-list, the last word after the tree has been scrubbed.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "details", "dfn", "div",
		"dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "kbd", "li",
		"mark", "ol", "p", "picture", "pre", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strong", "sub",
		"summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul", "var")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("title").OnElements("a", "abbr", "img")
	p.AllowAttrs("src", "srcset", "alt").OnElements("img")
	p.AllowAttrs("src", "srcset", "type").OnElements("source")
	p.AllowAttrs("src", "poster").OnElements("audio", "video")
	p.AllowAttrs("width", "height").Matching(bluemonday.Integer).OnElements("img", "video")
	p.AllowAttrs("cite").OnElements("blockquote", "q", "del", "ins")
	p.AllowAttrs("datetime").OnElements("time", "del", "ins")
	p.AllowAttrs("colspan", "rowspan").Matching(bluemonday.Integer).OnElements("td", "th")
	p.AllowAttrs("align").Matching(bluemonday.CellAlign).OnElements("td", "th")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^(language|lang|highlight-source)-[\w+#.-]+$`)).OnElements("code", "pre")
	p.AllowAttrs("lang").Matching(regexp.MustCompile(`^[A-Za-z0-9-]{1,35}$`)).Globally()
	p.AllowURLSchemes("http", "https", "mailto", "gemini", "data")
	p.AllowDataURIImages()
	p.RequireParseableURLs(true)
	return p
})
