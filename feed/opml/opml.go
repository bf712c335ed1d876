// Package opml reads and writes subscription lists in OPML 2.0
// (https://opml.org/spec2.opml), the format that feed readers exchange.
//
// Start at [Read] and [Write]. Read also accepts lists that are not valid XML. Write
// writes a list that Read reads back with the same addresses, titles and tags.
//
// Never return an address from a file that is not http or https: file: and exec: may only
// come from the configuration.
package opml

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
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
	// url is the address of the types link and include. comment is set if the outline
	// and all inside are commented out. Both are only read.
	url     string
	comment bool
}

// List is the content of an OPML file.
type List struct {
	// Feeds are the feeds to subscribe to. Their Settings are zero.
	Feeds []feed.Subscription
	// LeftOut are the outlines that look like feeds and are not among Feeds.
	LeftOut []LeftOut
}

// LeftOut is an outline that is no feed to subscribe to.
type LeftOut struct {
	// Title and Address are as the file has them, without markup and control
	// characters. Either may be empty.
	Title, Address string
	// Reason says why it is left out.
	Reason string
}

// Parse reads the feeds of an OPML file, as [Read] does.
func Parse(r io.Reader) ([]feed.Subscription, error) {
	list, err := Read(r)
	return list.Feeds, err
}

// Read reads an OPML file in any encoding. The XML may be invalid.
//
// The tags of a feed are the folders around it, as one tag such as News/World, and the
// elements of its category attribute, such as "/News/World,Morning". Its name is its
// title, otherwise its text, unless that is the URL. An address of host and path without a
// scheme is read as https. If several feeds have the same URL, the first is used, with the
// tags of all. What is neither http nor https, has no address or is commented out
// (isComment) is left out.
//
// If the file ends early or is damaged, Read returns what was read so far and an error.
// The text of an error is a user message.
func Read(r io.Reader) (List, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return List{}, fmt.Errorf("read OPML: %w", err)
	}
	if len(raw) > maxSize {
		return List{}, fmt.Errorf("this file is larger than %s; split it and import the parts", text.Size(maxSize))
	}
	l := &text.XMLLexer{Source: text.Decode(raw, "")}
	p := parser{index: map[string]int{}}
	for {
		t, more := l.Next()
		switch {
		case l.Truncated && p.opened, !more && p.opened && !p.closed:
			return p.list, fmt.Errorf("the file is incomplete or damaged after %s; repair it near line %d, or export it again",
				text.Plural(len(p.list.Feeds), "feed"), 1+strings.Count(l.Source[:l.Offset], "\n"))
		case !more && !p.opened:
			return List{}, errors.New("this file is empty or not OPML; export the list again, as OPML")
		case !more:
			return p.list, nil
		}
		if err := p.token(t); err != nil {
			return p.list, err
		}
	}
}

// parser collects the feeds of a file.
type parser struct {
	// opened and closed are set after the start and the end of the root element.
	opened, closed bool
	// open are the open outline elements.
	open []openOutline
	list List
	// index maps a [text.AddressKey] to an index in the feeds of list.
	index map[string]int
}

// openOutline is an outline element whose end was not read yet.
type openOutline struct {
	// folder is the name of a folder, empty for a feed.
	folder string
	// commented is set if the outline or one around it is commented out.
	commented bool
	// lost is what is left out if the outline turns out to be no folder.
	lost *LeftOut
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
	last := len(p.open) - 1
	if last < 0 {
		return
	}
	if lost := p.open[last].lost; lost != nil {
		p.list.LeftOut = append(p.list.LeftOut, *lost)
	}
	p.open = p.open[:last]
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
		case "type":
			o.Type = strings.TrimSpace(a.Value)
		case "htmlurl":
			o.HTMLURL = strings.TrimSpace(a.Value)
		case "url":
			o.url = strings.TrimSpace(a.Value)
		case "iscomment":
			o.comment = strings.EqualFold(strings.TrimSpace(a.Value), "true")
		}
	}
	if o.Title == "" {
		o.Title = o.Text
	}
	return o
}

