package parse

import (
	"errors"
	"strings"
	"testing"
)

// TestNotFeeds checks that a document that is not a feed is named, so that a
// caller can look for feeds in a page.
func TestNotFeeds(t *testing.T) {
	for raw, kind := range map[string]string{
		"":       "empty",
		" \n\t ": "empty",
		"<!DOCTYPE html><html><head><title>x</title></head>":                            "html",
		"<!-- x --><HTML><body>":                                                        "html",
		"<div><p>A fragment</p></div>":                                                  "html",
		`<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>`:             "html",
		`<?xml version="1.0"?><urlset><url><loc>https://x.example</loc></url></urlset>`: "xml",
		`<opml version="2.0"><body><outline/></body></opml>`:                            "xml",
		`{"error":"no such user"}`:                                                      "json",
		`[1,2,3]`:                                                                       "json",
		"%PDF-1.7 \x01\x02":                                                             "unknown",
		"just words":                                                                    "unknown",
	} {
		_, err := Parse([]byte(raw), Origin{})
		var not *NotFeedError
		if !errors.As(err, &not) || not.Kind != kind {
			t.Errorf("%q: %v, want a NotFeedError of kind %q", raw, err, kind)
		}
	}
}

// TestBroken checks that a document with one error that strict parsers reject
// still gives the items before the error.
func TestBroken(t *testing.T) {
	const head, item, tail = `<rss version="2.0"><channel><title>Feed</title>`, `<item><title>One</title><link>https://x.example/1</link></item>`, `</channel></rss>`
	whole := head + item + tail
	for name, c := range map[string]struct {
		raw       string
		items     int
		truncated bool
	}{
		"cut in an item":            {head + item + `<item><title>Tw`, 1, true},
		"cut in a tag":              {head + item + `<item><title>Two</title><link`, 1, true},
		"cut in CDATA":              {head + item + `<item><title><![CDATA[Two`, 1, true},
		"cut in a comment":          {head + item + `<!-- and so`, 1, true},
		"cut between items":         {head + item, 1, true},
		"no end of the root":        {head + item + `</channel>`, 1, true},
		"garbage after the root":    {whole + "\x00\x01<script>x</script> 0\r\n", 1, false},
		"warning before the root":   {"<br />\n<b>Warning</b>: x in <b>/a.php</b><br />\n<?xml version=\"1.0\"?>" + whole, 1, false},
		"blank lines before":        {"\r\n\r\n  <?xml version=\"1.0\"?>" + whole, 1, false},
		"comment of 8 KB before":    {"<!--" + strings.Repeat("long ", 1600) + "-->" + whole, 1, false},
		"two declarations":          {`<?xml version="1.0"?><?xml version="1.0"?>` + whole, 1, false},
		"item never closed":         {head + `<item><title>Zero</title>` + item + tail, 2, false},
		"field never closed":        {head + `<item><title>Zero<link>https://x.example/0</link></item>` + item + tail, 2, false},
		"stray end tags":            {head + `</b></item>` + item + `</p></item></div>` + tail, 1, false},
		"wrong case of an end tag":  {head + `<item><title>Zero</TITLE></item>` + item + tail, 2, false},
		"unquoted attributes":       {head + `<item><enclosure url=https://x.example/a.mp3 type=audio/mpeg></enclosure></item>` + tail, 1, false},
		"attribute without quote":   {head + `<item><enclosure url="https://x.example/a.mp3 /><title>Zero</title></item>` + tail, 1, false},
		"lone < and &":              {head + `<item><title>a < b && c <3</title></item>` + tail, 1, false},
		"undefined entities":        {head + `<item><title>&nbsp;&eacute;&nonsense;&#xD800;&#0;</title></item>` + tail, 1, false},
		"undeclared prefixes":       {head + `<item><foo:bar>x</foo:bar><dc:creator>Ann</dc:creator></item>` + tail, 1, false},
		"names of other scripts":    {head + `<item><größe ä="1">x</größe><title>Zero</title></item>` + tail, 1, false},
		"names with several colons": {head + `<item><a:b:c d:e:f="1">x</a:b:c><title>Zero</title></item>` + tail, 1, false},
		"]]> in text":               {head + `<item><title>a ]]> b</title></item>` + tail, 1, false},
		"markup in a description":   {head + `<item><description><p>a<br>b<img src=x></description></item>` + tail, 1, false},
		"channel as the root":       {`<channel><title>Feed</title>` + item + `</channel>`, 1, false},
		"items outside the channel": {head + `</channel>` + item + `</rss>`, 1, false},
		"CDATA wrapped twice":       {head + `<item><title><![CDATA[<![CDATA[One]]>]]></title></item>` + tail, 1, false},
		"instruction never closed":  {head + `<item><description>x <? y > z</description></item>` + item + tail, 2, false},
		"comment never closed":      {head + `<!-- x >` + item + tail, 1, false},
		"empty items":               {head + strings.Repeat("<item/><item></item>", 10) + item + tail, 1, false},
		"items without end":         {head + strings.Repeat("<item><title>x</title></item>", maxItems+5) + tail, 1, true},
		"author never closed":       {`<feed><title>Feed</title><author><name>Ann</name><entry><title>One</title></entry></feed>`, 1, false},
		"group never closed":        {head + `<media:group><media:title>x</media:title>` + item + tail, 1, false},
		"item around the channel":   {`<rss><item><title>Zero</title>` + strings.TrimPrefix(whole, "<rss version=\"2.0\">"), 2, false},
		"upper case":                {strings.ToUpper(head + `<item><title>One</title></item>` + tail), 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := Parse([]byte(c.raw), Origin{})
			if err != nil {
				t.Fatal(err)
			}
			if len(doc.Items) != c.items || doc.Truncated != c.truncated || !strings.EqualFold(doc.Title, "Feed") {
				t.Errorf("%q: %d items, truncated %v", doc.Title, len(doc.Items), doc.Truncated)
			}
		})
	}
}

