package parse

import "testing"

// TestBase: relative links of every format are resolved against the base that
// came with the document, and against its own where it has one.
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
}
