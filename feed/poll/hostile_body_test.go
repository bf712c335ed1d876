package poll

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// pack compresses s with the writer that to returns.
func pack(s string, to func(io.Writer) io.WriteCloser) string {
	var b bytes.Buffer
	w := to(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

func asGzip(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
func asZlib(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }
func asFlate(w io.Writer) io.WriteCloser {
	f, err := flate.NewWriter(w, flate.BestSpeed)
	if err != nil {
		panic(err)
	}
	return f
}

// packedEndpoints have bodies that are compressed too much, wrongly, or without
// a header.
func packedEndpoints() []endpoint {
	encoded := func(encoding, s string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", encoding)
			io.WriteString(w, s)
		}
	}
	good := rss("Packed", 2)
	bomb := pack(strings.Repeat("\x00", 32<<20), asGzip)
	feedBomb := pack("<rss><channel>"+strings.Repeat("<item><title>x</title></item>", 1<<19), asGzip)
	return []endpoint{
		{name: "gzip", serve: encoded("gzip", pack(good, asGzip)), items: 2},
		{name: "gzip unannounced", serve: body("application/gzip", pack(good, asGzip)), items: 2},
		{name: "gzip twice", serve: encoded("gzip", pack(pack(good, asGzip), asGzip)), items: 2},
		{name: "zlib as deflate", serve: encoded("deflate", pack(good, asZlib)), items: 2},
		{name: "deflate without frame", serve: encoded("deflate", pack(good, asFlate)), items: 2},
		{name: "deflate that is plain", serve: encoded("deflate", good), items: 2},
		{name: "identity", serve: encoded("identity", good), items: 2},
		{name: "utf-8 for an encoding", serve: encoded("utf-8", good), items: 2},
		{name: "br", serve: encoded("br", "\x8b\x01\x80x\x03"), fails: "compression"},
		{name: "zstd", serve: encoded("zstd", "\x28\xb5\x2f\xfd"), fails: "compression"},
		{name: "gzip that is plain", serve: encoded("gzip", good), items: 2},
		{name: "br that is plain", serve: encoded("br", good), items: 2},
		{name: "zlib as gzip", serve: encoded("gzip", pack(good, asZlib)), items: 2},
		{name: "gzip of nothing", serve: encoded("gzip", pack("", asGzip)), fails: "empty response"},
		{name: "gzip that is empty", serve: encoded("gzip", ""), fails: ": "},
		{name: "gzip cut short", serve: encoded("gzip", pack(good, asGzip)[:60]), fails: ": "},
		{name: "gzip with garbage behind", serve: encoded("gzip", pack(good, asGzip)+"garbage"), items: 2},
		{name: "gzip with a false checksum", serve: encoded("gzip", strings.Replace(pack(good, asGzip), "\x00\x00\x00", "\x01\x02\x03", 1)), fails: ""},
		{name: "gzip bomb", serve: encoded("gzip", bomb), fails: "too large"},
		{name: "gzip bomb unannounced", serve: body("application/gzip", bomb), fails: "too large"},
		{name: "gzip bomb in gzip", serve: encoded("gzip", pack(bomb, asGzip)), fails: "too large"},
		{name: "gzip bomb of items", serve: encoded("gzip", feedBomb), fails: "too large"},
		{name: "zlib bomb", serve: encoded("deflate", pack(strings.Repeat("\x00", 16<<20), asZlib)), fails: "too large"},
	}
}

// foreignEndpoints send documents that are not feeds.
func foreignEndpoints() []endpoint {
	var list []endpoint
	for name, c := range map[string][2]string{
		"a login page":          {`<!DOCTYPE html><html><head><title>Log in</title></head><body><form><input name=user></form>`, "web page"},
		"a page without html":   {`<div><p>Down for maintenance</p></div>`, "web page"},
		"a sitemap":             {`<?xml version="1.0"?><urlset><url><loc>https://example.org</loc></url></urlset>`, "XML"},
		"OPML":                  {`<opml version="2.0"><body><outline xmlUrl="https://example.org/"/></body></opml>`, "XML"},
		"a SOAP fault":          {`<?xml version="1.0"?><s:Envelope xmlns:s="x"><s:Body><s:Fault/></s:Body></s:Envelope>`, "XML"},
		"a picture of lines":    {`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, ": "},
		"a picture":             {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", ": "},
		"a PDF":                 {"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>", ": "},
		"a ZIP":                 {"PK\x03\x04\x14\x00\x08\x00", ": "},
		"an ELF":                {"\x7fELF\x02\x01\x01\x00", ": "},
		"nothing":               {"", "empty response"},
		"blanks":                {strings.Repeat(" \n\t", 3000), "empty response"},
		"a byte order mark":     {"\xef\xbb\xbf", "empty response"},
		"NULs":                  {strings.Repeat("\x00", 100_000), ": "},
		"one <":                 {"<", ": "},
		"a declaration alone":   {`<?xml version="1.0"?>`, ": "},
		"a comment without end": {"<!-- " + strings.Repeat("- ", 50_000), ": "},
		"a DOCTYPE without end": {"<!DOCTYPE rss [" + strings.Repeat("<!ENTITY x 'y'>", 5000), ": "},
		"words":                 {"The feed has moved, ask the webmaster.", ": "},
		"a stack trace":         {"Traceback (most recent call last):\n  File \"feed.py\"\nKeyError: 'title'", ": "},
		"a PHP warning alone":   {"<br />\n<b>Fatal error</b>: out of memory in <b>/a.php</b><br />", ": "},
		"RDF about a person":    {`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:f="http://xmlns.com/foaf/0.1/"><f:Person/></rdf:RDF>`, "XML"},
		"escape sequences":      {"\x1b[2J\x1b]52;c;x\x07", ": "},
	} {
		list = append(list, endpoint{name: name, serve: body("text/xml", c[0]), fails: c[1]})
	}
	return list
}

// sizeEndpoints send documents that are very large or deeply nested.
func sizeEndpoints() []endpoint {
	const head = `<rss version="2.0"><channel><title>Large</title>`
	const mb = 1 << 20
	item := func(inner string) string { return head + "<item><title>x</title>" + inner + "</item></channel></rss>" }
	list := []endpoint{
		{name: "a title of 4 MB", serve: body("text/xml", item("<title>"+strings.Repeat("word ", 4*mb/5)+"</title>")), items: 1},
		{name: "a description of 4 MB", serve: body("text/xml", item("<description>"+strings.Repeat("word ", 4*mb/5)+"</description>")), items: 1},
		{name: "a word of 4 MB", serve: body("text/xml", item("<description>"+strings.Repeat("w", 4*mb)+"</description>")), items: 1},
		{name: "an attribute of 4 MB", serve: body("text/xml", item(`<enclosure url="https://example.org/`+strings.Repeat("a", 4*mb)+`"/>`)), items: 1},
		{name: "a link of 1 MB", serve: body("text/xml", item("<link>https://example.org/"+strings.Repeat("a", mb)+"</link>")), items: 1},
		{name: "a GUID of 1 MB", serve: body("text/xml", item("<guid>"+strings.Repeat("g", mb)+"</guid>")), items: 1},
		{name: "an element's name of 1 MB", serve: body("text/xml", item("<"+strings.Repeat("n", mb)+">")), items: 0},
		{name: "100,000 attributes", serve: body("text/xml", item("<x"+strings.Repeat(" a='b'", 100_000)+"/>")), items: 1},
		{name: "100,000 namespaces", serve: body("text/xml", strings.Replace(item(""), "<rss", "<rss"+strings.Repeat(" xmlns:a='b'", 100_000), 1)), items: 1},
		{name: "100,000 categories", serve: body("text/xml", item(strings.Repeat("<category>c</category>", 100_000))), items: 1},
		{name: "20,000 enclosures", serve: body("text/xml", item(strings.Repeat("<enclosure url='https://example.org/a'/>", 20_000))), items: 1},
		{name: "20,000 authors", serve: body("text/xml", item(strings.Repeat("<author>Ann</author>", 20_000))), items: 1},
		{name: "10,000 items", serve: body("text/xml", rss("Many", 10_000)), items: 10_000},
		{name: "100,000 empty items", serve: body("text/xml", head+strings.Repeat("<item/>", 100_000)+"</channel></rss>"), items: 0},
		{name: "a comment of 4 MB", serve: body("text/xml", "<!--"+strings.Repeat("- ", 2*mb)+"-->"+item("")), items: 1},
		{name: "1,000,000 lines", serve: body("text/xml", strings.Repeat("\n", mb)+item("")), items: 1},
		{name: "one character short of the cap", serve: body("text/xml", item(strings.Repeat(" ", 10*mb-len(item(""))-1))), items: 1},
		{name: "one character beyond the cap", serve: body("text/xml", item(strings.Repeat(" ", 10*mb-len(item(""))+1))), items: 1},
	}
	for _, open := range []string{"<a>", "<channel>", "<item>", "<a:b xmlns:a='c'>"} {
		list = append(list, endpoint{name: "100,000 " + open + " in each other", serve: body("text/xml", head+strings.Repeat(open, 100_000))})
	}
	list = append(list, endpoint{name: "100,000 groups in each other", serve: body("text/xml", head+strings.Repeat("<media:group>", 100_000)), fails: "nested"})
	for _, tag := range []string{"div", "blockquote", "b", "ul><li", "table><tr><td", "font", "a href=x"} {
		list = append(list, endpoint{name: "100,000 <" + tag + "> in a text", items: 1,
			serve: body("text/xml", item("<description><![CDATA["+strings.Repeat("<"+tag+">", 100_000)+"]]></description>"))})
	}
	return list
}

// markupEndpoints attack XML parsers, or are broken as real feeds are.
func markupEndpoints() []endpoint {
	const tail = `<rss version="2.0"><channel><title>T</title><item><title>One &x;</title></item></channel></rss>`
	lol := `<!DOCTYPE rss [<!ENTITY x0 "lol">`
	for i := range 9 {
		lol += fmt.Sprintf(`<!ENTITY x%d "%s">`, i+1, strings.Repeat(fmt.Sprintf("&x%d;", i), 10))
	}
	return []endpoint{
		{name: "billion laughs", serve: body("text/xml", lol+`]>`+strings.Replace(tail, "&x;", "&x9;", 1)), items: 1},
		{name: "quadratic blow-up", serve: body("text/xml", `<!DOCTYPE rss [<!ENTITY x "`+strings.Repeat("a", 50_000)+`">]>`+strings.Replace(tail, "&x;", strings.Repeat("&x;", 50_000), 1)), items: 1},
		{name: "small blow-up", serve: body("text/xml", `<!DOCTYPE rss [<!ENTITY x "`+strings.Repeat("a", 1000)+`">]>`+strings.Replace(tail, "&x;", strings.Repeat("&x;", 500_000), 1)), items: 0},
		{name: "entity of itself", serve: body("text/xml", `<!DOCTYPE rss [<!ENTITY x "&x;&x;">]>`+tail), items: 1},
		{name: "external entity", serve: body("text/xml", `<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>`+tail), items: 1},
		{name: "external entity over HTTP", serve: body("text/xml", `<!DOCTYPE rss [<!ENTITY x PUBLIC "x" "http://127.0.0.1:1/">]>`+tail), items: 1},
		{name: "parameter entity", serve: body("text/xml", `<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x.dtd"> %x;]>`+tail), items: 1},
		{name: "external DTD", serve: body("text/xml", `<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/x.dtd">`+tail), items: 1},
		{name: "inclusion", serve: body("text/xml", strings.Replace(tail, "<item>", `<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/><item>`, 1)), items: 1},
		{name: "style sheet", serve: body("text/xml", `<?xml-stylesheet href="http://127.0.0.1:1/x.xsl"?>`+tail), items: 1},
		{name: "two documents", serve: body("text/xml", tail+tail), items: 1},
		{name: "garbage behind", serve: body("text/xml", tail+strings.Repeat("\x00\xff<", 10_000)), items: 1},
		{name: "garbage before", serve: body("text/xml", "Warning: \x00\xff < & ]]> \n"+tail), items: 1},
		{name: "script behind", serve: body("text/xml", tail+"<script>alert(1)</script>"), items: 1},
		{name: "no end tags at all", serve: body("text/xml", `<rss><channel><title>T<item><title>One<item><title>Two<link>https://example.org/</link>`), items: 0},
		{name: "cut in an item", serve: body("text/xml", rss("Cut", 3)[:len(rss("Cut", 3))-60]), items: 2},
		{name: "cut in CDATA", serve: body("text/xml", `<rss><channel><item><title>One</title></item><item><title><![CDATA[Two`), items: 1},
		{name: "end tags crossed", serve: body("text/xml", `<rss><channel><item><title>One</item></title></channel></rss>`), items: 0},
		{name: "]]> everywhere", serve: body("text/xml", strings.Replace(tail, "&x;", strings.Repeat("]]>", 10_000), 1)), items: 1},
		{name: "ampersands", serve: body("text/xml", strings.Replace(tail, "&x;", strings.Repeat("&", 1<<20), 1)), items: 1},
		{name: "lesser-thans", serve: body("text/xml", strings.Replace(tail, "&x;", strings.Repeat("<", 1<<20), 1)), items: 0},
		{name: "quotation marks", serve: body("text/xml", strings.Replace(tail, "<item>", "<item>"+strings.Repeat(`<a b="`, 100_000), 1)), items: 0},
		{name: "references to nothing", serve: body("text/xml", strings.Replace(tail, "&x;", "&#0;&#xD800;&#xFFFF;&#x110000;&#99999999999999;&nosuch;", 1)), items: 1},
	}
}
