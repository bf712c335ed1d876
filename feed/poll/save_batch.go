package poll

import (
	"context"
	"time"

	"dateline/feed"
	"dateline/feed/text"
)

// saving is a running transaction and the results that it saves.
type saving struct {
	results []result
	fetched []feed.Fetched
	saved   []feed.Saved
	err     error
	done    chan struct{}
}

// startSave starts to save results in one transaction. The store can prepare a
// transaction before the previous one has ended.
func (r *round) startSave(ctx context.Context, got []result) *saving {
	s := &saving{results: got, done: make(chan struct{})}
	var unsaved []string
	for _, g := range got {
		if g.unsaved() {
			unsaved = append(unsaved, g.job.feed.URL)
		} else {
			s.fetched = append(s.fetched, g.fetched)
		}
	}
	go func() {
		defer close(s.done)
		crash := feed.Recover("saving feeds", r.poller.crashed, func() {
			if len(unsaved) > 0 {
				_ = r.poller.store.Release(ctx, unsaved, r.claimsEnd) // if this fails, the claims expire
			}
			if len(s.fetched) > 0 {
				s.saved, s.err = r.poller.store.Save(ctx, s.fetched...)
			}
		})
		if crash != nil {
			s.err = crash
		}
	}()
	return s
}

// finishSave waits until the results are saved and reports them. If saving
// failed, it saves them one by one, so that a feed that cannot be saved does
// not affect the others. It returns an error if the store accepts nothing.
func (r *round) finishSave(ctx context.Context, s *saving) (err error) {
	<-s.done
	crash := feed.Recover("saving feeds", r.poller.crashed, func() {
		if s.err != nil {
			err = r.saveOneByOne(ctx, s.results)
			return
		}
		addCounts(s.results, s.saved)
		for _, g := range s.results {
			r.reportResult(g)
		}
	})
	if crash != nil {
		return crash
	}
	return err
}

// reportResult reports a result that is saved or needs no saving.
func (r *round) reportResult(g result) {
	r.index.saved(g.report.New + g.report.Updated + g.report.Reissued)
	if g.skipped {
		r.reportSkipped(feed.Report{URL: g.job.feed.URL, Status: feed.Skipped})
		return
	}
	r.reportDone(g.report)
}

// saveOneByOne saves each result in its own transaction. If a result cannot be
// saved but its failure can, the failure is reported as that feed's.
func (r *round) saveOneByOne(ctx context.Context, got []result) error {
	for i := range got {
		g := &got[i]
		if g.unsaved() {
			r.reportResult(*g)
			continue
		}
		saved, err := r.poller.store.Save(ctx, g.fetched)
		if err == nil {
			addCounts(got[i:i+1], saved)
			r.reportResult(*g)
			continue
		}
		g.report.Status = feed.Failed
		g.report.Error = "The response of this feed could not be saved (" + text.Clean(err.Error()) + "): if it happens again, run `dateline doctor` to check the database."
		state := g.job.feed.Poll
		state.LastChecked, state.NextCheck, state.Reason = g.fetched.State.LastChecked, g.fetched.State.NextCheck, g.fetched.State.Reason
		state.Failures++
		state.Error = g.report.Error
		log := g.fetched.Log
		log.Outcome, log.Error = g.report.Status, g.report.Error
		if _, again := r.poller.store.Save(ctx, feed.Fetched{URL: g.fetched.URL, State: state, RefreshStart: g.fetched.RefreshStart, Log: log}); again != nil {
			return err
		}
		r.reportResult(*g)
	}
	return nil
}

// addCounts adds the counts of the saved items to the reports.
func addCounts(got []result, saved []feed.Saved) {
	byURL := make(map[string]feed.Saved, len(saved))
	for _, s := range saved {
		byURL[s.URL] = s
	}
	for i := range got {
		s := byURL[got[i].report.URL]
		r := &got[i].report
		r.New, r.Updated, r.Reissued, r.Notify = s.New, s.Updated, s.Reissued, s.Notify
	}
}

// saveAll saves the results as they arrive and reports them in that order.
// While one transaction is written, the next batch is prepared. While no response
// arrives, texts are indexed. After an error of the store no further feed is
// fetched. fetching ends when nothing is fetched any more.
func (r *round) saveAll(ctx, fetching context.Context, stop func()) (storeErr error) {
	var written *saving
	finish := func() {
		if written == nil {
			return
		}
		<-written.done
		if storeErr == nil {
			if storeErr = r.finishSave(ctx, written); storeErr != nil {
				stop()
			}
		}
		releaseAll(written.results)
		written = nil
	}
	wait := r.poller.idleAfter
	for r.pending > 0 {
		var saved chan struct{}
		var idle <-chan time.Time
		switch {
		case written != nil:
			saved = written.done
		case storeErr == nil && r.index.unindexed && !r.index.failed:
			idle = time.After(wait)
		}
		select {
		case <-saved:
			finish()
		case <-idle:
			r.indexIdle(fetching)
			wait = 0
		case x := <-r.results:
			wait = r.poller.idleAfter
			got := r.holdFailures(r.nextBatch(x), stop)
			if storeErr != nil {
				releaseAll(got)
				continue
			}
			next := r.startSave(ctx, got)
			finish()
			written = next
		}
	}
	finish()
	return storeErr
}

// releaseAll releases results.
func releaseAll(done []result) {
	for _, g := range done {
		g.release()
	}
}

// nextBatch waits for more results and returns those for one transaction.
func (r *round) nextBatch(first result) []result {
	var got []result
	items := 0
	take := func(x result) {
		r.pending--
		got = append(got, x)
		if x.fetched.Document != nil {
			items += len(x.fetched.Document.Items)
		}
	}
	take(first)
	waited := time.NewTimer(batchDelay)
	defer waited.Stop()
	for r.pending > 0 && len(got) < batchFeeds && items < batchItems {
		select {
		case x := <-r.results:
			take(x)
		case <-waited.C:
			return got
		}
	}
	return got
}
