package markup

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/text"
)

// FuzzSanitize checks the result of [Body.Safe]: it parses back to itself, and
// no node has a script, a handler, an unsafe address or a control character.
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
		if isUnsafe(body.Text()) {
			t.Errorf("text of %q: %q", s, body.Text())
		}
	})
}

func mustBeSafe(t *testing.T, out string) {
	t.Helper()
	root := parseBody(t, out)
	for n := range root.Descendants() {
		if n.Type == html.TextNode && isUnsafe(n.Data) {
			t.Errorf("text %q in %q", n.Data, out)
		}
		switch n.Data {
		case "script", "style", "iframe", "form", "input", "object", "embed", "svg", "math":
			if n.Type == html.ElementNode {
				t.Errorf("<%s> in %q", n.Data, out)
			}
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" && strings.ContainsAny(a.Val, "(@\\") && !strings.Contains(a.Val, "rgb") || strings.ContainsFunc(a.Val, text.IsUnsafeRune) {
				t.Errorf("attribute %s=%q in %q", a.Key, a.Val, out)
			}
			if a.Key == "href" {
				if text.LinkURL(a.Val) != a.Val && !leadsInside(root, a.Val) {
					t.Errorf("address %q in %q", a.Val, out)
				}
			}
		}
	}
	if again := render(t, root); render(t, parseBody(t, again)) != again {
		t.Errorf("%q does not parse back: %q", out, again)
	}
}

// leadsInside reports whether an address is that of an element below root.
func leadsInside(root *html.Node, address string) bool {
	id := JumpTarget(address)
	for n := range root.Descendants() {
		if id != "" && NodeAttribute(n, "id") == id {
			return true
		}
	}
	return false
}

func parseBody(t *testing.T, fragment string) *html.Node {
	t.Helper()
	root := NewElement(atom.Body)
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

// isUnsafe reports whether a text of several lines must not reach a terminal.
func isUnsafe(s string) bool { return text.CleanText(s) != s }
