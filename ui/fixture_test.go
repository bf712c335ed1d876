package ui

import (
	"fmt"
	"time"

	"dateline/feed"
	"dateline/feed/markup"
	"dateline/feed/text"
)

const (
	natoURL = "https://nato.example/rss.xml"
	goURL   = "https://go.example/blog/feed.atom"
	lwnURL  = "https://lwn.example/headlines"
	oldURL  = "https://old.example/planet.xml"
)

func testSubs() []feed.Subscription {
	return []feed.Subscription{
		{URL: natoURL, Tags: []string{"World"}},
		{URL: goURL, Tags: []string{"Tech"}},
		{URL: lwnURL, Name: "LWN", Tags: []string{"Tech"}},
		{URL: oldURL, Name: "Old Planet"},
	}
}

// testDocs are feeds that are hard to show: long titles, wide and right-to-left scripts,
// no title, no text.
func testDocs(now time.Time) map[string]*feed.Document {
	return map[string]*feed.Document{
		natoURL: testDoc("NATO News", "What's new at NATO Headquarters?", "https://www.nato.example/", []feed.Article{
			testItem("Statement by the Special Representative for the Caucasus and Central Asia", now.AddDate(0, -1, -22),
				"Both sides are asked to stop at once and to return to the talks that were agreed upon in the spring of this year."),
			testItem("Major maritime exercise gets underway", now.AddDate(0, -1, -29), maritime),
			testItem("Education programme deepens defence capacity building for partners", now.AddDate(0, -1, -29), "Ninety-nine teachers from fifty-three schools met online for a week."),
			testItem("North Macedonia strengthens its cyber defences", now.AddDate(0, -2, 0), "Seven agencies finished two courses on answering attacks on networks."),
		}),
		goURL: testDoc("The Go Blog", "News of the language", "https://go.example/blog/", []feed.Article{
			testItem("Go 2 is not coming: 日本語の見出しも正しく測る 全角文字", now.Add(-26*time.Minute-41*time.Second), "<p>Wide characters: 気象庁は東京で地震があったと発表した。</p>"),
			testItem("שלום עולם: right to left", now.Add(-3*time.Hour), "<p>Right-to-left text.</p>"),
			testItem("Emoji 👩‍👩‍👧‍👦 and combining é marks", now.AddDate(0, 0, -1), "<p>Families and accents.</p>"),
		}),
		lwnURL: testDoc("LWN.net", "Linux and free software news", "https://lwn.example/", lwnItems(now)),
	}
}

const maritime = `<p>More than thirty ships are at sea off the French coast this week. <a href="https://nato.example/ex">The exercise</a> lasts
until 8 October; submarines, maritime patrol aircraft and helicopters of seven countries take part.</p>
<h2>What is trained</h2><ul><li>Hunting submarines in shallow water, which is harder than it sounds because of the echoes from the ground</li>
<li>Helping each other</li></ul><blockquote><p>A good exercise.</p></blockquote><pre><code>make exercise
</code></pre><p>See <a href="https://nato.example/more">more</a>.</p>`

func lwnItems(now time.Time) []feed.Article {
	var items []feed.Article
	for i := range 40 {
		items = append(items, testItem(fmt.Sprintf("Kernel development report %02d", i), now.Add(-time.Duration(i+2)*24*time.Hour),
			fmt.Sprintf("<p>Report number %d on what was merged.</p>", i)))
	}
	return items
}

func testDoc(title, description, site string, items []feed.Article) *feed.Document {
	for i := range items {
		items[i].Link = fmt.Sprintf("%sitem/%d", site, i)
		items[i].GUID = items[i].Link
		items[i].Body.Base = site
		items[i].Identify()
	}
	return &feed.Document{Title: title, Description: description, Site: site, Items: items}
}

func testItem(title string, published time.Time, body string) feed.Article {
	b := markup.Body{Raw: body}
	return feed.Article{Item: feed.Item{Title: title, Published: published, Summary: text.Clean(b.Text())}, Body: b}
}
