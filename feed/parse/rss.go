package parse

import (
	"strings"

	"github.com/mmcdole/gofeed/rss"

	"dateline/feed"
	"dateline/feed/text"
)

// fromRSS converts a feed of RSS 0.9x, 1.0 or 2.0
// (https://www.rssboard.org/rss-specification).
func fromRSS(f *rss.Feed, src Origin) *feed.Document {
	x := extensions(f.Extensions)
	base := text.FirstNonBlank(x.text("dateline:base"), src.Base)
	doc := &feed.Document{
		Title:       text.Truncate(text.PlainTitle(text.FirstNonBlank(f.Title, x.text("dc:title", "itunes:title", "atom:title"))), 4096),
		Description: text.Truncate(text.PlainTitle(text.FirstNonBlank(f.Description, x.text("itunes:summary", "itunes:subtitle", "googleplay:description", "dc:description"))), 4096),
		Updated: firstDate([]string{f.LastBuildDate, f.PubDate, x.text("dcterms:modified"), x.text("dc:date"),
			x.text("atom:updated"), x.text("dateline:lastmod")}),
		Hints: rssPollHints(f, x),
	}
	site := rawItem{links: append(f.Links, x.text("dateline:href")), base: base}
	site.addAtomLinks(x)
	doc.Site = firstURL(base, site.links)
	authors := rssAuthors(f, x)
	doc.Items = make([]feed.Article, 0, len(f.Items))
	for _, i := range f.Items {
		raw := fromRSSItem(i, base)
		if joinNames(raw.authors) == "" {
			raw.authors = authors
		}
		doc.Items = append(doc.Items, raw.article())
	}
	return doc
}

// rssAuthors returns the authors of the feed, or nil.
func rssAuthors(f *rss.Feed, x extensions) []string {
	for _, authors := range [][]string{{f.ManagingEditor}, x.all("dc:creator"), x.all("dc:author"), x.all("itunes:author"),
		x.all("googleplay:author"), x.atomAuthors(), x.all("itunes:owner")} {
		if joinNames(authors) != "" {
			return authors
		}
	}
	return nil
}

// fromRSSItem converts an item. base is the address against which its links are
// resolved.
func fromRSSItem(i *rss.Item, base string) rawItem {
	x := extensions(i.Extensions)
	raw := rawItem{
		base:      base,
		title:     i.Title,
		links:     i.Links,
		comments:  []string{i.Comments},
		content:   x.richest("dateline:encoded", "xhtml:body", "xhtml:div", "dateline:body", "dateline:fullitem", "dateline:content", "atom:content"),
		summary:   x.richest("dateline:description"),
		published: []string{i.PubDate},
	}
	raw.addSecondDescription(x.richest("dateline:summary"))
	permalink := ""
	if i.GUID != nil {
		raw.guid = i.GUID.Value
		permalink = permalinkFrom(raw.guid, strings.ToLower(strings.TrimSpace(i.GUID.IsPermalink)))
	}
	// A name from another vocabulary is better than a mail address.
	var mails []string
	for _, author := range x.all("dateline:author") {
		if name := personName(author); strings.Contains(name, "@") {
			mails = append(mails, author)
		} else if name != "" {
			raw.authors = append(raw.authors, author)
		}
	}
	for _, c := range i.Categories {
		raw.categories = append(raw.categories, c.Value)
	}
	for _, e := range i.Enclosures {
		raw.enclosures = append(raw.enclosures, newEnclosure(e.URL, e.Type, e.Length, ""))
	}
	raw.addExtensions(x)
	if joinNames(raw.authors) == "" {
		raw.authors = mails
	}
	about := x.text("dateline:about")
	if !text.IsHTTPURL(about) {
		about = ""
	}
	raw.links = append(raw.links, permalink, about, x.text("dateline:href"), x.text("feedburner:origlink"), i.Custom["url"], i.Custom["permalink"])
	raw.guid = text.FirstNonBlank(raw.guid, i.Custom["id"])
	raw.published = append(raw.published, i.Custom["published"], i.Custom["date"], i.Custom["issued"], i.Custom["created"])
	raw.updated = append(raw.updated, i.Custom["updated"], i.Custom["modified"], i.Custom["lastbuilddate"], x.text("dateline:lastmod"))
	raw.categories = append(raw.categories, splitKeywords([]string{i.Custom["tags"]})...)
	raw.hasImage = raw.hasImage || !text.IsBlank(i.Custom["image"])
	return raw
}

// addSecondDescription adds a second description, which RSS does not define. The
// longer one becomes the content.
func (raw *rawItem) addSecondDescription(p htmlText) {
	switch {
	case raw.summary.text == "":
		raw.summary = p
	case p.text == "" || raw.content.text != "":
	case len(p.text) > len(raw.summary.text):
		raw.content = p
	default:
		raw.content, raw.summary = raw.summary, p
	}
}

// permalinkFrom returns the guid if it is an address, or "". isPermaLink is the
// attribute of that name.
func permalinkFrom(guid, isPermaLink string) string {
	encoded := text.EncodeURL(strings.TrimSpace(guid))
	switch {
	case isPermaLink == "false":
	case strings.HasPrefix(guid, "/"), text.IsHTTPURL(guid), isPermaLink == "true" && text.IsHTTPURL(encoded):
		return guid
	}
	return ""
}
