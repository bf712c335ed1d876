// Package saver keeps what the user did until it is in the database. Keys never
// wait for the disk: they add a [cache.Change] to the [Saver], which writes it in the
// background and also after the screen has closed.
//
// Start with [Saver.Add] and [Saver.Drain]. Never write a mark past the saver, or
// it may overtake an earlier one.
package saver

import (
	"context"
	"errors"
	"sync"

	"dateline/cache"
	"dateline/feed"
)

// Outcome is what a change came to in the database.
type Outcome struct {
	Change cache.Change
	cache.Result
	// Nothing is true if there was nothing to undo or redo.
	Nothing bool
}

// Saver writes changes in the order in which they were made. Any number of
// goroutines may drain it. Each change is written once, and a change that failed
// stays first in the queue.
type Saver struct {
	apply func(context.Context, cache.Change) (cache.Result, error)
	// crashed gets the panic of a change; if nil, it is not recorded.
	crashed func(*feed.PanicError)

	draining sync.Mutex
	queue    sync.Mutex
	pending  []cache.Change
	outcomes []Outcome
}

// New returns a saver that carries out changes by apply, which is [cache.Store.Apply]
// outside tests. apply must be safe to repeat after an error. crashed gets the panic of a change; it may be nil.
func New(apply func(context.Context, cache.Change) (cache.Result, error), crashed func(*feed.PanicError)) *Saver {
	return &Saver{apply: apply, crashed: crashed}
}

// Add puts a change at the end of the queue.
func (s *Saver) Add(c cache.Change) {
	s.queue.Lock()
	defer s.queue.Unlock()
	s.pending = append(s.pending, c)
}

// Unsaved reports whether anything still waits.
func (s *Saver) Unsaved() bool {
	_, waits := s.first()
	return waits
}

func (s *Saver) first() (cache.Change, bool) {
	s.queue.Lock()
	defer s.queue.Unlock()
	if len(s.pending) == 0 {
		return nil, false
	}
	return s.pending[0], true
}

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

// Drain writes until nothing is left or a change fails. The outcomes stay for
// [Saver.Outcomes], so that whoever reads the database can drain first without
// taking them. The error is that of the change that failed, or a [feed.PanicError] for
// a change that was given up.
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
		crash := feed.Recover("saving what you did", s.crashed, func() { r, err = s.apply(ctx, c) })
		if crash != nil {
			// It would panic again and block all that comes after it.
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
