package poll

import (
	"context"
	"fmt"
	"slices"
	"time"

	"dateline/feed"
	"dateline/feed/fetch"
)

const (
	// resultQueue is how many results may wait to be saved.
	resultQueue = 8
	// batchFeeds is the limit of feeds in one transaction, and batchItems roughly
	// the limit of items. Larger transactions are faster for each item, but a
	// user's mark waits until the transaction ends.
	batchFeeds = 250
	batchItems = 300
	// batchDelay is how long a result waits for others to share its transaction.
	// Most of the cost of a transaction does not depend on its size.
	batchDelay = 30 * time.Millisecond
	// deferral is how long a feed whose response came slowly waits for its second
	// request, and shortDeferral how long one waits for which this computer had too
	// little.
	deferral, shortDeferral = 3 * time.Second, time.Second
	// saveGrace is how long saving may continue after the refresh was canceled.
	saveGrace = 5 * time.Second
)

// round is one call of Refresh.
type round struct {
	poller *Poller
	// begun is when the refresh began by the clock for durations, and started by the
	// time of day.
	begun, started time.Time
	// claimsEnd is when the claims of the refresh expire.
	claimsEnd time.Time
	results   chan result
	report    func(feed.Report)
	// servers compares this computer's clock with those of the servers that
	// responded.
	servers serverClocks
	// pending counts the jobs whose result has not arrived.
	pending     int
	done, total int
	index       indexing
	// longest is the longest timeout of the feeds.
	longest time.Duration
	hosts   hostTimes
	// network is what the responses so far show about the network. held are the
	// failures that the network may have caused. offline reports whether it did.
	network networkState
	held    []result
	offline bool
}

// Refresh fetches the feeds that req names. It calls report once for each of
// them, from the calling goroutine. The report has one of these statuses:
//
//   - [feed.OK], [feed.Unchanged] and [feed.Failed] after the result has been
//     saved, in the order of the responses. Failures of http feeds come last,
//     because the network may have caused them.
//   - [feed.Failed] with Report.Offline if the network caused the failures.
//     All of them have the same message, and nothing is saved. The feeds stay
//     due, but nothing is due for a while. The remaining feeds may not have
//     been requested at all.
//   - [feed.Failed] for a requested URL that is not subscribed, before
//     anything is fetched.
//   - [feed.Skipped] for a feed that is not due, if req.DueOnly is set.
//   - [feed.Skipped] for a feed that is paused or gone, whose server asked for
//     a pause, or that another process is fetching. Such a feed is fetched if
//     req.Feeds names it and req.DueOnly is not set.
//   - [feed.Skipped] for a feed whose host asks for a pause during the
//     refresh, with the same exception.
//   - [feed.Skipped] for a feed that could make the refresh much longer than the
//     longest timeout, because its host is slow and has many feeds.
//   - [feed.Skipped] for a feed that another Refresh is fetching, after that
//     result has been saved.
//   - [feed.Skipped] for a feed without a response when ctx ended. Its state
//     does not change.
//
// Total does not count the feeds that are not to be fetched, which are reported
// first. Done counts neither those nor what ctx ended early. So the refresh is
// complete if its last report has Done equal to Total.
//
// Refresh returns the error of ctx if that ended it early, or the error of the
// store. After an error of the store, no further feed is fetched or reported.
func (p *Poller) Refresh(ctx context.Context, req feed.RefreshRequest, report func(feed.Report)) error {
	begun := p.clock()
	if req.AfterSleep {
		p.noteWake()
	}
	todo, err := p.planRefresh(ctx, req)
	if err == nil {
		err = p.claimFeeds(ctx, &todo, req.Feeds != nil && !req.DueOnly)
	}
	if err != nil {
		p.pauseAll()
		return err
	}
	r := &round{
		poller:    p,
		begun:     begun,
		claimsEnd: todo.claimsEnd,
		started:   p.now(),
		results:   make(chan result, resultQueue),
		report:    report,
		network:   newNetworkState(),
		servers:   serverClocks{skews: map[string]time.Duration{}},
		pending:   len(todo.jobs),
		total:     len(todo.jobs) + len(todo.unknown) + len(todo.fetchedElsewhere),
		index:     indexing{unindexed: true, brief: req.Brief},
		longest:   todo.longestTimeout(),
	}
	for _, skipped := range todo.skipped {
		r.reportSkipped(skipped)
	}
	for _, u := range todo.unknown {
		r.reportDone(feed.Report{URL: u, Status: feed.Failed, Error: "You are not subscribed to this feed: add it first, or check the spelling of the address."})
	}
	err = r.run(ctx, todo)
	if err != nil {
		p.pauseAll()
	}
	p.client.CloseIdle()
	return err
}

