package cache

import (
	"slices"
	"testing"
	"time"

	"dateline/feed"
)

// Items of one fetch with equal dates keep the document's order; others are
// newest first; an item without a date counts as seen now.
func TestOrder(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("old", time.Hour), item("one", time.Minute), item("two", time.Minute), item("three", time.Minute), item("undated", 0))
	equal(t, "newest first", s.list(""), []string{"undated", "one", "two", "three", "old"})
	v := view(t, "")
	v.Oldest = true
	equal(t, "oldest first", s.all(v), []string{"old", "three", "two", "one", "undated"})
	equal(t, "sort:-date", s.list("sort:-date"), []string{"old", "three", "two", "one", "undated"})
}

// Windows fit together from both ends and round any item, in every order.
func TestWindows(t *testing.T) {
	s := open(t)
	s.subscribe("a", "b")
	for i := range 20 {
		s.save([]string{"a", "b"}[i%2], item(string(rune('a'+i)), time.Duration(i+1)*time.Minute, []string{"x", "y", "z"}[i%3]))
	}
	for _, query := range []string{"", "is:unread", "feed:=a or feed:=b", "feed:=a", "title:x", "sort:title", "sort:-feed", "sort:random", "limit:7", "limit:3/feed", "sort:title limit:9", "-title:y"} {
		v := view(t, query)
		v.Opened = noon
		full, err := s.After(s.ctx(), v, Pos{}, 100)
		s.must(err)
		if len(full) < 6 {
			t.Fatalf("%s: only %d rows", query, len(full))
		}
		last, err := s.Before(s.ctx(), v, Pos{}, 4)
		s.must(err)
		equal(t, query+": last", keysOf(last), keysOf(full[len(full)-4:]))
		for i, row := range full {
			before, err := s.Before(s.ctx(), v, row.Pos, 2)
			s.must(err)
			equal(t, query+": before "+row.Key, keysOf(before), keysOf(full[max(0, i-2):i]))
			after, err := s.After(s.ctx(), v, row.Pos, 2)
			s.must(err)
			equal(t, query+": after "+row.Key, keysOf(after), keysOf(full[i+1:min(len(full), i+3)]))
			around, index, err := s.Around(s.ctx(), v, row.ID, 3, 2)
			s.must(err)
			equal(t, query+": around "+row.Key, keysOf(around), keysOf(full[max(0, i-3):min(len(full), i+3)]))
			equal(t, query+": index", index, min(i, 3))
		}
		n, err := s.Count(s.ctx(), v, 5)
		s.must(err)
		equal(t, query+": counted up to 5", n, 5)
		n, err = s.Count(s.ctx(), v, 0)
		s.must(err)
		equal(t, query+": counted", n, len(full))
		var items []string
		s.must(s.Items(s.ctx(), v, 0, func(a feed.Article) error { items = append(items, a.Key); return nil }, true))
		equal(t, query+": items", items, keysOf(full))
	}
}

// An item that the view does not show still says where it would stand, and one
// that is gone leads to the top.
func TestAroundItemOutsideView(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Minute), item("2", 2*time.Minute), item("3", 3*time.Minute))
	s.mark(feed.Read, true, "2")
	v := view(t, "is:unread")
	rows, index, err := s.Around(s.ctx(), v, s.id("2"), 5, 5)
	s.must(err)
	equal(t, "rows", keysOf(rows), []string{"1", "3"})
	equal(t, "index", index, 1)
	rows, index, err = s.Around(s.ctx(), v, 4711, 5, 5)
	s.must(err)
	equal(t, "rows of unknown item", keysOf(rows), []string{"1", "3"})
	equal(t, "index of unknown item", index, 0)
}

// What was read since the view was opened stays in it, however it was opened
// and however much that is; what was read before does not come back.
func TestReadRowsStay(t *testing.T) {
	s := open(t)
	s.subscribe("a", "b")
	s.save("a", item("1", time.Minute), item("2", 2*time.Minute), item("3", 3*time.Minute))
	s.save("b", item("4", 4*time.Minute))
	s.mark(feed.Read, true, "1")
	opened := s.advance(time.Minute)
	s.mark(feed.Read, true, "2", "4")
	for query, want := range map[string][]string{
		"is:unread": {"2", "3", "4"}, "is:unread feed:=a": {"2", "3"}, "is:unread title:title": {"2", "3", "4"},
		"is:unread limit:2": {"2", "3"}, "is:unread sort:title": {"2", "3", "4"}, "is:read": {"1", "2", "4"}, "-is:unread": {"1", "2", "4"},
	} {
		v := view(t, query)
		v.Opened = opened
		equal(t, query, s.all(v), want)
		v.Opened = time.Time{}
		rows := s.all(v)
		if query[:4] == "is:u" && (slices.Contains(rows, "2") || slices.Contains(rows, "4")) {
			t.Errorf("%s opened anew still shows %v", query, rows)
		}
	}
}
