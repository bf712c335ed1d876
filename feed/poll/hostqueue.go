package poll

import (
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"dateline/feed"
	"dateline/feed/schedule"
)

// hostQueues runs jobs: at most workers at a time, at most perHost for one host, the
// hosts in turn. Its goroutines end when there is nothing left to do.
type hostQueues struct {
	workers, perHost int
	// crashed is told of a job that panics; nil forgets it.
	crashed func(*feed.PanicError)

	mu      sync.Mutex
	running int
	hosts   map[string]*hostQueue
	// ready holds the lanes with a job waiting and a place free, each once.
	ready []*hostQueue
}

// hostQueue is one host's queue.
type hostQueue struct {
	host  string
	tasks []func()
	busy  int
	// inReady says that the lane is in ready.
	inReady bool
}

func newHostQueues(workers, perHost int, crashed func(*feed.PanicError)) *hostQueues {
	return &hostQueues{workers: workers, perHost: perHost, crashed: crashed, hosts: make(map[string]*hostQueue)}
}

// add queues a job; it returns at once.
func (l *hostQueues) add(host string, job func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.hosts[host]
	if h == nil {
		h = &hostQueue{host: host}
		l.hosts[host] = h
	}
	h.tasks = append(h.tasks, job)
	l.makeReady(h)
	if len(l.ready) > 0 && l.running < l.workers {
		l.running++
		go l.work()
	}
}

func (l *hostQueues) work() {
	for h, job := l.next(); job != nil; h, job = l.next() {
		feed.Recover("asking a server", l.crashed, job)
		l.done(h)
	}
}

// next returns the next job, or nil after signing its worker off.
func (l *hostQueues) next() (*hostQueue, func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ready) == 0 {
		l.running--
		return nil, nil
	}
	h := l.ready[0]
	l.ready = slices.Delete(l.ready, 0, 1)
	h.inReady = false
	job := h.tasks[0]
	h.tasks = slices.Delete(h.tasks, 0, 1)
	h.busy++
	l.makeReady(h)
	return h, job
}

// done frees a job's place. A lane that was full is ready again, and the worker
// that calls is there to take from it.
func (l *hostQueues) done(h *hostQueue) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h.busy--
	l.makeReady(h)
	if h.busy == 0 && len(h.tasks) == 0 {
		delete(l.hosts, h.host)
	}
}

func (l *hostQueues) makeReady(h *hostQueue) {
	if len(h.tasks) > 0 && h.busy < l.perHost && !h.inReady {
		h.inReady = true
		l.ready = append(l.ready, h)
	}
}

// pauseHost notes that a host wants to be left alone until then.
func (p *Poller) pauseHost(host string, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	p.hostPauses[host] = pauseWindow{now, later(p.hostPauses[host].end(now), until)}
}

func (p *Poller) hostPausedUntil(host string) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	r := p.hostPauses[host]
	if schedule.InFuture(r.from, now) { // the clock was set back: the pause is as long as it was
		r = pauseWindow{now, now.Add(r.until.Sub(r.from))}
		p.hostPauses[host] = r
	}
	if !r.until.After(now) {
		delete(p.hostPauses, host)
	}
	return r.until
}

// hostKey names the server that a feed's address leads to.
func hostKey(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}
