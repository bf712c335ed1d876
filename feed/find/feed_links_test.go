package find

import (
	"slices"
	"testing"

	"dateline/feed"
)

// TestLinks checks that announced feeds come first, then anchors that look like links to
// feeds, and that the addresses are absolute and unique.
func TestLinks(t *testing.T) {
	page := `<!doctype html><html><head><base href="/blog/">
		<link rel="stylesheet" href="x.css">
		<link rel="alternate" type="text/html" hreflang="de" href="/de">
		<link REL="Alternate" TYPE="application/rss+xml; charset=utf-8" title="All &amp; &#27;more" href="feed.xml">
		<link rel="alternate" type="application/atom+xml" href="https://other.example/atom">
		<link rel="alternate feed" type="application/feed+json" href="/feed.json">
		<link rel="alternate" type="application/json" href="/wp-json/x">
		<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
		</head><body>
		<a href="feed.xml">again</a> <a href="/tags/go.rss">Go <b>posts</b></a> <a href="feed://pod.example/cast">Cast</a>
		<a href="?feed=rss2">query</a> <a href="/feedback">no</a> <a href="#rss">no</a> <a href="mailto:rss@x.example">no</a>
		<a href="/news/rss/">Trailing <a href="/about">no</a></body></html>`
	got := FeedLinks([]byte(page), "https://site.example/a/b")
	want := []feed.Candidate{
		{URL: "https://site.example/blog/feed.xml", Title: "All & more", Type: "RSS"},
		{URL: "https://other.example/atom", Title: "", Type: "Atom"},
		{URL: "https://site.example/feed.json", Title: "", Type: "JSON Feed"},
		{URL: "https://site.example/tags/go.rss", Title: "Go posts", Type: "RSS"},
		{URL: "http://pod.example/cast", Title: "Cast", Type: ""},
		{URL: "https://site.example/blog/?feed=rss2", Title: "query", Type: ""},
		{URL: "https://site.example/news/rss/", Title: "Trailing", Type: "RSS"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if got := FeedLinks([]byte("no page"), "https://site.example/"); len(got) != 0 {
		t.Errorf("found %q in nothing", got)
	}
}
