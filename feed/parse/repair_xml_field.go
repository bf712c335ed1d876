package parse

import (
	"slices"
	"strings"

	"golang.org/x/net/html"

	"dateline/feed/markup"
	"dateline/feed/text"
)

// fieldReader collects the content of one field: text, CDATA, escaped HTML, and
// HTML that should have been escaped.
type fieldReader struct {
	n *normalizer
	// written is the name in the document, name the one that
	// [normalizer.qualifiedName] returns.
	name, written string
	// single is the text while it is one piece, which need not be copied.
	// Otherwise joined holds the text.
	single string
	joined strings.Builder
	// keepMarkup reports whether elements in the field are part of its content.
	// Otherwise only their text is.
	keepMarkup bool
	// isXHTML reports whether decoded text is text (type "xhtml" of Atom). Otherwise
	// decoded text is HTML.
	isXHTML bool
	// hasMarkup reports whether elements were found.
	hasMarkup bool
	// openForeign is the number of open elements that are not HTML. Only their
	// nesting is limited, because badly written HTML often leaves elements open.
	openForeign int
	// ignoring is the number of open elements whose text belongs to another
	// field.
	ignoring int
}

// readField copies the field that t opens to the output.
func (n *normalizer) readField(t text.XMLToken, name string, parent stackFrame) {
	f := fieldReader{n: n, name: name, written: t.Name, keepMarkup: isTextConstruct(name)}
	base, kind, mode := "", "", ""
	for _, a := range t.Attrs {
		switch strings.ToLower(a.Name) {
		case "xml:base":
			base = text.Resolve(parent.base, a.Value)
		case "type":
			kind = a.Value
		case "mode":
			mode = a.Value
		}
	}
	isAtomText := f.keepMarkup && (n.isAtom || strings.HasPrefix(name, "atom:"))
	lower := strings.ToLower(kind)
	f.isXHTML = isAtomText && (strings.Contains(lower, "xhtml") || strings.EqualFold(mode, "xml") && strings.Contains(lower, "html"))
	if !t.SelfClosing {
		f.read()
	}
	if n.err != nil || n.lexer.Truncated || n.isDropped(name) {
		return
	}
	s := strings.TrimSpace(f.single + f.joined.String())
	if !f.keepMarkup {
		t.Attrs, s = n.moveMisplaced(name, t.Attrs, s)
		if n.isAtom && name == "link" && n.itemStart >= 0 {
			n.addReplyCount(t.Attrs)
		}
		if s == "" && len(t.Attrs) == 0 {
			return // it must not replace a field with a value
		}
		if base != "" && (name == "link" || name == "comments" || name == "uri") {
			s = text.Resolve(base, s)
		}
		n.writeField(n.outputName(name, t.Attrs), t.Attrs, base, s)
		return
	}
	if f.hasMarkup {
		s = withoutWrapper(s)
	}
	switch {
	case isAtomText:
		n.addContentLink(t, name, parent.base)
		s = textToHTML(s, kind, mode, f.hasMarkup)
	case strings.HasPrefix(name, "media:") && !strings.EqualFold(kind, "html"):
		if !text.HasHTMLElement(s) {
			s = markup.EscapeText(text.DecodeEntities(s))
		}
	}
	if s == "" {
		return
	}
	var attrs []text.XMLAttr
	if base != "" {
		attrs = []text.XMLAttr{{Name: "base", Value: base}}
	}
	n.writeField(n.outputName(name, nil), attrs, "", s)
}

// moveMisplaced moves a value to the place that the format defines: Atom's link
// from text to href, RSS's enclosure from href or text to url, and RSS's
// category from the attributes of Atom to text.
func (n *normalizer) moveMisplaced(name string, attrs []text.XMLAttr, s string) ([]text.XMLAttr, string) {
	value := func(names ...string) string {
		for _, a := range attrs {
			if slices.Contains(names, localName(a.Name)) && !text.IsBlank(a.Value) {
				return a.Value
			}
		}
		return ""
	}
	switch {
	case n.isAtom && name == "link" && s != "" && value("href") == "":
		attrs = append(attrs, text.XMLAttr{Name: "href", Value: s})
	case n.isAtom && name == "enclosure":
		attrs = append(attrs, text.XMLAttr{Name: "rel", Value: "enclosure"}, text.XMLAttr{Name: "href", Value: text.FirstNonBlank(value("url"), s)})
	case !n.isAtom && name == "enclosure" && value("url") == "":
		attrs = append(attrs, text.XMLAttr{Name: "url", Value: text.FirstNonBlank(value("href"), s)})
	case !n.isAtom && name == "category" && s == "":
		s = value("label", "term", "text")
	}
	return attrs, s
}

