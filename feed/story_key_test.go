package feed

import "testing"

// TestCanonicalLink checks that addresses of one story give the same text, that addresses of
// different pages do not, and that a canonical link stays the same.
func TestCanonicalLink(t *testing.T) {
	for want, links := range map[string][]string{
		"https://example.org/a/b": {
			"https://example.org/a/b", "http://example.org/a/b", "HTTPS://Example.ORG/a/b/", "https://example.org:443/a/b", "http://example.org:80/a/b",
			"https://www.example.org/a/b", "https://m.example.org/a/b", "https://mobile.example.org/a/b", "https://amp.example.org/a/b", "https://www.example.org./a/b",
			"https://example.org/a//b", "https://example.org//a/./x/../b", "https://example.org/%61/b", "https://example.org/a/b/index.html", "https://example.org/a/b/index.php",
			"https://example.org/a/b?utm_source=rss&utm_medium=feed&utm_campaign=x", "https://example.org/a/b?fbclid=1&gclid=2#top", "https://example.org/a/b?UTM_Source=x",
			"https://example.org/a/b?mc_cid=1&mc_eid=2&igshid=3", "https://example.org/a/b?at_medium=RSS&at_campaign=KARANGA", "https://example.org/a/b?ns_mchannel=rss&ns_source=x",
			"https://example.org/a/b?ref=rss", "https://example.org/a/b?source=rss----0a1b2c---4", "https://example.org/a/b?CMP=Share_iOSApp", "https://example.org/a/b?from=feed&via=twitter",
			"https://example.org/a/b?partner=rssnyt&emc=rss", "https://example.org/a/b#xtor=RSS-1", "https://example.org/a/b#:~:text=word", "https://example.org/a/b?",
			"https://example.org/a/b#top", "https://example.org/a/b#respond", "https://example.org/a/b#comments", "https://example.org/a/b#ref=rss", "https://example.org/a/b#/", "https://example.org/a/b#!",
			"https://example.org/a/b#more-123", "https://example.org/a/b#utm_source=rss&utm_medium=feed", "https://example.org/a/b#.VDHyXvldWSo", "https://example.org/a/b#Echobox=1600000000", "https://example.org/a/b#Comments",
			"https://example.org/a/b?PHPSESSID=1", "https://example.org/a/b;jsessionid=0A1B", "https://example.org/a/b?sid=0123456789abcdef0123456789abcdef", "https://example.org/(S(lit3py55t21z5v55vlm25s55))/a/b",
			"https://example.org/a/b/amp", "https://example.org/a/b/amp/", "https://example.org/amp/a/b", "https://example.org/a/b.amp", "https://example.org/a/b?amp", "https://example.org/a/b?amp=1",
			"https://example.org/a/b?outputType=amp", "https://www.google.com/amp/s/www.example.org/a/b", "https://www.google.com/amp/example.org/a/b/amp/", "https://google.co.uk/amp/s/example.org/a/b?utm_source=x",
			"https://cdn.ampproject.org/c/s/www.example.org/a/b", "https://www-example-org.cdn.ampproject.org/v/s/www.example.org/a/b?amp_js_v=0.1&usqp=x",
			" https://example.org/a/b\n",
		},
		"https://example.org/a.html":               {"https://example.org/a.amp.html", "https://example.org/a.html?m=1", "https://example.org/a.html/"},
		"https://example.org/caf%C3%A9":            {"https://example.org/café", "https://example.org/caf%c3%a9", "http://example.org/caf%C3%A9/"},
		"https://example.org/a?a=1&b=2":            {"https://example.org/a?b=2&a=1", "https://example.org/a/?a=1&utm_term=x&b=2", "https://example.org/a?a=1&&b=2"},
		"https://example.org?p=12":                 {"https://example.org/?p=12", "http://www.example.org/index.php?p=12"},
		"https://xn--bcher-kva.example/a":          {"https://bücher.example/a", "http://www.BÜCHER.example/a", "https://xn--bcher-kva.example/a"},
		"https://example.org#!/a":                  {"https://example.org/#!/a"},
		"https://example.org/app#/a":               {"https://example.org/app/#/a"},
		"https://example.org/app#/a?id=1":          {"https://example.org/app#/a?utm_source=rss&id=1"},
		"https://example.org/a#comment-12":         {"https://example.org/a/?utm_source=x#comment-12"},
		"https://example.org/a#v1.2":               {"https://www.example.org/a/#v1.2", "https://example.org/a?fbclid=1#v1.2:~:text=word"},
		"https://example.org/a#t=120":              {"https://example.org/a#t=120", "https://example.org/a#utm_source=x&t=120"},
		"https://example.org#note-5":               {"http://example.org/#note-5"},
		"https://example.org/a?sid=12":             {"https://example.org/a?sid=12"},
		"https://en.wikipedia.org/wiki/A":          {"https://en.m.wikipedia.org/wiki/A"},
		"https://example.org:8080/a":               {"http://example.org:8080/a/"},
		"https://example.org/a%2Fb":                {"https://example.org/a%2fb"},
		"https://example.org/amp":                  {"https://example.org/amp/"},
		"https://m.co/a":                           {"https://m.co/a"},
		"https://example.org/a?ref=main":           {"https://example.org/a?ref=main"},
		"https://example.org/a?m=11&source=7":      {"https://example.org/a?m=11&source=7"},
		"https://example.org/a?cmp=12":             {"https://example.org/a?cmp=12"},
		"https://google.com/amp":                   {"https://www.google.com/amp/"},
		"https://feedproxy.google.com/~r/x/~3/abc": {"http://feedproxy.google.com/~r/x/~3/abc/"},
		"": {"", "about:blank", "mailto:a@example.org", "/a", "https://", "https://example.org", "http://www.example.org/", "https://example.org/index.html?utm_source=x#top", "https://exa mple.org/a", "ftp://example.org/a"},
	} {
		for _, link := range links {
			got := CanonicalLink(link)
			if got != want {
				t.Errorf("%s:\n got %s\nwant %s", link, got, want)
			}
			if again := CanonicalLink(got); again != got {
				t.Errorf("%s becomes %s, which becomes %s", link, got, again)
			}
		}
	}
}

