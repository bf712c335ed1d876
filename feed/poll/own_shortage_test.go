package poll

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/fetch"
)

// shortTransport fails as if this computer had too little of something: always on the
// host poor.example, and the first time on others.
type shortTransport struct {
	mu   sync.Mutex
	seen map[string]int
	err  error
}

func (s *shortTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[r.URL.Host]++
	if s.seen[r.URL.Host] == 1 || r.URL.Host == "poor.example" {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: s.err}
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(rss("Good", 3))), Request: r}, nil
}

// What this computer has too little of is no feed's failure: the feed is asked again in the
// same refresh, and if that does not help, it has not failed and waits no longer.
func TestOwnShortageIsNoFailure(t *testing.T) {
	for _, short := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.EADDRNOTAVAIL} {
		r := newRig(t, "http://a.example/", "http://b.example/", "http://poor.example/")
		transport := &shortTransport{seen: map[string]int{}, err: short}
		r.client = fetch.New(fetch.Options{Transport: transport, Now: r.clock})
		begun := time.Now()
		r.clock = func() time.Time { return noon.Add(10 * time.Since(begun)) } // so that nobody waits long
		reports := map[string]feed.Report{}
		if err := r.Refresh(context.Background(), feed.RefreshRequest{}, func(rep feed.Report) { reports[rep.URL] = rep }); err != nil {
			t.Fatal(err)
		}
		for _, u := range []string{"http://a.example/", "http://b.example/"} {
			if rep := reports[u]; rep.Status != feed.OK || rep.New != 3 {
				t.Errorf("%v: %+v", short, rep)
			}
		}
		rep, state := reports["http://poor.example/"], r.store.state("http://poor.example/")
		if rep.Status != feed.Failed || !strings.Contains(rep.Error, "This computer") || state.Failures != 0 {
			t.Errorf("%v: %+v; %d failures", short, rep, state.Failures)
		}
	}
}
