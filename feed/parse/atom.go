package parse

import (
	"slices"
	"strings"

	"github.com/mmcdole/gofeed/atom"

	"dateline/feed"
	"dateline/feed/text"
)

// fromAtom converts a feed of Atom 0.3 or 1.0 (RFC 4287).
func fromAtom(f *atom.Feed, src Origin) *feed.Document {
	x := extensions(f.Extensions)
	base := text.FirstNonBlank(x.text("dateline:base"), src.Base)
	site := rawItem{base: base}
	site.atomLinks(f.Links)
	doc := &feed.Document{
		Title:       text.Truncate(text.PlainTitle(text.FirstNonBlank(f.Title, x.text("dc:title"))), 4096),
		Description: text.Truncate(text.PlainTitle(text.FirstNonBlank(f.Subtitle, x.text("itunes:summary", "itunes:subtitle", "dc:description"))), 4096),
		Site:        text.FirstNonBlank(firstURL(base, site.links), pageFromID(f.ID, src.URL)),
		Updated:     firstDate([]string{f.Updated, x.text("dcterms:modified"), x.text("dc:date")}),
		Hints:       feed.PollHints{Period: updatePeriod(x)},
	}
	authors := atomNames(f.Authors)
	if len(authors) == 0 {
		authors = append(x.all("dc:creator"), x.all("itunes:author")...)
	}
	doc.Items = make([]feed.Article, 0, len(f.Entries))
	for _, e := range f.Entries {
		raw := fromAtomEntry(e, base)
		if joinNames(raw.authors) == "" {
			raw.authors = authors
		}
		doc.Items = append(doc.Items, raw.article())
	}
	return doc
}

// pageFromID returns the feed's ID if it is a web address other than the
// document's own, or "".
func pageFromID(id, document string) string {
	if !text.IsHTTPURL(id) || strings.TrimSpace(id) == document {
		return ""
	}
	return text.WebURL("", id)
}

// fromAtomEntry converts an entry. base is the address against which its links are
// resolved.
func fromAtomEntry(e *atom.Entry, base string) rawItem {
	x := extensions(e.Extensions)
	raw := rawItem{
		base:      base,
		guid:      x.text("dateline:id"),
		title:     e.Title,
		authors:   atomNames(e.Authors),
		published: []string{e.Published},
		updated:   []string{e.Updated},
		content:   x.richest("dateline:content"),
		summary:   x.richest("dateline:summary"),
	}
	for _, c := range e.Categories {
		raw.categories = append(raw.categories, text.FirstNonBlank(c.Label, c.Term))
	}
	raw.atomLinks(e.Links)
	raw.addExtensions(x)
	if joinNames(raw.authors) == "" && e.Source != nil {
		raw.authors = atomNames(e.Source.Authors)
	}
	// An entry that was never changed may have only an update date.
	raw.published = append(raw.published, e.Updated)
	return raw
}

// atomLinks adds links by their relation (RFC 4287 section 4.2.7.2). Of several
// alternate links, pages come first.
func (raw *rawItem) atomLinks(links []*atom.Link) {
	var other, related, self, replies []string
	for _, l := range links {
		rel := strings.ToLower(strings.TrimSpace(l.Rel))
		rel = strings.TrimPrefix(rel, "http://www.iana.org/assignments/relation/")
		kind := strings.ToLower(l.Type)
		isPage := kind == "" || strings.Contains(kind, "html")
		switch {
		case rel == "alternate" && isPage:
			raw.links = append(raw.links, l.Href)
		case rel == "alternate":
			other = append(other, l.Href)
		case rel == "enclosure":
			raw.enclosures = append(raw.enclosures, newEnclosure(l.Href, l.Type, l.Length, ""))
		case rel == contentRel && !isPage:
			raw.enclosures = append(raw.enclosures, newEnclosure(l.Href, l.Type, "", ""))
		case rel == chaptersRel:
			raw.chapters = append(raw.chapters, l.Href)
		case rel == contentRel, rel == "related", rel == "via":
			related = append(related, l.Href)
		case rel == "self":
			self = append(self, l.Href)
		case rel == "replies" && isPage:
			raw.comments = append(raw.comments, l.Href)
		case rel == "replies":
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

// atomNames returns the names of persons, or the mail address of a person
// without a name.
func atomNames(persons []*atom.Person) []string {
	var out []string
	for _, p := range persons {
		if name := text.FirstNonBlank(p.Name, p.Email); name != "" {
			out = append(out, name)
		}
	}
	return out
}