// startOutline handles the start of a folder or a feed.
func (p *parser) startOutline(o outline) error {
	if len(p.open) >= maxDepth {
		return fmt.Errorf("the folders are nested more than %d deep; flatten them and import the file again", maxDepth)
	}
	inner := openOutline{commented: o.comment}
	if last := len(p.open) - 1; last >= 0 {
		p.open[last].lost = nil
		inner.commented = inner.commented || p.open[last].commented
	}
	address := strings.TrimSpace(o.XMLURL)
	if address == "" {
		inner.folder = o.Title
		if reason := whyNoFeed(o); reason != "" && !inner.commented {
			inner.lost = leftOut(o, cmp.Or(o.url, o.HTMLURL), reason)
		}
		p.open = append(p.open, inner)
		return nil
	}
	p.open = append(p.open, inner)
	known, reason := feedURL(address)
	if inner.commented {
		reason = "it is commented out (isComment)"
	}
	if reason != "" {
		p.list.LeftOut = append(p.list.LeftOut, *leftOut(o, address, reason))
		return nil
	}
	p.addFeed(o, known)
	return nil
}

// whyNoFeed returns why an outline without the address of a feed cannot be subscribed to,
// unless others are inside it. It is empty for an outline that can only be a folder.
func whyNoFeed(o outline) string {
	switch {
	case strings.EqualFold(o.Type, "include"), strings.EqualFold(o.Type, "link") && strings.HasSuffix(strings.ToLower(o.url), ".opml"):
		return "it is another list; import that by itself"
	case o.url != "" || o.HTMLURL != "":
		return "it has no address of a feed; `dateline add` finds the feed of a page"
	case o.Type != "" && !strings.EqualFold(o.Type, "folder"):
		return "it has no address"
	}
	return ""
}

// leftOut returns the record of an outline that is left out.
func leftOut(o outline, address, reason string) *LeftOut {
	address, _, _ = text.SplitLogin(address)
	return &LeftOut{Title: o.Title, Address: text.Clean(address), Reason: reason}
}

// addFeed adds a feed, or the name and tags of a feed that was added before.
func (p *parser) addFeed(o outline, address string) {
	tags := []string{p.openFolders()}
	for path := range strings.SplitSeq(o.Category, ",") {
		tags = append(tags, strings.Trim(path, "/ "))
	}
	key := text.AddressKey(address)
	at, known := p.index[key]
	if !known {
		at = len(p.list.Feeds)
		p.index[key] = at
		p.list.Feeds = append(p.list.Feeds, feed.Subscription{URL: address})
	}
	s := &p.list.Feeds[at]
	if s.Name == "" && o.Title != address && o.Title != o.XMLURL {
		s.Name = o.Title
	}
	for _, tag := range tags {
		if tag = joinedTag(tag); tag != "" && !text.ContainsFolded(s.Tags, tag) {
			s.Tags = append(s.Tags, tag)
		}
	}
}

// openFolders returns the open folders as a tag: News/World for World inside News. It is
// empty outside of folders.
func (p *parser) openFolders() string {
	var names []string
	for _, outer := range p.open {
		if outer.folder != "" {
			names = append(names, outer.folder)
		}
	}
	return strings.Join(names, "/")
}

// joinedTag returns a tag without markup, and without blanks around the names of folders.
func joinedTag(tag string) string {
	return strings.Join(text.TagPath(text.PlainTitle(tag)), "/")
}

// Write writes the http and https feeds as OPML 2.0. title is the title of the list.
//
// A feed is in the folder of its first tag. The tag News/World is the folder World inside
// News. All tags are in the category attribute, those of folders with slashes, as
// "/News/World,Morning". A tag that cannot be in that attribute, such as one with a
// comma, is one more folder with the feed. [Read] reads the same titles and tags.
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
		if _, reason := feedURL(f.URL); reason == "" {
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
	var in []*outline
	for i, tag := range f.Tags {
		path := text.TagPath(tag)
		special := strings.Contains(tag, ",") || strings.Trim(tag, "/ ") == ""
		if special || i == 0 {
			in = append(in, o.nested(path))
		}
		switch {
		case len(path) > 1 && !special:
			categories = append(categories, "/"+strings.Join(path, "/"))
		case !special:
			categories = append(categories, path[0])
		}
	}
	if in == nil {
		in = []*outline{o}
	}
	for _, folder := range in {
		folder.Outlines = append(folder.Outlines, &outline{
			Text: f.DisplayTitle(), Title: f.DisplayTitle(), Type: "rss", XMLURL: f.URL, HTMLURL: f.Site,
			Category: strings.Join(categories, ","),
		})
	}
}

// nested returns the folder inside o that is reached by the names of path. It adds folders
// that are missing.
func (o *outline) nested(path []string) *outline {
	for _, name := range path {
		o = o.folder(name)
	}
	return o
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
