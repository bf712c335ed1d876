// Package find looks into web pages: [Links] and [HostFeeds] find the feeds of a
// page, [Article] finds the article of an item's page.
//
// It gets pages as bytes; package fetch gets them from the network.
package find

import (
	"dateline/feed"
	"dateline/feed/markup"
	"dateline/feed/text"
	"strings"

	"golang.org/x/net/html"
)

// maxCandidates bounds what one page can offer.
const maxCandidates = 100

// Links lists the feeds that an HTML page offers: first those it announces
// with <link rel="alternate">, then the anchors that look like feeds. base is
// the page's own URL. Each URL is absolute and is listed once.
func Links(page []byte, base string) []feed.Candidate {
	f := finder{base: base, seen: map[string]bool{}, open: -1}
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
			name, more := z.TagName()
			f.start(string(name), markup.TokenAttributes(z, more))
		}
	}
}

type finder struct {
	base              string
	seen              map[string]bool
	announced, linked []feed.Candidate
	// open is the index in linked of the anchor being read; negative for none.
	open int
}

func (f *finder) start(tag string, attrs []html.Attribute) {
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
		kind, isFeed := feedType(values["type"])
		rel := " " + strings.ToLower(values["rel"]) + " "
		if isFeed && strings.Contains(rel, " alternate ") || strings.Contains(rel, " feed ") {
			f.announced = f.add(f.announced, href, values["title"], kind)
		}
	case tag == "a":
		f.closeAnchor()
		kind, isFeed := feedType(values["type"])
		if !isFeed {
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

func (f *finder) closeAnchor() {
	if f.open >= 0 {
		f.linked[f.open].Title = text.Clean(f.linked[f.open].Title)
		f.open = -1
	}
}

func (f *finder) add(list []feed.Candidate, href, title, kind string) []feed.Candidate {
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

// feedType says which format a media type announces, and whether it is a feed's.
func feedType(mediaType string) (string, bool) {
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

// feedAddress guesses from its spelling whether an address is a feed's.
func feedAddress(href string) (string, bool) {
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
