package parse

import (
	"github.com/mmcdole/gofeed"

	"dateline/feed"
	"dateline/feed/text"
)

// document returns what the feed says. It chooses among the values that gofeed's
// translators find in the formats and those of other vocabularies.
func (f *xmlFeed) document(src Origin) (*feed.Document, error) {
	general, err := f.translate()
	if err != nil {
		return nil, err
	}
	x := f.extensions
	f.base = text.FirstNonBlank(f.base, src.Base)
	doc := &feed.Document{
		Title:       plainField(text.FirstNonBlank(general.Title, x.text("dc:title", "itunes:title", "atom:title"))),
		Description: plainField(text.FirstNonBlank(general.Description, x.text("itunes:summary", "itunes:subtitle", "googleplay:description", "dc:description"))),
		Updated: firstDate([]string{general.Updated, general.Published, x.text("dcterms:modified"), x.text("dc:date"),
			x.text("atom:updated"), f.lastMod}),
		Hints:     f.pollHints(),
		Truncated: f.truncated,
	}
	site := rawItem{base: f.base}
	var authors []string
	if f.atom != nil {
		site.addLinks(f.atom.Links)
		doc.Site = text.FirstNonBlank(firstURL(f.base, site.links), pageFromID(f.atom.ID, src.URL))
		authors = personNames(general.Authors)
	} else {
		site.links = append(general.Links, f.href)
		site.addAtomLinks(x)
		doc.Site = firstURL(f.base, site.links)
		authors = []string{f.rss.ManagingEditor}
	}
	authors = firstNames(authors, x.all("dc:creator"), x.all("dc:author"), x.all("itunes:author"), x.all("googleplay:author"),
		x.atomAuthors(), x.all("itunes:owner"))
	doc.Items = make([]feed.Article, 0, len(f.items))
	for n, i := range general.Items {
		raw := f.rawItem(i, &f.items[n])
		raw.authors = firstNames(raw.authors, authors)
		doc.Items = append(doc.Items, raw.article())
	}
	return doc, nil
}

// plainField returns a title or a description of a feed as plain text.
func plainField(s string) string { return text.Truncate(text.PlainTitle(s), 4096) }

// firstNames returns the first list that names anybody, or nil.
func firstNames(lists ...[]string) []string {
	for _, names := range lists {
		if joinNames(names) != "" {
			return names
		}
	}
	return nil
}

// rawItem returns an item with the values of gofeed's translation and of i.
func (f *xmlFeed) rawItem(general *gofeed.Item, i *xmlItem) rawItem {
	raw := rawItem{
		base:          text.FirstNonBlank(i.base, f.base),
		guid:          general.GUID,
		title:         general.Title,
		updated:       []string{general.Updated},
		categories:    general.Categories,
		commentCounts: i.replyCounts,
	}
	for _, e := range general.Enclosures {
		raw.enclosures = append(raw.enclosures, newEnclosure(e.URL, e.Type, e.Length, ""))
	}
	if i.atom != nil {
		raw.addEntry(general, i)
	} else {
		raw.addRSSItem(general, i)
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
