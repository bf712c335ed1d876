package cache_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
)

// TestSetFeedsWritesOnlyChanges protects the start, which sets the feeds each time:
// equal subscriptions write nothing, and every changed part of one is saved.
func TestSetFeedsWritesOnlyChanges(t *testing.T) {
	s := open(t)
	watching := openAt(t, s.Path(), s.Clock)
	subs := []feed.Subscription{{URL: "https://a.example/\x1e"}, {URL: "https://b.example/"}}
	wrote := func() bool {
		before, err := watching.Version(t.Context())
		s.Must(err)
		s.Must(s.SetFeeds(t.Context(), subs))
		after, err := watching.Version(t.Context())
		s.Must(err)
		return before != after
	}
	wrote()
	b := &subs[1]
	for _, part := range []struct {
		name   string
		change func()
	}{
		{"the name", func() { b.Name = "B" }},
		{"the tags", func() { b.Tags = []string{"x", "y"} }},
		{"keep_days", func() { b.Settings.KeepDays = 7 }},
		{"keep_items", func() { b.Settings.KeepItems = 8 }},
		{"keep_unread", func() { b.Settings.KeepUnread = true }},
		{"paused", func() { b.Settings.Paused = true }},
		{"on_update", func() { b.Settings.RenewEdited = true }},
		{"fulltext", func() { b.Settings.Fulltext = true }},
		{"notify", func() { b.Settings.Notify = true }},
		{"separate", func() { b.Settings.Separate = true }},
		{"the order", func() { subs[0], subs[1] = subs[1], subs[0]; b = &subs[0] }},
		{"a feed that goes", func() { subs = subs[:1:1]; b = &subs[0] }},
	} {
		if wrote() {
			t.Errorf("the same subscriptions were written again, before %s changed", part.name)
		}
		if part.change(); !wrote() {
			t.Errorf("%s changed, and nothing was written", part.name)
		}
	}
}

// TestTextsOfFeedsStayApart protects the packed rows of feeds: a text of a server or a
// publisher never ends up in another column.
func TestTextsOfFeedsStayApart(t *testing.T) {
	s := open(t)
	s.Subscribe("https://a.example/", "https://b.example/")
	want := feed.Feed{
		URL: "https://a.example/", Title: "1 2 3 4\n5", Description: "", Site: "\x00\x1e\x1f", Updated: time.UnixMicro(0).UTC(),
		Poll: feed.PollState{
			ETag: ` 7 8 "` + "\xff", LastModified: "größer", BodyHash: "9", Error: "10 11 12", FinalURL: " ", Reason: "", MovedTo: "13",
			LastChecked: noon, Status: -1, PostInterval: time.Hour, MovedTimes: 3, Gone: true,
			Hints: feed.PollHints{TTL: time.Minute, SkipHours: []int{4}},
		},
	}
	_, err := s.Save(s.Ctx(), feed.Fetched{URL: want.URL, State: want.Poll, Document: &feed.Document{
		Title: want.Title, Description: want.Description, Site: want.Site, Updated: want.Updated,
	}})
	s.Must(err)
	feeds, err := s.Feeds(s.Ctx())
	s.Must(err)
	if len(feeds) != 2 || !reflect.DeepEqual(feeds[0], want) || !reflect.DeepEqual(feeds[1], feed.Feed{URL: "https://b.example/"}) {
		t.Errorf("got  %+v\nwant %+v and an empty one", feeds, want)
	}
}

