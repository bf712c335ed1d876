package remotes

import (
	"testing"
	"time"

	"dateline/cache/cachetest"
)

// TestFeedState checks that a feed of an account says when it was asked for, how often it
// posts, its newest item, and why its server cannot fetch it, as a local feed does.
func TestFeedState(t *testing.T) {
	clock := cachetest.NewClock(cachetest.Noon())
	s := newServer(clock.Now)
	for range 5 {
		s.publish(1)
		clock.Advance(6 * time.Hour)
	}
	newest := clock.Now().Add(-6 * time.Hour)
	d := newDevice(t, "a", clock, s)
	d.sync()
	clock.Advance(time.Hour)
	s.feeds[0].Error = "it is not a feed"
	d.sync()
	check := func(message string) {
		t.Helper()
		feeds, err := d.Feeds(t.Context())
		d.Must(err)
		p := feeds[0].Poll
		if p.PostInterval != 6*time.Hour || !p.Newest.Equal(newest) || !p.LastChecked.Equal(clock.Now()) {
			t.Errorf("posts each %v, newest %v, checked %v", p.PostInterval, p.Newest, p.LastChecked)
		}
		if p.Error != message || (p.Failures > 0) != (message != "") {
			t.Errorf("error %q, %d failures; want %q", p.Error, p.Failures, message)
		}
	}
	check("it is not a feed")
	s.feeds[0].Error = ""
	clock.Advance(time.Hour)
	d.sync()
	check("")
}
