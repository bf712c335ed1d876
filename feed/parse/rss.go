package parse

import (
	"cmp"
	"strings"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/rss"

	"dateline/feed/text"
)

// addRSSFeedField adds a field of a channel of RSS 0.9x, 1.0 or 2.0
// (https://www.rssboard.org/rss-specification).
func addRSSFeedField(channel *rss.Feed, f field) {
	switch f.name {
	case "title":
		channel.Title = f.text
	case "description":
		channel.Description = f.text
	case "link":
		channel.Links = append(channel.Links, f.text)
	case "managingeditor":
		setText(&channel.ManagingEditor, f.text)
	case "pubdate":
		setText(&channel.PubDate, f.text)
	case "lastbuilddate":
		setText(&channel.LastBuildDate, f.text)
	case "ttl":
		setText(&channel.TTL, f.text)
	}
}

// addRSSField adds a field of an RSS item.
func (i *xmlItem) addRSSField(f field) {
	item := i.rss
	switch f.name {
	case "title":
		item.Title = f.text
	case "link":
		item.Links = append(item.Links, f.text)
	case "comments":
		setText(&item.Comments, f.text)
	case "pubdate":
		setText(&item.PubDate, f.text)
	case "guid":
		item.GUID = &rss.GUID{Value: f.text, IsPermalink: cmp.Or(f.attr("ispermalink"), "true")}
	case "category":
		item.Categories = append(item.Categories, &rss.Category{Value: cmp.Or(f.text, f.attr("label", "term", "text"))})
	case "enclosure":
		item.Enclosures = append(item.Enclosures, &rss.Enclosure{URL: cmp.Or(f.attr("url"), f.attr("href"), f.text), Type: f.attr("type"), Length: f.attr("length")})
	case "author":
		i.authors = append(i.authors, f.text)
	case "description":
		keepLongest(&i.description, f)
	case "summary":
		keepLongest(&i.summary, f)
	case "encoded": // of any vocabulary
		keepLongest(&i.encoded, f)
	case "body":
		keepLongest(&i.body, f)
	case "fullitem":
		keepLongest(&i.fullItem, f)
	case "content":
		keepLongest(&i.content, f)
	default:
		if item.Custom == nil {
			item.Custom = map[string]string{}
		}
		if f.text != "" {
			item.Custom[f.name] = f.text
		}
	}
}

// addRSSItem adds the values of an RSS item and those of other vocabularies in
// it.
func (raw *rawItem) addRSSItem(general *gofeed.Item, i *xmlItem) {
	x := i.extensions
	raw.links = general.Links
	raw.comments = []string{i.rss.Comments}
	raw.content = cmp.Or(i.encoded, x.richest("xhtml:body", "xhtml:div"), i.body, i.fullItem, i.content, x.richest("atom:content"))
	raw.summary = i.description
	raw.addSecondDescription(i.summary)
	raw.published = []string{general.Published}
	permalink := ""
	if i.rss.GUID != nil {
		permalink = permalinkFrom(raw.guid, strings.ToLower(strings.TrimSpace(i.rss.GUID.IsPermalink)))
	}
	// A name from another vocabulary is better than a mail address.
	var mails []string
	for _, author := range i.authors {
		if name := personName(author); strings.Contains(name, "@") {
			mails = append(mails, author)
		} else if name != "" {
			raw.authors = append(raw.authors, author)
		}
	}
	raw.addExtensions(i)
	raw.authors = firstNames(raw.authors, mails)
	about := i.about
	if !text.IsHTTPURL(about) {
		about = ""
	}
	own := general.Custom
	raw.links = append(raw.links, permalink, about, i.href, x.text("feedburner:origlink"), own["url"], own["permalink"])
	raw.guid = text.FirstNonBlank(raw.guid, own["id"])
	raw.published = append(raw.published, own["published"], own["date"], own["issued"], own["created"])
	raw.updated = append(raw.updated, own["updated"], own["modified"], own["lastbuilddate"], i.lastMod)
	raw.categories = append(raw.categories, splitKeywords([]string{own["tags"]})...)
	raw.hasImage = raw.hasImage || !text.IsBlank(own["image"])
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
