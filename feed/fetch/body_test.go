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

// Large bodies take turns, small ones never wait, and waiting ends with the
// request.
func TestGate(t *testing.T) {
	places := make(chan struct{}, 1)
	through := func(ctx context.Context, size int) *gate {
		_, limit, _ := newDeadline(ctx, time.Hour)
		return &gate{ctx: ctx, limit: limit, from: strings.NewReader(strings.Repeat("x", size)), free: 1000, places: places}
	}
	ctx, cancel := context.WithCancel(context.Background())
	first := through(ctx, 5000)
	if body, err := io.ReadAll(first); len(body) != 5000 || err != nil {
		t.Fatalf("first: %d bytes, %v", len(body), err)
	}
	small := through(ctx, 900)
	if body, err := io.ReadAll(small); len(body) != 900 || err != nil || small.inside {
		t.Errorf("small: %d bytes, %v", len(body), err)
	}
	small.leave()

	cancel()
	second := through(ctx, 5000)
	if body, err := io.ReadAll(second); len(body) < 1000 || len(body) == 5000 || !errors.Is(err, context.Canceled) {
		t.Errorf("second, while the first is inside: %d bytes, %v", len(body), err)
	}
	second.leave()
	first.leave()
	third := through(context.Background(), 5000)
	if body, err := io.ReadAll(third); len(body) != 5000 || err != nil {
		t.Errorf("third, after the first has left: %d bytes, %v", len(body), err)
	}
	third.leave()
	if len(places) != 0 {
		t.Errorf("%d places are still taken", len(places))
	}
}

// Waiting for a place is not held against the server: the timeout stands still
// meanwhile, and runs again afterwards.
func TestWaitingStopsTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, limit, cancel := newDeadline(t.Context(), time.Second)
		defer cancel()
		g := &gate{ctx: ctx, limit: limit, from: strings.NewReader("words"), places: make(chan struct{}, 1)}
		g.places <- struct{}{}
		read := make(chan string)
		go func() {
			body, err := io.ReadAll(g)
			if err != nil {
				t.Error(err)
			}
			read <- string(body)
		}()
		time.Sleep(time.Hour)
		<-g.places
		if got := <-read; got != "words" || ctx.Err() != nil {
			t.Errorf("read %q, %v", got, ctx.Err())
		}
		time.Sleep(2 * time.Second)
		if ctx.Err() == nil {
			t.Error("the timeout never ended the request")
		}
	})
}

// A large body keeps its place until it is released, and one that fails gives it
// back by itself.
func TestPlaces(t *testing.T) {
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/endless" {
			endless(w, r)
			return
		}
		w.Write(make([]byte, 2*largeBody))
	})
	c := client(t, func(o *Options) { o.MaxBody = 3 * largeBody })
	for range 2 * largeBodies {
		fail(t, c, Request{URL: s.URL + "/endless"}, KindTooLarge)
	}
	var held []Response
	for range largeBodies {
		held = append(held, get(t, c, Request{URL: s.URL}))
	}
	late := make(chan Response)
	go func() {
		res, err := c.Get(context.Background(), Request{URL: s.URL})
		if err != nil {
			t.Error(err)
		}
		late <- res
	}()
	held[0].Release()
	held[0].Release()
	(<-late).Release()
	held[1].Release()
	if len(c.large) != 0 {
		t.Errorf("%d places are taken", len(c.large))
	}
}
