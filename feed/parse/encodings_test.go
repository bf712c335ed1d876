package parse

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

func encode(t *testing.T, e encoding.Encoding, s string) string {
	t.Helper()
	out, err := e.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestCharsets reads one feed in every dress that charsets are met in; the title
// must come out right each time.
func TestCharsets(t *testing.T) {
	feedIn := func(declared, title string) string {
		if declared != "" {
			declared = ` encoding="` + declared + `"`
		}
		return `<?xml version="1.0"` + declared + `?><rss><channel><title>` + title + `</title><item><title>` + title + `</title></item></channel></rss>`
	}
	for name, c := range map[string]struct{ raw, contentType, want string }{
		"utf-8":                       {feedIn("utf-8", "Grüße"), "", "Grüße"},
		"utf-8 with BOM":              {"\ufeff" + feedIn("", "Grüße"), "text/xml; charset=koi8-r", "Grüße"},
		"BOM twice":                   {"\ufeff\ufeff" + feedIn("", "Grüße"), "", "Grüße"},
		"utf-16 LE, BOM":              {encode(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), feedIn("utf-16", "Grüße 東京")), "", "Grüße 東京"},
		"utf-16 BE, BOM":              {encode(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), feedIn("utf-16", "Grüße")), "text/xml", "Grüße"},
		"utf-16 LE, no BOM":           {encode(t, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), feedIn("", "Grüße")), "", "Grüße"},
		"utf-16 BE, no BOM":           {encode(t, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), feedIn("", "Grüße")), "", "Grüße"},
		"utf-16 LE, blank first":      {encode(t, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "\n "+feedIn("", "Grüße")), "", "Grüße"},
		"utf-32 LE, BOM":              {encode(t, utf32.UTF32(utf32.LittleEndian, utf32.UseBOM), feedIn("", "Grüße")), "", "Grüße"},
		"utf-32 BE, no BOM":           {encode(t, utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), feedIn("", "Grüße")), "", "Grüße"},
		"EBCDIC":                      {encode(t, charmap.CodePage037, feedIn("cp037", "Hello")), "", "Hello"},
		"utf-16 claimed by ASCII":     {feedIn("utf-16", "Hello"), "", "Hello"},
		"windows-1251 declared":       {encode(t, charmap.Windows1251, feedIn("windows-1251", "Привет")), "text/xml", "Привет"},
		"koi8-r by HTTP":              {encode(t, charmap.KOI8R, feedIn("", "Привет")), "application/xml; charset=koi8-r", "Привет"},
		"HTTP over declaration":       {encode(t, charmap.KOI8R, feedIn("windows-1251", "Привет")), `text/xml; charset="KOI8-R"`, "Привет"},
		"HTTP utf-8 belied":           {encode(t, charmap.Windows1251, feedIn("windows-1251", "Привет")), "text/xml; charset=utf-8", "Привет"},
		"latin1 label on utf-8":       {feedIn("iso-8859-1", "Grüße"), "text/xml; charset=iso-8859-1", "Grüße"},
		"latin1 means windows-1252":   {feedIn("iso-8859-1", "\x93Gr\xfc\xdfe\x94"), "", "“Grüße”"},
		"latin1 undeclared":           {feedIn("", "Gr\xfc\xdfe"), "", "Grüße"},
		"unknown label":               {feedIn("x-nothing", "Grüße"), "text/xml; charset=bogus", "Grüße"},
		"code page by its number":     {feedIn("cp850", "Gr\x81\xe1e"), "", "Grüße"},
		"code page by an alias":       {feedIn("csPC8CodePage437", "Gr\x81\xe1e"), "", "Grüße"},
		"code page without library":   {feedIn("csPC775Baltic", "\x95aunums"), "", "Ģaunums"},
		"charset of a Macintosh":      {feedIn("x_mac_roman", "Gr\x9f\xa7e"), "", "Grüße"},
		"Vietnamese":                  {feedIn("VISCII", "Vi\xaet"), "", "Việt"},
		"underscore for hyphen":       {encode(t, charmap.Windows1251, feedIn("windows_1251", "Привет")), "", "Привет"},
		"EBCDIC claimed by ASCII":     {feedIn("ibm037", "Hello"), "", "Hello"},
		"latin1 made of windows-1252": {feedIn("utf-8", "don\u0092t"), "", "don’t"},
		"halves of a pair, as bytes":  {feedIn("utf-8", "a \xed\xa0\xbd\xed\xb8\x80 b"), "", "a 😀 b"},
		"halves of a pair, by number": {feedIn("utf-8", "a &#55357;&#56832;&#xD83D;&#xde00; &#55357;b"), "", "a 😀😀 b"},
		"label after much junk":       {"<!--" + strings.Repeat("junk ", 2000) + "-->" + encode(t, charmap.KOI8R, feedIn("koi8-r", "Привет")), "", "Привет"},
		"declaration in an article":   {"<rss><channel><title>Grüße</title><item><title>Grüße</title><description><![CDATA[<?xml encoding='koi8-r'?>]]></description></item></channel></rss>", "", "Grüße"},
		"shift_jis":                   {encode(t, japanese.ShiftJIS, feedIn("shift_jis", "東京")), "", "東京"},
		"gb2312 label on utf-8":       {feedIn("gb2312", "今天的新闻"), "", "今天的新闻"},
		"big5 header on utf-8":        {feedIn("", strings.Repeat("新聞標題", 8)), "text/xml; charset=big5", strings.Repeat("新聞標題", 8)},
		"euc-jp, broken header":       {encode(t, japanese.EUCJP, feedIn("", "東京")), "text/xml;charset=euc-jp;;=", "東京"},
		"one bad byte in utf-8":       {feedIn("utf-8", "東京 caf\xe9"), "", "東京 café"},
		"control bytes":               {feedIn("utf-8", "Gr\x00ü\x08ß\x1be"), "", "Grüße"},
		"declaration of XML 1.1":      {strings.Replace(feedIn("utf-8", "Grüße"), "1.0", "1.1", 1), "", "Grüße"},
		"declaration with quotes off": {`<?xml version='1.0' encoding='utf-8?><rss><channel><title>Grüße</title><item><title>Grüße</title></item></channel></rss>`, "", "Grüße"},
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := Parse([]byte(c.raw), Origin{ContentType: c.contentType})
			if err != nil {
				t.Fatal(err)
			}
			if doc.Title != c.want || len(doc.Items) != 1 || doc.Items[0].Title != c.want {
				t.Errorf("got %q and %d items, want %q", doc.Title, len(doc.Items), c.want)
			}
		})
	}
}

