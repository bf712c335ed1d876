package find

import (
	"slices"
	"testing"

	"dateline/feed"
	"dateline/feed/text"
)

// TestHostFeeds checks the feeds of addresses without their pages.
func TestHostFeeds(t *testing.T) {
	for page, want := range map[string][]string{
		"https://www.youtube.com/channel/UCabc/videos":          {"https://www.youtube.com/feeds/videos.xml?channel_id=UCabc"},
		"https://m.youtube.com/playlist?list=PL12":              {"https://www.youtube.com/feeds/videos.xml?playlist_id=PL12"},
		"https://www.youtube.com/watch?v=a&list=RDx":            nil,
		"https://www.youtube.com/user/Some%26One":               {"https://www.youtube.com/feeds/videos.xml?user=Some%26One"},
		"https://www.youtube.com/@handle":                       nil,
		"https://vimeo.com/staff":                               {"https://vimeo.com/staff/videos/rss"},
		"https://vimeo.com/76979871":                            nil,
		"https://vimeo.com/channels/shorts":                     {"https://vimeo.com/channels/shorts/videos/rss"},
		"https://github.com/golang/go/issues":                   {"https://github.com/golang/go/releases.atom", "https://github.com/golang/go/tags.atom", "https://github.com/golang/go/commits.atom"},
		"https://github.com/golang/go/commits/release/1.2":      {"https://github.com/golang/go/commits/release/1.2.atom", "https://github.com/golang/go/releases.atom", "https://github.com/golang/go/tags.atom"},
		"https://GitHub.com/golang/":                            {"https://github.com/golang.atom"},
		"https://github.com/topics/rss":                         nil,
		"https://github.com/":                                   nil,
		"https://gitlab.com/a/b":                                {"https://gitlab.com/a/b/-/releases.atom", "https://gitlab.com/a/b/-/tags?format=atom"},
		"https://gitlab.com/a/b/-/commits/main":                 {"https://gitlab.com/a/b/-/commits/main?format=atom", "https://gitlab.com/a/b/-/releases.atom", "https://gitlab.com/a/b/-/tags?format=atom"},
		"https://gitlab.com/explore/projects":                   nil,
		"https://codeberg.org/forgejo/forgejo/pulls":            {"https://codeberg.org/forgejo/forgejo/releases.rss", "https://codeberg.org/forgejo/forgejo.rss"},
		"https://codeberg.org/forgejo":                          {"https://codeberg.org/forgejo.rss"},
		"https://git.sr.ht/~sircmpwn/scdoc/tree":                {"https://git.sr.ht/~sircmpwn/scdoc/refs/rss.xml", "https://git.sr.ht/~sircmpwn/scdoc/log/rss.xml"},
		"https://old.reddit.com/r/golang/top":                   {"https://www.reddit.com/r/golang/.rss"},
		"https://www.reddit.com/u/someone":                      {"https://www.reddit.com/user/someone/.rss"},
		"https://www.reddit.com/r/golang/comments/1ab/a_title/": {"https://www.reddit.com/r/golang/comments/1ab/.rss", "https://www.reddit.com/r/golang/.rss"},
		"https://stackoverflow.com/questions/tagged/c%2b%2b":    {"https://stackoverflow.com/feeds/tag/c++"},
		"https://unix.stackexchange.com/questions/42/how-to":    {"https://unix.stackexchange.com/feeds/question/42", "https://unix.stackexchange.com/feeds"},
		"https://superuser.com":                                 {"https://superuser.com/feeds"},
		"https://lobste.rs/t/go,rust":                           {"https://lobste.rs/t/go%2Crust.rss"},
		"https://bsky.app/profile/bsky.app/post/3k":             {"https://bsky.app/profile/bsky.app/rss"},
		"https://mastodon.social/@Gargron/1":                    {"https://mastodon.social/@Gargron.rss"},
		"https://mastodon.social/@someone@else.example":         nil,
		"https://some.example/@name":                            nil,
		"https://news.substack.com/p/a-post":                    {"https://news.substack.com/feed"},
		"https://www.substack.com/":                             nil,
		"https://medium.com/@user/a-post-1":                     {"https://medium.com/feed/@user"},
		"https://medium.com/tag/go":                             {"https://medium.com/feed/tag/go"},
		"https://medium.com/netflix-techblog/x":                 {"https://medium.com/feed/netflix-techblog"},
		"https://medium.com/search":                             nil,
		"https://user.medium.com/a-post":                        {"https://user.medium.com/feed"},
		"https://name.blogspot.com/2026/11/a.html":              {"https://name.blogspot.com/feeds/posts/default"},
		"https://name.tumblr.com/post/1":                        {"https://name.tumblr.com/rss"},
		"https://name.wordpress.com/about":                      {"https://name.wordpress.com/feed/", "https://name.wordpress.com/comments/feed/"},
		"https://buttondown.com/name/archive/":                  {"https://buttondown.com/name/rss"},
		"https://arxiv.org/list/cs.PL/recent":                   {"https://rss.arxiv.org/rss/cs.PL"},
		"https://pypi.org/project/requests/":                    {"https://pypi.org/rss/project/requests/releases.xml"},
		"https://en.wikipedia.org/wiki/AT%26T/Old":              {"https://en.wikipedia.org/w/index.php?title=AT%26T%2FOld&action=history&feed=atom"},
		"https://store.steampowered.com/app/620/Portal_2/":      {"https://store.steampowered.com/feeds/news/app/620"},
		"https://name.itch.io/game/devlog/1/a":                  {"https://name.itch.io/game/devlog.rss"},
		"https://evilgithub.com/golang/go":                      nil,
		"https://github.com.evil.example/golang/go":             nil,
		"https://github.com/%2e%2e/go":                          nil,
		"https://github.com/a%2fb/go":                           nil,
		"https://github.com/golang.atom":                        nil,
		"ftp://github.com/golang/go":                            nil,
		"builtin:welcome":                                       nil,
		"::":                                                    nil,
	} {
		if got := addresses(HostFeeds(page, nil)); !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", page, got, want)
		}
	}
}

