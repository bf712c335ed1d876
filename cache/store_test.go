package cache

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/markup"
	"dateline/feed/query"
)

// noon is when every test begins.
var noon = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

// clock is a clock that the test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

// testStore is a store in the test's own directory.
type testStore struct {
	*Store
	*clock
	t testing.TB
}

func open(t testing.TB) testStore {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "cache.db"), &clock{now: noon})
}

func openAt(t testing.TB, path string, c *clock) testStore {
	t.Helper()
	s, err := Open(t.Context(), path, Options{Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return testStore{Store: s, clock: c, t: t}
}

// subscribe makes the subscriptions these URLs.
func (s testStore) subscribe(urls ...string) {
	s.t.Helper()
	var subs []feed.Subscription
	for _, u := range urls {
		subs = append(subs, feed.Subscription{URL: u, Settings: feed.Settings{KeepUnread: true}})
	}
	s.must(s.SetFeeds(s.ctx(), subs))
}

func (s testStore) ctx() context.Context { return s.t.Context() }

func (s testStore) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// save saves one document of a feed.
func (s testStore) save(url string, items ...feed.Article) feed.Saved {
	s.t.Helper()
	saved, err := s.Save(s.ctx(), feed.Fetched{URL: url, Round: s.Now(), Document: &feed.Document{Title: "Title of " + url, Items: items}})
	s.must(err)
	return saved[0]
}

// index indexes everything.
func (s testStore) index() {
	s.t.Helper()
	left, err := s.IndexPending(s.ctx(), 1<<20)
	s.must(err)
	if left != 0 {
		s.t.Fatalf("IndexPending left %d items", left)
	}
}

// item is an article published age before noon.
func item(key string, age time.Duration, texts ...string) feed.Article {
	a := feed.Article{Item: feed.Item{Key: key, GUID: key, Title: "Title " + key, Link: "https://example.org/" + key}}
	if age != 0 {
		a.Published = noon.Add(-age)
	}
	for i, text := range texts {
		switch i {
		case 0:
			a.Title = text
		case 1:
			a.Body = markup.Body{Raw: text, Base: "https://example.org/"}
		case 2:
			a.Author = text
		}
	}
	return a
}

// view parses a query.
func view(t testing.TB, expr string) View {
	t.Helper()
	q, err := query.Parse(expr)
	if err != nil {
		t.Fatal(err)
	}
	return View{Query: q}
}

// pageRows is how many rows all reads at a time: few enough for several pages.
const pageRows = 16

// all are the keys of all rows of a view, read in pages of pageRows from the top.
func (s testStore) all(v View) []string {
	s.t.Helper()
	got := []string{}
	var from Pos
	for {
		rows, err := s.After(s.ctx(), v, from, pageRows)
		s.must(err)
		got = append(got, keysOf(rows)...)
		if len(rows) < pageRows {
			return got
		}
		from = rows[len(rows)-1].Pos
	}
}

// list is all for a query.
func (s testStore) list(query string) []string { s.t.Helper(); return s.all(view(s.t, query)) }

func keysOf(rows []Row) []string {
	keys := make([]string, len(rows))
	for i, r := range rows {
		keys[i] = r.Key
	}
	return keys
}

// id is the id of the item with the key, which no other feed may use.
func (s testStore) id(key string) int64 {
	s.t.Helper()
	var id int64
	if err := s.readers.QueryRowContext(s.ctx(), `SELECT id FROM details WHERE key = ?`, key).Scan(&id); err != nil {
		s.t.Fatalf("item %s: %v", key, err)
	}
	return id
}

func (s testStore) ids(keys ...string) []int64 {
	s.t.Helper()
	var ids []int64
	for _, k := range keys {
		ids = append(ids, s.id(k))
	}
	return ids
}

// mark marks items now.
func (s testStore) mark(flag feed.Flag, on bool, keys ...string) {
	s.t.Helper()
	s.must(s.Mark(s.ctx(), feed.Mark{Items: s.ids(keys...), Flag: flag, On: on, At: s.Now()}))
}

func equal[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}
