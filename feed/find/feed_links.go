// Package find looks for feeds and articles in web pages.
//
// Start at [FeedLinks], which finds the feeds that a page announces or links to, and at
// [HostFeeds], which lists the feeds of well-known hosts. [ExtractArticle] finds the article of
// an item's page. Package poll decides which of them to use for an address.
//
// Never fetch anything here: callers pass pages as bytes.
package find

import (
	"slices"
	"strings"

	"golang.org/x/net/html"

	"dateline/feed"
	"dateline/feed/markup"
	"dateline/feed/text"
)

// maxCandidates is the maximum number of feeds of one page.
const maxCandidates = 100

// FeedLinks returns the feeds of an HTML page. First come the feeds that Link headers
// and link elements announce
// (https://html.spec.whatwg.org/multipage/links.html#rel-alternate), then the anchors that
// look like links to feeds. base is the URL of the page. The URLs are absolute and unique.
// It returns nil if there are no feeds. page may be nil.
func FeedLinks(page []byte, base string, linkHeaders ...string) []feed.Candidate {
	f := linkFinder{base: base, seen: map[string]bool{}, open: -1}
	f.addHeaderLinks(linkHeaders)
	z := html.NewTokenizer(strings.NewReader(text.Decode(page, "")))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return append(f.announced, f.linked...)
		case html.TextToken:
			if f.open >= 0 {
				f.linked[f.open].Title += string(z.Text())
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "a" {
				f.closeAnchor()
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			raw, more := z.TagName()
			name := string(raw)
			if name == "noscript" {
				z.NextIsNotRawText()
			}
			f.startTag(name, markup.TokenAttributes(z, more))
		}
	}
}

// linkFinder holds the state of [FeedLinks].
type linkFinder struct {
	base string
	// seen has the addresses in announced and linked.
	seen map[string]bool
	// announced are the feeds of link elements, linked those of anchors.
	announced, linked []feed.Candidate
	// open is the index in linked of the anchor being read. It is -1 if there is none.
	open int
}

// startTag handles a start tag.
func (f *linkFinder) startTag(tag string, attrs []html.Attribute) {
	values := map[string]string{}
	for _, a := range attrs {
		values[a.Key] = strings.TrimSpace(a.Val)
	}
	href := values["href"]
	switch {
	case href == "":
	case tag == "base":
		f.base = text.Resolve(f.base, href)
	case tag == "link":
		f.announce(href, values["rel"], values["type"], values["title"])
	case tag == "a":
		f.closeAnchor()
		kind, isFeed := feedType(values["type"])
		if inner, held := feedBehind(text.Resolve(f.base, href)); held {
			href = inner
			kind, _ = feedAddress(inner)
			isFeed = inner != ""
		} else if !isFeed {
			kind, isFeed = feedAddress(href)
		}
		if !isFeed {
			return
		}
		before := len(f.linked)
		f.linked = f.add(f.linked, href, "", kind)
		if len(f.linked) > before {
			f.open = before
		}
	}
}

// announce adds the feed of a link with a relation and a media type.
func (f *linkFinder) announce(href, rel, mediaType, title string) {
	kind, isFeed := feedType(mediaType)
	relations := strings.Fields(strings.ToLower(rel))
	if isFeed && slices.Contains(relations, "alternate") || slices.Contains(relations, "feed") {
		f.announced = f.add(f.announced, href, title, kind)
	}
}

// closeAnchor ends the anchor being read, if there is one.
func (f *linkFinder) closeAnchor() {
	if f.open >= 0 {
		f.linked[f.open].Title = text.Clean(f.linked[f.open].Title)
		f.open = -1
	}
}

// add appends a feed to list, unless its address is unusable or known.
func (f *linkFinder) add(list []feed.Candidate, href, title, kind string) []feed.Candidate {
	if scheme, rest, found := strings.Cut(href, ":"); found && strings.EqualFold(scheme, "feed") {
		href = rest
		if strings.HasPrefix(href, "//") {
			href = "http:" + href
		}
	}
	address, ok := text.SafeURL(text.Resolve(f.base, href))
	if !ok || !text.IsHTTPURL(address) || f.seen[address] || len(f.seen) >= maxCandidates {
		return list
	}
	f.seen[address] = true
	return append(list, feed.Candidate{URL: address, Title: text.Clean(title), Type: kind})
}

// feedType returns the format of a media type and reports whether it is the type of a feed.
// The format is empty if unknown.
func feedType(mediaType string) (format string, isFeed bool) {
	mediaType, _, _ = strings.Cut(strings.ToLower(mediaType), ";")
	switch strings.TrimSpace(mediaType) {
	case "application/rss+xml", "application/rdf+xml", "text/rss+xml", "text/rdf":
		return "RSS", true
	case "application/atom+xml", "text/atom+xml", "application/x.atom+xml":
		return "Atom", true
	case "application/feed+json":
		return "JSON Feed", true
	case "application/rss", "application/xml", "text/xml":
		return "", true
	}
	return "", false
}

// feedAddress guesses from the spelling whether an address is that of a feed, and the format.
// The format is empty if unknown.
func feedAddress(href string) (format string, isFeed bool) {
	href = strings.ToLower(href)
	if strings.HasPrefix(href, "feed:") {
		return "", true
	}
	if strings.HasPrefix(href, "#") || strings.HasPrefix(href, "javascript:") || strings.HasPrefix(href, "mailto:") {
		return "", false
	}
	path, query, _ := strings.Cut(href, "?")
	path = strings.TrimSuffix(path, "/")
	last := path[strings.LastIndexByte(path, '/')+1:]
	switch {
	case last == "atom" || last == "atom.xml" || strings.HasSuffix(last, ".atom"):
		return "Atom", true
	case last == "feed.json":
		return "JSON Feed", true
	case last == "rss" || last == "rss2" || strings.HasSuffix(last, ".rss") || strings.HasSuffix(last, ".rdf"), strings.HasPrefix(last, "rss") && strings.HasSuffix(last, ".xml"):
		return "RSS", true
	case last == "feed" || last == "feeds" || last == "index.xml" || strings.HasPrefix(last, "feed") && strings.HasSuffix(last, ".xml"):
		return "", true
	}
	return "", strings.Contains(query, "feed=rss") || strings.Contains(query, "feed=atom") || strings.Contains(query, "format=rss")
}