// TestNotFeeds: what is no feed says what it is, so that a caller can look for
// feeds in a page.
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

// TestBroken: each document is broken in one way that strict parsers refuse; the
// items above the break must come out.
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

// TestControlReferences: no reference may bring a control character back in.
func TestControlReferences(t *testing.T) {
	doc, err := Parse([]byte(`<rss><channel><title>a&#27;]52;c;x&#7;&#x1b;[2J&#x9b;b&amp;#27;[2J&#8238;&#x202e;</title></channel></rss>`), Origin{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "a]52;c;x[2J›b[2J"; doc.Title != want {
		t.Errorf("got %q, want %q", doc.Title, want)
	}
}

// TestNestingRefused: nesting that would exhaust a recursive parser's stack is an
// error, wherever it stands, while unclosed HTML in a field is not.
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

// TestExpansion: entities that the document declares cannot make it much longer,
// neither by holding each other nor by being named again and again.
func TestExpansion(t *testing.T) {
	doc := `<!DOCTYPE rss [<!ENTITY a "` + strings.Repeat("a", 1000) + `"><!ENTITY b "&a;&a;">]><rss><channel><item><title>x</title><description>` +
		strings.Repeat("&a;&b;", 50_000) + `</description></item></channel></rss>`
	got, err := Parse([]byte(doc), Origin{})
	if err != nil || len(got.Items) != 1 || len(got.Items[0].Body.Raw) > 2<<20 {
		t.Errorf("%d bytes, %v", len(got.Items[0].Body.Raw), err)
	}
}
