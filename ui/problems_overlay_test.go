package ui

import (
	"testing"
	"time"

	"dateline/feed"
)

const movedURL = "https://nato.example/new.xml"

// problemScreen returns a screen with one feed for each kind of problem.
func problemScreen(t *testing.T, w, h int) *screen {
	t.Helper()
	return newScreen(t, w, h, func(_ *Deps, f *fakeSource) {
		now := f.clock.now()
		ago := func(days int) time.Time { return now.AddDate(0, 0, -days) }
		f.subs[2].Settings.Paused = true
		f.subs = append(f.subs, feed.Subscription{URL: "https://gone.example/feed", Name: "Long Gone"})
		f.states = map[string]feed.PollState{
			natoURL: {LastChecked: now, LastOK: now, NextCheck: now.Add(time.Hour), Status: 301, MovedTo: movedURL, MovedSince: ago(9), MovedTimes: 12},
			goURL: {
				LastChecked: now, LastOK: now, NextCheck: now.Add(8 * time.Hour), Status: 200, PostInterval: 8 * time.Hour, Newest: now.Add(-26 * time.Minute),
				Reason: "posts about 3 times a day", Hints: feed.PollHints{TTL: time.Hour, Fresh: 10 * time.Minute, SkipHours: []int{0, 1, 2, 3, 23}, SkipDays: []time.Weekday{time.Sunday}},
			},
			oldURL: {
				LastChecked: now, LastOK: ago(30), NextCheck: now.Add(time.Hour), Failures: 12, Status: 404,
				Error: "old.example has nothing at this address (404 Not Found): look for the feed's new address on the site.",
			},
			"https://gone.example/feed": {LastChecked: now, Status: 410, Gone: true, Error: "the feed is gone", Failures: 1},
		}
	})
}

// TestProblemFeeds checks the list of feeds with problems: all of them, the whole message, and
// the keys for each.
func TestProblemFeeds(t *testing.T) {
	for _, size := range []struct {
		name string
		w, h int
	}{{"80x24", 80, 24}, {"120x40", 120, 40}} {
		s := problemScreen(t, size.w, size.h)
		s.press("g", "e")
		s.expect("Feeds with problems", "Gone", "Moved", "Failing", "Paused", "Long Gone", "once more")
		s.golden("problems-" + size.name)
		s.expectWidth()
		s.press("j", "j")
		s.expect("Failed 12 times", "on the site")
		s.press("i")
		s.expect("12 times in a row", "Last checks")
		s.press("esc")
		s.expect("Feeds with problems")
		s.press("j", "j", "enter")
		s.expect("Old Planet")
		s.expectNot("Feeds with problems")
	}
}

// TestNoProblems checks the message if no feed has a problem.
func TestNoProblems(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("g", "e")
	s.expect("no problems: all 4 feeds work")
}

// TestAFailureShowsAtOnce checks that ge also lists a feed that has failed once, because the
// status line says so.
func TestAFailureShowsAtOnce(t *testing.T) {
	s := newScreen(t, 120, 40, func(_ *Deps, f *fakeSource) { f.errors[oldURL] = "old.example did not answer; try later." })
	s.press("g", "e")
	s.expect("Failed once", "did not answer")
	delete(s.source.errors, oldURL)
	s.press("r")
	s.expectNot("Failed once")
}

// TestMovedFeeds checks that M writes a new address and undoes that, and the message for a feed
// that has not moved.
func TestMovedFeeds(t *testing.T) {
	s := problemScreen(t, 120, 40)
	s.press("t", "type:go blog", "enter", "M")
	s.expect("the server reports no new address")
	s.press("t", "type:nato", "enter", "M")
	if s.source.subs[0].URL != movedURL {
		t.Errorf("the feed's address is %s", s.source.subs[0].URL)
	}
	s.expect("the configuration now has the address https://nato.example/new.xml; M goes back", "4 unread")
	s.press("M")
	if s.source.subs[0].URL != natoURL {
		t.Errorf("the feed's address is %s", s.source.subs[0].URL)
	}
}

// TestInfo checks the information about a feed and an item.
func TestInfo(t *testing.T) {
	for _, size := range []struct {
		name string
		w, h int
	}{{"80x24", 80, 24}, {"120x40", 120, 40}} {
		s := problemScreen(t, size.w, size.h)
		s.clock.t = s.clock.t.Add(25 * time.Minute)
		s.press("R")
		s.press("t", "type:go blog", "enter", "i")
		s.expect("listed", "listed because it matches", "first seen")
		s.golden("info-" + size.name)
		s.expectWidth()
		s.press("esc", "t", "type:go blog", "enter", "g", "f", "i")
		s.expect("about 3 times a day", "next check", "server asks for", "none on Sunday")
		s.golden("infofeed-" + size.name)
		s.press("end")
		s.expect("3 new", "nothing new")
	}
}
