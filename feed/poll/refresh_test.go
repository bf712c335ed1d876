package poll

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/parse"
)

// A feed is new, then not modified, then changed. The validators are in the
// store, so a new poller uses them.
func TestValidatorsSurvive(t *testing.T) {
	var etag atomic.Value
	etag.Store(`"1"`)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		now := etag.Load().(string)
		if r.Header.Get("If-None-Match") == now {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", now)
		w.Header().Set("Last-Modified", "Mon, 23 Nov 2026 11:00:00 GMT")
		io.WriteString(w, rss("News "+now, 3))
	})
	r := newRig(t, s.URL)
	rep := r.refresh(t, feed.RefreshRequest{})[s.URL]
	want := feed.Report{URL: s.URL, Status: feed.OK, New: 3, FinalURL: s.URL, HTTPStatus: 200, Bytes: int64(len(rss(`News "1"`, 3))),
		Next: noon.Add(time.Hour), Reason: "your interval is 1 hour", Done: 1, Total: 1}
	if !reflect.DeepEqual(rep, want) {
		t.Errorf("first:\n got %+v\nwant %+v", rep, want)
	}
	first := r.store.state(s.URL)
	if first.ETag != `"1"` || first.LastModified == "" || first.BodyHash == "" || first.Status != 200 ||
		!first.LastChecked.Equal(noon) || !first.LastOK.Equal(noon) || !first.NextCheck.Equal(noon.Add(time.Hour)) {
		t.Errorf("state after the first response: %+v", first)
	}

	again := newRig(t, s.URL)
	again.store, again.Poller.store = r.store, r.store
	again.now = noon.Add(2 * time.Hour)
	if rep := again.refresh(t, feed.RefreshRequest{})[s.URL]; rep.Status != feed.Unchanged {
		t.Errorf("second: %+v", rep)
	}
	second := r.store.state(s.URL)
	if second.ETag != first.ETag || second.LastModified != first.LastModified || second.BodyHash != first.BodyHash ||
		second.Status != 304 || !second.LastOK.Equal(again.now) {
		t.Errorf("state after 304: %+v", second)
	}
	etag.Store(`"2"`)
	if rep := again.refresh(t, feed.RefreshRequest{})[s.URL]; rep.Status != feed.OK || r.store.state(s.URL).ETag != `"2"` {
		t.Errorf("third: %+v", rep)
	}
}

// A body that is equal to the last one is not parsed, but the feed's state is
// saved.
func TestSameBody(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, rss("News", 2)) })
	r := newRig(t, s.URL)
	parsed := 0
	read := r.parse
	r.parse = func(raw []byte, src parse.Origin) (*feed.Document, error) {
		parsed++
		return read(raw, src)
	}
	r.refresh(t, feed.RefreshRequest{})
	r.now = noon.Add(time.Hour)
	rep := r.refresh(t, feed.RefreshRequest{})[s.URL]
	if rep.Status != feed.Unchanged || parsed != 1 || !r.store.state(s.URL).LastOK.Equal(r.now) {
		t.Errorf("%+v after %d parses, %+v", rep, parsed, r.store.state(s.URL))
	}
	if last := r.store.saved[len(r.store.saved)-1]; last.Document != nil {
		t.Error("a document was saved for an unchanged body")
	}
}

// A truncated document returns its complete items and no validators. With
// validators the rest would never be fetched.
func TestTruncatedDocuments(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		half := strings.TrimSuffix(rss("News", 3), "</channel></rss>")
		w.Header().Set("ETag", `"1"`)
		switch r.URL.Path {
		case "/cut":
			w.Header().Set("Content-Length", "100000")
		case "/early":
			w.Header().Set("Content-Length", "100000")
			half = half[:60]
		}
		io.WriteString(w, half)
	})
	whole, cut, early := s.URL+"/whole", s.URL+"/cut", s.URL+"/early"
	r := newRig(t, whole, cut, early)
	reports := r.refresh(t, feed.RefreshRequest{})
	for _, u := range []string{whole, cut} {
		state := r.store.state(u)
		if reports[u].Status != feed.OK || reports[u].New != 3 || state.ETag != "" || state.BodyHash != "" || state.Error != "" {
			t.Errorf("%s: %+v, %+v", u, reports[u], state)
		}
	}
	if rep := reports[early]; rep.Status != feed.Failed || !strings.Contains(rep.Error, "ended before") {
		t.Errorf("nothing whole: %+v", rep)
	}
}

