package poll

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/fetch"
	"dateline/feed/parse"
)

// loggedRequest is a line of the servers' log.
type loggedRequest struct {
	at     time.Time
	host   string
	path   string
	header http.Header
}

// twoWeeks simulates two weeks of polling. Its clock jumps from one due check
// to the next.
type twoWeeks struct {
	clock atomic.Int64
	port  string
	mu    sync.Mutex
	log   map[string][]loggedRequest
	// parsed counts the parsed documents of each kind.
	parsed map[string]int
}

func (f *twoWeeks) now() time.Time { return time.Unix(0, f.clock.Load()).UTC() }

// ServeHTTP records a request and responds as the feed's kind does.
func (f *twoWeeks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	f.mu.Lock()
	before := len(f.log[name])
	f.log[name] = append(f.log[name], loggedRequest{f.now(), r.Host, r.URL.Path, r.Header.Clone()})
	f.mu.Unlock()
	w.Header().Set("Date", f.now().Format(http.TimeFormat))
	for _, k := range kinds() {
		if k.name == name {
			k.serve(exchange{w, r, f.now(), before})
		}
	}
}

// exchange is one request to a feed, with the number of requests before it.
type exchange struct {
	http.ResponseWriter
	*http.Request
	now    time.Time
	before int
}

// news responds with a feed that posts at an interval, with more in its
// channel.
func (e exchange) news(every time.Duration, more string) {
	var b strings.Builder
	fmt.Fprintf(&b, `<rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><title>News</title>%s`, more)
	newest := e.now.Truncate(every)
	for i := range 12 {
		at := newest.Add(-time.Duration(i) * every)
		fmt.Fprintf(&b, `<item><guid>%d</guid><title>Item</title><pubDate>%s</pubDate></item>`, at.Unix(), at.Format(time.RFC1123Z))
	}
	fmt.Fprint(e.ResponseWriter, b.String(), `</channel></rss>`)
}

func (e exchange) set(name, value string) exchange {
	e.ResponseWriter.Header().Set(name, value)
	return e
}

// unless responds 304 to a request with the validator, and otherwise with news.
func (e exchange) unless(condition, name, value string) {
	e.set(name, value)
	if e.Request.Header.Get(condition) == value {
		e.WriteHeader(http.StatusNotModified)
		return
	}
	e.news(usual, "")
}

// redirect redirects from the feed's own path.
func (e exchange) redirect(status int, target string) {
	if strings.Count(e.URL.Path, "/") == 1 {
		http.Redirect(e.ResponseWriter, e.Request, target, status)
		return
	}
	e.news(usual, "")
}

// usual is the posting interval of most feeds. They are checked about every
// hour.
const usual = 4 * time.Hour

// TestTwoWeeks runs NextDue and Refresh for two weeks. The servers' log shows
// that every feed was requested at the right times, often enough, not too
// often, and with the right headers.
func TestTwoWeeks(t *testing.T) {
	if testing.Short() {
		t.Skip("long under the race detector, and runs nothing side by side that others do not")
	}
	f := &twoWeeks{log: map[string][]loggedRequest{}, parsed: map[string]int{}}
	f.clock.Store(noon.UnixNano())
	f.port = serveHosts(t, f.ServeHTTP)
	r := f.rig()
	for end := noon.AddDate(0, 0, 14); ; {
		next, err := r.NextDue(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if next.IsZero() || next.After(end) {
			break
		}
		f.clock.Store(next.UnixNano())
		r.refresh(t, feed.RefreshRequest{DueOnly: true})
	}
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			log := f.log[k.name]
			for i := range log {
				if ua := log[i].header.Get("User-Agent"); ua != "dateline/test" {
					t.Fatalf("the user agent is %q", ua)
				}
			}
			k.checkGaps(t, log)
			if k.check != nil {
				k.check(t, log)
			}
		})
	}
	if n := f.parsed["same"]; n != 1 {
		t.Errorf("an unchanging document was parsed %d times", n)
	}
}

// rig returns a poller with one feed of each kind, each on its own host.
func (f *twoWeeks) rig() *rig {
	r := &rig{store: &fakeStore{}}
	var subs []feed.Subscription
	for i, k := range kinds() {
		u := fmt.Sprintf("http://%s127.0.0.%d:%s/%s", k.user, i+1, f.port, k.name)
		k.set.Timeout = 10 * time.Second
		subs = append(subs, feed.Subscription{URL: u, Settings: k.set})
		r.store.feeds = append(r.store.feeds, feed.Feed{URL: u, Poll: k.state})
	}
	random := rand.New(rand.NewPCG(1, 2))
	r.Poller = New(Options{
		Client:        fetch.New(fetch.Options{Now: f.now, UserAgent: "dateline/test"}),
		Store:         r.store,
		Subscriptions: func() []feed.Subscription { return subs },
		Now:           f.now,
		Jitter: func() float64 {
			f.mu.Lock()
			defer f.mu.Unlock()
			return 2*random.Float64() - 1
		},
	})
	r.parse = func(raw []byte, o parse.Origin) (*feed.Document, error) {
		f.mu.Lock()
		f.parsed[o.URL[strings.LastIndex(o.URL, "/")+1:]]++
		f.mu.Unlock()
		return parse.Parse(raw, o)
	}
	return r
}

// checkGaps compares the times between requests with the limits of the kind.
func (k kind) checkGaps(t *testing.T, log []loggedRequest) {
	t.Helper()
	if k.most > 0 && len(log) < 3 {
		t.Errorf("requested only %d times", len(log))
	}
	for i := 1; i < len(log); i++ {
		gap := log[i].at.Sub(log[i-1].at)
		if redirected := gap == 0 && log[i].path != log[i-1].path; redirected {
			continue
		}
		if gap < k.least || k.most > 0 && gap > k.most {
			t.Errorf("request %d at %s came %v after the one before; allowed are %v to %v", i, log[i].at.Format(time.DateTime), gap, k.least, k.most)
		}
	}
}