// addReplyCount writes the number of replies of a link (RFC 4685 section 5),
// because gofeed drops what a link has beyond Atom.
func (n *normalizer) addReplyCount(attrs []text.XMLAttr) {
	for _, a := range attrs {
		if localName(a.Name) == "count" && strings.Contains(a.Name, ":") {
			n.addOwnField("replies", a.Value)
		}
	}
}

// isTextConstruct reports whether the content of a field is text with or without
// HTML.
func isTextConstruct(name string) bool {
	switch name {
	case "title", "description", "encoded", "summary", "content", "subtitle", "tagline", "info", "body", "fullitem",
		"content:encoded", "itunes:summary", "itunes:subtitle", "itunes:title", "googleplay:description",
		"media:title", "media:description", "dc:title", "dc:description", "xhtml:body", "xhtml:div",
		"atom:title", "atom:summary", "atom:content", "atom:subtitle":
		return true
	}
	return false
}

// outputName returns a field's name in the output. It renames fields that gofeed
// would change, drop, keep only the last of, or take for something else.
func (n *normalizer) outputName(name string, attrs []text.XMLAttr) string {
	switch {
	case n.itemStart >= 0 && n.isOwnField(name):
		return ownPrefix + ":" + localName(name)
	case n.isAtom && name == "enclosure":
		return "link"
	case !n.isAtom && name == "link" && hasAttr(attrs, "href"):
		return "atom:link"
	case !n.isAtom && name == "abstract": // in CDF
		return "dc:description"
	}
	return name
}

// isOwnField reports whether dateline reads a field of an item itself instead of
// gofeed.
func (n *normalizer) isOwnField(name string) bool {
	switch name {
	case "summary", "content":
		return true
	case "id", "created":
		return n.isAtom
	case "description", "content:encoded", "encoded", "body", "fullitem", "author":
		return !n.isAtom
	}
	return false
}

// hasAttr reports whether there is an attribute with a name.
func hasAttr(attrs []text.XMLAttr, name string) bool {
	return slices.ContainsFunc(attrs, func(a text.XMLAttr) bool { return a.Name == name })
}

// addContentLink writes a link to content that is in another document (RFC 4287
// section 4.1.3.2).
func (n *normalizer) addContentLink(t text.XMLToken, name, base string) {
	if name != "content" {
		return
	}
	attrs := []text.XMLAttr{{Name: "rel", Value: contentRel}}
	for _, a := range t.Attrs {
		switch strings.ToLower(a.Name) {
		case "src":
			attrs = append(attrs, text.XMLAttr{Name: "href", Value: a.Value})
		case "type":
			attrs = append(attrs, text.XMLAttr{Name: "type", Value: a.Value})
		}
	}
	for _, a := range attrs {
		if a.Name == "href" && a.Value != "" {
			n.writeField("link", attrs, base, "")
			return
		}
	}
}

// contentRel is the link relation of content in another document.
const contentRel = "dateline-content"

// read reads tokens up to the end of the field.
func (f *fieldReader) read() {
	nested := 0
	for {
		at := f.n.lexer.Offset
		t, ok := f.n.lexer.Next()
		if !ok {
			f.n.lexer.Truncated = true
			return
		}
		switch t.Kind {
		case text.XMLText:
			f.write(f.n.lexer.DecodeEntities(t.Text))
		case text.XMLCDATA:
			f.write(t.Text)
		case text.XMLStartTag:
			if f.isEndedBy(t) {
				f.n.lexer.Offset = at
				return
			}
			if t.Name == f.written && !t.SelfClosing {
				nested++
			}
			f.readTag(t)
		case text.XMLEndTag:
			if strings.EqualFold(t.Name, f.written) {
				if nested == 0 {
					return
				}
				nested--
			} else if name := localName(t.Name); !isHTMLName(name) && f.n.isOpen(t.Name) {
				f.n.lexer.Offset = at
				return
			}
			f.readTag(t)
		}
		if f.openForeign > maxNesting {
			f.n.err = errDepth
			return
		}
	}
}

