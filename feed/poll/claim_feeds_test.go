package poll

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/fetch"
	"dateline/feed/schedule"
)

// processes is several processes with one database, and a server that counts
// requests.
type processes struct {
	pollers   []*Poller
	now       time.Time
	mu        sync.Mutex
	requested map[string]int
	// onRequest is called before each response. It may be nil.
	onRequest func(path string)
}

func newProcesses(t *testing.T, count, feeds int) (*processes, []string) {
	h := &processes{now: noon, requested: map[string]int{}}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.requested[r.URL.Path]++
		answer := h.onRequest
		h.mu.Unlock()
		if answer != nil {
			answer(r.URL.Path)
		}
		io.WriteString(w, rss("Fine", 1))
	})
	var subs []feed.Subscription
	var urls []string
	for i := range feeds {
		urls = append(urls, fmt.Sprintf("%s/%d", s.URL, i))
		subs = append(subs, feed.Subscription{URL: urls[i], Settings: feed.Settings{Interval: time.Hour, Timeout: 10 * time.Second}})
	}
	path := filepath.Join(t.TempDir(), "cache.db")
	clock := func() time.Time { return h.now }
	for range count {
		store, err := cache.Open(t.Context(), path, cache.Options{Now: clock})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		if err := store.SetFeeds(t.Context(), subs); err != nil {
			t.Fatal(err)
		}
		p := New(Options{Client: fetch.New(fetch.Options{Now: clock}), Store: store, Now: clock, PerHost: 20,
			Subscriptions: func() []feed.Subscription { return subs }, Jitter: func() float64 { return 0 }})
		t.Cleanup(p.client.CloseIdle)
		h.pollers = append(h.pollers, p)
	}
	return h, urls
}

