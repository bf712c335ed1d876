package parse

import (
	"reflect"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/markup"
)

// TestCompleteIsLikeParse protects that an article has the same fields whether it was
// parsed here or comes from a server.
func TestCompleteIsLikeParse(t *testing.T) {
	doc, err := Parse([]byte(`<rss><channel><title>F</title><link>https://example.org/</link><item>
		<guid isPermaLink="false">a 1</guid><title>One &amp;amp; two&#x202e;</title><link>https://example.org/one</link>
		<comments>https://example.org/one#c</comments><author>ann@example.org (Ann)</author><pubDate>Mon, 02 Mar 2026 10:00:00 +0100</pubDate>
		<category>Go</category><category>Go</category><enclosure url="https://example.org/a.mp3" length="12"/>
		<description>&lt;p onclick="x()">Some words &lt;img src="/p.png">&lt;/p>&lt;script>no()&lt;/script></description>
		</item></channel></rss>`), Origin{URL: "https://example.org/feed"})
	if err != nil {
		t.Fatal(err)
	}
	want := doc.Items[0]
	got := feed.Article{
		Item: feed.Item{
			ID: 7, Starred: true,
			GUID: "a 1", Title: " One & two\u202e\n", Link: "https://example.org/one", Comments: "https://example.org/one#c",
			Author:     "ann@example.org (Ann)",
			Published:  time.Date(2026, 3, 2, 10, 0, 0, 0, time.FixedZone("", 3600)),
			Categories: []string{"Go", "Go", ""},
			Enclosures: []feed.Enclosure{{URL: "https://example.org/a.mp3", Length: 12}, {URL: "javascript:no()"}},
		},
		Body: markup.Body{Raw: "<p onclick=\"x()\">Some words <img src=\"/p.png\"></p>\x00<script>no()</script>"},
	}
	Complete(&got)
	want.ID, want.Starred = 7, true
	if !reflect.DeepEqual(got, want) {
		t.Errorf("completed:\n%+v\nparsed:\n%+v", got, want)
	}
	if got.Words != 2 || !got.Image || got.Summary == "" {
		t.Errorf("words %d, picture %v, summary %q", got.Words, got.Image, got.Summary)
	}
}
