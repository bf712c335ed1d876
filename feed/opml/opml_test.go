package opml

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"dateline/feed"
	"dateline/feed/text"
)

// opml returns an OPML file with the given body.
func opml(body string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><opml version="2.0"><head><title>x</title></head><body>` + body + `</body></opml>`
}

// TestParse checks that valid and invalid OPML files give the right subscriptions.
func TestParse(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       []feed.Subscription
	}{
		{"one feed, title over text", `<outline text="t" title="Title &amp;amp; more" type="rss" xmlUrl="https://x.org/a"/>`,
			[]feed.Subscription{{URL: "https://x.org/a", Name: "Title & more"}}},
		{"text alone", `<outline text="Text" xmlUrl="https://x.org/a"/>`,
			[]feed.Subscription{{URL: "https://x.org/a", Name: "Text"}}},
		{"the URL is no name", `<outline text="https://x.org/a" xmlUrl="https://x.org/a"/>`,
			[]feed.Subscription{{URL: "https://x.org/a"}}},
		{"folders within folders", `<outline text="News"><outline title="World"><outline text="A" xmlUrl="https://x.org/a"/></outline>
			<outline text="B" xmlUrl="https://x.org/b"/></outline><outline text="C" xmlUrl="https://x.org/c"/>`,
			[]feed.Subscription{
				{URL: "https://x.org/a", Name: "A", Tags: []string{"News/World"}},
				{URL: "https://x.org/b", Name: "B", Tags: []string{"News"}},
				{URL: "https://x.org/c", Name: "C"},
			}},
		{"categories", `<outline text="News"><outline text="A" xmlUrl="https://x.org/a" category="/Tech/Go, news ,,x"/></outline>`,
			[]feed.Subscription{{URL: "https://x.org/a", Name: "A", Tags: []string{"News", "Tech/Go", "x"}}}},
		{"folders without a name", `<outline text=""><outline text="News"><outline><outline text="A" xmlUrl="https://x.org/a"/></outline></outline></outline>`,
			[]feed.Subscription{{URL: "https://x.org/a", Name: "A", Tags: []string{"News"}}}},
		{"the category repeats the folders", `<outline text="News"><outline text="World"><outline text="A" xmlUrl="https://x.org/a" category="/news/world/,/Mine / Own,a"/></outline></outline>`,
			[]feed.Subscription{{URL: "https://x.org/a", Name: "A", Tags: []string{"News/World", "Mine/Own", "a"}}}},
		{"a feed inside a feed is no folder", `<outline text="A" xmlUrl="https://x.org/a"><outline text="B" xmlUrl="https://x.org/b"/></outline>`,
			[]feed.Subscription{{URL: "https://x.org/a", Name: "A"}, {URL: "https://x.org/b", Name: "B"}}},
		{"duplicates are joined", `<outline text="One"><outline text="" xmlUrl="https://X.org:443/a"/></outline>
			<outline text="Two"><outline text="A" xmlUrl="HTTPS://x.org/a#top"/></outline>`,
			[]feed.Subscription{{URL: "https://X.org:443/a", Name: "A", Tags: []string{"One", "Two"}}}},
		{"feed: prefixes", `<outline text="A" xmlUrl="feed://x.org/a"/><outline text="B" xmlUrl="Feed:https://x.org/b"/>`,
			[]feed.Subscription{{URL: "http://x.org/a", Name: "A"}, {URL: "https://x.org/b", Name: "B"}}},
		{"other schemes", `<outline text="A" xmlUrl="file:///etc/passwd"/><outline text="B" xmlUrl="javascript:x"/>
			<outline text="C" xmlUrl="mailto:a@b.c"/><outline text="D" xmlUrl="x.org"/><outline text="E" xmlUrl="https://"/>`, nil},
		{"another case", `<Outline Text="A" XMLURL="https://x.org/a"/><outline text="B" xmlurl="https://x.org/b"/>`,
			[]feed.Subscription{{URL: "https://x.org/a", Name: "A"}, {URL: "https://x.org/b", Name: "B"}}},
		{"invalid XML", `<outline text="R & D &nbsp;x" xmlUrl="https://x.org/a?b=1&c=2"><outline text=B xmlUrl='https://x.org/b'/></outline>`,
			[]feed.Subscription{{URL: "https://x.org/a?b=1&c=2", Name: "R & D x"}, {URL: "https://x.org/b", Name: "B"}}},
		{"hostile characters", "<outline text='\x1b]52;c;x\x07A\u202e&#x9b;2J&#27;&#0;' xmlUrl='https://x.org/a\u202e'/>",
			[]feed.Subscription{{URL: "https://x.org/a%E2%80%AE", Name: "]52;c;xA›2J"}}},
		{"markup in values", `<outline text="1 <b" xmlUrl="https://x.org/a"/><outline text="<i>C</i>" xmlUrl=https://x.org/c /> < `,
			[]feed.Subscription{{URL: "https://x.org/a", Name: "1 <b"}, {URL: "https://x.org/c", Name: "C"}}},
		{"nothing", ``, nil},
	} {
		got, err := Parse(strings.NewReader(opml(c.body)))
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, %v; want %+v", c.name, got, err, c.want)
		}
	}
}

