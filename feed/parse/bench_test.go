package parse

import (
	"fmt"
	"strings"
	"testing"
)

// benchRSS returns an RSS document of about size bytes with ordinary items.
func benchRSS(size int) []byte {
	const body = `<p>The harbour master said on Monday that <a href="/quay?a=1&amp;b=2">the new quay</a> would open in &#8220;spring&#8221;,
		weather permitting.</p><ul><li>First point</li><li>Second &amp; last</li></ul><img src="pic.jpg" alt="quay">`
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" ` +
		`xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Harbour</title><link>https://harbour.example/</link>`)
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, `<item><title>Quay &amp; pier, part %d</title><link>https://harbour.example/%d</link><guid>https://harbour.example/%d</guid>`+
			`<dc:creator>Ada Byron</dc:creator><pubDate>Mon, 23 Nov 2026 08:30:00 +0100</pubDate><category>Port</category><description>%s</description>`+
			`<content:encoded><![CDATA[%s]]></content:encoded></item>`, i, i, i, "News from the harbour &lt;b&gt;today&lt;/b&gt;.", strings.Repeat(body, 5))
	}
	b.WriteString(`</channel></rss>`)
	return []byte(b.String())
}

func BenchmarkParse(b *testing.B) {
	raw := benchRSS(100 << 10)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(raw, Origin{URL: "https://harbour.example/feed"}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHostile repeats pieces that make simple scanners quadratic. The MB/s
// must not fall from one size to the next.
func BenchmarkHostile(b *testing.B) {
	for _, piece := range []string{"<", "</", "<a ", "<a b=\"", "<a b='>", "<!", "<![CDATA[", "&", "&#", "<!DOCTYPE [", "<!ENTITY ", "<item>",
		"</item>", "<b>", "<description><p>", "]]>", "<a:b xmlns:a='x'>", "<script>"} {
		for _, size := range []int{64 << 10, 1 << 20} {
			raw := []byte("<rss><channel>" + strings.Repeat(piece, size/len(piece)))
			b.Run(fmt.Sprintf("%s/%dKB", piece, size>>10), func(b *testing.B) {
				b.SetBytes(int64(len(raw)))
				for b.Loop() {
					// Most of these are not feeds. Only the time matters.
					_, _ = Parse(raw, Origin{})
				}
			})
		}
	}
}