// With DueOnly, feeds that are not due are reported as skipped and not counted.
// Requested feeds are fetched once each, due or not. Unknown ones fail with a
// message.
func TestRequestedAndDue(t *testing.T) {
	var requested sync.Map
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requested.Store(r.URL.Path, true)
		io.WriteString(w, rss("News", 1))
	})
	due, later, gone, foreign := s.URL+"/due", s.URL+"/later", s.URL+"/gone", s.URL+"/foreign"
	r := newRig(t, due, later, gone)
	r.store.feeds = append(r.store.feeds, feed.Feed{URL: foreign})
	for i := range r.store.feeds {
		switch r.store.feeds[i].URL {
		case due:
			r.store.feeds[i].Poll.NextCheck = noon
		case later:
			r.store.feeds[i].Poll.NextCheck = noon.Add(time.Second)
		case gone:
			r.store.feeds[i].Poll.Gone = true
		}
	}
	before := r.store.state(later)
	got := r.refresh(t, feed.RefreshRequest{DueOnly: true})
	if len(got) != 3 || got[due].Status != feed.OK || got[due].Done != 1 || got[due].Total != 1 {
		t.Errorf("due only: %+v", got)
	}
	if got[later].Next != noon.Add(time.Second) || !strings.Contains(got[gone].Reason, "gone") {
		t.Errorf("why not: %+v", got)
	}
	for _, u := range []string{later, gone} {
		if rep := got[u]; rep.Status != feed.Skipped || rep.Done != 0 || rep.Total != 1 {
			t.Errorf("not due: %+v", got[u])
		}
	}
	if _, was := requested.Load("/later"); was || !reflect.DeepEqual(r.store.state(later), before) {
		t.Error("a feed that is not due was requested")
	}

	got = r.refresh(t, feed.RefreshRequest{Feeds: []string{later, later, gone, "https://other.example/"}})
	if len(got) != 3 || got[later].Status != feed.OK || got[gone].Status != feed.OK || got[later].Total != 3 {
		t.Errorf("on request: %+v", got)
	}
	if rep := got["https://other.example/"]; rep.Status != feed.Failed || !strings.Contains(rep.Error, ": add it") {
		t.Errorf("unknown: %+v", rep)
	}
	if r.store.state(gone).Gone {
		t.Error("a feed that came back is still gone")
	}
	if _, was := requested.Load("/foreign"); was {
		t.Error("a feed outside the configuration was requested")
	}
	if got := r.refresh(t, feed.RefreshRequest{Feeds: []string{}}); len(got) != 0 {
		t.Errorf("no names at all: %+v", got)
	}
}

// With 200 feeds on 100 hosts, the limits of requests hold. Reports come one at
// a time, and Done increases.
func TestBoundedConcurrency(t *testing.T) {
	var mu sync.Mutex
	var all, most, mostOne int
	hosts := map[string]int{}
	port := serveHosts(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		all++
		hosts[r.Host]++
		most, mostOne = max(most, all), max(mostOne, hosts[r.Host])
		mu.Unlock()
		time.Sleep(50 * time.Millisecond)
		mu.Lock()
		all--
		hosts[r.Host]--
		mu.Unlock()
		io.WriteString(w, rss(r.URL.Path, 2))
	})
	var urls []string
	for i := range 197 {
		urls = append(urls, fmt.Sprintf("http://127.0.0.%d:%s/%d", i%97+1, port, i))
	}
	// One host has more feeds than its limit of requests.
	for i := range 3 {
		urls = append(urls, fmt.Sprintf("http://127.0.0.1:%s/more/%d", port, i))
	}
	r := newRig(t, urls...)
	done, inside := 0, atomic.Int32{}
	err := r.Refresh(context.Background(), feed.RefreshRequest{}, func(rep feed.Report) {
		if inside.Add(1) != 1 {
			t.Error("two reports at once")
		}
		done++
		if rep.Status != feed.OK || rep.Done != done || rep.Total != 200 {
			t.Errorf("report %d: %+v", done, rep)
		}
		inside.Add(-1)
	})
	if err != nil || done != 200 {
		t.Fatalf("%d reports, %v", done, err)
	}
	if most > defaultWorkers || most <= defaultPerHost || mostOne > defaultPerHost {
		t.Errorf("%d requests at once, %d to one host", most, mostOne)
	}
	if n := slices.Max(r.store.batches); n > batchFeeds {
		t.Errorf("%d feeds in one transaction", n)
	}
	for _, a := range r.store.saved {
		if !a.RefreshStart.Equal(noon) {
			t.Errorf("%s has round %v", a.URL, a.RefreshStart)
		}
	}
	if r.store.pending != 0 {
		t.Errorf("%d items are not indexed", r.store.pending)
	}
}

