package poll

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dateline/feed"
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
