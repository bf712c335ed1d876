// Package parse reads a feed document: RSS, Atom, RDF, CDF or JSON Feed, however
// broken, into a [feed.Document].
//
// Start at [Parse]. A document is decoded (package text), put into a normal form
// that gofeed accepts, read by gofeed, and turned into items: rss.go, atom.go and
// jsonfeed.go fill a rawItem from each format, and rawitem.go makes the item.
// Dates, durations and media have a file each.
//
// To mend a feed, put the document into testdata with the items it should give.
package parse

import (
	"bytes"
	"cmp"
	"dateline/feed"
	"dateline/feed/text"
	"fmt"
	"strings"

	"github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/json"
	"github.com/mmcdole/gofeed/rss"
)

// Origin tells where a document came from.
type Origin struct {
	// URL is the address after redirects.
	URL string
	// Base is what relative links are resolved against where the document has
	// no base of its own; empty means URL. The site that a feed names takes its
	// place when it is not of http or https.
	Base string
	// ContentType is the HTTP header, or empty.
	ContentType string
}

// NotFeedError says that a document is no feed, and what it is instead.
type NotFeedError struct {
	// Kind is "html" (a page, in which [find.Links] may find some), "json",
	// "xml", "empty" or "unknown".
	Kind string
	// Err tells more when there is more to tell; it may be nil.
	Err error
}

// Error is a fragment of a sentence: "…: the answer is an HTML page, not a feed".
func (e *NotFeedError) Error() string {
	what := map[string]string{
		"html":  "the answer is an HTML page, not a feed",
		"json":  "the answer is JSON, but not a JSON Feed",
		"xml":   "the answer is XML, but not a feed",
		"empty": "the answer is empty",
	}[e.Kind]
	what = cmp.Or(what, "the answer is not a feed")
	if e.Err != nil {
		return what + ": " + text.Clean(e.Err.Error())
	}
	return what
}

func (e *NotFeedError) Unwrap() error { return e.Err }

// Parse reads a feed document: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON
// Feed 1.0 and 1.1, also when it is broken in the ways that feeds are. It never
// panics, and its work is linear in the size of raw, which the caller bounds.
// The error is a [NotFeedError], or tells why a feed cannot be read.
func Parse(raw []byte, src Origin) (doc *feed.Document, err error) {
	defer func() {
		if p := recover(); p != nil {
			doc, err = nil, &NotFeedError{Kind: "unknown", Err: fmt.Errorf("reading it failed: %v", p)}
		}
	}()
	src.Base = text.FirstNonBlank(src.Base, src.URL)
	text := text.JoinSurrogates(text.Decode(raw, src.ContentType))
	trimmed := strings.TrimSpace(text)
	switch {
	case trimmed == "":
		return nil, &NotFeedError{Kind: "empty"}
	case trimmed[0] == '{' || trimmed[0] == '[':
		doc, err = parseJSON(trimmed, src)
	default:
		doc, err = parseXML(text, src)
	}
	if err != nil {
		return nil, err
	}
	if isWeb(doc.Site) && !isWeb(src.Base) {
		// A file and a program have no address that links could be relative to.
		src.Base = doc.Site
		return Parse(raw, src)
	}
	doc.Items = feed.IdentifyAll(doc.Items)
	return doc, nil
}

// isWeb says whether an address is one of http or https.
func isWeb(address string) bool {
	scheme, _, _ := strings.Cut(address, ":")
	return strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")
}

func parseXML(text string, src Origin) (*feed.Document, error) {
	form, err := normalize(text, src.Base)
	if err != nil {
		return nil, err
	}
	if !form.isFeed {
		return nil, &NotFeedError{Kind: "xml", Err: errNoRoot}
	}
	var doc *feed.Document
	if form.isAtom {
		parsed, err := new(atom.Parser).Parse(bytes.NewReader(form.xml))
		if err != nil {
			return nil, &NotFeedError{Kind: "xml", Err: err}
		}
		form.texts.restore(parsed)
		doc = fromAtom(parsed, src)
	} else {
		parsed, err := new(rss.Parser).Parse(bytes.NewReader(form.xml))
		if err != nil {
			return nil, &NotFeedError{Kind: "xml", Err: err}
		}
		form.texts.restore(parsed)
		doc = fromRSS(parsed, src)
	}
	doc.Truncated = form.truncated
	return doc, nil
}

func parseJSON(text string, src Origin) (*feed.Document, error) {
	texts := newLongTexts()
	mended, truncated, err := repairJSON(text, texts)
	if err != nil {
		return nil, &NotFeedError{Kind: "json", Err: err}
	}
	parsed, err := new(json.Parser).Parse(strings.NewReader(mended))
	if err != nil {
		return nil, &NotFeedError{Kind: "json", Err: err}
	}
	texts.restore(parsed)
	doc := fromJSON(parsed, src)
	doc.Truncated = truncated
	return doc, nil
}

// notFeed names what a document without a feed's root is. first is the name of
// its first element.
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
