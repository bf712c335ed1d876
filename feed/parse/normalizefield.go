package parse

import (
	"dateline/feed/markup"
	"dateline/feed/text"
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
func (n *normalizer) readField(t text.XMLToken, name string, parent frame) {
	f := fieldReader{n: n, name: name, written: t.Name, verbatim: textConstruct(name)}
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
	typed := f.verbatim && (n.atom || strings.HasPrefix(name, "atom:"))
	lower := strings.ToLower(kind)
	f.xml = typed && (strings.Contains(lower, "xhtml") || strings.EqualFold(mode, "xml") && strings.Contains(lower, "html"))
	if !t.SelfClose {
		f.read()
	}
	if n.err != nil || n.lex.Cut || n.dropped(name) {
		return
	}
	s := strings.TrimSpace(f.alone + f.text.String())
	if !f.verbatim {
		t.Attrs, s = n.misplaced(name, t.Attrs, s)
		if n.atom && name == "link" && n.item >= 0 {
			n.replies(t.Attrs)
		}
		if s == "" && len(t.Attrs) == 0 {
			return // it must not take the place of one that has a text
		}
		if base != "" && (name == "link" || name == "comments" || name == "uri") {
			s = text.Resolve(base, s)
		}
		n.field(n.outputName(name, t.Attrs), t.Attrs, base, s)
		return
	}
	if f.markup {
		s = withoutWrapper(s)
	}
	switch {
	case typed:
		n.contentSource(t, name, parent.base)
		s = asHTML(s, kind, mode, f.markup)
	case strings.HasPrefix(name, "media:") && !strings.EqualFold(kind, "html"):
		if !text.HasElement(s) {
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
	n.field(n.outputName(name, nil), attrs, "", s)
}

// misplaced puts a value where the format has it: Atom's link from text into
// href, RSS's enclosure from href or text into url, its category from Atom's attributes into text.
func (n *normalizer) misplaced(name string, attrs []text.XMLAttr, s string) ([]text.XMLAttr, string) {
	value := func(names ...string) string {
		for _, a := range attrs {
			if slices.Contains(names, localName(a.Name)) && !text.IsBlank(a.Value) {
				return a.Value
			}
		}
		return ""
	}
	switch {
	case n.atom && name == "link" && s != "" && value("href") == "":
		attrs = append(attrs, text.XMLAttr{Name: "href", Value: s})
	case n.atom && name == "enclosure":
		attrs = append(attrs, text.XMLAttr{Name: "rel", Value: "enclosure"}, text.XMLAttr{Name: "href", Value: text.FirstNonBlank(value("url"), s)})
	case !n.atom && name == "enclosure" && value("url") == "":
		attrs = append(attrs, text.XMLAttr{Name: "url", Value: text.FirstNonBlank(value("href"), s)})
	case !n.atom && name == "category" && s == "":
		s = value("label", "term", "text")
	}
	return attrs, s
}

// replies keeps how many there are (RFC 4685 section 5), for the parser drops
// what a link has beyond Atom.
func (n *normalizer) replies(attrs []text.XMLAttr) {
	for _, a := range attrs {
		if localName(a.Name) == "count" && strings.Contains(a.Name, ":") {
			n.annotate("replies", a.Value)
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
func (n *normalizer) outputName(name string, attrs []text.XMLAttr) string {
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

func hasAttr(attrs []text.XMLAttr, name string) bool {
	return slices.ContainsFunc(attrs, func(a text.XMLAttr) bool { return a.Name == name })
}

// contentSource turns the address of content that is elsewhere (RFC 4287
// section 4.1.3.2) into a link.
func (n *normalizer) contentSource(t text.XMLToken, name, base string) {
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
		at := f.n.lex.Offset
		t, ok := f.n.lex.Next()
		if !ok {
			f.n.lex.Cut = true
			return
		}
		switch t.Kind {
		case text.XMLText:
			f.write(f.n.lex.DecodeText(t.Text))
		case text.XMLCDATA:
			f.write(t.Text)
		case text.XMLStart:
			if f.endedBy(t) {
				f.n.lex.Offset = at
				return
			}
			if t.Name == f.written && !t.SelfClose {
				same++
			}
			f.tag(t)
		case text.XMLEnd:
			if strings.EqualFold(t.Name, f.written) {
				if same == 0 {
					return
				}
				same--
			} else if name := localName(t.Name); !htmlName(name) && f.n.isOpen(t.Name) {
				f.n.lex.Offset = at
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
func (f *fieldReader) endedBy(t text.XMLToken) bool {
	if strings.Contains(t.Name, ":") {
		return false
	}
	switch localName(t.Name) {
	case "item", "entry":
		return f.n.item >= 0 && (localName(t.Name) == "item") != f.n.atom
	case "pubdate", "guid", "enclosure", "lastbuilddate", "managingeditor":
		return !f.n.atom && !f.n.dropped(f.name)
	case "description", "link", "author", "category":
		switch f.name {
		case "title", "link", "guid", "pubdate", "author", "category", "comments", "language":
			return f.name != localName(t.Name) && !(f.name == "title" && f.markup)
		}
	}
	return false
}

// tag handles markup within the field.
func (f *fieldReader) tag(t text.XMLToken) {
	local := localName(t.Name)
	step := 1
	if t.Kind == text.XMLEnd {
		step = -1
	}
	if !t.SelfClose && !htmlName(local) {
		f.foreign += step
		if f.foreign < 0 {
			f.foreign = 0
			return // it answers to nothing
		}
	}
	if !f.verbatim {
		if t.Kind == text.XMLStart && f.name == "link" {
			f.linkedMedia(t)
		}
		if !t.SelfClose && (local == "email" || local == "uri" || local == "url") {
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
	if t.Kind == text.XMLEnd {
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
	if t.SelfClose && !voidTag(local) {
		b.WriteString("</" + local + ">")
	}
}

// linkedMedia writes the Media RSS elements that some publishers put into a link.
func (f *fieldReader) linkedMedia(t text.XMLToken) {
	if name := f.n.name(t.Name); f.n.item >= 0 && (name == "media:thumbnail" || name == "media:content") && hasAttr(t.Attrs, "url") {
		f.n.field(name, t.Attrs, "", "")
	}
}

func htmlName(local string) bool { return text.IsInlineTag(local) || text.IsBlockTag(local) }

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
	_, size := text.HTMLTag(s)
	inner := s[size : len(s)-len("</div>")]
	// Two siblings look the same from outside.
	if size == 0 || strings.Contains(inner, "<div") || strings.Contains(inner, "</div") {
		return s
	}
	return strings.TrimSpace(inner)
}
