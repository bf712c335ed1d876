package parse

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"

	"dateline/feed/text"
)

// addAtomFeedField adds a field of a feed of Atom 0.3 or 1.0 (RFC 4287).
func addAtomFeedField(a *atom.Feed, f field) {
	switch f.name {
	case "title":
		a.Title = f.text
	case "subtitle", "tagline":
		a.Subtitle = f.text
	case "id":
		setText(&a.ID, f.text)
	case "updated", "modified":
		setText(&a.Updated, f.text)
	case "link":
		a.Links = append(a.Links, f.link())
	}
}

// addEntryField adds a field of an Atom entry.
func (i *xmlItem) addEntryField(f field) {
	e := i.atom
	switch f.name {
	case "title":
		e.Title = f.text
	case "id":
		e.ID = text.FirstNonBlank(e.ID, f.text)
	case "published", "issued":
		setText(&e.Published, f.text)
	case "updated", "modified":
		setText(&e.Updated, f.text)
	case "created":
		i.created = text.FirstNonBlank(i.created, f.text)
	case "category":
		e.Categories = append(e.Categories, &atom.Category{Term: f.attr("term"), Label: strings.TrimSpace(f.attr("label"))})
	case "link":
		i.addReplyCount(f)
		e.Links = append(e.Links, f.link())
	case "enclosure":
		e.Links = append(e.Links, &atom.Link{Rel: "enclosure", Href: cmp.Or(f.attr("url", "href"), f.text), Type: f.attr("type"), Length: f.attr("length")})
	case "content":
		i.addContentLink(f)
		keepLongest(&i.content, f)
	case "summary":
		keepLongest(&i.summary, f)
	}
}

// link returns the link that a field is. Its relation is in lower case and a
// word if the specification has one (RFC 4287 section 4.2.7.2).
func (f field) link() *atom.Link {
	rel := strings.ToLower(strings.TrimSpace(f.attr("rel")))
	rel = cmp.Or(strings.TrimPrefix(rel, "http://www.iana.org/assignments/relation/"), "alternate")
	return &atom.Link{Rel: rel, Href: cmp.Or(f.attr("href"), f.text), Type: f.attr("type"), Length: f.attr("length")}
}

// addReplyCount adds the number of replies of a link (RFC 4685 section 5).
func (i *xmlItem) addReplyCount(link field) {
	for _, a := range link.attrs {
		if localName(a.Name) == "count" && strings.Contains(a.Name, ":") {
			i.replyCounts = append(i.replyCounts, a.Value)
		}
	}
}

// addContentLink adds the address of content that is in another document (RFC
// 4287 section 4.1.3.2): as a link, or as an enclosure if it is not a page.
func (i *xmlItem) addContentLink(content field) {
	link := &atom.Link{Rel: "related", Href: content.attr("src"), Type: content.attr("type")}
	if !isPage(link) {
		link.Rel = "enclosure"
	}
	if link.Href != "" {
		i.atom.Links = append(i.atom.Links, link)
	}
}

// isPage reports whether a link may lead to a page.
func isPage(l *atom.Link) bool {
	return l.Type == "" || strings.Contains(strings.ToLower(l.Type), "html")
}

// addEntry adds the values of an Atom entry and those of other vocabularies in
// it.
func (raw *rawItem) addEntry(general *gofeed.Item, i *xmlItem) {
	raw.authors = personNames(general.Authors)
	raw.content, raw.summary = i.content, i.summary
	raw.published = []string{i.atom.Published}
	raw.addLinks(i.atom.Links)
	raw.addExtensions(i)
	if joinNames(raw.authors) == "" && i.atom.Source != nil {
		for _, p := range i.atom.Source.Authors {
			raw.authors = append(raw.authors, text.FirstNonBlank(p.Name, p.Email))
		}
	}
	// An entry that was never changed may have only an update date.
	raw.published = append(raw.published, i.atom.Updated)
}

// pageFromID returns the feed's ID if it is a web address other than the
// document's own, or "".
func pageFromID(id, document string) string {
	if !text.IsHTTPURL(id) || strings.TrimSpace(id) == document {
		return ""
	}
	return text.WebURL("", id)
}

// addLinks adds links by their relation (RFC 4287 section 4.2.7.2). Of several
// alternate links, pages come first.
func (raw *rawItem) addLinks(links []*atom.Link) {
	var other, related, self, replies []string
	for _, l := range links {
		switch {
		case l.Rel == "alternate" && isPage(l):
			raw.links = append(raw.links, l.Href)
		case l.Rel == "alternate":
			other = append(other, l.Href)
		case l.Rel == chaptersRel:
			raw.chapters = append(raw.chapters, l.Href)
		case l.Rel == "related", l.Rel == "via":
			related = append(related, l.Href)
		case l.Rel == "self":
			self = append(self, l.Href)
		case l.Rel == "replies" && isPage(l):
			raw.comments = append(raw.comments, l.Href)
		case l.Rel == "replies":
			replies = append(replies, l.Href)
		}
	}
	raw.links = slices.Concat(raw.links, other, related)
	raw.comments = append(raw.comments, replies...)
	if text.IsHTTPURL(raw.guid) {
		raw.links = append(raw.links, raw.guid)
	} else if raw.guid != "" { // the entry's own document
		raw.links = append(raw.links, self...)
	}
}
