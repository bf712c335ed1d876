package poll

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/fetch"
	"dateline/feed/schedule"
)

// clockTransport responds with a feed, and every response moves its clock on.
type clockTransport struct {
	mu       sync.Mutex
	now      time.Time
	takes    time.Duration
	requests int
}

func (c *clockTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests++
	c.now = c.now.Add(c.takes)
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(rss("Good", 3))), Request: r}, nil
}

func (c *clockTransport) clock() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// A host whose responses are slow gets no request that could end long after the longest
// timeout. Its other feeds have not failed, and wait a little. A fast host with many more
// feeds is asked for all of them.
func TestSlowHostWithManyFeeds(t *testing.T) {
	for _, c := range []struct {
		feeds       int
		takes       time.Duration
		most, least int
	}{
		{100, 10 * time.Second, 4, 1},
		{100, time.Second, 8, 5},
		{400, 100 * time.Millisecond, 400, 400},
	} {
		var urls []string
		for i := range c.feeds {
			urls = append(urls, fmt.Sprint("http://many.example/", i))
		}
		r := newRig(t, urls...)
		transport := &clockTransport{now: noon, takes: c.takes}
		r.client, r.clock = fetch.New(fetch.Options{Transport: transport, Now: transport.clock}), transport.clock
		left := 0
		for u, rep := range r.refresh(t, feed.RefreshRequest{Feeds: urls}) {
			if rep.Status == feed.OK {
				continue
			}
			left++
			state := r.store.state(u)
			if wait := rep.Next.Sub(noon); rep.Status != feed.Skipped || rep.Reason != schedule.ReasonSlowHost || wait < slowHostPause || wait > 2*slowHostPause || state.Failures != 0 || !state.NextCheck.Equal(rep.Next) {
				t.Errorf("responses after %v: %+v; %+v", c.takes, rep, state)
			}
		}
		if transport.requests > c.most || transport.requests < c.least || left != c.feeds-transport.requests {
			t.Errorf("responses after %v: %d requests, %d feeds left", c.takes, transport.requests, left)
		}
	}
}

// A second request for a feed has what the first one left of the timeout, for whatever
// reason it is sent.
func TestSecondRequestHasWhatIsLeft(t *testing.T) {
	r := newRig(t)
	j := job{settings: feed.Settings{Timeout: 30 * time.Second}}
	if got := r.timeLeft(j); got != 30*time.Second {
		t.Errorf("the first request has %v", got)
	}
	for _, c := range []struct{ passed, want time.Duration }{{0, 30 * time.Second}, {20 * time.Second, 10 * time.Second}, {time.Hour, leastTimeLeft}, {-time.Hour, 30 * time.Second}} {
		j.begun = noon.Add(-c.passed)
		for _, j.last = range []bool{false, true} {
			if got := r.timeLeft(j); got != c.want {
				t.Errorf("%v after the first request: %v, want %v", c.passed, got, c.want)
			}
		}
	}
}
