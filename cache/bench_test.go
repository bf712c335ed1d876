package cache_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/cache/db"
	"dateline/cache/search"
	"dateline/feed"
)

// corpus makes items whose words are as unevenly frequent as in a language: the first
// word is in nearly every item, the last in hardly any.
type corpus struct {
	r     *rand.Rand
	zipf  *rand.Zipf
	words []string
}

func newCorpus() corpus {
	r := rand.New(rand.NewPCG(1, 2))
	c := corpus{r: r, zipf: rand.NewZipf(r, 1.1, 4, 40000)}
	const consonants, vowels = "tnshrdlcmwfgypbvkjxqz", "eaoiu"
	for i := range 40001 {
		var b strings.Builder
		for syllables := 1 + i/20%4; syllables >= 0; syllables-- {
			b.WriteByte(consonants[min(r.IntN(len(consonants)), r.IntN(len(consonants)))])
			b.WriteByte(vowels[min(r.IntN(len(vowels)), r.IntN(len(vowels)))])
		}
		c.words = append(c.words, b.String())
	}
	return c
}

func (c corpus) text(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(c.words[c.zipf.Uint64()])
	}
	return b.String()
}

func (c corpus) item(f, n int) feed.Article {
	a := cachetest.Item(fmt.Sprintf("https://feed%d.example.org/2026/11/article-%d", f, n), time.Duration(c.r.IntN(365*24*3600))*time.Second,
		c.text(9), "<p>"+c.text(120)+"</p><p>"+c.text(120)+"</p>", c.text(2))
	a.Summary = c.text(40)
	a.Link = a.Key
	a.Words = 240
	return a
}

const benchFeeds = 100

// build returns a store with n items in benchFeeds feeds, the newest tenth unread.
func build(b *testing.B, n int) testStore {
	b.Helper()
	s := openAt(b, filepath.Join(b.TempDir(), "cache.db"), cachetest.NewClock(noon))
	var subs []feed.Subscription
	for f := range benchFeeds {
		tag := "few"
		if f >= 20 {
			tag = "many"
		}
		subs = append(subs, feed.Subscription{URL: fmt.Sprint("https://feed", f, ".example.org/"), Tags: []string{tag}, Settings: feed.Settings{KeepUnread: true}})
	}
	s.Must(s.SetFeeds(s.Ctx(), subs))
	c := newCorpus()
	start := time.Now()
	for f, sub := range subs {
		var items []feed.Article
		for i := range n / benchFeeds {
			items = append(items, c.item(f, i))
		}
		s.SaveItems(sub.URL, items...)
	}
	saved := time.Since(start)
	start = time.Now()
	s.IndexAll()
	b.Logf("%d items: %v an item to save, %v to index, %.1f MB", n, saved/time.Duration(n), time.Since(start)/time.Duration(n), float64(db.FileSize(s.Path()))/1e6)
	_, err := s.markAll(cachetest.View(b, "before:30d"), feed.Read, "", true, s.Advance(time.Hour))
	s.Must(err)
	s.Must(s.Maintain(s.Ctx()))
	return s
}

// BenchmarkKeys measures what a key press waits for, at two sizes of the database.
func BenchmarkKeys(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := build(b, n)
			pages(b, s)
			marks(b, s)
			saves(b, s, n)
		})
	}
}

func pages(b *testing.B, s testStore) {
	c := newCorpus()
	common, often, rare := c.words[3], c.words[40], c.words[30000]
	for i, query := range []string{"", "is:unread", "feed:=https://feed5.example.org/", "tag:few", "tag:many", "tag:few is:unread", "is:starred", "since:1d",
		rare, common, common[:2], common[:3], common + " " + often, `"` + common + `"`, "title:" + common, common + " is:unread",
		common + " feed:=https://feed5.example.org/", common + " -" + often, common + " or " + rare, "sort:title"} {
		v := cachetest.View(b, query)
		v.Opened = s.Now()
		query := fmt.Sprintf("%02d %s", i, query)
		b.Run("page/"+query, func(b *testing.B) {
			for range b.N {
				_, err := s.After(s.Ctx(), v, cache.Pos{}, 50)
				s.Must(err)
			}
		})
		b.Run("deep/"+query, func(b *testing.B) {
			from := cache.Pos{At: db.FirstPosition(noon.AddDate(0, -6, 0))}
			if v.Query.Sort.Key != "" {
				from.Key = "h"
			}
			for range b.N {
				_, err := s.After(s.Ctx(), v, from, 50)
				s.Must(err)
			}
		})
		b.Run("count1000/"+query, func(b *testing.B) {
			for range b.N {
				_, err := s.Count(s.Ctx(), v, 1000)
				s.Must(err)
			}
		})
	}
	b.Run("counts", func(b *testing.B) {
		for range b.N {
			_, err := s.Counts(s.Ctx(), s.Now())
			s.Must(err)
		}
	})
	b.Run("feeds", func(b *testing.B) {
		for range b.N {
			_, err := s.Feeds(s.Ctx())
			s.Must(err)
		}
	})
	b.Run("article", func(b *testing.B) {
		for i := range b.N {
			_, err := s.Article(s.Ctx(), int64(1+i%900))
			s.Must(err)
		}
	})
	b.Run("open", func(b *testing.B) {
		for range b.N {
			again, err := cache.Open(s.Ctx(), s.Path(), cache.Options{})
			s.Must(err)
			_, err = again.After(s.Ctx(), cachetest.View(b, "is:unread"), cache.Pos{}, 50)
			s.Must(err)
			s.Must(again.Close())
		}
	})
}

