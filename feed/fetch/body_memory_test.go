package fetch

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// bodyOf returns a claim that reads a body of size bytes.
func (m *memory) bodyOf(ctx context.Context, size int) *claim {
	ctx, limit, _ := newDeadline(ctx, time.Hour)
	return m.add(&claim{ctx: ctx, limit: limit, from: strings.NewReader(strings.Repeat("x", size)), expected: 1 << 40, fromServer: true})
}

// read reads a body to its end.
func (c *claim) readAll() (int, error) {
	body, err := io.ReadAll(c)
	c.complete()
	return len(body), err
}

// checkFree checks that no body holds memory.
func checkFree(t *testing.T, m *memory) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.free != poolBytes || len(m.claims) > 0 || m.leaving != 0 || m.overdraft != nil || m.large != 0 {
		t.Errorf("not free: %+v", m)
	}
}

// All bodies together exceed the pool by one body at most. Small ones never wait, and
// waiting ends with the request.
func TestBodiesShareMemory(t *testing.T) {
	m := newMemory()
	var held []*claim
	for range (poolBytes - headroom) / (4 << 20) {
		c := m.bodyOf(t.Context(), 4<<20)
		if n, err := c.readAll(); n != 4<<20 || err != nil {
			t.Fatalf("%d bytes, %v", n, err)
		}
		held = append(held, c)
	}
	over := m.bodyOf(t.Context(), 4<<20)
	if n, err := over.readAll(); n != 4<<20 || err != nil {
		t.Fatalf("the one that may exceed the pool: %d bytes, %v", n, err)
	}
	small := m.bodyOf(t.Context(), freeBytes-1)
	if n, err := small.readAll(); n != freeBytes-1 || err != nil || small.held > 0 {
		t.Errorf("small: %d bytes, %v", n, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	m.overdraft = over
	waiting := m.bodyOf(ctx, poolBytes)
	go func() {
		_, err := waiting.readAll()
		ended <- err
	}()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("one more: %v", err)
	}
	held[0].release()
	held[0].release()
	over.release()
	last := m.bodyOf(t.Context(), 2<<20)
	if n, err := last.readAll(); n != 2<<20 || err != nil {
		t.Errorf("after one was released: %d bytes, %v", n, err)
	}
	for _, c := range append(held, small, waiting, last) {
		c.release()
	}
	checkFree(t, m)
}

// Waiting for memory does not count against the timeout, and gives no more time than
// was left.
func TestWaitForMemoryIsNoTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		var held []*claim
		for m.free > headroom {
			c := m.bodyOf(t.Context(), 4<<20)
			if _, err := c.readAll(); err != nil {
				t.Fatal(err)
			}
			held = append(held, c)
		}
		ctx, limit, cancel := newDeadline(t.Context(), 4*time.Second)
		defer cancel()
		time.Sleep(3 * time.Second)
		c := m.add(&claim{ctx: ctx, limit: limit, from: strings.NewReader(strings.Repeat("x", 1<<20)), fromServer: true})
		m.overdraft = &claim{}
		read := make(chan int)
		go func() {
			n, err := c.readAll()
			if err != nil {
				t.Error(err)
			}
			read <- n
		}()
		time.Sleep(time.Hour)
		held[1].release()
		if n := <-read; n != 1<<20 || ctx.Err() != nil {
			t.Errorf("read %d bytes, %v", n, ctx.Err())
		}
		time.Sleep(1500 * time.Millisecond)
		if ctx.Err() == nil {
			t.Error("the wait made the timeout longer")
		}
	})
}

// trickle is the body of a server that sends burst bytes and then some now and then.
type trickle struct {
	ctx          context.Context
	burst, bytes int
	pause        time.Duration
}

func (r *trickle) Read(p []byte) (int, error) {
	if r.burst > 0 {
		n := min(r.burst, len(p))
		r.burst -= n
		return n, nil
	}
	select {
	case <-time.After(r.pause):
		return min(r.bytes, len(p)), nil
	case <-r.ctx.Done():
		return 0, r.ctx.Err()
	}
}

