// Package saver writes the changes that the user makes to the database. Keys never wait
// for the disk. They add a [cache.Change] to the [Saver], which writes it in the
// background. After the screen has closed, it writes the changes that are left.
//
// Start with [New], [Saver.Add] and [Saver.Drain]. Never write a mark without the saver:
// it could be written before an earlier mark.
package saver

import (
	"context"
	"errors"
	"slices"
	"sync"

	"dateline/cache"
	"dateline/feed"
)

// Outcome is the result of a change in the database.
type Outcome struct {
	Change cache.Change
	cache.Result
	// Nothing reports whether there was nothing to undo or redo.
	Nothing bool
}

// Saver writes changes in the order in which they were made. Any number of
// goroutines may drain it. Each change is written once, and a change that failed
// stays first in the queue.
type Saver struct {
	apply func(context.Context, cache.Change) (cache.Result, error)
	// crashed is called with the panic of a change; nil if panics are not recorded.
	crashed func(*feed.PanicError)

	draining sync.Mutex
	queue    sync.Mutex
	pending  []cache.Change
	outcomes []Outcome
}

// New returns a saver that writes changes with apply, which is [cache.Store.Apply] except
// in tests. After an error apply is called again with the same change. crashed is called
// with the panic of a change. If it is nil, panics are not recorded.
func New(apply func(context.Context, cache.Change) (cache.Result, error), crashed func(*feed.PanicError)) *Saver {
	return &Saver{apply: apply, crashed: crashed}
}

// Add puts a change at the end of the queue.
func (s *Saver) Add(c cache.Change) {
	s.queue.Lock()
	defer s.queue.Unlock()
	s.pending = append(s.pending, c)
}

// Unsaved reports whether a change is not written yet.
func (s *Saver) Unsaved() bool {
	_, waits := s.first()
	return waits
}

// Pending returns the changes that are not written yet, in order.
func (s *Saver) Pending() []cache.Change {
	s.queue.Lock()
	defer s.queue.Unlock()
	return slices.Clone(s.pending)
}

// first returns the change to write next; false if there is none.
func (s *Saver) first() (cache.Change, bool) {
	s.queue.Lock()
	defer s.queue.Unlock()
	if len(s.pending) == 0 {
		return nil, false
	}
	return s.pending[0], true
}

// done removes the first change and records its outcome.
func (s *Saver) done(o Outcome) {
	s.queue.Lock()
	defer s.queue.Unlock()
	s.pending = s.pending[1:]
	s.outcomes = append(s.outcomes, o)
}

// Outcomes returns the outcomes since the last call.
func (s *Saver) Outcomes() []Outcome {
	s.queue.Lock()
	defer s.queue.Unlock()
	out := s.outcomes
	s.outcomes = nil
	return out
}

// Drain writes until nothing is left or a change fails. [Saver.Outcomes] returns the
// outcomes, so a caller that only wants to read the database may drain first. If a change
// fails, Drain returns its error. If a change panics, the change is dropped, and Drain
// returns a [feed.PanicError] after it has written the others.
func (s *Saver) Drain(ctx context.Context) error {
	s.draining.Lock()
	defer s.draining.Unlock()
	var lost error
	for {
		c, ok := s.first()
		if !ok {
			return lost
		}
		var r cache.Result
		var err error
		crash := feed.Recover("saving your changes", s.crashed, func() { r, err = s.apply(ctx, c) })
		if crash != nil {
			// The change would panic again and block the changes after it.
			s.done(Outcome{})
			lost = crash
			continue
		}
		nothing := errors.Is(err, cache.ErrNothingToUndo) || errors.Is(err, cache.ErrNothingToRedo)
		if err != nil && !nothing {
			return err
		}
		s.done(Outcome{Change: c, Result: r, Nothing: nothing})
	}
}
