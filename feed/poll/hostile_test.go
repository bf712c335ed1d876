package poll

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/fetch"
	"dateline/feed/query"
	"dateline/feed/text"
)

// endpoint is a server that is hostile or broken in one way.
type endpoint struct {
	name  string
	serve http.HandlerFunc
	// fails is what the failure's message must contain. If it is empty, the
	// endpoint must be fetched and have this number of new items.
	fails string
	items int
}

func endpoints() []endpoint {
	return slices.Concat(statusEndpoints(), redirectEndpoints(), locationEndpoints(), connectionEndpoints(), headerEndpoints(),
		packedEndpoints(), foreignEndpoints(), sizeEndpoints(), markupEndpoints(), jsonEndpoints(), charsetEndpoints(),
		controlEndpoints(), itemEndpoints())
}

// hostileRig is a poller with a real database and the endpoints. Each endpoint
// has its own host, because a pause applies to the whole host.
type hostileRig struct {
	*Poller
	store *cache.Store
	list  []endpoint
	urls  []string
	// hostile reports whether the endpoints are hostile. Before that, each serves a
	// good feed.
	hostile atomic.Bool
}

// patience is the timeout of a request. It is short, because many endpoints use
// all of it.
const patience = 4 * time.Second

func newHostileRig(t *testing.T, list []endpoint) *hostileRig {
	b := &hostileRig{list: list}
	port := serveHosts(t, func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.Host)
		n := net.ParseIP(host).To4()
		e := list[(int(n[2])*256+int(n[3]))%len(list)]
		if !b.hostile.Load() {
			io.WriteString(w, before)
			return
		}
		e.serve(w, r)
	})
	store, err := cache.Open(t.Context(), filepath.Join(t.TempDir(), "cache.db"), cache.Options{Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	b.store = store
	var subs []feed.Subscription
	for i := range list {
		at := i + len(list) // no 127.0.0.0
		u := fmt.Sprintf("http://127.1.%d.%d:%s/feed", at/256, at%256, port)
		b.urls = append(b.urls, u)
		subs = append(subs, feed.Subscription{URL: u, Settings: feed.Settings{Interval: time.Hour, Timeout: patience,
			Access: feed.Access{User: "reader", Password: "secret"}}})
	}
	if err := store.SetFeeds(t.Context(), subs); err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return noon }
	b.Poller = New(Options{Client: fetch.New(fetch.Options{Now: clock}), Store: store, Now: clock,
		Subscriptions: func() []feed.Subscription { return subs }, Jitter: func() float64 { return 0 }})
	t.Cleanup(b.client.CloseIdle)
	return b
}

// before is the good feed that every endpoint serves first.
var before = strings.NewReplacer(`"false">`, `"false">before `, "Some words", strings.Repeat("Some words of an article. ", 150)).Replace(rss("Before", 15))

// round fetches all endpoints and returns the reports by address, and the
// largest heap.
func (b *hostileRig) round(t *testing.T) (map[string]feed.Report, uint64) {
	t.Helper()
	runtime.GC()
	stop, peak := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		// This is what the last garbage collection found in use. The size with
		// garbage depends on when it ran.
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				metrics.Read(live)
				most = max(most, live[0].Value.Uint64())
			case <-stop:
				peak <- most
				return
			}
		}
	}()
	reports := map[string]feed.Report{}
	err := b.Refresh(context.Background(), feed.RefreshRequest{}, func(r feed.Report) { reports[r.URL] = r })
	close(stop)
	if err != nil {
		t.Fatal(err)
	}
	return reports, <-peak
}

// Whatever an endpoint does, the refresh ends and its report says what is wrong
// and what to do. Saved items stay, new items are clean, and memory is bounded.
func TestHostileEndpoints(t *testing.T) {
	if testing.Short() {
		t.Skip("long under the race detector, and runs nothing side by side that others do not")
	}
	// Frequent collections make the measurement more precise.
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	b := newHostileRig(t, endpoints())
	first, usual := b.round(t)
	b.refetchLate(t, first)
	for i, u := range b.urls {
		if first[u].Status != feed.OK || first[u].New != 15 {
			t.Fatalf("%s as a good feed: %+v", b.list[i].name, first[u])
		}
	}
	b.hostile.Store(true)
	reports, peak := b.round(t)
	b.refetchLate(t, reports)
	// The largest document that is read, of 10 MB and 30,000 items, takes 60 MB. One may be
	// parsed while another one waits to be saved and further bodies are received.
	if most := usual + 144<<20; peak > most {
		t.Errorf("the heap grew to %d MB; a refresh of good feeds takes %d", peak>>20, usual>>20)
	}
	states := map[string]feed.Feed{}
	feeds, err := b.store.Feeds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range feeds {
		states[f.URL] = f
	}
	for i, u := range b.urls {
		t.Run(b.list[i].name, func(t *testing.T) {
			b.list[i].check(t, reports[u], states[u])
		})
	}
	b.checkItems(t)
	b.checkMessages(t, reports)
}

// refetchLate fetches the good endpoints again that were too late while the
// computer was busy.
func (b *hostileRig) refetchLate(t *testing.T, reports map[string]feed.Report) {
	t.Helper()
	late := []string{}
	for i, u := range b.urls {
		if good := b.list[i].fails == "" || !b.hostile.Load(); good && strings.Contains(reports[u].Error, "took too long") {
			late = append(late, u)
		}
	}
	err := b.Refresh(t.Context(), feed.RefreshRequest{Feeds: late}, func(r feed.Report) { reports[r.URL] = r })
	if err != nil {
		t.Fatal(err)
	}
}

