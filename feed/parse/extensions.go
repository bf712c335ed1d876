package parse

import (
	"strings"

	ext "github.com/mmcdole/gofeed/extensions"

	"dateline/feed/markup"
	"dateline/feed/text"
)

// addExtensions adds the elements of other vocabularies, in any format: Media
// RSS, iTunes, Google Play, Dublin Core, threading. The format's own elements
// come first, so a field is filled only if it is still empty.
func (raw *rawItem) addExtensions(i *extras) {
	x := i.extensions
	if i.declared {
		raw.base, raw.declared = i.base, true
	}
	raw.guid = text.FirstNonBlank(raw.guid, x.text("about"), x.text("atom:id", "dc:identifier", "dcterms:identifier"))
	raw.title = text.FirstNonBlank(raw.title, x.text("dc:title", "media:title", "itunes:title", "atom:title", "dcterms:title"))
	raw.authors = append(raw.authors, x.all("dc:creator")...)
	raw.authors = append(raw.authors, x.all("dc:author")...)
	if len(raw.authors) == 0 {
		raw.authors = append(x.all("itunes:author"), x.all("googleplay:author")...)
	}
	if len(raw.authors) == 0 {
		raw.authors = x.atomAuthors()
	}
	raw.published = append(raw.published, x.text("dcterms:issued"), x.text("dc:date"), x.text("atom:published", "atom:issued"),
		x.text("dcterms:created"), x.text("dcterms:available"), x.text("dcterms:date"))
	raw.updated = append(raw.updated, x.text("dcterms:modified"), x.text("atom:updated", "atom:modified"), x.text("dc:date"))
	raw.categories = append(raw.categories, x.all("dc:subject")...)
	raw.categories = append(raw.categories, x.all("dcterms:subject")...)
	raw.categories = append(raw.categories, splitKeywords(x.all("itunes:keywords"))...)
	raw.addITunesCategories(x.elements("itunes:category"), 0)
	for _, c := range x.elements("atom:category") {
		raw.categories = append(raw.categories, text.FirstNonBlank(c.Attrs["label"], c.Attrs["term"]))
	}
	if len(x.elements("itunes:image"))+len(x.elements("googleplay:image")) > 0 {
		raw.hasImage = true
	}
	raw.addAtomLinks(x)
	raw.addMediaFiles(ext.Extension{Children: x["media"]}, 0)
	media := ext.Extension{Children: x["media"]}
	if raw.content.text == "" {
		raw.content = x.richest("content:encoded", "xhtml:body", "xhtml:div", "atom:content")
	}
	if raw.summary.text == "" {
		raw.summary = x.richest("itunes:summary", "googleplay:description", "dc:description", "dcterms:abstract", "atom:summary")
	}
	if raw.summary.text == "" {
		raw.summary.text = text.FirstNonBlank(mediaText(media, "description", 0), x.text("itunes:subtitle"))
	}
	raw.title = text.FirstNonBlank(raw.title, mediaText(media, "title", 0))
	raw.addPodcast(x)
	raw.comments = append(raw.comments, x.text("wfw:comment", "wfw:commentrss"))
	raw.commentCounts = append(raw.commentCounts, x.all("slash:comments")...)
	raw.commentCounts = append(raw.commentCounts, x.all("thr:total")...)
	raw.commentCounts = append(raw.commentCounts, x.all("thr:count")...)
}

// addITunesCategories adds the categories of iTunes, which may contain
// subcategories.
func (raw *rawItem) addITunesCategories(topics []ext.Extension, depth int) {
	for _, t := range topics {
		raw.categories = append(raw.categories, t.Attrs["text"])
		if depth < 4 {
			raw.addITunesCategories(t.Children["category"], depth+1)
		}
	}
}

// addAtomLinks adds the Atom links of a feed in another format.
func (raw *rawItem) addAtomLinks(x extensions) {
	for _, l := range x.elements("atom:link") {
		switch strings.ToLower(text.FirstNonBlank(l.Attrs["rel"], "alternate")) {
		case "alternate":
			raw.links = append(raw.links, l.Attrs["href"])
		case "related":
			raw.related = append(raw.related, l.Attrs["href"])
		case "enclosure":
			raw.enclosures = append(raw.enclosures, newEnclosure(l.Attrs["href"], l.Attrs["type"], l.Attrs["length"], ""))
		case "replies":
			raw.comments = append(raw.comments, l.Attrs["href"])
			raw.commentCounts = append(raw.commentCounts, l.Attrs["count"])
		case chaptersRel:
			raw.chapters = append(raw.chapters, l.Attrs["href"])
		}
	}
}

// atomAuthors returns the names in Atom's author elements.
func (x extensions) atomAuthors() []string {
	var out []string
	for _, a := range x.elements("atom:author") {
		p := newPerson(a)
		out = append(out, text.FirstNonBlank(p.Name, p.Email))
	}
	return out
}

// mediaText returns the first text of Media RSS with a name, at any level, or
// "".
func mediaText(parent ext.Extension, name string, depth int) string {
	for _, e := range parent.Children[name] {
		if !text.IsBlank(e.Value) {
			return e.Value
		}
	}
	if depth > 4 {
		return ""
	}
	for _, level := range []string{"group", "content"} {
		for _, e := range parent.Children[level] {
			if text := mediaText(e, name, depth+1); text != "" {
				return text
			}
		}
	}
	return ""
}

// extensions are elements by prefix and name. The prefix is the usual one of
// their vocabulary, or empty if it is that of the feed.
type extensions ext.Extensions

// add adds an element.
func (x *extensions) add(f field) {
	prefix, local := splitName(f.name)
	if *x == nil {
		*x = extensions{}
	}
	if (*x)[prefix] == nil {
		(*x)[prefix] = map[string][]ext.Extension{}
	}
	(*x)[prefix][local] = append((*x)[prefix][local], f.extension())
}

// splitName splits "prefix:name" or "name".
func splitName(name string) (prefix, local string) {
	at := strings.IndexByte(name, ':')
	return name[:max(at, 0)], name[at+1:]
}

// richest returns the longest text of the first name that has any. The other
// texts of that name are its extract or its plain form. A text that shows nothing
// does not count.
func (x extensions) richest(names ...string) htmlText {
	var p htmlText
	for _, name := range names {
		for _, e := range x.elements(name) {
			if !text.IsBlank(e.Value) && len(e.Value) > len(p.text) && !(markup.Body{Raw: e.Value}).IsEmpty() {
				p = htmlText{e.Value, e.Attrs["base"]}
			}
		}
		if p.text != "" {
			break
		}
	}
	return p
}

// text returns the first text that one of the names has, or "". A name is
// "prefix:name" or "name".
func (x extensions) text(names ...string) string {
	for _, name := range names {
		for _, e := range x.elements(name) {
			if !text.IsBlank(e.Value) {
				return e.Value
			}
		}
	}
	return ""
}

// all returns the texts of all elements with a name.
func (x extensions) all(name string) []string { return texts(x.elements(name)) }

// texts returns the texts of elements that have one.
func texts(elements []ext.Extension) []string {
	var out []string
	for _, e := range elements {
		if !text.IsBlank(e.Value) {
			out = append(out, e.Value)
		}
	}
	return out
}

// elements returns the elements with a name, "prefix:name" or "name".
func (x extensions) elements(name string) []ext.Extension {
	prefix, local := splitName(name)
	return x[prefix][local]
}

// splitKeywords splits lists of keywords at commas.
func splitKeywords(lists []string) []string {
	var out []string
	for _, list := range lists {
		out = append(out, strings.Split(list, ",")...)
	}
	return out
}
