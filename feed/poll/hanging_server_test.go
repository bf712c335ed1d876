package poll

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/fetch"
)

// endlessResponses are responses that do not end before over is closed.
func endlessResponses(over <-chan struct{}) map[string]http.HandlerFunc {
	await := func(net.Conn) { <-over }
	trickle := func(s string) func(net.Conn) {
		return func(conn net.Conn) {
			for {
				select {
				case <-over:
					return
				case <-time.After(time.Millisecond):
					io.WriteString(conn, s)
				}
			}
		}
	}
	return map[string]http.HandlerFunc{
		"silent":            raw("", await),
		"silent-after-head": raw(okHead, await),
		"silent-in-body":    raw(closeRSS+"<rss><channel><item><title>x</title></item>", await),
		"trickles-head":     raw(okHead, trickle("X-More: 1\r\n")),
		"trickles-body":     raw(closeRSS+"<rss><channel>", trickle(" ")),
		"trickles-chunks":   raw(okHead+"Transfer-Encoding: chunked\r\n\r\n", trickle("1\r\nx\r\n")),
	}
}

// Servers that send much and then trickle delay no other feed, large or small, although
// all they sent has no room in memory.
func TestGoodFinishWhileLargeTrickle(t *testing.T) {
	const bad, large, small = 80, 10, 30
	over := make(chan struct{})
	burst := strings.Repeat(" ", 900<<10)
	big := strings.Replace(rss("Large", 3), "Some words", strings.Repeat("Some words. ", 900<<10/12/3), 3)
	port := serveHosts(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/bad":
			io.WriteString(w, "<rss><channel>"+burst)
			for r.Context().Err() == nil {
				select {
				case <-over:
					return
				case <-time.After(10 * time.Millisecond):
					io.WriteString(w, " ")
					w.(http.Flusher).Flush()
				}
			}
		case "/large":
			io.WriteString(w, big)
		default:
			io.WriteString(w, rss("Small", 3))
		}
	})
	var urls []string
	for i := range bad {
		urls = append(urls, fmt.Sprintf("http://127.0.1.%d:%s/bad", i+1, port))
	}
	for i := range large {
		urls = append(urls, fmt.Sprintf("http://127.0.2.%d:%s/large", i+1, port))
	}
	for i := range small {
		urls = append(urls, fmt.Sprintf("http://127.0.3.%d:%s/small", i+1, port))
	}
	r := newRig(t, urls...)
	r.each(func(s *feed.Settings) { s.Timeout = 5 * time.Minute })
	good := 0
	err := r.Refresh(context.Background(), feed.RefreshRequest{}, func(rep feed.Report) {
		if strings.HasSuffix(rep.URL, "/bad") {
			return
		}
		if rep.Status != feed.OK || rep.New != 3 {
			t.Errorf("%+v", rep)
		}
		if good++; good == large+small {
			close(over)
		}
	})
	if err != nil || good != large+small {
		t.Errorf("%d good feeds of %d, %v", good, large+small, err)
	}
}

// Servers that hang, trickle or never end delay no other feed: every good feed,
// even on the same host, is fetched and saved while the bad ones still run.
func TestGoodFinishWhileBadHang(t *testing.T) {
	const kinds, hostsEach = 6, 6
	const all = kinds * hostsEach
	begun, over := make(chan struct{}), make(chan struct{})
	var hanging atomic.Int64
	bad := endlessResponses(over)
	port := serveHosts(t, func(w http.ResponseWriter, r *http.Request) {
		if serve := bad[strings.TrimPrefix(r.URL.Path, "/")]; serve != nil {
			if hanging.Add(1) == all {
				close(begun)
			}
			defer hanging.Add(-1)
			serve(w, r)
			return
		}
		<-begun
		io.WriteString(w, rss("Good", 3))
	})
	var urls []string
	host := 1
	for kind := range bad {
		for range hostsEach {
			host++
			for _, path := range []string{kind, "good/1", "good/2"} {
				urls = append(urls, fmt.Sprintf("http://127.0.0.%d:%s/%s", host, port, path))
			}
		}
	}
	r := newRig(t, urls...)
	r.each(func(s *feed.Settings) { s.Timeout = 5 * time.Minute })
	good := 0
	err := r.Refresh(context.Background(), feed.RefreshRequest{}, func(rep feed.Report) {
		if !strings.Contains(rep.URL, "/good/") {
			return
		}
		if rep.Status != feed.OK || rep.New != 3 || r.store.state(rep.URL).LastOK.IsZero() {
			t.Errorf("%+v", rep)
		}
		if good++; good < 2*all {
			return
		}
		if n := hanging.Load(); n != all {
			t.Errorf("when the last good one was saved %d of the %d bad ones were still at it", n, all)
		}
		close(over)
	})
	if err != nil || good != 2*all {
		t.Errorf("%d good feeds of %d, %v", good, 2*all, err)
	}
}