// refreshAll refreshes from every process at once. It returns the number of reports of
// feeds that were fetched.
func (h *processes) refreshAll(t *testing.T, ask feed.RefreshRequest) (reported int) {
	t.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	for _, p := range h.pollers {
		wg.Go(func() {
			err := p.Refresh(t.Context(), ask, func(r feed.Report) {
				mu.Lock()
				defer mu.Unlock()
				if r.Status != feed.Skipped {
					reported++
				}
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	return reported
}

// Several processes that refresh at the same time fetch each due feed once, and
// again when it is due again.
func TestManyProcessesFetchOnce(t *testing.T) {
	const feeds, rounds = 60, 5
	h, _ := newProcesses(t, 3, feeds)
	for round := 1; round <= rounds; round++ {
		if reported := h.refreshAll(t, feed.RefreshRequest{DueOnly: true}); reported != feeds {
			t.Errorf("round %d: %d feeds were reported", round, reported)
		}
		for path, n := range h.requested {
			if n != round {
				t.Errorf("after round %d %s has been requested %d times", round, path, n)
			}
		}
		h.now = h.now.Add(time.Hour)
	}
	if len(h.requested) != feeds {
		t.Errorf("%d feeds were requested", len(h.requested))
	}
}

// While another process fetches a feed, nothing is due until its claim ends, so
// that the timer does not fire again and again. A feed that the user requested
// is fetched anyway.
func TestClaimedByOtherProcess(t *testing.T) {
	h, urls := newProcesses(t, 2, 1)
	asking, done := make(chan bool), make(chan bool)
	h.onRequest = func(string) { asking <- true; <-done }
	ended := make(chan error)
	go func() {
		ended <- h.pollers[0].Refresh(t.Context(), feed.RefreshRequest{DueOnly: true}, func(feed.Report) {})
	}()
	<-asking
	h.mu.Lock()
	h.onRequest = nil
	h.mu.Unlock()
	for _, ask := range []feed.RefreshRequest{{DueOnly: true}, {}} {
		err := h.pollers[1].Refresh(t.Context(), ask, func(r feed.Report) {
			if r.Status != feed.Skipped || r.Reason != schedule.ReasonOtherProcess {
				t.Errorf("%+v", r)
			}
		})
		if err != nil {
			t.Error(err)
		}
	}
	if next, err := h.pollers[1].NextDue(t.Context()); err != nil || !next.Equal(noon.Add(claimDuration)) {
		t.Errorf("due at %v, %v", next, err)
	}
	err := h.pollers[1].Refresh(t.Context(), feed.RefreshRequest{Feeds: urls}, func(r feed.Report) {
		if r.Status != feed.OK {
			t.Errorf("on request: %+v", r)
		}
	})
	close(done)
	if err := errors.Join(err, <-ended); err != nil || h.requested["/0"] != 2 {
		t.Errorf("requested %d times, %v", h.requested["/0"], err)
	}
}

// The claims of a killed process end after some minutes. The claims of a
// stopped process and of one without a network end at once.
func TestClaimsEnd(t *testing.T) {
	h, _ := newProcesses(t, 2, 2)
	killed, other := h.pollers[0], h.pollers[1]
	feeds, err := killed.store.Feeds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := killed.store.Claim(t.Context(), feeds, h.now.Add(claimDuration), false); err != nil {
		t.Fatal(err)
	}
	expect := func(what string, times int) {
		t.Helper()
		if err := other.Refresh(t.Context(), feed.RefreshRequest{DueOnly: true}, func(feed.Report) {}); err != nil {
			t.Error(err)
		}
		if h.requested["/0"] != times || h.requested["/1"] != times {
			t.Errorf("%s: %v", what, h.requested)
		}
	}
	expect("at once", 0)
	h.now = h.now.Add(claimDuration)
	expect("when the claim has run out", 1)

	h.now = h.now.Add(time.Hour)
	ctx, stop := context.WithCancel(t.Context())
	var begun atomic.Int64
	h.onRequest = func(string) {
		if begun.Add(1) == 2 {
			stop()
		}
		<-ctx.Done()
		panic(http.ErrAbortHandler)
	}
	if err := killed.Refresh(ctx, feed.RefreshRequest{DueOnly: true}, func(feed.Report) {}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	h.mu.Lock()
	h.onRequest, h.requested = nil, map[string]int{}
	h.mu.Unlock()
	expect("when it was stopped", 1)

	h.now = h.now.Add(time.Hour)
	killed.client = fetch.New(fetch.Options{Transport: roundTrip(unreachable)})
	err = killed.Refresh(t.Context(), feed.RefreshRequest{DueOnly: true, AfterSleep: true}, func(r feed.Report) {
		if !r.Offline {
			t.Errorf("%+v", r)
		}
		// After the last report the screen asks when the next feed is due.
		if feeds, err := other.store.Feeds(t.Context()); err != nil || !feeds[0].ClaimedUntil.IsZero() || !feeds[1].ClaimedUntil.IsZero() {
			t.Errorf("still claimed when it is reported: %v", err)
		}
	})
	if err != nil {
		t.Error(err)
	}
	expect("without a network", 2)
}

// fullStore is a store that cannot be written.
type fullStore struct{ *fakeStore }

var errDiskFull = errors.New("the disk is full")

func (fullStore) Claim(context.Context, []feed.Feed, time.Time, bool) ([]string, error) {
	return nil, errDiskFull
}

// All feeds of a refresh are claimed in one statement. If it cannot be written,
// nothing is fetched and nothing is due for a minute.
func TestOneClaimPerRefresh(t *testing.T) {
	var requested int
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { requested++; io.WriteString(w, rss("Fine", 1)) })
	var urls []string
	for i := range 300 {
		urls = append(urls, fmt.Sprintf("%s/%d", s.URL, i))
	}
	r := newRig(t, urls...)
	r.queues.perHost = 1 // so that requested needs no lock
	r.Poller.store = fullStore{r.store}
	err := r.Refresh(t.Context(), feed.RefreshRequest{DueOnly: true}, func(rep feed.Report) { t.Errorf("%+v", rep) })
	if next, due := r.NextDue(t.Context()); !errors.Is(err, errDiskFull) || due != nil || requested > 0 || !next.Equal(noon.Add(pauseAfterFailure)) {
		t.Errorf("%v, requested %d times, due at %v", err, requested, next)
	}
	r.Poller.store, r.now = r.store, noon.Add(pauseAfterFailure)
	if got := r.refresh(t, feed.RefreshRequest{DueOnly: true}); len(got) != 300 || requested != 300 || r.store.claims != 1 {
		t.Errorf("%d reports, requested %d times, claimed %d times", len(got), requested, r.store.claims)
	}
	if got := r.refresh(t, feed.RefreshRequest{DueOnly: true}); len(got) != 300 || r.store.claims != 1 {
		t.Errorf("with nothing due: %d reports, claimed %d times", len(got), r.store.claims)
	}
}
