package cachetest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
	"unicode/utf8"

	"dateline/cache/db"
	"dateline/feed"
)

// words returns a vocabulary so small that random queries find random items.
func words() []string {
	return []string{"budget", "Budapest", "bud", "café", "CAFE", "naïve", "東京", "東京都の地震", "地震", "뉴스", "c++", "node.js", "Ärger", "straße", "a", "x-y", "it's", "++", "мир", "ёлка"}
}

func oneOf(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

func someWords(r *rand.Rand, n int) string {
	var list []string
	for range n {
		list = append(list, oneOf(r, words()))
	}
	return strings.Join(list, " ")
}

// ManyWords returns n different words that begin with prefix, up to 676.
func ManyWords(prefix string, n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("%s%c%c", prefix, 'a'+i/26, 'a'+i%26))
	}
	return strings.Join(list, " ")
}

// randomTerm returns one term of the query language.
func randomTerm(r *rand.Rand, feeds []string) string {
	word := oneOf(r, words())
	quoted := `"` + someWords(r, 1+r.IntN(2)) + `"`
	start := string([]rune(word)[:min(1+r.IntN(4), utf8.RuneCountInString(word))])
	is := []string{"unread", "read", "starred", "unstarred", "hidden", "snoozed", "edited", "new", "labelled"}
	list := []string{
		word, word, start, start, "title:" + start, "author:" + start, "text:" + start, quoted, "title:" + word, "text:" + word, "author:" + word, "title:" + quoted, "link:EXAMPLE", "link:straße", "link:/" + fmt.Sprint(r.IntN(10)),
		"feed:" + []string{"f1", "HOME", "title"}[r.IntN(3)], "feed:=" + feeds[r.IntN(len(feeds))], "tag:" + []string{"world", "Tech", "none", "tech/deep"}[r.IntN(4)],
		"account:" + []string{"HOME", "work", "none", `""`}[r.IntN(4)],
		"label:" + []string{"later", "LATER", "later-on", "none"}[r.IntN(4)],
		"is:" + is[r.IntN(len(is))], "is:" + is[r.IntN(len(is))], "has:" + []string{"enclosure", "image", "fulltext", "comments"}[r.IntN(4)],
		"since:" + []string{"2d", "6h", "today", "monday", "2026-11-20"}[r.IntN(5)], "before:" + []string{"1d", "yesterday", "2026-11-22"}[r.IntN(3)],
	}
	return list[r.IntN(len(list))]
}

// RandomQuery returns a query about the items of [Store.FillRandom], whose feeds have
// the given URLs. depth limits how deep parentheses are nested.
func RandomQuery(r *rand.Rand, feeds []string, depth int) string {
	var parts []string
	for range 1 + r.IntN(3) {
		part := randomTerm(r, feeds)
		if depth > 0 && r.IntN(4) == 0 {
			part = "(" + RandomQuery(r, feeds, depth-1) + ")"
		}
		if r.IntN(4) == 0 {
			part = "-" + part
		}
		if len(parts) > 0 && r.IntN(4) == 0 {
			part = "or " + part
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " ")
}

// RandomItem returns an article of the vocabulary, dated within the last days.
func RandomItem(r *rand.Rand, key string) feed.Article {
	a := Item(key, time.Duration(r.IntN(100*3600))*time.Second, someWords(r, r.IntN(4)), "<p>"+someWords(r, r.IntN(8))+"</p>", someWords(r, r.IntN(2)))
	_, number, _ := strings.Cut(key, "-")
	a.Link = []string{"https://example.org/" + key, "https://EXAMPLE.net/Straße/" + key, "https://example.org/story/" + number, ""}[r.IntN(4)]
	if r.IntN(8) == 0 {
		a.Body.Raw += "<p>" + ManyWords("bu", 110) + "</p>"
	}
	a.Image = r.IntN(3) == 0
	if r.IntN(3) == 0 {
		a.Enclosures = []feed.Enclosure{{URL: "https://example.org/a.mp3"}}
	}
	if r.IntN(3) == 0 {
		a.Comments = "https://example.org/comments"
	}
	return a
}

// FillRandom fills the store and returns the URLs of its feeds. Some stories are in
// several feeds. They are linked unless separate is set.
func (s Store) FillRandom(r *rand.Rand, separate bool) []string {
	s.T.Helper()
	feeds := []string{"https://f1.example/", "https://f2.example/", "https://home.example/", "https://f4.example/"}
	tags := [][]string{{"world"}, {"world", "tech/deep"}, {"TECH"}, nil}
	var subs []feed.Subscription
	for i, u := range feeds {
		subs = append(subs, feed.Subscription{URL: u, Tags: tags[i], Name: []string{"", "Home"}[i%2], Settings: feed.Settings{Separate: separate}})
	}
	s.Must(s.SetFeeds(s.Ctx(), subs))
	for i, account := range []string{"home", "Work"} {
		_, err := s.Writer().Exec(`UPDATE feeds SET account = ? WHERE url = ?`, account, feeds[i+1])
		s.Must(err)
	}
	for round := range 4 {
		s.Advance(time.Minute)
		for i, u := range feeds {
			var items []feed.Article
			for n := range 15 {
				items = append(items, RandomItem(r, fmt.Sprintf("%d-%d", i, n+round*5)))
			}
			s.SaveItems(u, items...)
		}
		if round == 2 {
			s.IndexAll()
		}
	}
	flags := []feed.Mark{{Flag: feed.Read}, {Flag: feed.Read}, {Flag: feed.Starred}, {Flag: feed.Hidden}, {Flag: feed.Label, Label: "later"},
		{Flag: feed.Label, Label: "Later"}, {Flag: feed.Label, Label: "later-on"}, {Flag: feed.Snooze, Until: Noon().Add(time.Hour)}, {Flag: feed.Snooze, Until: Noon().Add(-time.Hour)}}
	for range 200 {
		m := flags[r.IntN(len(flags))]
		m.Items, m.On, m.At = []int64{int64(1 + r.IntN(130))}, r.IntN(3) > 0, s.Now()
		s.Must(s.Mark(s.Ctx(), m))
	}
	return feeds
}

// EveryArticle returns all items, newest first, without a query.
func (s Store) EveryArticle() []feed.Article {
	s.T.Helper()
	ids, err := db.Integers(s.Ctx(), s.Readers(), db.SQL(`SELECT id FROM items ORDER BY pos DESC`))
	s.Must(err)
	var all []feed.Article
	for _, id := range ids {
		a, err := s.Article(s.Ctx(), id)
		s.Must(err)
		all = append(all, a)
	}
	return all
}
