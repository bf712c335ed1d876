// Package parse reads a feed document into a [feed.Document]: RSS, Atom, RDF,
// CDF or JSON Feed, however malformed.
//
// Start at [Parse]. A document is decoded by package text. xml_structure.go finds
// the items in XML, xml_field_text.go reads the text of a field, and
// gofeed_types.go, rss.go and atom.go say which field of gofeed's types it fills.
// json_feed.go does all this for JSON Feed. gofeed translates its types into a
// general feed. document.go chooses among its values and those of other
// vocabularies (extensions.go), and raw_item.go turns them into an article. Dates,
// durations, enclosures, authors and polling hints have a file each.
//
// To fix the reading of a feed, put its document into testdata with the items
// that it should give.
//
// Never let a type of gofeed leave this package.
package parse

import (
	"cmp"
	"fmt"
	"strings"

	"dateline/feed"
	"dateline/feed/text"
)

// Origin is where a document came from.
type Origin struct {
	// URL is the address after redirects.
	URL string
	// Base is the address against which relative links are resolved if the
	// document has no base of its own. If it is empty, URL is used. If it is not
	// an http or https address, the site that the feed names is used.
	Base string
	// ContentType is the HTTP header, or empty.
	ContentType string
	// isDeclared reports whether the server named Base.
	isDeclared bool
}

// NotFeedError reports that a document is not a feed, and what it is.
type NotFeedError struct {
	// Kind is "html" (a page, in which [find.Links] may find feeds), "json",
	// "xml", "empty" or "unknown".
	Kind string
	// Err is the cause, or nil.
	Err error
}

// Error returns a clause without a full stop: "the document is an HTML page, not
// a feed".
func (e *NotFeedError) Error() string {
	what := map[string]string{
		"html":  "the document is an HTML page, not a feed",
		"json":  "the document is JSON, but not a JSON Feed",
		"xml":   "the document is XML, but not a feed",
		"empty": "the document is empty",
	}[e.Kind]
	what = cmp.Or(what, "the document is not a feed")
	if e.Err != nil {
		return what + ": " + text.Clean(e.Err.Error())
	}
	return what
}

// Unwrap returns Err.
func (e *NotFeedError) Unwrap() error { return e.Err }

// Parse reads a feed document: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON
// Feed 1.0 and 1.1, also if it is malformed. It never panics. Its work is linear
// in the size of raw, which the caller must limit. The error is a
// [NotFeedError], or says why the feed cannot be read.
func Parse(raw []byte, src Origin) (doc *feed.Document, err error) {
	defer func() {
		if p := recover(); p != nil {
			doc, err = nil, &NotFeedError{Kind: "unknown", Err: fmt.Errorf("reading the document failed: %v", p)}
		}
	}()
	src.isDeclared = src.Base != "" && src.Base != src.URL && isWeb(src.URL)
	src.Base = text.FirstNonBlank(src.Base, src.URL)
	text := text.JoinSurrogates(text.Decode(raw, src.ContentType))
	trimmed := strings.TrimSpace(text)
	var f *parsedFeed
	switch {
	case trimmed == "":
		err = &NotFeedError{Kind: "empty"}
	case trimmed[0] == '{' || trimmed[0] == '[':
		f, err = readJSON(trimmed)
	default:
		f, err = readXML(text, src.Base)
	}
	if err == nil {
		doc, err = f.document(src)
	}
	if err != nil {
		return nil, err
	}
	if isWeb(doc.Site) && !isWeb(src.Base) {
		// A file or a program has no address that links could be relative to.
		src.Base = doc.Site
		return Parse(raw, src)
	}
	doc.Items = feed.IdentifyAll(doc.Items)
	return doc, nil
}

// isWeb reports whether address is an http or https address.
func isWeb(address string) bool {
	scheme, _, _ := strings.Cut(address, ":")
	return strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")
}

// notFeed returns the error for a document without the root element of a feed.
// first is the name of its first element, or empty.
func notFeed(first, text string) error {
	switch {
	case strings.HasPrefix(strings.TrimSpace(text), "<?xml") && !isHTMLName(first):
		return &NotFeedError{Kind: "xml", Err: errNoRoot}
	case isHTMLName(first):
		return &NotFeedError{Kind: "html"}
	case first != "":
		return &NotFeedError{Kind: "xml", Err: errNoRoot}
	}
	return &NotFeedError{Kind: "unknown"}
}
