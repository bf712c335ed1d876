package search_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"dateline/cache/cachetest"
	"dateline/feed"
)

// TestSearchWhileItemsChange tests that every search finds the same with a part of
// the items indexed as with all of them searched in Go, also when items are edited,
// removed or arrive meanwhile.
func TestSearchWhileItemsChange(t *testing.T) {
	if testing.Short() {
		t.Skip("long under the race detector")
	}
	r := rand.New(rand.NewPCG(7, 1))
	s := open(t)
	feeds := s.FillRandom(r, false)
	s.index()
	var queries []string
	for range 40 {
		queries = append(queries, cachetest.RandomQuery(r, feeds, 1))
	}
	queries = append(queries, "bud", "bu", "b", "東京", `"budget café"`, "-bud", "bud or is:starred", "link:example.org", "link:org/0-1", "-link:g/0-1")
	change := func(round int) {
		s.advance(time.Minute)
		var items []feed.Article
		for n := range 10 {
			items = append(items, cachetest.RandomItem(r, fmt.Sprintf("0-%d", n+round*3)))
		}
		s.save(feeds[0], items...)
		s.RemoveItems(`id % 17 = ?`, round)
	}
	for round := range 6 {
		change(round)
		before := map[string][]string{}
		for _, q := range queries {
			before[q] = s.listInGo(q)
		}
		_, err := s.IndexPending(s.ctx(), 4)
		s.must(err)
		for _, q := range queries {
			equal(t, fmt.Sprintf("round %d: %s", round, q), s.list(q), before[q])
		}
	}
	s.index()
	for _, q := range queries {
		equal(t, "at the end: "+q, s.list(q), s.listInGo(q))
	}
	s.checkIndex()
	s.must(s.Maintain(s.ctx()))
	s.CheckCounts()
}

// listInGo returns what a query finds with all items searched in Go.
func (s testStore) listInGo(query string) []string {
	s.t.Helper()
	s.must(s.Write(s.ctx(), "hide the index", func(tx *sql.Tx) error {
		_, err := tx.Exec(`CREATE TABLE kept AS SELECT id, indexed FROM items; UPDATE items SET indexed = 0`)
		return err
	}))
	found := s.list(query)
	s.must(s.Write(s.ctx(), "bring it back", func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE items SET indexed = (SELECT k.indexed FROM kept k WHERE k.id = items.id); DROP TABLE kept`)
		return err
	}))
	return found
}

// TestExcludedWordThatNoPendingItemHas tests that a search without a word finds the
// pending items if none of them has the word.
func TestExcludedWordThatNoPendingItemHas(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Hour, "one"), item("2", 2*time.Hour, "two"))
	s.index()
	s.save("a", item("3", 90*time.Minute, "three"))
	s.Search().SetFewPostings(-1)
	equal(t, "-one", s.list("-one"), []string{"3", "2"})
}