func marks(b *testing.B, s testStore) {
	b.Run("mark one", func(b *testing.B) {
		for i := range b.N {
			s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{int64(1 + i%900)}, Flag: feed.Read, On: i/900%2 == 0, At: s.Advance(time.Second)}))
		}
	})
}

// BenchmarkMarkAll marks 100,000 items as read, undoes that and redoes it. The items
// are not indexed, because marks do not use the index.
func BenchmarkMarkAll(b *testing.B) {
	const n = 100_000
	s := openAt(b, filepath.Join(b.TempDir(), "cache.db"), cachetest.NewClock(noon))
	c := newCorpus()
	var urls []string
	for f := range benchFeeds {
		urls = append(urls, fmt.Sprint("https://feed", f, ".example.org/"))
	}
	s.Subscribe(urls...)
	for f, url := range urls {
		items := make([]feed.Article, n/benchFeeds)
		for i := range items {
			items[i] = c.item(f, i)
			items[i].Body.Raw = ""
		}
		s.SaveItems(url, items...)
	}
	all := cachetest.View(b, "")
	spent := map[string]time.Duration{}
	step := func(what string, do func() error) {
		start := time.Now()
		s.Must(do())
		spent[what] += time.Since(start)
	}
	undo := func() error { _, err := s.undo(s.Advance(time.Second)); return err }
	for b.Loop() {
		step("mark", func() error {
			_, err := s.markAll(all, feed.Read, "", true, s.Advance(time.Hour))
			return err
		})
		step("undo", undo)
		step("redo", func() error { _, err := s.redo(s.Advance(time.Second)); return err })
		step("undo", undo)
	}
	per := float64(b.N) * n / 100_000
	b.ReportMetric(float64(spent["mark"])/per, "mark-ns/100k")
	b.ReportMetric(float64(spent["undo"])/per/2, "undo-ns/100k")
	b.ReportMetric(float64(spent["redo"])/per, "redo-ns/100k")
}

// saves measures saving a feed of 20 items: unchanged, and all new.
func saves(b *testing.B, s testStore, n int) {
	c := newCorpus()
	var items []feed.Article
	for i := range 20 {
		items = append(items, c.item(1, n+i))
	}
	url := "https://feed1.example.org/"
	b.Run("save 20 unchanged", func(b *testing.B) {
		for range b.N {
			s.SaveItems(url, items...)
		}
	})
	b.Run("save 20 new", func(b *testing.B) {
		for round := range b.N {
			for i := range items {
				items[i].Key = fmt.Sprintf("https://feed1.example.org/%d/%d/%d", n, round, i)
				items[i].Link, items[i].Title = items[i].Key, fmt.Sprint(c.text(9), round)
				items[i].Published = noon.Add(-time.Duration(round*len(items)+i) * time.Minute)
			}
			s.SaveItems(url, items...)
		}
	})
	b.Run("index 20", func(b *testing.B) {
		for range b.N {
			first, err := db.Integers(s.Ctx(), s.Readers(), db.SQL(`SELECT pos FROM items WHERE id <= 20`))
			s.Must(err)
			s.Must(s.Write(s.Ctx(), "forget", func(tx *sql.Tx) error { return search.Remove(s.Ctx(), tx, db.JSONIntegers(first)) }))
			_, err = s.IndexPending(s.Ctx(), 20)
			s.Must(err)
		}
	})
}

// BenchmarkIndex measures what an item of about 600 words costs in the index: the time
// to write it, and its share of the file.
func BenchmarkIndex(b *testing.B) {
	const n, atOnce = 2000, 100
	for range b.N {
		b.StopTimer()
		s := openAt(b, filepath.Join(b.TempDir(), "cache.db"), cachetest.NewClock(noon))
		s.Subscribe("a")
		c := newCorpus()
		for range n / atOnce {
			var items []feed.Article
			for range atOnce {
				items = append(items, c.item(0, len(items)))
				items[len(items)-1].Key = fmt.Sprint(c.r.Uint64())
				items[len(items)-1].Body.Raw = c.text(600)
			}
			s.SaveItems("a", items...)
		}
		b.StartTimer()
		start := time.Now()
		s.IndexAll()
		b.ReportMetric(float64(time.Since(start).Microseconds())/n, "us/item")
		b.StopTimer()
		var bytes float64
		s.Must(s.Readers().QueryRow(`SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'items_index%' OR name LIKE 'items_prefixes%' OR name = 'items_doc_number'`).Scan(&bytes))
		b.ReportMetric(bytes/n, "bytes/item")
		s.Must(s.Close())
	}
}
