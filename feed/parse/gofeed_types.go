package parse

import (
	"slices"
	"strings"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"

	"dateline/feed/text"
)

// xmlFeed is a feed as gofeed's type of its format has it. Either rss or atom is
// set. Beside it are what these types have no field for, and the extensions,
// because gofeed's translators take the first value of a few of them, and
// dateline the best of all.
type xmlFeed struct {
	rss  *rss.Feed
	atom *atom.Feed
	extras
	// items are the items of rss or atom in the same order.
	items []xmlItem
	// isFeed reports whether an element of a feed was found. An RDF document without
	// one is about something else.
	isFeed bool
	// truncated reports whether the document ended before its root did, or has more
	// than [maxItems] items.
	truncated bool
}

// xmlItem is an item as gofeed's type of its format has it, and what that type
// has no field for. Either rss or atom is set. All texts are HTML, whatever type
// the document declares for them.
type xmlItem struct {
	rss  *rss.Item
	atom *atom.Entry
	extras
	// authors are all authors of an RSS item.
	authors []string
	// replyCounts are the numbers of replies of an entry's links (RFC 4685 section
	// 5). created is its date in Atom 0.3.
	replyCounts []string
	created     string
	// The texts of an item, each the longest of its name. encoded is that of the
	// content module of RSS 1.0. RSS does not define body, fullItem and, like
	// Atom, content and summary.
	encoded, body, fullItem, content, description, summary htmlText
	// hasFields reports whether the item contains anything.
	hasFields bool
}

// extras are what both a feed and an item have beyond gofeed's types.
type extras struct {
	// base is the address against which addresses are resolved.
	base string
	// about is the attribute of RDF, href and lastMod are those of CDF (the Channel
	// Definition Format of 1997).
	about, href, lastMod string
	extensions           extensions
}

// addAttributes adds the attributes of the element of a feed or an item.
func (x *extras) addAttributes(attrs []text.XMLAttr, base string) {
	x.base = base
	for _, a := range attrs {
		name := strings.ToLower(a.Name)
		switch {
		case name == "href":
			x.href = a.Value
		case name == "lastmod":
			x.lastMod = a.Value
		case strings.HasSuffix(name, ":about"):
			x.about = a.Value
		}
	}
}

// addItem adds an item that is complete.
func (f *xmlFeed) addItem(i xmlItem) {
	if f.atom != nil {
		f.atom.Entries = append(f.atom.Entries, i.atom)
	} else {
		f.rss.Items = append(f.rss.Items, i.rss)
	}
	f.items = append(f.items, i)
}

// translate returns the feed as gofeed translates it from its format.
func (f *xmlFeed) translate() (*gofeed.Feed, error) {
	if f.atom != nil {
		return new(gofeed.DefaultAtomTranslator).Translate(f.atom)
	}
	return (&gofeed.DefaultRSSTranslator{DisableContentImageScan: true}).Translate(f.rss)
}

// field is an element that was read whole. name is what [xmlReader.qualifiedName]
// returns, base the address against which its own xml:base says that links are
// resolved, or "".
type field struct {
	name  string
	attrs []text.XMLAttr
	text  string
	base  string
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

// addField gives a field to the innermost open element.
func (r *xmlReader) addField(f field) {
	if r.item != nil {
		r.item.hasFields = true
	}
	if !r.isAtom {
		f.name = r.rssName(f)
	}
	top := &r.stack[len(r.stack)-1]
	switch {
	case top.role == ofNothing, top.role == ofSource:
	case top.role == ofPerson:
		switch localName(f.name) {
		case "name":
			top.person.Name = f.text
		case "email":
			top.person.Email = f.text
		}
	case top.role == ofSkippedTimes:
		switch localName(f.name) {
		case "hour":
			r.feed.rss.SkipHours = append(r.feed.rss.SkipHours, f.text)
		case "day":
			r.feed.rss.SkipDays = append(r.feed.rss.SkipDays, f.text)
		}
	case top.role == ofExtension, strings.Contains(f.name, ":"):
		r.addExtension(f.name, newExtension(f))
	case top.role == ofItem && r.isAtom:
		r.item.addEntryField(f)
	case top.role == ofItem:
		r.item.addRSSField(f)
	case r.isAtom:
		addAtomFeedField(r.feed.atom, f)
	default:
		addRSSFeedField(r.feed.rss, f)
	}
}

// rssName returns the name of a field in RSS by which dateline reads it.
func (r *xmlReader) rssName(f field) string {
	switch {
	case f.name == "abstract": // of CDF
		return "dc:description"
	case f.name == "link" && f.attr("href") != "":
		return "atom:link"
	case f.name == "content:encoded" && r.item != nil: // older feeds write no prefix
		return "encoded"
	}
	return strings.TrimPrefix(f.name, "rdf:") // RSS 1.0 is RDF
}

// newExtension returns a field as an element of another vocabulary.
func newExtension(f field) ext.Extension {
	e := ext.Extension{Name: localName(f.name), Value: f.text}
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

// addExtension adds an element of another vocabulary to the innermost open
// element.
func (r *xmlReader) addExtension(name string, e ext.Extension) {
	top := &r.stack[len(r.stack)-1]
	switch {
	case top.role == ofExtension:
		if top.extension.Children == nil {
			top.extension.Children = map[string][]ext.Extension{}
		}
		top.extension.Children[e.Name] = append(top.extension.Children[e.Name], e)
	case top.role == ofItem && r.item != nil:
		r.item.extensions.add(name, e)
	case top.role == ofFeed:
		r.feed.extensions.add(name, e)
	}
}

// addAuthor adds an author of the innermost open element.
func (r *xmlReader) addAuthor(p *atom.Person) {
	switch top := r.stack[len(r.stack)-1]; {
	case top.role == ofFeed:
		r.feed.atom.Authors = append(r.feed.atom.Authors, p)
	case r.item == nil:
	case top.role == ofItem:
		r.item.atom.Authors = append(r.item.atom.Authors, p)
	case top.role == ofSource:
		r.item.atom.Source.Authors = append(r.item.atom.Source.Authors, p)
	}
}

// setText replaces a text, but not by an empty one.
func setText(old *string, s string) {
	if s != "" {
		*old = s
	}
}

// keepLongest replaces a text by a longer one.
func keepLongest(old *htmlText, f field) {
	if len(f.text) > len(old.text) {
		*old = htmlText{f.text, f.base}
	}
}
