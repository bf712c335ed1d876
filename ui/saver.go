package ui

import (
	"context"
	"sync"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
)

// saver keeps what the reader did until it is in the cache, in the order it was
// done. Any number of goroutines may drain it; each write happens once, and a
// write that failed stays first in line.
type saver struct {
	store *cache.Store
	// crashed is told of a write that panics; nil forgets it.
	crashed func(*feed.PanicError)

	draining sync.Mutex
	queue    sync.Mutex
	pending  []write
	outcomes []outcome
}

// write is one thing to put into the cache. Its result is shown when it comes
// back; do must be safe to repeat after an error.
type write struct {
	what string
	do   func(context.Context, *cache.Store) (outcome, error)
}

// outcome is what a write changed: how many items, and the step that an undo
// or redo took.
type outcome struct {
	what string
	n    int
	step *cache.Step
}

// saved reports the writes that a drain put away, and the error that stopped it.
type saved struct {
	outcomes []outcome
	err      error
}

func newSaver(s *cache.Store, crashed func(*feed.PanicError)) *saver {
	return &saver{store: s, crashed: crashed}
}

func (s *saver) add(w write) {
	s.queue.Lock()
	defer s.queue.Unlock()
	s.pending = append(s.pending, w)
}

func (s *saver) first() (write, bool) {
	s.queue.Lock()
	defer s.queue.Unlock()
	if len(s.pending) == 0 {
		return write{}, false
	}
	return s.pending[0], true
}

func (s *saver) done(o outcome) {
	s.queue.Lock()
	defer s.queue.Unlock()
	s.pending = s.pending[1:]
	s.outcomes = append(s.outcomes, o)
}

// take gives the outcomes of the writes since the last call.
func (s *saver) take() []outcome {
	s.queue.Lock()
	defer s.queue.Unlock()
	out := s.outcomes
	s.outcomes = nil
	return out
}

// unsaved says whether anything still waits.
func (s *saver) unsaved() bool {
	_, waits := s.first()
	return waits
}

// drain writes until nothing is left or a write fails. The outcomes wait for
// take, so that whoever reads the cache can drain first without stealing them.
// The error is that of the write that failed, or a [feed.PanicError] for one that is
// given up.
func (s *saver) drain(ctx context.Context) error {
	s.draining.Lock()
	defer s.draining.Unlock()
	var lost error
	for {
		w, ok := s.first()
		if !ok {
			return lost
		}
		var o outcome
		var err error
		crash := feed.Recover("saving what you did", s.crashed, func() { o, err = w.do(ctx, s.store) })
		if crash != nil {
			// It would fall again, and keep all that comes after it from the cache.
			s.done(outcome{})
			lost = crash
			continue
		}
		if err != nil {
			return err
		}
		o.what = w.what
		s.done(o)
	}
}

// save queues a write and returns the command that carries it out.
func (m *Model) save(w write) tea.Cmd {
	m.saver.add(w)
	return m.drain()
}

func (m *Model) drain() tea.Cmd {
	s, ctx := m.saver, context.WithoutCancel(m.ctx)
	return func() tea.Msg {
		err := s.drain(ctx)
		out := s.take()
		if len(out) == 0 && err == nil {
			return nil
		}
		return saved{out, err}
	}
}
