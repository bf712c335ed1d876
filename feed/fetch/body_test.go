package fetch

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
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
func TestBodySlots(t *testing.T) {
	places := make(chan struct{}, 1)
	through := func(ctx context.Context, size int) *bodySlot {
		_, limit, _ := newDeadline(ctx, time.Hour)
		return &bodySlot{ctx: ctx, limit: limit, from: strings.NewReader(strings.Repeat("x", size)), next: []sizeSlots{{1000, places}}}
	}
	ctx, cancel := context.WithCancel(context.Background())
	first := through(ctx, 5000)
	if body, err := io.ReadAll(first); len(body) != 5000 || err != nil {
		t.Fatalf("first: %d bytes, %v", len(body), err)
	}
	small := through(ctx, 900)
	if body, err := io.ReadAll(small); len(body) != 900 || err != nil || len(small.held) > 0 {
		t.Errorf("small: %d bytes, %v", len(body), err)
	}
	small.release()

	cancel()
	second := through(ctx, 5000)
	if body, err := io.ReadAll(second); len(body) < 1000 || len(body) == 5000 || !errors.Is(err, context.Canceled) {
		t.Errorf("second, while the first holds its slot: %d bytes, %v", len(body), err)
	}
	second.release()
	first.release()
	third := through(context.Background(), 5000)
	if body, err := io.ReadAll(third); len(body) != 5000 || err != nil {
		t.Errorf("third, after the first released its slot: %d bytes, %v", len(body), err)
	}
	third.release()
	if len(places) != 0 {
		t.Errorf("%d places are still taken", len(places))
	}
}

// Waiting for a slot does not count against the timeout.
func TestSlotWaitIsNoTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, limit, cancel := newDeadline(t.Context(), time.Second)
		defer cancel()
		slots := make(chan struct{}, 1)
		g := &bodySlot{ctx: ctx, limit: limit, from: strings.NewReader("words"), next: []sizeSlots{{0, slots}}}
		slots <- struct{}{}
		read := make(chan string)
		go func() {
			body, err := io.ReadAll(g)
			if err != nil {
				t.Error(err)
			}
			read <- string(body)
		}()
		time.Sleep(time.Hour)
		<-slots
		if got := <-read; got != "words" || ctx.Err() != nil {
			t.Errorf("read %q, %v", got, ctx.Err())
		}
		time.Sleep(2 * time.Second)
		if ctx.Err() == nil {
			t.Error("the timeout never ended the request")
		}
	})
}

// A body that is not small holds its slots until it is released. A body that
// fails releases its slots itself.
func TestSlotIsReleased(t *testing.T) {
	for size, slots := range map[int]int{mediumBody: mediumBodies, largeBody: largeBodies} {
		s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/endless" {
				endless(w, r)
				return
			}
			w.Write(make([]byte, 2*size))
		})
		c := client(t, func(o *Options) { o.MaxBody = 3 * int64(size) })
		for range 2 * slots {
			fail(t, c, Request{URL: s.URL + "/endless"}, KindTooLarge)
		}
		var held []Response
		for range slots {
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
		for _, h := range held[1:] {
			h.Release()
		}
		checkFree(t, c)
	}
}

// checkFree checks that no body holds a slot.
func checkFree(t *testing.T, c *Client) {
	t.Helper()
	for _, s := range c.bodySlots {
		if len(s.slots) != 0 {
			t.Errorf("%d slots for %d bytes are taken", len(s.slots), s.size)
		}
	}
}

// A compressed body is decoded even if the header is missing or wrong, and a
// compression bomb is stopped at the limit.
func TestUnannouncedCompression(t *testing.T) {
	packed := func(to func(io.Writer) io.WriteCloser, size int) []byte {
		var b bytes.Buffer
		w := to(&b)
		if _, err := io.WriteString(w, strings.Repeat("<", size)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	asGzip := func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
	asZlib := func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }
	asFlate := func(w io.Writer) io.WriteCloser {
		f, err := flate.NewWriter(w, 9)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	for name, c := range map[string]struct {
		body     []byte
		encoding string
		size     int
	}{
		"gzip, unannounced":         {packed(asGzip, 900), "", 900},
		"zlib, unannounced":         {packed(asZlib, 900), "", 900},
		"deflate as zlib":           {packed(asZlib, 900), "deflate", 900},
		"deflate without frame":     {packed(asFlate, 900), "deflate", 900},
		"deflate that is plain":     {[]byte("<rss/>"), "deflate", 6},
		"plain, of one byte":        {[]byte("x"), "", 1},
		"bomb":                      {packed(asGzip, 1<<20), "", -1},
		"gzip cut short":            {packed(asGzip, 900)[:14], "", 0},
		"first bytes of gzip alone": {[]byte("\x1f\x8b\x08"), "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			client := &Client{maxBody: 1000, bodySlots: newBodySlots()}
			ctx, limit, cancel := newDeadline(t.Context(), time.Minute)
			defer cancel()
			res := &http.Response{Body: io.NopCloser(bytes.NewReader(c.body)), Header: http.Header{"Content-Encoding": {c.encoding}}, ContentLength: -1}
			body, _, err := client.readBody(ctx, limit, res)
			switch {
			case c.size < 0:
				if !errors.Is(err, errTooLarge) {
					t.Errorf("%d bytes, %v; want the cap to end it", len(body), err)
				}
			case c.size == 0:
				if err == nil {
					t.Errorf("%q without an error", body)
				}
			case len(body) != c.size || err != nil:
				t.Errorf("%d bytes, %v; want %d", len(body), err, c.size)
			}
		})
	}
}
