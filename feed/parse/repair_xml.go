package parse

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"dateline/feed/markup"
	"dateline/feed/text"
)

// errDepth is the error for a document whose nesting could exhaust gofeed's
// stack.
var errDepth = fmt.Errorf("its elements are nested deeper than %d levels", maxNesting)

// maxNesting is the limit of nested elements.
const maxNesting = 200

// maxItems is the limit of items in one document, because an item takes only a
// few bytes. The largest real archives have fewer.
const maxItems = 30_000

// normalForm is an XML feed rewritten so that a strict parser reads all of it:
//
//   - It is well-formed and complete.
//   - It has no namespaces. Elements of known ones have their usual prefix, [canonicalPrefix].
//   - Names are in lower case.
//   - Text is HTML, whatever type the document declares for it. It is in a CDATA section if it contains markup.
//   - What gofeed would drop (rdf:about, xml:base, Atom's ID) is in elements with [ownPrefix].
type normalForm struct {
	xml []byte
	// isAtom reports whether the feed is Atom and not RSS.
	isAtom bool
	// isFeed reports whether an element of a feed was found. An RDF document without
	// one is about something else.
	isFeed bool
	// truncated reports whether the document ended before its root did, or has more
	// than [maxItems] items.
	truncated bool
	// texts are the long texts, which gofeed need not read.
	texts *longTexts
}

// ownPrefix is the prefix of elements that only this package reads.
const ownPrefix = "dateline"

// normalizer writes a [normalForm]. Its stack holds the open elements with a
// structure. Any other element is a field, which is read whole.
type normalizer struct {
	lexer         text.XMLLexer
	out           []byte
	stack         []stackFrame
	namespaces    []namespace
	isAtom        bool
	rootNamespace string
	// itemStart is the offset in out at which the open item begins, or negative
	// if none is open. fieldsStart is the offset at which its fields begin.
	itemStart   int
	fieldsStart int
	itemCount   int
	// hasChannel reports whether a channel has been opened.
	hasChannel bool
	isFeed     bool
	texts      *longTexts
	err        error
}

// stackFrame is an open element.
type stackFrame struct {
	// written is the name in the document, name the name in the output. base is
	// the address against which links inside are resolved.
	written, name string
	base          string
	// outerNamespaces is how many namespaces were in scope outside.
	outerNamespaces int
}

var errNoRoot = errors.New("it has no feed element")

// normalize rewrites doc. base is the address against which its links are
// resolved. The error is errDepth or a [NotFeedError].
func normalize(doc, base string) (normalForm, error) {
	n := normalizer{lexer: text.XMLLexer{Source: doc}, itemStart: -1, texts: newLongTexts()}
	n.texts.trimSpace = true
	if err := n.openRoot(base); err != nil {
		return normalForm{}, err
	}
	for len(n.stack) > 0 && n.err == nil {
		t, ok := n.lexer.Next()
		if !ok || n.lexer.Truncated || n.itemCount > maxItems {
			n.closeTruncated()
			return normalForm{xml: n.out, isAtom: n.isAtom, isFeed: n.isFeed, truncated: true, texts: n.texts}, n.err
		}
		switch t.Kind {
		case text.XMLStartTag:
			n.startTag(t)
		case text.XMLEndTag:
			n.endTag(t.Name)
		case text.XMLText:
			n.addBareName(t.Text)
		}
	}
	return normalForm{xml: n.out, isAtom: n.isAtom, isFeed: n.isFeed, texts: n.texts}, n.err
}

// openRoot finds and opens the root element. Junk, comments and warnings may
// precede it.
func (n *normalizer) openRoot(base string) error {
	first := ""
	for {
		t, ok := n.lexer.Next()
		if !ok {
			return notFeed(first, n.lexer.Source)
		}
		if t.Kind == text.XMLDirective && first == "" && strings.HasPrefix(strings.ToLower(t.Text), "<!doctype html") {
			first = "html"
		}
		if t.Kind != text.XMLStartTag {
			continue
		}
		local := localName(t.Name)
		if first == "" {
			first = local
		}
		switch local {
		case "rss", "rdf", "feed":
			n.isAtom = local == "feed"
			n.openElement(t, local, base)
			n.isFeed = local != "rdf" || slices.ContainsFunc(n.namespaces, func(s namespace) bool { return isRSSNamespace(s.key) })
			return nil
		case "channel":
			n.openWithoutRoot("rss", t, base)
			return nil
		case "entry": // an entry document (RFC 4287 section 2)
			n.isAtom = true
			n.openWithoutRoot("feed", t, base)
			return nil
		case "html":
			return &NotFeedError{Kind: "html"}
		}
	}
}

// openWithoutRoot opens a document whose first element has no root around it,
// and adds one.
func (n *normalizer) openWithoutRoot(root string, t text.XMLToken, base string) {
	n.isFeed = true
	n.out = append(n.out, "<"+root+">"...)
	n.stack = append(n.stack, stackFrame{name: root, base: base})
	n.openElement(t, localName(t.Name), base)
}

