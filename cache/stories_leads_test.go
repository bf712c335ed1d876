package cache_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
	"dateline/feed/query"
)

// TestLeadGoes checks that another item becomes the lead at once when the lead of a
// story is removed in any way.
func TestLeadGoes(t *testing.T) {
	old := func(key string) feed.Article {
		return storyItem(key, "https://example.org/story", "In "+key, 40*24*time.Hour)
	}
	settings := func(u string, s feed.Settings) feed.Subscription { return feed.Subscription{URL: u, Settings: s} }
	for name, c := range map[string]struct {
		goes func(s testStore)
		// everything is the list of all feeds, lead is the lead of c1.
		everything []string
		lead       string
	}{
		"retention": {func(s testStore) {
			s.Must(s.SetFeeds(s.Ctx(), []feed.Subscription{settings("a", feed.Settings{KeepDays: 30}), settings("b", feed.Settings{}), settings("c", feed.Settings{})}))
			_, err := s.Retain(s.Ctx(), s.Now())
			s.Must(err)
		}, []string{"b1"}, "b1"},
		"retention of two": {func(s testStore) {
			s.Must(s.SetFeeds(s.Ctx(), []feed.Subscription{settings("a", feed.Settings{KeepDays: 30}), settings("b", feed.Settings{KeepDays: 30}), settings("c", feed.Settings{})}))
			_, err := s.Retain(s.Ctx(), s.Now())
			s.Must(err)
		}, []string{"c1"}, "c1"},
		"purge": {func(s testStore) {
			_, err := s.Purge(s.Ctx(), "a")
			s.Must(err)
		}, []string{"b1"}, "b1"},
		"unsubscribed":           {func(s testStore) { s.Subscribe("b", "c") }, []string{"b1"}, "b1"},
		"two unsubscribed":       {func(s testStore) { s.Subscribe("c") }, []string{"c1"}, "c1"},
		"unsubscribed, and back": {func(s testStore) { s.Subscribe("b", "c"); s.Subscribe("a", "b", "c") }, []string{"b1"}, "b1"},
		"all gone, one back":     {func(s testStore) { s.Subscribe(); s.Subscribe("c") }, []string{"c1"}, "c1"},
		"separate": {func(s testStore) {
			s.Must(s.SetFeeds(s.Ctx(), []feed.Subscription{settings("a", feed.Settings{Separate: true}), settings("b", feed.Settings{}), settings("c", feed.Settings{})}))
		}, []string{"b1", "a1"}, "b1"},
		"a copy becomes separate": {func(s testStore) {
			s.Must(s.SetFeeds(s.Ctx(), []feed.Subscription{settings("a", feed.Settings{}), settings("b", feed.Settings{}), settings("c", feed.Settings{Separate: true})}))
		}, []string{"c1", "a1"}, "c1"},
		"edited into another story": {func(s testStore) {
			s.SaveItems("a", storyItem("a1", "https://example.org/another", "Something else altogether", 40*24*time.Hour))
		}, []string{"b1", "a1"}, "b1"},
		"edited": {func(s testStore) {
			s.SaveItems("a", storyItem("a1", "https://example.org/story?utm_source=x", "Another title", 40*24*time.Hour))
		}, []string{"a1"}, "a1"},
	} {
		s := open(t)
		s.Subscribe("a", "b", "c")
		for _, u := range []string{"a", "b", "c"} {
			s.SaveItems(u, old(u+"1"))
		}
		cachetest.Equal(t, name+": before", s.List("is:unread"), []string{"a1"})
		c.goes(s)
		cachetest.Equal(t, name+": everything", s.List(""), c.everything)
		cachetest.Equal(t, name+": unread", s.List("is:unread"), c.everything)
		cachetest.Equal(t, name+": lead", s.lead("c1"), c.lead)
		s.CheckCounts()
		n, err := s.Counts(s.Ctx(), s.Now())
		s.Must(err)
		cachetest.Equal(t, name+": counted", []int{n.Total, n.Unread}, []int{len(c.everything), len(c.everything)})
		s.MarkItems(feed.Read, true, c.lead)
		cachetest.Equal(t, name+": read", len(s.List("is:unread")), len(c.everything)-1)
	}
}

// TestSeparateFeed checks that items of feeds with the setting Separate belong to no
// story.
func TestSeparateFeed(t *testing.T) {
	s := open(t)
	s.Must(s.SetFeeds(s.Ctx(), []feed.Subscription{{URL: "a", Settings: feed.Settings{Separate: true}}, {URL: "b"}, {URL: "c"}}))
	for _, u := range []string{"a", "b", "c"} {
		s.SaveItems(u, storyItem(u+"1", "https://example.org/story", "In "+u, time.Hour))
	}
	cachetest.Equal(t, "rows", s.List(""), []string{"b1", "a1"})
	s.MarkItems(feed.Read, true, "c1")
	cachetest.Equal(t, "unread", s.List("is:unread"), []string{"a1"})
}

