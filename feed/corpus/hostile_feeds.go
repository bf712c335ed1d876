package corpus

import (
	"encoding/json"
	"fmt"
	"html"
	"os"
	"strings"
)

// HostileRSS returns an RSS feed with n items and attacks in each field and in each part of
// the bodies. In every second item the attacks are not escaped. base is the start of all
// addresses.
func HostileRSS(base string, n int) string {
	bad := func(field string, i int) string {
		if i%2 == 0 {
			return html.EscapeString(HostileText(field, i))
		}
		return strings.NewReplacer("<", "", "]]>", "").Replace(HostileText(field, i))
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
			bad("date", i), base, withoutQuotes(bad("enclosure", i)), withoutQuotes(bad("type", i)), withoutQuotes(bad("length", i)), base, bad("media", i))
		fmt.Fprintf(&b, `<itunes:duration>%s</itunes:duration><podcast:chapters url="%s/ch/%s"/><podcast:transcript url="%s/tr/%s" type="text/html"/><source url="%s/s/%s">%s</source>`,
			bad("duration", i), base, withoutQuotes(bad("chapters", i)), base, withoutQuotes(bad("transcript", i)), base, withoutQuotes(bad("sourceurl", i)), bad("source", i))
		fmt.Fprintf(&b, `<description>%s</description><content:encoded>%s</content:encoded></item>`, bad("summary", i), html.EscapeString(HostileBody(base, i)))
	}
	return b.String() + `</channel></rss>`
}

// withoutQuotes removes quotation marks, so that an attack stays inside its attribute.
func withoutQuotes(s string) string { return strings.ReplaceAll(s, `"`, "") }

// HostileBody returns HTML with a few attacks in each part of its markup. They differ from
// part to part and with n, so that HostileItems bodies have each attack in each part. base
// is the start of all addresses.
func HostileBody(base string, n int) string {
	const attacksEach = windowStep + 1
	next := n * windowStep // index of the next attack
	text := strings.NewReplacer("<", "", "-->", "")
	return os.Expand(hostileBodyTemplate, func(name string) string {
		if name == "base" {
			return base
		}
		bad := text.Replace(attackWindow(name, next, attacksEach))
		next += attacksEach
		if strings.HasPrefix(name, "attr") {
			return withoutQuotes(bad)
		}
		return bad
	})
}

// hostileBodyTemplate has a name in each part that attacks go into. Names in attributes begin
// with "attr".
const hostileBodyTemplate = `<p>paragraph${p}</p><h2>${h}</h2><p><a href="${base}/l/${attrhref}" title="${attrtitle}">${link}</a> <a href="javascript:alert('${attrjs}')">js</a>
<a href="${attrrest}">rest</a> <a href="http://${attrhost}/">host</a> <a href="mailto:${attrmail}">mail</a> <a href="magnet:?${attrmagnet}">magnet</a></p>
<figure><img src="${base}/i/${attrimg}.png" alt="${attralt}" title="${attrimgtitle}"><figcaption>${caption}</figcaption></figure><img src="${base}/${attrfile}"><img alt="${attralone}">
<pre>${pre}
	<code class="language-${attrlang}">${code}</code></pre><p><code>${inline}</code><kbd>${kbd}</kbd></p><blockquote cite="${attrcite}">${quote}</blockquote>
<ul><li>${item}</li></ul><ol start="${attrstart}"><li value="${attrvalue}">${number}</li></ol><dl><dt>${dt}</dt><dd>${dd}</dd></dl>
<table><caption>${tablecaption}</caption><tr><th>${head}</th><td>b</td></tr><tr><td>${cell}</td><td align="${attralign}">${cell2}</td></tr></table>
<video src="${base}/${attrvideo}.mp4" poster="${attrposter}"></video><iframe src="https://www.youtube.com/embed/${attryoutube}"></iframe><svg><title>${svg}</title></svg><math><mi>${math}</mi></math>
<abbr title="${attrabbr}">abbr</abbr> <span style="color:${attrstyle}" lang="${attrspanlang}" dir="${attrdir}">${span}</span> <details><summary>${summary}</summary>${details}</details>
e<i>&#769;&#770;&#771;&#772;&#773;</i><i>&#769;&#770;&#771;&#772;&#773;</i><i>&#769;&#770;&#771;&#772;&#773;</i> <sup>${sup}</sup> https://example.org/${bare}`

// HostileJSON returns a JSON Feed with n items and attacks in each field. base is the start of
// all addresses.
func HostileJSON(base string, n int) string {
	type dict = map[string]any
	var items []dict
	for i := range n {
		bad := func(field string) string { return HostileText(field, i) }
		items = append(items, dict{
			"id": fmt.Sprint(i) + bad("id"), "url": base + "/" + bad("url"), "external_url": base + "/x/" + bad("external"), "title": bad("title"),
			"content_html": HostileBody(base, i), "content_text": bad("text"), "summary": bad("summary"), "image": base + "/" + bad("image"), "tags": []string{bad("tag")},
			"authors": []dict{{"name": bad("author"), "url": bad("authorurl")}}, "date_published": bad("date"), "language": bad("language"),
			"attachments": []dict{{"url": base + "/a/" + bad("attachment"), "mime_type": bad("mime"), "title": bad("attachmenttitle")}},
		})
	}
	text, err := json.Marshal(dict{"version": "https://jsonfeed.org/version/1.1", "title": HostileText("feedtitle", 0), "description": HostileText("feeddescription", 0),
		"home_page_url": base + "/" + HostileText("home", 0), "items": items})
	if err != nil {
		panic(err) // marshalling maps and strings cannot fail
	}
	return string(text)
}

// HostileAtom returns an Atom feed with n items and attacks in each field. base is the start of
// all addresses.
func HostileAtom(base string, n int) string {
	bad := func(field string, i int) string { return html.EscapeString(HostileText(field, i)) }
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