// write adds text that is decoded already.
func (f *fieldReader) write(text string) {
	if f.ignoring > 0 {
		return
	}
	if f.isXHTML {
		text = html.EscapeString(text)
	}
	if f.single == "" && f.joined.Len() == 0 {
		f.single = text
		return
	}
	f.joinedText().WriteString(text)
}

// joinedText returns the builder for the text when it has more than one piece.
func (f *fieldReader) joinedText() *strings.Builder {
	f.joined.WriteString(f.single)
	f.single = ""
	return &f.joined
}

// isEndedBy reports whether a start tag belongs to another field, because the
// end tag of this one is missing.
func (f *fieldReader) isEndedBy(t text.XMLToken) bool {
	if strings.Contains(t.Name, ":") {
		return false
	}
	switch localName(t.Name) {
	case "item", "entry":
		return f.n.itemStart >= 0 && (localName(t.Name) == "item") != f.n.isAtom
	case "pubdate", "guid", "enclosure", "lastbuilddate", "managingeditor":
		return !f.n.isAtom && !f.n.isDropped(f.name)
	case "description", "link", "author", "category":
		switch f.name {
		case "title", "link", "guid", "pubdate", "author", "category", "comments", "language":
			return f.name != localName(t.Name) && !(f.name == "title" && f.hasMarkup)
		}
	}
	return false
}

// readTag handles a tag within the field.
func (f *fieldReader) readTag(t text.XMLToken) {
	local := localName(t.Name)
	step := 1
	if t.Kind == text.XMLEndTag {
		step = -1
	}
	if !t.SelfClosing && !isHTMLName(local) {
		f.openForeign += step
		if f.openForeign < 0 {
			f.openForeign = 0
			return // it has no start tag
		}
	}
	if !f.keepMarkup {
		if t.Kind == text.XMLStartTag && f.name == "link" {
			f.addLinkedMedia(t)
		}
		if !t.SelfClosing && (local == "email" || local == "uri" || local == "url") {
			f.ignoring = max(f.ignoring+step, 0)
		}
		return
	}
	f.hasMarkup = true
	if local == "" {
		return
	}
	b := f.joinedText()
	b.WriteByte('<')
	if t.Kind == text.XMLEndTag {
		b.WriteByte('/')
	}
	b.WriteString(local)
	for _, a := range t.Attrs {
		name := strings.ToLower(a.Name)
		if strings.HasPrefix(name, "xmlns") || strings.ContainsAny(name, `"'<>=/`) {
			continue
		}
		b.WriteByte(' ')
		b.WriteString(name)
		b.WriteString(`="`)
		b.WriteString(html.EscapeString(a.Value))
		b.WriteByte('"')
	}
	b.WriteByte('>')
	if t.SelfClosing && !isVoidTag(local) {
		b.WriteString("</" + local + ">")
	}
}

// addLinkedMedia writes Media RSS elements that some publishers put into a link.
func (f *fieldReader) addLinkedMedia(t text.XMLToken) {
	if name := f.n.qualifiedName(t.Name); f.n.itemStart >= 0 && (name == "media:thumbnail" || name == "media:content") && hasAttr(t.Attrs, "url") {
		f.n.writeField(name, t.Attrs, "", "")
	}
}

// isHTMLName reports whether a name is that of an HTML element.
func isHTMLName(local string) bool { return text.IsInlineTag(local) || text.IsBlockTag(local) }

// isVoidTag reports whether an HTML element has no end tag (HTML section
// 13.1.2).
func isVoidTag(name string) bool {
	switch name {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr":
		return true
	}
	return false
}

// withoutWrapper removes the single <div> around XHTML content (RFC 4287 section
// 3.1.1.3).
func withoutWrapper(s string) string {
	if !strings.HasPrefix(s, "<div") || !strings.HasSuffix(s, "</div>") {
		return s
	}
	_, size := text.LeadingHTMLTag(s)
	inner := s[size : len(s)-len("</div>")]
	// Two <div> elements in a row begin and end alike.
	if size == 0 || strings.Contains(inner, "<div") || strings.Contains(inner, "</div") {
		return s
	}
	return strings.TrimSpace(inner)
}
