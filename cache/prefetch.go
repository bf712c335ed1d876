package cache

import (
	"context"
	"sync/atomic"

	"dateline/feed"
)

// prefetched is a result that is being read before somebody needs it.
type prefetched[T any] struct {
	done   chan struct{}
	result T
	err    error
}

// firstScreen is a result of [Store.Sources], as of a version of the database.
type firstScreen struct {
	version int64
	feeds   []feed.Feed
	counts  Counts
}

// Prefetch starts to read what the first [Store.SetFeeds] and the first
// [Store.Sources] need, while the caller does something else. They use the result if
// it is still valid, and read again otherwise. Close ends the reading.
func (s *Store) Prefetch(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	list, first := startPrefetch(&s.listPrefetch), startPrefetch(&s.screenPrefetch)
	s.endPrefetch = func() {
		cancel()
		<-first.done
	}
	go func() {
		list.read(func() (string, error) { return readSubscribed(ctx, s.readers) })
		first.read(func() (now firstScreen, err error) {
			if now.version, err = s.Version(ctx); err == nil {
				now.feeds, now.counts, err = feedsAndCounts(ctx, s.readers, s.now())
			}
			return now, err
		})
	}()
}

func startPrefetch[T any](at *atomic.Pointer[prefetched[T]]) *prefetched[T] {
	a := &prefetched[T]{done: make(chan struct{})}
	at.Store(a)
	return a
}

func (a *prefetched[T]) read(f func() (T, error)) {
	defer close(a.done)
	if crash := feed.Recover("prefetching", nil, func() { a.result, a.err = f() }); crash != nil {
		a.err = crash
	}
}

// takePrefetched waits for a prefetched result and returns it. A result is returned once,
// because it becomes outdated.
func takePrefetched[T any](ctx context.Context, at *atomic.Pointer[prefetched[T]]) (result T, ok bool) {
	a := at.Swap(nil)
	if a == nil {
		return result, false
	}
	select {
	case <-a.done:
		return a.result, a.err == nil
	case <-ctx.Done():
		return result, false
	}
}
