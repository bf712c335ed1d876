package article

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"dateline/feed"
	"dateline/feed/markup"
)

// kinds are items with a head of their own.
func kinds() map[string]feed.Article {
	item := func(i feed.Item, raw string) feed.Article {
		return feed.Article{Item: i, Body: markup.Body{Raw: raw, Base: site}}
	}
	return map[string]feed.Article{
		"podcast": item(feed.Item{Title: "The sleeper", Author: "Night Trains", Link: "https://trains.example/12",
			Enclosures: []feed.Enclosure{{URL: "https://trains.example/a/12.mp3", Type: "audio/mpeg", Length: 32505856, Duration: 3250}, {URL: "https://trains.example/cover.jpg", Type: "image/jpeg"}, {URL: "https://trains.example/notes.pdf", Type: "application/pdf", Length: 300 << 10}},
			More:       feed.More{Season: 2, Episode: 12, Sections: []feed.Section{{Title: "Welcome"}, {Start: 330, Title: "The line to the coast"}, {Start: 3700, Title: "Letters"}}}},
			"<p>We take the night train. 05:30 The line to the coast.</p>"),
		"video": item(feed.Item{Title: "A clock", Link: "https://www.youtube.com/watch?v=abc", Author: "Practical Clocks",
			Enclosures: []feed.Enclosure{{URL: "https://www.youtube.com/watch?v=abc", Duration: 3900}, {URL: "https://i.example/vi/abc/hqdefault.jpg", Type: "image/jpeg"}}}, "<p>How a clock is set.</p>"),
		"comic": item(feed.Item{Title: "Snow"}, `<img src="/comic.png" title="The joke is that the snow was here before any of us." alt="Snow">`),
		"linkblog": item(feed.Item{Title: "About another page", Link: "https://other.example/2026/a-story-of-a-lamp", More: feed.More{Permalink: "https://links.example/1"}},
			"<p>Worth it.</p>"),
		"linkblog-json": item(feed.Item{Title: "Its own page first", Link: "https://links.example/2", More: feed.More{External: "https://www.other.example/two"}}, "<p>Two.</p>"),
		"release": item(feed.Item{Title: "v1.2.3", Link: "https://github.com/someone/lamp/releases/tag/v1.2.3", Author: "someone"},
			"<h1>v1.2.3</h1><h2>What’s Changed</h2><ul><li>Faster by <a href=/u>@someone</a></li></ul>"),
		"mail":     item(feed.Item{Title: "Re: [lamp] the wick", Author: "Ada Wren"}, "<pre>From: Ada Wren\nDate: Sun, 29 Nov 2026 18:59:00 +0100\nSubject: Re: [lamp] the wick\n\nOn Sat, 28 Nov 2026, Bo Lind wrote:\n&gt; The wick is too short.\n&gt;&gt; Is it?\n&gt; It is.\n\nThen cut a longer one:\n    cut -l 12\n\nAda\n-- \nlamp mailing list\nlamp@lists.example\n</pre>"),
		"repeated": item(feed.Item{Title: "A title, again", Author: "Ada Wren"}, "<p><img src=/hero.jpg alt='A lamp'></p><h1>A Title,  again</h1><p>By Ada Wren</p><p>The text.</p><h2>A title, again</h2>"),
	}
}

// TestHeads compares the heads of the kinds of items with the golden files.
func TestHeads(t *testing.T) {
	for name, a := range kinds() {
		for _, width := range []int{40, 76} {
			r := Render(a.Body.Safe(), Options{Width: width, Style: fewColors, Colors: true, Head: HeadOf(a)})
			got := strings.ReplaceAll(strings.Join(texts(r.Lines), "\n"), "\x1b", "␛") + "\n\n"
			for _, l := range r.Links {
				got += fmt.Sprintf("%d %s %q\n", l.N, l.URL, l.Text)
			}
			compare(t, fmt.Sprintf("testdata/kind-%s.%d.txt", name, width), got)
		}
	}
}

// TestHostileHeads checks that what a feed says in a head is text.
func TestHostileHeads(t *testing.T) {
	bad := "\x1b]52;c;x\a<b onclick=x>\"'&\u202e"
	a := feed.Article{Item: feed.Item{Title: bad, Author: bad, Link: "https://github.com/x/" + bad + "/releases/tag/" + bad,
		Enclosures: []feed.Enclosure{{URL: "javascript:x", Type: "audio/" + bad}, {URL: "https://a.example/" + bad, Type: bad, Length: 1 << 62, Duration: 1 << 40}, {URL: bad, Type: "image/png"}},
		More:       feed.More{External: bad, Permalink: "javascript:y", Season: 1, Episode: 1 << 40, Sections: []feed.Section{{Start: -5, Title: bad}}}}}
	r := Render(markup.SafeHTML{}, Options{Width: 40, Links: true, Head: HeadOf(a)})
	all := strings.Join(texts(r.Lines), "\n")
	if plain := ansi.Strip(all); strings.ContainsAny(plain, "\x1b\a\u202e") || strings.Contains(all, "\x1b]52") || !strings.Contains(plain, "onclick") {
		t.Errorf("%q", all)
	}
	for _, l := range r.Links {
		if strings.HasPrefix(l.URL, "javascript") {
			t.Errorf("link %v", l)
		}
	}
}
