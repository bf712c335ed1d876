package fetch

import (
	"bytes"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"dateline/feed/text"
)

const (
	// maxPageRefreshes is how many pages may lead on one after the other.
	maxPageRefreshes = 5
	// longestRefresh is the delay up to which a page leads on. A page with a longer
	// delay is meant to be read.
	longestRefresh = 10 * time.Second
	// refreshWindow is how many bytes of a page are searched.
	refreshWindow = 64 << 10
	// fewWords is how many bytes of text a page has at most that is nothing without
	// scripts.
	fewWords = 1 << 10
)

// leadOn sets rd to the target of a page that leads on, and reports whether
// there is one. A page that leads to itself or to where the request has been is
// an ordinary page. It returns an error if the target must not be requested.
func (rd *redirects) leadOn(header http.Header, out Response) (bool, error) {
	target, ok := pageRefresh(header, out.Body, rd.at)
	if !ok || rd.seen[rd.stateAt(target)] {
		return false, nil
	}
	if rd.pages == maxPageRefreshes {
		return false, tooManyRedirects(maxPageRefreshes)
	}
	rd.pages++
	return true, rd.step(target, false)
}

// pageRefresh returns the address that a page leads to by itself, with
// <meta http-equiv="refresh"> or the header Refresh, and reports whether there is
// one (https://html.spec.whatwg.org/multipage/semantics.html#attr-meta-http-equiv-refresh).
// at is the page's address. Only a web page leads on, not a feed.
func pageRefresh(header http.Header, body []byte, at *url.URL) (*url.URL, bool) {
	head := body[:min(len(body), refreshWindow)]
	media, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	isHTML := media == "text/html" || media == "application/xhtml+xml"
	fromHeader := header.Get("Refresh")
	if fromHeader == "" && !bytes.Contains(bytes.ToLower(head), []byte("refresh")) && !hasWideChars(head) {
		return nil, false
	}
	page := refreshPage{base: at}
	if !page.read(text.Decode(head, header.Get("Content-Type")), isHTML) {
		return nil, false
	}
	for _, value := range []string{fromHeader, page.refresh, page.withoutScripts} {
		if address, ok := parseRefresh(value); ok {
			return refreshTarget(page.base, at, address)
		}
	}
	return nil, false
}

// refreshTarget resolves the address of a page at the address at. It returns false
// if the page would be loaded again, or if a browser would start another program.
func refreshTarget(base, at *url.URL, address string) (*url.URL, bool) {
	target, err := text.ReadURL(base.String(), address)
	if err != nil || target.Scheme != "http" && target.Scheme != "https" || target.Hostname() == "" {
		return nil, false
	}
	target.User, target.Fragment, target.RawFragment = nil, "", ""
	again := target.Scheme == at.Scheme && sameHost(target, at) && target.RequestURI() == at.RequestURI()
	return target, !again
}

// hasWideChars reports whether a text may be in UTF-16 or UTF-32, in which ASCII
// words have other bytes.
func hasWideChars(head []byte) bool { return bytes.IndexByte(head, 0) >= 0 }

// refreshPage is what the start of a page says about where it leads.
type refreshPage struct {
	// base is the address that relative ones are resolved against.
	base    *url.URL
	hasBase bool
	// refresh is the content of the first meta element that refreshes.
	// withoutScripts is the same inside noscript, of a page with few words. Both are
	// empty if there is none.
	refresh, withoutScripts string
}

