package parse

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"

	"dateline/feed/text"
)

// addAtomField adds a field of a feed of Atom 0.3 or 1.0 (RFC 4287).
func (f *parsedFeed) addAtomField(e field) {
	switch a := f.atom; e.name {
	case "title":
		a.Title = cmp.Or(a.Title, e.text)
	case "subtitle", "tagline":
		a.Subtitle = cmp.Or(a.Subtitle, e.text)
	case "id":
		a.ID = cmp.Or(e.text, a.ID)
	case "updated", "modified":
		a.Updated = cmp.Or(e.text, a.Updated)
	case "link":
		a.Links = append(a.Links, newLink(e))
	case "author":
		a.Authors = append(a.Authors, newPerson(e.extension()))
	default:
		f.extensions.add(e)
	}
}

// addAtomField adds a field of an Atom entry. Of several contents and summaries
// the longest is read, so they are extensions.
func (i *xmlItem) addAtomField(f field) {
	switch e := i.atom; f.name {
	case "title":
		e.Title = cmp.Or(e.Title, f.text)
	case "id":
		e.ID = text.FirstNonBlank(e.ID, f.text)
	case "published", "issued":
		e.Published = cmp.Or(f.text, e.Published)
	case "updated", "modified":
		e.Updated = cmp.Or(f.text, e.Updated)
	case "category":
		e.Categories = append(e.Categories, &atom.Category{Term: f.attr("term"), Label: strings.TrimSpace(f.attr("label"))})
	case "author":
		e.Authors = append(e.Authors, newPerson(f.extension()))
	case "source":
		e.Source = &atom.Source{}
		for _, author := range f.children["author"] {
			e.Source.Authors = append(e.Source.Authors, newPerson(author))
		}
	case "link":
		for _, a := range f.attrs { // RFC 4685 section 5
			if localName(a.Name) == "count" && strings.Contains(a.Name, ":") {
				i.extensions.add(field{name: "thr:count", text: a.Value})
			}
		}
		e.Links = append(e.Links, newLink(f))
	case "enclosure":
		link := newLink(f)
		link.Rel = "enclosure"
		e.Links = append(e.Links, link)
	case "content":
		// It may be in another document (RFC 4287 section 4.1.3.2).
		link := &atom.Link{Rel: "related", Href: f.attr("src"), Type: f.attr("type")}
		if !isPage(link) {
			link.Rel = "enclosure"
		}
		if link.Href != "" {
			e.Links = append(e.Links, link)
		}
		i.extensions.add(f)
	default:
		i.extensions.add(f)
	}
}

// newLink returns the link that a field is. Its relation is in lower case, and a
// word if RFC 4287 section 4.2.7.2 has one.
func newLink(f field) *atom.Link {
	rel := strings.ToLower(strings.TrimSpace(f.attr("rel")))
	rel = cmp.Or(strings.TrimPrefix(rel, "http://www.iana.org/assignments/relation/"), "alternate")
	return &atom.Link{Rel: rel, Href: cmp.Or(f.attr("href", "url"), f.text), Type: f.attr("type"), Length: f.attr("length")}
}

// newPerson returns the person that an element is, whose text is the name if it
// has no element for it.
func newPerson(e ext.Extension) *atom.Person {
	p := &atom.Person{Name: e.Value}
	for _, child := range e.Children["name"] {
		p.Name = text.FirstNonBlank(child.Value, p.Name)
	}
	for _, child := range e.Children["email"] {
		p.Email = text.FirstNonBlank(child.Value, p.Email)
	}
	return p
}

// isPage reports whether a link may lead to a page.
func isPage(l *atom.Link) bool {
	return l.Type == "" || strings.Contains(strings.ToLower(l.Type), "html")
}

// addEntry adds the values of an Atom entry and those of other vocabularies in
// it.
func (raw *rawItem) addEntry(e *atom.Entry, general *gofeed.Item, i *extras) {
	x := i.extensions
	raw.authors = personNames(general.Authors)
	raw.content, raw.summary = x.richest("content"), x.richest("summary")
	raw.published = []string{e.Published}
	raw.addLinks(e.Links)
	raw.addExtensions(i)
	if joinNames(raw.authors) == "" && e.Source != nil {
		for _, p := range e.Source.Authors {
			raw.authors = append(raw.authors, text.FirstNonBlank(p.Name, p.Email))
		}
	}
	// An entry that was never changed may have only an update date.
	raw.published = append(raw.published, x.text("created"), e.Updated)
}

// addLinks adds links by their relation (RFC 4287 section 4.2.7.2). Of several
// alternate links, pages come first.
func (raw *rawItem) addLinks(links []*atom.Link) {
	var other, related, via, self, replies []string
	for _, l := range links {
		switch {
		case l.Rel == "alternate" && isPage(l):
			raw.links = append(raw.links, l.Href)
		case l.Rel == "alternate":
			other = append(other, l.Href)
		case l.Rel == chaptersRel:
			raw.chapters = append(raw.chapters, l.Href)
		case l.Rel == "related":
			related = append(related, l.Href)
		case l.Rel == "via":
			via = append(via, l.Href)
		case l.Rel == "self":
			self = append(self, l.Href)
		case l.Rel == "replies" && isPage(l):
			raw.comments = append(raw.comments, l.Href)
		case l.Rel == "replies":
			replies = append(replies, l.Href)
		}
	}
	raw.links = slices.Concat(raw.links, other, related, via)
	raw.related = append(raw.related, related...)
	raw.comments = append(raw.comments, replies...)
	if text.IsHTTPURL(raw.guid) {
		raw.links = append(raw.links, raw.guid)
	} else if raw.guid != "" { // the entry's own document
		raw.links = append(raw.links, self...)
	}
}