// check compares the report and the stored feed with what is expected.
func (e endpoint) check(t *testing.T, r feed.Report, f feed.Feed) {
	switch {
	case e.fails == "":
		if r.Status != feed.OK && (r.Status != feed.Unchanged || e.items > 0) || r.New < e.items || r.Error != "" {
			t.Errorf("%+v; want %d new items", r, e.items)
		}
	case r.Status == feed.Failed && strings.Contains(r.Error, "took too long"):
		// A busy machine may be late for any of them.
	// A timeout is accepted, because the computer may be busy.
	case r.Status != feed.Failed || !strings.Contains(r.Error, e.fails):
		t.Errorf("%s (%d new), %q; want a failure that says %q", r.Status, r.New, r.Error, e.fails)
	case !strings.Contains(r.Error, ": ") || !strings.HasSuffix(r.Error, ".") || len(r.Error) > 400 || strings.Contains(r.Error, "secret"):
		t.Errorf("not a message with advice: %q", r.Error)
	}
	if r.Error != text.Clean(r.Error) || f.Title != text.Clean(f.Title) || f.Description != text.Clean(f.Description) {
		t.Errorf("%q, %q, %q is not clean", r.Error, f.Title, f.Description)
	}
	if f.Total < 15 {
		t.Errorf("%d items are left of 15", f.Total)
	}
	if got := f.Poll; len(got.ETag) > 4096 || len(got.LastModified) > 4096 || got.NextCheck.Sub(noon) > 31*24*time.Hour {
		t.Errorf("believed: an ETag of %d bytes, a Last-Modified of %d, next check at %v", len(got.ETag), len(got.LastModified), got.NextCheck)
	}
}

// checkItems checks all items in the database.
func (b *hostileRig) checkItems(t *testing.T) {
	q, err := query.Parse("")
	if err != nil {
		t.Fatal(err)
	}
	err = b.store.Items(t.Context(), cache.View{Query: q}, 0, func(a feed.Article) error {
		for _, s := range []string{a.Title, a.Author, a.Summary, a.Link, a.Comments, strings.Join(a.Categories, " "), a.GUID} {
			if s != text.Clean(s) && s != a.GUID {
				t.Errorf("%s: %q is not clean", a.Feed, s)
			}
		}
		if a.Date.After(noon.Add(24 * time.Hour)) {
			t.Errorf("%s: an item stands at %v", a.Feed, a.Date)
		}
		if html := strings.ToLower(a.Body.Safe().String()); strings.Contains(html, "<script") || strings.Contains(html, `"javascript:`) || strings.Contains(html, "\x1b") {
			t.Errorf("%s: %.200q", a.Feed, html)
		}
		return nil
	}, true)
	if err != nil {
		t.Fatal(err)
	}
}

// 33 hostile endpoints do not prevent 30 good ones from being fetched.
func TestGoodBesideHostile(t *testing.T) {
	all := endpoints()
	var list []endpoint
	for i := range 33 {
		list = append(list, all[i*len(all)/33])
	}
	for i := range 30 {
		good := endpoint{name: fmt.Sprintf("good %d", i), items: 20, serve: body("application/rss+xml", rss("Good", 20))}
		list = slices.Insert(list, min(2*i, len(list)), good)
	}
	b := newHostileRig(t, list)
	b.hostile.Store(true)
	reports, _ := b.round(t)
	for i, u := range b.urls {
		if r := reports[u]; strings.HasPrefix(list[i].name, "good") && (r.Status != feed.OK || r.New != 20) {
			t.Errorf("%s: %+v", list[i].name, r)
		}
	}
	if len(reports) != len(list) {
		t.Errorf("%d reports for %d feeds", len(reports), len(list))
	}
}

func body(contentType, s string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		io.WriteString(w, s)
	}
}

// header serves a good feed with headers, given as alternating names and
// values.
func header(pairs ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < len(pairs); i += 2 {
			w.Header()[pairs[i]] = append(w.Header()[pairs[i]], pairs[i+1])
		}
		io.WriteString(w, rss("Headers", 2))
	}
}

// respond responds with a status, headers and a good feed, which must be
// ignored unless the status is a success.
func respond(code int, pairs ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < len(pairs); i += 2 {
			w.Header().Set(pairs[i], pairs[i+1])
		}
		w.WriteHeader(code)
		if code != http.StatusNoContent && code != http.StatusNotModified {
			io.WriteString(w, rss("Status", 2))
		}
	}
}

// raw writes bytes instead of a response, then calls then with the connection.
func raw(s string, then func(net.Conn)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		io.WriteString(conn, s)
		if then != nil {
			then(conn)
		}
	}
}

// reset closes a connection with a TCP reset.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
}

// hang keeps a connection open until the other side closes it.
func hang(conn net.Conn) { io.Copy(io.Discard, conn) }

// repeat writes s until the other side closes the connection, with pauses.
func repeat(s string, pause time.Duration) func(net.Conn) {
	return func(conn net.Conn) {
		for {
			if _, err := io.WriteString(conn, s); err != nil {
				return
			}
			time.Sleep(pause)
		}
	}
}
