package poll

import (
	"encoding/json"
	"fmt"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// jsonEndpoints send JSON that is not a feed, or unusual JSON feeds.
func jsonEndpoints() []endpoint {
	const head = `{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[`
	const item = `{"id":"1","title":"One","content_text":"x"}`
	list := []endpoint{}
	for name, c := range map[string]struct {
		json, fails string
		items       int
	}{
		"an error":             {`{"error":{"message":"no such user"}}`, "JSON", 0},
		"null":                 {"null", ": ", 0},
		"an array":             {"[1,2,3]", ": ", 0},
		"100,000 brackets":     {strings.Repeat("[", 100_000), ": ", 0},
		"100,000 objects":      {strings.Repeat(`{"a":`, 100_000), ": ", 0},
		"depth in an item":     {head + `{"id":"1","_x":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "}]}", "JSON", 0},
		"cut in an item":       {head + item + `,{"id":"2","title":"Tw`, "", 1},
		"cut in a number":      {head + item + `,{"id":-`, "", 1},
		"wrong types":          {head + `{"id":{"a":1},"title":["x"],"url":7,"date_published":{},"tags":"t","authors":"Ann","attachments":3,"content_text":false},` + item + "]}", "", 1},
		"items as an object":   {`{"version":"https://jsonfeed.org/version/1","items":{"a":` + item + `}}`, "", 0},
		"items as null":        {`{"version":"https://jsonfeed.org/version/1","items":null}`, "", 0},
		"a number of 1 MB":     {head + `{"id":` + strings.Repeat("9", 1<<20) + `,"title":"x"}]}`, "", 0},
		"keys used twice":      {head + `{"id":"1","id":"2","title":"a","title":"b"}]}`, "", 1},
		"NaN":                  {head + `{"id":NaN,"title":"x"},` + item + "]}", "JSON", 0},
		"half a surrogate":     {head + `{"id":"1","title":"a\ud83d b\udc00\u0000\u001b[2J"}]}`, "", 1},
		"bare line ends":       {head + "{\"id\":\"1\",\"title\":\"a\nb\tc\"}]}", "", 1},
		"a comma too many":     {head + item + ",]}", "", 1},
		"comments":             {"/* x */" + head + item + "]}", ": ", 0},
		"20,000 empty objects": {head + strings.Repeat("{},", 20_000) + item + "]}", "", 1},
		"UTF-16":               {mustEncode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), head+item+"]}"), "", 1},
		"for a script":         {"callback(" + head + item + "]});", ": ", 0},
	} {
		list = append(list, endpoint{name: "JSON: " + name, serve: body("application/feed+json", c.json), fails: c.fails, items: c.items})
	}
	return list
}

// charsetEndpoints declare wrong character sets in every combination.
func charsetEndpoints() []endpoint {
	var list []endpoint
	for _, header := range []string{"utf-8", "shift_jis", "utf-16", "utf-7", "x-user-defined"} {
		for _, declared := range []string{"utf-8", "koi8-r", "big5", "ibm037"} {
			doc := `<?xml version="1.0" encoding="` + declared + `"?>` + rss("Gr\xfc\xdfe \x80\x9f\xff\xfe", 2)[len(`<?xml version="1.0"?>`):]
			list = append(list, endpoint{name: fmt.Sprintf("%q in the header, %s declared, bytes of neither", header, declared), serve: body("text/xml; charset="+header, doc), items: 2})
		}
	}
	good := rss("Grüße", 2)
	for name, doc := range map[string]string{
		"UTF-16 mark on UTF-8":       "\xff\xfe" + good,
		"UTF-8 mark on Latin 1":      "\xef\xbb\xbf" + rss("Gr\xfc\xdfe", 2),
		"UTF-16 of an odd length":    mustEncode(unicode.UTF16(unicode.BigEndian, unicode.UseBOM), good) + "\x00",
		"UTF-16 without halves":      mustEncode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), good) + "\x00\xd8\x00\xd8",
		"marks in a row":             strings.Repeat("\xef\xbb\xbf", 1000) + good,
		"overlong UTF-8":             rss("a\xc0\xbcscript\xc0\xbe\xe0\x80\xbc\xf8\x88\x80\x80\x80", 2),
		"NULs between all":           strings.Join(strings.Split(rss("x", 2), ""), "\x00"),
		"every byte there is":        rss(everyByte(), 2),
		"a shift that never returns": rss("\x1b$B\x1b(J\x0e", 2),
	} {
		e := endpoint{name: name, serve: body("text/xml", doc), items: 2}
		if name == "UTF-16 mark on UTF-8" {
			e.fails, e.items = "cannot be read", 0
		}
		list = append(list, e)
	}
	return list
}

func everyByte() string {
	var b strings.Builder
	for c := range 256 {
		if c != '<' && c != '&' {
			b.WriteByte(byte(c))
		}
	}
	return b.String()
}

