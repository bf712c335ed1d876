package find

import "testing"

// A button of a feed reader is no feed. The feed inside its address is one.
func TestButtons(t *testing.T) {
	const feed = "http://blog.example/feed"
	for href, want := range map[string]string{
		"https://reader.example/subscription/feed/" + feed:                                                   feed,
		"https://feedly.com/i/subscription/feed/" + feed:                                                     feed,
		"https://feedly.com/i/subscription/feed%2Fhttp%3A%2F%2Fblog.example%2Ffeed":                          feed,
		"https://feedly.com/i/subscription/feed%2Fhttp%3a%2f%2fblog.example%2ffeed":                          feed,
		"https://feedly.com/i/subscription/feed/https%3A%2F%2Fblog.example%2Findex.php%3Fformat%3Dfeed":      "https://blog.example/index.php?format=feed",
		"https://feedly.com/#subscription/feed/" + feed:                                                      feed,
		"https://feedly.com/#subscription%2Ffeed%2Fhttp%3A%2F%2Fblog.example%2Ffeed":                         feed,
		"https://cloud.feedly.com/#subscription%2Ffeed%2Fhttp://blog.example/feed":                           feed,
		"https://www.inoreader.com/?add_feed=" + feed:                                                        feed,
		"https://www.inoreader.com/?add_feed=http%3A%2F%2Fblog.example%2Ffeed":                               feed,
		"https://www.inoreader.com/feed/http%3A%2F%2Fblog.example%2Ffeed":                                    feed,
		"https://www.inoreader.com/search/feeds/http%3A%2F%2Fblog.example%2Ffeed":                            feed,
		"https://add.my.yahoo.com/rss?url=" + feed:                                                           feed,
		"http://add.my.yahoo.com/content?lg=de&url=http%3A//blog.example/feed&x=1":                           feed,
		"http://us.rd.yahoo.com/my/atm/Blog/Blog/*http://add.my.yahoo.com/rss?url=http://blog.example/feed":  feed,
		"https://www.newsblur.com/?url=" + feed:                                                              feed,
		"https://theoldreader.com/feeds/subscribe?url=" + feed + "&src=x":                                    feed,
		"https://www.netvibes.com/subscribe.php?url=http%253A%252F%252Fblog.example%252Ffeed":                feed,
		"http://fusion.google.com/add?feedurl=" + feed:                                                       feed,
		"https://www.bloglines.com/sub/" + feed:                                                              feed,
		"https://www.bloglines.com/sub/http:/blog.example/feed":                                              feed,
		"https://reader.example/add?feed=HTTP://blog.example/feed":                                           feed,
		"https://reader.example/feed/http://feeds.blog.example/main":                                         "http://feeds.blog.example/main",
		"https://reader.example/?u=http%3A%2F%2Ffeeds.blog.example%2Fmain":                                   "http://feeds.blog.example/main",
		"https://reader.example/feed/http://blog.example/list?id=1&b=2":                                      "http://blog.example/list?id=1&b=2",
		"https://reader.example/rss?url=http%3A%2F%2Fblog.example%2F%3Ffeed%3Drss2%26a%3Db":                  "http://blog.example/?feed=rss2&a=b",
		"https://reader.example/feed/http://blog.example/":                                                   "",
		"https://reader.example/feed?u=http://blog.example":                                                  "",
		"https://share.example/rss.php?via=x&u=https://blog.example/":                                        "",
		"https://social.example/share?url=https://blog.example/2026/salt.html":                               "",
		"https://site.example/feed?from=https://site.example/":                                               "https://site.example/feed?from=https://site.example/",
		"https://site.example/feed/":                                                                         "https://site.example/feed/",
		"https://site.example/https/feed":                                                                    "https://site.example/https/feed",
		"https://site.example/http:feed":                                                                     "",
		"/local/feed":                                                                                        "https://site.example/local/feed",
		"feed:https://blog.example/feed":                                                                     "https://blog.example/feed",
		"feed://blog.example/feed":                                                                           "http://blog.example/feed",
		"https://reader.example/feed/javascript:alert(1)":                                                    "",
		"https://reader.example/feed/http://":                                                                "",
		"https://reader.example/feed/http%3A%2F%2Fblog.example%2Ffeed/http%3A%2F%2Fother.example%2Ffeed.xml": "http://blog.example/feed",
	} {
		got := ""
		if found := FeedLinks([]byte(`<a href="`+href+`">RSS</a>`), "https://site.example/"); len(found) > 0 {
			got = found[0].URL
		}
		if got != want {
			t.Errorf("%s: %q, want %q", href, got, want)
		}
	}
	// What the publisher says with a link element is believed.
	bridge := "https://bridge.example/?url=https%3A%2F%2Fblog.example%2F&format=Atom"
	page := `<link rel="alternate" type="application/atom+xml" href="` + bridge + `">`
	if found := FeedLinks([]byte(page), "https://site.example/"); len(found) != 1 || found[0].URL != bridge {
		t.Errorf("found %v", found)
	}
}
