package search_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/cache/db"
	"dateline/cache/search"
	"dateline/feed"
)

// counting counts the queries that run.
type counting struct {
	db.Querier
	n int
}

func (c *counting) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	c.n++
	return c.Querier.QueryContext(ctx, query, args...)
}

// TestPageEndsWithItsChunk tests that a page of a plan in chunks ends with the
// chunk that fills it, so that its cost does not depend on how many items there
// are. The whole view is in order in both directions.
func TestPageEndsWithItsChunk(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	var items []feed.Article
	for i := range 80 {
		items = append(items, item(fmt.Sprint(i), time.Duration(i+1)*time.Hour, []string{"one", "one two"}[i%2]))
	}
	s.save("a", items...)
	var middle []string
	for i := 10; i < 70; i++ {
		middle = append(middle, fmt.Sprint(i))
	}
	s.mark(feed.Read, true, middle...)
	s.index()
	s.Search().SetFewPostings(-1)
	s.Search().SetChunk(2)
	for query, want := range map[string]int{"two or is:starred": 40, "one is:unread": 20, "-two is:unread or is:starred": 10} {
		v := view(t, query)
		p, err := s.Search().Plan(s.ctx(), s.Readers(), v)
		s.must(err)
		q := &counting{Querier: s.Readers()}
		page, err := p.Keys(s.ctx(), q, cache.Pos{}, false, 3)
		s.must(err)
		first := q.n
		all, err := p.Keys(s.ctx(), q, cache.Pos{}, false, -1)
		s.must(err)
		equal(t, query+": all rows", len(all), want)
		equal(t, query+": the page", page, all[:3])
		if rest := q.n - first; first == 0 || first >= rest {
			t.Errorf("%s: %d queries for a page, %d for all", query, first, rest)
		}
		back, err := p.Keys(s.ctx(), q, cache.Pos{}, true, -1)
		s.must(err)
		equal(t, query+": backwards", back[len(back)-1], all[0])
		equal(t, query+": all rows backwards", len(back), want)
	}
}

// TestChunksHaveOnlyTheirRows tests that a chunk does not reach beyond its first and
// last row: the unread items may all be old, and the word in all items.
func TestChunksHaveOnlyTheirRows(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Hour, "one"), item("2", 2*time.Hour, "one"), item("3", 3*time.Hour, "one"), item("4", 4*time.Hour, "one"))
	s.mark(feed.Read, true, "1", "2")
	p, err := s.Search().Plan(s.ctx(), s.Readers(), view(t, "is:unread"))
	s.must(err)
	whole := search.NewRange(db.Bottom, db.Top)
	lowest, highest, more, err := p.Peek(s.ctx(), s.Readers(), whole, false, 1)
	s.must(err)
	equal(t, "newest", []any{lowest, highest, more}, []any{s.position("3"), s.position("3"), true})
	lowest, highest, more, err = p.Peek(s.ctx(), s.Readers(), whole, true, 3)
	s.must(err)
	equal(t, "all", []any{lowest, highest, more}, []any{s.position("4"), s.position("3"), false})
	p.SetExtras(s.position("1"))
	lowest, highest, more, err = p.Peek(s.ctx(), s.Readers(), whole, true, 3)
	s.must(err)
	equal(t, "with an extra row", []any{lowest, highest, more}, []any{s.position("4"), s.position("1"), false})
}

// position returns the position of an item.
func (s testStore) position(key string) int64 {
	s.t.Helper()
	positions, err := db.Integers(s.ctx(), s.Readers(), db.SQL(`SELECT pos FROM items WHERE id = ?`, s.id(key)))
	s.must(err)
	return positions[0]
}

// TestExcludedWords tests that the items without a word are the scan of a posting
// list. They are in order in both directions, with the pending items among them.
func TestExcludedWords(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Hour, "one two"), item("2", 2*time.Hour, "two"), item("3", 3*time.Hour, "one"), item("4", 4*time.Hour, "three"),
		item("5", 5*time.Hour, "one"), item("6", 6*time.Hour, "three"))
	s.index()
	s.save("a", item("7", 150*time.Minute, "three"), item("8", 151*time.Minute, "one"))
	for query, want := range map[string][]string{
		"-one":           {"2", "7", "4", "6"},
		"-on":            {"2", "7", "4", "6"},
		"-one -tw":       {"7", "4", "6"},
		"-one -three":    {"2"},
		"-one since:5h":  {"2", "7", "4"},
		"-one sort:date": {"2", "7", "4", "6"},
	} {
		v := view(t, query)
		p, err := s.Search().Plan(s.ctx(), s.Readers(), v)
		s.must(err)
		equal(t, query+": posting list", strings.HasPrefix(p.Branches()[0].From(), "items_"), true)
		equal(t, query, s.all(v), want)
		n, err := s.Count(s.ctx(), v, 0)
		s.must(err)
		equal(t, query+": counted", n, len(want))
		v.Oldest = true
		got := s.all(v)
		slices.Reverse(got)
		equal(t, query+": oldest first", got, want)
	}
	s.index()
	s.equalPages(view(t, "-one"), "2", "7", "4", "6")
	s.equalPages(view(t, "-three"), "1", "2", "8", "3", "5")
}

// equalPages tests that pages of two rows, down and up, have the rows of a view.
func (s testStore) equalPages(v cache.View, keys ...string) {
	s.t.Helper()
	for i := 0; i < len(keys); i += 2 {
		var from, behind cache.Pos
		if i > 0 {
			from.At = s.position(keys[i-1])
		}
		rows, err := s.After(s.ctx(), v, from, 2)
		s.must(err)
		page := keys[i:min(i+2, len(keys))]
		equal(s.t, "page", cachetest.KeysOf(rows), page)
		if i+2 < len(keys) {
			behind.At = s.position(keys[i+2])
		}
		rows, err = s.Before(s.ctx(), v, behind, len(page))
		s.must(err)
		equal(s.t, "page upwards", cachetest.KeysOf(rows), page)
	}
}

// TestWordsWithPrefixes tests that a word and a common prefix, which are in different
// tables, are intersected, by lookups or chunk by chunk.
func TestWordsWithPrefixes(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	many := manyWords("on")
	s.save("a", item("1", time.Hour, "three", many), item("2", 2*time.Hour, "three"), item("3", 3*time.Hour, "four", many), item("4", 4*time.Hour, "three", many))
	s.index()
	s.save("a", item("5", 90*time.Minute, "three", many), item("6", 91*time.Minute, "three"))
	for query, want := range map[string][]string{"three on": {"1", "5", "4"}, "three -on": {"6", "2"}, "three on since:3h": {"1", "5"}} {
		v := view(t, query)
		for _, few := range []int{-1, search.FewPostings} {
			s.Search().SetFewPostings(few)
			equal(t, query, s.all(v), want)
		}
		v.Oldest = true
		got := s.all(v)
		slices.Reverse(got)
		equal(t, query+": oldest first", got, want)
	}
	s.index()
	s.equalPages(view(t, "three on"), "1", "5", "4")
	s.equalPages(view(t, "three -on"), "6", "2")
}
