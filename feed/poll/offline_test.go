package poll

import (
	"context"
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
)

// fakeNetwork is a transport that simulates many hosts. It can fail.
type fakeNetwork struct {
	requested atomic.Int64
	// respond returns a host's response or the failure to reach it. If it is nil,
	// every host serves a good feed.
	respond func(*http.Request) (*http.Response, error)
}

func (w *fakeNetwork) RoundTrip(r *http.Request) (*http.Response, error) {
	w.requested.Add(1)
	if w.respond != nil {
		return w.respond(r)
	}
	return response(r, http.StatusOK, "application/rss+xml", rss(r.URL.Host, 1)), nil
}

func response(r *http.Request, status int, kind, body string) *http.Response {
	return &http.Response{StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Request: r, ContentLength: int64(len(body)),
		Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body))}
}

// hosts returns the addresses of n feeds, each on its own host.
func hosts(n int) (urls []string) {
	for i := range n {
		urls = append(urls, fmt.Sprintf("http://feed%d.host%d.example/rss", i, i))
	}
	return urls
}

// newOutage returns a poller with n feeds that have worked until now.
func newOutage(t *testing.T, n int) (*rig, *fakeNetwork) {
	r, w := newRig(t, hosts(n)...), &fakeNetwork{}
	r.client = fetch.New(fetch.Options{Transport: w, Now: func() time.Time { return r.now }})
	for u, rep := range r.refresh(t, feed.RefreshRequest{}) {
		if rep.Status != feed.OK {
			t.Fatalf("%s: %+v", u, rep)
		}
	}
	r.now = r.now.Add(2 * time.Hour)
	return r, w
}

const portalPage = `<!DOCTYPE html><html><head><title>Hotel</title><link rel="alternate" type="application/rss+xml" href="/hotel.rss"></head><body><p>Log in</p></body></html>`

func unreachable(*http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ENETUNREACH}
}

// Every network problem gives one message for all feeds, changes the state of
// no feed, leaves all of them due, and ends when the network works again.
func TestNetworkIsToBlame(t *testing.T) {
	say := func(status int, extra ...string) func(*http.Request) (*http.Response, error) {
		return func(r *http.Request) (*http.Response, error) {
			res := response(r, status, "text/html", portalPage)
			for i := 0; i < len(extra); i += 2 {
				res.Header.Set(extra[i], extra[i+1])
			}
			return res, nil
		}
	}
	redirect := func(status int) func(*http.Request) (*http.Response, error) {
		return func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == "login.hotel.example" {
				return response(r, http.StatusOK, "text/html", strings.Replace(portalPage, "Log in", r.URL.RawQuery, 1)), nil
			}
			res := response(r, status, "text/html", "")
			res.Header.Set("Location", "http://login.hotel.example/?from="+r.URL.Host)
			return res, nil
		}
	}
	for name, x := range map[string]struct {
		answer func(*http.Request) (*http.Response, error)
		says   string
	}{
		"the same page": {say(200), "wants a login"},
		"a page of their own": {func(r *http.Request) (*http.Response, error) {
			return response(r, 200, "text/html", portalPage+r.URL.Host), nil
		}, "wants a login"},
		"gone, all of them":           {say(410), "wants a login"},
		"forbidden, all of them":      {say(403), "wants a login"},
		"busy, all of them":           {say(503, "Retry-After", "86400"), "wants a login"},
		"fresh for a day":             {say(200, "Cache-Control", "max-age=86400"), "wants a login"},
		"network login required":      {say(511), "wants a login"},
		"found elsewhere":             {redirect(302), "wants a login"},
		"moved permanently elsewhere": {redirect(301), "wants a login"},
		"no network":                  {unreachable, "network connection"},
		"no such host": {func(r *http.Request) (*http.Response, error) {
			return nil, &net.DNSError{Err: "no such host", Name: r.URL.Host, IsNotFound: true}
		}, "network connection"},
		"names without an answer": {func(r *http.Request) (*http.Response, error) {
			return nil, &net.DNSError{Err: "i/o timeout", Name: r.URL.Host, IsTimeout: true}
		}, "network connection"},
		"no connection in time": {func(*http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: timeout{}}
		}, "network connection"},
	} {
		t.Run(name, func(t *testing.T) { checkOutage(t, x.answer, x.says) })
	}
}

type timeout struct{}

