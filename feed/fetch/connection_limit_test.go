package fetch

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
)

// A client opens no more files than its limit, also for hosts whose connections stay
// idle, and no request fails because of it.
func TestConnectionsStayBelowTheLimit(t *testing.T) {
	const files, hosts = 20, 200
	c := New(Options{Files: files})
	t.Cleanup(c.CloseIdle)
	var open, most atomic.Int64
	own := c.transports.standard.(*http.Transport)
	limit := newConnectionLimit(files)
	limit.closeIdle = c.transports.closeIdle
	own.DialContext = limit.dialer(func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		for n := open.Add(1); n > most.Load(); {
			most.Store(n)
		}
		return &limitedConn{Conn: conn, closed: sync.OnceFunc(func() { open.Add(-1) })}, nil
	})
	s := serve(t, "0.0.0.0", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<rss/>") })
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range hosts {
		all.Go(func() {
			res, err := c.Get(t.Context(), Request{URL: fmt.Sprintf("http://127.0.1.%d:%s/", i+1, port)})
			if err != nil {
				t.Error(err)
			}
			res.Release()
		})
	}
	all.Wait()
	if n := most.Load(); n > files || n < files/2 {
		t.Errorf("%d connections at once, with a limit of %d files", n, files)
	}
	c.CloseIdle()
	if limit.free != files && open.Load() == 0 {
		t.Errorf("%d files are free of %d", limit.free, files)
	}
}

// A wait for a connection ends with the request, and its files are free again after a
// failure.
func TestConnectionLimitEnds(t *testing.T) {
	limit := newConnectionLimit(dialFiles)
	dial := limit.dialer(func(context.Context, string, string) (net.Conn, error) { return nil, net.ErrClosed })
	for range 3 {
		if _, err := dial(t.Context(), "tcp", "127.0.0.1:1"); err != net.ErrClosed {
			t.Fatal(err)
		}
	}
	if err := limit.take(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := dial(ctx, "tcp", "127.0.0.1:1"); err != context.Canceled {
		t.Error(err)
	}
}
