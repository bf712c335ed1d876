package poll

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/fetch"
	"dateline/feed/schedule"
)

// longRun simulates a day of an open dateline with many feeds, each on its own
// host, and a real database. It uses the feeds of TestTwoWeeks.
type longRun struct {
	*Poller
	store *cache.Store
	clock atomic.Int64
	kinds []longKind
	urls  []string
	mu    sync.Mutex
	log   map[string][]loggedRequest
}

// longKind is what some of the feeds do, and the expected state of each.
type longKind struct {
	kind
	end func(feed.Feed) bool
}

const (
	longFeeds = 300
	// longDay is an hour to warm up and more than a day, because a redirect is
	// believed after a day.
	longDay = 27 * time.Hour
)

// badHours reports whether the feeds that recover are failing.
func badHours(e exchange) bool {
	return e.now.After(noon.Add(3*time.Hour)) && e.now.Before(noon.Add(9*time.Hour))
}

func longKinds() []longKind {
	well := func(f feed.Feed) bool {
		return f.Poll.Failures == 0 && f.Poll.Error == "" && f.Total >= 12+int(longDay/usual)-1
	}
	failing := func(words string) func(feed.Feed) bool {
		return func(f feed.Feed) bool {
			return f.Poll.Failures >= 4 && f.Poll.LastOK.IsZero() && strings.Contains(f.Poll.Error, words)
		}
	}
	moved := func(f feed.Feed) bool { return well(f) && strings.HasSuffix(schedule.NewAddress(f.Poll), "/new") }
	recovering := func(bad func(exchange)) func(exchange) {
		return func(e exchange) {
			if badHours(e) {
				bad(e)
				return
			}
			e.news(usual, "")
		}
	}
	wire := func(then func(net.Conn)) func(exchange) {
		return func(e exchange) { raw("", then)(e.ResponseWriter, e.Request) }
	}
	const day = 24 * time.Hour
	return []longKind{
		{kind{name: "publishes", serve: func(e exchange) { e.news(usual, "") }, least: hourLess, most: hourMore + longStep}, well},
		{kind{name: "unchanged", serve: func(e exchange) {
			e.unless("If-None-Match", "ETag", `"`+e.now.Truncate(usual).String()+`"`)
		}, least: hourLess, most: hourMore + longStep}, well},
		{kind{name: "301", serve: redirect(http.StatusMovedPermanently), least: hourLess, most: hourMore + longStep}, moved},
		{kind{name: "308", serve: redirect(http.StatusPermanentRedirect), least: hourLess, most: hourMore + longStep}, moved},
		{kind{name: "500", serve: status(http.StatusInternalServerError), least: hourLess, most: day}, failing("500")},
		{kind{name: "resets", serve: wire(reset), least: hourLess, most: day}, failing("closed the connection")},
		{kind{name: "hangs", set: feed.Settings{Timeout: 200 * time.Millisecond}, serve: wire(hang), least: hourLess, most: day}, failing("took too long")},
		{kind{name: "gone", serve: status(http.StatusGone), check: times(1, 1)}, func(f feed.Feed) bool { return f.Poll.Gone }},
		{kind{name: "limits", serve: func(e exchange) {
			if e.before%3 == 2 {
				e.set("Retry-After", "14400").WriteHeader(http.StatusTooManyRequests)
				return
			}
			e.news(usual, "")
		}, least: hourLess, most: 5 * time.Hour, check: pausesEveryThird}, func(f feed.Feed) bool { return f.Poll.Failures <= 1 && !f.Poll.LastOK.IsZero() }},
		{kind{name: "recovers", serve: recovering(status(http.StatusBadGateway)), least: hourLess, most: day}, well},
		{kind{name: "recovers from resets", serve: recovering(wire(reset)), least: hourLess, most: day}, well},
	}
}

func pausesEveryThird(t *testing.T, log []loggedRequest) {
	for i := 3; i < len(log); i += 3 {
		if gap := log[i].at.Sub(log[i-1].at); gap < 4*time.Hour {
			t.Errorf("requested %v after it requested for a pause of four hours", gap)
		}
	}
}

// longStep is the step of the clock. Feeds that are due within it share a
// refresh.
const longStep = 12 * time.Minute

func (l *longRun) now() time.Time { return time.Unix(0, l.clock.Load()).UTC() }

