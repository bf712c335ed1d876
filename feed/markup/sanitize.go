package markup

import (
	"dateline/feed/text"
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
	raw := repairMarkup(Clip(b.Raw, MaxBody))
	if strings.TrimSpace(raw) == "" {
		return SafeHTML{}
	}
	root := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	// A reader without scripts is shown what <noscript> holds.
	nodes, err := html.ParseFragmentWithOptions(strings.NewReader(raw), root, html.ParseOptionEnableScripting(false))
	if err != nil {
		// The parser refuses markup nested deeper than 512: its text survives.
		return SafeHTML{html: policy().Sanitize(EscapeText(b.Text()))}
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	scrub(root, b.Base)
	var out strings.Builder
	for n := range root.ChildNodes() {
		if err := html.Render(&out, n); err != nil {
			return SafeHTML{html: policy().Sanitize(EscapeText(b.Text()))}
		}
	}
	return SafeHTML{html: strings.TrimSpace(policy().Sanitize(out.String()))}
}

// policy is the allow-list, the last word after the tree has been scrubbed.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("abbr", "acronym", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br",
		"caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em",
		"figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "i", "ins", "kbd",
		"li", "main", "mark", "nav", "ol", "p", "picture", "pre", "q", "rp", "rt", "ruby", "s", "samp", "section",
		"small", "span", "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead",
		"time", "tr", "tt", "u", "ul", "var", "wbr")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("title").Globally()
	p.AllowAttrs("src", "srcset", "alt").OnElements("img")
	p.AllowAttrs("src", "srcset", "type").OnElements("source")
	p.AllowAttrs("src", "poster").OnElements("audio", "video")
	p.AllowAttrs("width", "height").Matching(bluemonday.Integer).OnElements("img", "video")
	p.AllowAttrs("cite").OnElements("blockquote", "q", "del", "ins")
	p.AllowAttrs("datetime").OnElements("time", "del", "ins")
	p.AllowAttrs("colspan", "rowspan").Matching(bluemonday.Integer).OnElements("td", "th")
	p.AllowAttrs("align").Matching(bluemonday.CellAlign).OnElements("td", "th")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("value").Matching(bluemonday.Integer).OnElements("li")
	p.AllowAttrs("open", "reversed").OnElements("details", "ol")
	p.AllowAttrs("dir").Matching(bluemonday.Direction).Globally()
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^(language|lang|highlight-source)-[\w+#.-]+$`)).OnElements("code", "pre")
	p.AllowAttrs("lang").Matching(regexp.MustCompile(`^[A-Za-z0-9-]{1,35}$`)).Globally()
	p.AllowStyles(safeStyles...).Globally()
	p.AllowURLSchemes("http", "https", "mailto", "gemini", "data")
	p.AllowURLSchemes(text.ShownSchemes...)
	p.AllowDataURIImages()
	p.RequireParseableURLs(true)
	return p
})

// safeStyles are the CSS properties that say how text looks. None of them loads
// anything, moves a box over another or hides it.
var safeStyles = []string{"background-color", "border", "border-color", "border-style", "border-width", "clear", "color",
	"direction", "float", "font", "font-family", "font-size", "font-style", "font-variant", "font-weight", "height",
	"letter-spacing", "line-height", "list-style-type", "max-width", "text-align", "text-decoration", "text-indent",
	"text-transform", "vertical-align", "white-space", "width"}
