package feed

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// fieldReader collects the content of one field, whatever is in it: text,
// CDATA, escaped markup, markup that should have been escaped.
type fieldReader struct {
	n       *normalizer
	name    string
	written string
	// alone is the text while it is one piece, which need not be copied; text is
	// where several are joined.
	alone string
	text  strings.Builder
	// verbatim says that markup in the field is content; else only the text of
	// it is.
	verbatim bool
	// xml says that text is what it says (Atom's type "xhtml"); else it is
	// markup once it is decoded.
	xml bool
	// markup says that elements were found.
	markup bool
	// foreign counts the open elements that are not HTML: only they can be
	// nested without end by anyone but a bad writer of HTML.
	foreign int
	// silent counts the open elements whose text belongs to another field.
	silent int
}

// readField copies one field, the element that t opens, to the output.
func (n *normalizer) readField(t xmlToken, name string, parent frame) {
	f := fieldReader{n: n, name: name, written: t.name, verbatim: textConstruct(name)}
	base, kind, mode := "", "", ""
	for _, a := range t.attrs {
		switch strings.ToLower(a.name) {
		case "xml:base":
			base = resolve(parent.base, a.value)
		case "type":
			kind = a.value
		case "mode":
			mode = a.value
		}
	}
	typed := f.verbatim && (n.atom || strings.HasPrefix(name, "atom:"))
	lower := strings.ToLower(kind)
	f.xml = typed && (strings.Contains(lower, "xhtml") || strings.EqualFold(mode, "xml") && strings.Contains(lower, "html"))
	if !t.selfClose {
		f.read()
	}
	if n.err != nil || n.lex.cut || n.dropped(name) {
		return
	}
	text := strings.TrimSpace(f.alone + f.text.String())
	if !f.verbatim {
		t.attrs, text = n.misplaced(name, t.attrs, text)
		if n.atom && name == "link" && n.item >= 0 {
			n.replies(t.attrs)
		}
		if text == "" && len(t.attrs) == 0 {
			return // it must not take the place of one that has a text
		}
		if base != "" && (name == "link" || name == "comments" || name == "uri") {
			text = resolve(base, text)
		}
		n.field(n.outputName(name, t.attrs), t.attrs, base, text)
		return
	}
	if f.markup {
		text = withoutWrapper(text)
	}
	switch {
	case typed:
		n.contentSource(t, name, parent.base)
		text = asHTML(text, kind, mode, f.markup)
	case strings.HasPrefix(name, "media:") && !strings.EqualFold(kind, "html"):
		if !hasElement(text) {
			text = escapeText(decodeEntities(text))
		}
	}
	if text == "" {
		return
	}
	var attrs []xmlAttr
	if base != "" {
		attrs = []xmlAttr{{"base", base}}
	}
	n.field(n.outputName(name, nil), attrs, "", text)
}

// misplaced puts a value where the format has it: Atom's link from text into
// href, RSS's enclosure from href or text into url, its category from Atom's attributes into text.
func (n *normalizer) misplaced(name string, attrs []xmlAttr, text string) ([]xmlAttr, string) {
	value := func(names ...string) string {
		for _, a := range attrs {
			if slices.Contains(names, localName(a.name)) && !IsBlank(a.value) {
				return a.value
			}
		}
		return ""
	}
	switch {
	case n.atom && name == "link" && text != "" && value("href") == "":
		attrs = append(attrs, xmlAttr{"href", text})
	case n.atom && name == "enclosure":
		attrs = append(attrs, xmlAttr{"rel", "enclosure"}, xmlAttr{"href", FirstNonBlank(value("url"), text)})
	case !n.atom && name == "enclosure" && value("url") == "":
		attrs = append(attrs, xmlAttr{"url", FirstNonBlank(value("href"), text)})
	case !n.atom && name == "category" && text == "":
		text = value("label", "term", "text")
	}
	return attrs, text
}

// replies keeps how many there are (RFC 4685 section 5), for the parser drops
// what a link has beyond Atom.
func (n *normalizer) replies(attrs []xmlAttr) {
	for _, a := range attrs {
		if localName(a.name) == "count" && strings.Contains(a.name, ":") {
			n.annotate("replies", a.value)
		}
	}
}

// textConstruct knows the fields whose content is a text, with or without markup.
func textConstruct(name string) bool {
	switch name {
	case "title", "description", "encoded", "summary", "content", "subtitle", "tagline", "info", "body", "fullitem",
		"content:encoded", "itunes:summary", "itunes:subtitle", "itunes:title", "googleplay:description",
		"media:title", "media:description", "dc:title", "dc:description", "xhtml:body", "xhtml:div",
		"atom:title", "atom:summary", "atom:content", "atom:subtitle":
		return true
	}
	return false
}

// outputName renames the fields that the parser would alter, drop, keep only
// the last of, or take for something else.
func (n *normalizer) outputName(name string, attrs []xmlAttr) string {
	switch {
	case n.item >= 0 && n.ownField(name):
		return ownPrefix + ":" + localName(name)
	case n.atom && name == "enclosure":
		return "link"
	case !n.atom && name == "link" && hasAttr(attrs, "href"):
		return "atom:link"
	case !n.atom && name == "abstract": // of CDF
		return "dc:description"
	}
	return name
}

// ownField knows the fields of an item that are read one by one, not by the parser.
func (n *normalizer) ownField(name string) bool {
	switch name {
	case "summary", "content":
		return true
	case "id", "created":
		return n.atom
	case "description", "content:encoded", "encoded", "body", "fullitem", "author":
		return !n.atom
	}
	return false
}

