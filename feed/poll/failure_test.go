package poll

import (
	"context"
	"errors"
	"fmt"
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
	"dateline/feed/parse"
)

// Every failure has a message with advice, which is stored and counted. The
// data of the last success stays.
func TestFailures(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/500":
			w.WriteHeader(http.StatusInternalServerError)
		case "/410":
			w.WriteHeader(http.StatusGone)
		case "/503":
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/html":
			io.WriteString(w, "<!DOCTYPE html><html><head><title>Hello</title></head><body><p>Hello</p></body></html>")
		case "/json":
			io.WriteString(w, `{"message": "hello"}`)
		case "/garbage":
			w.Write([]byte{0x00, 0x01, 0xfe, 'x', 0x80})
		}
	})
	for path, want := range map[string]struct {
		words string
		next  time.Duration
	}{
		"/500":     {"500 Internal Server Error", 2 * time.Hour},
		"/410":     {"410 Gone", 0},
		"/503":     {"503 Service Unavailable", 2 * time.Hour},
		"/html":    {"web page instead of a feed", 2 * time.Hour},
		"/json":    {"JSON", 2 * time.Hour},
		"/empty":   {"empty response", 2 * time.Hour},
		"/garbage": {"cannot be read as a feed", 2 * time.Hour},
	} {
		u := s.URL + path
		r := newRig(t, u)
		r.store.feeds[0].Poll = feed.PollState{ETag: `"1"`, LastModified: "then", BodyHash: "h", LastOK: noon.Add(-time.Hour)}
		rep := r.refresh(t, feed.RefreshRequest{})[u]
		state := r.store.state(u)
		if rep.Status != feed.Failed || !strings.Contains(rep.Error, want.words) || !strings.Contains(rep.Error, ": ") || !strings.HasSuffix(rep.Error, ".") {
			t.Errorf("%s: %+v", path, rep)
		}
		if state.Error != rep.Error || state.Failures != 1 || !state.LastChecked.Equal(noon) || !state.LastOK.Equal(noon.Add(-time.Hour)) ||
			state.ETag != `"1"` || state.LastModified != "then" || state.BodyHash != "h" || state.Gone != (path == "/410") {
			t.Errorf("%s: %+v", path, state)
		}
		if wait := state.NextCheck.Sub(noon); want.next != 0 && wait != want.next || want.next == 0 && !state.NextCheck.IsZero() {
			t.Errorf("%s: next check %v", path, state.NextCheck)
		}
		if r.store.saved[0].Document != nil {
			t.Errorf("%s: a document was saved", path)
		}
	}
}

// Repeated failures wait longer and longer, until a success.
func TestBackOff(t *testing.T) {
	var well atomic.Bool
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !well.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		io.WriteString(w, rss("News", 1))
	})
	r := newRig(t, s.URL)
	for _, want := range []time.Duration{2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 16 * time.Hour, 24 * time.Hour, 24 * time.Hour} {
		r.refresh(t, feed.RefreshRequest{})
		if got := r.store.state(s.URL).NextCheck.Sub(r.now); got != want {
			t.Errorf("after %d failures: %v, want %v", r.store.state(s.URL).Failures, got, want)
		}
	}
	well.Store(true)
	r.refresh(t, feed.RefreshRequest{})
	if s := r.store.state(s.URL); s.Failures != 0 || s.Error != "" || !s.NextCheck.Equal(noon.Add(time.Hour)) {
		t.Errorf("after a success: %+v", s)
	}
}

// A night without a network does not delay the feeds on the next day.
func TestNoNetworkDoesNotBackOff(t *testing.T) {
	const u = "https://a.example/feed"
	r := newRig(t, u)
	r.client = fetch.New(fetch.Options{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ENETUNREACH}
	})})
	for range 5 {
		r.refresh(t, feed.RefreshRequest{})
	}
	if s := r.store.state(u); s.Failures != 0 || s.Error == "" || !s.NextCheck.Equal(noon.Add(time.Hour)) {
		t.Errorf("%+v", s)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// The final address of redirects is stored, and removed when the redirects end.
func TestRedirectIsRemembered(t *testing.T) {
	var moved atomic.Bool
	moved.Store(true)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/old" && moved.Load() {
			http.Redirect(w, r, "/new", http.StatusMovedPermanently)
			return
		}
		io.WriteString(w, rss(r.URL.Path, 1))
	})
	u := s.URL + "/old"
	r := newRig(t, u)
	if rep := r.refresh(t, feed.RefreshRequest{})[u]; rep.FinalURL != s.URL+"/new" || r.store.state(u).FinalURL != s.URL+"/new" {
		t.Errorf("%+v, %+v", rep, r.store.state(u))
	}
	moved.Store(false)
	if rep := r.refresh(t, feed.RefreshRequest{})[u]; rep.FinalURL != u || r.store.state(u).FinalURL != "" {
		t.Errorf("%+v, %+v", rep, r.store.state(u))
	}
}

