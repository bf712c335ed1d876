package search_test

import (
	"strings"
	"testing"
	"time"

	"dateline/cache/cachetest"
	"dateline/cache/db"
	"dateline/cache/search"
	"dateline/feed"
)

// TestWordsInLists tests that a word in a list is looked up for each item if it is
// rare. Otherwise its posting list is intersected with the list.
func TestWordsInLists(t *testing.T) {
	s := open(t)
	s.subscribe("a", "b", "c")
	s.save("a", item("1", time.Hour, "one two"), item("2", 2*time.Hour, "two"), item("3", 3*time.Hour, "one"))
	s.save("b", item("4", 4*time.Hour, "one"), item("5", time.Minute, "one two"))
	s.mark(feed.Starred, true, "2", "3", "4")
	s.must(s.Mark(s.ctx(), feed.Mark{Items: s.ids("1", "4"), Flag: feed.Label, Label: "later", On: true, At: s.Now()}))
	s.index()
	for _, c := range []struct {
		query string
		want  []string
	}{
		{"feed:=a one", []string{"1", "3"}},
		{"feed:=a one -two", []string{"3"}},
		{"feed:=a -two", []string{"3"}},
		{"is:starred one", []string{"3", "4"}},
		{"label:later one", []string{"1", "4"}},
		{"-feed:=c one", []string{"5", "1", "3", "4"}},
	} {
		for _, few := range []int{-1, search.FewPostings} {
			s.Search().SetFewPostings(few)
			p, err := s.Search().Plan(s.ctx(), s.Readers(), view(t, c.query))
			s.must(err)
			intersected := strings.Contains(p.Members(db.Bottom, db.Top).SQL, ".rowid IN (")
			equal(t, c.query+": intersected with the list", intersected, few < 0 || c.query == "feed:=a -two")
			equal(t, c.query, s.list(c.query), c.want)
		}
	}
}

// TestWordsInEveryItem tests that nothing is intersected with the list of all items.
func TestWordsInEveryItem(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Hour, "one"))
	s.index()
	s.Search().SetFewPostings(-1)
	for _, query := range []string{"one", "one since:2d", "-two", "on", "one is:unstarred"} {
		p, err := s.Search().Plan(s.ctx(), s.Readers(), view(t, query))
		s.must(err)
		if scan := p.Members(db.Bottom, db.Top); strings.Contains(scan.SQL, " IN (") {
			t.Errorf("%s: %s", query, scan.SQL)
		}
	}
}

// TestWordsAsConditions tests that a scan which checks many items for a word reads the
// posting list of the word instead of looking up each item.
func TestWordsAsConditions(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Hour, "one two"), item("2", 2*time.Hour, "two"), item("3", 3*time.Hour, "one"), item("4", 4*time.Hour, "one"))
	s.mark(feed.Starred, true, "2")
	s.index()
	s.Search().SetFewPostings(-1)
	for query, want := range map[string][]string{
		"two or is:starred":         {"1", "2"},
		"one (two or is:unstarred)": {"1", "3", "4"},
	} {
		p, err := s.Search().Plan(s.ctx(), s.Readers(), view(t, query))
		s.must(err)
		scan := p.Members(db.Bottom, db.Top).SQL
		equal(t, query+": posting list read", strings.Contains(scan, "+i.doc_number IN (SELECT x.rowid"), true)
		equal(t, query, s.list(query), want)
	}
}

// TestLinks tests that a part of a link is found wherever it begins and ends, with
// words, lists and negations.
func TestLinks(t *testing.T) {
	s := open(t)
	s.subscribe("a", "b")
	linked := func(key string, age time.Duration, link, title string) feed.Article {
		a := item(key, age, title)
		a.Link = link
		return a
	}
	s.save("a", linked("1", time.Hour, "https://www.example.org/2026/grain?page=2", "one"), linked("2", 2*time.Hour, "https://example.com/GRAIN", "two"),
		linked("3", 3*time.Hour, "https://пример.рф/зерно", "one"))
	s.save("b", linked("4", 4*time.Hour, "", "one"), linked("5", 5*time.Hour, "https://example.org/a--b_2026", "one "+cachetest.ManyWords("on", 110)))
	for _, state := range []string{"pending", "some indexed", "indexed", "looked up"} {
		switch state {
		case "some indexed":
			_, err := s.IndexPending(s.ctx(), 2)
			s.must(err)
		case "indexed":
			s.index()
			s.Search().SetFewPostings(-1)
		case "looked up":
			s.Search().SetFewPostings(search.FewPostings)
		}
		for query, want := range map[string][]string{
			"link:example": {"1", "2", "5"}, "link:xampl": {"1", "2", "5"}, "link:example.org": {"1", "5"}, "link:EXAMPLE.ORG/2026/": {"1"}, "link:2026": {"1", "5"},
			"link:grain": {"1", "2"}, "link:?p": {"1"}, "link:a--b": {"5"}, "link:a-b": {}, "link:nothing": {}, "link:ПРИМЕР": {"3"}, "link:зерн": {"3"},
			"-link:example": {"3", "4"}, "link:example one": {"1", "5"}, "link:2026 -two": {"1", "5"}, "link:nothing or two": {"2"}, "link:example on": {"1", "5"},
			"link:example feed:=b": {"5"}, "link:example is:unread -link:com": {"1", "5"}, "link:https limit:2": {"1", "2"}, "one -link:2026": {"3", "4"},
		} {
			equal(t, state+": "+query, s.list(query), want)
		}
	}
	moved := linked("2", 2*time.Hour, "https://moved.example.net/", "two")
	s.save("a", moved)
	equal(t, "the link changed", s.list("link:moved"), []string{"2"})
	s.index()
	equal(t, "indexed again", s.list("link:moved"), []string{"2"})
	equal(t, "the old link", s.list("link:example.com"), []string{})
	s.checkIndex()
}