// Bodies that trickle lose their memory, whatever they sent before and however many
// they are. A body that comes fast gets it, a slow one keeps it while nobody needs it.
func TestSlowBodiesLoseMemory(t *testing.T) {
	for _, c := range []struct {
		burst, bytes, hostile int
		// known is set if the good server says how long its body is.
		known bool
	}{{600 << 10, 1, 200, false}, {600 << 10, 1 << 10, 200, false}, {600 << 10, 6 << 10, 200, false}, {60 << 10, 1, 200, false}, {60 << 10, 1, 320, true},
		{300 << 10, 1, 200, false}, {600 << 10, 1, 20, false}, {1100 << 10, 1, 200, true}, {3 << 20, 1, 200, true}, {9 << 20, 64, 50, true}} {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			all := make(chan *claim)
			for range c.hostile {
				go func() {
					ctx, limit, cancel := newDeadline(t.Context(), 30*time.Second)
					defer cancel()
					bad := m.add(&claim{ctx: ctx, limit: limit, from: &trickle{ctx, c.burst, c.bytes, 100 * time.Millisecond}, expected: 1 << 40, fromServer: true})
					_, _ = bad.readAll()
					bad.release()
					all <- bad
				}()
			}
			time.Sleep(time.Second)
			begun, most := time.Now(), 3*time.Second
			if c.bytes > 1<<10 {
				most = 4 * time.Second // these are not that slow
			}
			good := m.bodyOf(t.Context(), 2<<20)
			if c.known {
				good.expected = 2 << 20
			}
			n, err := good.readAll()
			if took := time.Since(begun); n != 2<<20 || err != nil || took > most {
				t.Errorf("beside %d that trickle after %d bytes: %d bytes after %v, %v", c.hostile, c.burst, n, took, err)
			}
			good.release()
			lost := 0
			for range c.hostile {
				if bad := <-all; bad.failure() != nil {
					lost++
				}
			}
			if took := time.Since(begun); took > 39*time.Second {
				t.Errorf("all ended after %v", took)
			}
			if c.hostile <= 20 && lost > 0 {
				t.Errorf("%d lost memory that nobody needed", lost)
			}
			checkFree(t, m)
		})
	}
}

// On a slow link bodies take turns, so that each of them is in time. None counts as slow.
func TestBodiesTakeTurns(t *testing.T) {
	for _, c := range []struct{ bodies, size, rate int }{{20, 2 << 20, 1 << 20}, {200, 100 << 10, 512 << 10}} {
		takeTurns(t, c.bodies, c.size, c.rate)
	}
}

// takeTurns receives bodies over a link that carries rate bytes a second.
func takeTurns(t *testing.T, bodies, size, rate int) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		link := make(chan struct{}, 1)
		errs := make(chan error)
		for range bodies {
			go func() {
				ctx, limit, cancel := newDeadline(t.Context(), 30*time.Second)
				defer cancel()
				c := m.add(&claim{ctx: ctx, limit: limit, from: io.LimitReader(&slowLink{ctx, link, rate}, int64(size)), expected: 1 << 40, fromServer: true})
				_, err := c.readAll()
				c.release()
				errs <- err
			}()
		}
		for range bodies {
			if err := <-errs; err != nil {
				t.Errorf("%d of %d bytes: %v", bodies, size, err)
			}
		}
		checkFree(t, m)
	})
}

// slowLink is a body on a link that carries rate bytes a second for all.
type slowLink struct {
	ctx  context.Context
	link chan struct{}
	rate int
}

func (r *slowLink) Read(p []byte) (int, error) {
	n := min(len(p), 4<<10)
	select {
	case r.link <- struct{}{}:
	case <-r.ctx.Done():
		return 0, r.ctx.Err()
	}
	time.Sleep(time.Duration(n) * time.Second / time.Duration(r.rate))
	<-r.link
	return n, nil
}

// A body holds its memory until it is released. A body that fails releases it itself.
func TestMemoryIsReleased(t *testing.T) {
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/endless" {
			endless(w, r)
			return
		}
		w.Write(make([]byte, 1<<20))
	})
	c := client(t, func(o *Options) { o.MaxBody = 2 << 20 })
	for range 2 * poolBytes >> 21 {
		fail(t, c, Request{URL: s.URL + "/endless"}, KindTooLarge)
	}
	checkFree(t, c.memory)
	res := get(t, c, Request{URL: s.URL})
	if c.memory.free != poolBytes-1<<20 {
		t.Errorf("%d bytes are free", c.memory.free)
	}
	res.Release()
	res.Release()
	checkFree(t, c.memory)
}

// A request whose body lost its memory fails with a kind and a message of its own.
func TestSlowResponse(t *testing.T) {
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		w.Write(make([]byte, 600<<10))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	c := client(t, func(*Options) {})
	// Others hold the whole pool, and one of them waits.
	var held []*claim
	for c.memory.free > headroom {
		h := c.memory.bodyOf(t.Context(), 4<<20)
		if _, err := h.readAll(); err != nil {
			t.Fatal(err)
		}
		held = append(held, h)
	}
	c.memory.overdraft = &claim{}
	held[0].release()
	go func() {
		time.Sleep(50 * time.Millisecond)
		c.memory.bodyOf(t.Context(), 5<<20).readAll()
	}()
	e := fail(t, c, Request{URL: s.URL}, KindSlow)
	if m := e.UserMessage(); !strings.Contains(m, "too slowly") {
		t.Error(m)
	}
}
