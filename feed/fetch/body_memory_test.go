package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// bodyOf returns a claim that reads a body of size bytes.
func (m *memory) bodyOf(ctx context.Context, size int) *claim {
	ctx, limit, _ := newDeadline(ctx, time.Hour)
	return m.add(&claim{ctx: ctx, limit: limit, from: strings.NewReader(strings.Repeat("x", size)), expected: 1 << 40, fromServer: true})
}

// receive reads a body to its end, and skims it if it must.
func (c *claim) receive() (int, error) {
	body, err := c.readAll()
	if errors.Is(err, errSkim) {
		return 0, c.skim(c.from, 1<<40, false)
	}
	c.complete()
	return len(body), err
}

// checkFree checks that no body holds memory.
func checkFree(t *testing.T, m *memory) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.free != poolBytes || len(m.claims) > 0 || m.leaving != 0 || m.overdraft != nil || m.underWay != 0 {
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
		if n, err := c.receive(); n != 4<<20 || err != nil {
			t.Fatalf("%d bytes, %v", n, err)
		}
		held = append(held, c)
	}
	over := m.bodyOf(t.Context(), 4<<20)
	if n, err := over.receive(); n != 4<<20 || err != nil {
		t.Fatalf("the one that may exceed the pool: %d bytes, %v", n, err)
	}
	small := m.bodyOf(t.Context(), freeBytes-1)
	if n, err := small.receive(); n != freeBytes-1 || err != nil || small.held > 0 {
		t.Errorf("small: %d bytes, %v", n, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	m.overdraft = over
	waiting := m.bodyOf(ctx, poolBytes)
	go func() {
		_, err := waiting.receive()
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
	if n, err := last.receive(); n != 2<<20 || err != nil {
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
			if _, err := c.receive(); err != nil {
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
			n, err := c.receive()
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
					_, _ = bad.receive()
					bad.release()
					all <- bad
				}()
			}
			time.Sleep(time.Second)
			begun, most := time.Now(), 3*time.Second
			if c.bytes > 1<<10 {
				most = 4 * time.Second // these are not that slow
			}
			n, err := m.request(t.Context(), 2<<20, c.known)
			if took := time.Since(begun); n != 2<<20 || err != nil || took > most {
				t.Errorf("beside %d that trickle after %d bytes: %d bytes after %v, %v", c.hostile, c.burst, n, took, err)
			}
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

// request receives a good body as [Client.Get] does: once more if it was skimmed. known is
// set if its server says how long it is.
func (m *memory) request(ctx context.Context, size int, known bool) (n int, err error) {
	var skimmed skimmedError
	for range 2 {
		c := m.bodyOf(ctx, size)
		c.again = skimmed.bytes > 0
		if c.proven = skimmed.bytes; known {
			c.expected = int64(size)
		}
		n, err = c.receive()
		c.release()
		again := new(skimmedError)
		if !errors.As(err, &again) {
			break
		}
		skimmed = *again
	}
	return n, err
}

// Good bodies of any size come soon beside servers that begin at the same time, send much
// and then trickle, whatever these say about the length. The clock is virtual, so this
// counts only the waits.
func TestGoodBodiesBesideStalledOnes(t *testing.T) {
	for _, burst := range []int{1 << 10, 10 << 10, 100 << 10, 600 << 10, 1 << 20, 4 << 20, 9 << 20} {
		for _, hostile := range []int{8, 200} {
			for _, promised := range []int{0, burst + 1, 20_000, 10 << 20} {
				t.Run(fmt.Sprintf("%d that send %d of %d bytes", hostile, burst, promised), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { besideStalled(t, burst, hostile, promised) })
				})
			}
		}
	}
}

// besideStalled receives good bodies beside hostile ones that send burst bytes and promise
// so many. 0 stands for no promise.
func besideStalled(t *testing.T, burst, hostile, promised int) {
	m := newMemory()
	var bad, good sync.WaitGroup
	for i := range hostile {
		bad.Go(func() {
			ctx, limit, cancel := newDeadline(t.Context(), 6*time.Second)
			defer cancel()
			c := m.add(&claim{ctx: ctx, limit: limit, from: &trickle{ctx, burst, 1, time.Second}, expected: 10<<20 + 1, fromServer: true})
			if promised > 0 {
				c.expected = int64(promised)
			}
			_, _ = c.receive()
			c.release()
		})
		if i%(hostile/4) > 0 {
			continue
		}
		for _, size := range []int{1000, 50_000, 500_000, 2_000_000, 8_000_000} {
			good.Go(func() {
				begun := time.Now()
				n, err := m.request(t.Context(), size, i == 0)
				if took := time.Since(begun); n != size || err != nil || took > 5*time.Second {
					t.Errorf("%d of %d bytes after %v: %v", n, size, took, err)
				}
			})
		}
	}
	good.Wait()
	begun := time.Now()
	if bad.Wait(); time.Since(begun) > 8*time.Second {
		t.Errorf("the hostile ones ended %v later", time.Since(begun))
	}
	checkFree(t, m)
}

// Bodies that were skimmed, and are larger when they are requested again, all come to their
// end.
func TestBodiesLargerThanProven(t *testing.T) {
	const bodies, size = 200, 600_000
	for _, proven := range []int64{size - 4096, size / 3, 1} {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			link, errs := make(chan struct{}, 1), make(chan error)
			for range bodies {
				go func() {
					c := m.bodyOf(ctx, 0)
					c.from, c.proven, c.again = io.LimitReader(&slowLink{ctx, link, 10 << 20}, size), proven, true
					_, err := c.receive()
					c.release()
					errs <- err
				}()
			}
			for range bodies {
				if err := <-errs; err != nil {
					t.Fatalf("proven to have %d bytes: %v", proven, err)
				}
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
				_, err := c.receive()
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
		if _, err := h.receive(); err != nil {
			t.Fatal(err)
		}
		held = append(held, h)
	}
	c.memory.overdraft = &claim{}
	held[0].release()
	go func() {
		time.Sleep(50 * time.Millisecond)
		c.memory.bodyOf(t.Context(), 5<<20).receive()
	}()
	e := fail(t, c, Request{URL: s.URL}, KindSlow)
	if m := e.UserMessage(); !strings.Contains(m, "too slowly") {
		t.Error(m)
	}
}
