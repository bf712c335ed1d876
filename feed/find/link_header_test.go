package find

import (
	"slices"
	"strings"
	"testing"

	"dateline/feed"
)

func TestLinkHeaders(t *testing.T) {
	const base = "https://site.example/blog/page?x=1"
	feedAt := func(url, title, kind string) feed.Candidate {
		return feed.Candidate{URL: url, Title: title, Type: kind}
	}
	main := feedAt("https://site.example/feed", "", "RSS")
	for header, want := range map[string][]feed.Candidate{
		`</feed>; rel="alternate"; type="application/rss+xml"`:                    {main},
		`</feed>;rel=alternate;type=application/rss+xml`:                          {main},
		`</feed> ; REL = Alternate ; TYPE = "Application/RSS+XML; charset=utf-8"`: {main},
		`</feed>; rel='alternate'; type='application/rss+xml'`:                    {main},
		`</feed>; type="application/rss+xml"; rel="home alternate"`:               {main},
		`< /feed >; rel="alternate"; type="application/rss+xml";`:                 {main},
		`</feed>; rel=feed`: {feedAt("https://site.example/feed", "", "")},
		`<feed.atom>; rel="alternate"; type="application/atom+xml"; title="All, \"every\"; post"`: {feedAt("https://site.example/blog/feed.atom", `All, "every"; post`, "Atom")},
		`<//other.example/f>; rel=alternate; type=application/feed+json; title*=UTF-8''K%C3%A4se`: {feedAt("https://other.example/f", "Käse", "JSON Feed")},
		`</feed,a;b>; rel=alternate; type=application/rss+xml`:                                    {feedAt("https://site.example/feed,a;b", "", "RSS")},
		`</style.css>; rel=preload; as=style, </feed>; rel="alternate"; type="application/rss+xml", </c>; rel="alternate"; type="application/rss+xml"; title=Comments`: {
			main, feedAt("https://site.example/c", "Comments", "RSS")},
		`<https://site.example/>; rel="canonical"`:                                  nil,
		`</de>; rel="alternate"; type="text/html"; hreflang=de`:                     nil,
		`</feed>; rel="stylesheet alternate-feed"; type="application/rss+xml"`:      nil,
		`</feed>; rel="next"; rel="alternate"; type="application/rss+xml"`:          nil,
		`</feed>; rel=alternate; type=application/rss+xml; anchor="/other"`:         nil,
		`</feed>; rel=alternate; type=application/rss+xml; anchor="/blog/page?x=1"`: {main},
		`</feed>; rel=alternate; type=application/rss+xml; anchor=""`:               {main},
		`<javascript:alert(1)>; rel=alternate; type=application/rss+xml`:            nil,
		`<file:///etc/passwd>; rel=alternate; type=application/rss+xml`:             nil,
		`/feed; rel="alternate"; type="application/rss+xml"`:                        nil,
		`</feed`: nil,
		`</feed>; rel="alternate; type=application/rss+xml`: nil,
		`<>; rel=feed`: nil,
		``:             nil,
		strings.Repeat("<", 10_000) + strings.Repeat(`;"`, 10_000): nil,
	} {
		if got := FeedLinks(nil, base, header); !slices.Equal(got, want) {
			t.Errorf("%.200s\n got %q\nwant %q", header, got, want)
		}
	}
	page := `<head><noscript><link rel="alternate" type="application/rss+xml" href="/feed"><link rel="alternate" type="application/rss+xml" href="/c"></noscript>
		<!-- <link rel="alternate" type="application/rss+xml" href="/old"> --><script>"<link rel='alternate' type='application/rss+xml' href='/script'>"</script></head>`
	got := FeedLinks([]byte(page), base, `</a>; rel=preload`, `</feed>; rel=alternate; type=application/rss+xml`)
	if want := []feed.Candidate{main, feedAt("https://site.example/c", "", "RSS")}; !slices.Equal(got, want) {
		t.Errorf("the header and the page: %q", got)
	}
}
