package cache

import (
	"context"
	"sync/atomic"

	"dateline/feed"
)

// ahead is an answer that is being read before it is asked for.
type prefetched[T any] struct {
	done   chan struct{}
	answer T
	err    error
}

// screen is the answer of [Store.Sources], as of a version of the file.
type screen struct {
	version int64
	feeds   []feed.Feed
	counts  Counts
}

// Prefetch begins to read what the first [Store.SetFeeds] and the first
// [Store.Sources] ask for, while the caller is still busy with something else.
// They take it if it holds when they ask, and read for themselves otherwise.
// Close ends it.
func (s *Store) Prefetch(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	list, first := begin(&s.listPrefetch), begin(&s.screenPrefetch)
	s.endPrefetch = func() {
		cancel()
		<-first.done
	}
	go func() {
		list.read(func() (string, error) { return readSubscribed(ctx, s.readers) })
		first.read(func() (now screen, err error) {
			if now.version, err = s.Version(ctx); err == nil {
				now.feeds, now.counts, err = feedsAndCounts(ctx, s.readers, s.now())
			}
			return now, err
		})
	}()
}

func begin[T any](at *atomic.Pointer[prefetched[T]]) *prefetched[T] {
	a := &prefetched[T]{done: make(chan struct{})}
	at.Store(a)
	return a
}

func (a *prefetched[T]) read(f func() (T, error)) {
	defer close(a.done)
	if crash := feed.Recover("reading ahead", nil, func() { a.answer, a.err = f() }); crash != nil {
		a.err = crash
	}
}

// take waits for what is being read ahead. It is given once, for it grows old.
func take[T any](ctx context.Context, at *atomic.Pointer[prefetched[T]]) (answer T, ok bool) {
	a := at.Swap(nil)
	if a == nil {
		return answer, false
	}
	select {
	case <-a.done:
		return a.answer, a.err == nil
	case <-ctx.Done():
		return answer, false
	}
}
