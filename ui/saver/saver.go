// Package saver writes the changes that the user makes to the database. Keys never wait
// for the disk. They add a [cache.Change] to the [Saver], which writes it in the
// background. After the screen has closed, it writes the changes that are left.
//
// Start with [New], [Saver.Add] and [Saver.Drain]. [Saver.Wait] lets the screen show what a
// key did after it is written, if that is soon. Never write a mark without the saver:
// it could be written before an earlier mark.
package saver

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

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
	// sync writes to the disk what apply wrote; nil if apply does that.
	sync func(context.Context) error
	// crashed is called with the panic of a change; nil if panics are not recorded.
	crashed func(*feed.PanicError)

	draining sync.Mutex
	syncing  sync.Mutex

	// queue protects the fields below.
	queue    sync.Mutex
	pending  []cache.Change
	outcomes []Outcome
	// unsynced reports whether changes were written since sync was called.
	unsynced bool
	// written is closed when pending gets empty; nil while it is empty. since is when it
	// got its first change.
	written chan struct{}
	since   time.Time
}

// New returns a saver that writes changes with apply, which is [cache.Store.Apply] except
// in tests. After an error apply is called again with the same change. crashed is called
// with the panic of a change. If it is nil, panics are not recorded.
func New(apply func(context.Context, cache.Change) (cache.Result, error), crashed func(*feed.PanicError)) *Saver {
	return &Saver{apply: apply, crashed: crashed}
}

// SyncWith makes Drain call sync after it has written changes, which is [cache.Store.Sync].
// Then apply can leave it to the system when to write them to the disk, like
// [cache.Store.Commit]. After an error sync is called again by the next Drain.
func (s *Saver) SyncWith(sync func(context.Context) error) { s.sync = sync }

// Add puts a change at the end of the queue.
func (s *Saver) Add(c cache.Change) {
	s.queue.Lock()
	defer s.queue.Unlock()
	if len(s.pending) == 0 {
		s.written, s.since = make(chan struct{}), time.Now()
	}
	s.pending = append(s.pending, c)
}

// Wait waits until all changes are written, but only until limit has passed since the
// queue got its first change. So a database that is busy for long delays its caller once.
func (s *Saver) Wait(limit time.Duration) {
	s.queue.Lock()
	written, left := s.written, limit-time.Since(s.since)
	s.queue.Unlock()
	if written == nil || left <= 0 {
		return
	}
	late := time.NewTimer(left)
	defer late.Stop()
	select {
	case <-written:
	case <-late.C:
	}
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
	s.unsynced = true
	if len(s.pending) == 0 {
		close(s.written)
		s.written = nil
	}
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
// returns a [feed.PanicError] after it has written the others. While Drain waits for the
// disk, another goroutine can write new changes.
func (s *Saver) Drain(ctx context.Context) error {
	return errors.Join(s.write(ctx), s.flush(ctx))
}

// flush calls sync if changes were written since the last call.
func (s *Saver) flush(ctx context.Context) error {
	if s.sync == nil {
		return nil
	}
	s.syncing.Lock()
	defer s.syncing.Unlock()
	if !s.setUnsynced(false) {
		return nil
	}
	err := s.sync(ctx)
	if err != nil {
		s.setUnsynced(true)
	}
	return err
}

// setUnsynced sets unsynced and returns what it was.
func (s *Saver) setUnsynced(to bool) (was bool) {
	s.queue.Lock()
	defer s.queue.Unlock()
	was, s.unsynced = s.unsynced, to
	return was
}

// write writes until nothing is left or a change fails.
func (s *Saver) write(ctx context.Context) error {
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