// TestStoryTitle checks that case, accents and punctuation do not matter, and that short
// titles give an empty text.
func TestStoryTitle(t *testing.T) {
	for title, want := range map[string]string{
		"Parliament passes the 2027 Budget":    "parliament passes the 2027 budget",
		"PARLIAMENT passes the “2027 budget”!": "parliament passes the 2027 budget",
		"Parliament passes the 2026 budget":    "parliament passes the 2026 budget",
		"Élysée : réforme adoptée hier soir":   "elysee reforme adoptee hier soir",
		"日本銀行が金利を引き上げ":                         "日 本 銀 行 が 金 利 を 引 き 上 げ",
		"한국은행 기준금리를 인상했다":                      "한 국 은 행 기 준 금 리 를 인 상 했 다",
		"Untitled":           "",
		"Weekly open thread": "",
		"A b c d e":          "",
		"Release 1.2.3":      "",
		"日本銀行":               "",
		"":                   "",
		"!!! … ???":          "",
	} {
		if got := StoryTitle(title); got != want {
			t.Errorf("%q: %q, want %q", title, got, want)
		}
	}
}

// TestStoryPage checks that the page of a story has no anchor of a part, and that routes,
// comments and parts of a front page stay.
func TestStoryPage(t *testing.T) {
	for link, want := range map[string]string{
		"https://example.org/a#v1.2":       "https://example.org/a",
		"https://example.org/?p=1#v1.2":    "https://example.org?p=1",
		"https://example.org/a#/route":     "https://example.org/a#/route",
		"https://example.org/#/route":      "https://example.org#/route",
		"https://example.org/a#comment-12": "https://example.org/a#comment-12",
		"https://example.org/#day-1":       "https://example.org#day-1",
		"https://example.org/#top":         "",
	} {
		if got := StoryPage(link); got != want {
			t.Errorf("%s: %q, want %q", link, got, want)
		}
	}
}
