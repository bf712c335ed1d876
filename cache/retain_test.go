package cache_test

import (
	"fmt"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/cache/db"
	"dateline/feed"
)

// keep subscribes to the feed a with these settings.
func (s testStore) keep(days, items int, unread bool) {
	s.T.Helper()
	s.Must(s.SetFeeds(s.Ctx(), []feed.Subscription{{URL: "a", Settings: feed.Settings{KeepDays: days, KeepItems: items, KeepUnread: unread}}}))
}

func (s testStore) retain(want int) {
	s.T.Helper()
	n, err := s.Retain(s.Ctx(), s.Now())
	s.Must(err)
	cachetest.Equal(s.T, "removed", n, want)
}

// TestRetain checks that old items are removed, but not starred, labelled and unread
// ones. A removed item does not come back while the feed lists it, and may come back
// later.
func TestRetain(t *testing.T) {
	s := open(t)
	s.keep(2, 0, true)
	const day = 24 * time.Hour
	items := []feed.Article{cachetest.Item("new", time.Hour), cachetest.Item("starred", 5*day), cachetest.Item("labelled", 6*day), cachetest.Item("unread", 7*day), cachetest.Item("read", 8*day)}
	s.SaveItems("a", items...)
	s.IndexAll()
	s.MarkItems(feed.Read, true, "new", "starred", "labelled", "read")
	s.MarkItems(feed.Starred, true, "starred")
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: s.IDs("labelled"), Flag: feed.Label, Label: "x", On: true, At: s.Now()}))
	s.retain(1)
	cachetest.Equal(t, "kept", s.List(""), []string{"new", "starred", "labelled", "unread"})
	cachetest.Equal(t, "found", s.List("title:read"), []string{})
	cachetest.Equal(t, "saved again", s.SaveItems("a", items...), feed.Saved{URL: "a"})
	s.keep(2, 0, false)
	s.retain(1)
	cachetest.Equal(t, "kept without unread", s.List(""), []string{"new", "starred", "labelled"})
	s.SaveItems("a", items[:3]...)
	cachetest.Equal(t, "listed again", s.SaveItems("a", items...), feed.Saved{URL: "a", New: 2})
	s.CheckCounts()
}

// TestRetainCount checks that the newest items of a feed stay, whatever number of
// transactions removes the others.
func TestRetainCount(t *testing.T) {
	s := open(t)
	s.keep(0, 3, false)
	var items []feed.Article
	for i := range 2*cache.RemoveChunk + 10 {
		items = append(items, cachetest.Item(fmt.Sprint(i), time.Duration(i+1)*time.Minute))
	}
	s.SaveItems("a", items...)
	s.IndexAll()
	s.retain(len(items) - 3)
	cachetest.Equal(t, "kept", s.List(""), []string{"0", "1", "2"})
	s.Must(s.Maintain(s.Ctx()))
	var free int64
	s.Must(s.Readers().QueryRow(`SELECT freelist_count FROM pragma_freelist_count`).Scan(&free))
	cachetest.Equal(t, "free pages, and bytes of the log", []int64{free, db.FileSize(s.Path() + "-wal")}, []int64{0, 0})
	s.CheckCounts()
	s.Must(s.Vacuum(s.Ctx()))
}

// TestRetainByAWrongClock checks that a clock that is years fast does not make items
// old: only the earlier of the servers' time and this computer's time does. The number
// of kept items does not depend on the time.
func TestRetainByAWrongClock(t *testing.T) {
	const day = 24 * time.Hour
	s := open(t)
	s.keep(30, 3, false)
	s.SaveItems("a", cachetest.Item("1", day), cachetest.Item("2", 2*day), cachetest.Item("3", 40*day), cachetest.Item("4", 41*day))
	s.IndexAll()
	left := func(when string, want ...string) {
		t.Helper()
		s.Must(s.Maintain(s.Ctx()))
		cachetest.Equal(t, when, s.List(""), want)
	}
	left("no server time", "1", "2", "3")
	s.Must(s.SetServerTime(s.Ctx(), s.Now().Add(-20*day)))
	left("it is earlier", "1", "2", "3")
	s.Advance(365 * day)
	s.Must(s.SetServerTime(s.Ctx(), s.Now().Add(-365*day-20*day)))
	left("this clock is a year fast", "1", "2", "3")
	s.Advance(-365 * day)
	s.Must(s.SetServerTime(s.Ctx(), s.Now().Add(365*day)))
	left("the clocks of the servers are a year fast", "1", "2")
}
