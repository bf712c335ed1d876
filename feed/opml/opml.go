// Package opml reads and writes subscription lists in OPML 2.0
// (https://opml.org/spec2.opml), the format that feed readers exchange.
//
// Start at [Parse] and [Write]. Parse also accepts lists that are not valid XML. Write
// writes a list that Parse reads back with the same addresses, titles and tags.
//
// Never return an address from a file that is not http or https: file: and exec: may only
// come from the configuration.
package opml

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"dateline/feed"
	"dateline/feed/text"
)

// Limits for OPML files: their size in bytes, and how deep folders may be nested.
const (
	maxSize  = 32 << 20
	maxDepth = 100
)

// outline is an element outline of OPML 2.0. It is a feed if it has an XMLURL, and a folder
// otherwise.
type outline struct {
	Text     string     `xml:"text,attr"`
	Title    string     `xml:"title,attr,omitempty"`
	Type     string     `xml:"type,attr,omitempty"`
	XMLURL   string     `xml:"xmlUrl,attr,omitempty"`
	HTMLURL  string     `xml:"htmlUrl,attr,omitempty"`
	Category string     `xml:"category,attr,omitempty"`
	Outlines []*outline `xml:"outline"`
}

// Parse reads the feeds of an OPML file in any encoding. The XML may be invalid.
//
// The tags of a feed are the names of the folders around it and the elements of its
// category attribute. Its name is its title, otherwise its text, unless that is the URL.
// Feeds that are not http or https are ignored. If several feeds have the same URL, the
// first is used, with the tags of all. Settings are zero.
//
// If the file ends early or is damaged, Parse returns the feeds read so far and an error.
// The text of an error is a user message.
func Parse(r io.Reader) ([]feed.Subscription, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read OPML: %w", err)
	}
	if len(raw) > maxSize {
		return nil, fmt.Errorf("this file is larger than %s; split it and import the parts", text.Size(maxSize))
	}
	l := &text.XMLLexer{Source: text.Decode(raw, "")}
	p := parser{index: map[string]int{}}
	for {
		t, more := l.Next()
		switch {
		case l.Truncated && p.opened, !more && p.opened && !p.closed:
			return p.subs, fmt.Errorf("the file is incomplete or damaged after %s; repair it near line %d, or export it again",
				text.Plural(len(p.subs), "feed"), 1+strings.Count(l.Source[:l.Offset], "\n"))
		case !more && !p.opened:
			return nil, errors.New("this file is empty or not OPML; export the list again, as OPML")
		case !more:
			return p.subs, nil
		}
		if err := p.token(t); err != nil {
			return p.subs, err
		}
	}
}

// parser collects the feeds of a file.
type parser struct {
	// opened and closed are set after the start and the end of the root element.
	opened, closed bool
	// folders has the names of the open outline elements. The name of a feed is empty.
	folders []string
	subs    []feed.Subscription
	// index maps a [urlKey] to an index in subs.
	index map[string]int
}

// token handles a token of the file.
func (p *parser) token(t text.XMLToken) error {
	name := strings.ToLower(t.Name)
	switch {
	case t.Kind == text.XMLStartTag && !p.opened:
		p.opened, p.closed = true, t.SelfClosing
		return checkRoot(name)
	case t.Kind == text.XMLStartTag && name == "outline":
		if err := p.startOutline(readOutline(t.Attrs)); err != nil || !t.SelfClosing {
			return err
		}
		p.endOutline()
	case t.Kind == text.XMLEndTag && name == "outline":
		p.endOutline()
	case t.Kind == text.XMLEndTag && name == "opml":
		p.closed = true
	}
	return nil
}

// endOutline handles the end of the innermost open outline.
func (p *parser) endOutline() {
	if len(p.folders) > 0 {
		p.folders = p.folders[:len(p.folders)-1]
	}
}

// checkRoot returns an error if the root element is not that of OPML.
func checkRoot(root string) error {
	switch root {
	case "opml":
		return nil
	case "rss", "rdf", "feed":
		return errors.New("this is a feed, not a list of feeds; subscribe to it by its URL: dateline add URL")
	case "html":
		return errors.New("this is a web page, not an OPML file; export the list again, as OPML")
	}
	return fmt.Errorf("this is not an OPML file, it starts with <%s>; export the list again, as OPML", text.Clean(root))
}

// readOutline reads the attributes of an outline, in upper or lower case, because some
// programs write xmlurl or xmlURL.
func readOutline(attrs []text.XMLAttr) (o outline) {
	for _, a := range attrs {
		switch strings.ToLower(a.Name) {
		case "text":
			o.Text = text.PlainTitle(a.Value)
		case "title":
			o.Title = text.PlainTitle(a.Value)
		case "xmlurl":
			o.XMLURL = a.Value
		case "category":
			o.Category = a.Value
		}
	}
	if o.Title == "" {
		o.Title = o.Text
	}
	return o
}

