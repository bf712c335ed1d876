package poll

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/fetch"
	"dateline/feed/schedule"
)

// journal records the requested paths.
type journal struct {
	mu    sync.Mutex
	paths []string
}

func (j *journal) note(r *http.Request) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.paths = append(j.paths, r.URL.Path)
}

// take returns what was recorded since the last call.
func (j *journal) take() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	defer func() { j.paths = nil }()
	return strings.Join(j.paths, " ")
}

// moving serves a feed at /old, which can be changed to redirect.
type moving struct {
	journal
	// status is the status of /old, which redirects to target.
	status int
	target string
	// page is the body of every other path. Empty means 404.
	page string
}

func (m *moving) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.note(r)
	switch {
	case r.URL.Path == "/old" && m.status != 0:
		http.Redirect(w, r, m.target, m.status)
	case r.URL.Path == "/gone":
		w.WriteHeader(http.StatusGone)
	case m.page == "" && r.URL.Path != "/old":
		http.NotFound(w, r)
	case m.page == "":
		io.WriteString(w, rss("News", 1))
	default:
		io.WriteString(w, m.page)
	}
}

// A permanent redirect is believed after three successes over a day. Then the
// new address is requested directly, until it has no feed any more.
func TestMoveIsRemembered(t *testing.T) {
	m := &moving{status: http.StatusMovedPermanently, target: "/new", page: rss("News", 1)}
	s := serve(t, m.ServeHTTP)
	u := s.URL + "/old"
	r := newRig(t, u)
	ask := func(after time.Duration, want, movedTo string) {
		t.Helper()
		r.now = r.now.Add(after)
		rep := r.refresh(t, feed.RefreshRequest{})[u]
		if got := m.take(); got != want || rep.MovedTo != strings.ReplaceAll(movedTo, "/", s.URL+"/") {
			t.Errorf("requested %q, want %q; %+v", got, want, rep)
		}
	}
	ask(0, "/old /new", "")
	ask(time.Hour, "/old /new", "")
	ask(time.Hour, "/old /new", "")
	ask(23*time.Hour, "/old /new", "/new")
	ask(time.Hour, "/new", "/new")
	if state := r.store.state(u); state.FinalURL != s.URL+"/new" || state.MovedTimes != 4 {
		t.Errorf("%+v", state)
	}
	m.page = ""
	m.status = 0
	ask(time.Hour, "/new /old", "")
	if state := r.store.state(u); state.MovedTo != "" || state.Failures != 0 || state.FinalURL != "" {
		t.Errorf("after the redirect back: %+v", state)
	}
}

// Only successful responses after permanent redirects to the same address
// count. The page of a captive portal does not change title and validators.
func TestRedirectsThatAreNoMove(t *testing.T) {
	m := &moving{status: http.StatusPermanentRedirect, target: "/new", page: rss("News", 1)}
	s := serve(t, m.ServeHTTP)
	u := s.URL + "/old"
	r := newRig(t, u)
	next := func(status int, target, page string) feed.PollState {
		m.status, m.target, m.page = status, target, page
		r.now = r.now.Add(24 * time.Hour)
		r.refresh(t, feed.RefreshRequest{})
		return r.store.state(u)
	}
	good := m.page
	first := next(308, "/new", good)
	login := "<!DOCTYPE html><html><head><title>Log in</title></head><body><form></form></body></html>"
	hotel := next(301, "/login", login)
	if hotel.MovedTo != s.URL+"/new" || hotel.MovedTimes != 1 || hotel.BodyHash != first.BodyHash || !hotel.LastOK.Equal(first.LastOK) || hotel.Failures != 1 {
		t.Errorf("after a captive portal's page: %+v", hotel)
	}
	if got := next(308, "/new", good); got.MovedTimes != 2 {
		t.Errorf("back again: %+v", got)
	}
	if got := next(301, "/other", good); got.MovedTo != s.URL+"/other" || got.MovedTimes != 1 || !got.MovedSince.Equal(r.now) {
		t.Errorf("another target: %+v", got)
	}
	for _, status := range []int{302, 303, 307, 0} {
		next(301, "/other", good)
		if got := next(status, "/other", good); got.MovedTo != "" || got.MovedTimes != 0 {
			t.Errorf("%d: %+v", status, got)
		}
	}
}

// The secrets of a feed's host are not sent to the host to which the feed has
// moved.
func TestMoveKeepsSecrets(t *testing.T) {
	var mu sync.Mutex
	sent := map[string]string{}
	port := serveHosts(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		sent[r.Host] = r.Header.Get("Authorization") + r.Header.Get("X-Key")
		io.WriteString(w, rss("News", 1))
	})
	old, other := "http://ann:secret@127.0.0.1:"+port+"/old", "http://127.0.0.2:"+port+"/new"
	for target, want := range map[string]string{other: "", "http://127.0.0.1:" + port + "/new": "Basic YW5uOnNlY3JldA==key"} {
		clear(sent)
		r := newRig(t, old)
		r.Poller.subscriptions = func() []feed.Subscription {
			return []feed.Subscription{{URL: old, Settings: feed.Settings{Headers: map[string]string{"X-Key": "key"}}}}
		}
		r.store.feeds[0].Poll = feed.PollState{MovedTo: target, MovedTimes: 3, MovedSince: noon.Add(-48 * time.Hour), LastOK: noon}
		if rep := r.refresh(t, feed.RefreshRequest{})[old]; rep.Status != feed.OK || rep.FinalURL != target {
			t.Fatalf("%+v", rep)
		}
		if len(sent) != 1 || sent[strings.TrimSuffix(strings.TrimPrefix(target, "http://"), "/new")] != want {
			t.Errorf("%s: sent %v", target, sent)
		}
	}
}