// openElement writes a start tag and pushes its element onto the stack.
func (n *normalizer) openElement(t text.XMLToken, name, base string) {
	f := stackFrame{written: t.Name, name: name, base: base, outerNamespaces: len(n.namespaces)}
	n.declareNamespaces(t.Attrs)
	about := ""
	for _, a := range t.Attrs {
		switch {
		case strings.EqualFold(a.Name, "xml:base"):
			f.base = text.Resolve(base, a.Value)
		case localName(a.Name) == "about" && strings.Contains(a.Name, ":"):
			about = a.Value
		}
	}
	if len(n.stack) == 0 {
		prefix, _, found := strings.Cut(t.Name, ":")
		if !found {
			prefix = ""
		}
		n.rootNamespace = n.lookupNamespace(prefix)
	}
	isItem := name == "item" || name == "entry"
	n.hasChannel = n.hasChannel || name == "channel"
	n.isFeed = n.isFeed || isItem || n.hasChannel
	if isItem {
		n.itemStart = len(n.out)
	}
	n.out = append(n.out, '<')
	n.out = append(n.out, name...)
	n.writeAttributes(t.Attrs, f.base)
	n.out = append(n.out, '>')
	n.stack = append(n.stack, f)
	if isItem || name == "channel" || name == "feed" {
		n.addOwnField("base", f.base)
		n.fieldsStart = len(n.out)
		n.addOwnField("about", about)
		n.addCDFFields(t.Attrs)
	}
	if isItem {
		n.itemCount++
	}
}

// closeTruncated ends a truncated document. It removes an open item, which is
// incomplete, and closes all other elements.
func (n *normalizer) closeTruncated() {
	if n.itemStart >= 0 {
		n.out = n.out[:n.itemStart]
		for len(n.stack) > 0 {
			top := n.stack[len(n.stack)-1].name
			n.stack = n.stack[:len(n.stack)-1]
			if top == "item" || top == "entry" {
				break
			}
		}
	}
	for len(n.stack) > 0 {
		n.closeElement()
	}
}

// closeElement writes the end tag of the innermost element.
func (n *normalizer) closeElement() {
	f := n.stack[len(n.stack)-1]
	n.stack = n.stack[:len(n.stack)-1]
	n.namespaces = n.namespaces[:f.outerNamespaces]
	isItem := f.name == "item" || f.name == "entry"
	if isItem && len(n.out) == n.fieldsStart {
		n.out = n.out[:n.itemStart] // the item is empty
	} else {
		n.out = append(n.out, "</"...)
		n.out = append(n.out, f.name...)
		n.out = append(n.out, '>')
	}
	if len(n.stack) == 1 && n.stack[0].written == "" {
		n.closeElement() // the root that openWithoutRoot has added
	}
	if isItem {
		n.itemStart = -1
	}
}

// endTag closes the innermost element with a name and all elements inside it. It
// ignores an end tag without a start tag.
func (n *normalizer) endTag(written string) {
	if !n.isOpen(written) {
		return
	}
	for {
		top := n.stack[len(n.stack)-1].written
		n.closeElement()
		if strings.EqualFold(top, written) {
			return
		}
	}
}

// addBareName adds the name of a person that has no name element of its own.
func (n *normalizer) addBareName(s string) {
	if n.isAtom && bytes.HasSuffix(n.out, []byte("<author>")) && !text.IsBlank(s) {
		n.writeField("name", nil, "", strings.TrimSpace(n.lexer.DecodeEntities(s)))
	}
}

// isOpen reports whether an element with a name is open.
func (n *normalizer) isOpen(written string) bool {
	for _, f := range n.stack {
		if strings.EqualFold(f.written, written) {
			return true
		}
	}
	return false
}

// startTag handles a start tag outside any field.
func (n *normalizer) startTag(t text.XMLToken) {
	outer := len(n.namespaces)
	n.declareNamespaces(t.Attrs)
	name := n.qualifiedName(t.Name)
	n.namespaces = n.namespaces[:outer]
	parent := n.stack[len(n.stack)-1]
	if name == "item" || name == "entry" {
		// An item inside an item: the first one has no end tag.
		for n.itemStart >= 0 {
			n.closeElement()
		}
		parent = n.stack[len(n.stack)-1]
	}
	if name == "items" && !n.isAtom && n.itemStart < 0 {
		return // it contains the items (RSS 1.1) or a table of contents
	}
	if name == "channel" && n.hasChannel {
		return // the items of a second channel are added to the first
	}
	if !n.isStructured(name) {
		n.readField(t, name, parent)
		return
	}
	if len(n.stack) >= maxNesting {
		n.err = errDepth
		return
	}
	n.openElement(t, name, parent.base)
	if t.SelfClosing {
		n.closeElement()
	}
}