// TestSourcesAreFeedsAndCounts protects the first screen: what it reads together is
// what is read later separately. Copies are counted once, snoozed items and
// unsubscribed feeds not at all.
func TestSourcesAreFeedsAndCounts(t *testing.T) {
	s := open(t)
	s.Subscribe("a", "b", "c")
	s.SaveItems("a", cachetest.Item("1", time.Minute, "The same story in two feeds"), cachetest.Item("2", time.Minute), cachetest.Item("3", time.Minute))
	again := cachetest.Item("4", time.Minute, "The same story in two feeds")
	again.Link = "https://example.org/1"
	s.SaveItems("b", again, cachetest.Item("5", time.Minute))
	s.SaveItems("c", cachetest.Item("6", time.Minute), cachetest.Item("7", time.Minute))
	s.MarkItems(feed.Read, true, "3")
	s.MarkItems(feed.Starred, true, "5")
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: s.IDs("2", "6"), Flag: feed.Snooze, On: true, Until: noon.Add(time.Hour), At: s.Now()}))
	s.Subscribe("b", "a")

	feeds, counts, err := s.Sources(s.Ctx(), s.Now())
	s.Must(err)
	cachetest.Equal(t, "counts", counts, cache.Counts{Total: 3, Unread: 2, Starred: 1, Today: 2, Feeds: map[string]cache.FeedCount{"a": {2, 1}, "b": {2, 2}}})
	later, err := s.Counts(s.Ctx(), s.Now())
	s.Must(err)
	cachetest.Equal(t, "counts later", later, counts)
	alone, err := s.Feeds(s.Ctx())
	s.Must(err)
	if !reflect.DeepEqual(feeds, alone) || len(feeds) != 2 || feeds[1].Total != 2 || feeds[1].Unread != 1 {
		t.Errorf("feeds:\n got %+v\nwant %+v", feeds, alone)
	}
}

// TestSnoozeEnded checks that the end of a snooze is found in the span that ends at its
// time, as lists show the item from then on, and in no other span.
func TestSnoozeEnded(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("1", time.Minute), cachetest.Item("2", time.Minute))
	end := noon.Add(time.Hour)
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: s.IDs("1"), Flag: feed.Snooze, On: true, Until: end, At: s.Now()}))
	for _, c := range []struct {
		after, until time.Time
		want         bool
	}{
		{noon, end.Add(-time.Microsecond), false},
		{noon, end, true},
		{end.Add(-time.Microsecond), end.Add(time.Hour), true},
		{end, end.Add(time.Hour), false},
		{end.Add(time.Hour), noon, false}, // the clock was set back
	} {
		got, err := s.SnoozeEnded(s.Ctx(), c.after, c.until)
		s.Must(err)
		cachetest.Equal(t, fmt.Sprintf("from %v to %v", c.after, c.until), got, c.want)
	}
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: s.IDs("1"), Flag: feed.Snooze, At: s.Now()}))
	got, err := s.SnoozeEnded(s.Ctx(), noon, end)
	s.Must(err)
	cachetest.Equal(t, "after the snooze was removed", got, false)
}

// TestFeedStats checks which items count as posted and as read in which week, and that only
// the items of the feed count.
func TestFeedStats(t *testing.T) {
	s := open(t)
	s.Subscribe("a", "b")
	s.SaveItems("a", cachetest.Item("now", 0, "Title", "a body"), cachetest.Item("week", 8*feed.Day), cachetest.Item("old", 100*feed.Day), cachetest.Item("hidden", 9*feed.Day))
	s.SaveItems("b", cachetest.Item("other", 0))
	s.Advance(time.Hour)
	s.MarkItems(feed.Read, true, "week", "old")
	s.MarkItems(feed.Starred, true, "old")
	s.MarkItems(feed.Hidden, true, "hidden")
	now := noon.Add(10 * feed.Day)
	got, err := cache.FeedStats(s.Ctx(), s.Store.Store, "a", now)
	s.Must(err)
	if got.Bytes <= 0 {
		t.Errorf("%d bytes", got.Bytes)
	}
	got.Bytes = 0
	cachetest.Equal(t, "stats", got, feed.Stats{Items: 4, Starred: 1,
		Posts: feed.Weeks{9: 2, 10: 1}, Read: feed.Weeks{10: 2}})
	got, err = cache.FeedStats(s.Ctx(), s.Store.Store, "unknown", now)
	s.Must(err)
	cachetest.Equal(t, "stats of an unknown feed", got, feed.Stats{})
}
