package cache_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
)

const feedA, feedB = "https://a.example/feed", "https://b.example/feed"

// feedOf returns a feed as the store lists it.
func (s testStore) feedOf(url string) feed.Feed {
	s.T.Helper()
	feeds, err := s.Feeds(s.Ctx())
	s.Must(err)
	for _, f := range feeds {
		if f.URL == url {
			return f
		}
	}
	s.T.Fatalf("%s is not listed", url)
	return feed.Feed{}
}

// TestPollStateIsSaved checks that the whole poll state of a feed is read as it was
// saved, and that a purge deletes it.
func TestPollStateIsSaved(t *testing.T) {
	s := open(t)
	s.Must(s.SetFeeds(s.Ctx(), []feed.Subscription{{URL: feedA, Settings: feed.Settings{Paused: true}}}))
	want := feed.PollState{
		ETag: `"1"`, LastModified: "then", BodyHash: "h", LastChecked: noon, LastOK: noon, LastFull: noon.Add(-2 * time.Hour), Shortened: true, NextCheck: noon.Add(time.Hour),
		Status: 200, Failures: 2, Error: "No.", Gone: true, FinalURL: feedB,
		Hints: feed.PollHints{TTL: time.Hour, Period: time.Minute, SkipHours: []int{1, 2}, SkipDays: []time.Weekday{time.Sunday},
			Fresh: time.Second, Until: noon.Add(time.Minute)},
		Reason: "posts daily", PostInterval: 5 * time.Hour, Newest: noon.Add(-time.Hour), MovedTo: feedB, MovedSince: noon, MovedTimes: 3,
	}
	_, err := s.Save(s.Ctx(), feed.Fetched{URL: feedA, State: want, Log: feed.PollLogEntry{At: noon, Outcome: feed.Failed}})
	s.Must(err)
	f := s.feedOf(feedA)
	if !reflect.DeepEqual(f.Poll, want) || !f.Paused {
		t.Errorf("paused %v,\n got %+v\nwant %+v", f.Paused, f.Poll, want)
	}
	_, err = s.Purge(s.Ctx(), feedA)
	s.Must(err)
	polls, err := s.PollLog(s.Ctx(), feedA, 10)
	s.Must(err)
	if f := s.feedOf(feedA); !reflect.DeepEqual(f.Poll, feed.PollState{}) || len(polls) != 0 {
		t.Errorf("after a purge: %+v, %v", f.Poll, polls)
	}
}

// TestPollLog checks that the log has the last thirty checks, newest first, with what
// was saved.
func TestPollLog(t *testing.T) {
	s := open(t)
	s.Subscribe(feedA, feedB)
	for n := range cache.MaxPolls + 5 {
		a := feed.Fetched{URL: feedA, Log: feed.PollLogEntry{At: noon.Add(time.Duration(n) * time.Minute), Outcome: feed.OK, Status: 200, Bytes: 12, Duration: time.Second, Error: "e"}}
		if n == cache.MaxPolls+4 {
			a.Document = &feed.Document{Items: []feed.Article{cachetest.Item("1", time.Hour), cachetest.Item("2", time.Hour)}}
		}
		_, err := s.Save(s.Ctx(), a)
		s.Must(err)
	}
	_, err := s.Save(s.Ctx(), feed.Fetched{URL: feedB})
	s.Must(err)
	polls, err := s.PollLog(s.Ctx(), feedA, 100)
	s.Must(err)
	want := feed.PollLogEntry{At: noon.Add((cache.MaxPolls + 4) * time.Minute), Outcome: feed.OK, Status: 200, Bytes: 12, New: 2, Duration: time.Second, Error: "e"}
	if len(polls) != cache.MaxPolls || polls[0] != want || !polls[cache.MaxPolls-1].At.Equal(noon.Add(5*time.Minute)) {
		t.Errorf("%d entries, the first %+v", len(polls), polls[0])
	}
	if polls, err := s.PollLog(s.Ctx(), feedA, 2); err != nil || len(polls) != 2 {
		t.Errorf("two entries: %v, %v", polls, err)
	}
	if polls, err := s.PollLog(s.Ctx(), feedB, 2); err != nil || len(polls) != 0 {
		t.Errorf("a result without an entry wrote %v, %v", polls, err)
	}
}

// TestMoveFeed checks that a feed keeps its items, marks and log at a new address, and
// loses what belongs to the old address.
func TestMoveFeed(t *testing.T) {
	s := open(t)
	s.Subscribe(feedA)
	s.SaveItems(feedA, cachetest.Item("1", time.Hour), cachetest.Item("2", 2*time.Hour))
	_, err := s.Save(s.Ctx(), feed.Fetched{URL: feedA, Log: feed.PollLogEntry{At: noon}, State: feed.PollState{
		ETag: `"1"`, BodyHash: "h", Gone: true, Failures: 1, Error: "No.", MovedTo: feedB, MovedSince: noon, MovedTimes: 3, LastOK: noon}})
	s.Must(err)
	s.Must(s.MoveFeed(s.Ctx(), feedA, feedB))
	s.Subscribe(feedB)
	f := s.feedOf(feedB)
	if want := (feed.PollState{BodyHash: "h", LastOK: noon}); f.Total != 2 || f.Unread != 2 || !reflect.DeepEqual(f.Poll, want) {
		t.Errorf("%+v", f)
	}
	if polls, err := s.PollLog(s.Ctx(), feedB, 9); err != nil || len(polls) != 1 {
		t.Errorf("log: %v, %v", polls, err)
	}
	if saved := s.SaveItems(feedB, cachetest.Item("1", time.Hour)); saved.New != 0 {
		t.Errorf("an item arrived again: %+v", saved)
	}
	if err := s.MoveFeed(s.Ctx(), feedA, "https://c.example/"); !errors.Is(err, cache.ErrNoFeed) {
		t.Errorf("an unknown feed: %v", err)
	}
}

// TestMoveFeedMerges checks that a feed is merged with an earlier one at the new
// address: each item once, with the marks of both.
func TestMoveFeedMerges(t *testing.T) {
	s := open(t)
	s.Subscribe(feedA, feedB)
	s.SaveItems(feedA, cachetest.Item("both", time.Hour), cachetest.Item("a", 2*time.Hour))
	s.SaveItems(feedB, cachetest.Item("both", time.Hour), cachetest.Item("b", 3*time.Hour))
	s.IndexAll()
	rows, err := s.After(s.Ctx(), cachetest.View(t, "feed:="+feedB), cache.Pos{}, 10)
	s.Must(err)
	for _, r := range rows {
		s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{r.ID}, Flag: feed.Starred, On: true, At: s.Now()}))
		s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{r.ID}, Flag: feed.Read, On: true, At: s.Now()}))
	}
	s.Subscribe(feedA)
	s.Must(s.MoveFeed(s.Ctx(), feedA, feedB))
	s.Subscribe(feedB)
	if f := s.feedOf(feedB); f.Total != 3 || f.Unread != 1 {
		t.Errorf("%d items, %d unread", f.Total, f.Unread)
	}
	cachetest.Equal(t, "all", s.List(""), []string{"both", "a", "b"})
	cachetest.Equal(t, "marked", s.List("is:starred is:read"), []string{"both", "b"})
	s.CheckCounts()
}