func (timeout) Error() string   { return "i/o timeout" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

func checkOutage(t *testing.T, answer func(*http.Request) (*http.Response, error), says string) {
	r, w := newOutage(t, 40)
	before, saved := map[string]feed.PollState{}, len(r.store.saved)
	for _, u := range hosts(40) {
		before[u] = r.store.state(u)
	}
	w.respond = answer
	var first string
	for try := 1; try <= 6; try++ {
		reports := r.refresh(t, feed.RefreshRequest{DueOnly: true})
		if len(reports) != 40 {
			t.Fatalf("%d reports", len(reports))
		}
		for u, rep := range reports {
			if first == "" {
				first = rep.Error
			}
			if rep.Status != feed.Failed || !rep.Offline || rep.Error != first || !strings.Contains(rep.Error, says) || rep.Total != 40 {
				t.Fatalf("%s: %+v", u, rep)
			}
		}
		next, err := r.NextDue(context.Background())
		if wait := next.Sub(r.now); err != nil || wait < time.Minute || wait > 5*time.Minute {
			t.Errorf("try %d: next after %v, %v", try, wait, err)
		}
		r.now = next
	}
	if len(r.store.saved) != saved {
		t.Errorf("%d answers were saved", len(r.store.saved)-saved)
	}
	for u, old := range before {
		if now := r.store.state(u); fmt.Sprint(now) != fmt.Sprint(old) {
			t.Fatalf("%s: %+v became %+v", u, old, now)
		}
	}
	w.respond = nil
	for u, rep := range r.refresh(t, feed.RefreshRequest{DueOnly: true}) {
		if rep.Status != feed.Unchanged || rep.Offline {
			t.Errorf("when it was over, %s: %+v", u, rep)
		}
	}
	if r.offlineMessage() != "" {
		t.Errorf("not over: %s", r.offlineMessage())
	}
}

// Without a network a refresh ends after a few feeds.
func TestOutageEndsTheRefreshEarly(t *testing.T) {
	r, w := newOutage(t, 1000)
	w.respond = unreachable
	before := w.requested.Load()
	if got := r.refresh(t, feed.RefreshRequest{DueOnly: true}); len(got) != 1000 {
		t.Errorf("%d reports", len(got))
	}
	if n := w.requested.Load() - before; n > 400 {
		t.Errorf("%d feeds were requested without success", n)
	}
}

// Feeds are to blame if others work, if there is only one, or if they were
// failing before.
func TestFeedsAreToBlame(t *testing.T) {
	bad := func(n int) func(*http.Request) (*http.Response, error) {
		return func(r *http.Request) (*http.Response, error) {
			for _, u := range hosts(n) {
				if u == r.URL.String() {
					return response(r, http.StatusOK, "text/html", portalPage), nil
				}
			}
			return response(r, http.StatusOK, "application/rss+xml", rss("Fine", 2)), nil
		}
	}
	check := func(r *rig, n, failures int) {
		t.Helper()
		for _, u := range hosts(n) {
			if s := r.store.state(u); s.Failures != failures || !strings.Contains(s.Error, "web page instead of a feed") {
				t.Errorf("%s: %+v", u, s)
			}
		}
		if r.offlineMessage() != "" {
			t.Error("the network is blamed")
		}
	}
	r, w := newOutage(t, 10)
	w.respond = bad(4)
	r.refresh(t, feed.RefreshRequest{})
	check(r, 4, 1)
	// The other feeds are not due in this refresh, so nothing shows that the
	// network works.
	r.now = r.now.Add(24 * time.Hour)
	r.refresh(t, feed.RefreshRequest{Feeds: hosts(4)})
	check(r, 4, 2)

	r, w = newOutage(t, 1)
	w.respond = bad(1)
	r.refresh(t, feed.RefreshRequest{})
	check(r, 1, 1)
}

// Evidence of several refreshes adds up, because the timer often fetches one
// feed at a time: the second failing host proves a network problem.
func TestOutageAcrossRefreshes(t *testing.T) {
	r, w := newOutage(t, 3)
	w.respond = unreachable
	urls := hosts(3)
	for i, u := range urls {
		rep := r.refresh(t, feed.RefreshRequest{Feeds: []string{u}})[u]
		if rep.Status != feed.Failed || rep.Offline != (i > 0) || r.store.state(u).Failures != 0 {
			t.Errorf("%d: %+v", i, rep)
		}
	}
	w.respond = nil
	if rep := r.refresh(t, feed.RefreshRequest{Feeds: urls[:1]})[urls[0]]; rep.Status != feed.Unchanged || r.offlineMessage() != "" {
		t.Errorf("%+v, %q", rep, r.offlineMessage())
	}
}

// The page of a captive portal is no article and no site on which to look for
// feeds.
func TestPortalIsNoSite(t *testing.T) {
	r, w := newOutage(t, 5)
	w.respond = func(q *http.Request) (*http.Response, error) {
		return response(q, http.StatusOK, "text/html", portalPage), nil
	}
	r.each(func(s *feed.Settings) { s.Fulltext = true })
	r.store.withoutPageText = map[string][]feed.Item{hosts(1)[0]: {{ID: 7, Link: "http://site.example/story"}}}
	r.refresh(t, feed.RefreshRequest{DueOnly: true})
	if len(r.store.texts) != 0 {
		t.Errorf("saved %+v", r.store.texts)
	}
	text, err := r.PageText(context.Background(), feed.Subscription{}, "http://site.example/story")
	if err != nil || !text.Fetched.IsZero() || !strings.Contains(text.Error, "wants a login") {
		t.Errorf("%+v, %v", text, err)
	}
	for _, address := range []string{"http://site.example/", "site.example"} {
		if found, err := r.Discover(context.Background(), address); err == nil || !strings.Contains(err.Error(), "wants a login") {
			t.Errorf("%s: %+v, %v", address, found, err)
		}
	}
}

// A refresh that the user stops is not an outage.
func TestStoppedIsNoOutage(t *testing.T) {
	r, w := newOutage(t, 20)
	ctx, cancel := context.WithCancel(context.Background())
	w.respond = func(q *http.Request) (*http.Response, error) {
		cancel()
		<-q.Context().Done()
		return nil, q.Context().Err()
	}
	err := r.Refresh(ctx, feed.RefreshRequest{}, func(rep feed.Report) {
		if rep.Status != feed.Skipped || rep.Offline {
			t.Errorf("%+v", rep)
		}
	})
	if err == nil || r.offlineMessage() != "" {
		t.Errorf("%v, %q", err, r.offlineMessage())
	}
}
