package parse

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/rss"

	"dateline/feed/text"
)

// errDepth is the error for a document whose nesting could exhaust the stack of
// a recursive reader.
var errDepth = fmt.Errorf("its elements are nested deeper than %d levels", maxNesting)

var errNoRoot = errors.New("it has no feed element")

// maxNesting is the limit of nested elements.
const maxNesting = 200

// maxItems is the limit of items in one document, because an item takes only a
// few bytes. The largest real archives have fewer.
const maxItems = 30_000

// xmlReader reads a document into a [parsedFeed], element by element, however
// malformed it is. Its stack holds the open elements whose children are read one
// by one. Any other element is read whole.
type xmlReader struct {
	lexer         text.XMLLexer
	stack         []openElement
	namespaces    []namespace
	rootNamespace string
	isAtom        bool
	// hasChannel reports whether a channel has been opened.
	hasChannel bool
	itemCount  int
	// itemFields and feedFields are what [xmlReader.hasRoom] counts.
	itemFields, feedFields int
	// isFeed reports whether an element of a feed was found. An RDF document without
	// one is about something else.
	isFeed bool
	feed   parsedFeed
	// item is the open item, or nil.
	item *xmlItem
	err  error
}

// openElement is an element whose end tag has not been read.
type openElement struct {
	// written is the name in the document, or empty if the document lacks this
	// root. base is the address against which links inside are resolved.
	written, base string
	// declared reports whether base is an xml:base of the element or of one around
	// it, and own whether the element itself has one.
	declared, own bool
	role          role
	// field is what the element gives to the one around it if that is its role, and if
	// there was room for it at its start.
	field   field
	hasRoom bool
	// outerNamespaces is how many namespaces were in scope outside.
	outerNamespaces int
}

// role is what the children of an element belong to.
type role int

const (
	ofRoot role = iota
	ofFeed
	ofItem
	ofField
)

// readXML reads a feed of RSS, Atom or RDF. base is the address against which
// its links are resolved. The error is errDepth or a [NotFeedError].
func readXML(doc, base string) (*parsedFeed, error) {
	doc = strings.ReplaceAll(strings.ReplaceAll(doc, "\r\n", "\n"), "\r", "\n") // XML section 2.11
	r := xmlReader{lexer: text.XMLLexer{Source: doc}}
	if err := r.openRoot(base); err != nil {
		return nil, err
	}
	for len(r.stack) > 0 && r.stack[len(r.stack)-1].written != "" && r.err == nil {
		t, ok := r.lexer.Next()
		if !ok || r.lexer.Truncated || r.itemCount > maxItems {
			r.feed.truncated = true
			r.item = nil // it is incomplete
			for len(r.stack) > 0 {
				r.closeElement()
			}
			break
		}
		switch t.Kind {
		case text.XMLStartTag:
			r.startTag(t)
		case text.XMLEndTag:
			r.endTag(t.Name)
		case text.XMLText:
			r.addBareName(t.Text)
		}
	}
	if r.err == nil && !r.isFeed {
		return nil, &NotFeedError{Kind: "xml", Err: errNoRoot}
	}
	return &r.feed, r.err
}

// openRoot finds and opens the root element. Junk, comments and warnings may
// precede it.
func (r *xmlReader) openRoot(base string) error {
	first := ""
	for {
		t, ok := r.lexer.Next()
		if !ok {
			return notFeed(first, r.lexer.Source)
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
		case "rss", "rdf", "channel":
			r.feed.rss = &rss.Feed{}
		case "feed", "entry": // an entry document (RFC 4287 section 2)
			r.isAtom = true
			r.feed.atom = &atom.Feed{}
		case "html":
			return &NotFeedError{Kind: "html"}
		default:
			continue
		}
		if local == "channel" || local == "entry" {
			// It is read as if its root were around it.
			r.stack = append(r.stack, openElement{base: base})
		}
		r.openElement(t, local, base)
		r.isFeed = local != "rdf" || slices.ContainsFunc(r.namespaces, func(s namespace) bool { return isRSSNamespace(s.key) })
		return nil
	}
}

// startTag handles a start tag outside any field.
func (r *xmlReader) startTag(t text.XMLToken) {
	outer := len(r.namespaces)
	r.declareNamespaces(t.Attrs)
	name := r.qualifiedName(t.Name)
	foreign := r.foreignName(t.Name, name)
	r.namespaces = r.namespaces[:outer]
	if r.item == nil && (r.isItem(foreign) || foreign == "channel" && !r.isAtom) {
		name, foreign = foreign, ""
	}
	if r.isItem(name) {
		// An item inside an item: the first one has no end tag.
		for r.item != nil {
			r.closeElement()
		}
	}
	base := r.stack[len(r.stack)-1].base
	switch {
	case name == "items" && !r.isAtom && r.item == nil:
		// It contains the items (RSS 1.1) or a table of contents.
	case name == "channel" && r.hasChannel:
		// The items of a second channel are added to the first.
	case foreign != "" && r.mayBeOwn(foreign, t.Name):
		if f, ok := r.readField(t, foreign, base); ok {
			r.addForeign(f)
		}
	case !r.isStructured(name):
		if f, ok := r.readField(t, name, base); ok {
			r.addField(f)
		}
	case len(r.stack) >= maxNesting:
		r.err = errDepth
	default:
		r.openElement(t, name, base)
		if t.SelfClosing {
			r.closeElement()
		}
	}
}