// A document that makes the parser panic is one failure of its own feed.
func TestPanicWhileParsing(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, rss(r.URL.Path, 1)) })
	bad, good := s.URL+"/bad", s.URL+"/good"
	r := newRig(t, bad, good)
	r.parse = func(raw []byte, src parse.Origin) (*feed.Document, error) {
		if strings.HasSuffix(src.URL, "/bad") {
			panic("index out of range")
		}
		return parse.Parse(raw, src)
	}
	got := r.refresh(t, feed.RefreshRequest{})
	if got[bad].Status != feed.Failed || !strings.Contains(got[bad].Error, "index out of range") || got[good].Status != feed.OK {
		t.Errorf("%+v", got)
	}
	// The parse slot is free again.
	if len(r.parseSlots) != 0 {
		t.Errorf("%d places taken", len(r.parseSlots))
	}
}

// If the store accepts nothing, the refresh ends with the store's error after a
// few attempts, without fetching all feeds. Then nothing is due for a while.
func TestStoreFailure(t *testing.T) {
	// More feeds than workers, results and batches together hold.
	const feeds = 1000
	var requested atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requested.Add(1)
		io.WriteString(w, rss(r.URL.Path, 1))
	})
	var urls []string
	for i := range feeds {
		urls = append(urls, fmt.Sprintf("%s/%d", s.URL, i))
	}
	r := newRig(t, urls...)
	full := errors.New("disk full")
	r.store.refuse = func([]feed.Fetched) error { return full }
	reports := 0
	err := r.Refresh(context.Background(), feed.RefreshRequest{}, func(feed.Report) { reports++ })
	if !errors.Is(err, full) || reports != 0 || r.store.saves > 4 || len(r.claims) != 0 {
		t.Errorf("%v, %d reports, %d saves, %d claims", err, reports, r.store.saves, len(r.claims))
	}
	if n := requested.Load(); n == feeds {
		t.Error("every feed was fetched although nothing could be saved")
	}
	if next, err := r.NextDue(context.Background()); err != nil || !next.Equal(noon.Add(pauseAfterFailure)) {
		t.Errorf("next due %v, %v", next, err)
	}
}

// A response that cannot be saved becomes a failure of its feed.
func TestResponseThatCannotBeSaved(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, rss(r.URL.Path, 1)) })
	var urls []string
	for i := range 20 {
		urls = append(urls, fmt.Sprintf("%s/%d", s.URL, i))
	}
	bad := urls[7]
	r := newRig(t, urls...)
	r.store.refuse = func(answers []feed.Fetched) error {
		for _, a := range answers {
			if a.URL == bad && a.Document != nil {
				return errors.New("constraint failed")
			}
		}
		return nil
	}
	for u, rep := range r.refresh(t, feed.RefreshRequest{}) {
		if u == bad {
			if rep.Status != feed.Failed || !strings.Contains(rep.Error, "constraint failed") || rep.New != 0 {
				t.Errorf("bad: %+v", rep)
			}
		} else if rep.Status != feed.OK || rep.New != 1 {
			t.Errorf("good: %+v", rep)
		}
	}
	if s := r.store.state(bad); s.Failures != 1 || s.ETag != "" || s.BodyHash != "" || s.Error == "" {
		t.Errorf("%+v", s)
	}
}

// If the index cannot be written, the refresh returns the error after
// everything else is done. An index that never becomes complete does not block
// the refresh.
func TestIndexFailure(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, rss(r.URL.Path, 5)) })
	r := newRig(t, s.URL+"/1", s.URL+"/2")
	full := errors.New("disk full")
	r.store.indexErr = full
	reports := 0
	if err := r.Refresh(context.Background(), feed.RefreshRequest{}, func(feed.Report) { reports++ }); !errors.Is(err, full) || reports != 2 {
		t.Errorf("%v after %d reports", err, reports)
	}

	stuck := newRig(t, s.URL+"/1")
	stuck.Poller.store = stuckIndex{stuck.store}
	stuck.refresh(t, feed.RefreshRequest{})
}

type stuckIndex struct{ *fakeStore }

func (stuckIndex) IndexPending(context.Context, int) (int, error) { return 7, nil }
