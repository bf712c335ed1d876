package parse

import (
	"slices"
	"strings"

	"github.com/mmcdole/gofeed/atom"
)

// foreignName returns the local name of an element of RSS or Atom that some tool
// put into a namespace of its own, or "". name is what [xmlReader.qualifiedName]
// returns. An element with a prefix may be a field of another vocabulary, so only
// those names count that mean the same everywhere, unless the whole item has the
// prefix.
func (r *xmlReader) foreignName(written, name string) string {
	prefix, local := splitName(name)
	writtenPrefix, _, hasPrefix := strings.Cut(written, ":")
	if !hasPrefix {
		writtenPrefix = ""
	}
	if prefix == "" || isUsualPrefix(prefix) || r.lookupNamespace(writtenPrefix) == "" {
		return ""
	}
	switch local {
	case "channel", "item", "entry", "title", "link", "guid", "pubdate", "published", "updated", "description", "summary", "content",
		"enclosure", "encoded":
		return local
	case "id", "author", "category", "comments", "issued", "modified":
		if !hasPrefix || r.isOfOpenPrefix(written) {
			return local
		}
	}
	return ""
}

// isOfOpenPrefix reports whether an element has the prefix of the item, entry or
// channel that it stands in.
func (r *xmlReader) isOfOpenPrefix(written string) bool {
	prefix, _, found := strings.Cut(written, ":")
	outer, _, outerFound := strings.Cut(r.stack[len(r.stack)-1].written, ":")
	return found && outerFound && prefix == outer
}

// isUsualPrefix reports whether a prefix is that of a vocabulary of
// [canonicalPrefix].
func isUsualPrefix(prefix string) bool {
	switch prefix {
	case "atom", "rdf", "dc", "dcterms", "content", "slash", "sy", "thr", "wfw", "itunes", "googleplay", "podcast", "media",
		"feedburner", "psc", "xhtml":
		return true
	}
	return false
}

// mayBeOwn reports whether an element with a [xmlReader.foreignName] may be a field
// of the open item or feed. Those of a feed have no prefix, or that of the feed.
func (r *xmlReader) mayBeOwn(foreign, written string) bool {
	if foreign == "item" || foreign == "entry" || foreign == "channel" {
		return false
	}
	switch r.stack[len(r.stack)-1].role {
	case ofItem:
		return r.item != nil
	case ofFeed:
		return !strings.Contains(written, ":") || r.isOfOpenPrefix(written)
	}
	return false
}

// addForeign keeps a foreign field until the item or the feed ends.
func (r *xmlReader) addForeign(f field) {
	if !r.isAtom {
		f.name = rssName(f)
	}
	if r.stack[len(r.stack)-1].role == ofItem {
		r.item.hasFields = true
		r.item.foreign = append(r.item.foreign, f)
	} else {
		r.feed.foreign = append(r.feed.foreign, f)
	}
}

// adoptForeign adds the foreign fields that the item has none of its own of.
func (i *xmlItem) adoptForeign() {
	for _, f := range withoutOwn(i.foreign, i.has) {
		if i.atom != nil {
			i.addAtomField(f)
		} else {
			i.addRSSField(f)
		}
	}
	i.foreign = nil
}

// adoptForeign adds the foreign fields that the feed has none of its own of.
func (f *parsedFeed) adoptForeign() {
	for _, e := range withoutOwn(f.foreign, f.has) {
		if f.atom != nil {
			f.addAtomField(e)
		} else {
			f.addRSSField(e)
		}
	}
	f.foreign = nil
}

// withoutOwn returns the fields with a name of which has reports false.
func withoutOwn(fields []field, has func(name string) bool) []field {
	var out []field
	own := map[string]bool{}
	for _, f := range fields {
		known, asked := own[f.name]
		if !asked {
			known = has(f.name)
			own[f.name] = known
		}
		if !known {
			out = append(out, f)
		}
	}
	return out
}

// has reports whether the item has a field of its own with a name, or the same in
// a vocabulary that dateline reads.
func (i *xmlItem) has(name string) bool {
	x := i.extensions
	switch name {
	case "title":
		return i.rss != nil && i.rss.Title != "" || i.atom != nil && i.atom.Title != "" || x.text("dc:title", "media:title") != ""
	case "link", "atom:link":
		return i.rss != nil && len(i.rss.Links) > 0 || i.atom != nil && hasAlternate(i.atom.Links) || len(x.elements("atom:link")) > 0
	case "guid", "id":
		return i.rss != nil && i.rss.GUID != nil || i.atom != nil && i.atom.ID != "" || x.text("id") != ""
	case "pubdate", "published", "issued":
		return i.rss != nil && i.rss.PubDate != "" || i.atom != nil && i.atom.Published != "" || x.text("dc:date", "published", "date") != ""
	case "updated", "modified":
		return i.atom != nil && i.atom.Updated != "" || x.text(name) != ""
	case "category":
		return i.rss != nil && len(i.rss.Categories) > 0 || i.atom != nil && len(i.atom.Categories) > 0
	case "enclosure":
		return i.rss != nil && len(i.rss.Enclosures) > 0
	case "comments":
		return i.rss != nil && i.rss.Comments != ""
	case "author":
		return i.atom != nil && len(i.atom.Authors) > 0 || x.text("author", "dc:creator") != ""
	}
	return len(x.elements(name)) > 0
}

// has reports whether the feed has a field of its own with a name.
func (f *parsedFeed) has(name string) bool {
	switch {
	case name == "title":
		return f.rss != nil && f.rss.Title != "" || f.atom != nil && f.atom.Title != ""
	case name == "description":
		return f.rss != nil && f.rss.Description != ""
	case name == "link" || name == "atom:link":
		return f.rss != nil && len(f.rss.Links) > 0 || f.atom != nil && hasAlternate(f.atom.Links)
	case name == "pubdate" || name == "updated":
		return f.rss != nil && f.rss.PubDate != "" || f.atom != nil && f.atom.Updated != ""
	case name == "id":
		return f.atom != nil && f.atom.ID != ""
	}
	return len(f.extensions.elements(name)) > 0
}

// hasAlternate reports whether a link leads to the page of an entry.
func hasAlternate(links []*atom.Link) bool {
	return slices.ContainsFunc(links, func(l *atom.Link) bool { return l.Rel == "alternate" })
}
