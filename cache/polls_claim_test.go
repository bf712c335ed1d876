package cache

import (
	"testing"
	"time"

	"dateline/feed"
)

// claim claims what the store lists of the feeds, for ten minutes.
func (s testStore) claim(feeds []feed.Feed, anyway bool) []string {
	s.t.Helper()
	got, err := s.Claim(s.ctx(), feeds, s.Now().Add(10*time.Minute), anyway)
	s.must(err)
	return got
}

// A feed is asked by who claims it first: another process gets it back only when
// the claim is given back or has run out, by naming it, or when the claim was
// made by a clock that was ahead.
func TestClaim(t *testing.T) {
	s := open(t)
	s.subscribe("a", "b", "c")
	feeds, err := s.Feeds(s.ctx())
	s.must(err)
	other := openAt(t, s.Path(), s.clock)
	equal(t, "the first", s.claim(feeds[:2], false), []string{"a", "b"})
	equal(t, "the second", other.claim(feeds, false), []string{"c"})
	equal(t, "by name", other.claim(feeds[:1], true), []string{"a"})
	until := s.Now().Add(10 * time.Minute)
	equal(t, "told to others", other.feedOf("b").Asking, until)
	s.must(s.Release(s.ctx(), []string{"b"}, until.Add(-time.Second)))
	equal(t, "after the end of another claim", other.claim(feeds[1:2], false), []string(nil))
	s.must(s.Release(s.ctx(), []string{"b"}, until))
	equal(t, "given back", other.claim(feeds[1:2], false), []string{"b"})
	s.advance(10 * time.Minute)
	equal(t, "run out", s.claim(feeds, false), []string{"a", "b", "c"})
	s.advance(-24 * time.Hour)
	equal(t, "of a clock set back", other.claim(feeds, false), []string{"a", "b", "c"})
}

// Who has read that a feed is due, but comes to claim it when another process
// has had its answer already, does not ask it once more; an answer ends a claim.
func TestClaimOfWhatWasAsked(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	feeds, err := s.Feeds(s.ctx())
	s.must(err)
	other := openAt(t, s.Path(), s.clock)
	equal(t, "the first", s.claim(feeds, false), []string{"a"})
	state := feed.PollState{LastChecked: s.Now().Add(1234 * time.Nanosecond), NextCheck: s.Now().Add(time.Hour)}
	_, err = s.Save(s.ctx(), feed.Fetched{URL: "a", State: state})
	s.must(err)
	equal(t, "as it was read before", other.claim(feeds, false), []string(nil))
	feeds, err = other.Feeds(s.ctx())
	s.must(err)
	equal(t, "claimed after the answer", feeds[0].Asking, time.Time{})
	equal(t, "as it is", other.claim(feeds, false), []string{"a"})
}
