package poll

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/parse"
)

// A panic while a feed is fetched is a failure of this feed: it is reported,
// saved, and the feed is not due again at once. Other feeds are not affected.
func TestAPanicFailsItsFeedOnly(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `<rss version="2.0"><channel><title>`+r.URL.Path+`</title><item><guid>1</guid><title>One</title></item></channel></rss>`)
	})
	bad, good := s.URL+"/bad", s.URL+"/good"
	r := newRig(t, bad, good)
	var kept []*feed.PanicError
	r.Poller.crashed = func(c *feed.PanicError) { kept = append(kept, c) }
	r.Poller.parse = func(raw []byte, from parse.Origin) (*feed.Document, error) {
		if strings.HasSuffix(from.URL, "/bad") {
			panic("tripped")
		}
		return parse.Parse(raw, from)
	}
	reports := r.refresh(t, feed.RefreshRequest{})
	if got := reports[bad]; got.Status != feed.Failed || !strings.Contains(got.Error, "tripped") {
		t.Errorf("the bad feed: %+v", got)
	}
	if got := reports[good]; got.Status != feed.OK {
		t.Errorf("its neighbour: %+v", got)
	}
	if state := r.store.state(bad); state.Failures != 1 || !state.NextCheck.After(noon) {
		t.Errorf("the bad feed is saved as %+v", state)
	}
	if len(kept) != 1 || len(kept[0].Stack) == 0 {
		t.Errorf("%d panics recorded", len(kept))
	}
}

// After a panic at another point the refresh still ends, and the next one
// works. No slot stays taken.
func TestAPanicBesideTheFeedEndsNoRound(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `<rss version="2.0"><channel><title>T</title><item><guid>1</guid><title>One</title></item></channel></rss>`)
	})
	r := newRig(t, s.URL+"/a", s.URL+"/b")
	broken, kept := true, make(chan *feed.PanicError, 10)
	r.Poller.jitter = func() float64 {
		if broken {
			panic("no dice")
		}
		return 0
	}
	r.Poller.queues = newHostQueues(1, 1, func(c *feed.PanicError) { kept <- c })
	r.refresh(t, feed.RefreshRequest{})
	// The last panic may be recorded after the refresh has ended.
	for range 2 {
		select {
		case <-kept:
		case <-time.After(time.Minute):
			t.Fatal("a panic was not recorded")
		}
	}
	broken = false
	for url, report := range r.refresh(t, feed.RefreshRequest{}) {
		if report.Status != feed.OK {
			t.Errorf("%s afterwards: %+v", url, report)
		}
	}
}
