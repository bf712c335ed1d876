package fetch

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// resolver is a DNS server as in a home router. It resolves every name to
// 127.0.0.1 after a moment, and refuses queries while too many are open.
type resolver struct {
	conn net.PacketConn
	most int64
	open atomic.Int64
}

func newResolver(t *testing.T, most int64) *net.Resolver {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &resolver{conn: conn, most: most}
	var done sync.WaitGroup
	done.Go(r.serve)
	t.Cleanup(func() {
		conn.Close()
		done.Wait()
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func (r *resolver) serve() {
	var answers sync.WaitGroup
	defer answers.Wait()
	for packet := make([]byte, 512); ; {
		n, from, err := r.conn.ReadFrom(packet)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(packet[:n]) != nil {
			continue
		}
		m.Response, m.Additionals = true, nil
		if r.open.Add(1) > r.most {
			m.RCode = dnsmessage.RCodeRefused
			r.answer(m, from)
			continue
		}
		answers.Go(func() {
			time.Sleep(20 * time.Millisecond)
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class},
					Body:   &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}},
				}}
			}
			r.answer(m, from)
		})
	}
}

func (r *resolver) answer(m dnsmessage.Message, to net.Addr) {
	r.open.Add(-1)
	if packet, err := m.Pack(); err == nil {
		r.conn.WriteTo(packet, to)
	}
}

// Only a few host names are resolved at the same time.
func TestLookupLimit(t *testing.T) {
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Host) })
	_, port, _ := strings.Cut(strings.TrimPrefix(s.URL, "http://"), ":")
	c := New(Options{Transport: newTransport(defaultTimeouts(), newResolver(t, 2*maxLookups))})
	t.Cleanup(c.CloseIdle)
	var requested sync.WaitGroup
	for i := range 3 * maxLookups {
		requested.Go(func() {
			u := fmt.Sprintf("http://feed%d.example:%s", i, port)
			res, err := c.Get(t.Context(), Request{URL: u, Timeout: time.Minute})
			if err != nil || "http://"+string(res.Body) != u {
				t.Errorf("%s: %v", u, err)
			}
			res.Release()
		})
	}
	requested.Wait()
}

// A canceled request stops waiting for its turn and does not use one.
func TestLookupCanceled(t *testing.T) {
	l := make(lookupSlots, 1)
	dial := l.dialer(&net.Dialer{Resolver: newResolver(t, 2)})
	l <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := dial(ctx, "tcp", "a.example:80"); err != context.Canceled {
		t.Errorf("given up: %v", err)
	}
	<-l
	for range 3 { // none of these leaves its turn taken
		dial(t.Context(), "tcp", "127.0.0.1:1")
		dial(t.Context(), "tcp", "a.example:1")
		dial(ctx, "tcp", "a.example:1")
	}
	if len(l) != 0 {
		t.Errorf("%d turns are still taken", len(l))
	}
}
