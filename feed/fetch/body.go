package fetch

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync/atomic"
	"time"
)

// errTooLarge reports a body that exceeds the limit and is refused.
var errTooLarge = errors.New("the body is too large")

// errSlow reports a body that came slowly and lost its memory to others, and
// errCrowded one for which there was no memory. errSkim reports a body that must be
// skimmed.
var (
	errSlow    = errors.New("other feeds needed the memory")
	errCrowded = errors.New("other feeds took the memory for responses")
	errSkim    = errors.New("the body must be skimmed")
)

// skimmedError reports a body that was skimmed to its end.
type skimmedError struct {
	// bytes is how many bytes the body has, roughly if it is compressed.
	bytes int64
}

func (e *skimmedError) Error() string { return "the body was skimmed" }

// readBody reads the decompressed body up to the limit. With an error it returns
// what was read before. A text that exceeds the limit is cut there and is no
// error, except if compression made it much smaller: then it is a bomb. With a
// [*skimmedError] the server sends the body to its end, but there was no memory for it. The
// caller must release the claim when the body is no longer needed.
func (c *Client) readBody(ctx context.Context, limit *deadline, r Request, res *http.Response) (body []byte, shortened bool, claim *claim, err error) {
	u, maxBody := newUnpacker(res), c.maxBodyOf(r)
	u.open()
	claim = c.newClaim(ctx, limit, r, io.LimitReader(u, maxBody+1))
	claim.fromServer = true
	if !u.packed && res.ContentLength >= 0 {
		claim.expected = min(res.ContentLength, claim.expected)
	}
	c.memory.add(claim)
	// Stop early if the length is known.
	if res.ContentLength > maxBody && !u.isText && !u.packed {
		return nil, false, claim, errTooLarge
	}
	body, err = claim.readAll()
	if errors.Is(err, errSkim) {
		return nil, false, claim, claim.skim(u.outer, maxBody, u.packed)
	}
	claim.complete()
	if int64(len(body)) <= maxBody {
		return body, false, claim, err
	}
	if !u.isText || u.isBomb(maxBody) {
		return nil, false, claim, errTooLarge
	}
	return wholeRunes(body[:maxBody]), true, claim, nil
}

// claim is the memory of one body. It reads the body.
type claim struct {
	ctx   context.Context
	limit *deadline
	from  io.Reader
	// last is set for a body that lost its memory before. It gets memory after all
	// others.
	last bool
	// proven is the size of the body if the server has just sent all of it, or else 0. A
	// proven body gets memory before all others, until it exceeds this size.
	proven int64
	// again is set if the body was skimmed before. It is not skimmed twice.
	again bool
	// onWait is [Request.OnWait]. It may be nil.
	onWait func(waiting bool)
	// total is [Request.Received]. It may be nil.
	total *atomic.Int64
	// expected is the size that the server promised, the limit if it promised none.
	expected int64
	// fromServer is set if a server sends the body. Only such a body can lose its
	// memory.
	fromServer bool

	memory *memory
	// The lock of memory guards the fields below. read and held are the numbers of
	// bytes that were received and that were claimed.
	read, held int64
	// receiving is set while the body may be received, and underWay is what it has
	// claimed then if that is more than smallBody.
	receiving bool
	underWay  int64
	arrival   int
	// waiting is set while the claim waits for memory, since the time since.
	waiting bool
	since   time.Time
	granted chan struct{}
	// idleWait is how long it has waited in all while the link was idle.
	idleWait time.Duration
	// past is the number of received bytes at the latest checks, the oldest first.
	past []int64
	// lost is set if the claim was taken away, and whole when the body was received.
	lost, whole bool
	// skims is set if the body must be skimmed.
	skims bool
	// crowded is set if there was no memory for the body, and that is not the
	// server's fault.
	crowded bool
}

// claimMemory returns a claim that has no memory yet, for a body that is read from
// from. The caller must release it.
func (c *Client) claimMemory(ctx context.Context, limit *deadline, r Request, from io.Reader) *claim {
	return c.memory.add(c.newClaim(ctx, limit, r, from))
}

// newClaim returns a claim that is not in the pool yet.
func (c *Client) newClaim(ctx context.Context, limit *deadline, r Request, from io.Reader) *claim {
	return &claim{ctx: ctx, limit: limit, from: from, last: r.Last && r.proven == 0, proven: r.proven, again: r.proven > 0, onWait: r.OnWait, total: r.Received, expected: c.maxBodyOf(r) + 1}
}

// readAll reads the whole body. If reading fails, it returns what was read before. Each step
// of memory is a piece, and the pieces are joined at the end: if a body were copied whenever
// it grows, several bodies could be in memory twice.
func (c *claim) readAll() ([]byte, error) {
	var pieces [][]byte
	var last []byte
	for {
		room, err := c.acquire()
		if err != nil {
			return nil, err
		}
		if len(last) == cap(last) {
			if len(last) > 0 {
				pieces = append(pieces, last)
			}
			last = make([]byte, 0, room)
		}
		n, err := c.from.Read(last[len(last):cap(last)])
		c.received(n)
		last = last[:len(last)+n]
		if errors.Is(err, io.EOF) {
			return joinPieces(pieces, last), nil
		}
		if err != nil {
			return joinPieces(pieces, last), err
		}
	}
}