// After 429 or 503 with Retry-After, the host's other feeds are not requested
// in this refresh and the next, unless the user requests one.
func TestHostPause(t *testing.T) {
	var j journal
	port := serveHosts(t, func(w http.ResponseWriter, r *http.Request) {
		j.note(r)
		if strings.HasPrefix(r.Host, "127.0.0.1:") && r.URL.Path == "/0" {
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		io.WriteString(w, rss("News", 1))
	})
	host := "http://127.0.0.1:" + port
	urls := []string{host + "/0", host + "/1", host + "/2", "http://127.0.0.2:" + port + "/other"}
	r := newRig(t, urls...)
	r.queues = newHostQueues(1, 1, nil)
	got := r.refresh(t, feed.RefreshRequest{})
	if requested := strings.Fields(j.take()); len(requested) != 2 || slices.Contains(requested, "/1") {
		t.Errorf("requested %q", requested)
	}
	for _, u := range urls[1:3] {
		state := r.store.state(u)
		if rep := got[u]; rep.Status != feed.Skipped || rep.Reason != schedule.ReasonRetryAfter || !state.NextCheck.Equal(noon.Add(2*time.Hour)) || !state.LastChecked.IsZero() {
			t.Errorf("%+v, %+v", rep, state)
		}
	}
	if got := r.refresh(t, feed.RefreshRequest{Feeds: urls[1:2]})[urls[1]]; got.Status != feed.OK {
		t.Errorf("on request: %+v", got)
	}
	r.now = noon.Add(time.Hour)
	if got := r.refresh(t, feed.RefreshRequest{}); got[urls[0]].Status != feed.Skipped || got[urls[2]].Status != feed.Skipped {
		t.Errorf("an hour later: %+v", got)
	}
	r.now = noon.Add(2 * time.Hour)
	if got := r.refresh(t, feed.RefreshRequest{Feeds: urls[2:3], DueOnly: true}); got[urls[2]].Status != feed.OK || len(r.hostPauses) != 0 {
		t.Errorf("when it is over: %+v", got)
	}
}

// Paused and gone feeds are fetched only on request, and the report gives the
// reason.
func TestPausedAndGone(t *testing.T) {
	m := &moving{}
	s := serve(t, m.ServeHTTP)
	paused, gone := s.URL+"/old", s.URL+"/gone"
	r := newRig(t, paused, gone)
	subs := []feed.Subscription{{URL: paused, Settings: feed.Settings{Paused: true}}, {URL: gone}}
	r.Poller.subscriptions = func() []feed.Subscription { return subs }
	r.refresh(t, feed.RefreshRequest{Feeds: []string{gone}})
	m.take()
	for _, ask := range []feed.RefreshRequest{{}, {DueOnly: true}, {Feeds: []string{paused, gone}, DueOnly: true}} {
		got := r.refresh(t, ask)
		if requested := m.take(); requested != "" || !strings.Contains(got[paused].Reason, "paused") || !strings.Contains(got[gone].Reason, "gone") {
			t.Errorf("%+v: requested %q, %+v", ask, requested, got)
		}
	}
	if next, err := r.NextDue(context.Background()); err != nil || !next.IsZero() {
		t.Errorf("due at %v, %v", next, err)
	}
	got := r.refresh(t, feed.RefreshRequest{Feeds: []string{paused, gone}})
	if got[paused].Status != feed.OK || got[gone].Status != feed.Failed {
		t.Errorf("on request: %+v", got)
	}
}

// Polling hints are stored, and responses without a document do not change
// them.
func TestHintsAreSaved(t *testing.T) {
	now := noon
	doc := &feed.Document{Hints: feed.PollHints{TTL: time.Hour}}
	w := nextHints(feed.PollHints{}, outcome{doc: doc, response: fetch.Response{Fresh: time.Minute}}, now)
	if w.TTL != time.Hour || w.Fresh != time.Minute || !w.Until.IsZero() {
		t.Errorf("after a document: %+v", w)
	}
	w = nextHints(w, outcome{response: fetch.Response{NotModified: true, Fresh: 2 * time.Minute}}, now)
	if w.TTL != time.Hour || w.Fresh != 2*time.Minute {
		t.Errorf("after 304: %+v", w)
	}
	w = nextHints(w, outcome{failure: "No.", retryAfter: 9999 * time.Hour}, now)
	if w.TTL != time.Hour || w.Fresh != 0 || !w.Until.Equal(now.Add(schedule.MaxPause)) {
		t.Errorf("after a refusal: %+v", w)
	}
	if w = nextHints(w, outcome{failure: "No."}, now); w.Until.IsZero() {
		t.Errorf("a failure ends the pause: %+v", w)
	}
	if w = nextHints(w, outcome{}, now); !w.Until.IsZero() {
		t.Errorf("a good answer does not: %+v", w)
	}
}
