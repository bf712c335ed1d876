// Package cachetest has helpers for the tests of packages cache, search and rescue: a
// store in a temporary directory with a clock that the test moves, items, views, and
// random items and queries.
//
// Start at [Open], which opens a store. Never import it outside of tests: house_test.go
// checks that.
package cachetest

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/db"
	"dateline/cache/search"
	"dateline/feed"
	"dateline/feed/markup"
	"dateline/feed/query"
)

// Noon returns the time at which every test begins.
func Noon() time.Time { return time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC) }

// Clock is a clock that the test moves.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now returns the time of the clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock by d and returns the new time.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

// Store is a store in the test's own directory.
type Store struct {
	*cache.Store
	*Clock
	T testing.TB
}

// Open opens a new store. Its clock shows [Noon].
func Open(t testing.TB) Store {
	t.Helper()
	return OpenAt(t, filepath.Join(t.TempDir(), "cache.db"), NewClock(Noon()))
}

// OpenAt opens the store at path. The test closes it.
func OpenAt(t testing.TB, path string, c *Clock) Store {
	t.Helper()
	s, err := cache.Open(t.Context(), path, cache.Options{Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return Store{Store: s, Clock: c, T: t}
}

// Subscribe makes these URLs the subscriptions.
func (s Store) Subscribe(urls ...string) {
	s.T.Helper()
	var subs []feed.Subscription
	for _, u := range urls {
		subs = append(subs, feed.Subscription{URL: u, Settings: feed.Settings{KeepUnread: true}})
	}
	s.Must(s.SetFeeds(s.Ctx(), subs))
}

// Readers returns the connections for reading.
func (s Store) Readers() *sql.DB { return s.Internals().Readers() }

// Writer returns the connection for writing.
func (s Store) Writer() *sql.DB { return s.Internals().Writer() }

// Write runs f in one transaction.
func (s Store) Write(ctx context.Context, op string, f func(tx *sql.Tx) error) error {
	return s.Internals().Write(ctx, op, f)
}

// RepairCounts counts the items of each feed again and returns the URLs of the feeds
// whose counts were wrong.
func (s Store) RepairCounts(ctx context.Context) ([]string, error) {
	return s.Internals().RepairCounts(ctx)
}

// Search returns the index that answers the queries of views.
func (s Store) Search() *search.Index { return s.Internals().Index() }

// Ctx returns the context of the test.
func (s Store) Ctx() context.Context { return s.T.Context() }

// Must ends the test if err is not nil.
func (s Store) Must(err error) {
	s.T.Helper()
	if err != nil {
		s.T.Fatal(err)
	}
}

// SaveItems saves a document of a feed with these items.
func (s Store) SaveItems(url string, items ...feed.Article) feed.Saved {
	s.T.Helper()
	saved, err := s.Save(s.Ctx(), feed.Fetched{URL: url, RefreshStart: s.Now(), Document: &feed.Document{Title: "Title of " + url, Items: items}})
	s.Must(err)
	return saved[0]
}

// IndexAll indexes all items.
func (s Store) IndexAll() {
	s.T.Helper()
	left, err := s.IndexPending(s.Ctx(), 1<<20)
	s.Must(err)
	if left != 0 {
		s.T.Fatalf("IndexPending left %d items", left)
	}
}

// Item returns an article published age before [Noon]. If age is 0, it has no date.
// texts are title, body and author.
func Item(key string, age time.Duration, texts ...string) feed.Article {
	a := feed.Article{Item: feed.Item{Key: key, GUID: key, Title: "Title " + key, Link: "https://example.org/" + key}}
	if age != 0 {
		a.Published = Noon().Add(-age)
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

// View returns the view of a query.
func View(t testing.TB, expr string) cache.View {
	t.Helper()
	q, err := query.Parse(expr)
	if err != nil {
		t.Fatal(err)
	}
	return cache.View{Query: q}
}

// pageRows is the number of rows that All reads at a time. It is so small that tests
// read several pages.
const pageRows = 16

// All returns the keys of all rows of a view, read in pages from the top.
func (s Store) All(v cache.View) []string {
	s.T.Helper()
	got := []string{}
	var from cache.Pos
	for {
		rows, err := s.After(s.Ctx(), v, from, pageRows)
		s.Must(err)
		got = append(got, KeysOf(rows)...)
		if len(rows) < pageRows {
			return got
		}
		from = rows[len(rows)-1].Pos
	}
}

// List returns the keys of all rows that a query finds.
func (s Store) List(query string) []string { s.T.Helper(); return s.All(View(s.T, query)) }

// KeysOf returns the keys of rows.
func KeysOf(rows []cache.Row) []string {
	keys := make([]string, len(rows))
	for i, r := range rows {
		keys[i] = r.Key
	}
	return keys
}

// ID returns the ID of the item with a key. Only one feed may use the key.
func (s Store) ID(key string) int64 {
	s.T.Helper()
	var id int64
	if err := s.Readers().QueryRowContext(s.Ctx(), `SELECT id FROM details WHERE key = ?`, key).Scan(&id); err != nil {
		s.T.Fatalf("item %s: %v", key, err)
	}
	return id
}

// IDs returns the IDs of the items with these keys.
func (s Store) IDs(keys ...string) []int64 {
	s.T.Helper()
	var ids []int64
	for _, k := range keys {
		ids = append(ids, s.ID(k))
	}
	return ids
}

// MarkItems marks items by their keys, now.
func (s Store) MarkItems(flag feed.Flag, on bool, keys ...string) {
	s.T.Helper()
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: s.IDs(keys...), Flag: flag, On: on, At: s.Now()}))
}

// Mark marks items by their IDs, as one step.
func (s Store) Mark(ctx context.Context, marks ...feed.Mark) error {
	_, err := s.Apply(ctx, cache.MarkItems(marks))
	return err
}

// Equal fails the test if got and want are not printed alike.
func Equal[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

// NewClock returns a clock that shows now.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Fill stores n items without texts in the feed a, for tests that mark and count.
func (s Store) Fill(n int) {
	s.T.Helper()
	s.Subscribe("a")
	s.Must(s.Write(s.Ctx(), "fill", func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO items (pos, id, feed, identity, source_hash, first_seen)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ?) SELECT i * 1000, i, 1, i, 0, 0 FROM n`, n)
		if err == nil {
			_, err = tx.Exec(`UPDATE feeds SET total = ?1, unread = ?1`, n)
		}
		return err
	}))
}

// RemoveItems deletes the items that a condition of SQL matches.
func (s Store) RemoveItems(condition string, args ...any) {
	s.T.Helper()
	s.Must(s.Write(s.Ctx(), "remove", func(tx *sql.Tx) error {
		positions, err := db.Integers(s.Ctx(), tx, db.SQL(`SELECT pos FROM items WHERE `+condition, args...))
		if err != nil {
			return err
		}
		list := db.JSONIntegers(positions)
		if err := search.Remove(s.Ctx(), tx, list); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM items WHERE pos IN (SELECT value FROM json_each(?))`, list); err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE items SET copy_of = NULL WHERE copy_of NOT IN (SELECT id FROM items)`)
		return err
	}))
	_, err := s.RepairCounts(s.Ctx())
	s.Must(err)
}

// CheckCounts fails the test if the file is damaged, if counts of feeds are wrong, or
// if a copy has no lead that shows.
func (s Store) CheckCounts() {
	s.T.Helper()
	problems, err := db.Strings(s.Ctx(), s.Readers(), `SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok' UNION ALL SELECT "table" FROM pragma_foreign_key_check`)
	s.Must(err)
	wrong, err := s.RepairCounts(s.Ctx())
	s.Must(err)
	if problems = append(problems, wrong...); len(problems) > 0 {
		s.T.Errorf("problems: %v", problems)
	}
	astray, err := db.Integers(s.Ctx(), s.Readers(), db.SQL(`SELECT c.id FROM items c LEFT JOIN items l ON l.id = c.copy_of
		WHERE c.copy_of IS NOT NULL AND (l.id IS NULL OR l.copy_of IS NOT NULL OR l.unsubscribed > c.unsubscribed)`))
	s.Must(err)
	if len(astray) > 0 {
		s.T.Errorf("copies of no lead, or of one that does not show: %v", astray)
	}
}

// Plan returns the steps by which SQLite runs a query.
func (s Store) Plan(query string, args ...any) []string {
	s.T.Helper()
	rows, err := s.Readers().QueryContext(s.Ctx(), "EXPLAIN QUERY PLAN "+query, args...)
	s.Must(err)
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		s.Must(rows.Scan(&id, &parent, &unused, &step))
		plan = append(plan, step)
	}
	s.Must(rows.Err())
	return plan
}

// ScansOrSorts reports whether a step of a plan reads a whole table of items, or sorts
// what it reads.
func ScansOrSorts(step string) bool {
	table, scans := strings.CutPrefix(step, "SCAN ")
	table, _, _ = strings.Cut(table, " ")
	ofItems := slices.Contains([]string{"i", "items", "d", "details", "l", "labels", "c"}, table)
	return scans && ofItems || strings.Contains(step, "TEMP B-TREE")
}
