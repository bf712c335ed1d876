package markup

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/text"
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
	raw := repairMarkup(text.Truncate(b.Raw, MaxBody))
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
	sanitizeTree(root, b.Base)
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
	p.AllowURLSchemes(text.LinkOnlySchemes...)
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

// Bounds of nesting. The first holds for what a renderer indents, the second
// for every element.
const (
	maxIndents = 8
	maxDepth   = 64
)

// sanitizer walks a parsed body and leaves only what may be shown.
type sanitizer struct {
	base string
	// marks goes on from one text to the next, as they do on the screen.
	marks text.MarkLimiter
}

func sanitizeTree(root *html.Node, base string) {
	s := sanitizer{base: base}
	s.sanitizeChildren(root, 0, 0)
}

func (s *sanitizer) sanitizeChildren(n *html.Node, depth, indents int) {
	for c := n.FirstChild; c != nil; {
		c = s.sanitizeNode(c, depth, indents)
	}
}

// sanitizeNode scrubs one node and what is under it, and returns the next one to look at.
func (s *sanitizer) sanitizeNode(n *html.Node, depth, indents int) *html.Node {
	switch n.Type {
	case html.TextNode:
		n.Data = s.marks.CleanText(n.Data)
		return n.NextSibling
	case html.ElementNode:
	default:
		return removeNode(n)
	}
	if n.Namespace != "" && n.Namespace != "math" || isRemoved(n.DataAtom) {
		return removeNode(n)
	}
	if isEmbed(n.DataAtom) {
		return s.replaceEmbed(n)
	}
	if n.DataAtom == atom.Img && isTrackingPixel(n.Attr) || n.DataAtom == atom.Noscript && repeatsImage(n) {
		return removeNode(n)
	}
	switch n.DataAtom {
	case atom.Menu, atom.Dir:
		n.Data, n.DataAtom = "ul", atom.Ul
	case atom.Xmp, atom.Listing:
		n.Data, n.DataAtom = "pre", atom.Pre
	}
	if isIndented(n.DataAtom) {
		indents++
	}
	if depth >= maxDepth || indents > maxIndents && (isIndented(n.DataAtom) || n.DataAtom == atom.Li) || isUnwrapped(n.DataAtom) ||
		n.DataAtom == atom.Span && NodeAttribute(n, "style") == "" {
		return unwrapNode(n)
	}
	if base := NodeAttribute(n, "xml:base"); base != "" {
		outer := s.base
		s.base = text.Resolve(outer, base)
		defer func() { s.base = outer }()
	}
	s.sanitizeAttributes(n)
	if n.DataAtom == atom.A && NodeAttribute(n, "href") == "" {
		return unwrapNode(n)
	}
	s.sanitizeChildren(n, depth+1, indents)
	s.addMediaLink(n)
	return n.NextSibling
}

// isRemoved elements go with all that is in them.
func isRemoved(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Template, atom.Title, atom.Textarea, atom.Select, atom.Input, atom.Button,
		atom.Noembed, atom.Noframes, atom.Plaintext, atom.Link, atom.Meta, atom.Base, atom.Track, atom.Param,
		atom.Applet, atom.Datalist, atom.Canvas, atom.Dialog:
		return true
	}
	return false
}

// isUnwrapped elements lose their tags; what is in them stays.
func isUnwrapped(a atom.Atom) bool {
	switch a {
	case 0, atom.Form, atom.Fieldset, atom.Legend, atom.Label, atom.Font, atom.Noscript, atom.Math, atom.Html,
		atom.Head, atom.Body, atom.Frameset, atom.Output, atom.Map, atom.Area:
		return true
	}
	return false
}

// isIndented elements are those a renderer moves to the right, at a price that
// grows with each level.
func isIndented(a atom.Atom) bool {
	switch a {
	case atom.Blockquote, atom.Ul, atom.Ol, atom.Dl, atom.Table, atom.Menu, atom.Dir:
		return true
	}
	return false
}

func removeNode(n *html.Node) *html.Node {
	next := n.NextSibling
	n.Parent.RemoveChild(n)
	return next
}

// unwrapNode puts the children of n in its place, parted from what stands before by
// a line break unless n stood within a line, and returns the first of them.
func unwrapNode(n *html.Node) *html.Node {
	parent := n.Parent
	if !text.IsInlineTag(n.Data) && n.PrevSibling != nil && n.FirstChild != nil {
		parent.InsertBefore(&html.Node{Type: html.ElementNode, Data: "br", DataAtom: atom.Br}, n)
	}
	next := n.NextSibling
	if n.FirstChild != nil {
		next = n.FirstChild
	}
	for c := n.FirstChild; c != nil; c = n.FirstChild {
		n.RemoveChild(c)
		parent.InsertBefore(c, n)
	}
	parent.RemoveChild(n)
	return next
}

