package poll

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"dateline/feed"
)

const (
	// resultQueue is how many answers may wait for the saver.
	resultQueue = 8
	// batchFeeds bounds the feeds, batchItems roughly the items of one transaction:
	// large enough to be quick, small enough that a reader's mark, which waits
	// for the same writer, is not held up.
	batchFeeds = 100
	batchItems = 300
	// batchDelay is how long an answer waits for others to share its transaction,
	// most of whose cost does not depend on how many there are.
	batchDelay = 10 * time.Millisecond
	// indexChunk is how many items are indexed before looking whether to stop.
	indexChunk = 1000
	// saveGrace is how long saving may go on after the round was stopped.
	saveGrace = 5 * time.Second
)

// round is one call of Refresh.
type round struct {
	poller  *Poller
	started time.Time
	// claimsEnd is when the claims of the round run out.
	claimsEnd time.Time
	results   chan result
	report    func(feed.Report)
	// servers are the clocks of those that answered.
	servers serverClocks
	// pending counts the errands whose result has not come.
	pending     int
	done, total int
	// unindexed says that texts may wait for the index: those of this round, and
	// what an earlier one left that was killed.
	unindexed bool
	// network is what the answers so far tell of the network, held are the failures
	// that may be its own, lost says that they are.
	network networkState
	held    []result
	offline bool
}

// Refresh asks the feeds that ask names and calls report, from the calling
// goroutine, once for each of them:
//
//   - [feed.OK], [feed.Unchanged] and [feed.Failed] after the answer has been
//     saved, in the order of the answers but the failures last; Failed also for a
//     named feed that is not subscribed. When the failures show that the network
//     on this side is to blame, all of them say the same with Report.Away, and
//     nothing is saved of them: the feeds stay due, and no other round is for a
//     while. Then the rest of the feeds may not have been asked at all.
//   - [feed.Skipped] for one that is not due although DueOnly asks for due feeds,
//     or that is paused, gone or to be left alone by its server's word, unless it
//     is named; for one whose host asks for a pause in the course of the round;
//     for one that another Refresh was asking, after that answer has been saved;
//     and for one not answered when ctx ended, whose state stays as it was.
//
// Total leaves out the feeds that are not to be asked, which are reported first,
// and Done counts neither those nor what ctx cut short: a round is complete when
// its last report has Done equal to Total.
//
// The error is ctx's, when it ended the round early, or the store's: then no
// further feed is asked or reported.
func (p *Poller) Refresh(ctx context.Context, ask feed.RefreshRequest, report func(feed.Report)) error {
	if ask.AfterSleep {
		p.noteWake()
	}
	todo, err := p.planRefresh(ctx, ask)
	if err == nil {
		err = p.claimFeeds(ctx, &todo, ask.Feeds != nil && !ask.DueOnly)
	}
	if err != nil {
		p.pauseAll()
		return err
	}
	r := &round{
		poller:    p,
		claimsEnd: todo.claimsEnd,
		started:   p.now(),
		results:   make(chan result, resultQueue),
		report:    report,
		network:   newNetworkState(),
		servers:   serverClocks{skews: map[string]time.Duration{}},
		pending:   len(todo.jobs),
		total:     len(todo.jobs) + len(todo.unknown) + len(todo.fetchedElsewhere),

		unindexed: true,
	}
	for _, idle := range todo.skipped {
		r.reportSkipped(idle)
	}
	for _, u := range todo.unknown {
		r.reportDone(feed.Report{URL: u, Status: feed.Failed, Error: "You have not subscribed to this feed: add it first, or check the address for a misspelling."})
	}
	err = r.run(ctx, todo)
	if err != nil {
		p.pauseAll()
	}
	p.client.CloseIdle()
	return err
}

// pauseAll has nothing due for a while.
func (p *Poller) pauseAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pause = pauseWindow{p.now(), p.now().Add(pauseAfterFailure)}
}

// run asks, saves and indexes.
func (r *round) run(ctx context.Context, todo plan) error {
	asking, stop := context.WithCancel(ctx)
	defer stop()
	saving, end := withGrace(ctx, saveGrace)
	defer end()
	for _, e := range todo.jobs {
		r.poller.queues.add(hostKey(e.address()), func() {
			// A panic must not leave the round waiting.
			x := result{job: e, release: e.release, skipped: true, report: feed.Report{URL: e.feed.URL}}
			defer func() { r.results <- x }()
			x = r.poller.runJob(asking, e, r.started)
		})
	}
	broken := r.saveAll(saving, stop)
	if broken == nil {
		r.blameNetwork(ctx)
	}
	for got := range slices.Chunk(r.held, batchFeeds) {
		if broken == nil {
			broken = r.finishSave(saving, r.startSave(saving, got))
		}
	}
	releaseAll(r.held)
	if present := r.servers.serverTime(r.poller.now()); broken == nil && !present.IsZero() {
		_ = r.poller.store.SetPresent(saving, present) // or that of an earlier round holds
	}
	if broken != nil {
		r.poller.releaseClaims(saving, todo)
		return fmt.Errorf("refresh: %w", broken)
	}
	for _, o := range todo.fetchedElsewhere {
		select {
		case <-o.saved:
			r.reportDone(feed.Report{URL: o.url, Status: feed.Skipped})
		case <-ctx.Done():
			r.reportSkipped(feed.Report{URL: o.url, Status: feed.Skipped})
		}
	}
	for _, last := range []func() error{
		func() error { return r.finishIndex(ctx) },
		func() error { return r.fetchPageTexts(ctx, todo) },
		func() error { return r.finishIndex(ctx) },
	} {
		if err := last(); err != nil {
			return fmt.Errorf("refresh: %w", err)
		}
	}
	return ctx.Err()
}

// finishIndex indexes what was saved, once every feed is: before, it would take
// the processor and the writer from the news. What ctx cuts short follows another time,
// and so does what another process adds faster than it can be indexed.
func (r *round) finishIndex(ctx context.Context) error {
	for last := math.MaxInt; r.unindexed && ctx.Err() == nil; {
		left, err := r.poller.store.IndexPending(ctx, indexChunk)
		if err != nil && ctx.Err() == nil {
			return err
		}
		r.unindexed = left > 0 && left < last
		last = left
	}
	return nil
}

// reportDone reports a feed done.
func (r *round) reportDone(rep feed.Report) {
	r.done++
	rep.Done, rep.Total = r.done, r.total
	if r.done == r.total {
		rep.ClockAhead = r.servers.clockError()
	}
	r.report(rep)
}

// reportSkipped reports a feed that is no part of the round, or was not reached by it.
func (r *round) reportSkipped(rep feed.Report) {
	rep.Done, rep.Total = r.done, r.total
	r.report(rep)
}

// withGrace returns a context that ends some time after ctx does, so that what has
// been fetched can still be saved.
func withGrace(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	out, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-out.Done():
		}
	})
	return out, func() {
		stop()
		cancel()
	}
}
