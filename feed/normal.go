package feed

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// errDepth refuses a document whose nesting could exhaust the parser's stack.
var errDepth = fmt.Errorf("its elements are nested deeper than %d", maxNesting)

const maxNesting = 200

// maxItems bounds what one document can make of a few bytes each; the largest
// honest archives stay below it.
const maxItems = 30_000

// normalForm is an XML feed written anew, so that a strict parser reads all of
// it: well formed, whole, without namespaces (known ones become their usual
// prefixes, [canonicalPrefix]), names in lower case, and every field's content,
// whatever its declared type, as HTML in a CDATA section. What the parser would drop
// (rdf:about, xml:base, Atom's id) is added as elements with ownPrefix.
type normalForm struct {
	xml []byte
	// atom tells the two families of formats apart.
	atom bool
	// feed says that something of a feed was found. RDF without any is about
	// something else.
	feed bool
	// truncated says that the document ended before its root did, or went on
	// beyond maxItems.
	truncated bool
	// texts are the long ones, which the parser need not read.
	texts *longTexts
}

const ownPrefix = "dateline"

// normalizer writes a [normalForm]. Its stack holds the elements that have
// structure; everything else is a field, read whole.
type normalizer struct {
	lex    xmlLexer
	out    []byte
	stack  []frame
	spaces []namespace
	atom   bool
	rootNS string
	// item is where in out the open item began, fields where its first field
	// goes; item is negative when none is open.
	item   int
	fields int
	items  int
	// channel says that one has been opened.
	channel bool
	feed    bool
	texts   *longTexts
	err     error
}

type frame struct {
	// written is the name in the input, name the one in the output.
	written, name string
	base          string
	// spaces is how many namespaces were in scope outside.
	spaces int
}

type namespace struct{ prefix, uri string }

var errNoRoot = errors.New("no feed element in it")

// normalize rewrites doc, which came from base. The error is errDepth or a
// [NotFeedError].
func normalize(doc, base string) (normalForm, error) {
	n := normalizer{lex: xmlLexer{src: doc}, item: -1, texts: newLongTexts()}
	n.texts.trim = true
	if err := n.root(base); err != nil {
		return normalForm{}, err
	}
	for len(n.stack) > 0 && n.err == nil {
		at := n.lex.pos
		t, ok := n.lex.next()
		if !ok || n.lex.cut || n.items > maxItems {
			n.breakOff()
			return normalForm{xml: n.out, atom: n.atom, feed: n.feed, truncated: true, texts: n.texts}, n.err
		}
		switch t.kind {
		case xmlStart:
			n.start(t, at)
		case xmlEnd:
			n.end(t.name)
		case xmlText:
			n.bareName(t.text)
		}
	}
	return normalForm{xml: n.out, atom: n.atom, feed: n.feed, texts: n.texts}, n.err
}

// root finds the root element; junk, comments and warnings may stand before it.
func (n *normalizer) root(base string) error {
	first := ""
	for {
		t, ok := n.lex.next()
		if !ok {
			return notFeed(first, n.lex.src)
		}
		if t.kind == xmlDirective && first == "" && strings.HasPrefix(strings.ToLower(t.text), "<!doctype html") {
			first = "html"
		}
		if t.kind != xmlStart {
			continue
		}
		local := localName(t.name)
		if first == "" {
			first = local
		}
		switch local {
		case "rss", "rdf", "feed":
			n.atom = local == "feed"
			n.open(t, local, base)
			n.feed = local != "rdf" || slices.ContainsFunc(n.spaces, func(s namespace) bool { return native(s.uri) })
			return nil
		case "channel":
			n.rootless("rss", t, base)
			return nil
		case "entry": // a document of its own (RFC 4287 section 2)
			n.atom = true
			n.rootless("feed", t, base)
			return nil
		case "html":
			return &NotFeedError{Kind: "html"}
		}
	}
}

// rootless opens a document whose first element has lost its root, or needs none.
func (n *normalizer) rootless(root string, t xmlToken, base string) {
	n.feed = true
	n.out = append(n.out, "<"+root+">"...)
	n.stack = append(n.stack, frame{name: root, base: base})
	n.open(t, localName(t.name), base)
}

// open writes a start tag and puts its element on the stack.
func (n *normalizer) open(t xmlToken, name, base string) {
	f := frame{written: t.name, name: name, base: base, spaces: len(n.spaces)}
	n.declare(t.attrs)
	about := ""
	for _, a := range t.attrs {
		switch {
		case strings.EqualFold(a.name, "xml:base"):
			f.base = resolve(base, a.value)
		case localName(a.name) == "about" && strings.Contains(a.name, ":"):
			about = a.value
		}
	}
	if len(n.stack) == 0 {
		prefix, _, found := strings.Cut(t.name, ":")
		if !found {
			prefix = ""
		}
		n.rootNS = n.lookup(prefix)
	}
	isItem := name == "item" || name == "entry"
	n.channel = n.channel || name == "channel"
	n.feed = n.feed || isItem || n.channel
	if isItem {
		n.item = len(n.out)
	}
	n.out = append(n.out, '<')
	n.out = append(n.out, name...)
	n.attributes(t.attrs, f.base)
	n.out = append(n.out, '>')
	n.stack = append(n.stack, f)
	if isItem || name == "channel" || name == "feed" {
		n.annotate("base", f.base)
		n.fields = len(n.out)
		n.annotate("about", about)
		n.attributeFields(t.attrs)
	}
	if isItem {
		n.items++
	}
}