// sanitizeAttributes resolves addresses and cleans the rest. Which attributes may stay
// at all is for the policy to say.
func (s *sanitizer) sanitizeAttributes(n *html.Node) {
	if n.DataAtom == atom.Img {
		setLazySource(n)
	}
	kept := n.Attr[:0]
	const longest = 512 // bytes of a style attribute that says something
	for _, a := range n.Attr {
		if a.Namespace != "" {
			continue
		}
		switch a.Key {
		case "href", "cite":
			a.Val = text.ASCIIHost(text.LinkURL(text.Resolve(s.base, a.Val)))
		case "src", "poster":
			a.Val = s.mediaURL(n, a.Val)
		case "srcset":
			a.Val = s.resolveSrcset(a.Val)
		case "style":
			if a.Val = text.Clean(a.Val); len(a.Val) > longest {
				a.Val = ""
			}
		default:
			a.Val = text.Clean(a.Val)
		}
		if a.Val != "" || a.Key == "alt" || a.Key == "open" || a.Key == "reversed" {
			kept = append(kept, a)
		}
	}
	n.Attr = kept
}

func (s *sanitizer) mediaURL(n *html.Node, ref string) string {
	ref = strings.TrimSpace(ref)
	if strings.HasPrefix(strings.ToLower(ref), "data:") {
		if n.DataAtom == atom.Img && isDataImage(ref) {
			return ref
		}
		return ""
	}
	return text.WebURL(s.base, ref)
}

// isDataImage says that a data: URL (RFC 2397) carries a bitmap.
func isDataImage(ref string) bool {
	for _, kind := range []string{"png", "jpeg", "gif", "webp"} {
		if strings.HasPrefix(strings.ToLower(ref), "data:image/"+kind+";base64,") {
			return !strings.ContainsFunc(ref, func(r rune) bool { return r <= ' ' || r >= 0x7f })
		}
	}
	return false
}

// resolveSrcset resolves the addresses of a srcset; each may carry a descriptor.
func (s *sanitizer) resolveSrcset(set string) string {
	var out []string
	for candidate := range strings.SplitSeq(set, ", ") {
		fields := strings.Fields(text.Clean(candidate))
		if len(fields) == 0 {
			continue
		}
		ref := text.WebURL(s.base, strings.TrimSuffix(fields[0], ","))
		if ref == "" {
			continue
		}
		out = append(out, strings.Join(append([]string{ref}, fields[1:]...), " "))
	}
	return strings.Join(out, ", ")
}

// setLazySource gives a picture the address that a script was to give it.
func setLazySource(n *html.Node) {
	src := NodeAttribute(n, "src")
	if src != "" && !strings.HasPrefix(src, "data:") {
		return
	}
	for _, key := range []string{"data-src", "data-original", "data-lazy-src"} {
		if lazy := NodeAttribute(n, key); lazy != "" {
			n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "src" })
			n.Attr = append(n.Attr, html.Attribute{Key: "src", Val: lazy})
			return
		}
	}
}

// repeatsImage says of a <noscript> that it repeats, for those without scripts,
// the picture before it.
func repeatsImage(n *html.Node) bool {
	before := n.PrevSibling
	for before != nil && before.Type == html.TextNode && text.IsBlank(before.Data) {
		before = before.PrevSibling
	}
	if before == nil || before.DataAtom != atom.Img {
		return false
	}
	images := 0
	for c := range n.Descendants() {
		switch {
		case c.DataAtom == atom.Img:
			images++
		case c.Type != html.TextNode || !text.IsBlank(c.Data):
			return false
		}
	}
	return images == 1
}

func isEmbed(a atom.Atom) bool {
	return a == atom.Iframe || a == atom.Embed || a == atom.Object || a == atom.Frame
}

// replaceEmbed replaces an embedded page by a link to it when it is a known video, an
// object by what it holds for those who cannot show it, and drops the rest.
func (s *sanitizer) replaceEmbed(n *html.Node) *html.Node {
	ref := NodeAttribute(n, "src")
	if ref == "" {
		ref = NodeAttribute(n, "data")
	}
	if ref == "" {
		ref = NodeAttribute(n, "data-src")
	}
	link, host := videoPage(text.Resolve(s.base, ref))
	if link == "" {
		if n.DataAtom == atom.Object {
			return unwrapNode(n)
		}
		return removeNode(n)
	}
	n.Parent.InsertBefore(newLink(link, "Video: "+host), n)
	return removeNode(n)
}

func newLink(href, text string) *html.Node {
	a := &html.Node{Type: html.ElementNode, Data: "a", DataAtom: atom.A, Attr: []html.Attribute{{Key: "href", Val: href}}}
	a.AppendChild(&html.Node{Type: html.TextNode, Data: text})
	return a
}

