package find

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"codeberg.org/readeck/go-readability/v2"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"dateline/feed/markup"
	"dateline/feed/text"
)

// Bounds of what full text reads of a page. Readability looks at every text once
// for each element around it, and at the title once for each heading.
const (
	maxPage         = 5 << 20
	maxPageElements = 50_000
	// maxPageWork bounds the bytes of text, each times its depth.
	maxPageWork = 64 << 20
	// maxPageTitle bounds the bytes of whatever may be taken for the title,
	// maxPageValue those of an attribute: longer ones are pictures written out.
	maxPageTitle = 250
	maxPageValue = 64 << 10
	// minArticle is the number of characters below which there is no article.
	minArticle = 140
)

// ArticleError tells in a sentence why a page gave no article.
type ArticleError struct {
	sentence string
	err      error
}

func (e *ArticleError) Error() string { return e.sentence }
func (e *ArticleError) Unwrap() error { return e.err }

// Article finds the article of an HTML page. What the CSS selectors of
// drop name is taken out first; what those of keep name, where there is any of
// it, is the article, and otherwise it is the part of the page that reads most
// like one. contentType is the HTTP header and address the URL of the answer. The
// text of an error is a sentence for the reader. It never panics, and reads 5 MB
// of the page at most.
func Article(page []byte, contentType, address string, keep, drop []string) (body markup.Body, err error) {
	host := hostName(address)
	defer func() {
		if p := recover(); p != nil {
			body = markup.Body{}
			err = &ArticleError{fmt.Sprintf("The page of %s could not be taken apart: o opens it in the browser.", host), fmt.Errorf("%v", p)}
		}
	}()
	keepers, keepErr := parseSelectors(keep)
	droppers, dropErr := parseSelectors(drop)
	if err := errors.Join(keepErr, dropErr); err != nil {
		return markup.Body{}, &ArticleError{fmt.Sprintf("The page was not read, for %s: correct fulltext_keep and fulltext_drop in the feed's settings.", text.Clean(err.Error())), err}
	}
	s := decodePage(page[:min(len(page), maxPage)], contentType)
	root, err := html.Parse(strings.NewReader(s))
	if err != nil {
		return markup.Body{}, &ArticleError{fmt.Sprintf("The page of %s is nested too deeply to be read: o opens it in the browser.", host), err}
	}
	if !tame(root) {
		return markup.Body{}, &ArticleError{sentence: fmt.Sprintf("The page of %s is too large to find its article: o opens it in the browser.", host)}
	}
	dropMatches(root, droppers)
	body.Base = pageBase(root, address)
	if kept := keepMatches(root, keepers); len(kept) > 0 {
		body.Raw, err = renderAll(kept)
	} else {
		body.Raw, err = readable(root, body.Base)
	}
	if err != nil {
		return markup.Body{}, &ArticleError{noArticle(host, s), err}
	}
	body.Raw = text.Truncate(body.Raw, markup.MaxBody)
	found := body.Scan()
	if n := len([]rune(found.Text)); n == 0 && !found.HasImage || n < minArticle && keepers == nil {
		return markup.Body{}, &ArticleError{sentence: noArticle(host, s)}
	}
	return body, nil
}

// readable is the part of a page that reads most like an article.
func readable(root *html.Node, base string) (string, error) {
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

// noArticle says why a page has no article, as far as the page tells.
func noArticle(host, text string) string {
	low := strings.ToLower(text)
	switch {
	case strings.Contains(low, `"isaccessibleforfree":false`), strings.Contains(low, `"isaccessibleforfree": false`),
		strings.Contains(low, `"isaccessibleforfree":"false"`), strings.Contains(low, `"isaccessibleforfree": "false"`):
		return fmt.Sprintf("%s gives this article to subscribers only: o opens it in the browser; cookies in the feed's settings can carry a login.", host)
	case strings.Contains(low, `type="password"`), strings.Contains(low, `type=password`), strings.Contains(low, `type='password'`):
		return fmt.Sprintf("%s asks for a login before it shows the article: o opens it in the browser; cookies in the feed's settings can carry a login.", host)
	case strings.Contains(low, "<script") && strings.Contains(low, "enable javascript"):
		return fmt.Sprintf("%s builds its pages with JavaScript, so there is no article to read in them: o opens it in the browser.", host)
	}
	return fmt.Sprintf("The page of %s has no article that can be told from the rest: o opens it in the browser, fulltext_keep in the feed's settings can name the part to keep.", host)
}

// decodePage is [text.Decode] for HTML, which may name its charset in a meta element.
func decodePage(page []byte, contentType string) string {
	if text.HeaderCharset(contentType) == "" {
		_, name, _ := charset.DetermineEncoding(page, "")
		contentType = "text/html; charset=" + name
	}
	return text.Decode(page, contentType)
}

// tame shortens in a page what would take long to compare or to keep, and says
// whether it can be searched for its article in good time then.
func tame(root *html.Node) bool {
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

// pageBase is what a page's relative links are resolved against: its first base
// element, or its own address.
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

// renderAll writes parts of a page one behind the other, with the pictures that
// only a browser without scripts would get to see.
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

// unwrapNoscript puts a picture from a noscript element in the place of the one
// before it, which a script was to load.
func unwrapNoscript(part *html.Node) {
	var found []*html.Node
	for n := range part.Descendants() {
		if n.DataAtom == atom.Noscript && n.FirstChild != nil {
			found = append(found, n)
		}
	}
	for _, n := range found {
		context := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
		inside, err := html.ParseFragment(strings.NewReader(n.FirstChild.Data), context)
		if err != nil || len(inside) != 1 || inside[0].DataAtom != atom.Img {
			continue
		}
		lazy := n.PrevSibling
		for lazy != nil && lazy.Type == html.TextNode && text.IsBlank(lazy.Data) {
			lazy = lazy.PrevSibling
		}
		if lazy != nil && lazy.DataAtom == atom.Img {
			lazy.Parent.RemoveChild(lazy)
		}
		n.Parent.InsertBefore(inside[0], n)
		n.Parent.RemoveChild(n)
	}
}

// hostName is the host of an address for a sentence.
func hostName(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return text.Clean(u.Host)
	}
	return text.Clean(address)
}

// CheckSelector says what is wrong with a CSS selector, or a list of them parted
// by commas, in a fragment of a sentence; nil when it can be used.
func CheckSelector(s string) error {
	_, err := parseSelectors([]string{s})
	return err
}

// parseSelectors makes one matcher of selectors; nil when there are none.
func parseSelectors(selectors []string) (group cascadia.SelectorGroup, err error) {
	for _, s := range selectors {
		if strings.TrimSpace(s) == "" {
			return nil, errors.New("a selector is empty")
		}
		part, err := cascadia.ParseGroup(s)
		if err != nil {
			return nil, fmt.Errorf("%q is no CSS selector: %s", text.Clean(s), text.Clean(err.Error()))
		}
		group = append(group, part...)
	}
	return group, nil
}

// dropMatches takes out of a page what selectors name.
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

// keepMatches returns what selectors name, in the order of the page, and nothing
// that stands inside another of them.
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
