package search_test

import (
	"context"
	"database/sql"
	"errors"
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

// explaining checks the plan of each query that it runs.
type explaining struct {
	testStore
	view string
}

func (e explaining) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	e.explain(query, args...)
	return e.Readers().QueryContext(ctx, query, args...)
}

func (e explaining) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	e.explain(query, args...)
	return e.Readers().QueryRowContext(ctx, query, args...)
}

// explain fails the test if the query would scan a table of items, sort what it
// reads, or check links last.
func (e explaining) explain(query string, args ...any) {
	e.t.Helper()
	plan := e.Plan(query, args...)
	for _, step := range plan {
		linksLast := strings.HasPrefix(step, "SEARCH d EXISTS")
		if linksLast || cachetest.ScansOrSorts(step) {
			e.t.Errorf("%s: %s\n  of %s\n  plan:\n    %s", e.view, step, query, strings.Join(plan, "\n    "))
		}
	}
}

// TestPlansNeitherScanNorSort tests that nothing which a key waits for scans all
// items or sorts them: pages of every kind from both ends and the middle, and the
// item at the cursor.
func TestPlansNeitherScanNorSort(t *testing.T) {
	s := open(t)
	s.subscribe("a", "b", "c", "d")
	s.save("a", item("1", time.Minute, "one", "text"), item("2", 2*time.Minute, "two", "text"))
	s.save("b", item("3", 3*time.Minute, "three", "text"))
	s.must(s.Mark(s.ctx(), feed.Mark{Items: s.ids("1"), Flag: feed.Label, Label: "later", On: true, At: s.Now()}))
	for _, state := range []string{"pending", "indexed", "intersected", "analyzed"} {
		s.Search().SetFewPostings(search.FewPostings)
		switch state {
		case "indexed":
			s.index()
		case "intersected":
			s.Search().SetFewPostings(-1)
		case "analyzed":
			s = s.analyzed()
		}
		for _, query := range []string{
			"", "is:unread", "is:read", "is:starred", "is:hidden", "is:edited", "is:new", "is:new is:unread", "is:labelled", "label:later", "is:snoozed",
			"feed:=a", "feed:=a is:unread", "feed:a or feed:b", "is:unread (feed:=a or feed:=b or feed:=c)", "tag:none is:unread", "-feed:=a", "-feed:=a is:unread",
			"since:today", "since:2d is:unread", "before:2d feed:=b", "has:enclosure", "link:example", "link:ex", "link:example text", "-link:example", "link:example or text", "link:example is:unread", "link:example te -text", "text or te", "te (text or link:example)",
			"text", "te", "t", `"text"`, "title:one text", "text -title:one", "text is:unread", "text feed:=a", "(text or title:two) is:unread", "東京", "text since:2d", "te text", "te -text", "-te text", "(te or text)", "title:te or author:te", "te since:2d", "te is:unread", "te -title:on feed:=a",
			"-text", "-te", "-te -text", "-text is:unread", "-te feed:=a", "-text or is:starred", "text (te or is:starred)", "text is:read", "has:fulltext", "has:fulltext text", "has:image -has:enclosure is:new", "has:image or has:comments",
			"is:unread has:image", "is:unread -label:later", "is:unread is:unstarred", "is:unread (is:starred or has:image)", "tag:none title:text", "-feed:=a -title:text is:unread",
		} {
			e := explaining{s, state + ": " + query}
			v := view(t, query)
			v.Opened = s.Now()
			p, err := s.Search().Plan(s.ctx(), e, v)
			s.must(err)
			for _, from := range []cache.Pos{{}, {At: db.Position(noon, 2)}} {
				for _, back := range []bool{false, true} {
					_, err := p.Keys(s.ctx(), e, from, back, 50)
					s.must(err)
				}
			}
			_, _, err = p.Find(s.ctx(), e, 1)
			s.must(err)
		}
	}
	s.explainFixed()
}

// explainFixed checks the queries that are always the same.
func (s testStore) explainFixed() {
	s.t.Helper()
	e := explaining{s, "fixed"}
	e.explain(search.SQLPending, db.Top, 100)
	e.explain(search.SQLAdjacent, 1)
	e.explain(search.SQLPendingBelow, 1, 2, 3)
	e.explain(search.SQLNumbersIn, 1, 2, 3)
}

// analyzed opens the store again with the statistics of a large one. With those of
// a few rows, SQLite would choose to read them all.
func (s testStore) analyzed() testStore {
	s.t.Helper()
	_, err := s.Writer().Exec(`ANALYZE; UPDATE sqlite_stat1 SET stat = '1000000' || substr(stat, instr(stat, ' ')) WHERE tbl IN ('items', 'details', 'contents', 'labels') AND instr(stat, ' ') > 0`)
	s.must(err)
	s.must(s.Close())
	return openAt(s.t, s.Path(), s.Clock)
}

// TestSearchStaysWithinItsTime tests that the scan of a search with since: and
// before: starts and ends at these dates. The scan of a common word's whole posting
// list would take as long as there are items.
func TestSearchStaysWithinItsTime(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Hour, "one"), item("2", 30*time.Hour, "one"), item("3", 50*time.Hour, "one"))
	s.index()
	p, err := s.Search().Plan(s.ctx(), s.Readers(), view(t, "one since:2d before:1d"))
	s.must(err)
	scan, err := p.Scan(s.ctx(), s.Readers(), p.Range(), false, 10)
	s.must(err)
	for what, key := range map[string]string{"start": "3", "end": "1"} {
		number, err := db.Integers(s.ctx(), s.Readers(), db.SQL(`SELECT doc_number FROM items WHERE id = ?`, s.id(key)))
		s.must(err)
		if !slices.Contains(scan.Args, any(number[0])) {
			t.Errorf("%s of the scan: no bound %d in %v", what, number[0], scan.Args)
		}
	}
	equal(t, "found", s.list("one since:2d before:1d"), []string{"2"})
}

// TestNoFeedNoScan tests that a query scans nothing if no feed can have an item in
// the view.
func TestNoFeedNoScan(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Hour, "one"))
	for _, query := range []string{"one tag:none", "is:unread tag:none", "feed:none"} {
		p, err := s.Search().Plan(s.ctx(), s.Readers(), view(t, query))
		s.must(err)
		equal(t, query+": branches and extras", len(p.Branches())+len(p.Extras()), 0)
		equal(t, query, len(s.list(query)), 0)
	}
}

// TestCancelledQueryEnds tests that a canceled query ends early, as when the next
// letter of a search is typed, and that its connection can be used again.
func TestCancelledQueryEnds(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Hour, "one"))
	for range 4 {
		ctx, cancel := context.WithCancel(s.ctx())
		ended := make(chan error)
		go func() {
			_, err := db.Integers(ctx, s.Readers(), db.SQL(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0`))
			ended <- cache.WrapError(ctx, "search", err)
		}()
		time.AfterFunc(10*time.Millisecond, cancel)
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Fatalf("a canceled query: %v", err)
		}
	}
	equal(t, "next query", s.list("one"), []string{"1"})
}
