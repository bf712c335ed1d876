package poll

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dateline/feed"
)

// timedStore is a store in which saving and indexing take time by the clock of
// the test.
type timedStore struct {
	*fakeStore
	elapsed atomic.Int64
	// save is the time of one call of Save, index the time to index one item.
	save, index time.Duration
}

func (s *timedStore) Save(ctx context.Context, results ...feed.Fetched) ([]feed.Saved, error) {
	s.elapsed.Add(int64(s.save))
	return s.fakeStore.Save(ctx, results...)
}

func (s *timedStore) IndexPending(ctx context.Context, max int) (int, error) {
	s.elapsed.Add(int64(s.index) * int64(max))
	return s.fakeStore.IndexPending(ctx, max)
}

// newTimedRig returns a rig with a timedStore. Its refreshes never count as
// waiting for servers.
func newTimedRig(t *testing.T, urls ...string) (*rig, *timedStore) {
	r := newRig(t, urls...)
	s := &timedStore{fakeStore: r.store, index: time.Millisecond}
	r.Poller.store, r.Poller.idleAfter = s, time.Hour
	r.Poller.clock = func() time.Time { return noon.Add(time.Duration(s.elapsed.Load())) }
	return r, s
}

// A brief refresh indexes for a quarter of the time that everything before took. The
// next refresh that is not brief indexes the rest.
func TestBriefRefreshIndexesForAQuarterOfTheTime(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, rss("News", 3000)) })
	r, s := newTimedRig(t, server.URL)
	s.save = 8 * time.Second
	r.refresh(t, feed.RefreshRequest{Brief: true})
	if s.pending != 1000 {
		t.Errorf("%d of 3000 items are not indexed after 8 seconds of saving and 1 ms an item", s.pending)
	}
	s.save = 0
	r.refresh(t, feed.RefreshRequest{})
	if s.pending != 0 {
		t.Errorf("%d items are not indexed", s.pending)
	}
}

// A brief refresh leaves a few texts to others, and counts those that were left before.
func TestBriefRefreshLeavesFewTexts(t *testing.T) {
	body := rss("News", 56)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, body) })
	r, s := newTimedRig(t, server.URL)
	s.save = time.Minute
	s.pending = 200
	r.refresh(t, feed.RefreshRequest{Brief: true})
	if s.pending != 256 || s.indexed != 0 {
		t.Errorf("few texts: %d items are not indexed after %d calls", s.pending, s.indexed)
	}
	s.pending++
	r.refresh(t, feed.RefreshRequest{Brief: true})
	if s.pending != 0 {
		t.Errorf("one more: %d items are not indexed", s.pending)
	}
}

// waitedStore closes done when no text waits to be indexed.
type waitedStore struct {
	*fakeStore
	done func()
}

func (s waitedStore) IndexPending(ctx context.Context, max int) (int, error) {
	left, err := s.fakeStore.IndexPending(ctx, max)
	if left == 0 {
		s.done()
	}
	return left, err
}

// While a refresh waits for servers it indexes what earlier refreshes left.
func TestIndexesWhileWaiting(t *testing.T) {
	indexed := make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-indexed:
		case <-r.Context().Done():
		}
		io.WriteString(w, rss("News", 1))
	})
	r := newRig(t, server.URL)
	r.store.pending = 5*idleChunk + 1
	r.Poller.store = waitedStore{r.store, sync.OnceFunc(func() { close(indexed) })}
	if got := r.refresh(t, feed.RefreshRequest{Brief: true})[server.URL]; got.Status != feed.OK || r.store.pending != 1 {
		t.Errorf("%+v, %d items are not indexed besides the new one", got, r.store.pending-1)
	}
}

// If the index cannot be written, a refresh that waits for servers goes on, and
// returns the error at its end.
func TestIndexFailureWhileWaiting(t *testing.T) {
	asked := make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-asked:
		case <-r.Context().Done():
		}
		io.WriteString(w, rss("News", 1))
	})
	r := newRig(t, server.URL)
	full := errors.New("disk full")
	r.Poller.store = failingIndex{r.store, full, sync.OnceFunc(func() { close(asked) })}
	reports := 0
	if err := r.Refresh(context.Background(), feed.RefreshRequest{}, func(feed.Report) { reports++ }); !errors.Is(err, full) || reports != 1 {
		t.Errorf("%v after %d reports", err, reports)
	}
}

type failingIndex struct {
	*fakeStore
	err   error
	asked func()
}

func (s failingIndex) IndexPending(context.Context, int) (int, error) {
	s.asked()
	return 0, s.err
}

// interruptedStore cancels the refresh when it indexes.
type interruptedStore struct {
	*fakeStore
	cancel func()
}

func (s interruptedStore) IndexPending(ctx context.Context, _ int) (int, error) {
	s.cancel()
	return 0, ctx.Err()
}

// A refresh that is canceled while it indexes has saved and reported everything.
func TestCancelWhileIndexing(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, rss("News", 4)) })
	r := newRig(t, server.URL)
	r.Poller.idleAfter = time.Hour
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r.Poller.store = interruptedStore{r.store, cancel}
	var got feed.Report
	err := r.Refresh(ctx, feed.RefreshRequest{}, func(rep feed.Report) { got = rep })
	if !errors.Is(err, context.Canceled) || got.Status != feed.OK || got.New != 4 || len(r.store.saved) != 1 {
		t.Errorf("%v, reported %+v, saved %d", err, got, len(r.store.saved))
	}
}
