package find

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"codeberg.org/readeck/go-readability/v2"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"dateline/feed/markup"
	"dateline/feed/text"
)

// Limits for pages. The time that the readability library needs grows with the number of
// elements around each text, and with the length of the title times the number of headings.
const (
	// maxPage is the number of bytes that are read. The rest of a page is ignored.
	maxPage         = 5 << 20
	maxPageElements = 50_000
	// maxPageWork is the maximum of the sum over all texts of length times depth.
	maxPageWork = 64 << 20
	// maxPageTitle is the maximum length in bytes of texts that may be used as title.
	maxPageTitle = 250
	// maxPageValue is the maximum length in bytes of an attribute. Longer values are
	// mostly pictures in data URLs.
	maxPageValue = 64 << 10
	// minArticle is the minimum number of characters of an article.
	minArticle = 140
)

// ArticleError is returned if no article was found. Its text is a user message.
type ArticleError struct {
	message string
	// err is the cause. It may be nil.
	err error
}

func (e *ArticleError) Error() string { return e.message }
func (e *ArticleError) Unwrap() error { return e.err }

// ExtractArticle returns the article of an HTML page. Elements that match a CSS selector of drop
// are removed first. If elements match a selector of keep, they are the article. Otherwise
// the article is the part of the page that looks most like one. contentType is the value
// of the HTTP header, address is the URL of the response. Any error is an [*ArticleError].
// Article recovers from panics of the libraries, and reads 5 MB of the page at most.
func ExtractArticle(page []byte, contentType, address string, keep, drop []string) (body markup.Body, err error) {
	host := hostName(address)
	defer func() {
		if p := recover(); p != nil {
			body = markup.Body{}
			err = &ArticleError{fmt.Sprintf("The page of %s could not be parsed: open it in the browser.", host), fmt.Errorf("%v", p)}
		}
	}()
	keepers, keepErr := parseSelectors(keep)
	droppers, dropErr := parseSelectors(drop)
	if err := errors.Join(keepErr, dropErr); err != nil {
		return markup.Body{}, &ArticleError{fmt.Sprintf("The page was not read, because %s: correct fulltext_keep and fulltext_drop in the feed's settings.", text.Clean(err.Error())), err}
	}
	source := decodePage(page[:min(len(page), maxPage)], contentType)
	root, err := html.Parse(strings.NewReader(source))
	if err != nil {
		return markup.Body{}, &ArticleError{fmt.Sprintf("The page of %s is nested too deeply to read: open it in the browser.", host), err}
	}
	if !limitPage(root) {
		return markup.Body{}, &ArticleError{message: fmt.Sprintf("The page of %s is too large to find its article: open it in the browser.", host)}
	}
	dropMatches(root, droppers)
	body.Base = pageBase(root, address)
	if kept := keepMatches(root, keepers); len(kept) > 0 {
		body.Raw, err = renderAll(kept)
	} else {
		body.Raw, err = mostLikelyArticle(root, body.Base)
	}
	if err != nil {
		return markup.Body{}, &ArticleError{noArticleReason(host, source), err}
	}
	// One character more than Safe reads, so that Safe says that the rest is missing.
	body.Raw = text.Truncate(body.Raw, markup.MaxBody+utf8.UTFMax)
	found := body.Scan()
	if n := len([]rune(found.Text)); n == 0 && !found.HasImage || n < minArticle && keepers == nil {
		return markup.Body{}, &ArticleError{message: noArticleReason(host, source)}
	}
	return body, nil
}

// mostLikelyArticle returns the HTML of the part of a page that looks most like an article.
// It is empty if there is none. Relative links are resolved against base.
func mostLikelyArticle(root *html.Node, base string) (string, error) {
	at, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	parser := readability.NewParser()
	parser.DisableJSONLD = true
	article, err := parser.ParseAndMutate(root, at)
	if err != nil || article.Node == nil {
		return "", err
	}
	return renderAll([]*html.Node{article.Node})
}

// noArticleReason returns a user message that says why a page has no article. source is the
// HTML of the page.
func noArticleReason(host, source string) string {
	low := strings.ToLower(source)
	switch {
	case strings.Contains(low, `"isaccessibleforfree":false`), strings.Contains(low, `"isaccessibleforfree": false`),
		strings.Contains(low, `"isaccessibleforfree":"false"`), strings.Contains(low, `"isaccessibleforfree": "false"`):
		return fmt.Sprintf("%s gives this article to subscribers only: open it in the browser, or set cookies in the feed's settings to send your login.", host)
	case strings.Contains(low, `type="password"`), strings.Contains(low, `type=password`), strings.Contains(low, `type='password'`):
		return fmt.Sprintf("%s asks for a login before it shows the article: open it in the browser, or set cookies in the feed's settings to send your login.", host)
	case strings.Contains(low, "<script") && strings.Contains(low, "enable javascript"):
		return fmt.Sprintf("%s builds its pages with JavaScript, so they contain no article: open it in the browser.", host)
	}
	return fmt.Sprintf("The page of %s has no article that dateline can find: open it in the browser, or select the article with fulltext_keep in the feed's settings.", host)
}

