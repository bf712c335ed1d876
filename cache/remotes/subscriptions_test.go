package remotes

import (
	"testing"
	"time"

	"dateline/cache/cachetest"
	"dateline/feed"
	"dateline/feed/account"
)

// Entries of a feed that somebody subscribes to during a round come in the next one.
func TestSubscribedDuringRound(t *testing.T) {
	clock := cachetest.NewClock(cachetest.Noon())
	s := newServer(clock.Now)
	s.publish(2)
	feeds := s.feeds
	s.feeds = []account.Feed{{ID: "2", URL: "https://other.example/feed", Title: "Other"}}
	s.after = func(op string) error {
		if op == "feeds" {
			s.feeds = feeds
		}
		return nil
	}
	d := newDevice(t, "a", clock, s)
	if r := d.sync(); r.New != 0 {
		t.Errorf("entries without a feed became %d items", r.New)
	}
	if r := d.sync(); r.New != 2 {
		t.Errorf("the next round brought %d of 2", r.New)
	}
	checkEqual(t, "the items", d.states(), s.states())
}

// A list without the feeds, which a server may send by mistake, costs no mark: what was made
// before, meanwhile and afterwards travels when they are there again.
func TestFeedsMissingOnce(t *testing.T) {
	s, d, ids := start(t, 6)
	d.do(feed.Read, true, ids[0])
	feeds := s.feeds
	s.feeds = []account.Feed{{ID: "2", URL: "https://other.example/feed", Title: "Other"}}
	d.sync()
	d.do(feed.Starred, true, ids[1])
	s.mark(feed.Starred, true, ids[2])
	s.feeds = feeds
	d.Advance(time.Minute)
	d.sync()
	d.do(feed.Read, true, ids[3])
	d.sync()
	if r := d.sync(); r.New+r.Sent+r.Taken != 0 {
		t.Errorf("the rounds have no end: %+v", r)
	}
	checkEqual(t, "the items", d.states(), s.states())
	checkEqual(t, "the server", s.states(), map[string]string{"1": "read", "2": "unread starred", "3": "unread starred", "4": "read", "5": "unread", "6": "unread"})
}

// A server that has unread entries has feeds, so a list without any is asked for again, and not
// believed: all feeds would vanish.
func TestNoFeedsAtAll(t *testing.T) {
	s, d, _ := start(t, 6)
	feeds := s.feeds
	s.feeds = nil
	d.round(account.Options{}, "account home: ")
	subs, err := d.remotes.Subscriptions(d.Ctx(), d.account.Settings)
	if err != nil || len(subs) != 1 {
		t.Errorf("%d subscriptions are left: %v", len(subs), err)
	}
	s.after = func(op string) error {
		if op == "feeds" {
			s.feeds = feeds
		}
		return nil
	}
	d.sync()
	s.after, s.feeds, s.entries = nil, nil, map[string]*entry{}
	d.sync()
	if subs, err = d.remotes.Subscriptions(d.Ctx(), d.account.Settings); err != nil || len(subs) != 0 {
		t.Errorf("%d subscriptions are there: %v", len(subs), err)
	}
}

// A server that calls every entry gone for once takes no mark with it.
func TestGoneByMistake(t *testing.T) {
	s, d, ids := start(t, 4)
	entries := s.entries
	s.entries = map[string]*entry{}
	d.sync()
	s.entries = entries
	d.do(feed.Read, true, ids[0])
	s.mark(feed.Read, true, ids[1])
	d.sync()
	d.sync()
	checkEqual(t, "the items", d.states(), s.states())
	checkEqual(t, "the server", s.states(), map[string]string{"1": "read", "2": "read", "3": "unread", "4": "unread"})
}

// Nothing is written in a round if the server repeats a subscription in each list.
func TestRepeatedFeeds(t *testing.T) {
	s, d, _ := start(t, 1)
	s.feeds = append(s.feeds, account.Feed{ID: "1", URL: "https://other.example/feed", Title: "Other"}, account.Feed{ID: "2", URL: newsURL, Title: "Again"})
	d.sync()
	feeds, err := d.remotes.Feeds(d.Ctx(), "home")
	d.Must(err)
	if len(feeds) != 2 || feeds[0].Title != "News" || !same(feeds, withoutRepeated(s.feeds)) {
		t.Errorf("the feeds are %+v", feeds)
	}
	if subscribed, err := d.Feeds(d.Ctx()); err != nil || len(subscribed) != 1 {
		t.Errorf("%d feeds are subscribed: %v", len(subscribed), err)
	}
}

// TestFeedAddedDuringRound protects that a feed which somebody subscribes to while a round runs
// does not vanish at its end: the round asked for the subscriptions before.
func TestFeedAddedDuringRound(t *testing.T) {
	s, d, _ := start(t, 3)
	other := account.Feed{ID: "2", URL: "https://other.example/feed", Title: "Other"}
	s.after = func(op string) error {
		if op == "unread" && len(s.feeds) == 1 {
			s.feeds = append(s.feeds, other)
			d.Must(d.remotes.SetFeeds(d.Ctx(), "home", s.feeds))
		}
		return nil
	}
	d.sync()
	feeds, err := d.remotes.Feeds(d.Ctx(), "home")
	if d.Must(err); len(feeds) != 2 {
		t.Errorf("after the round there are %+v", feeds)
	}
	asked := 0
	s.requests = nil
	d.sync()
	for _, op := range s.requests {
		if op == "feeds" {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("without a change, the subscriptions were asked for %d times", asked)
	}
}