func hasAttr(attrs []xmlAttr, name string) bool {
	return slices.ContainsFunc(attrs, func(a xmlAttr) bool { return a.name == name })
}

// contentSource turns the address of content that is elsewhere (RFC 4287
// section 4.1.3.2) into a link.
func (n *normalizer) contentSource(t xmlToken, name, base string) {
	if name != "content" {
		return
	}
	attrs := []xmlAttr{{"rel", contentRel}}
	for _, a := range t.attrs {
		switch strings.ToLower(a.name) {
		case "src":
			attrs = append(attrs, xmlAttr{"href", a.value})
		case "type":
			attrs = append(attrs, xmlAttr{"type", a.value})
		}
	}
	for _, a := range attrs {
		if a.name == "href" && a.value != "" {
			n.field("link", attrs, base, "")
			return
		}
	}
}

const contentRel = "dateline-content"

// read collects tokens up to the field's end.
func (f *fieldReader) read() {
	same := 0
	for {
		at := f.n.lex.pos
		t, ok := f.n.lex.next()
		if !ok {
			f.n.lex.cut = true
			return
		}
		switch t.kind {
		case xmlText:
			f.write(f.n.lex.decodeText(t.text))
		case xmlCDATA:
			f.write(t.text)
		case xmlStart:
			if f.endedBy(t) {
				f.n.lex.pos = at
				return
			}
			if t.name == f.written && !t.selfClose {
				same++
			}
			f.tag(t)
		case xmlEnd:
			if strings.EqualFold(t.name, f.written) {
				if same == 0 {
					return
				}
				same--
			} else if name := localName(t.name); !htmlName(name) && f.n.isOpen(t.name) {
				f.n.lex.pos = at
				return
			}
			f.tag(t)
		}
		if f.foreign > maxNesting {
			f.n.err = errDepth
			return
		}
	}
}

func (f *fieldReader) write(text string) {
	if f.silent > 0 {
		return
	}
	if f.xml {
		text = html.EscapeString(text)
	}
	if f.alone == "" && f.text.Len() == 0 {
		f.alone = text
		return
	}
	f.builder().WriteString(text)
}

// builder is where the text goes on when it is more than one piece.
func (f *fieldReader) builder() *strings.Builder {
	f.text.WriteString(f.alone)
	f.alone = ""
	return &f.text
}

// endedBy says that a start tag belongs to another field: the end tag of this
// one is missing.
func (f *fieldReader) endedBy(t xmlToken) bool {
	if strings.Contains(t.name, ":") {
		return false
	}
	switch localName(t.name) {
	case "item", "entry":
		return f.n.item >= 0 && (localName(t.name) == "item") != f.n.atom
	case "pubdate", "guid", "enclosure", "lastbuilddate", "managingeditor":
		return !f.n.atom && !f.n.dropped(f.name)
	case "description", "link", "author", "category":
		switch f.name {
		case "title", "link", "guid", "pubdate", "author", "category", "comments", "language":
			return f.name != localName(t.name) && !(f.name == "title" && f.markup)
		}
	}
	return false
}

// tag handles markup within the field.
func (f *fieldReader) tag(t xmlToken) {
	local := localName(t.name)
	step := 1
	if t.kind == xmlEnd {
		step = -1
	}
	if !t.selfClose && !htmlName(local) {
		f.foreign += step
		if f.foreign < 0 {
			f.foreign = 0
			return // it answers to nothing
		}
	}
	if !f.verbatim {
		if t.kind == xmlStart && f.name == "link" {
			f.linkedMedia(t)
		}
		if !t.selfClose && (local == "email" || local == "uri" || local == "url") {
			f.silent = max(f.silent+step, 0)
		}
		return
	}
	f.markup = true
	if local == "" {
		return
	}
	b := f.builder()
	b.WriteByte('<')
	if t.kind == xmlEnd {
		b.WriteByte('/')
	}
	b.WriteString(local)
	for _, a := range t.attrs {
		name := strings.ToLower(a.name)
		if strings.HasPrefix(name, "xmlns") || strings.ContainsAny(name, `"'<>=/`) {
			continue
		}
		b.WriteByte(' ')
		b.WriteString(name)
		b.WriteString(`="`)
		b.WriteString(html.EscapeString(a.value))
		b.WriteByte('"')
	}
	b.WriteByte('>')
	if t.selfClose && !voidTag(local) {
		b.WriteString("</" + local + ">")
	}
}

// linkedMedia writes the Media RSS elements that some publishers put into a link.
func (f *fieldReader) linkedMedia(t xmlToken) {
	if name := f.n.name(t.name); f.n.item >= 0 && (name == "media:thumbnail" || name == "media:content") && hasAttr(t.attrs, "url") {
		f.n.field(name, t.attrs, "", "")
	}
}

func htmlName(local string) bool { return inlineTag(local) || blockTag(local) }

// voidTag knows the HTML elements that have no end tag.
func voidTag(name string) bool {
	switch name {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr":
		return true
	}
	return false
}

// withoutWrapper takes away the one <div> that XHTML content comes in.
func withoutWrapper(s string) string {
	if !strings.HasPrefix(s, "<div") || !strings.HasSuffix(s, "</div>") {
		return s
	}
	_, size := htmlTag(s)
	inner := s[size : len(s)-len("</div>")]
	// Two siblings look the same from outside.
	if size == 0 || strings.Contains(inner, "<div") || strings.Contains(inner, "</div") {
		return s
	}
	return strings.TrimSpace(inner)
}
