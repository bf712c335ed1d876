package outbox

import (
	"testing"
	"time"
)

// screen drives an outbox as the screen does, with a clock of its own.
type screen struct {
	t   *testing.T
	box Outbox
	now time.Time
	// due is when the timer fires; zero if there is none. timers counts the timers.
	due    time.Time
	timers int
	steps  []Step
}

func newScreen(t *testing.T, accounts bool) *screen {
	s := &screen{t: t, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	s.box.SetAccounts(accounts)
	return s
}

func (s *screen) wait() {
	if d, ok := s.box.Wait(s.now); ok {
		if !s.due.IsZero() {
			s.t.Error("two timers at once")
		}
		s.due = s.now.Add(d)
		s.timers++
	}
}

func (s *screen) mark() {
	s.box.Marked(s.now)
	s.wait()
}

// pass lets time pass. Each step ends at once, with pending marks left.
func (s *screen) pass(d time.Duration, pending int) {
	end := s.now.Add(d)
	for !s.due.IsZero() && !s.due.After(end) {
		s.now, s.due = s.due, time.Time{}
		if step := s.box.Passed(s.now); step != Nothing {
			s.steps = append(s.steps, step)
			s.box.Done(pending)
		}
		s.wait()
	}
	s.now = end
}

func (s *screen) expect(what string, want ...Step) {
	s.t.Helper()
	if len(s.steps) != len(want) {
		s.t.Fatalf("%s: steps %v, want %v", what, s.steps, want)
	}
	for i := range want {
		if s.steps[i] != want[i] {
			s.t.Fatalf("%s: steps %v, want %v", what, s.steps, want)
		}
	}
	s.steps = nil
}

// TestMarksLeaveTogether protects the server and the battery: a row of marks is counted once and
// sent once, SendAfter after the last of them, and then nothing waits any more.
func TestMarksLeaveTogether(t *testing.T) {
	s := newScreen(t, true)
	for range 20 {
		s.mark()
		s.pass(200*time.Millisecond, 1)
	}
	s.expect("while keys come")
	s.pass(SendAfter-time.Second, 1)
	s.expect("after a pause", Count)
	s.pass(time.Second, 0)
	s.expect("after a longer pause", Send)
	timers := s.timers
	s.pass(24*time.Hour, 0)
	if s.expect("afterwards"); s.timers != timers || s.box.Unsent() {
		t.Errorf("%d timers while nothing happened; unsent %v", s.timers-timers, s.box.Unsent())
	}
}

// TestNothingToSend checks that local marks are counted and not sent, and that a screen without
// accounts never waits.
func TestNothingToSend(t *testing.T) {
	s := newScreen(t, true)
	s.mark()
	s.pass(time.Hour, 0)
	s.expect("local marks", Count)
	s = newScreen(t, false)
	s.mark()
	s.pass(time.Hour, 0)
	if s.expect("no accounts"); s.timers > 0 || s.box.Unsent() {
		t.Errorf("%d timers without accounts", s.timers)
	}
	s.box.SetAccounts(true) // they are known late
	s.wait()
	s.pass(time.Hour, 3)
	s.expect("accounts that are known late", Count, Send)
}

// TestAFailureIsNotRepeated checks that marks that could not be sent wait for the next mark or
// refresh, and do not wake the screen.
func TestAFailureIsNotRepeated(t *testing.T) {
	s := newScreen(t, true)
	s.mark()
	s.pass(time.Hour, 5)
	s.expect("the server is away", Count, Send)
	s.box.Retry(s.now)
	s.wait()
	s.pass(time.Hour, 5)
	s.expect("after a refresh", Send)
}

// TestOneCallAtATime checks that a mark made while marks are sent is sent afterwards, and not at
// the same time.
func TestOneCallAtATime(t *testing.T) {
	s := newScreen(t, true)
	s.mark()
	s.now = s.due
	if step := s.box.Passed(s.now); step != Count {
		t.Fatalf("step %v", step)
	}
	s.box.Marked(s.now)
	if _, waits := s.box.Wait(s.now); waits {
		t.Error("waits while a call is running")
	}
	if step := s.box.Begin(); step != Nothing {
		t.Errorf("begins %v while a call is running", step)
	}
	s.box.Done(0) // counted before the last mark
	s.due = time.Time{}
	s.wait()
	s.pass(time.Hour, 1)
	s.expect("the mark made meanwhile", Count, Send)
}

// TestAClockThatJumps checks that marks leave although the clock was set back.
func TestAClockThatJumps(t *testing.T) {
	s := newScreen(t, true)
	s.mark()
	s.due, s.now = s.due.Add(-24*time.Hour), s.now.Add(-24*time.Hour)
	s.pass(10*time.Second, 1)
	s.expect("after a jump back", Count, Send)
}

// TestSentAgain protects that marks which could not be sent are tried again less and less
// often, and that nothing waits when none are left.
func TestSentAgain(t *testing.T) {
	s := newScreen(t, true)
	last := 0
	for i, want := range []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 5 * time.Minute} {
		after, try, waits := s.box.Again(3)
		if after != want || !waits {
			t.Errorf("try %d after %v, %t; want %v", i, after, waits, want)
		}
		s.box.TryAgain(s.now, last) // of an earlier wait
		if s.box.Unsent() && i > 0 {
			t.Error("an earlier wait counts")
		}
		last = try
	}
	s.box.TryAgain(s.now, last)
	s.wait()
	s.pass(SendAfter, 0)
	s.expect("after the wait", Send)
	if _, _, waits := s.box.Again(0); waits {
		t.Error("nothing is left, and it waits")
	}
	if after, _, _ := s.box.Again(1); after != time.Minute {
		t.Errorf("after all were sent, the next wait is %v", after)
	}
}
