package feed

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// FuzzParse holds Parse to its promises on any input: no panic, a normal form that the parser accepts, plain fields on
// one line without anything a terminal would obey, absolute links, unique keys.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.xml")
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw, "application/xml; charset=utf-8")
	}
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":1,"title":"a\u001b[2J"}]}`), "")
	f.Fuzz(func(t *testing.T, raw []byte, contentType string) {
		doc, err := Parse(raw, Origin{URL: "https://example.org/feed", ContentType: contentType})
		if err != nil {
			mustBePlain(t, "error", err.Error())
			var not *NotFeedError
			if errors.As(err, &not) && not.Err != nil && (not.Kind == "xml" && not.Err != errNoRoot || not.Kind == "unknown") {
				t.Errorf("the normal form was refused: %v", err)
			}
			return
		}
		mustBePlain(t, "feed title", doc.Title)
		mustBePlain(t, "description", doc.Description)
		keys := map[string]bool{}
		for _, a := range doc.Items {
			mustBePlain(t, "title", a.Title)
			mustBePlain(t, "author", a.Author)
			mustBePlain(t, "summary", a.Summary)
			mustBePlain(t, "key", a.Key)
			mustBePlain(t, "link", a.Link)
			if a.Link != "" && !strings.Contains(a.Link, "://") {
				t.Errorf("link %q is not absolute", a.Link)
			}
			if a.Key == "" || keys[a.Key] {
				t.Errorf("key %q is empty or used twice", a.Key)
			}
			keys[a.Key] = true
		}
	})
}

// mustBePlain fails when s could do anything to a terminal but show text.
func mustBePlain(t *testing.T, what, s string) {
	t.Helper()
	if s != Clean(s) || !utf8.ValidString(s) {
		t.Errorf("%s %q is not clean", what, s)
	}
}

// FuzzDecode checks that whatever bytes come under whatever label, text comes out:
// valid, without what XML forbids and without C1 controls.
func FuzzDecode(f *testing.F) {
	for raw, contentType := range map[string]string{
		"plain": "", "\xef\xbb\xbf<a>": "text/xml", "\xff\xfe<\x00a\x00": "", "\x00<\x00a": "application/xml", "<\x00\x00\x00a\x00\x00\x00": "",
		"\x4c\x6f\xa7\x94": "", "caf\xe9 \x93x\x94": "text/xml; charset=latin1", "\x82\xa0\x82\xa2": "text/xml;charset=shift_jis",
		"<?xml version='1.0' encoding='euc-jp'?>\xa4\xa2": "", "\x1b$B$\"\x1b(B": "text/xml; charset=iso-2022-jp", "\xed\xa0\xbd\xed\xb8\x80": "",
		"\xc2\x85\xef\xbf\xbe\x7f": "charset=\"utf-8", "<?xml encoding=\"utf-16\"?>x": "text/html; charset=nonsense",
	} {
		f.Add([]byte(raw), contentType)
	}
	f.Fuzz(func(t *testing.T, raw []byte, contentType string) {
		out := decode(raw, contentType)
		if !utf8.ValidString(out) || strings.ContainsFunc(out, func(r rune) bool { return forbidden(r) || control1(r) }) {
			t.Errorf("%q under %q is %q", raw, contentType, out)
		}
	})
}

// FuzzClean checks that cleaning is complete: nothing dangerous is left and
// cleaning again changes nothing.
func FuzzClean(f *testing.F) {
	for _, s := range []string{"plain", " a\x1b[2Jb\u009b ", "\u202eevil\u2066", "x\u200d\ufe0fy", "a\xffb\n\tc", "&#27;<b>x</b>", "e" + strings.Repeat("\u0301\u200d", 9) + " \u0301\u00ad"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, clean := range map[string]func(string) string{"Clean": Clean, "CleanText": CleanText, "PlainTitle": PlainTitle} {
			out := clean(s)
			if unfit(out) {
				t.Errorf("%s(%q) = %q", name, s, out)
			}
			if name != "PlainTitle" && clean(out) != out {
				t.Errorf("%s(%q) = %q is not stable", name, s, out)
			}
		}
	})
}

// unfit says that a text of several lines may not go to a terminal.
func unfit(s string) bool {
	var marks tower
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && r != '\t' && dangerous(r) || marks.tops(r)
	})
}

// FuzzSanitize checks what leaves [Body.Safe]: it parses back to itself, and no
// script, handler, unsafe address or control character is in any node.
func FuzzSanitize(f *testing.F) {
	for _, s := range []string{
		"<p>a<b>b</p>c", "<a href=' java\tscript:alert(1)'>x</a>", "<img src=x onerror=y>", "&#27;]52;c;x&#7;",
		"<iframe src=https://www.youtube.com/embed/x></iframe>", "<table><tr><td><table><td>x", "<math><style><img src=x>",
		"<svg><p><style><g title='</style><img src onerror=alert(1)>'>", strings.Repeat("<blockquote>", 30) + "x",
		"<ul><li>a<ul><li>b</ul></ul>", "<noscript><p title='</noscript><img src=x onerror=y>'>", "<pre>\n\nx</pre>", "e" + strings.Repeat("<i>\u0301\u0302\u0303</i>", 9),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		body := Body{Raw: s, Base: "https://example.org/"}
		mustBeSafe(t, body.Safe().String())
		if unfit(body.Text()) {
			t.Errorf("text of %q: %q", s, body.Text())
		}
	})
}

func mustBeSafe(t *testing.T, out string) {
	t.Helper()
	root := parseBody(t, out)
	for n := range root.Descendants() {
		if n.Type == html.TextNode && unfit(n.Data) {
			t.Errorf("text %q in %q", n.Data, out)
		}
		switch n.Data {
		case "script", "style", "iframe", "form", "input", "object", "embed", "svg", "math":
			if n.Type == html.ElementNode {
				t.Errorf("<%s> in %q", n.Data, out)
			}
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" && strings.ContainsAny(a.Val, "(@\\") && !strings.Contains(a.Val, "rgb") || strings.ContainsFunc(a.Val, dangerous) {
				t.Errorf("attribute %s=%q in %q", a.Key, a.Val, out)
			}
			if a.Key == "href" {
				if shownURL(a.Val) != a.Val {
					t.Errorf("address %q in %q", a.Val, out)
				}
			}
		}
	}
	if again := render(t, root); render(t, parseBody(t, again)) != again {
		t.Errorf("%q does not parse back: %q", out, again)
	}
}

func parseBody(t *testing.T, fragment string) *html.Node {
	t.Helper()
	root := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(fragment), root)
	if err != nil {
		t.Fatalf("%v: %q", err, fragment)
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return root
}

func render(t *testing.T, root *html.Node) string {
	t.Helper()
	var b strings.Builder
	for n := range root.ChildNodes() {
		if err := html.Render(&b, n); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}
