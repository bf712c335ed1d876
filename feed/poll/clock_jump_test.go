package poll

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"dateline/feed"
)

// wrongClock simulates a day in which the computer's clock is wrong for some
// time.
type wrongClock struct {
	*rig
	// steady is the true time.
	steady time.Time
	// requests are the true times at which each feed was requested.
	requests map[string][]time.Time
}

// wrongClockWaits returns, for each feed, the shortest and longest time between
// two requests.
func wrongClockWaits() map[string][2]time.Duration {
	return map[string][2]time.Duration{
		"/well":   {time.Hour, 66 * time.Minute},
		"/failed": {2 * time.Hour, 24 * time.Hour},
		"/busy":   {5 * time.Hour, 24 * time.Hour},
		"/beside": {time.Hour, 8 * time.Hour},
	}
}

func newWrongClock(t *testing.T) *wrongClock {
	c := &wrongClock{steady: noon, requests: map[string][]time.Time{}}
	port := serveHosts(t, func(w http.ResponseWriter, r *http.Request) {
		c.requests[r.URL.Path] = append(c.requests[r.URL.Path], c.steady)
		switch r.URL.Path {
		case "/failed":
			w.WriteHeader(http.StatusInternalServerError)
		case "/busy":
			w.Header().Set("Retry-After", "18000")
			w.WriteHeader(http.StatusTooManyRequests)
		default:
			io.WriteString(w, rss("Fine", 1))
		}
	})
	var urls []string
	for i, path := range []string{"/well", "/failed", "/busy", "/beside"} {
		urls = append(urls, fmt.Sprintf("http://127.0.0.%d:%s%s", min(i+1, 3), port, path))
	}
	c.rig = newRig(t, urls...)
	c.queues = newHostQueues(1, 1, nil) // so that requests need no lock
	return c
}

// live refreshes whenever a feed is due and at least once an hour, with the
// clock off by a duration.
func (c *wrongClock) live(t *testing.T, long, off time.Duration) {
	t.Helper()
	for end, rounds := c.steady.Add(long), 0; ; rounds++ {
		c.now = c.steady.Add(off)
		next, err := c.NextDue(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if rounds > int(long/time.Minute) {
			t.Fatal("the process does not become idle")
		}
		if wait := next.Sub(c.now); wait > 0 {
			c.steady = c.steady.Add(min(wait, time.Hour))
		}
		if !c.steady.Before(end) {
			c.steady = end
			return
		}
		c.now = c.steady.Add(off)
		c.refresh(t, feed.RefreshRequest{DueOnly: true})
	}
}

// A clock that jumps by hours or a year, and is corrected later, neither
// silences a feed nor makes it fetched too often. Only a jump ahead causes one
// more request. It does not matter whether the same process continues or
// another one reads what was stored.
func TestClockJumps(t *testing.T) {
	const hours, year = 3 * time.Hour, 365 * 24 * time.Hour
	for _, off := range []time.Duration{hours, year, -hours, -year} {
		for _, restart := range []bool{false, true} {
			t.Run(fmt.Sprint(off, restart), func(t *testing.T) {
				c := newWrongClock(t)
				for _, days := range []time.Duration{0, off, 0} {
					c.live(t, 50*time.Hour, days)
					if restart {
						c.hostPauses, c.pause = map[string]pauseWindow{}, pauseWindow{}
					}
				}
				for path, waits := range wrongClockWaits() {
					c.check(t, path, waits[0], waits[1])
				}
			})
		}
	}
}

func (c *wrongClock) check(t *testing.T, path string, least, most time.Duration) {
	t.Helper()
	hurried, log := 0, c.requests[path]
	for i := 1; i < len(log); i++ {
		gap := log[i].Sub(log[i-1])
		if gap < least {
			hurried++
		}
		// A jump back starts a waiting time again.
		if gap > 2*most {
			t.Errorf("%s was silent for %v before %v", path, gap, log[i])
		}
	}
	if hurried > 1 {
		t.Errorf("%s was requested in a hurry %d times: %v", path, hurried, log)
	}
	if last := c.steady.Sub(log[len(log)-1]); last > most {
		t.Errorf("%s was not requested in the last %v", path, last)
	}
}
