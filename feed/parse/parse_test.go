package parse

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"dateline/feed"
)

var update = flag.Bool("update", false, "write the expected output of testdata again")

// pairOrigin is the origin of the documents in testdata.
var pairOrigin = Origin{URL: "https://example.org/feeds/all.xml"}

// TestPairs reads each document of testdata (NAME.xml, or NAME.feed for a JSON
// Feed) and compares the result with the .json file of the same name.
func TestPairs(t *testing.T) {
	files, err := filepath.Glob("testdata/*.[xf]*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(file, filepath.Ext(file)) + ".json"
			got := describe(Parse(raw, pairOrigin))
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(want) {
				t.Errorf("%s: got\n%s", golden, got)
			}
		})
	}
}

// pair is the content of a .json file of testdata. Empty fields are left out.
type pair struct {
	Error       string     `json:"error,omitempty"`
	Title       string     `json:"title,omitempty"`
	Description string     `json:"description,omitempty"`
	Site        string     `json:"site,omitempty"`
	Updated     string     `json:"updated,omitempty"`
	Truncated   bool       `json:"truncated,omitempty"`
	Hints       string     `json:"hints,omitempty"`
	Items       []pairItem `json:"items,omitempty"`
}

type pairItem struct {
	Key        string           `json:"key"`
	GUID       string           `json:"guid,omitempty"`
	Title      string           `json:"title,omitempty"`
	Author     string           `json:"author,omitempty"`
	Link       string           `json:"link,omitempty"`
	Comments   string           `json:"comments,omitempty"`
	Replies    int              `json:"comment_count,omitempty"`
	Published  string           `json:"published,omitempty"`
	Updated    string           `json:"updated,omitempty"`
	Summary    string           `json:"summary,omitempty"`
	Content    string           `json:"content,omitempty"`
	Categories []string         `json:"categories,omitempty"`
	Enclosures []feed.Enclosure `json:"enclosures,omitempty"`
	Image      bool             `json:"image,omitempty"`
	Chapters   string           `json:"chapters,omitempty"`
	Transcript string           `json:"transcript,omitempty"`
	More       *feed.More       `json:"more,omitempty"`
	Words      int              `json:"words,omitempty"`
}

// describe returns the result of [Parse] as a .json file of testdata has it.
func describe(doc *feed.Document, err error) []byte {
	var p pair
	if err != nil {
		p.Error = err.Error()
	} else {
		p = pair{Title: doc.Title, Description: doc.Description, Site: doc.Site, Updated: rfc3339(doc.Updated), Truncated: doc.Truncated}
		if h := doc.Hints; !reflect.DeepEqual(h, feed.PollHints{}) {
			p.Hints = fmt.Sprintf("ttl %v, period %v, not at %v %v", h.TTL, h.Period, h.SkipHours, h.SkipDays)
		}
		for _, a := range doc.Items {
			p.Items = append(p.Items, pairItem{Key: a.Key, GUID: a.GUID, Title: a.Title, Author: a.Author, Link: a.Link,
				Comments: a.Comments, Replies: a.CommentCount, Published: rfc3339(a.Published), Updated: rfc3339(a.Updated), Summary: a.Summary,
				Content: a.Body.Safe().String(), Categories: a.Categories, Enclosures: a.Enclosures, Image: a.Image,
				Chapters: a.Chapters, Transcript: a.Transcript, Words: a.Words})
			if !a.More.IsZero() {
				p.Items[len(p.Items)-1].More = &a.More
			}
		}
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "\t")
	if err := e.Encode(p); err != nil {
		panic(err)
	}
	return []byte(b.String())
}

