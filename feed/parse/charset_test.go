package parse

import (
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

// TestCharsets reads one feed in every encoding that feeds use. Each must give
// the same title.
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