// startOutline handles the start of a folder or a feed.
func (p *parser) startOutline(o outline) error {
	if len(p.folders) >= maxDepth {
		return fmt.Errorf("the folders are nested more than %d deep; flatten them and import the file again", maxDepth)
	}
	if strings.TrimSpace(o.XMLURL) == "" {
		p.folders = append(p.folders, o.Title)
		return nil
	}
	tags := p.folders
	for path := range strings.SplitSeq(o.Category, ",") {
		tags = append(tags[:len(tags):len(tags)], strings.Split(path, "/")...)
	}
	p.folders = append(p.folders, "")
	address, ok := feedURL(o.XMLURL)
	if !ok {
		return nil
	}
	at, known := p.index[urlKey(address)]
	if !known {
		at = len(p.subs)
		p.index[urlKey(address)] = at
		p.subs = append(p.subs, feed.Subscription{URL: address})
	}
	s := &p.subs[at]
	if s.Name == "" && o.Title != address && o.Title != o.XMLURL {
		s.Name = o.Title
	}
	for _, tag := range tags {
		if tag = text.PlainTitle(tag); tag != "" && !text.ContainsFolded(s.Tags, tag) {
			s.Tags = append(s.Tags, tag)
		}
	}
	return nil
}

// feedURL returns an address without the prefix feed:, as in feed://host/path and
// feed:https://host/path. ok is set if the address is http or https.
func feedURL(s string) (address string, ok bool) {
	s = strings.TrimSpace(s)
	if len(s) > 5 && strings.EqualFold(s[:5], "feed:") {
		s = s[5:]
		if strings.HasPrefix(s, "//") {
			s = "http:" + s
		}
	}
	s, ok = text.SafeURL(s)
	return s, ok && strings.EqualFold(s[:4], "http")
}

// urlKey returns the same text for all spellings of an address: scheme and host in lower
// case, no default port, no fragment, and "/" for an empty path.
func urlKey(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return s
	}
	u.Scheme, u.Host, u.Fragment = strings.ToLower(u.Scheme), strings.ToLower(u.Host), ""
	if port := u.Port(); port == "80" && u.Scheme == "http" || port == "443" && u.Scheme == "https" {
		u.Host = strings.TrimSuffix(u.Host, ":"+port)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String()
}

// Write writes the http and https feeds as OPML 2.0. title is the title of the list.
//
// A feed is in the folder of its first tag, and all its tags are in its category attribute.
// A tag with a comma or a slash cannot be in that attribute, so it becomes a folder inside
// the first one. [Parse] reads the same titles and tags.
func Write(w io.Writer, title string, feeds []feed.Feed, now time.Time) error {
	doc := struct {
		XMLName xml.Name   `xml:"opml"`
		Version string     `xml:"version,attr"`
		Title   string     `xml:"head>title"`
		Created string     `xml:"head>dateCreated"`
		Body    []*outline `xml:"body>outline"`
	}{Version: "2.0", Title: title, Created: now.UTC().Format(time.RFC1123)}
	root := &outline{}
	for _, f := range feeds {
		if _, ok := feedURL(f.URL); ok {
			root.addFeed(f)
		}
	}
	doc.Body = root.Outlines
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	_, err := io.WriteString(w, xml.Header)
	if err == nil {
		err = enc.Encode(doc)
	}
	if err == nil {
		_, err = io.WriteString(w, "\n")
	}
	if err != nil {
		return fmt.Errorf("write OPML: %w", err)
	}
	return nil
}

// addFeed adds a feed to the folders of its tags.
func (o *outline) addFeed(f feed.Feed) {
	var categories []string
	for i, tag := range f.Tags {
		special := strings.ContainsAny(tag, ",/")
		if i == 0 || special {
			o = o.folder(tag)
		}
		if !special {
			categories = append(categories, tag)
		}
	}
	o.Outlines = append(o.Outlines, &outline{
		Text: f.DisplayTitle(), Title: f.DisplayTitle(), Type: "rss", XMLURL: f.URL, HTMLURL: f.Site,
		Category: strings.Join(categories, ","),
	})
}

// folder returns the folder with a name inside o. It adds the folder if it is missing.
func (o *outline) folder(name string) *outline {
	at := slices.IndexFunc(o.Outlines, func(k *outline) bool { return k.XMLURL == "" && k.Text == name })
	if at < 0 {
		at = len(o.Outlines)
		o.Outlines = append(o.Outlines, &outline{Text: name})
	}
	return o.Outlines[at]
}
