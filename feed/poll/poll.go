// Package poll refreshes the feeds of the configuration: it chooses the feeds
// to fetch, fetches and parses them, and passes the results to a [Store], which
// another package implements. Start at [Poller.Refresh].
//
//	due_feeds    which feeds are fetched, and why others are not
//	claim_feeds  a claim on each feed, so that no two processes fetch it at once
//	host_queue   a limited number of requests at once, fewer to one host
//	yield_worker slow servers make room for other feeds
//	slow_host    a slow host with many feeds does not make the refresh long
//	job          conditional request, body hash, [parse.Parse], a few feeds at once
//	feed_state   what is stored of the response: failures, hints, redirects
//	offline      whether the network is to blame and not the feeds
//	save_batch   several feeds are saved in one transaction while the next batch
//	             is prepared; the goroutine that called Refresh reports them
//	index_texts  texts are indexed after the last feed is saved, and while no server
//	             responds
//	page_text    the articles of the web pages of new items, if a feed wants them
//	add_feed     which feeds an address offers, before one is subscribed to
//
// The number of results that wait to be saved is limited, so memory does not grow
// with the number of feeds. Never read the wall clock here: use the Poller's now.
package poll

import (
	"cmp"
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"dateline/feed"
	"dateline/feed/fetch"
	"dateline/feed/parse"
	"dateline/feed/schedule"
)

const (
	// Limits of requests at the same time if [Options] sets none.
	defaultWorkers = 96
	defaultPerHost = 2
	// pauseAfterFailure is how long nothing is due after a refresh that was
	// canceled or could not be saved. Its feeds are still due and would be fetched
	// again at once.
	pauseAfterFailure = time.Minute
	// wakeGrace is how long the network may take to come back after the computer
	// wakes up.
	wakeGrace = 5 * time.Minute
	// claimDuration is how long a claim of a killed process keeps other processes
	// from fetching its feeds. If a refresh takes longer, a feed may be fetched
	// twice.
	claimDuration = 10 * time.Minute
)

// Store is what a [Poller] needs of the database.
type Store interface {
	// Feeds returns the subscribed feeds in the order of the configuration.
	Feeds(ctx context.Context) ([]feed.Feed, error)
	// Claim claims the feeds for this process until the given time. It returns the
	// URLs of those that no other process has claimed or fetched since they were
	// read; if anyway is set, all of them. A claim ends with Save, with Release, or
	// at until.
	Claim(ctx context.Context, feeds []feed.Feed, until time.Time, anyway bool) (urls []string, err error)
	// Release ends the claims that were made with this until.
	Release(ctx context.Context, urls []string, until time.Time) error
	// Save stores the results in one transaction.
	Save(ctx context.Context, results ...feed.Fetched) ([]feed.Saved, error)
	// SetServerTime stores the time by the servers' clocks. What is removed because of
	// its age must be old by this time, not only by this computer's clock.
	SetServerTime(ctx context.Context, servers time.Time) error
	// IndexPending adds at most max items to the search index and returns the
	// number of items that are left.
	IndexPending(ctx context.Context, max int) (left int, err error)
	// Unindexed returns how many items are not in the search index yet.
	Unindexed(ctx context.Context) (int, error)
	// ItemsWithoutPageText returns at most max of a feed's newest items whose page text was
	// never fetched.
	ItemsWithoutPageText(ctx context.Context, url string, max int) ([]feed.Item, error)
	// SetPageText stores the page text of an item, or why there is none.
	SetPageText(ctx context.Context, item int64, t feed.PageText) error
}

// Options configures a [Poller]. Client, Store and Subscriptions are required.
type Options struct {
	Client *fetch.Client
	Store  Store
	// Subscriptions returns the current configuration. Feeds that it does not
	// contain are not fetched.
	Subscriptions func() []feed.Subscription
	// Now returns the current time. If it is nil, [time.Now] is used.
	Now func() time.Time
	// Workers is the limit of requests at the same time, and PerHost the limit for
	// one host and port. 0 means defaultWorkers and defaultPerHost. Many workers run
	// only while servers are slow.
	Workers int
	PerHost int
	// Jitter returns random numbers from -1 to 1 for [schedule.NextCheck]. If it is
	// nil, real random numbers are used.
	Jitter func() float64
	// Crashed is called after a panic while a feed is fetched, parsed or saved. If
	// it is nil, the panic is not recorded. It may be called from several
	// goroutines.
	Crashed func(*feed.PanicError)
}

// Poller refreshes feeds. It does nothing between calls. Several goroutines may
// use it.
type Poller struct {
	client        *fetch.Client
	store         Store
	subscriptions func() []feed.Subscription
	// clock measures durations and now is the time of day. Stored times come from
	// now, because the time of day advances while the computer sleeps.
	clock, now func() time.Time
	jitter     func() float64
	crashed    func(*feed.PanicError)
	// parse is [parse.Parse], except in tests.
	parse  func([]byte, parse.Origin) (*feed.Document, error)
	queues *hostQueues
	// idleAfter is how long no response has arrived when a refresh counts as waiting
	// for servers. Tests change it.
	idleAfter time.Duration
	// parseSlots limits the documents that are parsed at the same time.
	parseSlots chan struct{}

	mu sync.Mutex
	// claims holds the feeds that this process is fetching. The channel is closed
	// when the feed is saved.
	claims map[string]chan struct{}
	// hostPauses holds the hosts that asked for a pause.
	hostPauses map[string]pauseWindow
	// pageClaims holds the feeds whose page texts are being fetched.
	pageClaims map[string]bool
	// pause is the time in which nothing is due, and afterWake the time after the
	// computer woke up in which the network may be missing.
	pause, afterWake pauseWindow
	// earlier is the network state of the refreshes since the last success, and
	// outage is the current outage.
	earlier networkState
	outage  outage
}

// New returns a new Poller.
func New(o Options) *Poller {
	p := &Poller{
		client:        o.Client,
		store:         o.Store,
		subscriptions: o.Subscriptions,
		clock:         o.Now,
		jitter:        o.Jitter,
		crashed:       o.Crashed,
		parse:         parse.Parse,
		queues:        newHostQueues(cmp.Or(o.Workers, defaultWorkers), cmp.Or(o.PerHost, defaultPerHost), o.Crashed),
		idleAfter:     idleAfter,
		parseSlots:    make(chan struct{}, runtime.GOMAXPROCS(0)),
		claims:        make(map[string]chan struct{}),
		hostPauses:    make(map[string]pauseWindow),
		pageClaims:    make(map[string]bool),
		earlier:       newNetworkState(),
	}
	if p.clock == nil {
		p.clock = time.Now
	}
	p.now = func() time.Time { return p.clock().Round(0) }
	if p.jitter == nil {
		p.jitter = func() float64 { return 2*rand.Float64() - 1 }
	}
	return p
}

// noteWake records that the computer has just woken up.
func (p *Poller) noteWake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	p.afterWake = pauseWindow{now, now.Add(wakeGrace)}
}

// pauseWindow is a time in which a host, or every feed, is not requested.
type pauseWindow struct{ from, until time.Time }

// end returns the end of the window. It returns zero if the window has not
// started yet. That means the clock was set back. Ignoring the window is
// harmless, because windows are short.
func (w pauseWindow) end(now time.Time) time.Time {
	if schedule.InFuture(w.from, now) {
		return time.Time{}
	}
	return w.until
}

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