// joinPieces returns the pieces as one body. Most bodies are one piece, and are not copied.
func joinPieces(pieces [][]byte, last []byte) []byte {
	if len(pieces) == 0 {
		return last
	}
	return slices.Concat(append(pieces, last)...)
}

// skim releases the memory and reads the rest of the response without keeping it, up to
// most bytes. It returns a [*skimmedError] if the response ended.
func (c *claim) skim(rest io.Reader, most int64, packed bool) error {
	const usualGrowth = 6 // of compressed feeds
	c.release()
	buffer := make([]byte, 8<<10)
	for ended := false; !ended && c.read < most; {
		n, err := rest.Read(buffer)
		c.received(n)
		if c.ctx.Err() != nil {
			return c.ctx.Err()
		}
		ended = err != nil
	}
	size := c.read
	if packed {
		size *= usualGrowth
	}
	return &skimmedError{max(min(size, most), 1)}
}

// received counts bytes that were received.
func (c *claim) received(n int) {
	if c.total != nil {
		c.total.Add(int64(n))
	}
	m := c.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	c.read += int64(n)
	if c.fromServer {
		m.link.add(n, time.Now())
	}
}

// acquire waits until there is memory for more bytes, and returns for how many. The
// wait does not count against the request's timeout, because it is not the
// server's fault. A body that lost its memory before has no more time than that.
func (c *claim) acquire() (room int64, err error) {
	m := c.memory
	m.mu.Lock()
	if room := c.room(); room > 0 {
		m.mu.Unlock()
		return room, nil
	}
	m.begin(c)
	waits := c.waiting
	m.mu.Unlock()
	if waits {
		if err := c.wait(); err != nil {
			return 0, err
		}
	}
	return c.room(), nil
}

// room returns how many more bytes may be received: those that were claimed, and one to
// see the end of the body.
func (c *claim) room() int64 { return max(c.held, freeBytes) + 1 - c.read }

// wait waits until the claim gets memory.
func (c *claim) wait() error {
	if !c.last {
		c.limit.pause()
		defer c.limit.restart()
	}
	if c.onWait != nil {
		c.onWait(true)
		defer c.onWait(false)
	}
	select {
	case <-c.granted:
		if c.skims {
			return errSkim
		}
		return nil
	case <-c.ctx.Done():
	}
	m := c.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	c.waiting, c.crowded = false, true
	return c.ctx.Err()
}

// complete records that the whole body was received. From now on the claim cannot be
// lost.
func (c *claim) complete() {
	m := c.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leave(c)
	c.whole = true
	used := c.read
	if used <= freeBytes {
		used = 0
	}
	if !c.lost && used < c.held {
		m.free += c.held - used
		c.held = used
	}
	if c.held == 0 {
		delete(m.claims, c) // there is nothing to release
	}
	m.grant()
}

// startOutput makes the claim one for the output of a program that gets the body. The
// output uses the memory of the body first.
func (c *claim) startOutput() {
	c.memory.mu.Lock()
	defer c.memory.mu.Unlock()
	c.read, c.fromServer, c.whole = 0, false, false
	c.memory.claims[c] = true
}

// failure returns why the body has not enough memory. It is nil if it has.
func (c *claim) failure() error {
	c.memory.mu.Lock()
	defer c.memory.mu.Unlock()
	switch {
	case c.crowded:
		return &Error{Kind: KindShortage, Err: errCrowded}
	case c.lost:
		return &Error{Kind: KindSlow, Status: http.StatusOK, Err: errSlow}
	}
	return nil
}

// release frees the memory. Calling it twice does no harm.
func (c *claim) release() {
	m := c.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.claims[c] {
		return
	}
	delete(m.claims, c)
	m.leave(c)
	m.free += c.held
	if c.lost || c.skims {
		m.leaving -= c.held
	}
	if m.overdraft == c {
		m.overdraft = nil
	}
	m.grant()
}

// deadline cancels a request that takes longer than its timeout.
type deadline struct {
	timer  *time.Timer
	cancel context.CancelFunc
	// left is the time that was left at the time since.
	left  time.Duration
	since time.Time
}

// newDeadline returns a context that is canceled with ctx or after timeout.
func newDeadline(ctx context.Context, timeout time.Duration) (context.Context, *deadline, context.CancelFunc) {
	out, cancel := context.WithCancel(ctx)
	d := &deadline{time.AfterFunc(timeout, cancel), cancel, timeout, time.Now()}
	return out, d, func() {
		d.timer.Stop()
		cancel()
	}
}

// pause stops the timer.
func (d *deadline) pause() {
	d.timer.Stop()
	d.left -= time.Since(d.since)
}

// restart starts the timer again with the time that was left.
func (d *deadline) restart() {
	d.since = time.Now()
	d.timer.Reset(max(d.left, 0))
}