// TestParseEncodings checks that the encoding is found by the byte order mark, by the
// declaration and by the bytes.
func TestParseEncodings(t *testing.T) {
	text := opml(`<outline text="Zürich" xmlUrl="https://x.org/a"/>`)
	encode := func(s string, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	declare := func(label string) string { return strings.Replace(text, "UTF-8", label, 1) }
	for name, in := range map[string]string{
		"UTF-8 with BOM":    "\ufeff" + text,
		"UTF-16 with BOM":   encode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(declare("UTF-16"))),
		"UTF-16 without":    encode(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(declare("utf-16"))),
		"latin1":            encode(charmap.ISO8859_1.NewEncoder().String(declare("ISO-8859-1"))),
		"latin1 undeclared": encode(charmap.ISO8859_1.NewEncoder().String(text)),
		"unknown label":     declare("x-martian"),
	} {
		got, err := Parse(strings.NewReader(in))
		if err != nil || len(got) != 1 || got[0].Name != "Zürich" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// TestParseErrors checks the errors for unusable files, and that the feeds before damage are
// returned.
func TestParseErrors(t *testing.T) {
	one := `<opml><body><outline text="A" xmlUrl="https://x.org/a"/>`
	for _, c := range []struct {
		name, in, has string
		feeds         int
	}{
		{"empty", "", "empty or not OPML", 0},
		{"plain text", "hello", "empty or not OPML", 0},
		{"page", "<!DOCTYPE html><html><p>x</html>", "web page", 0},
		{"feed", `<rss version="2.0"><channel/></rss>`, "dateline add", 0},
		{"another root", "<notes/>", "it starts with <notes>", 0},
		{"JSON", `{"a": 1}`, "not OPML", 0},
		{"broken at once", `<`, "not OPML", 0},
		{"truncated", one + `<outline text="B" xml`, "is incomplete or damaged after 1 feed;", 1},
		{"not closed", one, "export it again", 1},
		{"too deep", one + strings.Repeat(`<outline text="f">`, 500), "nested more than 100 deep", 1},
	} {
		got, err := Parse(strings.NewReader(c.in))
		if err == nil || !strings.Contains(err.Error(), c.has) || len(got) != c.feeds {
			t.Errorf("%s: %d feeds, error %v; want %d and %q", c.name, len(got), err, c.feeds, c.has)
		}
	}
	broken := errors.New("broken disk")
	if _, err := Parse(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("reading failed with %v", err)
	}
	if _, err := Parse(bytes.NewReader(make([]byte, maxSize+1))); err == nil || !strings.Contains(err.Error(), "larger than 32 MB") {
		t.Errorf("a huge file: %v", err)
	}
}

// TestWrite checks that Parse reads what Write has written: URLs, titles and tags.
func TestWrite(t *testing.T) {
	feeds := []feed.Feed{
		{URL: "https://x.org/a", Title: `Tom & "Jerry" <3`, Site: "https://x.org/", Tags: []string{"News", "World", "a b"}},
		{URL: "builtin:guide", Title: "Guide", Tags: []string{"Help"}},
		{URL: "https://x.org/b"},
		{URL: "http://x.org/c?d=1&e=2", Title: "東京", Tags: []string{"Tech", "C, C++", "TCP/IP", "x"}},
		{URL: "https://x.org/d", Title: "D", Tags: []string{"a/b"}},
		{URL: "https://x.org/e", Title: "E", Tags: []string{"News"}},
		{URL: "https://x.org/f", Title: "F", Tags: []string{"News/World/Far East", "x", "Mine/Own", "a/b, c"}},
		{URL: "https://x.org/g", Title: "G", Tags: []string{"News/World"}},
	}
	var b bytes.Buffer
	if err := Write(&b, "My feeds", feeds, parseTime(t, "2026-11-23 12:00:00")); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		`<opml version="2.0">`, "<title>My feeds</title>", "<dateCreated>Mon, 23 Nov 2026 12:00:00 UTC</dateCreated>",
		`<outline text="News">`, `type="rss" xmlUrl="https://x.org/a" htmlUrl="https://x.org/" category="News,World,a b"`,
		`category="/News/World/Far East,x,/Mine/Own"`, "\n      <outline text=\"World\">\n        <outline text=\"Far East\">\n          <outline text=\"F\"",
	} {
		if !strings.Contains(b.String(), s) {
			t.Errorf("%q is missing in\n%s", s, &b)
		}
	}
	if strings.Count(b.String(), `<outline text="News">`) != 1 || strings.Contains(b.String(), "builtin:") {
		t.Errorf("one folder for News and no built-in feed:\n%s", &b)
	}
	subs, err := Parse(&b)
	if err != nil || len(subs) != len(feeds)-1 {
		t.Fatalf("%d feeds came back, %v", len(subs), err)
	}
	for _, s := range subs {
		at := slices.IndexFunc(feeds, func(f feed.Feed) bool { return f.URL == s.URL })
		if at < 0 {
			t.Errorf("%q was never written", s.URL)
			continue
		}
		want := slices.Sorted(slices.Values(feeds[at].Tags))
		if slices.Sort(s.Tags); s.Name != feeds[at].Title || !slices.Equal(s.Tags, want) {
			t.Errorf("%s came back as %q %q, was %q %q", s.URL, s.Name, s.Tags, feeds[at].Title, want)
		}
	}
}

// TestWriteError checks that Write returns the error of its writer.
func TestWriteError(t *testing.T) {
	full := errors.New("disk full")
	if err := Write(failingWriter{full}, "x", nil, parseTime(t, "2026-11-23 12:00:00")); !errors.Is(err, full) {
		t.Errorf("error %v, want %v", err, full)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

// TestLeftOut checks which outlines are left out and for what reason, and that nothing
// else is.
func TestLeftOut(t *testing.T) {
	for _, c := range []struct{ outline, address, left string }{
		{`<outline text="A" xmlUrl="a.example/feed.xml"/>`, "https://a.example/feed.xml", ""},
		{`<outline text="A" xmlUrl="a.example:8080/feed.xml"/>`, "https://a.example:8080/feed.xml", ""},
		{`<outline text="A" xmlUrl="//a.example/feed.xml"/>`, "https://a.example/feed.xml", ""},
		{`<outline text="A" xmlUrl="localhost/feed.xml"/>`, "https://localhost/feed.xml", ""},
		{`<outline text="A" xmlUrl="feed:a.example/feed.xml"/>`, "https://a.example/feed.xml", ""},
		{`<outline text="A" xmlUrl="https://a.example/?a=1&amp;amp;b=2"/>`, "https://a.example/?a=1&b=2", ""},
		{`<outline text="A" xmlUrl="https://a.example/?a=1&amp;amp;amp;b=2&amp;#38;c=3"/>`, "https://a.example/?a=1&b=2&c=3", ""},
		{`<outline text="A" xmlUrl="https://a.example/?a=1&amp;copy=2"/>`, "https://a.example/?a=1&copy=2", ""},
		{`<outline text="A" xmlUrl="https://a.example/a b"/>`, "https://a.example/a%20b", ""},
		{`<outline text="A" xmlUrl="https://a.example/" isComment="false"/>`, "https://a.example/", ""},
		{`<outline text="F" type="folder" xmlUrl=""><outline xmlUrl="https://a.example/"/></outline>`, "https://a.example/", ""},
		{`<outline text="F" type="rss"><outline xmlUrl="https://a.example/"/></outline>`, "https://a.example/", ""},
		{`<outline text="An empty folder"/>`, "", ""},

		{`<outline text="A" xmlUrl="mail:weekly@list.example"/>`, "", "A mail:weekly@list.example: dateline reads only http"},
		{`<outline text="A" xmlUrl="weekly@list.example"/>`, "", "A weekly@list.example: its address does not begin"},
		{`<outline text="A" xmlUrl="gopher://a.example/x"/>`, "", "A gopher://a.example/x: dateline reads only http"},
		{`<outline text="A" xmlUrl="exec:~/bin/x"/>`, "", "A exec:~/bin/x: feeds from files and programs"},
		{`<outline text="A" xmlUrl="filter:x:https://a.example/"/>`, "", "feeds from files and programs"},
		{`<outline text="A" xmlUrl="|x"/>`, "", "A |x: feeds from files and programs"},
		{`<outline text="A" xmlUrl="file:///x.xml"/>`, "", "feeds from files and programs"},
		{`<outline text="A" xmlUrl="/home/x.xml"/>`, "", "its address does not begin"},
		{`<outline text="A" xmlUrl="feed.xml"/>`, "", "its address does not begin"},
		{`<outline text="A" xmlUrl="https://"/>`, "", "A https://: its address is not valid"},
		{`<outline text="A" xmlUrl="http:/a.example/x"/>`, "", "its address is not valid"},
		{`<outline text="A" xmlUrl="https://a b.example/"/>`, "", "its address is not valid"},
		{`<outline text="A" xmlUrl="https://ann:pw@a b.example/"/>`, "", "A https://a b.example/: its address is not valid"},
		{`<outline text="A" type="rss" xmlUrl=" "/>`, "", "A : it has no address"},
		{`<outline text="A" type="rss"></outline>`, "", "A : it has no address"},
		{`<outline text="A" htmlUrl="https://a.example/"/>`, "", "A https://a.example/: it has no address of a feed"},
		{`<outline text="A" type="include" url="https://a.example/l.opml"/>`, "", "it is another list"},
		{`<outline text="A" xmlUrl="https://a.example/" isComment="true"/>`, "", "A https://a.example/: it is commented out"},
		{`<outline text="F" ISCOMMENT="True"><outline text="G"><outline text="A" xmlUrl="https://a.example/"/></outline></outline>`, "", "A https://a.example/: it is commented out"},
	} {
		list, err := Read(strings.NewReader(`<opml><body>` + c.outline + `<outline xmlUrl="https://last.example/"/></body></opml>`))
		if err != nil {
			t.Fatal(err)
		}
		var got, left string
		for _, f := range list.Feeds[:len(list.Feeds)-1] {
			got += f.URL
		}
		for _, l := range list.LeftOut {
			left += l.Title + " " + l.Address + ": " + l.Reason
		}
		if got != c.address || !strings.Contains(left, c.left) || c.left == "" && left != "" || list.Feeds[len(list.Feeds)-1].URL != "https://last.example/" {
			t.Errorf("%s\ngives %q and leaves out %q; want %q and %q", c.outline, got, left, c.address, c.left)
		}
	}
}

// FuzzParse checks that no file gives an address that is not http or https, or unclean text.
func FuzzParse(f *testing.F) {
	f.Add(opml(`<outline text="a"><outline title="b" xmlUrl="feed://x.org/a" category="/x/y,z"/></outline>`))
	f.Add("<opml><body><outline xmlUrl='https://[::1]:80/%zz'></body>")
	f.Add("\xff\xfe<\x00o\x00p\x00m\x00l\x00")
	f.Fuzz(func(t *testing.T, s string) {
		subs, _ := Parse(strings.NewReader(s))
		for _, sub := range subs {
			low := strings.ToLower(sub.URL)
			if !strings.HasPrefix(low, "http://") && !strings.HasPrefix(low, "https://") {
				t.Errorf("URL %q", sub.URL)
			}
			for _, content := range append([]string{sub.URL, sub.Name}, sub.Tags...) {
				if content != text.Clean(content) {
					t.Errorf("%q is not clean", content)
				}
			}
		}
	})
}
