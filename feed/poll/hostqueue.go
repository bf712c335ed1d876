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

// lanes runs jobs: at most workers at a time, at most perHost for one host, the
// hosts in turn. Its goroutines end when there is nothing left to do.
type lanes struct {
	workers, perHost int
	// crashed is told of a job that panics; nil forgets it.
	crashed func(*feed.PanicError)

	mu      sync.Mutex
	running int
	hosts   map[string]*lane
	// ready holds the lanes with a job waiting and a place free, each once.
	ready []*lane
}

// lane is one host's queue.
type lane struct {
	host string
	jobs []func()
	busy int
	// queued says that the lane is in ready.
	queued bool
}

func newLanes(workers, perHost int, crashed func(*feed.PanicError)) *lanes {
	return &lanes{workers: workers, perHost: perHost, crashed: crashed, hosts: make(map[string]*lane)}
}

// add queues a job; it returns at once.
func (l *lanes) add(host string, job func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.hosts[host]
	if h == nil {
		h = &lane{host: host}
		l.hosts[host] = h
	}
	h.jobs = append(h.jobs, job)
	l.offer(h)
	if len(l.ready) > 0 && l.running < l.workers {
		l.running++
		go l.work()
	}
}

func (l *lanes) work() {
	for h, job := l.take(); job != nil; h, job = l.take() {
		feed.Recover("asking a server", l.crashed, job)
		l.done(h)
	}
}

// take returns the next job, or nil after signing its worker off.
func (l *lanes) take() (*lane, func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ready) == 0 {
		l.running--
		return nil, nil
	}
	h := l.ready[0]
	l.ready = slices.Delete(l.ready, 0, 1)
	h.queued = false
	job := h.jobs[0]
	h.jobs = slices.Delete(h.jobs, 0, 1)
	h.busy++
	l.offer(h)
	return h, job
}

// done frees a job's place. A lane that was full is ready again, and the worker
// that calls is there to take from it.
func (l *lanes) done(h *lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h.busy--
	l.offer(h)
	if h.busy == 0 && len(h.jobs) == 0 {
		delete(l.hosts, h.host)
	}
}

func (l *lanes) offer(h *lane) {
	if len(h.jobs) > 0 && h.busy < l.perHost && !h.queued {
		h.queued = true
		l.ready = append(l.ready, h)
	}
}

// restHost notes that a host wants to be left alone until then.
func (p *Poller) restHost(host string, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	p.resting[host] = rest{now, later(p.resting[host].end(now), until)}
}

func (p *Poller) restingUntil(host string) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	r := p.resting[host]
	if schedule.InFuture(r.from, now) { // the clock was set back: the pause is as long as it was
		r = rest{now, now.Add(r.until.Sub(r.from))}
		p.resting[host] = r
	}
	if !r.until.After(now) {
		delete(p.resting, host)
	}
	return r.until
}

// hostOf names the server that a feed's address leads to.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}
