package fetch

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	// largeBody is the size from which a body needs a place among the large
	// ones, largeBodies how many of those there are at one time. Feeds are small;
	// without this, as many bodies of [Options.MaxBody] as there are requests
	// could stand in memory, each with all that parsing makes of it.
	largeBody   = 512 << 10
	largeBodies = 2
)

// errTooLarge stops the reading of a body at the cap.
var errTooLarge = errors.New("the body is too large")

// readBody reads the decoded body up to the cap. Besides an error it returns
// what came before it. The gate is to be left when the body is done with.
func (c *Client) readBody(ctx context.Context, limit *deadline, res *http.Response) ([]byte, *bodySlot, error) {
	g := &bodySlot{ctx: ctx, limit: limit, from: io.LimitReader(newInflater(res), c.maxBody+1), free: largeBody, slots: c.largeSlots}
	// A length known beforehand (never for a compressed body) saves the bytes.
	if res.ContentLength > c.maxBody {
		return nil, g, errTooLarge
	}
	body, err := io.ReadAll(g)
	if int64(len(body)) > c.maxBody {
		return nil, g, errTooLarge
	}
	return body, g, err
}

// inflater decompresses a body that is compressed without saying so: a .xml.gz
// file, or one whose server leaves out Content-Encoding or says deflate unasked.
// Once only, and what it reads counts as the body, so a bomb meets the cap.
type inflater struct {
	from io.Reader
	out  io.Reader
	// deflate says that the header named that coding, which servers send with
	// the frame of zlib, without it, or not at all.
	deflate bool
}

func newInflater(res *http.Response) *inflater {
	return &inflater{from: res.Body, deflate: strings.EqualFold(res.Header.Get("Content-Encoding"), "deflate")}
}

// Read recognises gzip (RFC 1952) and zlib (RFC 1950) by their first bytes, with
// which no text begins.
func (f *inflater) Read(p []byte) (int, error) {
	if f.out != nil {
		return f.out.Read(p)
	}
	whole := bufio.NewReaderSize(f.from, 4096)
	head, _ := whole.Peek(32)
	var err error
	switch f.out = whole; {
	case bytes.HasPrefix(head, []byte("\x1f\x8b\x08")):
		f.out, err = gzip.NewReader(whole)
	case len(head) > 1 && head[0] == 0x78 && (int(head[0])<<8|int(head[1]))%31 == 0:
		f.out, err = zlib.NewReader(whole)
	case f.deflate && !startsAsText(head):
		f.out = flate.NewReader(whole)
	}
	if err != nil {
		f.out = errorReader{err}
	}
	return f.out.Read(p)
}

// startsAsText says that a document begins as text does.
func startsAsText(head []byte) bool {
	for _, c := range bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")) {
		if c >= 0x7f || c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			return false
		}
	}
	return true
}

// errorReader is a reader of nothing but its error.
type errorReader struct{ err error }

func (f errorReader) Read([]byte) (int, error) { return 0, f.err }

// bodySlot lets a body's first bytes pass freely and the rest when there is a place.
type bodySlot struct {
	ctx   context.Context
	limit *deadline
	from  io.Reader
	free  int
	slots chan struct{}
	held  bool
}

// Read waits for a place when it has to.
func (g *bodySlot) Read(p []byte) (int, error) {
	if err := g.acquire(); err != nil {
		return 0, err
	}
	n, err := g.from.Read(p)
	g.free -= n
	return n, err
}

// acquire waits for a place once the free bytes are through. That is not the
// server's fault, so it does not count against the request's timeout.
func (g *bodySlot) acquire() error {
	if g.free > 0 || g.held {
		return nil
	}
	g.limit.pause()
	select {
	case g.slots <- struct{}{}:
		g.held = true
		g.limit.restart()
		return nil
	case <-g.ctx.Done():
		return g.ctx.Err()
	}
}

// release gives the place back.
func (g *bodySlot) release() {
	if g.held {
		g.held = false
		<-g.slots
	}
}

// deadline ends a request that takes longer than its timeout.
type deadline struct {
	timer   *time.Timer
	timeout time.Duration
}

// newDeadline returns a context that ends with ctx or after timeout.
func newDeadline(ctx context.Context, timeout time.Duration) (context.Context, *deadline, context.CancelFunc) {
	out, cancel := context.WithCancel(ctx)
	d := &deadline{time.AfterFunc(timeout, cancel), timeout}
	return out, d, func() {
		d.timer.Stop()
		cancel()
	}
}

func (d *deadline) pause()   { d.timer.Stop() }
func (d *deadline) restart() { d.timer.Reset(d.timeout) }
