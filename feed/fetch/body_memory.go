package fetch

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

const (
	// freeBytes is how many bytes of each body need no memory of the pool.
	freeBytes = 8 << 10
	// poolBytes is the size of the pool. One body may exceed it, so that there is
	// always one that can be received to its end.
	poolBytes = 40 << 20
	// headroom is the part of the pool that only small bodies get. Bodies that lost
	// their memory before get half of the pool.
	headroom = 8 << 20
	// Most feeds are smaller than smallBody. A body claims that much first, then
	// all up to largeBody, and then largeBody at a time. So few bodies hold much
	// while they wait for more, and those that have begun can end.
	smallBody, largeBody = 32 << 10, 1 << 20
	// manyLarge is how many large bodies are received at the same time, so that
	// they do not share a slow link until all of them are too late.
	manyLarge = 4
	// checkInterval is how often bodies are checked while others wait. pastChecks
	// is for how many checks at least a body is watched before it counts as slow.
	checkInterval = 50 * time.Millisecond
	pastChecks    = 5
	// leastRate is the rate in bytes a second below which a body loses its memory
	// if others wait for memory. After patience it doubles with each rateDoubles that
	// they wait.
	leastRate   = 16 << 10
	patience    = 400 * time.Millisecond
	rateDoubles = 150 * time.Millisecond
	// longestIdleWait is how long a body waits in all while the link is idle.
	longestIdleWait = 5 * time.Second
	// idleShare is the part of the best rate of all bodies below which the link
	// counts as idle: then the servers are slow, and not the network on this side.
	idleShare = 4
)

// memory is the memory that all bodies of a client share. A body claims it step by
// step, and holds it until everything that is made of the body is saved. A body whose
// server is slow, although the link is not, gives its memory up if others wait for it. If large bodies wait for
// each other, the ones that began last give it up.
type memory struct {
	mu   sync.Mutex
	free int64
	// leaving are the bytes of lost claims that are not released yet.
	leaving int64
	// overdraft is the claim that may exceed the pool. It may be nil.
	overdraft *claim
	claims    map[*claim]bool
	// large is how many large bodies are being received.
	large    int
	arrivals int
	link     traffic
	checking bool
}

// newMemory returns an unused pool.
func newMemory() *memory {
	return &memory{free: poolBytes, claims: map[*claim]bool{}}
}

// add adds a claim without memory.
func (m *memory) add(c *claim) *claim {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.arrivals++
	c.memory, c.arrival = m, m.arrivals
	m.claims[c] = true
	return c
}

// step returns how many bytes a claim takes next. A body of a known size takes no more
// than that, and a byte to see its end.
func (c *claim) step() int64 {
	next := int64(smallBody)
	switch {
	case c.held >= largeBody:
		next = largeBody
	case c.held > 0:
		next = largeBody - c.held
	}
	if left := c.expected + 1 - c.held; left > 0 && left < next+smallBody {
		next = left
	}
	return next
}

// begin gives the claim its next step, or makes it wait. The caller holds the lock.
func (m *memory) begin(c *claim) {
	c.waiting, c.since, c.granted = true, time.Now(), make(chan struct{})
	if m.offer(c); !c.waiting {
		return
	}
	if m.leave(c) {
		m.grant()
	}
	m.watch()
}

// hasBytes reports whether there is memory for the next step of a claim.
func (m *memory) hasBytes(c *claim) bool { return m.lacks(c) <= 0 || m.overdraft == c }

// keepsFree returns how many bytes must stay free for others after the next step.
func (c *claim) keepsFree() int64 {
	switch {
	case c.last:
		return poolBytes / 2
	case c.held == 0:
		return 0
	}
	return headroom
}

// lacks returns how many bytes must become free for the next step of a claim.
func (m *memory) lacks(c *claim) int64 {
	return c.step() + c.keepsFree() - m.free
}

// hasPlace reports whether the claim's body may be received further.
func (m *memory) hasPlace(c *claim) bool {
	return c.held < largeBody || c.large || m.large < manyLarge
}

// leave ends that a body is being received. It reports whether another large one may
// be received now. The caller holds the lock.
func (m *memory) leave(c *claim) bool {
	c.receiving = false
	if !c.large {
		return false
	}
	c.large = false
	m.large--
	return true
}

// give gives a waiting claim its next step. The caller holds the lock.
func (m *memory) give(c *claim) {
	if c.held >= largeBody && !c.large {
		c.large = true
		m.large++
	}
	step := c.step()
	m.free -= step
	c.held += step
	c.waiting, c.receiving, c.past = false, true, c.past[:0]
	close(c.granted)
}

