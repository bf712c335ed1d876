// Package poll does the round: it chooses the feeds to ask, asks them, parses
// what came and hands it to a store that it only describes.
//
//	plan     which feeds
//	claim    one claim on each, so that no two processes ask it at once
//	lanes    bounded workers, a bound for each host
//	ask      conditional GET, then a hash, then [parse.Parse] on a few at a time
//	keep     a few feeds are saved in one transaction while the next is made
//	         ready; the goroutine that called Refresh reports them, and indexes
//	         while nothing waits
//	pages    the articles behind new items, for the feeds that want them
//
// What waits between asking and saving is bounded, so memory does not grow with
// the number of feeds.
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
	defaultWorkers = 96
	defaultPerHost = 2
	// pauseAfterFailure is how long nothing is due after a round that was stopped or could
	// not be saved: its feeds are still due, and would be asked again at once.
	pauseAfterFailure = time.Minute
	// wakeGrace is how long after a sleep the network may take to be there.
	wakeGrace = 5 * time.Minute
	// claimDuration is how long a process that was killed keeps others from asking the
	// feeds it was asking. A round that lasts longer may ask a feed twice.
	claimDuration = 10 * time.Minute
)

// Store is what polling needs of a cache.
type Store interface {
	// Feeds returns the subscribed feeds, in the order of the configuration.
	Feeds(ctx context.Context) ([]feed.Feed, error)
	// Claim says that this process is asking the feeds until then, and gives back
	// those that no other one is asking or has asked since they were read; with
	// anyway all of them. A claim ends with Save, with Release, or at until.
	Claim(ctx context.Context, feeds []feed.Feed, until time.Time, anyway bool) (urls []string, err error)
	// Release ends claims made until then.
	Release(ctx context.Context, urls []string, until time.Time) error
	// Save keeps answers in one transaction.
	Save(ctx context.Context, answers ...feed.Fetched) ([]feed.Saved, error)
	// SetPresent notes the time by the servers' clocks: nothing is older than it
	// says, whatever this computer's own clock says.
	SetPresent(ctx context.Context, servers time.Time) error
	// IndexPending brings the full-text index up to date for at most max items
	// and says how many are left.
	IndexPending(ctx context.Context, max int) (left int, err error)
	// WantFulltext gives up to max of a feed's newest items whose pages were
	// never asked for.
	WantFulltext(ctx context.Context, url string, max int) ([]feed.Item, error)
	// SetFulltext keeps what asking for an item's page came to.
	SetFulltext(ctx context.Context, item int64, t feed.Fulltext) error
}

// Options are what a [Poller] works with.
type Options struct {
	Client *fetch.Client
	Store  Store
	// Subscriptions returns the configuration as it stands: a feed that is not
	// in it is not asked.
	Subscriptions func() []feed.Subscription
	// Now is the clock; nil means [time.Now].
	Now func() time.Time
	// Workers bounds the requests at one time, PerHost those to one host and
	// port; zero means 96 and 2. Many workers are cheap, and keep a few slow
	// hosts from holding up the rest.
	Workers int
	PerHost int
	// Jitter returns random numbers from -1 to 1 for [schedule.NextCheck]; nil means
	// real ones.
	Jitter func() float64
	// Crashed keeps a fault of dateline's own, which ended one feed's turn; nil
	// forgets it. It is called from many goroutines.
	Crashed func(*feed.PanicError)
}

// Poller refreshes feeds. It starts nothing by itself and is idle between
// calls; it may be used from many goroutines.
type Poller struct {
	client        *fetch.Client
	store         Store
	subscriptions func() []feed.Subscription
	// clock is for how long something takes, now for when it is: what is kept is
	// compared with the time of day, which goes on while the computer sleeps.
	clock, now func() time.Time
	jitter     func() float64
	crashed    func(*feed.PanicError)
	// parse is [parse.Parse].
	parse  func([]byte, parse.Origin) (*feed.Document, error)
	queues *hostQueues
	// parseSlots has a place for each document being parsed.
	parseSlots chan struct{}

	mu sync.Mutex
	// claims holds the feeds being asked; the channel closes when one is saved.
	claims map[string]chan struct{}
	// hostPauses holds the hosts that want to be left alone.
	hostPauses map[string]pauseWindow
	// pageClaims holds the feeds whose items' pages are being asked for.
	pageClaims map[string]bool
	// pause is the time in which nothing is due, woken that after a sleep of the
	// computer.
	pause, afterWake pauseWindow
	// earlier is what the rounds since the last good answer tell of the network,
	// outage what is wrong with it.
	earlier networkState
	outage  outage
}

// New makes a Poller.
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

// noteWake notes that the computer has slept.
func (p *Poller) noteWake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	p.afterWake = pauseWindow{now, now.Add(wakeGrace)}
}

// pause is a time in which something is left alone.
type pauseWindow struct{ from, until time.Time }

// end is when the rest ends at the latest; zero when it has not begun yet: the
// clock has been set back since, and a rest is short.
func (r pauseWindow) end(now time.Time) time.Time {
	if schedule.InFuture(r.from, now) {
		return time.Time{}
	}
	return r.until
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
