package ui

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
)

// newWaiting returns a screen that waits for a feed due in half an hour, and the refreshes
// that it has started.
func newWaiting(t *testing.T) (s *screen, asked func() []feed.RefreshRequest) {
	s = newScreen(t, 120, 40, func(d *Deps, src *fakeSource) {
		src.nextDue = func() (time.Time, error) { return src.clock.now().Add(30 * time.Minute), nil }
	})
	s.run(s.m.refresh.loadNextDue())
	before := len(s.source.asked)
	return s, func() []feed.RefreshRequest { return s.source.asked[before:] }
}

// TestPollingWakesWithTheComputer checks the start of a refresh after the computer has
// slept. The timer of the next due feed stood still, so the first tick, focus or key starts
// the refresh, once.
func TestPollingWakesWithTheComputer(t *testing.T) {
	for name, wake := range map[string]func(*screen){
		"a tick":    func(s *screen) { s.send(ticked{generation: s.m.changes.generation}) },
		"the focus": func(s *screen) { s.send(tea.BlurMsg{}); s.send(tea.FocusMsg{}) },
		"a key":     func(s *screen) { s.send(tea.BlurMsg{}); s.press("j", "j") },
		"the timer": func(s *screen) { s.send(duePassed{s.m.refresh.next.generation}) },
		"all of these": func(s *screen) {
			s.send(ticked{generation: s.m.changes.generation})
			s.press("j")
			s.send(duePassed{1})
		},
	} {
		s, asked := newWaiting(t)
		s.clock.t = s.clock.t.Add(29 * time.Minute)
		if name != "the timer" {
			wake(s)
		}
		if n := len(asked()); n > 0 {
			t.Errorf("%s: %d refreshes before a feed was due", name, n)
		}
		s.clock.t = s.clock.t.Add(8 * time.Hour)
		wake(s)
		if got := asked(); len(got) != 1 || !got[0].DueOnly || !got[0].AfterSleep {
			t.Errorf("%s: asked %+v", name, got)
		}
	}
}

// TestATimerInTimeIsNoSleep checks that a timer in time, or a key before it, does not count
// as a wake after sleep.
func TestATimerInTimeIsNoSleep(t *testing.T) {
	s, asked := newWaiting(t)
	s.press("R")
	s.clock.t = s.clock.t.Add(30*time.Minute + time.Second)
	s.send(ticked{generation: s.m.changes.generation})
	s.send(duePassed{s.m.refresh.next.generation})
	if got := asked(); len(got) != 2 || got[0].AfterSleep || got[1].AfterSleep || !got[1].DueOnly {
		t.Errorf("asked %+v", got)
	}
}

// TestAKeyAfterASleepIsAfterSleep checks that a refresh by a key after sleep is marked as
// such, because the network may not work yet.
func TestAKeyAfterASleepIsAfterSleep(t *testing.T) {
	s, asked := newWaiting(t)
	s.clock.t = s.clock.t.Add(8 * time.Hour)
	s.press("R")
	if got := asked(); len(got) != 1 || got[0].DueOnly || !got[0].AfterSleep {
		t.Errorf("asked %+v", got)
	}
}

// TestAClockSetBackEndsTheWait checks that the next due feed is loaded again if the clock
// was set back.
func TestAClockSetBackEndsTheWait(t *testing.T) {
	s, _ := newWaiting(t)
	gen := s.m.refresh.next.generation
	s.send(ticked{generation: s.m.changes.generation})
	if s.m.refresh.next.generation != gen {
		t.Error("asked although nothing has changed")
	}
	s.clock.t = s.clock.t.AddDate(-1, 0, 0)
	s.send(ticked{generation: s.m.changes.generation})
	if s.m.refresh.next.generation == gen || !s.m.refresh.next.due.Equal(s.clock.t.Add(30*time.Minute)) {
		t.Errorf("waits for %v", s.m.refresh.next.due)
	}
}
