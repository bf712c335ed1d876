package poll

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"
	"time"
)

const (
	// yieldCheck is how often it is checked whether slow requests should make room for
	// others, and yieldAfter how long a request runs at least before it does.
	yieldCheck = 250 * time.Millisecond
	yieldAfter = 2 * time.Second
	// leastRate is the rate in bytes a second below which a request makes room.
	leastRate = 16 << 10
	// longestYield is how long a request that made room waits for the others at most.
	longestYield = 10 * time.Second
)

// yielding is a running task that makes room for others if its server is slow.
type yielding struct {
	// begun is when the task began, or when it last ended to wait for memory.
	begun time.Time
	// received counts the bytes of the body since then.
	received atomic.Int64
	stop     context.CancelFunc
	stopped  atomic.Bool
	// waits is set while the task waits for memory.
	waits bool
}

// rate returns how many bytes a second were received.
func (y *yielding) rate(now time.Time) int64 {
	return y.received.Load() * int64(time.Second) / max(int64(now.Sub(y.begun)), 1)
}

// beginYielding returns a context that is canceled if the running task should make room.
// The task must call end.
func (q *hostQueues) beginYielding(ctx context.Context) (out context.Context, y *yielding, end func()) {
	out, stop := context.WithCancel(ctx)
	y = &yielding{begun: time.Now(), stop: stop}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.yieldings[y] = true
	return out, y, func() {
		stop()
		q.mu.Lock()
		defer q.mu.Unlock()
		delete(q.yieldings, y)
	}
}

// waitYielding records that a task begins or ends to wait for memory, which is not its
// server's fault.
func (q *hostQueues) waitYielding(y *yielding, begins bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	y.waits, y.begun = begins, time.Now()
	y.received.Store(0)
}

// planYield plans a check if tasks wait although as many run as may. The caller holds the
// lock.
func (q *hostQueues) planYield() {
	if q.yieldPlanned || q.limit < q.workers || len(q.ready) == 0 {
		return
	}
	q.yieldPlanned, q.endedForYield = true, 0
	time.AfterFunc(yieldCheck, q.yield)
}

// yield stops the slowest tasks if others wait, and hardly any has ended for some time.
// On a slow link many end, one after the other, and nothing is stopped.
func (q *hostQueues) yield() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.yieldPlanned = false
	if growBelow*q.endedForYield >= q.running {
		q.quiet = 0
	} else {
		q.quiet += yieldCheck
	}
	if q.quiet >= yieldAfter {
		for _, y := range q.slowest(time.Now(), len(q.ready)) {
			y.stopped.Store(true)
			y.stop()
			q.stopped++
		}
	}
	if q.planYield(); !q.yieldPlanned {
		q.quiet = 0
	}
}

// slowest returns at most n running tasks whose servers are slow, the slowest first. The
// caller holds the lock.
func (q *hostQueues) slowest(now time.Time, n int) []*yielding {
	var slow []*yielding
	for y := range q.yieldings {
		if !y.stopped.Load() && !y.waits && now.Sub(y.begun) >= yieldAfter && y.rate(now) < leastRate {
			slow = append(slow, y)
		}
	}
	slices.SortFunc(slow, func(a, b *yielding) int { return cmp.Compare(a.rate(now), b.rate(now)) })
	return slow[:min(n, len(slow))]
}

// awaitOthers waits until all other tasks run, or for some seconds.
func (q *hostQueues) awaitOthers(ctx context.Context) {
	for end := time.Now().Add(longestYield); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(yieldCheck) {
		q.mu.Lock()
		waiting := len(q.ready)
		q.mu.Unlock()
		if waiting == 0 {
			return
		}
	}
}