func mustEncode(e encoding.Encoding, s string) string {
	out, err := e.NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return out
}

// controlEndpoints send terminal control characters in every field of each
// format.
func controlEndpoints() []endpoint {
	const evil = "a\x1b[2J\x1b]52;c;eA==\x07\x1bP+q\x1b\\\u009b31m\u202e\u2066\U000e0041\x00\x08&#27;]0;x&#7;&#x9b;2J&lt;script&gt;alert(1)&lt;/script&gt; javascript:alert(1)"
	var list []endpoint
	for _, field := range []string{"title", "link", "guid", "description", "author", "category", "comments", "pubDate", "dc:creator", "content:encoded", "source", "itunes:duration", "slash:comments"} {
		doc := fmt.Sprintf(`<rss version="2.0"><channel><title>T</title><item><title>x</title><%s>%s</%[1]s></item></channel></rss>`, field, evil)
		list = append(list, endpoint{name: "controls in RSS's " + field, serve: body("text/xml", doc), items: 1})
	}
	for _, field := range []string{"title", "id", "updated", "summary", "content", "rights", "author"} {
		doc := fmt.Sprintf(`<feed xmlns="http://www.w3.org/2005/Atom"><title>%s</title><entry><title>x</title><%s type="html">%[1]s</%[2]s></entry></feed>`, evil, field)
		list = append(list, endpoint{name: "controls in Atom's " + field, serve: body("application/atom+xml", doc), items: 1})
	}
	for _, attribute := range []string{"enclosure url", "enclosure type", "enclosure length", "media:content url", "itunes:image href", "atom:link href", "category domain", "guid isPermaLink"} {
		element, name, _ := strings.Cut(attribute, " ")
		doc := fmt.Sprintf(`<rss version="2.0"><channel><title>T</title><item><title>x</title><%s %s="%s"/></item></channel></rss>`, element, name, evil)
		list = append(list, endpoint{name: "controls in " + attribute, serve: body("text/xml", doc), items: 1})
	}
	quoted, err := json.Marshal(evil)
	if err != nil {
		panic(err)
	}
	for _, field := range []string{"title", "id", "url", "content_html", "content_text", "summary", "date_published", "image"} {
		doc := fmt.Sprintf(`{"version":"https://jsonfeed.org/version/1","title":"T","items":[{"id":"1","title":"x","%s":%s}]}`, field, quoted)
		list = append(list, endpoint{name: "controls in JSON's " + field, serve: body("application/json", doc), items: 1})
	}
	return list
}

// itemEndpoints send items with contradicting fields.
func itemEndpoints() []endpoint {
	in := func(items string) string {
		return `<rss version="2.0"><channel><title>T</title>` + items + `</channel></rss>`
	}
	list := []endpoint{
		{name: "one GUID for 1,000 items", serve: body("text/xml", in(numbered(1000, `<item><guid>same</guid><title>Title %[1]d</title><link>https://example.org/%[1]d</link></item>`))), items: 1},
		{name: "one item 1,000 times", serve: body("text/xml", in(numbered(1000, `<item><guid>same</guid><title>Title</title></item>`))), items: 1},
		{name: "items without anything but a text", serve: body("text/xml", in(numbered(100, `<item><description>Text %d</description></item>`))), items: 100},
		{name: "items without anything", serve: body("text/xml", in(numbered(100, `<item></item>`))), items: 0},
		{name: "no items", serve: body("text/xml", in("")), items: 0},
		{name: "no channel", serve: body("text/xml", `<rss version="2.0"/>`), items: 0},
	}
	for _, date := range []string{"Fri, 31 Dec 9999 23:59:59 GMT", "9999999999999999999", "-62135596800", "Mon, 00 Jan 0000 00:00:00 +9999", "2026-13-45T99:99:99Z",
		"tomorrow", strings.Repeat("1", 100_000), "2126-01-01", "0001-01-01T00:00:00Z", "1970-01-01"} {
		list = append(list, endpoint{name: fmt.Sprintf("a date %.30s", date), serve: body("text/xml", in("<item><title>x</title><pubDate>"+date+"</pubDate></item>")), items: 1})
	}
	for _, link := range []string{"javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "http://", "http://[::1", "//", "\\\\server\\share", "http://example.org:99999999/", "http://a b/", "?", "http://user:secret@example.org/"} {
		list = append(list, endpoint{name: "a link to " + link, serve: body("text/xml", in("<item><title>x</title><link>"+link+"</link></item>")), items: 1})
	}
	return list
}

// numbered returns n copies of an item, each with its number.
func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		if strings.Contains(format, "%") {
			fmt.Fprintf(&b, format, i)
		} else {
			b.WriteString(format)
		}
	}
	return b.String()
}
