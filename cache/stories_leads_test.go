package cache

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/query"
)

// When the lead of a story goes, whatever takes it unsubscribed, the next item stands
// for the story at once, and what is left of it holds together.
func TestLeadGoes(t *testing.T) {
	old := func(key string) feed.Article {
		return told(key, "https://example.org/story", "In "+key, 40*24*time.Hour)
	}
	settings := func(u string, s feed.Settings) feed.Subscription { return feed.Subscription{URL: u, Settings: s} }
	for name, c := range map[string]struct {
		goes func(s testStore)
		// everything is the list across feeds, lead the one of c1.
		everything []string
		lead       string
	}{
		"retention": {func(s testStore) {
			s.must(s.SetFeeds(s.ctx(), []feed.Subscription{settings("a", feed.Settings{KeepDays: 30}), settings("b", feed.Settings{}), settings("c", feed.Settings{})}))
			_, err := s.Retain(s.ctx(), s.Now())
			s.must(err)
		}, []string{"b1"}, "b1"},
		"retention of two": {func(s testStore) {
			s.must(s.SetFeeds(s.ctx(), []feed.Subscription{settings("a", feed.Settings{KeepDays: 30}), settings("b", feed.Settings{KeepDays: 30}), settings("c", feed.Settings{})}))
			_, err := s.Retain(s.ctx(), s.Now())
			s.must(err)
		}, []string{"c1"}, "c1"},
		"purge": {func(s testStore) {
			_, err := s.Purge(s.ctx(), "a")
			s.must(err)
		}, []string{"b1"}, "b1"},
		"unsubscribed":           {func(s testStore) { s.subscribe("b", "c") }, []string{"b1"}, "b1"},
		"two unsubscribed":       {func(s testStore) { s.subscribe("c") }, []string{"c1"}, "c1"},
		"unsubscribed, and back": {func(s testStore) { s.subscribe("b", "c"); s.subscribe("a", "b", "c") }, []string{"b1"}, "b1"},
		"all gone, one back":     {func(s testStore) { s.subscribe(); s.subscribe("c") }, []string{"c1"}, "c1"},
		"separate": {func(s testStore) {
			s.must(s.SetFeeds(s.ctx(), []feed.Subscription{settings("a", feed.Settings{Separate: true}), settings("b", feed.Settings{}), settings("c", feed.Settings{})}))
		}, []string{"b1", "a1"}, "b1"},
		"a copy becomes separate": {func(s testStore) {
			s.must(s.SetFeeds(s.ctx(), []feed.Subscription{settings("a", feed.Settings{}), settings("b", feed.Settings{}), settings("c", feed.Settings{Separate: true})}))
		}, []string{"c1", "a1"}, "c1"},
		"edited into another story": {func(s testStore) {
			s.save("a", told("a1", "https://example.org/another", "Something else altogether", 40*24*time.Hour))
		}, []string{"b1", "a1"}, "b1"},
		"edited": {func(s testStore) {
			s.save("a", told("a1", "https://example.org/story?utm_source=x", "Another title", 40*24*time.Hour))
		}, []string{"a1"}, "a1"},
	} {
		s := open(t)
		s.subscribe("a", "b", "c")
		for _, u := range []string{"a", "b", "c"} {
			s.save(u, old(u+"1"))
		}
		equal(t, name+": before", s.list("is:unread"), []string{"a1"})
		c.goes(s)
		equal(t, name+": everything", s.list(""), c.everything)
		equal(t, name+": unread", s.list("is:unread"), c.everything)
		equal(t, name+": lead", s.lead("c1"), c.lead)
		s.checkCounts()
		n, err := s.Counts(s.ctx(), s.Now())
		s.must(err)
		equal(t, name+": counted", []int{n.Total, n.Unread}, []int{len(c.everything), len(c.everything)})
		s.mark(feed.Read, true, c.lead)
		equal(t, name+": read", len(s.list("is:unread")), len(c.everything)-1)
	}
}