// ServeHTTP records a request and responds as the feed's kind does.
func (l *longRun) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host, _, _ := net.SplitHostPort(r.Host)
	ip := net.ParseIP(host).To4()
	l.mu.Lock()
	before := len(l.log[host])
	l.log[host] = append(l.log[host], loggedRequest{at: l.now(), path: r.URL.Path})
	l.mu.Unlock()
	w.Header().Set("Date", l.now().Format(http.TimeFormat))
	l.kinds[(int(ip[2])*256+int(ip[3]))%len(l.kinds)].serve(exchange{w, r, l.now(), before})
}

func newLongRun(t *testing.T) *longRun {
	l := &longRun{kinds: longKinds(), log: map[string][]loggedRequest{}}
	l.clock.Store(noon.UnixNano())
	port := serveHosts(t, l.ServeHTTP)
	var subs []feed.Subscription
	for i := range longFeeds {
		at := i + len(l.kinds)
		set := l.kinds[i%len(l.kinds)].set
		if set.Timeout == 0 {
			set.Timeout = time.Minute
		}
		l.urls = append(l.urls, fmt.Sprintf("http://127.3.%d.%d:%s/feed", at/256, at%256, port))
		subs = append(subs, feed.Subscription{URL: l.urls[i], Settings: set})
	}
	store, err := cache.Open(t.Context(), filepath.Join(t.TempDir(), "cache.db"), cache.Options{Now: l.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	if err := store.SetFeeds(t.Context(), subs); err != nil {
		t.Fatal(err)
	}
	l.store = store
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(1, 2))
	l.Poller = New(Options{Client: fetch.New(fetch.Options{Now: l.now}), Store: store, Now: l.now,
		Subscriptions: func() []feed.Subscription { return subs },
		Jitter: func() float64 {
			mu.Lock()
			defer mu.Unlock()
			return 2*random.Float64() - 1
		}})
	return l
}

// use is what the process holds while nothing happens.
type use struct {
	goroutines, files int
	heap              uint64
}

// idleUse returns the smallest use of several measurements, or the first one
// within limit. A refresh leaves things that end a bit later, such as the
// server's side of connections.
func (l *longRun) idleUse(looks int, limit use) use {
	least := use{1 << 30, 1 << 30, 1 << 62}
	for range looks {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		files, _ := os.ReadDir("/proc/self/fd") // none on other systems
		least = use{min(least.goroutines, runtime.NumGoroutine()), min(least.files, len(files)), min(least.heap, m.HeapAlloc)}
		if least.goroutines <= limit.goroutines && least.files <= limit.files && least.heap <= limit.heap {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return least
}

// After a day with hundreds of feeds that publish, move, fail, end, ask for
// pauses and recover, the process holds no more goroutines, files and memory
// than after the first hour. Each feed has the expected state and was not
// requested too often.
func TestLongRun(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	l := newLongRun(t)
	var warm use
	for hour := 1; hour <= int(longDay/time.Hour); hour++ {
		l.live(t, noon.Add(time.Duration(hour)*time.Hour))
		if hour == 1 {
			warm = l.idleUse(30, use{})
			continue
		}
		most := use{warm.goroutines + 5, warm.files + 5, warm.heap + 4<<20}
		if now := l.idleUse(300, most); now.goroutines > most.goroutines || now.files > most.files || now.heap > most.heap {
			t.Errorf("after %d hours %+v are held, after the first %+v", hour, now, warm)
		}
	}
	l.check(t)
}

// live refreshes whatever is due until a time, then runs the maintenance.
func (l *longRun) live(t *testing.T, until time.Time) {
	t.Helper()
	for {
		next, err := l.NextDue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if next = next.Truncate(longStep).Add(longStep); next.After(until) {
			break
		}
		l.clock.Store(next.UnixNano())
		if err := l.Refresh(context.Background(), feed.RefreshRequest{DueOnly: true}, func(feed.Report) {}); err != nil {
			t.Fatal(err)
		}
	}
	l.clock.Store(until.UnixNano())
	if err := l.store.Maintain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (l *longRun) check(t *testing.T) {
	feeds, err := l.store.Feeds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range feeds {
		k := l.kinds[i%len(l.kinds)]
		host, _, _ := net.SplitHostPort(strings.TrimPrefix(f.URL, "http://"))
		t.Run(fmt.Sprint(k.name, " ", i/len(l.kinds)), func(t *testing.T) {
			if !k.end(f) {
				t.Errorf("%d items, %+v", f.Total, f.Poll)
			}
			k.checkGaps(t, l.log[host])
			if k.check != nil {
				k.check(t, l.log[host])
			}
		})
	}
}