// TestEntriesWithoutFeed checks that an entry without an end tag may be the root.
func TestEntriesWithoutFeed(t *testing.T) {
	doc, err := Parse([]byte(`<entry><title>One</title><entry><title>Two</title></entry>`), Origin{})
	if err != nil || len(doc.Items) != 2 || doc.Items[1].Title != "Two" {
		t.Errorf("%+v, %v", doc, err)
	}
}

// TestControlReferences checks that no character reference produces a control
// character.
func TestControlReferences(t *testing.T) {
	doc, err := Parse([]byte(`<rss><channel><title>a&#27;]52;c;x&#7;&#x1b;[2J&#x9b;b&amp;#27;[2J&#8238;&#x202e;</title></channel></rss>`), Origin{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "a]52;c;x[2J›b[2J"; doc.Title != want {
		t.Errorf("got %q, want %q", doc.Title, want)
	}
}

// TestNestingRefused checks that nesting which could exhaust a recursive
// parser's stack is an error anywhere, but that unclosed HTML in a field is not.
func TestNestingRefused(t *testing.T) {
	deep := strings.Repeat("<m:g>", 500_000)
	for name, raw := range map[string]string{
		"in the channel": `<rss><channel>` + deep,
		"in an item":     `<rss><channel><item>` + deep + strings.Repeat("</m:g>", 500_000) + `</item></channel></rss>`,
		"in an entry":    `<feed><entry><content type="xhtml">` + deep,
		"media groups":   `<rss><channel><item>` + strings.Repeat("<media:group>", 1000),
	} {
		if _, err := Parse([]byte(raw), Origin{}); !errors.Is(err, errDepth) {
			t.Errorf("%s: %v", name, err)
		}
	}
	bad := `<rss><channel><item><title>t</title><description>` + strings.Repeat("a<br><p><div>", 1000) + `</description></item></channel></rss>`
	if doc, err := Parse([]byte(bad), Origin{}); err != nil || len(doc.Items) != 1 {
		t.Errorf("unclosed HTML: %v", err)
	}
}

// TestExpansion checks that the entities of a document cannot make it much
// longer, neither by containing each other nor by being used often.
func TestExpansion(t *testing.T) {
	doc := `<!DOCTYPE rss [<!ENTITY a "` + strings.Repeat("a", 1000) + `"><!ENTITY b "&a;&a;">]><rss><channel><item><title>x</title><description>` +
		strings.Repeat("&a;&b;", 50_000) + `</description></item></channel></rss>`
	got, err := Parse([]byte(doc), Origin{})
	if err != nil || len(got.Items) != 1 || len(got.Items[0].Body.Raw) > 2<<20 {
		t.Errorf("%d bytes, %v", len(got.Items[0].Body.Raw), err)
	}
}
