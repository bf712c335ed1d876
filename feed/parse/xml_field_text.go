package parse

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"

	"dateline/feed/markup"
	"dateline/feed/text"
)

// fieldReader collects the content of one field: text, CDATA, escaped HTML, and
// HTML that should have been escaped.
type fieldReader struct {
	r *xmlReader
	// written is the name in the document, name the one that
	// [xmlReader.qualifiedName] returns.
	name, written string
	// single is the text while it is one piece, which need not be copied.
	// Otherwise joined holds the text.
	single string
	joined strings.Builder
	// kind, mode and base are the attributes type, mode and xml:base.
	kind, mode, base string
	// keepMarkup reports whether elements in the field are part of its content.
	// Otherwise only their text is.
	keepMarkup bool
	// isAtomText reports whether the field is a text construct of Atom, and isXHTML
	// whether decoded text in it is text. Otherwise decoded text is HTML.
	isAtomText, isXHTML bool
	// hasMarkup reports whether elements were found.
	hasMarkup bool
	// openForeign is the number of open elements that are not HTML. Only their
	// nesting is limited, because badly written HTML often leaves elements open.
	openForeign int
	// ignoring is the number of open elements whose text belongs to another
	// field.
	ignoring int
}

// readField reads the field that t opens, and reports whether it says anything.
// base is the address against which its own base is resolved.
func (r *xmlReader) readField(t text.XMLToken, name, base string) (out field, ok bool) {
	f := fieldReader{r: r, name: name, written: t.Name, keepMarkup: isTextConstruct(name)}
	for _, a := range t.Attrs {
		switch strings.ToLower(a.Name) {
		case "xml:base":
			f.base = resolveBase(base, a.Value)
		case "type":
			f.kind = strings.ToLower(strings.TrimSpace(a.Value))
		case "mode":
			f.mode = strings.ToLower(a.Value)
		}
	}
	f.isAtomText = f.keepMarkup && (r.isAtom || strings.HasPrefix(name, "atom:"))
	f.isXHTML = f.isAtomText && (strings.Contains(f.kind, "xhtml") || f.mode == "xml" && strings.Contains(f.kind, "html"))
	if !t.SelfClosing {
		f.read()
	}
	if r.err != nil || r.lexer.Truncated || r.isDropped(name) {
		return field{}, false
	}
	out = field{name: name, attrs: t.Attrs, text: f.content(), base: f.base}
	if f.base != "" || r.declaresBase() {
		f.setEmptyAddress(&out, text.FirstNonBlank(f.base, base))
	}
	hasContent := out.text != ""
	if f.keepMarkup {
		if isTitle(name) {
			out.text = f.toTitle(out.text)
		} else {
			out.text = f.toHTML(out.text)
		}
		resolveAddresses(out.attrs, base)
		if out.attr("src") == "" {
			out.attrs = nil // Only an address of content elsewhere matters.
		}
	} else if f.base != "" {
		resolveAddresses(out.attrs, f.base)
		if out.text != "" && (name == "link" || name == "comments" || name == "enclosure" || name == "uri") {
			out.text = text.Resolve(f.base, out.text)
		}
	}
	return out, hasContent || len(out.attrs) > 0
}

// declaresBase reports whether an empty address in the open element is that of a
// page: the base that an item of RSS has, or any of Atom. Without one it is the feed
// itself.
func (r *xmlReader) declaresBase() bool {
	top := r.stack[len(r.stack)-1]
	return top.own || top.declared && r.isAtom
}

// setEmptyAddress sets the address of a link or a file that has an empty one to
// the base (RFC 3986 section 5.2.2).
func (f *fieldReader) setEmptyAddress(out *field, base string) {
	switch f.name {
	case "link", "atom:link", "enclosure":
	default:
		return
	}
	has := false
	for i, a := range out.attrs {
		if name := localName(a.Name); name == "href" || name == "url" {
			has = true
			if text.IsBlank(a.Value) {
				out.attrs[i].Value = base
			}
		}
	}
	if !has && out.text == "" && f.name == "link" && !f.r.isAtom {
		out.text = base
	}
}

// content returns what was read, without the marks of a CDATA section in it.
func (f *fieldReader) content() string {
	s := strings.TrimSpace(f.single + f.joined.String())
	inner := strings.TrimSpace(text.UnwrapCDATA(s))
	if inner != s && f.keepMarkup && !strings.Contains(inner, "<") {
		// What is in the section was escaped together with its marks.
		if plain := text.DecodeEntities(inner); text.HasHTMLElement(plain) {
			return plain
		}
	}
	return inner
}

// toHTML returns the content of a text with or without HTML as HTML.
func (f *fieldReader) toHTML(s string) string {
	if f.hasMarkup {
		s = withoutWrapper(s)
	}
	switch {
	case f.isAtomText:
		return textToHTML(s, f.kind, f.mode, f.hasMarkup)
	case f.isPlainMedia(s):
		return markup.EscapeText(text.DecodeEntities(s))
	}
	return s
}

// toTitle returns the content of a title as plain text on one line. A type of Atom
// says how to read it: text is text to the letter, and HTML is read once (RFC 4287
// section 3.1.1). In RSS it may be either.
func (f *fieldReader) toTitle(s string) string {
	if f.hasMarkup {
		s = withoutWrapper(s)
	}
	switch {
	case f.isAtomText:
		plain, isHTML := decodeText(s, f.kind, f.mode, f.hasMarkup)
		if isHTML {
			return text.PlainHTML(plain)
		}
		return text.Clean(plain)
	case f.isPlainMedia(s):
		return text.Clean(text.DecodeEntities(s))
	}
	return text.PlainTitle(s)
}

