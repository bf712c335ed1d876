package fetch

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	// A body needs one of mediumBodies slots from mediumBody bytes on, one of
	// largeBodies slots from largeBody bytes on, and one of hugeBodies from hugeBody
	// bytes on. Feeds are small. Without slots, every request could hold a body of
	// [Options.MaxBody] bytes in memory, and everything that parsing makes of it.
	mediumBody   = 8 << 10
	mediumBodies = 48
	largeBody    = 512 << 10
	largeBodies  = 2
	hugeBody     = 4 << 20
	hugeBodies   = 1
)

// errTooLarge reports a body that exceeds the limit and is refused.
var errTooLarge = errors.New("the body is too large")

// readBody reads the decompressed body up to the limit. With an error it returns
// what was read before. A text that exceeds the limit is cut there and is no
// error, except if compression made it much smaller: then it is a bomb. The
// caller must release the slot when the body is no longer needed.
func (c *Client) readBody(ctx context.Context, limit *deadline, res *http.Response) (body []byte, shortened bool, slot *bodySlot, err error) {
	u := newUnpacker(res)
	slot = &bodySlot{ctx: ctx, limit: limit, from: io.LimitReader(u, c.maxBody+1), next: c.bodySlots}
	// Stop early if the length is known.
	if u.open(); res.ContentLength > c.maxBody && !u.isText && !u.packed {
		return nil, false, slot, errTooLarge
	}
	body, err = io.ReadAll(slot)
	if int64(len(body)) <= c.maxBody {
		return body, false, slot, err
	}
	if !u.isText || u.isBomb(c.maxBody) {
		return nil, false, slot, errTooLarge
	}
	return wholeRunes(body[:c.maxBody]), true, slot, nil
}

// sizeSlots are slots for bodies that are larger than a size in bytes.
type sizeSlots struct {
	size  int
	slots chan struct{}
}

// newBodySlots returns the slots of a client, those for smaller bodies first. A
// body that waits for a slot holds only slots for smaller bodies, so those that
// it waits for never wait for it.
func newBodySlots() []sizeSlots {
	return []sizeSlots{
		{mediumBody, make(chan struct{}, mediumBodies)},
		{largeBody, make(chan struct{}, largeBodies)},
		{hugeBody, make(chan struct{}, hugeBodies)},
	}
}

// bodySlot reads a body. The first bytes need no slot. The rest waits until a slot
// for bodies of its size is free.
type bodySlot struct {
	ctx   context.Context
	limit *deadline
	from  io.Reader
	// read is the number of bytes that were read.
	read int
	// next are the slots that the body has not needed yet, and held those that it
	// has.
	next []sizeSlots
	held []chan struct{}
}

// Read reads from the body. It waits for a slot if one is needed.
func (slot *bodySlot) Read(p []byte) (int, error) {
	if err := slot.acquire(); err != nil {
		return 0, err
	}
	n, err := slot.from.Read(p)
	slot.read += n
	return n, err
}

// acquire waits for the slots that a body of the size read so far needs. The wait
// does not count against the request's timeout, because it is not the server's
// fault.
func (slot *bodySlot) acquire() error {
	for len(slot.next) > 0 && slot.read >= slot.next[0].size {
		slot.limit.pause()
		select {
		case slot.next[0].slots <- struct{}{}:
			slot.limit.restart()
		case <-slot.ctx.Done():
			return slot.ctx.Err()
		}
		slot.held, slot.next = append(slot.held, slot.next[0].slots), slot.next[1:]
	}
	return nil
}

// release frees the slots that are held.
func (slot *bodySlot) release() {
	for _, slots := range slot.held {
		<-slots
	}
	slot.held = nil
}

// deadline cancels a request that takes longer than its timeout.
type deadline struct {
	timer   *time.Timer
	timeout time.Duration
}

// newDeadline returns a context that is canceled with ctx or after timeout.
func newDeadline(ctx context.Context, timeout time.Duration) (context.Context, *deadline, context.CancelFunc) {
	out, cancel := context.WithCancel(ctx)
	d := &deadline{time.AfterFunc(timeout, cancel), timeout}
	return out, d, func() {
		d.timer.Stop()
		cancel()
	}
}

// pause stops the timer.
func (d *deadline) pause() { d.timer.Stop() }

// restart starts the timer again with the whole timeout.
func (d *deadline) restart() { d.timer.Reset(d.timeout) }