// isItem reports whether an element with a name is an item of the feed.
func (r *xmlReader) isItem(name string) bool {
	return name == "item" && !r.isAtom || name == "entry" && r.isAtom
}

// isStructured reports whether the children of an element are read one by one.
func (r *xmlReader) isStructured(name string) bool {
	switch name {
	case "item", "entry":
		return r.isItem(name)
	case "channel", "media:group", "media:content", "atom:author", "itunes:category", "podcast:alternateenclosure", "psc:chapters":
		return true
	case "author", "contributor", "source":
		return r.isAtom
	case "skiphours", "skipdays":
		return !r.isAtom && r.item == nil
	}
	return false
}

// openElement pushes an element onto the stack. base is the address against
// which its own base is resolved.
func (r *xmlReader) openElement(t text.XMLToken, name, base string) {
	e := openElement{written: t.Name, base: base, outerNamespaces: len(r.namespaces)}
	e.declared = len(r.stack) > 0 && r.stack[len(r.stack)-1].declared
	r.declareNamespaces(t.Attrs)
	for _, a := range t.Attrs {
		if strings.EqualFold(a.Name, "xml:base") {
			e.base, e.declared, e.own = resolveBase(base, a.Value), true, true
		}
	}
	if len(r.stack) == 0 {
		prefix, _ := splitName(t.Name)
		r.rootNamespace = r.lookupNamespace(prefix)
	}
	switch {
	case r.isItem(name):
		e.role = ofItem
		r.isFeed = true
		r.itemCount++
		r.itemFields = 0
		r.item = &xmlItem{extras: extras{base: e.base, declared: e.declared}}
		if r.isAtom {
			r.item.atom = &atom.Entry{}
		} else {
			r.item.rss = &rss.Item{}
		}
	case name == "feed", name == "channel" && !r.isAtom:
		e.role = ofFeed
		r.isFeed = true
		r.hasChannel = name == "channel"
		r.feed.base, r.feed.declared = e.base, e.declared
	case len(r.stack) > 0:
		e.role = ofField
		if e.own {
			resolveAddresses(t.Attrs, e.base)
		}
		e.field, e.hasRoom = field{name: name, attrs: t.Attrs}, r.hasRoom()
	}
	r.stack = append(r.stack, e)
	if e.role == ofItem || e.role == ofFeed {
		r.addAttributes(t.Attrs)
	}
}

// resolveBase returns the xml:base of an element inside base. Each item keeps its base, so
// a very long one is ignored.
func resolveBase(base, ref string) string {
	const maxBase = 4096
	if len(ref) > maxBase {
		return base
	}
	if s := text.Resolve(base, ref); len(s) <= maxBase {
		return s
	}
	return base
}

// addAttributes adds the attributes of an item or a feed that are fields in RDF
// and CDF (the Channel Definition Format of 1997).
func (r *xmlReader) addAttributes(attrs []text.XMLAttr) {
	for _, a := range attrs {
		switch name := localName(a.Name); name {
		case "about", "href", "lastmod":
			if a.Value != "" {
				r.addField(field{name: name, text: a.Value})
			}
		}
	}
}

// closeElement ends the innermost element and gives it to the feed or to the
// element around it.
func (r *xmlReader) closeElement() {
	e := r.stack[len(r.stack)-1]
	r.stack = r.stack[:len(r.stack)-1]
	r.namespaces = r.namespaces[:e.outerNamespaces]
	switch {
	case e.role == ofField && e.hasRoom:
		r.keepField(e.field)
	case e.role == ofItem:
		if r.item != nil {
			r.item.adoptForeign()
		}
		if r.item != nil && r.item.hasFields {
			r.feed.addItem(r.item)
		}
		r.item = nil
	case e.role == ofFeed:
		r.feed.adoptForeign()
	}
}

// endTag closes the innermost element with a name and all elements inside it. It
// ignores an end tag without a start tag.
func (r *xmlReader) endTag(written string) {
	if !r.isOpen(written) {
		return
	}
	for {
		top := r.stack[len(r.stack)-1].written
		r.closeElement()
		if strings.EqualFold(top, written) {
			return
		}
	}
}

// isOpen reports whether an element with a name is open.
func (r *xmlReader) isOpen(written string) bool {
	return slices.ContainsFunc(r.stack, func(e openElement) bool { return strings.EqualFold(e.written, written) })
}

// addBareName adds the name of an author that has no element for the name.
func (r *xmlReader) addBareName(s string) {
	if f := &r.stack[len(r.stack)-1].field; r.isAtom && f.name == "author" && f.text == "" && f.children == nil {
		f.text = strings.TrimSpace(r.lexer.DecodeEntities(s))
	}
}
