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

// tripping is a source that panics in whatever it is asked.
type tripping struct{ feed.Source }

func (tripping) Refresh(context.Context, feed.RefreshRequest, func(feed.Report)) error {
	panic("tripped")
}
func (tripping) Discover(context.Context, string) ([]feed.Candidate, error) { panic("tripped") }

// A panic in a refresh or in a command ends that job: the reader is told, the
// fault is kept, and keys work on.
func TestAPanicEndsItsJobOnly(t *testing.T) {
	var kept []*feed.PanicError
	s := newScreen(t, 120, 40, func(d *Deps, _ *fakeSource) {
		d.Crashed = func(c *feed.PanicError) { kept = append(kept, c) }
	})
	s.m.deps.Source = tripping{s.source}
	s.m.status.clear()
	s.run(s.m.refresh.startAll())
	if !strings.Contains(s.m.status.text, "tripped") || s.m.refresh.running || len(kept) != 1 {
		t.Fatalf("after a refresh that panicked: %q, running %v, %d kept", s.m.status.text, s.m.refresh.running, len(kept))
	}
	batch := tea.Batch(func() tea.Msg { panic("in a batch") }, func() tea.Msg { return nil })
	s.run(s.m.guard(tea.Batch(batch, func() tea.Msg { return nil })))
	if !strings.Contains(s.m.status.text, "in a batch") || len(kept) != 2 || len(kept[1].Stack) == 0 {
		t.Fatalf("after a command that panicked: %q, %d kept", s.m.status.text, len(kept))
	}
	if s.m.panicked != nil {
		t.Fatal("the screen fell with a worker")
	}
}

// A write that panics is given up and told; those behind it are written.
func TestAPanicOfAWriteKeepsTheOthers(t *testing.T) {
	s := newScreen(t, 120, 40)
	written := false
	s.m.saver = saver.New(func(_ context.Context, c cache.Change) (cache.Result, error) {
		if _, ok := c.(cache.UndoLast); ok {
			panic("tripped")
		}
		written = true
		return cache.Result{}, nil
	}, nil)
	s.m.saver.Add(cache.UndoLast{})
	s.run(s.m.save(cache.RedoLast{}))
	if !written || s.m.saver.Unsaved() {
		t.Error("the write behind the one that panicked is still waiting")
	}
	if !strings.Contains(s.m.status.text, "tripped") {
		t.Errorf("the reader is told %q", s.m.status.text)
	}
}

// A panic in the screen itself ends the program with an error and not with a
// stack over the terminal, and what the reader did is still written.
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