// read reads the start of a document and reports whether it is a web page. isHTML
// reports whether the server calls it one.
func (p *refreshPage) read(source string, isHTML bool) bool {
	if start := strings.TrimLeft(source, "\ufeff \t\r\n"); strings.HasPrefix(start, "{") || strings.HasPrefix(start, "[") {
		return false
	}
	z := html.NewTokenizer(strings.NewReader(source))
	isPage, noscript, hidden, words := isHTML, false, "", 0
	for {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			if words > fewWords {
				p.withoutScripts = ""
			}
			return isPage
		case html.DoctypeToken:
			name, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(string(z.Text()))), " ")
			isPage = isPage || name == "html"
		case html.TextToken:
			if n := len(bytes.TrimSpace(z.Text())); hidden == "" && !noscript {
				if words += n; words > 0 && !isPage {
					return false
				}
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if string(name) == "noscript" {
				noscript = false
			}
			hidden = ""
		case html.StartTagToken, html.SelfClosingTagToken:
			raw, more := z.TagName()
			tag := string(raw)
			if isFeedTag(tag) || !isPage && !startsPage(tag) {
				return false
			}
			isPage = true
			switch tag {
			case "noscript":
				z.NextIsNotRawText()
				noscript = true
			case "script", "style", "title":
				hidden = tag
			case "base", "meta":
				p.readTag(tag, attributes(z, more), noscript)
			}
		}
	}
}

// startsPage reports whether a document that starts with this element is a web
// page, whatever the server calls it.
func startsPage(tag string) bool {
	return slices.Contains([]string{"html", "head", "body", "meta", "title", "base", "noscript"}, tag)
}

// isFeedTag reports whether a document with this element is a feed, even if the
// server calls it a web page.
func isFeedTag(tag string) bool {
	_, name, prefixed := strings.Cut(tag, ":")
	if !prefixed {
		name = tag
	}
	return slices.Contains([]string{"rss", "feed", "rdf", "channel", "opml"}, name)
}

// readTag reads a base or meta element.
func (p *refreshPage) readTag(tag string, attrs map[string]string, noscript bool) {
	switch {
	case tag == "base" && attrs["href"] != "" && !p.hasBase:
		if base, err := text.ReadURL(p.base.String(), attrs["href"]); err == nil {
			p.base, p.hasBase = base, true
		}
	case tag == "meta" && strings.EqualFold(strings.TrimSpace(attrs["http-equiv"]), "refresh"):
		if _, ok := parseRefresh(attrs["content"]); !ok {
			return
		}
		switch {
		case noscript && p.withoutScripts == "":
			p.withoutScripts = attrs["content"]
		case !noscript && p.refresh == "":
			p.refresh = attrs["content"]
		}
	}
}

// attributes returns the attributes of the current tag of z. Of two with the same
// name the first counts. more is the second result of z.TagName.
func attributes(z *html.Tokenizer, more bool) map[string]string {
	out := map[string]string{}
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		if _, known := out[string(key)]; !known {
			out[string(key)] = string(value)
		}
	}
	return out
}

// parseRefresh parses a value such as "0; url=/feed.xml" and returns the address
// in it. It returns false if there is none or if the delay is long
// (https://html.spec.whatwg.org/multipage/semantics.html#shared-declarative-refresh-steps).
func parseRefresh(value string) (address string, ok bool) {
	const blanks = " \t\n\f\r"
	rest := strings.TrimLeft(value, blanks)
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	if digits == 0 && !strings.HasPrefix(rest, ".") || len(strings.TrimLeft(rest[:digits], "0")) > 4 {
		return "", false
	}
	delay, _ := parseSeconds("0" + rest[:digits])
	rest = strings.TrimLeft(rest[digits:], "0123456789.")
	if rest == "" || !strings.ContainsAny(rest[:1], ";,"+blanks) || delay > longestRefresh {
		return "", false
	}
	rest = strings.TrimLeft(rest, blanks)
	if rest != "" && (rest[0] == ';' || rest[0] == ',') {
		rest = strings.TrimLeft(rest[1:], blanks)
	}
	if len(rest) >= 3 && strings.EqualFold(rest[:3], "url") {
		if after, found := strings.CutPrefix(strings.TrimLeft(rest[3:], blanks), "="); found {
			rest = strings.TrimLeft(after, blanks)
		}
	}
	if rest != "" && (rest[0] == '"' || rest[0] == '\'') {
		rest, _, _ = strings.Cut(rest[1:], rest[:1])
	}
	rest = strings.Trim(rest, blanks)
	return rest, rest != ""
}
