package cache

import (
	"fmt"
	"testing"
	"time"

	"dateline/cache/db"
	"dateline/feed"
)

// keep subscribes to the feed a with these settings.
func (s testStore) keep(days, items int, unread bool) {
	s.t.Helper()
	s.must(s.SetFeeds(s.ctx(), []feed.Subscription{{URL: "a", Settings: feed.Settings{KeepDays: days, KeepItems: items, KeepUnread: unread}}}))
}

func (s testStore) retain(want int) {
	s.t.Helper()
	n, err := s.Retain(s.ctx(), s.Now())
	s.must(err)
	equal(s.t, "removed", n, want)
}

// Old items go, but not what the user starred, labelled or has not read; what
// went does not come back while the feed still lists it, and may afterwards.
func TestRetain(t *testing.T) {
	s := open(t)
	s.keep(2, 0, true)
	const day = 24 * time.Hour
	items := []feed.Article{item("new", time.Hour), item("starred", 5*day), item("labelled", 6*day), item("unread", 7*day), item("read", 8*day)}
	s.save("a", items...)
	s.index()
	s.mark(feed.Read, true, "new", "starred", "labelled", "read")
	s.mark(feed.Starred, true, "starred")
	s.must(s.Mark(s.ctx(), feed.Mark{Items: s.ids("labelled"), Flag: feed.Label, Label: "x", On: true, At: s.Now()}))
	s.retain(1)
	equal(t, "kept", s.list(""), []string{"new", "starred", "labelled", "unread"})
	equal(t, "found", s.list("title:read"), []string{})
	equal(t, "saved again", s.save("a", items...), feed.Saved{URL: "a"})
	s.keep(2, 0, false)
	s.retain(1)
	equal(t, "kept without unread", s.list(""), []string{"new", "starred", "labelled"})
	s.save("a", items[:3]...)
	equal(t, "listed anew", s.save("a", items...), feed.Saved{URL: "a", New: 2})
	s.checkCounts()
}

// The newest items of a feed stay, however many slices the others take.
func TestRetainCount(t *testing.T) {
	s := open(t)
	s.keep(0, 3, false)
	var items []feed.Article
	for i := range 2*removeSlice + 10 {
		items = append(items, item(fmt.Sprint(i), time.Duration(i+1)*time.Minute))
	}
	s.save("a", items...)
	s.index()
	s.retain(len(items) - 3)
	equal(t, "kept", s.list(""), []string{"0", "1", "2"})
	s.must(s.Maintain(s.ctx()))
	var free int64
	s.must(s.readers.QueryRow(`SELECT freelist_count FROM pragma_freelist_count`).Scan(&free))
	equal(t, "free pages, and bytes of the log", []int64{free, db.FileSize(s.Path() + "-wal")}, []int64{0, 0})
	s.checkCounts()
	s.must(s.Vacuum(s.ctx()))
}

// A clock that is years ahead does not make items old: only what the servers'
// clocks say does, and not for longer than this one says. How many are kept is
// no matter of time.
func TestRetainByAWrongClock(t *testing.T) {
	const day = 24 * time.Hour
	s := open(t)
	s.keep(30, 3, false)
	s.save("a", item("1", day), item("2", 2*day), item("3", 40*day), item("4", 41*day))
	s.index()
	left := func(when string, want ...string) {
		t.Helper()
		s.must(s.Maintain(s.ctx()))
		equal(t, when, s.list(""), want)
	}
	left("no server has said the time", "1", "2", "3")
	s.must(s.SetServerTime(s.ctx(), s.Now().Add(-20*day)))
	left("it is earlier", "1", "2", "3")
	s.advance(365 * day)
	s.must(s.SetServerTime(s.ctx(), s.Now().Add(-365*day-20*day)))
	left("this clock is a year ahead", "1", "2", "3")
	s.advance(-365 * day)
	s.must(s.SetServerTime(s.ctx(), s.Now().Add(365*day)))
	left("the servers are a year ahead", "1", "2")
}