// isStructured reports whether the children of an element are read one by one.
func (n *normalizer) isStructured(name string) bool {
	switch name {
	case "channel", "item", "entry", "media:group", "media:content", "atom:author", "itunes:category", "podcast:alternateenclosure":
		return true
	case "author", "contributor", "source":
		return n.isAtom
	case "skiphours", "skipdays":
		return !n.isAtom && n.itemStart < 0
	}
	return false
}

// isDropped reports whether an element is skipped, so that its title and links
// are not taken for those of the feed.
func (n *normalizer) isDropped(name string) bool {
	switch name {
	case "image", "rdf:seq", "cloud":
		return !n.isAtom && n.itemStart < 0
	case "textinput", "source", "atom:source":
		return !n.isAtom
	}
	return false
}

// textToHTML returns the content of an Atom text construct (RFC 4287 section
// 3.1, and the modes of Atom 0.3) as HTML. fragment reports whether it contained
// elements.
func textToHTML(content, kind, mode string, fragment bool) string {
	kind = strings.ToLower(strings.TrimSpace(kind))
	encoded := strings.EqualFold(mode, "base64")
	if encoded || isBinaryType(kind) {
		plain, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(content), ""))
		if err != nil || !utf8.Valid(plain) {
			return ""
		}
		content = text.RemoveControls(string(plain))
	}
	switch {
	case fragment || isBinaryType(kind) || strings.Contains(kind, "html") || strings.Contains(kind, "xml"):
		return content
	case kind == "" && (text.HasHTMLElement(content) || text.DecodeEntities(content) != content):
		// The default type is plain text, but HTML without a type is common.
		return content
	}
	return markup.EscapeText(content)
}

// isBinaryType reports whether content of a type is encoded as base64.
func isBinaryType(kind string) bool {
	return strings.HasPrefix(kind, "image/") || strings.HasPrefix(kind, "audio/") || strings.HasPrefix(kind, "video/") ||
		kind == "application/octet-stream"
}

// addCDFFields writes the fields that CDF (the Channel Definition Format of
// 1997) has in attributes.
func (n *normalizer) addCDFFields(attrs []text.XMLAttr) {
	for _, a := range attrs {
		switch strings.ToLower(a.Name) {
		case "href":
			n.addOwnField("href", a.Value)
		case "lastmod":
			n.addOwnField("lastmod", a.Value)
		}
	}
}

// addOwnField writes an element with [ownPrefix] unless value is empty.
func (n *normalizer) addOwnField(name, value string) {
	if value != "" {
		n.writeField(ownPrefix+":"+name, nil, "", value)
	}
}

// writeField writes an element with attributes and a text, which is not escaped
// yet. If base is not empty, addresses in the attributes are resolved against
// it.
func (n *normalizer) writeField(name string, attrs []text.XMLAttr, base, text string) {
	n.out = append(n.out, '<')
	n.out = append(n.out, name...)
	n.writeAttributes(attrs, base)
	n.out = append(n.out, '>')
	n.out = appendCDATA(n.out, n.texts.placeholder(text))
	n.out = append(n.out, "</"...)
	n.out = append(n.out, name...)
	n.out = append(n.out, '>')
}

// writeAttributes writes attributes under their local names. If base is not
// empty, addresses are resolved against it.
func (n *normalizer) writeAttributes(attrs []text.XMLAttr, base string) {
	for _, a := range attrs {
		if a.Name == "xmlns" || strings.HasPrefix(a.Name, "xmlns:") {
			continue
		}
		name := localName(a.Name)
		switch name {
		case "", "xmlns":
			continue
		case "ispermalink":
			name = "isPermaLink"
		case "href", "url", "src":
			if base != "" {
				a.Value = text.Resolve(base, a.Value)
			}
		}
		n.out = append(n.out, ' ')
		n.out = append(n.out, name...)
		n.out = append(n.out, `="`...)
		n.out = appendEscaped(n.out, a.Value)
		n.out = append(n.out, '"')
	}
}

// appendCDATA appends text in the form that gofeed reads fastest.
func appendCDATA(out []byte, s string) []byte {
	if !strings.ContainsAny(s, "&<>") {
		return append(out, s...)
	}
	out = append(out, "<![CDATA["...)
	for {
		at := strings.Index(s, "]]>")
		if at < 0 {
			out = append(out, s...)
			return append(out, "]]>"...)
		}
		out = append(out, s[:at]...)
		out = append(out, "]]]]><![CDATA[>"...)
		s = s[at+3:]
	}
}

// appendEscaped appends the value of an attribute, escaped.
func appendEscaped(out []byte, s string) []byte {
	for {
		at := strings.IndexAny(s, `&<>"`)
		if at < 0 {
			return append(out, s...)
		}
		out = append(out, s[:at]...)
		switch s[at] {
		case '&':
			out = append(out, "&amp;"...)
		case '<':
			out = append(out, "&lt;"...)
		case '>':
			out = append(out, "&gt;"...)
		case '"':
			out = append(out, "&#34;"...)
		}
		s = s[at+1:]
	}
}
