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
	// smallBody is what a body claims first. Then it claims as much again as it has.
	smallBody = 32 << 10
	// underWay is how many bytes the larger bodies that are received at the same time may
	// have claimed, so that they do not share a slow link until all of them are too late.
	underWay = 4 << 20
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
	// skimAfter is how long a body waits in all while the link is idle before it may be
	// skimmed.
	skimAfter = 300 * time.Millisecond
	// idleShare is the part of the best rate of all bodies below which the link
	// counts as idle: then the servers are slow, and not the network on this side.
	idleShare = 4
)

// memory is the memory that all bodies of a client share. A body claims it step by
// step, and holds it until everything that is made of the body is saved. The next step
// goes to the body that holds least, so that small bodies come before larger ones,
// whatever servers promise. A body whose server is slow, although the link is not, gives
// its memory up if others wait for it. If bodies wait for each other, the largest ones
// are skimmed: they give their memory up, and are read on without being kept. A body
// that comes to its end like that is requested again, and is proven: it gets memory
// before all others. So the servers that stall are found out without memory, all at the
// same time.
type memory struct {
	mu   sync.Mutex
	free int64
	// leaving are the bytes of lost claims that are not released yet.
	leaving int64
	// overdraft is the claim that may exceed the pool. It may be nil.
	overdraft *claim
	claims    map[*claim]bool
	// underWay is what the larger bodies that are being received have claimed.
	underWay int64
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
// than that, and a proven one takes all at once, so that it holds nothing while it waits.
func (c *claim) step() int64 {
	next := max(c.held, smallBody, c.proven-c.held)
	if left := c.expected - c.held; left > 0 && left < next+smallBody {
		next = left
	}
	return next
}

// begin gives the claim its next step, or makes it wait. One that needs not wait is
// received further, even if there is no place for others. The caller holds the lock.
func (m *memory) begin(c *claim) {
	c.waiting, c.since, c.granted = true, time.Now(), make(chan struct{})
	if c.held >= c.proven {
		c.proven = 0 // the server sends more than before
	}
	if m.hasPlace(c) && !m.mustWait(c) && m.offer(c) {
		return
	}
	if m.leave(c) {
		m.grant()
	}
	if c.waiting {
		m.watch()
	}
}

// mustWait reports whether another claim waits for memory whose turn is before that of c.
func (m *memory) mustWait(c *claim) bool {
	for v := range m.claims {
		if v != c && v.waiting && !v.lost && m.inTurn(v, c) < 0 && m.hasPlace(v) && !m.hasBytes(v) {
			return true
		}
	}
	return false
}

// hasBytes reports whether there is memory for the next step of a claim.
func (m *memory) hasBytes(c *claim) bool { return m.lacks(c) <= 0 || m.overdraft == c }

// keepsFree returns how many bytes must stay free for others after the next step.
func (c *claim) keepsFree() int64 {
	switch {
	case c.last:
		return poolBytes / 2
	case c.held == 0 && c.proven == 0:
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
	others, size := m.underWay-c.underWay, c.held+c.step()
	return size <= smallBody || others == 0 || others+size <= underWay
}

// leave ends that a body is being received. It reports whether another one may be received
// instead. The caller holds the lock.
func (m *memory) leave(c *claim) bool {
	left := c.underWay
	c.receiving, c.underWay = false, 0
	m.underWay -= left
	return left > 0
}

// give gives a waiting claim its next step. The caller holds the lock.
func (m *memory) give(c *claim) {
	step := c.step()
	m.free -= step
	c.held += step
	if c.held > smallBody {
		m.underWay += c.held - c.underWay
		c.underWay = c.held
	}
	c.waiting, c.receiving, c.past = false, true, c.past[:0]
	close(c.granted)
}

// waiters returns the waiting claims in the order in which they get memory.
func (m *memory) waiters() []*claim {
	var found []*claim
	for c := range m.claims {
		if c.waiting && !c.lost {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, m.inTurn)
	return found
}

// inTurn compares the turns of two claims: the one that may exceed the pool comes first, so
// that it comes to its end, then the proven ones. Those that lost their memory before come
// last. Otherwise those that hold less, or are proven to be smaller, come before others.
func (m *memory) inTurn(a, b *claim) int {
	return cmp.Or(cmp.Compare(m.group(a), m.group(b)), cmp.Compare(a.proven, b.proven), cmp.Compare(a.held, b.held), cmp.Compare(a.arrival, b.arrival))
}

// group returns which claims get memory before and after this one.
func (m *memory) group(c *claim) int {
	switch {
	case m.overdraft == c:
		return 0
	case c.proven > 0:
		return 1
	case c.last:
		return 3
	}
	return 2
}

// grant offers memory to the waiting claims in their order, until there is none for the
// next one. The caller holds the lock.
func (m *memory) grant() {
	if m.overdraft != nil && m.overdraft.whole && m.free >= 0 {
		m.overdraft = nil
	}
	for _, c := range m.waiters() {
		if m.hasPlace(c) && !m.offer(c) {
			return
		}
	}
}

// offer gives memory to a waiting claim that has a place, if there is some or if it may
// exceed the pool. The caller holds the lock.
func (m *memory) offer(c *claim) bool {
	if !m.hasBytes(c) {
		if m.overdraft != nil {
			return false
		}
		m.overdraft = c
	}
	m.give(c)
	return true
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

// check takes the memory of slow bodies if others need it, and lets more bodies be
// received. It does neither while the link is busy: then it is the link that is slow.
func (m *memory) check() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.checking = false
	now := time.Now()
	idle := m.link.idle(now)
	if idle {
		m.admitMore()
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
		need = m.evictSlow(need+keep-m.free-m.leaving, leastRate<<min(max(longest-patience, 0)/rateDoubles, 8))
		m.skimLargest(need)
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

// admitMore lets about twice as many bytes be under way.
func (m *memory) admitMore() {
	more := max(underWay, m.underWay)
	for _, c := range m.waiters() {
		if more <= 0 || !m.hasBytes(c) {
			return
		}
		if !m.hasPlace(c) {
			more -= c.held + c.step()
			m.give(c)
		}
	}
}

// skimLargest takes the memory of the claims whose turn is last, until need bytes are
// free, and lets their bodies be skimmed. They have waited although the link was idle. A
// wait for bodies that are being parsed and saved is no such wait.
func (m *memory) skimLargest(need int64) {
	var whole int64
	for c := range m.claims {
		if c.whole {
			whole += c.held
		}
	}
	if whole > poolBytes/2 {
		return
	}
	waiters := m.waiters()
	for i, c := range slices.Backward(waiters) {
		if c.idleWait += checkInterval; i == 0 || c.idleWait <= skimAfter || !c.fromServer || c.again || need <= 0 {
			continue
		}
		need -= c.held + c.step()
		m.leaving += c.held
		m.leave(c)
		c.waiting, c.skims = false, true
		close(c.granted)
	}
}

// evictSlow takes the memory of the slowest bodies, until need bytes are free. It returns
// how many of them are not. Bodies that are as fast as rate, in bytes a second, keep theirs.
// So do those that lost their memory before, if they are as fast as leastRate.
func (m *memory) evictSlow(need, rate int64) int64 {
	var slow []*claim
	for c := range m.claims {
		if c.fromServer && c.receiving && !c.lost && len(c.past) == c.watchedFor() && (c.rate() < leastRate || c.rate() < rate && !c.last) {
			slow = append(slow, c)
		}
	}
	slices.SortFunc(slow, func(a, b *claim) int { return cmp.Or(cmp.Compare(a.rate(), b.rate()), cmp.Compare(b.held, a.held)) })
	for _, c := range slow {
		if need <= 0 {
			break
		}
		need -= c.held
		m.evict(c)
	}
	return need
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
