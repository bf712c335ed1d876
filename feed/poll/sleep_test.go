package poll

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/fetch"
)

// After the computer wakes up, the network may take some time. No feed fails
// because of that, and all are fetched again within minutes.
func TestNetworkAfterWakeUp(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	for name, fails := range map[string]error{
		"no way":       &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ENETUNREACH},
		"no such host": &net.DNSError{Err: "no such host", IsNotFound: true},
		"refused":      refused,
		"reset":        syscall.ECONNRESET,
		"not in time":  &net.OpError{Op: "dial", Net: "tcp", Err: timeout{}},
	} {
		t.Run(name, func(t *testing.T) {
			r, w := newOutage(t, 1)
			r.store.feeds[0].Poll.Failures, r.store.feeds[0].Poll.Error = 1, "Before."
			before, saved := r.store.state(hosts(1)[0]), len(r.store.saved)
			r.now = r.now.Add(8 * time.Hour)
			w.respond = func(*http.Request) (*http.Response, error) { return nil, fails }
			rep := r.refresh(t, feed.RefreshRequest{DueOnly: true, AfterSleep: true})[hosts(1)[0]]
			if rep.Status != feed.Failed || !rep.Offline || len(r.store.saved) != saved {
				t.Fatalf("%+v, %d answers saved", rep, len(r.store.saved)-saved)
			}
			next, err := r.NextDue(context.Background())
			if wait := next.Sub(r.now); err != nil || wait < time.Minute || wait > 5*time.Minute {
				t.Errorf("fetched again after %v, %v", wait, err)
			}
			r.now = next
			if rep = r.refresh(t, feed.RefreshRequest{DueOnly: true})[hosts(1)[0]]; !rep.Offline || r.store.state(hosts(1)[0]).Failures != before.Failures {
				t.Errorf("the second time: %+v", rep)
			}
			w.respond, r.now = nil, r.now.Add(wakeGrace)
			if rep = r.refresh(t, feed.RefreshRequest{DueOnly: true})[hosts(1)[0]]; rep.Status != feed.Unchanged {
				t.Errorf("when it is there: %+v", rep)
			}
		})
	}
}

// Some minutes after waking up, or if other feeds work, a feed without a
// response has failed.
func TestFeedFailsWhenAwake(t *testing.T) {
	r, w := newOutage(t, 2)
	refuse := func(q *http.Request) (*http.Response, error) {
		if q.URL.String() == hosts(1)[0] {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
		}
		return response(q, http.StatusOK, "application/rss+xml", rss("Fine", 2)), nil
	}
	w.respond = refuse
	if rep := r.refresh(t, feed.RefreshRequest{DueOnly: true, AfterSleep: true})[hosts(1)[0]]; rep.Offline || r.store.state(hosts(1)[0]).Failures != 1 {
		t.Errorf("beside one that works: %+v", rep)
	}
	r.now = r.now.Add(wakeGrace)
	if rep := r.refresh(t, feed.RefreshRequest{Feeds: hosts(1)})[hosts(1)[0]]; rep.Offline || r.store.state(hosts(1)[0]).Failures != 2 {
		t.Errorf("when awake: %+v", rep)
	}
}

// A request that is interrupted by sleep is not a failure, and the feed stays
// due. A response that was received counts.
func TestSleepDuringRequest(t *testing.T) {
	var slept atomic.Bool
	clock := func() time.Time {
		if slept.Load() {
			return noon.Add(8 * time.Hour)
		}
		return noon
	}
	s := serve(t, func(w http.ResponseWriter, q *http.Request) {
		if !slept.Swap(true) {
			if strings.HasSuffix(q.URL.Path, "/cut") {
				panic(http.ErrAbortHandler)
			}
		}
		io.WriteString(w, rss("Fine", 1))
	})
	for _, path := range []string{"/cut", "/whole"} {
		slept.Store(false)
		u := s.URL + path
		r := newRig(t, u)
		r.clock = clock
		first := r.refresh(t, feed.RefreshRequest{DueOnly: true})[u]
		if want := map[string]feed.Status{"/cut": feed.Skipped, "/whole": feed.OK}[path]; first.Status != want {
			t.Errorf("%s: %+v", path, first)
		}
		if path == "/whole" {
			continue
		}
		if state := r.store.state(u); state.Failures != 0 || state.Error != "" {
			t.Errorf("%+v", state)
		}
		r.client = fetch.New(fetch.Options{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.Join(syscall.ECONNREFUSED) })})
		if rep := r.refresh(t, feed.RefreshRequest{DueOnly: true})[u]; !rep.Offline {
			t.Errorf("before the network is there: %+v", rep)
		}
	}
}