// stalling serves bodies that stall: with ?burst=N after N bytes, and with ?promise=N
// it promises N. With ?once=N the first response of each host is whole, and has N bytes.
type stalling struct {
	over  chan struct{}
	asked sync.Map
}

func (s *stalling) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if size, err := strconv.Atoi(r.FormValue("once")); err == nil {
		if _, again := s.asked.LoadOrStore(r.Host, true); !again {
			io.WriteString(w, sizedRSS(size))
			return
		}
	}
	if promise := r.FormValue("promise"); promise != "" {
		w.Header().Set("Content-Length", promise)
	}
	burst, _ := strconv.Atoi(r.FormValue("burst"))
	io.WriteString(w, "<rss><channel>")
	for block := strings.Repeat(" ", 20_000); burst > 0; burst -= len(block) {
		io.WriteString(w, block[:min(burst, len(block))])
	}
	w.(http.Flusher).Flush()
	select {
	case <-s.over:
	case <-r.Context().Done():
	}
}

// sizedRSS returns a feed of one item that has about size bytes.
func sizedRSS(size int) string {
	return strings.Replace(rss("Sized", 1), "Some words", strings.Repeat("Some words. ", size/12), 1)
}

// Good feeds of every size are saved while the servers that stall still hold all that they
// can, whatever they sent and promise.
func TestGoodFinishWhileBodiesStall(t *testing.T) {
	for _, c := range []struct {
		query string
		bad   int
	}{
		{"burst=10000", 200}, {"burst=10000&promise=20000", 200}, {"burst=100000", 200}, {"burst=100000&promise=100100", 200},
		{"burst=600000", 8}, {"burst=600000", 200}, {"burst=600000&promise=601000", 200}, {"burst=600000&promise=4000000", 200},
		{"burst=4000000", 8}, {"burst=4000000", 200}, {"burst=4000000&promise=5000000", 200}, {"burst=4000000&once=4000000", 60},
	} {
		t.Run(fmt.Sprintf("%d/%s", c.bad, c.query), func(t *testing.T) {
			if testing.Short() && c.bad == 200 && strings.Contains(c.query, "4000000") {
				t.Skip("the servers send 800 MB")
			}
			finishWhileStalling(t, c.query, c.bad)
		})
	}
}

// finishWhileStalling refreshes good feeds beside so many hostile ones. The hostile bodies
// end when all good feeds are saved.
func finishWhileStalling(t *testing.T, query string, bad int) {
	sizes := []int{1000, 50_000, 500_000, 2_000_000, 8_000_000}
	hostile := &stalling{over: make(chan struct{})}
	port := serveHosts(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" {
			hostile.ServeHTTP(w, r)
			return
		}
		size, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		io.WriteString(w, sizedRSS(size))
	})
	var urls []string
	for i := range bad {
		urls = append(urls, fmt.Sprintf("http://127.0.1.%d:%s/bad?%s", i+1, port, query))
		if i == bad/2 {
			for _, size := range sizes {
				urls = append(urls, fmt.Sprintf("http://127.0.2.1:%s/%d", port, size))
			}
		}
	}
	r := newRig(t, urls...)
	r.client, r.queues = fetch.New(fetch.Options{}), newHostQueues(256, 2, nil)
	r.each(func(s *feed.Settings) { s.Timeout = time.Minute })
	good := 0
	err := r.Refresh(context.Background(), feed.RefreshRequest{}, func(rep feed.Report) {
		if strings.Contains(rep.URL, "/bad") {
			return
		}
		if rep.Status != feed.OK || rep.New != 1 {
			t.Errorf("%+v", rep)
		}
		if good++; good == len(sizes) {
			close(hostile.over)
		}
	})
	if err != nil || good != len(sizes) {
		t.Errorf("%d good feeds of %d, %v", good, len(sizes), err)
	}
}