// TestLocalOrigin checks that relative links and files in a feed from a file or
// a program are resolved against the site that the feed names.
func TestLocalOrigin(t *testing.T) {
	const item = `<item><guid isPermaLink="false">1</guid><title>One</title><link>/1</link><enclosure url="a.mp3" type="audio/mpeg" length="1"/><description>&lt;a href="more"&gt;more&lt;/a&gt;</description></item>`
	const entry = `<entry><id>urn:1</id><title>One</title><link href="/1"/><link rel="enclosure" type="audio/mpeg" href="a.mp3"/><content type="html">&lt;a href="more"&gt;more&lt;/a&gt;</content></entry>`
	for _, origin := range []string{"file:~/feed.xml", "file:///home/ann/feed.xml", "exec:print feed"} {
		for name, doc := range map[string]string{
			"rss":  `<rss version="2.0"><channel><title>T</title><link>https://a.example/news/</link>` + item + `</channel></rss>`,
			"atom": `<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><id>urn:t</id><link href="https://a.example/news/"/>` + entry + `</feed>`,
			"json": `{"version":"https://jsonfeed.org/version/1.1","title":"T","home_page_url":"https://a.example/news/","items":[{"id":"1","title":"One","url":"/1","content_html":"<a href=more>more</a>","attachments":[{"url":"a.mp3","mime_type":"audio/mpeg"}]}]}`,
		} {
			got, err := Parse([]byte(doc), Origin{URL: origin})
			if err != nil || len(got.Items) != 1 {
				t.Fatalf("%s of %s: %v", name, origin, err)
			}
			a := got.Items[0]
			if a.Link != "https://a.example/1" || len(a.Enclosures) != 1 || a.Enclosures[0].URL != "https://a.example/news/a.mp3" || !strings.Contains(a.Body.Safe().String(), `"https://a.example/more"`) {
				t.Errorf("%s of %s: link %q, enclosures %+v, text %s", name, origin, a.Link, a.Enclosures, a.Body.Safe())
			}
		}
		doc := `<rss version="2.0"><channel><title>T</title><link>news/</link>` + item + `</channel></rss>`
		if got, err := Parse([]byte(doc), Origin{URL: origin}); err != nil || got.Items[0].Link != "" {
			t.Errorf("without a site: %v, %+v", err, got)
		}
	}
}

// TestLineEnds checks that a line end is one character in any field (XML section
// 2.11), so that a blank line separates paragraphs.
func TestLineEnds(t *testing.T) {
	for _, name := range []string{"description", "itunes:summary"} {
		for _, end := range []string{"\n", "\r", "\r\n"} {
			raw := "<rss><channel><item><title>t</title><" + name + ">One" + end + end + "Two</" + name + "></item></channel></rss>"
			doc, err := Parse([]byte(raw), pairOrigin)
			if err != nil || strings.Contains(doc.Items[0].Body.Raw, "\r") || strings.Count(doc.Items[0].Body.Safe().String(), "<p>") != 2 {
				t.Errorf("%s, %q: %+v, %v", name, end, doc, err)
			}
		}
	}
}

// TestHostOfAnyScript checks that a host is the same whether the feed is RSS or
// Atom.
func TestHostOfAnyScript(t *testing.T) {
	for _, raw := range []string{
		`<rss><channel><item><link>https://詹姆斯.example/a</link></item></channel></rss>`,
		`<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="https://詹姆斯.example/a"/></entry></feed>`,
	} {
		if doc, err := Parse([]byte(raw), pairOrigin); err != nil || doc.Items[0].Link != "https://詹姆斯.example/a" {
			t.Errorf("%s\ngot %+v, %v", raw, doc, err)
		}
	}
}

// rfc3339 returns a time for a golden file, or "" for the zero time.
func rfc3339(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// TestBase checks that relative links of every format are resolved against the
// base of the document or, if it has none, the base of its origin.
func TestBase(t *testing.T) {
	src := Origin{URL: "https://asked.example/feed", Base: "http://example.com/dir/"}
	for raw, want := range map[string]string{
		`<rss><channel><item><link>a</link></item></channel></rss>`:                                                               "http://example.com/dir/a",
		`<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="a"/></entry></feed>`:                                        "http://example.com/dir/a",
		`{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","url":"a"}]}`:                                             "http://example.com/dir/a",
		`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://own.example/x/"><entry><link href="a"/></entry></feed>`:      "https://own.example/x/a",
		`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="sub/"><entry><link href="a"/></entry></feed>`:                        "http://example.com/dir/sub/a",
		`<rss><channel><item xml:base="https://own.example/y/"><link>a</link><description>d</description></item></channel></rss>`: "https://own.example/y/a",
	} {
		doc, err := Parse([]byte(raw), src)
		if err != nil || len(doc.Items) != 1 || doc.Items[0].Link != want {
			t.Errorf("%s\ngot %+v, %v, want %s", raw, doc, err, want)
		}
	}
	// The server's base comes before the item's address, unless it is the feed's own.
	const doc = `<rss><channel><link>https://c.example/</link><item><link>https://c.example/dir/1</link><description>&lt;a href="x"&gt;x&lt;/a&gt;</description></item></channel></rss>`
	for base, want := range map[string]string{src.Base: "http://example.com/dir/x", src.URL: "https://c.example/dir/x", "": "https://c.example/dir/x"} {
		d, err := Parse([]byte(doc), Origin{URL: src.URL, Base: base})
		if err != nil || !strings.Contains(d.Items[0].Body.Safe().String(), `"`+want+`"`) {
			t.Errorf("base %q: %+v, %v, want %s", base, d, err, want)
		}
	}
}
