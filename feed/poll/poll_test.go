package poll

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/fetch"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// fakeStore keeps the states of feeds as the database does. It can be made to
// fail.
type fakeStore struct {
	mu    sync.Mutex
	feeds []feed.Feed
	// saved holds every result in the order of saving, batches the sizes of the
	// transactions.
	saved   []feed.Fetched
	batches []int
	// saves counts the calls of Save. refuse decides which of them fail.
	saves  int
	refuse func([]feed.Fetched) error
	// pending counts the items that are not indexed, indexed the calls of
	// IndexPending.
	pending  int
	indexed  int
	indexErr error
	// claims counts the calls of Claim.
	claims int
	// withoutPageText holds the items without page text by feed, texts the saved page texts.
	withoutPageText map[string][]feed.Item
	texts           map[int64]feed.PageText
	// serverTime is the time by the servers' clocks.
	serverTime time.Time
}

func (s *fakeStore) Feeds(context.Context) ([]feed.Feed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.feeds), nil
}

func (s *fakeStore) Claim(_ context.Context, feeds []feed.Feed, until time.Time, _ bool) (urls []string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.claims++
	for _, f := range feeds {
		urls = append(urls, f.URL)
		s.setAsking(f.URL, until)
	}
	return urls, nil
}

func (s *fakeStore) Release(_ context.Context, urls []string, _ time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range urls {
		s.setAsking(u, time.Time{})
	}
	return nil
}

func (s *fakeStore) setAsking(url string, until time.Time) {
	for i := range s.feeds {
		if s.feeds[i].URL == url {
			s.feeds[i].ClaimedUntil = until
		}
	}
}

func (s *fakeStore) Save(ctx context.Context, answers ...feed.Fetched) ([]feed.Saved, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saves++
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.refuse != nil {
		if err := s.refuse(answers); err != nil {
			return nil, err
		}
	}
	s.batches = append(s.batches, len(answers))
	var out []feed.Saved
	for _, a := range answers {
		s.saved = append(s.saved, a)
		saved := feed.Saved{URL: a.URL}
		if a.Document != nil {
			saved.New = len(a.Document.Items)
			s.pending += saved.New
		}
		out = append(out, saved)
		for i := range s.feeds {
			if s.feeds[i].URL == a.URL {
				s.feeds[i].Poll, s.feeds[i].ClaimedUntil = a.State, time.Time{}
			}
		}
	}
	return out, nil
}

func (s *fakeStore) SetServerTime(_ context.Context, servers time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serverTime = servers
	return nil
}

func (s *fakeStore) IndexPending(_ context.Context, max int) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.indexed++
	if s.indexErr != nil {
		return s.pending, s.indexErr
	}
	s.pending -= min(max, s.pending)
	return s.pending, nil
}

func (s *fakeStore) Unindexed(context.Context) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pending, nil
}

func (s *fakeStore) ItemsWithoutPageText(_ context.Context, url string, max int) ([]feed.Item, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []feed.Item
	for _, i := range s.withoutPageText[url] {
		if _, had := s.texts[i.ID]; !had && len(out) < max {
			out = append(out, i)
		}
	}
	return out, nil
}

func (s *fakeStore) SetPageText(ctx context.Context, item int64, t feed.PageText) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.texts == nil {
		s.texts = map[int64]feed.PageText{}
	}
	s.texts[item] = t
	s.pending++
	return nil
}

// state returns the stored state of a feed.
func (s *fakeStore) state(url string) feed.PollState {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.feeds {
		if f.URL == url {
			return f.Poll
		}
	}
	return feed.PollState{}
}

// rig is a poller with a fake store and a clock that stands still.
type rig struct {
	*Poller
	store *fakeStore
	now   time.Time
}

func newRig(t testing.TB, urls ...string) *rig {
	r := &rig{store: &fakeStore{}, now: noon}
	var subs []feed.Subscription
	for _, u := range urls {
		r.store.feeds = append(r.store.feeds, feed.Feed{URL: u})
		subs = append(subs, feed.Subscription{URL: u, Settings: feed.Settings{Interval: time.Hour, Timeout: 10 * time.Second}})
	}
	clock := func() time.Time { return r.now }
	r.Poller = New(Options{
		Client:        fetch.New(fetch.Options{Now: clock, MaxBody: 1 << 20}),
		Store:         r.store,
		Subscriptions: func() []feed.Subscription { return subs },
		Now:           clock,
		Jitter:        func() float64 { return 0 },
	})
	t.Cleanup(r.client.CloseIdle)
	return r
}

// each changes the settings of every subscription.
func (r *rig) each(change func(*feed.Settings)) {
	subs := r.subscriptions()
	for i := range subs {
		change(&subs[i].Settings)
	}
}

// refresh refreshes without an error and returns the reports by URL.
func (r *rig) refresh(t testing.TB, ask feed.RefreshRequest) map[string]feed.Report {
	t.Helper()
	out := map[string]feed.Report{}
	err := r.Refresh(context.Background(), ask, func(rep feed.Report) {
		if _, twice := out[rep.URL]; twice {
			t.Errorf("%s is reported twice", rep.URL)
		}
		out[rep.URL] = rep
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// serveHosts serves on every loopback address and returns the port. 127.0.0.1
// and 127.0.0.2 are two hosts.
func serveHosts(t testing.TB, h http.HandlerFunc) string {
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Skipf("cannot listen on every address: %v", err)
	}
	s := httptest.NewUnstartedServer(h)
	s.Listener.Close()
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.2", port)); err != nil {
		t.Skipf("only one loopback address here: %v", err)
	} else {
		conn.Close()
	}
	return port
}

// rss returns a feed document with n items.
func rss(title string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0"?><rss version="2.0"><channel><title>%s</title><link>https://site.example/</link>`, title)
	for i := range n {
		fmt.Fprintf(&b, `<item><guid isPermaLink="false">%d</guid><title>Item %d</title><description>Some words</description></item>`, i, i)
	}
	b.WriteString(`</channel></rss>`)
	return b.String()
}
