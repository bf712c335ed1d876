// Package opml reads and writes subscription lists in OPML 2.0
// (https://opml.org/spec2.opml), the format that feed readers exchange.
//
// [Parse] accepts the broken lists that other readers write. [Write] writes every
// tag of a feed as a folder.
package opml

import (
	"dateline/feed"
	"dateline/feed/text"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Bounds of what is read of an OPML file.
const (
	maxOPMLSize  = 32 << 20
	maxOPMLDepth = 100
)

// outline is an <outline> of OPML 2.0: a folder, or a feed if it has an XMLURL.
type outline struct {
	Text     string     `xml:"text,attr"`
	Title    string     `xml:"title,attr,omitempty"`
	Type     string     `xml:"type,attr,omitempty"`
	XMLURL   string     `xml:"xmlUrl,attr,omitempty"`
	HTMLURL  string     `xml:"htmlUrl,attr,omitempty"`
	Category string     `xml:"category,attr,omitempty"`
	Outlines []*outline `xml:"outline"`
}

// Parse reads the feeds of an OPML file, in any encoding and however
// careless its XML is. The names of the folders around a feed and the elements
// of its category attribute become its tags; its title, else its text, becomes
// its name unless it is just the URL. Only http and https feeds count; of several
// with one URL the first stays, with the tags of all. When the file breaks off,
// the feeds read so far come with the error. Settings are zero.
func Parse(r io.Reader) ([]feed.Subscription, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxOPMLSize+1))
	if err != nil {
		return nil, fmt.Errorf("read OPML: %w", err)
	}
	if len(raw) > maxOPMLSize {
		return nil, fmt.Errorf("this file is larger than %d MB; split it and import the parts", maxOPMLSize>>20)
	}
	l := &text.XMLLexer{Source: text.Decode(raw, "")}
	in := opmlReader{places: map[string]int{}}
	for {
		t, more := l.Next()
		switch {
		case l.Truncated && in.opened, !more && in.opened && !in.closed:
			return in.subs, fmt.Errorf("the file breaks off or is damaged after %s; mend it near line %d, or export it again",
				text.Plural(len(in.subs), "feed"), 1+strings.Count(l.Source[:l.Offset], "\n"))
		case !more && !in.opened:
			return nil, errors.New("this file is empty or not OPML; export the list again, as OPML")
		case !more:
			return in.subs, nil
		}
		if err := in.token(t); err != nil {
			return in.subs, err
		}
	}
}

// opmlReader gathers feeds on the way through a file.
type opmlReader struct {
	// opened and closed tell of the root element.
	opened, closed bool
	// folders has the name of each outline around the present place; empty for
	// one that is not a folder.
	folders []string
	subs    []feed.Subscription
	// places has the index in subs for each [sameURL].
	places map[string]int
}

func (in *opmlReader) token(t text.XMLToken) error {
	name := strings.ToLower(t.Name)
	switch {
	case t.Kind == text.XMLStartTag && !in.opened:
		in.opened, in.closed = true, t.SelfClosing
		return notOPML(name)
	case t.Kind == text.XMLStartTag && name == "outline":
		if err := in.start(readOutline(t.Attrs)); err != nil || !t.SelfClosing {
			return err
		}
		in.end()
	case t.Kind == text.XMLEndTag && name == "outline":
		in.end()
	case t.Kind == text.XMLEndTag && name == "opml":
		in.closed = true
	}
	return nil
}

// end leaves the innermost outline.
func (in *opmlReader) end() {
	if len(in.folders) > 0 {
		in.folders = in.folders[:len(in.folders)-1]
	}
}

// notOPML judges a file by its root element.
func notOPML(root string) error {
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

// readOutline reads the attributes in any mixture of cases, since exporters
// write xmlurl and xmlURL too.
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

func (in *opmlReader) start(o outline) error {
	if len(in.folders) >= maxOPMLDepth {
		return fmt.Errorf("the folders are nested more than %d deep; flatten them and import the file again", maxOPMLDepth)
	}
	if strings.TrimSpace(o.XMLURL) == "" {
		in.folders = append(in.folders, o.Title)
		return nil
	}
	tags := in.folders
	for path := range strings.SplitSeq(o.Category, ",") {
		tags = append(tags[:len(tags):len(tags)], strings.Split(path, "/")...)
	}
	in.folders = append(in.folders, "")
	address, ok := feedURL(o.XMLURL)
	if !ok {
		return nil
	}
	at, known := in.places[sameURL(address)]
	if !known {
		at = len(in.subs)
		in.places[sameURL(address)] = at
		in.subs = append(in.subs, feed.Subscription{URL: address})
	}
	s := &in.subs[at]
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

// feedURL takes off the feed: prefix that browsers were once told to hand on
// (feed://host/path, feed:https://host/path).
func feedURL(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 5 && strings.EqualFold(s[:5], "feed:") {
		s = s[5:]
		if strings.HasPrefix(s, "//") {
			s = "http:" + s
		}
	}
	s, ok := text.SafeURL(s)
	return s, ok && strings.EqualFold(s[:4], "http")
}

// sameURL is a spelling that two addresses of one feed share: scheme and host in
// lower case, no default port, no fragment, "/" for an empty path.
func sameURL(s string) string {
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

// Write writes the http and https feeds as OPML 2.0 for other readers, and
// such that [Parse] finds the same titles and tags. A feed stands in the
// folder of its first tag; all its tags are in its category attribute. A tag
// that cannot stand there, since it has a comma or a slash, is a folder inside
// that folder. The title is the list's own.
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
			root.add(f)
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

// add puts a feed into the folders of its tags.
func (o *outline) add(f feed.Feed) {
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

// folder finds or makes the folder of that name inside o.
func (o *outline) folder(name string) *outline {
	at := slices.IndexFunc(o.Outlines, func(k *outline) bool { return k.XMLURL == "" && k.Text == name })
	if at < 0 {
		at = len(o.Outlines)
		o.Outlines = append(o.Outlines, &outline{Text: name})
	}
	return o.Outlines[at]
}