// addMediaLink gives a sound or a film without words a link, for those who read.
func (s *sanitizer) addMediaLink(n *html.Node) {
	if n.DataAtom != atom.Audio && n.DataAtom != atom.Video {
		return
	}
	src := NodeAttribute(n, "src")
	for c := range n.ChildNodes() {
		if c.DataAtom == atom.Source && src == "" {
			src = NodeAttribute(c, "src")
		}
		if c.DataAtom == atom.A {
			return
		}
	}
	if src != "" {
		n.AppendChild(newLink(src, strings.ToUpper(n.Data[:1])+n.Data[1:]))
	}
}

// videoPage turns the address of a known player into that of its page, and says
// whose it is; empty for any other.
func videoPage(embedded string) (page, host string) {
	u, err := url.Parse(embedded)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return "", ""
	}
	host = strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(u.Hostname()), "www."), "m.")
	path := strings.Split(strings.Trim(u.Path, "/"), "/")
	id := text.Clean(path[len(path)-1])
	switch host {
	case "youtube.com", "youtube-nocookie.com":
		if list := u.Query().Get("list"); id == "videoseries" && list != "" {
			return "https://www.youtube.com/playlist?list=" + url.QueryEscape(list), "youtube.com"
		}
		return "https://www.youtube.com/watch?v=" + url.QueryEscape(id), "youtube.com"
	case "player.vimeo.com":
		return "https://vimeo.com/" + url.PathEscape(id), "vimeo.com"
	case "dailymotion.com", "geo.dailymotion.com":
		if video := u.Query().Get("video"); video != "" {
			id = video
		}
		return "https://www.dailymotion.com/video/" + url.PathEscape(id), "dailymotion.com"
	case "youtu.be", "vimeo.com", "player.twitch.tv", "clips.twitch.tv", "embed.ted.com", "player.bilibili.com", "rumble.com",
		"odysee.com", "archive.org", "media.ccc.de", "w.soundcloud.com", "bandcamp.com", "open.spotify.com", "embed.podcasts.apple.com":
		page, _ = text.SafeURL(embedded)
		return page, host
	}
	if strings.HasPrefix(u.Path, "/videos/embed/") { // PeerTube, on any host
		return u.Scheme + "://" + u.Host + "/videos/watch/" + url.PathEscape(id), host
	}
	return "", ""
}

// isTrackingPixel recognises the pictures that are there to count readers.
func isTrackingPixel(attrs []html.Attribute) bool {
	tiny := func(v string) bool {
		n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(v), "px"))
		return err == nil && n >= 0 && n <= 1
	}
	for _, a := range attrs {
		switch a.Key {
		case "width", "height":
			if tiny(a.Val) {
				return true
			}
		case "style":
			if hidesElement(a.Val, tiny) {
				return true
			}
		case "src":
			if isTrackerURL(a.Val) {
				return true
			}
		}
	}
	return false
}

// hidesElement says that a style hides what it is of, or makes it as small as tiny says.
func hidesElement(style string, tiny func(string) bool) bool {
	for declaration := range strings.SplitSeq(strings.ToLower(style), ";") {
		property, value, _ := strings.Cut(declaration, ":")
		switch value = strings.TrimSpace(value); strings.TrimSpace(property) {
		case "display":
			if strings.HasPrefix(value, "none") {
				return true
			}
		case "visibility":
			if strings.HasPrefix(value, "hidden") {
				return true
			}
		case "width", "height", "max-width", "max-height":
			if tiny(value) {
				return true
			}
		}
	}
	return false
}

func isTrackerURL(src string) bool {
	for _, mark := range []string{"//feeds.feedburner.com/~r/", "//feeds.feedburner.com/~ff/", "//pixel.wp.com/",
		"//stats.wordpress.com/", "//ad.doubleclick.net/", "//www.google-analytics.com/", "//pixel.quantserve.com/",
		"//rss.feedsportal.com/", "//pi.feedsportal.com/", "//b.scorecardresearch.com/", "//feeds.wordpress.com/1.0/",
		"//stats.wp.com/", "//track.hubspot.com/", "//www.facebook.com/tr?", "//counter.theconversation.com/", "//www.assoc-amazon.com/e/ir",
		"amazon-adsystem.com/e/ir", "//vg.vgwort.de/", ".met.vgwort.de/", "//a.rfihub.com/", "//img.feedpress.it/", "/wf/open?upn=",
		"/open.aspx?", "/1x1.gif", "/1x1.png", "/pixel.gif", "/pixel.png", "/tracking_pixel", "/spacer.gif", "/transparent.gif"} {
		if strings.Contains(src, mark) {
			return true
		}
	}
	return false
}

func NodeAttribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}