// decodePage returns a page as UTF-8, like [text.Decode]. An HTML page may name its charset
// in a meta element
// (https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding).
func decodePage(page []byte, contentType string) string {
	if text.HeaderCharset(contentType) == "" {
		_, name, _ := charset.DetermineEncoding(page, "")
		contentType = "text/html; charset=" + name
	}
	return text.Decode(page, contentType)
}

// limitPage shortens long titles, headings and attributes. It reports whether the page is
// small enough to search it for its article.
func limitPage(root *html.Node) bool {
	elements, work, depth := 0, 0, 0
	var walk func(*html.Node) int
	walk = func(n *html.Node) (s int) {
		depth++
		for c := n.FirstChild; c != nil && elements < maxPageElements && work < maxPageWork; c = c.NextSibling {
			switch c.Type {
			case html.TextNode:
				if n.DataAtom == atom.Title {
					c.Data = text.Truncate(c.Data, maxPageTitle)
				}
				if n.DataAtom != atom.Script && n.DataAtom != atom.Style {
					s += len(c.Data)
					work += len(c.Data) * depth
				}
			case html.ElementNode:
				elements++
				inside := walk(c)
				if c.DataAtom == atom.H1 && inside > maxPageTitle {
					c.Data, c.DataAtom = "div", atom.Div
				}
				for i, a := range c.Attr {
					if c.DataAtom == atom.Meta {
						c.Attr[i].Val = text.Truncate(a.Val, maxPageTitle)
					} else if len(a.Val) > maxPageValue {
						c.Attr[i].Val = ""
					}
				}
				s += inside
			}
		}
		depth--
		return s
	}
	walk(root)
	return elements < maxPageElements && work < maxPageWork
}

// pageBase returns the address that relative links are resolved against: that of the first
// base element, or the address of the page.
func pageBase(root *html.Node, address string) string {
	for n := range root.Descendants() {
		if n.DataAtom == atom.Base && markup.NodeAttribute(n, "href") != "" {
			if base := text.Resolve(address, markup.NodeAttribute(n, "href")); text.IsHTTPURL(base) {
				return base
			}
			break
		}
	}
	return address
}

// renderAll returns the HTML of parts of a page, one after the other. It includes the
// pictures in noscript elements.
func renderAll(parts []*html.Node) (string, error) {
	var b strings.Builder
	for _, n := range parts {
		unwrapNoscript(n)
		if err := html.Render(&b, n); err != nil {
			return "", err
		}
		b.WriteByte('\n')
	}
	return b.String(), nil
}

// unwrapNoscript replaces each noscript element that contains only a picture by that
// picture. It removes a picture right before it, which scripts would replace.
func unwrapNoscript(part *html.Node) {
	var found []*html.Node
	for n := range part.Descendants() {
		if n.DataAtom == atom.Noscript && n.FirstChild != nil {
			found = append(found, n)
		}
	}
	for _, n := range found {
		context := markup.NewElement(atom.Div)
		content, err := html.ParseFragment(strings.NewReader(n.FirstChild.Data), context)
		if err != nil || len(content) != 1 || content[0].DataAtom != atom.Img {
			continue
		}
		lazy := n.PrevSibling
		for lazy != nil && lazy.Type == html.TextNode && text.IsBlank(lazy.Data) {
			lazy = lazy.PrevSibling
		}
		if lazy != nil && lazy.DataAtom == atom.Img {
			lazy.Parent.RemoveChild(lazy)
		}
		n.Parent.InsertBefore(content[0], n)
		n.Parent.RemoveChild(n)
	}
}

// hostName returns the host of an address for a message.
func hostName(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return text.Clean(u.Host)
	}
	return text.Clean(address)
}

// CheckSelector returns an error if s is not a CSS selector, or a list of selectors
// separated by commas. The text of the error is part of a sentence.
func CheckSelector(s string) error {
	_, err := parseSelectors([]string{s})
	return err
}

// parseSelectors returns a matcher for any of the selectors. It is nil if there are none.
func parseSelectors(selectors []string) (group cascadia.SelectorGroup, err error) {
	for _, s := range selectors {
		if strings.TrimSpace(s) == "" {
			return nil, errors.New("a selector is empty")
		}
		part, err := cascadia.ParseGroup(s)
		if err != nil {
			return nil, fmt.Errorf("%q is not a CSS selector: %s", text.Clean(s), text.Clean(err.Error()))
		}
		group = append(group, part...)
	}
	return group, nil
}

// dropMatches removes the elements that match from a page.
func dropMatches(page *html.Node, drop cascadia.SelectorGroup) {
	if drop == nil {
		return
	}
	for _, n := range cascadia.QueryAll(page, drop) {
		if n.Parent != nil {
			n.Parent.RemoveChild(n)
		}
	}
}

// keepMatches returns the elements that match, in the order of the page, without those
// inside another match.
func keepMatches(page *html.Node, keep cascadia.SelectorGroup) []*html.Node {
	if keep == nil {
		return nil
	}
	var out []*html.Node
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		for c := range n.ChildNodes() {
			if c.Type == html.ElementNode && keep.Match(c) {
				out = append(out, c)
				continue
			}
			walk(c)
		}
	}
	walk(page)
	return out
}
