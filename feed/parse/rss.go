package parse

import (
	"cmp"
	"path"
	"strings"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/rss"

	"dateline/feed/text"
)

// rssName returns the name of a field in RSS by which dateline reads it.
func rssName(f field) string {
	switch {
	case f.name == "abstract": // of CDF
		return "dc:description"
	case f.name == "link" && f.attr("href") != "":
		return "atom:link"
	case f.name == "content:encoded":
		return "encoded"
	}
	return strings.TrimPrefix(f.name, "rdf:") // RSS 1.0 is RDF
}

// addRSSField adds a field of a channel of RSS 0.9x, 1.0 or 2.0
// (https://www.rssboard.org/rss-specification).
func (f *parsedFeed) addRSSField(e field) {
	switch channel := f.rss; e.name {
	case "title":
		channel.Title = cmp.Or(channel.Title, e.text)
	case "description":
		channel.Description = e.text
	case "link":
		channel.Links = append(channel.Links, e.text)
	case "managingeditor":
		channel.ManagingEditor = cmp.Or(e.text, channel.ManagingEditor)
	case "pubdate":
		channel.PubDate = cmp.Or(e.text, channel.PubDate)
	case "lastbuilddate":
		channel.LastBuildDate = cmp.Or(e.text, channel.LastBuildDate)
	case "ttl":
		channel.TTL = cmp.Or(e.text, channel.TTL)
	case "skiphours":
		channel.SkipHours = texts(e.children["hour"])
	case "skipdays":
		channel.SkipDays = texts(e.children["day"])
	default:
		f.extensions.add(e)
	}
}

// addRSSField adds a field of an RSS item. gofeed's type has room for only one
// author, description and text.
func (i *xmlItem) addRSSField(f field) {
	switch item := i.rss; f.name {
	case "title":
		item.Title = cmp.Or(item.Title, f.text)
	case "link":
		item.Links = append(item.Links, f.text)
	case "comments":
		item.Comments = cmp.Or(f.text, item.Comments)
	case "pubdate":
		item.PubDate = cmp.Or(f.text, item.PubDate)
	case "guid":
		item.GUID = &rss.GUID{Value: f.text, IsPermalink: f.attr("ispermalink")}
	case "category":
		item.Categories = append(item.Categories, &rss.Category{Value: cmp.Or(f.text, f.attr("label", "term", "text"))})
	case "enclosure":
		item.Enclosures = append(item.Enclosures, &rss.Enclosure{URL: cmp.Or(f.attr("url"), f.attr("href"), f.text), Type: f.attr("type"), Length: f.attr("length")})
	default:
		i.extensions.add(f)
	}
}

// addRSS adds the values of an RSS item and those of other vocabularies in it.
func (raw *rawItem) addRSS(item *rss.Item, general *gofeed.Item, i *extras) {
	x := i.extensions
	raw.links = general.Links
	raw.comments = []string{item.Comments}
	raw.content = x.richest("encoded", "xhtml:body", "xhtml:div", "body", "fullitem", "content", "atom:content")
	raw.summary = x.richest("description")
	raw.addSecondDescription(x.richest("summary"))
	permalink := ""
	if item.GUID != nil {
		permalink = permalinkFrom(raw.guid, strings.ToLower(strings.TrimSpace(item.GUID.IsPermalink)))
	}
	// A name from another vocabulary is better than a mail address.
	var mails []string
	for _, author := range x.all("author") {
		if name := personName(author); strings.Contains(name, "@") {
			mails = append(mails, author)
		} else if name != "" {
			raw.authors = append(raw.authors, author)
		}
	}
	raw.published = []string{item.PubDate}
	raw.addExtensions(i)
	raw.authors = firstNames(raw.authors, mails)
	about := x.text("about")
	if !text.IsHTTPURL(about) {
		about = ""
	}
	raw.links = append(raw.links, permalink, about, x.text("href"), x.text("feedburner:origlink"), x.text("url"), x.text("permalink"))
	raw.related = append(raw.related, permalink)
	raw.guid = text.FirstNonBlank(raw.guid, x.text("id"))
	raw.published = append(raw.published, x.text("published"), x.text("date"), x.text("issued"), x.text("created"))
	raw.updated = append(raw.updated, x.text("updated"), x.text("modified"), x.text("lastbuilddate"), x.text("lastmod"))
	raw.categories = append(raw.categories, splitKeywords(x.all("tags"))...)
	raw.hasImage = raw.hasImage || x.text("image") != ""
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
// attribute of that name, or empty. Only if it says "true", a guid such as
// "episode/1/" is a relative address.
func permalinkFrom(guid, isPermaLink string) string {
	guid = strings.TrimSpace(guid)
	encoded := text.EncodeURL(guid)
	switch {
	case isPermaLink == "false":
	case strings.HasPrefix(guid, "/"), text.IsHTTPURL(guid), text.IsHTTPURL(encoded):
		return guid
	case isPermaLink == "true" && isRelativePage(guid):
		return guid
	}
	return ""
}

// isRelativePage reports whether a guid looks like the relative address of a page:
// it has a path, a query or the ending of a file, and neither a scheme nor blanks.
func isRelativePage(guid string) bool {
	if strings.ContainsAny(guid, ": \t\n<>") {
		return false
	}
	name, _, _ := strings.Cut(guid, "?")
	ending := path.Ext(name)
	return strings.ContainsAny(guid, "/?") || len(ending) > 3 && strings.Trim(ending[1:], "abcdefghijklmnopqrstuvwxyz") == ""
}