// isPlainMedia reports whether the field is a text of Media RSS without HTML.
func (f *fieldReader) isPlainMedia(s string) bool {
	return strings.HasPrefix(f.name, "media:") && f.kind != "html" && !text.HasHTMLElement(s)
}

// isTitle reports whether a text is shown on one line.
func isTitle(name string) bool {
	switch name {
	case "title", "subtitle", "tagline", "atom:title", "atom:subtitle", "media:title", "itunes:title", "dc:title", "dcterms:title":
		return true
	}
	return false
}

// resolveAddresses resolves the addresses in attributes against base.
func resolveAddresses(attrs []text.XMLAttr, base string) {
	if base == "" {
		return
	}
	for i, a := range attrs {
		switch localName(a.Name) {
		case "href", "url", "src":
			attrs[i].Value = text.Resolve(base, a.Value)
		}
	}
}

// isTextConstruct reports whether the content of a field is text with or without
// HTML.
func isTextConstruct(name string) bool {
	switch name {
	case "title", "description", "encoded", "summary", "content", "subtitle", "tagline", "info", "body", "fullitem",
		"content:encoded", "itunes:summary", "itunes:subtitle", "itunes:title", "googleplay:description",
		"media:title", "media:description", "dc:title", "dcterms:title", "dc:description", "xhtml:body", "xhtml:div",
		"atom:title", "atom:summary", "atom:content", "atom:subtitle":
		return true
	}
	return false
}

// isDropped reports whether an element is skipped, so that its title and links
// are not taken for those of the feed.
func (r *xmlReader) isDropped(name string) bool {
	switch name {
	case "image", "rdf:seq", "cloud":
		return !r.isAtom && r.item == nil
	case "textinput", "source", "atom:source":
		return !r.isAtom
	}
	return false
}

// textToHTML returns the content of an Atom text construct as HTML. fragment
// reports whether it contained elements.
func textToHTML(content, kind, mode string, fragment bool) string {
	plain, isHTML := decodeText(content, kind, mode, fragment)
	if isHTML || kind == "" && text.IsWholeHTML(plain) {
		// Whole articles of HTML without a type are common.
		return plain
	}
	return markup.EscapeText(plain)
}

// decodeText returns the content of an Atom text construct, and whether it is HTML
// or text (RFC 4287 section 3.1, and the modes of Atom 0.3). fragment reports
// whether it contained elements.
func decodeText(content, kind, mode string, fragment bool) (decoded string, isHTML bool) {
	if mode == "base64" || isBinaryType(kind) {
		plain, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(content), ""))
		if err != nil || !utf8.Valid(plain) {
			return "", false
		}
		content = text.RemoveControls(string(plain))
	}
	// What is neither text nor an element was encoded, because it is HTML.
	return content, fragment || mode == "base64" && kind == "" || isBinaryType(kind) || strings.Contains(kind, "html") || strings.Contains(kind, "xml")
}

// isBinaryType reports whether content of a type is encoded as base64.
func isBinaryType(kind string) bool {
	return strings.HasPrefix(kind, "image/") || strings.HasPrefix(kind, "audio/") || strings.HasPrefix(kind, "video/") ||
		kind == "application/octet-stream"
}

// read reads tokens up to the end of the field.
func (f *fieldReader) read() {
	nested := 0
	for {
		at := f.r.lexer.Offset
		t, ok := f.r.lexer.Next()
		if !ok {
			f.r.lexer.Truncated = true
			return
		}
		switch t.Kind {
		case text.XMLText:
			f.write(f.r.lexer.DecodeEntities(t.Text))
		case text.XMLCDATA:
			f.write(t.Text)
		case text.XMLStartTag:
			if f.isEndedBy(t) {
				f.r.lexer.Offset = at
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
			} else if name := localName(t.Name); !isHTMLName(name) && f.r.isOpen(t.Name) {
				f.r.lexer.Offset = at
				return
			}
			f.readTag(t)
		}
		if f.openForeign > maxNesting {
			f.r.err = errDepth
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
		return f.r.isItem(localName(t.Name))
	case "pubdate", "guid", "enclosure", "lastbuilddate", "managingeditor":
		return !f.r.isAtom && !f.r.isDropped(f.name)
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
	name := local
	if !isHTMLName(local) {
		name = f.unknownName(t)
	}
	b := f.joinedText()
	b.WriteByte('<')
	if t.Kind == text.XMLEndTag {
		b.WriteByte('/')
	}
	b.WriteString(name)
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
	switch {
	case t.SelfClosing && isTitle(f.name) && !isHTMLName(local):
		b.WriteString("/>")
	case t.SelfClosing && !isVoidTag(local):
		b.WriteString("></" + name + ">")
	default:
		b.WriteByte('>')
	}
}

// unknownName returns the name of an element that is not HTML, in its own
// spelling, because it may be a word in angle brackets. In a title the prefix of
// another vocabulary stays, which no such word has.
func (f *fieldReader) unknownName(t text.XMLToken) string {
	prefix, _, found := strings.Cut(t.Name, ":")
	if found && isTitle(f.name) && f.r.lookupNamespace(prefix) != mathNamespace {
		return t.Name
	}
	return t.Name[strings.LastIndexByte(t.Name, ':')+1:]
}

// addLinkedMedia adds Media RSS elements that some publishers put into a link.
func (f *fieldReader) addLinkedMedia(t text.XMLToken) {
	media := field{name: f.r.qualifiedName(t.Name), attrs: t.Attrs}
	if f.r.item != nil && (media.name == "media:thumbnail" || media.name == "media:content") && media.attr("url") != "" {
		f.r.addField(media)
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