// TestHostFeedsOfPage checks the feeds that depend on the content of a page.
func TestHostFeedsOfPage(t *testing.T) {
	const id = "UC0123456789abcdefghij-_"
	channel := []string{"https://www.youtube.com/feeds/videos.xml?channel_id=" + id}
	for _, c := range []struct {
		url, page string
		want      []string
	}{
		{"https://www.youtube.com/@handle", `<script>{"externalId":"` + id + `","x":1}</script>`, channel},
		{"https://www.youtube.com/c/Name/videos", `<meta itemprop="channelId" content="` + id + `">`, channel},
		{"https://www.youtube.com/@handle", `<link rel="canonical" href="https://www.youtube.com/channel/` + id + `">`, channel},
		{"https://www.youtube.com/@handle", `{"externalId":"UC&channel_id=<x>abcdefgh"`, nil},
		{"https://www.youtube.com/@handle", `{"externalId":"`, nil},
		{"https://other.example/@handle", `{"externalId":"` + id + `"}`, nil},
		{"https://toot.example/@name", `<div class="app-holder" id="mastodon">`, []string{"https://toot.example/@name.rss"}},
		{"https://toot.example/tags/go", `<div id="mastodon">`, []string{"https://toot.example/tags/go.rss"}},
		{"http://talk.example:8080/t/a-topic/12/3", `<meta name="generator" content="Discourse 3.2 - https://github.com/discourse/discourse">`, []string{"http://talk.example:8080/t/a-topic/12.rss", "http://talk.example:8080/latest.rss"}},
		{"https://talk.example/c/help/5", `<meta name="generator" content="Discourse 3.2">`, []string{"https://talk.example/c/help/5.rss", "https://talk.example/latest.rss"}},
		{"https://talk.example/", `<META NAME=Generator CONTENT="Discourse 3.2">`, []string{"https://talk.example/latest.rss"}},
		{"https://g.example/a", `<meta name="generator" content="Ghost 5.8">`, []string{"https://g.example/rss/"}},
		{"https://w.example/blog/a", `<meta name="generator" content="WordPress 6.4"><link rel="https://api.w.org/" href="https://w.example/blog/wp-json/">`, []string{"https://w.example/blog/feed/", "https://w.example/blog/comments/feed/"}},
		{"https://w.example/", `<meta name="generator" content="WordPress 6.4"><link rel="https://api.w.org/" href="javascript:wp-json/">`, nil},
		{"https://w.example/", `<meta name="generator" content="WordPress.com"><meta itemprop="channelId" content="` + id + `">`, nil},
		{"https://h.example/", `<meta name="generator" content="Hugo 0.1">`, nil},
	} {
		if got := addresses(HostFeeds(c.url, []byte(c.page))); !slices.Equal(got, c.want) {
			t.Errorf("%s with %s:\n got %q\nwant %q", c.url, c.page, got, c.want)
		}
	}
}

// TestHostFeedsAreNamed checks that the feeds of a host have notes to choose by, and clean
// titles.
func TestHostFeedsAreNamed(t *testing.T) {
	got := HostFeeds("https://github.com/golang/go", nil)
	want := feed.Candidate{URL: "https://github.com/golang/go/releases.atom", Title: "golang/go", Type: "Atom", Note: "releases"}
	if len(got) == 0 || got[0] != want {
		t.Errorf("got %+v, want %+v first", got, want)
	}
	if got := HostFeeds("https://github.com/a%1b%5bm/go", nil); len(got) == 0 || got[0].Title != text.Clean(got[0].Title) {
		t.Errorf("a title with control characters: %+v", got)
	}
}

func addresses(found []feed.Candidate) []string {
	var urls []string
	for _, c := range found {
		urls = append(urls, c.URL)
	}
	return urls
}
