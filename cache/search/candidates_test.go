package search_test

import (
	"strings"
	"testing"
	"time"

	"dateline/cache/db"
	"dateline/cache/search"
	"dateline/feed"
)

// TestWordsInShortLists tests that a word in a short list is looked up for each
// item if the list is very short. Otherwise its posting list is intersected with
// the list, between the newest and the oldest item of the list, before any item is
// read.
func TestWordsInShortLists(t *testing.T) {
	s := open(t)
	s.subscribe("a", "b", "c")
	s.save("a", item("1", time.Hour, "one two"), item("2", 2*time.Hour, "two"), item("3", 3*time.Hour, "one"))
	s.save("b", item("4", 4*time.Hour, "one"), item("5", time.Minute, "one two"))
	s.mark(feed.Starred, true, "2", "3", "4")
	s.must(s.Mark(s.ctx(), feed.Mark{Items: s.ids("1", "4"), Flag: feed.Label, Label: "later", On: true, At: s.Now()}))
	s.index()
	for _, c := range []struct {
		query       string
		first, last time.Duration
		want        []string
	}{
		{"feed:=a one", time.Hour, 3 * time.Hour, []string{"1", "3"}},
		{"feed:=a one -two", time.Hour, 3 * time.Hour, []string{"3"}},
		{"is:starred one", 2 * time.Hour, 4 * time.Hour, []string{"3", "4"}},
		{"label:later one", time.Hour, 4 * time.Hour, []string{"1", "4"}},
		{"-feed:=c one", time.Minute, 4 * time.Hour, []string{"5", "1", "3", "4"}},
	} {
		for _, probes := range []int{0, search.MaxLookups} {
			s.Search().SetLimits(probes, 0)
			p, err := s.Search().Plan(s.ctx(), s.Readers(), view(t, c.query))
			s.must(err)
			scan := p.Members(db.Bottom, db.Top)
			intersected := strings.Contains(scan.SQL, ".rowid IN (")
			equal(t, c.query+": intersected with the list", intersected, probes == 0)
			if probes == 0 {
				above, below := p.Range().Ends()
				equal(t, c.query+": ends", []time.Time{db.DateOf(below).UTC(), db.DateOf(above).UTC()}, []time.Time{noon.Add(-c.first), noon.Add(-c.last)})
			}
			equal(t, c.query, s.list(c.query), c.want)
		}
	}
}

// TestWordsInLongLists tests that a list that may be long, such as all items, is
// not intersected.
func TestWordsInLongLists(t *testing.T) {
	s := open(t)
	s.Fill(search.MaxCandidates + 1)
	for _, query := range []string{"one", "one is:unread", "one feed:=a", "one is:unstarred since:2d"} {
		p, err := s.Search().Plan(s.ctx(), s.Readers(), view(t, query))
		s.must(err)
		if scan := p.Members(db.Bottom, db.Top); strings.Contains(scan.SQL, ".rowid IN (") {
			t.Errorf("%s: %s", query, scan.SQL)
		}
	}
}

// TestWordsAsConditions tests that a scan which checks each item for a word, or for
// its absence, reads the posting list of the word instead of looking up each item.
func TestWordsAsConditions(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Hour, "one two"), item("2", 2*time.Hour, "two"), item("3", 3*time.Hour, "one"), item("4", 4*time.Hour, "one"))
	s.mark(feed.Starred, true, "2")
	s.index()
	s.Search().SetLimits(0, search.LookupCost)
	for query, want := range map[string][]string{
		"-two":                      {"3", "4"},
		"-two is:unread":            {"3", "4"},
		"two or is:starred":         {"1", "2"},
		"one (two or is:unstarred)": {"1", "3", "4"},
		"-two since:3h":             {"3"},
	} {
		p, err := s.Search().Plan(s.ctx(), s.Readers(), view(t, query))
		s.must(err)
		scan := p.Members(db.Bottom, db.Top).SQL
		equal(t, query+": posting list read", strings.Contains(scan, "+i.doc_number IN (SELECT x.rowid"), true)
		equal(t, query, s.list(query), want)
	}
}