// TestCopyOfUnsubscribedFeed checks that a new item is shown while the feed of its
// lead is not subscribed, and stays the lead when that feed comes back.
func TestCopyOfUnsubscribedFeed(t *testing.T) {
	s := open(t)
	s.Subscribe("a", "b")
	s.SaveItems("a", storyItem("a1", "https://example.org/story", "In a", time.Hour))
	s.Subscribe("b")
	s.SaveItems("b", storyItem("b1", "https://example.org/story", "In b", time.Hour))
	cachetest.Equal(t, "shown", s.List(""), []string{"b1"})
	row := func() cache.Row {
		rows, err := s.After(s.Ctx(), cachetest.View(t, ""), cache.Pos{}, 10)
		s.Must(err)
		cachetest.Equal(t, "rows", len(rows), 1)
		return rows[0]
	}
	cachetest.Equal(t, "not from unsubscribed feeds", row().AlsoIn, []string(nil))
	s.Subscribe("a", "b")
	cachetest.Equal(t, "shown", row().Key, "b1")
	cachetest.Equal(t, "also in", row().AlsoIn, []string{"Title of a"})
	s.CheckCounts()
}

// TestStoriesOfMovedFeed checks that items that a feed gets with its new address are
// shown, also if the feed of their lead is not subscribed.
func TestStoriesOfMovedFeed(t *testing.T) {
	s := open(t)
	s.Subscribe("x", "old")
	s.SaveItems("x", storyItem("x1", "https://example.org/story", "In x", time.Hour))
	s.SaveItems("old", storyItem("old1", "https://example.org/story", "In old", time.Hour))
	s.Subscribe("now")
	cachetest.Equal(t, "nothing subscribed has it", s.List(""), []string{})
	s.Must(s.MoveFeed(s.Ctx(), "now", "old"))
	cachetest.Equal(t, "adopted", s.List("is:unread"), []string{"old1"})
	s.CheckCounts()
	n, err := s.Counts(s.Ctx(), s.Now())
	s.Must(err)
	cachetest.Equal(t, "counted", n.Unread, 1)
}

// TestEditRenewsStory checks that an edit that makes an item unread makes its whole
// story unread.
func TestEditRenewsStory(t *testing.T) {
	s := open(t)
	s.Must(s.SetFeeds(s.Ctx(), []feed.Subscription{{URL: "a"}, {URL: "b", Settings: feed.Settings{RenewEdited: true}}}))
	s.SaveItems("a", storyItem("a1", "https://example.org/story", "In a", time.Hour))
	s.SaveItems("b", storyItem("b1", "https://example.org/story", "In b", time.Hour))
	s.Advance(time.Minute)
	s.MarkItems(feed.Read, true, "a1")
	s.Advance(time.Minute)
	s.SaveItems("b", storyItem("b1", "https://example.org/story", "In b, edited", time.Hour))
	cachetest.Equal(t, "unread", s.List("is:unread"), []string{"a1"})
	cachetest.Equal(t, "unread in b", s.List("is:unread feed:=b"), []string{"b1"})
	s.CheckCounts()
	s.Advance(time.Minute)
	s.MarkItems(feed.Read, true, "a1")
	cachetest.Equal(t, "read", s.List("is:unread"), []string{})
	s.CheckCounts()
}

// TestViewsShowStoriesOnce checks that a view shows of every story the first item that
// its query finds, for any combination of feeds, words and flags.
func TestViewsShowStoriesOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("long under the race detector, and runs nothing side by side that others do not")
	}
	r := rand.New(rand.NewPCG(3, 5))
	s := open(t)
	feeds := s.FillRandom(r, false)
	infos := map[string]query.FeedInfo{}
	list, err := s.Feeds(s.Ctx())
	s.Must(err)
	for _, f := range list {
		infos[f.URL] = query.FeedInfo{Title: f.Title, URL: f.URL, Tags: f.Tags, Account: f.Account}
	}
	everything := s.EveryArticle()
	leads := map[string]string{}
	for _, a := range everything {
		leads[a.Key] = s.lead(a.Key)
	}
	terms := []string{"budget", "bud", "title:cafe", "text:東京", "has:image", "has:enclosure", "tag:world", "tag:tech", "feed:=" + feeds[0], "feed:=" + feeds[1], "link:net", "is:unread"}
	term := func() string { return []string{"", "-"}[r.IntN(2)] + terms[r.IntN(len(terms))] }
	left := 0
	for range 60 {
		text := term()
		for range r.IntN(3) {
			text += []string{" ", " or "}[r.IntN(2)] + term()
		}
		v := cachetest.View(t, text)
		first := map[string]feed.Article{}
		for _, a := range everything {
			awake := a
			awake.Snoozed = time.Time{}
			if !v.Query.Match(awake, infos[a.Feed], query.Env{Now: s.Now()}) {
				continue
			}
			// If only copies match, the oldest is shown, which is the last in everything.
			if lead := leads[a.Key]; first[lead].Key != lead {
				first[lead] = a
			}
		}
		want := []string{}
		for _, a := range everything {
			if first[leads[a.Key]].Key == a.Key && !a.Snoozed.After(s.Now()) {
				want = append(want, a.Key)
			}
			if leads[a.Key] != a.Key && !slices.Contains(want, a.Key) {
				left++
			}
		}
		cachetest.Equal(t, text, s.All(v), want)
	}
	if left < 100 {
		t.Errorf("only %d copies were left out: the test tests nothing", left)
	}
}
