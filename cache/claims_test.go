package cache_test

import (
	"testing"
	"time"

	"dateline/cache/cachetest"
	"dateline/feed"
)

// claim claims feeds, as the store lists them, for ten minutes.
func (s testStore) claim(feeds []feed.Feed, anyway bool) []string {
	s.T.Helper()
	got, err := s.Claim(s.Ctx(), feeds, s.Now().Add(10*time.Minute), anyway)
	s.Must(err)
	return got
}

// TestClaim checks that the first process that claims a feed gets it. Another one gets
// it after the claim is released or has ended, if the user names the feed, or if the
// claim was made by a fast clock.
func TestClaim(t *testing.T) {
	s := open(t)
	s.Subscribe("a", "b", "c")
	feeds, err := s.Feeds(s.Ctx())
	s.Must(err)
	other := openAt(t, s.Path(), s.Clock)
	cachetest.Equal(t, "the first", s.claim(feeds[:2], false), []string{"a", "b"})
	cachetest.Equal(t, "the second", other.claim(feeds, false), []string{"c"})
	cachetest.Equal(t, "by name", other.claim(feeds[:1], true), []string{"a"})
	until := s.Now().Add(10 * time.Minute)
	cachetest.Equal(t, "shown to others", other.feedOf("b").ClaimedUntil, until)
	s.Must(s.Release(s.Ctx(), []string{"b"}, until.Add(-time.Second)))
	cachetest.Equal(t, "after the end of another claim", other.claim(feeds[1:2], false), []string(nil))
	s.Must(s.Release(s.Ctx(), []string{"b"}, until))
	cachetest.Equal(t, "given back", other.claim(feeds[1:2], false), []string{"b"})
	s.Advance(10 * time.Minute)
	cachetest.Equal(t, "run out", s.claim(feeds, false), []string{"a", "b", "c"})
	s.Advance(-24 * time.Hour)
	cachetest.Equal(t, "of a clock set back", other.claim(feeds, false), []string{"a", "b", "c"})
}

// TestClaimAfterCheck checks that a process does not get a feed that another one has
// checked since the feed was read, and that saving a result ends the claim.
func TestClaimAfterCheck(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	feeds, err := s.Feeds(s.Ctx())
	s.Must(err)
	other := openAt(t, s.Path(), s.Clock)
	cachetest.Equal(t, "the first", s.claim(feeds, false), []string{"a"})
	state := feed.PollState{LastChecked: s.Now().Add(1234 * time.Nanosecond), NextCheck: s.Now().Add(time.Hour)}
	_, err = s.Save(s.Ctx(), feed.Fetched{URL: "a", State: state})
	s.Must(err)
	cachetest.Equal(t, "as it was read before", other.claim(feeds, false), []string(nil))
	feeds, err = other.Feeds(s.Ctx())
	s.Must(err)
	cachetest.Equal(t, "claimed after the result", feeds[0].ClaimedUntil, time.Time{})
	cachetest.Equal(t, "as it is", other.claim(feeds, false), []string{"a"})
}

// TestLateClaim checks that a process which read its clock, and then waited for the
// database, does not take the claim of another one for that of a wrong clock.
func TestLateClaim(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	feeds, err := s.Feeds(s.Ctx())
	s.Must(err)
	early := s.Now().Add(10 * time.Minute)
	s.Advance(time.Second)
	cachetest.Equal(t, "the first", s.claim(feeds, false), []string{"a"})
	got, err := s.Claim(s.Ctx(), feeds, early, false)
	s.Must(err)
	cachetest.Equal(t, "the late one", got, []string(nil))
}