// waiters returns the waiting claims in the order in which they get memory: those that
// lost their memory before last, and those of a known size first.
func (m *memory) waiters() []*claim {
	var found []*claim
	for c := range m.claims {
		if c.waiting && !c.lost {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, inTurn)
	return found
}

// inTurn compares the turns of two claims.
func inTurn(a, b *claim) int {
	if a.last != b.last {
		if a.last {
			return 1
		}
		return -1
	}
	return cmp.Or(cmp.Compare(a.expected, b.expected), cmp.Compare(a.arrival, b.arrival))
}

// grant offers memory to all waiting claims, in their order. The caller holds the lock.
func (m *memory) grant() {
	if m.overdraft != nil && m.overdraft.whole && m.free >= 0 {
		m.overdraft = nil
	}
	for _, c := range m.waiters() {
		m.offer(c)
	}
}

// offer gives memory to a waiting claim if there is some. If not, it may exceed the
// pool, or it gets the memory of a larger one. The caller holds the lock.
func (m *memory) offer(c *claim) {
	switch {
	case !m.hasPlace(c):
	case m.hasBytes(c):
		m.give(c)
	case m.overdraft == nil:
		m.overdraft = c
		m.give(c)
	default:
		m.evictLater(c)
	}
}

// evictLater takes the memory of the large body that waits, too, and whose turn is the
// last one, if it is after that of c, until there is enough for c.
func (m *memory) evictLater(c *claim) {
	if m.lacks(c) <= m.leaving {
		return
	}
	var latest *claim
	for v := range m.claims {
		if !v.waiting || v.lost || !v.fromServer || v == m.overdraft || v.held < largeBody || inTurn(v, c) <= 0 {
			continue
		}
		if latest == nil || inTurn(v, latest) > 0 {
			latest = v
		}
	}
	if latest != nil {
		latest.crowded = true
		m.evict(latest)
	}
}

// evict takes the memory of a claim. Its request ends, and then it is released. The
// caller holds the lock.
func (m *memory) evict(c *claim) {
	c.lost = true
	m.leaving += c.held
	m.leave(c)
	c.limit.cancel()
}

// watch checks the bodies regularly while claims wait. The caller holds the lock.
func (m *memory) watch() {
	if m.checking {
		return
	}
	m.checking = true
	for c := range m.claims {
		c.past = c.past[:0]
	}
	time.AfterFunc(checkInterval, m.check)
}

// check takes the memory of slow bodies if others need it, and lets more large ones be
// received. It does neither while the link is busy: then it is the link that is slow.
func (m *memory) check() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.checking = false
	now := time.Now()
	idle := m.link.idle(now)
	if idle {
		m.admitMore()
		m.endIdleWaits()
	}
	var need, keep int64
	var longest time.Duration
	for _, c := range m.waiters() {
		if !m.hasBytes(c) {
			need += c.step()
			keep = max(keep, c.keepsFree())
			if !c.last {
				longest = max(longest, now.Sub(c.since))
			}
		}
	}
	if need > 0 && idle {
		m.evictSlow(need+keep-m.free-m.leaving, leastRate<<min(max(longest-patience, 0)/rateDoubles, 8))
	}
	m.grant()
	for c := range m.claims {
		if c.past = append(c.past, c.read); len(c.past) > c.watchedFor() {
			c.past = slices.Delete(c.past, 0, 1)
		}
	}
	if len(m.waiters()) > 0 {
		m.checking = true
		time.AfterFunc(checkInterval, m.check)
	}
}

// admitMore doubles the number of large bodies that are received.
func (m *memory) admitMore() {
	more := max(manyLarge, m.large)
	for _, c := range m.waiters() {
		if more > 0 && !m.hasPlace(c) && m.hasBytes(c) {
			more--
			m.give(c)
		}
	}
}

// endIdleWaits ends the requests that have waited too long although the link was idle.
// Their timeouts stand still meanwhile, and the refresh would take too long. A wait
// for bodies that are being parsed and saved is not the servers' fault, and goes on.
func (m *memory) endIdleWaits() {
	var whole int64
	for c := range m.claims {
		if c.whole {
			whole += c.held
		}
	}
	if whole > poolBytes/2 {
		return
	}
	for _, c := range m.waiters() {
		if c.idleWait += checkInterval; c.idleWait > longestIdleWait && c.fromServer && !c.last {
			c.crowded = true
			m.evict(c)
		}
	}
}

// evictSlow takes the memory of the slowest bodies, until need bytes are free. Bodies
// that are as fast as rate, in bytes a second, keep theirs. So do those that lost
// their memory before, if they are as fast as leastRate.
func (m *memory) evictSlow(need, rate int64) {
	var slow []*claim
	for c := range m.claims {
		if c.fromServer && c.receiving && !c.lost && len(c.past) == c.watchedFor() && (c.rate() < leastRate || c.rate() < rate && !c.last) {
			slow = append(slow, c)
		}
	}
	slices.SortFunc(slow, func(a, b *claim) int { return cmp.Or(cmp.Compare(a.rate(), b.rate()), cmp.Compare(b.held, a.held)) })
	for _, c := range slow {
		if need <= 0 {
			return
		}
		need -= c.held
		m.evict(c)
	}
}

// rate returns how many bytes a second were received since the oldest check.
func (c *claim) rate() int64 {
	return (c.read - c.past[0]) * int64(time.Second) / int64(time.Duration(len(c.past))*checkInterval)
}

// watchedFor returns for how many checks a body is watched before it counts as slow. One
// that lost its memory before fails if it loses it again, and is watched for longer.
func (c *claim) watchedFor() int {
	if c.last {
		return 4 * pastChecks
	}
	return pastChecks
}

// traffic measures the rate at which all bodies are received.
type traffic struct {
	start time.Time
	bytes int64
	// best and latest are rates in bytes a second.
	best, latest float64
}

// add counts received bytes.
func (t *traffic) add(n int, now time.Time) {
	t.roll(now)
	t.bytes += int64(n)
}

// roll ends a period of measurement that is long enough.
func (t *traffic) roll(now time.Time) {
	const period = 100 * time.Millisecond
	passed := now.Sub(t.start)
	if passed < period {
		return
	}
	t.latest = float64(t.bytes) / passed.Seconds()
	t.best = max(t.best, t.latest)
	t.start, t.bytes = now, 0
}

// idle reports whether much less is received than the link has carried before.
func (t *traffic) idle(now time.Time) bool {
	t.roll(now)
	return t.latest*idleShare < t.best
}

// forget drops what is known about the link, which may be another one at the next
// refresh.
func (m *memory) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.link = traffic{}
}
