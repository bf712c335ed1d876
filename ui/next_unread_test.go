package ui

import (
	"errors"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// TestAJumpThatWasLeftOpensNothing protects unread items: if the user moves on before a jump
// has found its item, no article is opened.
func TestAJumpThatWasLeftOpensNothing(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:lwn", "enter", "s", "t", "type:nato", "enter", "enter", "n", "n", "n")
	s.expect("0 unread")
	_, find := s.m.Update(keyPress("n"))
	_, load := s.m.Update(first[rowFound](t, find))
	s.press("g", "s")
	s.run(load)
	if s.m.focus != areaHeadlines {
		t.Error("an article was opened")
	}
	s.expect("Kernel development report 00", "43") // all of Tech is unread still
}

// first carries out commands until one returns an M.
func first[M tea.Msg](t *testing.T, cmd tea.Cmd) M {
	t.Helper()
	var none M
	if cmd == nil {
		t.Fatalf("no command returns a %T", none)
	}
	switch msg := cmd().(type) {
	case M:
		return msg
	case tea.BatchMsg:
		for _, c := range msg {
			if c == nil {
				continue
			}
			if m, ok := c().(M); ok {
				return m
			}
		}
	}
	t.Fatalf("no command returns a %T", none)
	return none
}

// TestPollingOutlivesABusyDatabase checks that polling continues if reading the next due
// feed fails.
func TestPollingOutlivesABusyDatabase(t *testing.T) {
	s := newScreen(t, 120, 40, func(_ *Deps, src *fakeSource) {
		src.nextDue = func() (time.Time, error) { return time.Time{}, errors.New("busy") }
	})
	due := first[dueLoaded](t, s.m.refresh.loadNextDue())
	if !due.at.After(s.clock.t) {
		t.Errorf("polling goes on at %v", due.at)
	}
}
