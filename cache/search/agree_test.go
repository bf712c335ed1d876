package search_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"dateline/cache/db"
	"dateline/cache/search"
	"dateline/feed"
	"dateline/feed/query"
)

// words is a small vocabulary, so that random queries match random items.
var words = []string{"budget", "Budapest", "bud", "café", "CAFE", "naïve", "東京", "東京都の地震", "地震", "뉴스", "c++", "node.js", "Ärger", "straße", "a", "x-y", "it's", "++", "мир", "ёлка"}

func someWords(r *rand.Rand, n int) string {
	var list []string
	for range n {
		list = append(list, words[r.IntN(len(words))])
	}
	return strings.Join(list, " ")
}

// manyWords returns more words with a prefix than a search completes it to.
func manyWords(prefix string) string {
	var list []string
	for i := range search.MaxCompletions + 10 {
		list = append(list, fmt.Sprintf("%s%c%c", prefix, 'a'+i/26, 'a'+i%26))
	}
	return strings.Join(list, " ")
}

// randomTerm returns one term of the query language.
func randomTerm(r *rand.Rand, feeds []string) string {
	word := words[r.IntN(len(words))]
	quoted := `"` + someWords(r, 1+r.IntN(2)) + `"`
	prefix := string([]rune(word)[:min(1+r.IntN(4), utf8.RuneCountInString(word))])
	is := []string{"unread", "read", "starred", "unstarred", "hidden", "snoozed", "edited", "new", "labelled"}
	list := []string{
		word, word, prefix, prefix, "title:" + prefix, "author:" + prefix, "text:" + prefix, quoted, "title:" + word, "text:" + word, "author:" + word, "title:" + quoted, "link:EXAMPLE", "link:straße", "link:/" + fmt.Sprint(r.IntN(10)),
		"feed:" + []string{"f1", "HOME", "title"}[r.IntN(3)], "feed:=" + feeds[r.IntN(len(feeds))], "tag:" + []string{"world", "Tech", "none"}[r.IntN(3)],
		"label:" + []string{"later", "LATER", "later-on", "none"}[r.IntN(4)],
		"is:" + is[r.IntN(len(is))], "is:" + is[r.IntN(len(is))], "has:" + []string{"enclosure", "image", "fulltext", "comments"}[r.IntN(4)],
		"since:" + []string{"2d", "6h", "today", "monday", "2026-11-20"}[r.IntN(5)], "before:" + []string{"1d", "yesterday", "2026-11-22"}[r.IntN(3)],
	}
	return list[r.IntN(len(list))]
}

