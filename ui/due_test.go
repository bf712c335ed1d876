package ui

import (
	"context"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
)

// newWaiting is a reader that waits for a feed due in half an hour, and what it
// has been asked for since.
func newWaiting(t *testing.T) (s *screen, asked func() []feed.RefreshRequest) {
	s = newScreen(t, 120, 40, func(d *Deps, src *fakeSource) {
		d.NextDue = func(context.Context) (time.Time, error) { return src.clock.now().Add(30 * time.Minute), nil }
	})
	s.run(s.m.loadNextDue())
	before := len(s.source.asked)
	return s, func() []feed.RefreshRequest { return s.source.asked[before:] }
}

// TestPollingWakesWithTheComputer protects the news of the morning: the timer of
// the next due feed stood while the computer slept, so whatever wakes the reader
// first polls what is due by the time of day, once.
func TestPollingWakesWithTheComputer(t *testing.T) {
	for name, wake := range map[string]func(*screen){
		"a tick":       func(s *screen) { s.send(ticked{gen: s.m.tickGen}) },
		"the focus":    func(s *screen) { s.send(tea.BlurMsg{}); s.send(tea.FocusMsg{}) },
		"a key":        func(s *screen) { s.send(tea.BlurMsg{}); s.press("j", "j") },
		"the timer":    func(s *screen) { s.send(duePassed{s.m.refresh.next.gen}) },
		"all of these": func(s *screen) { s.send(ticked{gen: s.m.tickGen}); s.press("j"); s.send(duePassed{1}) },
	} {
		s, asked := newWaiting(t)
		s.clock.t = s.clock.t.Add(29 * time.Minute)
		if name != "the timer" {
			wake(s)
		}
		if n := len(asked()); n > 0 {
			t.Errorf("%s: asked %d times before anything was due", name, n)
		}
		s.clock.t = s.clock.t.Add(8 * time.Hour)
		wake(s)
		if got := asked(); len(got) != 1 || !got[0].DueOnly || !got[0].AfterSleep {
			t.Errorf("%s: asked %+v", name, got)
		}
	}
}

// A timer that is in time tells of no sleep, nor does a key before.
func TestATimerInTimeIsNoSleep(t *testing.T) {
	s, asked := newWaiting(t)
	s.press("R")
	s.clock.t = s.clock.t.Add(30*time.Minute + time.Second)
	s.send(ticked{gen: s.m.tickGen})
	s.send(duePassed{s.m.refresh.next.gen})
	if got := asked(); len(got) != 2 || got[0].AfterSleep || got[1].AfterSleep || !got[1].DueOnly {
		t.Errorf("asked %+v", got)
	}
}

// TestAKeyAfterASleepTellsOfIt protects the feed that the reader names first: its
// network may not be there yet.
func TestAKeyAfterASleepTellsOfIt(t *testing.T) {
	s, asked := newWaiting(t)
	s.clock.t = s.clock.t.Add(8 * time.Hour)
	s.press("R")
	if got := asked(); len(got) != 1 || got[0].DueOnly || !got[0].AfterSleep {
		t.Errorf("asked %+v", got)
	}
}

// TestAClockSetBackEndsTheWait protects the polling from a wait that was made by
// a clock that was ahead: when to poll is asked anew.
func TestAClockSetBackEndsTheWait(t *testing.T) {
	s, _ := newWaiting(t)
	gen := s.m.refresh.next.gen
	s.send(ticked{gen: s.m.tickGen})
	if s.m.refresh.next.gen != gen {
		t.Error("asked although nothing has changed")
	}
	s.clock.t = s.clock.t.AddDate(-1, 0, 0)
	s.send(ticked{gen: s.m.tickGen})
	if s.m.refresh.next.gen == gen || !s.m.refresh.next.due.Equal(s.clock.t.Add(30*time.Minute)) {
		t.Errorf("waits for %v", s.m.refresh.next.due)
	}
}
