package cache

import (
	"context"
	"sync"
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

// ItemName names an item in every database: by its feed and its identity there. Title is
// for people.
type ItemName struct {
	Feed     string
	Identity int64
	Title    string
}

// shownItems has the names of the items that were read last. What the user marks is among
// them. So it can be named even if the file cannot be read.
type shownItems struct {
	mu          sync.Mutex
	newer, rest map[int64]shownItem
}

type shownItem struct{ feed, key, title string }

// keptShown is the number of items after which the names of older ones are dropped.
const keptShown = 5_000

func (k *shownItems) add(i feed.Item) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.newer) >= keptShown || k.newer == nil {
		k.rest, k.newer = k.newer, map[int64]shownItem{}
	}
	k.newer[i.ID] = shownItem{i.Feed, i.Key, i.Title}
}

func (k *shownItems) name(id int64) (ItemName, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	i, ok := k.newer[id]
	if !ok {
		i, ok = k.rest[id]
	}
	return ItemName{i.feed, hash(i.key), i.title}, ok
}

// ItemName returns the name of an item. ok is false if there is no such item, or if the
// database cannot be read.
func (i Internals) ItemName(ctx context.Context, id int64) (n ItemName, ok bool) {
	if n, ok = i.s.shown.name(id); ok {
		return n, true
	}
	err := i.s.readers.QueryRowContext(ctx, `SELECT f.url, i.identity, d.title FROM items i JOIN feeds f ON f.id = i.feed JOIN details d ON d.id = i.id WHERE i.id = ?`, id).
		Scan(&n.Feed, &n.Identity, &n.Title)
	return n, err == nil
}