// randomQuery returns up to three terms, joined and nested at random.
func randomQuery(r *rand.Rand, feeds []string, depth int) string {
	var parts []string
	for range 1 + r.IntN(3) {
		part := randomTerm(r, feeds)
		if depth > 0 && r.IntN(4) == 0 {
			part = "(" + randomQuery(r, feeds, depth-1) + ")"
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

// randomItem returns an article of the vocabulary, dated within the last days.
func randomItem(r *rand.Rand, key string) feed.Article {
	a := item(key, time.Duration(r.IntN(100*3600))*time.Second, someWords(r, r.IntN(4)), "<p>"+someWords(r, r.IntN(8))+"</p>", someWords(r, r.IntN(2)))
	_, number, _ := strings.Cut(key, "-")
	a.Link = []string{"https://example.org/" + key, "https://EXAMPLE.net/Straße/" + key, "https://example.org/story/" + number, ""}[r.IntN(4)]
	if r.IntN(8) == 0 {
		a.Body.Raw += "<p>" + manyWords("bu") + "</p>"
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

// randomStore fills a store and returns the URLs of its feeds. Some stories are in
// several feeds. Their items are linked unless separate is set.
func randomStore(s testStore, r *rand.Rand, separate bool) []string {
	feeds := []string{"https://f1.example/", "https://f2.example/", "https://home.example/", "https://f4.example/"}
	tags := [][]string{{"world"}, {"world", "tech"}, {"TECH"}, nil}
	var subs []feed.Subscription
	for i, u := range feeds {
		subs = append(subs, feed.Subscription{URL: u, Tags: tags[i], Name: []string{"", "Home"}[i%2], Settings: feed.Settings{Separate: separate}})
	}
	s.must(s.SetFeeds(s.ctx(), subs))
	for round := range 4 {
		s.advance(time.Minute)
		for i, u := range feeds {
			var items []feed.Article
			for n := range 15 {
				items = append(items, randomItem(r, fmt.Sprintf("%d-%d", i, n+round*5)))
			}
			s.save(u, items...)
		}
		if round == 2 {
			s.index()
		}
	}
	flags := []feed.Mark{{Flag: feed.Read}, {Flag: feed.Read}, {Flag: feed.Starred}, {Flag: feed.Hidden}, {Flag: feed.Label, Label: "later"},
		{Flag: feed.Label, Label: "Later"}, {Flag: feed.Label, Label: "later-on"}, {Flag: feed.Snooze, Until: noon.Add(time.Hour)}, {Flag: feed.Snooze, Until: noon.Add(-time.Hour)}}
	for range 200 {
		m := flags[r.IntN(len(flags))]
		m.Items, m.On, m.At = []int64{int64(1 + r.IntN(130))}, r.IntN(3) > 0, s.Now()
		s.must(s.Mark(s.ctx(), m))
	}
	return feeds
}

// TestQueriesAgree tests that the SQL and [query.Query.Match] choose the same
// items, whether they are indexed or not, with every kind of plan. Counts and lists
// agree. If there are stories, the view leaves out only copies.
func TestQueriesAgree(t *testing.T) {
	if testing.Short() {
		t.Skip("long under the race detector, and runs nothing side by side that others do not")
	}
	matched := 0
	for seed := range uint64(2) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := open(t)
		separate := seed == 0
		feeds := randomStore(s, r, separate)
		env := query.Env{Now: s.Now()}
		var err error
		env.NewSince, err = s.LastRefresh(s.ctx())
		s.must(err)
		everything := everyArticle(s)
		infos := map[string]query.FeedInfo{}
		list, err := s.Feeds(s.ctx())
		s.must(err)
		for _, f := range list {
			infos[f.URL] = query.FeedInfo{Title: f.Title, URL: f.URL, Tags: f.Tags}
		}
		for n := range 150 {
			s.indexStep(n)
			text := randomQuery(r, feeds, 2)
			v := view(t, text)
			// Short lists are looked up or intersected. Every word is rare, or common,
			// so that its posting list is merged and read in chunks.
			s.Search().SetLimits(search.MaxLookups*(n%2), search.LookupCost*(n/2%2))
			s.Search().SetChunk(5)
			want := []string{}
			for _, a := range everything {
				if v.Query.Match(a, infos[a.Feed], env) {
					want = append(want, a.Key)
				}
			}
			matched += min(len(want), 1)
			got := s.all(v)
			count, err := s.Count(s.ctx(), v, 0)
			s.must(err)
			equal(t, text+": counted", count, len(got))
			count, err = s.Count(s.ctx(), v, 3)
			s.must(err)
			equal(t, text+": counted up to 3", count, min(len(got), 3))
			if !separate {
				want = s.withoutCopies(want, got)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d, %s (%s):\n sql %q\nwant %q", seed, text, v.Query, got, want)
			}
		}
		s.CheckCounts()
	}
	if matched < 80 {
		t.Errorf("only %d queries matched anything: too few for the test to mean something", matched)
	}
}

// indexStep indexes the items of a random store: none at first, then some of them,
// then all.
func (s testStore) indexStep(n int) {
	s.t.Helper()
	switch n {
	case 30:
		_, err := s.IndexPending(s.ctx(), 40)
		s.must(err)
	case 60:
		s.index()
		s.checkIndex()
	}
}

// everyArticle returns all items in view order, without a query.
func everyArticle(s testStore) []feed.Article {
	s.t.Helper()
	ids, err := db.Integers(s.ctx(), s.Readers(), db.SQL(`SELECT id FROM items ORDER BY pos DESC`))
	s.must(err)
	var all []feed.Article
	for _, id := range ids {
		a, err := s.Article(s.ctx(), id)
		s.must(err)
		all = append(all, a)
	}
	return all
}

// withoutCopies returns all keys without those of copies that are not shown. A copy
// may be left out if another item of its story is in the store.
func (s testStore) withoutCopies(all, shown []string) []string {
	s.t.Helper()
	copies, err := db.Strings(s.ctx(), s.Readers(), `SELECT d.key FROM items i JOIN details d ON d.id = i.id WHERE i.copy_of IS NOT NULL`)
	s.must(err)
	return slices.DeleteFunc(all, func(key string) bool { return slices.Contains(copies, key) && !slices.Contains(shown, key) })
}
