package poll

import (
	"slices"
	"sync"
	"time"

	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
)

const (
	// firstWorkers is how many tasks run at the same time as long as servers respond
	// fast. More would only take memory and processor time.
	firstWorkers = 96
	// growBelow decides when tasks wait: if less than one of growBelow has ended in
	// growAfter.
	growBelow = 8
	// growAfter is how often it is checked whether more tasks should run.
	growAfter = 25 * time.Millisecond
)

// hostQueues runs tasks: at most workers at the same time, at most perHost for
// one host, and the hosts in turn. It begins with firstWorkers and runs more while
// most of the tasks wait for servers. Its goroutines end when no task is left.
type hostQueues struct {
	workers, perHost int
	// crashed is called after a task panics. If it is nil, the panic is not
	// recorded.
	crashed func(*feed.PanicError)

	mu      sync.Mutex
	running int
	// waiting is the number of running tasks that wait for memory. They do not count
	// as running, up to maxWaiting of them.
	waiting int
	// limit is how many tasks may run now. It starts again at firstWorkers when no
	// task is left.
	limit int
	// ended counts the tasks that ended since the last check of limit. checking
	// reports whether the next check is planned.
	ended    int
	checking bool
	// yieldings are the running tasks that make room for others. endedForYield counts
	// the tasks that ended since the last check of them, without the stopped ones.
	// quiet is for how long hardly any has.
	yieldings              map[*yielding]bool
	endedForYield, stopped int
	quiet                  time.Duration
	yieldPlanned           bool
	hosts                  map[string]*hostQueue
	// ready holds each queue that has a waiting task and may start it, once.
	ready []*hostQueue
}

// hostQueue is the queue of one host.
type hostQueue struct {
	host  string
	tasks []func()
	// busy is the number of running tasks.
	busy int
	// inReady reports whether the queue is in ready.
	inReady bool
}

// newHostQueues returns empty queues.
func newHostQueues(workers, perHost int, crashed func(*feed.PanicError)) *hostQueues {
	return &hostQueues{workers: workers, perHost: perHost, crashed: crashed, limit: min(workers, firstWorkers), hosts: make(map[string]*hostQueue), yieldings: map[*yielding]bool{}}
}

// add queues a task and returns at once.
func (q *hostQueues) add(host string, task func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	h := q.hosts[host]
	if h == nil {
		h = &hostQueue{host: host}
		q.hosts[host] = h
	}
	h.tasks = append(h.tasks, task)
	q.makeReady(h)
	q.start(1)
}

// start starts up to n workers for the tasks that are ready. If the limit is
// reached, it plans a check whether more should run. The caller holds the lock.
func (q *hostQueues) start(n int) {
	for range min(n, len(q.ready), q.limit-q.active()) {
		q.running++
		go q.work()
	}
	if q.active() >= q.limit && q.limit < q.workers && !q.checking {
		q.checking, q.ended = true, 0
		time.AfterFunc(growAfter, q.grow)
	}
	q.planYield()
}

// active returns how many running tasks count against the limit.
func (q *hostQueues) active() int {
	return q.running - min(q.waiting, q.maxWaiting())
}

// maxWaiting returns how many waiting tasks do not count as running. Each of them has
// a connection.
func (q *hostQueues) maxWaiting() int { return q.workers / 4 }

// wait records that a running task begins or ends to wait for memory. Another one may
// run meanwhile.
func (q *hostQueues) wait(begins bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !begins {
		q.waiting--
		return
	}
	q.waiting++
	q.start(1)
}

// grow doubles the limit if few tasks have ended since the last check.
func (q *hostQueues) grow() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.checking = false
	if q.active() < q.limit || len(q.ready) == 0 {
		return
	}
	if growBelow*q.ended < q.running {
		q.limit = min(2*q.limit, q.workers)
	}
	q.start(q.limit)
}

// work runs tasks until none is ready.
func (q *hostQueues) work() {
	for h, task := q.next(); task != nil; h, task = q.next() {
		feed.Recover("sending a request", q.crashed, task)
		q.done(h)
	}
}

// next returns the next task and its queue. If none is ready, or too many run since
// tasks that waited go on, it returns nil and its worker must end.
func (q *hostQueues) next() (*hostQueue, func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.ready) == 0 || q.active() > q.limit {
		q.running--
		if q.running == 0 {
			q.limit = min(q.workers, firstWorkers)
		}
		return nil, nil
	}
	h := q.ready[0]
	q.ready = slices.Delete(q.ready, 0, 1)
	h.inReady = false
	task := h.tasks[0]
	h.tasks = slices.Delete(h.tasks, 0, 1)
	h.busy++
	q.makeReady(h)
	return h, task
}

// done records the end of a task. The calling worker then takes a task that
// became ready.
func (q *hostQueues) done(h *hostQueue) {
	q.mu.Lock()
	defer q.mu.Unlock()
	h.busy--
	q.ended++
	if q.stopped > 0 {
		q.stopped--
	} else {
		q.endedForYield++
	}
	q.makeReady(h)
	if h.busy == 0 && len(h.tasks) == 0 {
		delete(q.hosts, h.host)
	}
}

// makeReady adds a queue to ready if it may start a task. The caller holds the
// lock.
func (q *hostQueues) makeReady(h *hostQueue) {
	if len(h.tasks) > 0 && h.busy < q.perHost && !h.inReady {
		h.inReady = true
		q.ready = append(q.ready, h)
	}
}

// pauseHost records that a host asked for a pause until the given time.
func (p *Poller) pauseHost(host string, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	p.hostPauses[host] = pauseWindow{now, later(p.hostPauses[host].end(now), until)}
}

// hostPausedUntil returns the end of a host's pause. It lies in the past or is
// zero if there is none.
func (p *Poller) hostPausedUntil(host string) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	r := p.hostPauses[host]
	if schedule.InFuture(r.from, now) { // the clock was set back; the pause keeps its length
		r = pauseWindow{now, now.Add(r.until.Sub(r.from))}
		p.hostPauses[host] = r
	}
	if !r.until.After(now) {
		delete(p.hostPauses, host)
	}
	return r.until
}

// hostKey returns the scheme and host of an address, which identify a server.
func hostKey(address string) string {
	u, err := text.ReadURL("", address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