// breakOff ends a document that ended too early: an item that was still open is
// not whole and goes, everything else is closed.
func (n *normalizer) breakOff() {
	if n.item >= 0 {
		n.out = n.out[:n.item]
		for len(n.stack) > 0 {
			top := n.stack[len(n.stack)-1].name
			n.stack = n.stack[:len(n.stack)-1]
			if top == "item" || top == "entry" {
				break
			}
		}
	}
	for len(n.stack) > 0 {
		n.close()
	}
}

// close writes the end tag of the innermost element.
func (n *normalizer) close() {
	f := n.stack[len(n.stack)-1]
	n.stack = n.stack[:len(n.stack)-1]
	n.spaces = n.spaces[:f.spaces]
	isItem := f.name == "item" || f.name == "entry"
	if isItem && len(n.out) == n.fields {
		n.out = n.out[:n.item] // nothing was in it
	} else {
		n.out = append(n.out, "</"...)
		n.out = append(n.out, f.name...)
		n.out = append(n.out, '>')
	}
	if len(n.stack) == 1 && n.stack[0].written == "" {
		n.close() // the root that only the output has
	}
	if isItem {
		n.item = -1
	}
}

// end closes the innermost element of that name with all that is open in it; an
// end tag that nothing answers to is ignored.
func (n *normalizer) end(written string) {
	if !n.isOpen(written) {
		return
	}
	for {
		top := n.stack[len(n.stack)-1].written
		n.close()
		if strings.EqualFold(top, written) {
			return
		}
	}
}

// bareName keeps the name of a person that stands there without its element.
func (n *normalizer) bareName(text string) {
	if n.atom && bytes.HasSuffix(n.out, []byte("<author>")) && !IsBlank(text) {
		n.field("name", nil, "", strings.TrimSpace(n.lex.decodeText(text)))
	}
}

func (n *normalizer) isOpen(written string) bool {
	for _, f := range n.stack {
		if strings.EqualFold(f.written, written) {
			return true
		}
	}
	return false
}

// start handles a start tag outside any field. at is where the tag began.
func (n *normalizer) start(t xmlToken, at int) {
	spaces := len(n.spaces)
	n.declare(t.attrs)
	name := n.name(t.name)
	n.spaces = n.spaces[:spaces]
	parent := n.stack[len(n.stack)-1]
	if name == "item" || name == "entry" {
		// An item inside an item: the first was never closed.
		for n.item >= 0 {
			n.close()
		}
		parent = n.stack[len(n.stack)-1]
	}
	if name == "items" && !n.atom && n.item < 0 {
		return // RSS 1.1 has its items in it, others a table of contents
	}
	if name == "channel" && n.channel {
		return // the items of a second one follow those of the first
	}
	if !n.structured(name) {
		n.readField(t, name, parent)
		return
	}
	if len(n.stack) >= maxNesting {
		n.err = errDepth
		return
	}
	n.open(t, name, parent.base)
	if t.selfClose {
		n.close()
	}
}

// structured says that an element has children that matter one by one.
func (n *normalizer) structured(name string) bool {
	switch name {
	case "channel", "item", "entry", "media:group", "media:content", "atom:author", "itunes:category", "podcast:alternateenclosure":
		return true
	case "author", "contributor", "source":
		return n.atom
	case "skiphours", "skipdays":
		return !n.atom && n.item < 0
	}
	return false
}

// dropped are elements whose own titles and links must not be taken for those
// of the feed.
func (n *normalizer) dropped(name string) bool {
	switch name {
	case "image", "rdf:seq", "cloud":
		return !n.atom && n.item < 0
	case "textinput", "source", "atom:source":
		return !n.atom
	}
	return false
}

// asHTML turns the content of an Atom text construct (RFC 4287 section 3.1, and
// the modes of Atom 0.3) into HTML. markup says that elements stood in it.
func asHTML(content, kind, mode string, markup bool) string {
	kind = strings.ToLower(strings.TrimSpace(kind))
	encoded := strings.EqualFold(mode, "base64")
	if encoded || binaryType(kind) {
		plain, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(content), ""))
		if err != nil || !utf8.Valid(plain) {
			return ""
		}
		content = dropControls(string(plain))
	}
	switch {
	case markup || binaryType(kind) || strings.Contains(kind, "html") || strings.Contains(kind, "xml"):
		return content
	case kind == "" && (hasElement(content) || decodeEntities(content) != content):
		// The default is plain text, but markup under no label is common.
		return content
	}
	return escapeText(content)
}

func binaryType(kind string) bool {
	return strings.HasPrefix(kind, "image/") || strings.HasPrefix(kind, "audio/") || strings.HasPrefix(kind, "video/") ||
		kind == "application/octet-stream"
}