// pauseAll makes nothing due for a while.
func (p *Poller) pauseAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pause = pauseWindow{p.now(), p.now().Add(pauseAfterFailure)}
}

// run fetches, saves and indexes the feeds of the plan, then fetches page
// texts.
func (r *round) run(ctx context.Context, todo plan) error {
	fetching, stop := context.WithCancel(ctx)
	defer stop()
	saveCtx, end := withGrace(ctx, saveGrace)
	defer end()
	for _, j := range todo.jobs {
		r.queue(fetching, j)
	}
	storeErr := r.saveAll(saveCtx, fetching, stop)
	if storeErr == nil {
		r.blameNetwork(ctx)
	}
	for got := range slices.Chunk(r.held, batchFeeds) {
		if storeErr == nil {
			storeErr = r.finishSave(saveCtx, r.startSave(saveCtx, got))
		}
	}
	releaseAll(r.held)
	if serverTime := r.servers.serverTime(r.poller.now()); storeErr == nil && !serverTime.IsZero() {
		_ = r.poller.store.SetServerTime(saveCtx, serverTime) // if this fails, the time of an earlier refresh stays
	}
	if storeErr != nil {
		r.poller.releaseClaims(saveCtx, todo)
		return fmt.Errorf("refresh: %w", storeErr)
	}
	for _, o := range todo.fetchedElsewhere {
		select {
		case <-o.saved:
			r.reportDone(feed.Report{URL: o.url, Status: feed.Skipped})
		case <-ctx.Done():
			r.reportSkipped(feed.Report{URL: o.url, Status: feed.Skipped})
		}
	}
	r.index.limit = r.poller.clock().Sub(r.begun) / briefPart
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

// queue fetches a feed when its host and the limit of requests allow it.
func (r *round) queue(ctx context.Context, j job) {
	j.onWait = r.poller.queues.wait
	r.hosts.watch(&j, r.poller.clock)
	r.poller.queues.add(hostKey(j.address()), func() {
		// This result is used if the job panics. Otherwise the refresh would
		// wait forever.
		x := result{job: j, release: j.release, skipped: true, report: feed.Report{URL: j.feed.URL}}
		defer func() {
			if x.deferred {
				go r.queueLast(ctx, x.job, x.outcome.kind)
				return
			}
			r.results <- x
		}()
		if r.leaves(j) {
			x = r.leave(j)
			return
		}
		x = r.runYielding(ctx, j)
	})
}

// runYielding runs a job. If its server is so slow that it makes room for others, it is
// deferred, unless it was before.
func (r *round) runYielding(ctx context.Context, j job) result {
	if j.last {
		return r.poller.runJob(ctx, j, r.started)
	}
	fetching, y, end := r.poller.queues.beginYielding(ctx)
	defer end()
	j.received = &y.received
	onWait := j.onWait
	j.onWait = func(begins bool) {
		r.poller.queues.waitYielding(y, begins)
		onWait(begins)
	}
	x := r.poller.runJob(fetching, j, r.started)
	if x.skipped && y.stopped.Load() && ctx.Err() == nil {
		x.deferred, x.outcome.kind = true, kindYielded
	}
	return x
}

// kindYielded is the kind of an outcome that made room for others.
const kindYielded fetch.Kind = "yielded"

// queueLast fetches a deferred feed once more when the others had time to end.
func (r *round) queueLast(ctx context.Context, j job, kind fetch.Kind) {
	wait := shortDeferral
	switch kind {
	case fetch.KindSlow:
		j.last, wait = true, deferral
	case kindYielded:
		j.last, wait = true, 0
		r.poller.queues.awaitOthers(ctx)
	}
	select {
	case <-time.After(wait):
	case <-ctx.Done():
	}
	r.queue(ctx, j)
}

// reportDone reports a feed and counts it as done.
func (r *round) reportDone(rep feed.Report) {
	r.done++
	rep.Done, rep.Total = r.done, r.total
	if r.done == r.total {
		rep.ClockAhead = r.servers.clockError()
	}
	r.report(rep)
}

// reportSkipped reports a feed that is not part of the refresh or was not
// reached.
func (r *round) reportSkipped(rep feed.Report) {
	rep.Done, rep.Total = r.done, r.total
	r.report(rep)
}

// withGrace returns a context that ends some time after ctx, so that fetched
// feeds can still be saved.
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
