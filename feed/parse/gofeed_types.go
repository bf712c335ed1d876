package parse

import (
	"slices"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/json"
	"github.com/mmcdole/gofeed/rss"

	"dateline/feed/text"
)

// parsedFeed is a feed as gofeed's type of its format has it. One of rss, atom
// and json is set. All texts of the first two are HTML, whatever type the
// document declares for them.
type parsedFeed struct {
	rss  *rss.Feed
	atom *atom.Feed
	json *json.Feed
	extras
	// items has the extras of each item.
	items []*extras
	// truncated reports whether the document ended before its root did, or has more
	// than [maxItems] items.
	truncated bool
}

// extras are what a feed or an item has beyond gofeed's type.
type extras struct {
	// base is the address against which addresses are resolved, and declared reports
	// whether the document names it (xml:base).
	base     string
	declared bool
	// extensions are the elements that gofeed's type has no field for, or for only
	// one of several. gofeed's translators would take the first value of a few of
	// them, and dateline takes the best.
	extensions extensions
	// foreign are fields in a namespace that dateline does not know, until the item
	// or the feed ends.
	foreign []field
	// published and updated are the dates of an item of a JSON Feed, in which
	// gofeed's translator would try each of its two hundred layouts.
	published, updated string
}

// translate returns the feed as gofeed translates it from its format.
func (f *parsedFeed) translate() (*gofeed.Feed, error) {
	switch {
	case f.json != nil:
		return new(gofeed.DefaultJSONTranslator).Translate(f.json)
	case f.atom != nil:
		return new(gofeed.DefaultAtomTranslator).Translate(f.atom)
	}
	return (&gofeed.DefaultRSSTranslator{DisableContentImageScan: true}).Translate(f.rss)
}

// xmlItem is an item while it is read. Either rss or atom is set.
type xmlItem struct {
	rss  *rss.Item
	atom *atom.Entry
	extras
	// hasFields reports whether the item contains anything.
	hasFields bool
}

// addItem adds an item that is complete.
func (f *parsedFeed) addItem(i *xmlItem) {
	f.items = append(f.items, &i.extras)
	if f.atom != nil {
		f.atom.Entries = append(f.atom.Entries, i.atom)
	} else {
		f.rss.Items = append(f.rss.Items, i.rss)
	}
}

// field is an element that was read whole. name is what [xmlReader.qualifiedName]
// returns. base is the address that the element's own xml:base is, or "".
type field struct {
	name     string
	attrs    []text.XMLAttr
	text     string
	base     string
	children map[string][]ext.Extension
}

// attr returns the value of the first attribute with one of the local names, or
// "".
func (f field) attr(names ...string) string {
	for _, a := range f.attrs {
		if !text.IsBlank(a.Value) && slices.Contains(names, localName(a.Name)) {
			return a.Value
		}
	}
	return ""
}

// extension returns a field as gofeed's type for elements of any vocabulary.
func (f field) extension() ext.Extension {
	e := ext.Extension{Name: localName(f.name), Value: f.text, Children: f.children}
	if len(f.attrs) > 0 || f.base != "" {
		e.Attrs = make(map[string]string, len(f.attrs))
		for _, a := range f.attrs {
			e.Attrs[localName(a.Name)] = a.Value
		}
		if f.base != "" {
			e.Attrs["base"] = f.base
		}
	}
	return e
}

// maxFields is how many elements of an item are kept until it ends, and how many of the
// feed itself. Real ones have some dozens, and very many take much more memory than
// their document.
const maxFields = 5000

// hasRoom counts an element of the open item, or of the feed. It reports whether the
// element is to be kept.
func (r *xmlReader) hasRoom() bool {
	count := &r.feedFields
	if r.item != nil {
		count = &r.itemFields
	}
	*count++
	return *count <= maxFields
}

// addField gives a field to the innermost open element if there is room for it.
func (r *xmlReader) addField(f field) {
	if r.hasRoom() {
		r.keepField(f)
	}
}

// keepField gives a field to the innermost open element.
func (r *xmlReader) keepField(f field) {
	if !r.isAtom {
		f.name = rssName(f)
	}
	top := &r.stack[len(r.stack)-1]
	switch {
	case top.role == ofField:
		if top.field.children == nil {
			top.field.children = map[string][]ext.Extension{}
		}
		e := f.extension()
		top.field.children[e.Name] = append(top.field.children[e.Name], e)
	case top.role == ofFeed && r.isAtom:
		r.feed.addAtomField(f)
	case top.role == ofFeed:
		r.feed.addRSSField(f)
	case top.role == ofItem && r.item != nil:
		r.item.hasFields = true
		if r.isAtom {
			r.item.addAtomField(f)
		} else {
			r.item.addRSSField(f)
		}
	}
}
