package ui

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
	"dateline/ui/saver"
)

// panicking is a source that panics.
type panicking struct{ feed.Source }

func (panicking) Refresh(context.Context, feed.RefreshRequest, func(feed.Report)) error {
	panic("no such row")
}
func (panicking) Discover(context.Context, string) ([]feed.Candidate, error) { panic("no such row") }

// TestAPanicEndsItsJobOnly checks a panic in a refresh or a command: the user sees a message,
// the panic is recorded, and the screen continues.
func TestAPanicEndsItsJobOnly(t *testing.T) {
	var recorded []*feed.PanicError
	s := newScreen(t, 120, 40, func(d *Deps, _ *fakeSource) {
		d.Crashed = func(c *feed.PanicError) { recorded = append(recorded, c) }
	})
	s.m.deps.Source = panicking{s.source}
	s.m.status.clear()
	s.run(s.m.refresh.startAll())
	if !strings.Contains(s.m.status.text, "no such row") || s.m.refresh.running || len(recorded) != 1 {
		t.Fatalf("after a refresh that panicked: %q, running %v, %d recorded", s.m.status.text, s.m.refresh.running, len(recorded))
	}
	batch := tea.Batch(func() tea.Msg { panic("in a batch") }, func() tea.Msg { return nil })
	s.run(s.m.guard(tea.Batch(batch, func() tea.Msg { return nil })))
	if !strings.Contains(s.m.status.text, "in a batch") || len(recorded) != 2 || len(recorded[1].Stack) == 0 {
		t.Fatalf("after a command that panicked: %q, %d recorded", s.m.status.text, len(recorded))
	}
	if s.m.panicked != nil {
		t.Fatal("the panic of a command ended the screen")
	}
}

// TestAPanicOfAWriteKeepsTheOthers checks that a write that panics is dropped and reported,
// and that the writes after it are done.
func TestAPanicOfAWriteKeepsTheOthers(t *testing.T) {
	s := newScreen(t, 120, 40)
	written := false
	s.m.saver = saver.New(func(_ context.Context, c cache.Change) (cache.Result, error) {
		if _, ok := c.(cache.UndoLast); ok {
			panic("no such row")
		}
		written = true
		return cache.Result{}, nil
	}, nil)
	s.m.saver.Add(cache.UndoLast{})
	s.run(s.m.save(cache.RedoLast{}))
	if !written || s.m.saver.Unsaved() {
		t.Error("the write behind the one that panicked is still waiting")
	}
	if !strings.Contains(s.m.status.text, "no such row") {
		t.Errorf("the status line shows %q", s.m.status.text)
	}
}

// TestAPanicOfTheScreenEndsInGoodOrder checks that a panic of the screen ends the program with
// an error, and that changes are still written.
func TestAPanicOfTheScreenEndsInGoodOrder(t *testing.T) {
	s := newScreen(t, 120, 40)
	d := s.m.deps
	var calls atomic.Int32
	d.Now = func() time.Time {
		if calls.Add(1) == 20 {
			panic("no time")
		}
		return s.clock.now()
	}
	err := Run(t.Context(), d, tea.WithInput(nil), tea.WithOutput(io.Discard), tea.WithWindowSize(120, 40))
	var crash *feed.PanicError
	if !errors.As(err, &crash) {
		t.Fatalf("it ended with %v", err)
	}
}
