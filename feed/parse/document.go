package parse

import (
	"strings"

	"github.com/mmcdole/gofeed"

	"dateline/feed"
	"dateline/feed/text"
)

// document returns what the feed says. It chooses among the values that gofeed's
// translators find in the formats and those of other vocabularies.
func (f *parsedFeed) document(src Origin) (*feed.Document, error) {
	general, err := f.translate()
	if err != nil {
		return nil, err
	}
	x := f.extensions
	site := rawItem{base: text.FirstNonBlank(f.base, src.Base), declared: f.declared || src.isDeclared}
	doc := &feed.Document{
		Title:       oneLine(text.FirstNonBlank(general.Title, x.text("dc:title", "itunes:title", "atom:title"))),
		Description: oneLine(f.description(general)),
		Updated: firstDate([]string{general.Updated, general.Published, x.text("dcterms:modified"), x.text("dc:date"),
			x.text("atom:updated"), x.text("lastmod")}),
		Hints:     f.pollHints(),
		Items:     make([]feed.Article, 0, len(general.Items)),
		Truncated: f.truncated,
	}
	var authors []string
	switch {
	case f.json != nil:
		site.links = []string{general.Link}
		authors = jsonNames(f.json.Authors)
	case f.atom != nil:
		site.addLinks(f.atom.Links)
		if id := strings.TrimSpace(f.atom.ID); text.IsHTTPURL(id) && id != src.URL {
			site.links = append(site.links, id)
		}
		authors = personNames(general.Authors)
	default:
		site.links = append(general.Links, x.text("href"))
		site.addAtomLinks(x)
		authors = []string{f.rss.ManagingEditor}
	}
	doc.Site = firstURL(site.base, site.links)
	itemBase := site.base
	if f.atom == nil && !site.declared && doc.Site != "" {
		// RSS and JSON Feed do not say what is the base. Atom does: the document.
		itemBase = doc.Site
	}
	authors = firstNames(authors, x.all("dc:creator"), x.all("dc:author"), x.all("itunes:author"), x.all("googleplay:author"),
		x.atomAuthors(), x.all("itunes:owner"))
	author := joinNames(authors)
	for n := range general.Items {
		raw := f.rawItem(n, general.Items[n], itemBase, site.declared)
		raw.site = doc.Site
		a := raw.article()
		if a.Author == "" {
			a.Author = text.Truncate(author, maxAuthor)
		}
		doc.Items = append(doc.Items, a)
	}
	return doc, nil
}

// description returns the description of the feed as plain text.
func (f *parsedFeed) description(general *gofeed.Feed) string {
	own, x := general.Description, f.extensions
	if f.rss != nil {
		own = text.PlainTitle(own)
	}
	other := x.text("itunes:summary", "itunes:subtitle", "googleplay:description", "dc:description")
	return text.FirstNonBlank(own, x.text("atom:subtitle"), text.PlainTitle(other), x.text("subtitle"))
}

// oneLine returns plain text of a publisher as it is stored.
func oneLine(s string) string { return text.Truncate(text.Clean(s), 4096) }

// firstNames returns the first list that names anybody, or nil.
func firstNames(lists ...[]string) []string {
	for _, names := range lists {
		if namesAnybody(names) {
			return names
		}
	}
	return nil
}

// rawItem returns the item with number n. base is the base of its addresses, and
// declared reports whether the document or its server names it.
func (f *parsedFeed) rawItem(n int, general *gofeed.Item, base string, declared bool) rawItem {
	raw := rawItem{
		base:       base,
		declared:   declared,
		guid:       general.GUID,
		title:      general.Title,
		updated:    []string{general.Updated},
		categories: general.Categories,
	}
	for _, e := range general.Enclosures {
		raw.enclosures = append(raw.enclosures, newEnclosure(e.URL, e.Type, e.Length, ""))
	}
	switch {
	case f.json != nil:
		raw.addJSON(f.json.Items[n], general, f.items[n])
	case f.atom != nil:
		raw.addEntry(f.atom.Entries[n], general, f.items[n])
	default:
		raw.addRSS(f.rss.Items[n], general, f.items[n])
	}
	return raw
}

// personNames returns the names of persons, or the mail address of a person
// without a name.
func personNames(persons []*gofeed.Person) []string {
	var out []string
	for _, p := range persons {
		if name := text.FirstNonBlank(p.Name, p.Email); name != "" {
			out = append(out, name)
		}
	}
	return out
}
