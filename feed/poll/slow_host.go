package poll

import (
	"sync"
	"time"

	"dateline/feed"
	"dateline/feed/schedule"
)

const (
	// slowResponse is how long the responses of a host take on average if the host
	// counts as slow.
	slowResponse = 500 * time.Millisecond
	// slowHostGrace is how much longer than the longest timeout a refresh may take
	// because of a slow host with many feeds.
	slowHostGrace = 5 * time.Second
	// slowHostPause is how long the feeds wait that a refresh leaves because their
	// host is slow. slowFeedPause is for those that were themselves asked, and were
	// slow.
	slowHostPause, slowFeedPause = 5 * time.Minute, 30 * time.Minute
)

// hostTimes measures how long the hosts of a refresh take to respond. Its zero value
// is empty. Several goroutines may use it.
type hostTimes struct {
	mu    sync.Mutex
	hosts map[string]hostTime
}

// hostTime is how many responses of a host, or failures, took how long in all.
type hostTime struct {
	responses int
	took      time.Duration
}

// add adds a response.
func (t *hostTimes) add(host string, took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.hosts == nil {
		t.hosts = map[string]hostTime{}
	}
	h := t.hosts[host]
	t.hosts[host] = hostTime{h.responses + 1, h.took + max(took, 0)}
}

// isSlow reports whether a host takes longer than slowResponse on average.
func (t *hostTimes) isSlow(host string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	h := t.hosts[host]
	return h.responses > 0 && h.took/time.Duration(h.responses) > slowResponse
}

// watch makes the job measure how long its host takes. The waits for memory do not count.
func (t *hostTimes) watch(j *job, clock func() time.Time) {
	host, onWait := hostKey(j.address()), j.onWait
	var waited time.Duration
	var since time.Time
	j.onWait = func(begins bool) {
		onWait(begins)
		if begins {
			since = clock()
			return
		}
		waited += clock().Sub(since)
	}
	j.onResponse = func(took time.Duration) {
		t.add(host, took-waited)
		waited = 0
	}
}

// leaves reports whether the refresh leaves a feed for the next one: its host is slow,
// and the refresh could become too long. A host is asked for few feeds at the same time,
// so a slow one with many feeds would keep the refresh from its end.
func (r *round) leaves(j job) bool {
	p := r.poller
	left := r.longest + slowHostGrace - p.clock().Sub(r.begun)
	return p.timeLeft(j) > left && r.hosts.isSlow(hostKey(j.address()))
}

// leave returns the result for a feed that is left for the next refresh.
func (r *round) leave(j job) result {
	pause := slowHostPause
	if j.last {
		pause = slowFeedPause
	}
	return r.poller.postpone(result{job: j, release: j.release, report: feed.Report{URL: j.feed.URL}}, r.poller.now().Add(pause), r.started, schedule.ReasonSlowHost)
}

// longestTimeout returns the longest timeout of the feeds of the plan.
func (t plan) longestTimeout() time.Duration {
	longest := time.Duration(0)
	for _, j := range t.jobs {
		longest = max(longest, j.timeout())
	}
	return longest
}
