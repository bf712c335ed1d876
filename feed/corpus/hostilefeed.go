package corpus

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"
)

// HostileRSS is a feed with n items that puts attacks into every field and
// every place of a text there is. Every second item has them raw where the
// others have them escaped. base is the address that links begin with.
func HostileRSS(base string, n int) string {
	bad := func(field string, i int) string {
		if i%2 == 0 {
			return html.EscapeString(Hostile(field, i))
		}
		return strings.NewReplacer("<", "", "]]>", "").Replace(Hostile(field, i))
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" `+
		`xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:media="http://search.yahoo.com/mrss/">`+
		`<channel><title>%s</title><description>%s</description><link>%s/%s</link><ttl>%s</ttl>`,
		bad("feedtitle", 0), bad("feeddescription", 1), base, bad("feedsite", 0), bad("ttl", 0))
	for i := range n {
		fmt.Fprintf(&b, `<item><title>%s</title><dc:creator>%s</dc:creator><link>%s/%d/%s</link><comments>%s/c/%s</comments><guid>%d%s</guid><category>%s</category>`,
			bad("title", i), bad("author", i), base, i, bad("link", i), base, bad("comments", i), i, bad("guid", i), bad("category", i))
		fmt.Fprintf(&b, `<pubDate>%s</pubDate><enclosure url="%s/e/%s" type="audio/%s" length="%s"/><media:content url="%s/m/%[6]s"><media:title>%[7]s</media:title></media:content>`,
			bad("date", i), base, quotedOut(bad("enclosure", i)), quotedOut(bad("type", i)), quotedOut(bad("length", i)), base, bad("media", i))
		fmt.Fprintf(&b, `<itunes:duration>%s</itunes:duration><podcast:chapters url="%s/ch/%s"/><podcast:transcript url="%s/tr/%s" type="text/html"/><source url="%s/s/%s">%s</source>`,
			bad("duration", i), base, quotedOut(bad("chapters", i)), base, quotedOut(bad("transcript", i)), base, quotedOut(bad("sourceurl", i)), bad("source", i))
		fmt.Fprintf(&b, `<description>%s</description><content:encoded>%s</content:encoded></item>`, bad("summary", i), html.EscapeString(HostileBody(base, i)))
	}
	return b.String() + `</channel></rss>`
}

// quotedOut keeps an attack inside its attribute.
func quotedOut(s string) string { return strings.ReplaceAll(s, `"`, "") }

// HostileBody is a text with the attacks in every place of its markup.
func HostileBody(base string, n int) string {
	raw := strings.NewReplacer("<", "", "-->", "").Replace(Hostile("body", n))
	short := Hostile("b", n)[:40]
	attribute := quotedOut(raw)
	return fmt.Sprintf(`<p>paragraph%[1]s</p><h2>%[1]s</h2><p><a href="%[3]s/l/%[2]s" title="title%[2]s">link%[1]s</a> <a href="javascript:alert('%[2]s')">js</a>
<a href="%[2]s">rest</a> <a href="http://%[2]s/">host</a> <a href="mailto:%[2]s">mail</a> <a href="magnet:?%[2]s">magnet</a></p>
<figure><img src="%[3]s/i/%[2]s.png" alt="alt%[2]s" title="title%[2]s"><figcaption>caption%[1]s</figcaption></figure><img src="%[3]s/%[2]s"><img alt="%[2]s">
<pre>pre%[1]s
	<code class="language-%[2]s">code%[1]s</code></pre><p><code>inline%[1]s</code><kbd>%[1]s</kbd></p><blockquote cite="%[2]s">quote%[1]s</blockquote>
<ul><li>item%[1]s</li></ul><ol start="%[2]s"><li value="%[2]s">number%[1]s</li></ol><dl><dt>%[1]s</dt><dd>%[1]s</dd></dl>
<table><caption>tablecaption%[1]s</caption><tr><th>head%[1]s</th><td>%[4]s</td></tr><tr><td>cell%[1]s</td><td align="%[2]s">%[1]s</td></tr></table>
<video src="%[3]s/%[2]s.mp4" poster="%[2]s"></video><iframe src="https://www.youtube.com/embed/%[2]s"></iframe><svg><title>%[1]s</title></svg><math><mi>%[1]s</mi></math>
<abbr title="%[2]s">abbr</abbr> <span style="color:%[2]s" lang="%[2]s" dir="%[2]s">span</span> <details><summary>%[1]s</summary>%[1]s</details> e<i>%[5]s</i><i>%[5]s</i><i>%[5]s</i> <sup>%[1]s</sup> https://example.org/%[1]s`,
		raw, attribute, base, html.EscapeString(short), "\u0301\u0302\u0303\u0304\u0305\u0306\u0307")
}

// HostileJSON is a JSON Feed with attacks in every field.
func HostileJSON(base string, n int) string {
	type dict = map[string]any
	var items []dict
	for i := range n {
		bad := func(field string) string { return Hostile(field, i) }
		items = append(items, dict{
			"id": fmt.Sprint(i) + bad("id"), "url": base + "/" + bad("url"), "external_url": base + "/x/" + bad("external"), "title": bad("title"),
			"content_html": HostileBody(base, i), "content_text": bad("text"), "summary": bad("summary"), "image": base + "/" + bad("image"), "tags": []string{bad("tag")},
			"authors": []dict{{"name": bad("author"), "url": bad("authorurl")}}, "date_published": bad("date"), "language": bad("language"),
			"attachments": []dict{{"url": base + "/a/" + bad("attachment"), "mime_type": bad("mime"), "title": bad("attachmenttitle")}},
		})
	}
	text, err := json.Marshal(dict{"version": "https://jsonfeed.org/version/1.1", "title": Hostile("feedtitle", 0), "description": Hostile("feeddescription", 0),
		"home_page_url": base + "/" + Hostile("home", 0), "items": items})
	if err != nil {
		panic(err) // maps and strings can be marshalled
	}
	return string(text)
}

// HostileAtom is an Atom feed with attacks in every field.
func HostileAtom(base string, n int) string {
	bad := func(field string, i int) string { return html.EscapeString(Hostile(field, i)) }
	var b strings.Builder
	fmt.Fprintf(&b, `<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">%s</title><subtitle>%s</subtitle><id>%s</id><link href="%s/%s"/>`,
		bad("feedtitle", 0), bad("subtitle", 0), bad("feedid", 0), base, bad("feedlink", 0))
	for i := range n {
		fmt.Fprintf(&b, `<entry><id>%d%s</id><title type="%s">%s</title><link href="%s/%d%s" title="%s"/><author><name>%s</name><uri>%s</uri></author>`,
			i, bad("id", i), []string{"text", "html"}[i%2], bad("title", i), base, i, bad("link", i), bad("linktitle", i), bad("author", i), bad("uri", i))
		fmt.Fprintf(&b, `<category term="%s" label="%s"/><updated>%s</updated><summary>%s</summary><content type="html">%s</content></entry>`,
			bad("term", i), bad("label", i), bad("updated", i), bad("summary", i), html.EscapeString(HostileBody(base, i)))
	}
	return b.String() + `</feed>`
}