// Feeds that are separate keep their items to themselves.
func TestSeparateFeed(t *testing.T) {
	s := open(t)
	s.must(s.SetFeeds(s.ctx(), []feed.Subscription{{URL: "a", Settings: feed.Settings{Separate: true}}, {URL: "b"}, {URL: "c"}}))
	for _, u := range []string{"a", "b", "c"} {
		s.save(u, told(u+"1", "https://example.org/story", "In "+u, time.Hour))
	}
	equal(t, "rows", s.list(""), []string{"b1", "a1"})
	s.mark(feed.Read, true, "c1")
	equal(t, "unread", s.list("is:unread"), []string{"a1"})
}

// What arrives while the feed that told a story is not subscribed shows, and
// steps back for nothing when that comes back.
func TestCopyOfFeedThatIsAway(t *testing.T) {
	s := open(t)
	s.subscribe("a", "b")
	s.save("a", told("a1", "https://example.org/story", "In a", time.Hour))
	s.subscribe("b")
	s.save("b", told("b1", "https://example.org/story", "In b", time.Hour))
	equal(t, "shown", s.list(""), []string{"b1"})
	row := func() Row {
		rows, err := s.After(s.ctx(), view(t, ""), Pos{}, 10)
		s.must(err)
		equal(t, "rows", len(rows), 1)
		return rows[0]
	}
	equal(t, "not told by feeds that are away", row().AlsoIn, []string(nil))
	s.subscribe("a", "b")
	equal(t, "shown", row().Key, "b1")
	equal(t, "also in", row().AlsoIn, []string{"Title of a"})
	s.checkCounts()
}

// Items that a feed adopts with its new address show, even where the feed that
// told their stories first is not subscribed.
func TestStoriesOfMovedFeed(t *testing.T) {
	s := open(t)
	s.subscribe("x", "old")
	s.save("x", told("x1", "https://example.org/story", "In x", time.Hour))
	s.save("old", told("old1", "https://example.org/story", "In old", time.Hour))
	s.subscribe("now")
	equal(t, "nothing subscribed has it", s.list(""), []string{})
	s.must(s.MoveFeed(s.ctx(), "now", "old"))
	equal(t, "adopted", s.list("is:unread"), []string{"old1"})
	s.checkCounts()
	n, err := s.Counts(s.ctx(), s.Now())
	s.must(err)
	equal(t, "counted", n.Unread, 1)
}

// An edit that makes an item unread in its feed makes its story unread, so that
// the lists across feeds show it.
func TestEditRenewsStory(t *testing.T) {
	s := open(t)
	s.must(s.SetFeeds(s.ctx(), []feed.Subscription{{URL: "a"}, {URL: "b", Settings: feed.Settings{RenewEdited: true}}}))
	s.save("a", told("a1", "https://example.org/story", "In a", time.Hour))
	s.save("b", told("b1", "https://example.org/story", "In b", time.Hour))
	s.advance(time.Minute)
	s.mark(feed.Read, true, "a1")
	s.advance(time.Minute)
	s.save("b", told("b1", "https://example.org/story", "In b, edited", time.Hour))
	equal(t, "unread", s.list("is:unread"), []string{"a1"})
	equal(t, "unread in b", s.list("is:unread feed:=b"), []string{"b1"})
	s.checkCounts()
	s.advance(time.Minute)
	s.mark(feed.Read, true, "a1")
	equal(t, "read", s.list("is:unread"), []string{})
	s.checkCounts()
}

// Of every story a view shows exactly the first item that its query finds,
// however feeds, words and traits are combined.
func TestViewsShowStoriesOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("long under the race detector, and runs nothing side by side that others do not")
	}
	r := rand.New(rand.NewPCG(3, 5))
	s := open(t)
	feeds := randomCache(s, r, false)
	infos := map[string]query.FeedInfo{}
	list, err := s.Feeds(s.ctx())
	s.must(err)
	for _, f := range list {
		infos[f.URL] = query.FeedInfo{Title: f.Title, URL: f.URL, Tags: f.Tags}
	}
	everything := everyArticle(s)
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
		v := view(t, text)
		first := map[string]feed.Article{}
		for _, a := range everything {
			awake := a
			awake.Snoozed = time.Time{}
			if !v.Query.Match(awake, infos[a.Feed], query.Env{Now: s.Now()}) {
				continue
			}
			// Of the copies the oldest, which everything has last.
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
		equal(t, text, s.all(v), want)
	}
	if left < 100 {
		t.Errorf("only %d copies were left out: the test tests nothing", left)
	}
}