// A canceled refresh saves the responses that were received, does not change
// the other feeds, and is not started again at once.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/quick" {
			io.WriteString(w, rss("News", 1))
			return
		}
		<-r.Context().Done()
	})
	quick := s.URL + "/quick"
	urls := []string{quick}
	for i := range 20 {
		urls = append(urls, fmt.Sprintf("%s/slow/%d", s.URL, i))
	}
	r := newRig(t, urls...)
	got := map[string]feed.Status{}
	err := r.Refresh(ctx, feed.RefreshRequest{}, func(rep feed.Report) {
		got[rep.URL] = rep.Status
		if rep.Done != 1 || rep.Total != len(urls) {
			t.Errorf("%+v: one feed is done", rep)
		}
		// The first report is the fast feed's. Now stop the others.
		cancel()
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	for _, u := range urls[1:] {
		if got[u] != feed.Skipped || !reflect.DeepEqual(r.store.state(u), feed.PollState{}) {
			t.Errorf("%s: %q, %+v", u, got[u], r.store.state(u))
		}
	}
	if got[quick] != feed.OK || len(r.store.saved) != 1 || len(r.claims) != 0 {
		t.Errorf("quick: %q, %d saved, %d claims", got[quick], len(r.store.saved), len(r.claims))
	}
	if next, err := r.NextDue(context.Background()); err != nil || !next.Equal(noon.Add(pauseAfterFailure)) {
		t.Errorf("next due %v, %v", next, err)
	}
}

// A response that was received is saved even if the refresh was canceled since.
func TestCancelWhileParsing(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, rss("News", 1)) })
	r := newRig(t, s.URL)
	r.parse = func(raw []byte, src parse.Origin) (*feed.Document, error) {
		cancel()
		return parse.Parse(raw, src)
	}
	err := r.Refresh(ctx, feed.RefreshRequest{}, func(feed.Report) {})
	if !errors.Is(err, context.Canceled) || len(r.store.saved) != 1 || r.store.saved[0].Document == nil {
		t.Errorf("%v, saved %+v", err, r.store.saved)
	}
}

// A feed that is being fetched is not fetched by a second refresh. The second
// one waits until the result is saved.
func TestNeverTwiceAtOnce(t *testing.T) {
	var requested atomic.Int32
	arrived, answer := make(chan struct{}), make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if requested.Add(1) == 1 {
			close(arrived)
		}
		<-answer
		io.WriteString(w, rss("News", 1))
	})
	r := newRig(t, s.URL)
	first := make(chan feed.Report, 1)
	go func() {
		if err := r.Refresh(context.Background(), feed.RefreshRequest{}, func(rep feed.Report) { first <- rep }); err != nil {
			t.Error(err)
		}
	}()
	<-arrived
	go func() {
		// The feed is claimed already, so the second refresh waits for the first.
		time.Sleep(10 * time.Millisecond)
		close(answer)
	}()
	second := r.refresh(t, feed.RefreshRequest{Feeds: []string{s.URL}, DueOnly: true})[s.URL]
	// If the first refresh ended before the second started, the feed was not due
	// any more. In both cases it is skipped, and its result is saved.
	if second.Status != feed.Skipped || r.store.state(s.URL).LastOK.IsZero() {
		t.Errorf("second: %+v", second)
	}
	if rep := <-first; rep.Status != feed.OK || requested.Load() != 1 {
		t.Errorf("first: %+v after %d requests", rep, requested.Load())
	}
}

// overlappingStore is a store that prepares a transaction while it writes another one:
// its first Save ends only after the second has started.
type overlappingStore struct {
	*fakeStore
	calls  atomic.Int32
	second chan struct{}
}

func (s *overlappingStore) Save(ctx context.Context, answers ...feed.Fetched) ([]feed.Saved, error) {
	switch s.calls.Add(1) {
	case 1:
		select {
		case <-s.second:
		case <-time.After(30 * time.Second):
			return nil, errors.New("nothing is made ready meanwhile")
		}
	case 2:
		close(s.second)
	}
	return s.fakeStore.Save(ctx, answers...)
}

// Preparing a transaction does not wait until the previous one is written.
func TestTransactionsOverlap(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, rss(r.URL.Path, batchItems)) })
	var urls []string
	for i := range 4 {
		urls = append(urls, fmt.Sprintf("%s/%d", s.URL, i))
	}
	r := newRig(t, urls...)
	r.Poller.store = &overlappingStore{fakeStore: r.store, second: make(chan struct{})}
	var reported []string
	err := r.Refresh(context.Background(), feed.RefreshRequest{}, func(rep feed.Report) {
		if rep.Status != feed.OK || rep.New != batchItems {
			t.Errorf("%+v", rep)
		}
		reported = append(reported, rep.URL)
	})
	if err != nil || len(reported) != len(urls) {
		t.Errorf("%v, reported %v", err, reported)
	}
}

// A refresh without new items indexes what a killed one had saved.
func TestIndexesWhatWasLeft(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNotModified) })
	r := newRig(t, s.URL+"/a")
	r.store.feeds[0].Poll.ETag = `"1"`
	r.store.pending = 2*indexChunk + 1
	if got := r.refresh(t, feed.RefreshRequest{})[s.URL+"/a"].Status; got != feed.Unchanged {
		t.Fatal(got)
	}
	if r.store.pending != 0 {
		t.Errorf("%d items are not indexed", r.store.pending)
	}
}
