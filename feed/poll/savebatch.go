package poll

import (
	"context"
	"time"

	"dateline/feed"
	"dateline/feed/text"
)

// keeping is a transaction under way with the results that it saves.
type keeping struct {
	got     []result
	answers []feed.Fetched
	saved   []feed.Saved
	err     error
	done    chan struct{}
}

// begin has results saved in one transaction. Much of that is making them ready,
// for which a store does not need the transaction before them to have ended.
func (r *round) begin(ctx context.Context, got []result) *keeping {
	k := &keeping{got: got, done: make(chan struct{})}
	var unsaved []string
	for _, g := range got {
		if g.unsaved() {
			unsaved = append(unsaved, g.errand.feed.URL)
		} else {
			k.answers = append(k.answers, g.answer)
		}
	}
	go func() {
		defer close(k.done)
		crash := feed.Recover("saving feeds", r.poller.crashed, func() {
			if len(unsaved) > 0 {
				_ = r.poller.store.Release(ctx, unsaved, r.until) // or they run out
			}
			if len(k.answers) > 0 {
				k.saved, k.err = r.poller.store.Save(ctx, k.answers...)
			}
		})
		if crash != nil {
			k.err = crash
		}
	}()
	return k
}

// end waits for results to be saved and reports them. When that failed they are
// tried one by one, so that one feed the store cannot take does not stop the
// others. An error means that the store takes nothing.
func (r *round) end(ctx context.Context, k *keeping) (err error) {
	<-k.done
	crash := feed.Recover("saving feeds", r.poller.crashed, func() {
		if k.err != nil {
			err = r.keepSingly(ctx, k.got)
			return
		}
		count(k.got, k.saved)
		for _, g := range k.got {
			r.conclude(g)
		}
	})
	if crash != nil {
		return crash
	}
	return err
}

// conclude reports a result that is saved, or needs no saving.
func (r *round) conclude(g result) {
	if g.skipped {
		r.skip(feed.Report{URL: g.errand.feed.URL, Status: feed.Skipped})
		return
	}
	r.tell(g.report)
}

// keepSingly saves result by result. Where an answer cannot be saved but the
// news of its failure can, the fault is the answer's.
func (r *round) keepSingly(ctx context.Context, got []result) error {
	for i := range got {
		g := &got[i]
		if g.unsaved() {
			r.conclude(*g)
			continue
		}
		saved, err := r.poller.store.Save(ctx, g.answer)
		if err == nil {
			count(got[i:i+1], saved)
			r.conclude(*g)
			continue
		}
		g.report.Status = feed.Failed
		g.report.Error = "What this feed sent could not be saved (" + text.Clean(err.Error()) + "): if it happens again, run dateline doctor to check the cache."
		state := g.errand.feed.Poll
		state.LastChecked, state.NextCheck, state.Reason = g.answer.State.LastChecked, g.answer.State.NextCheck, g.answer.State.Reason
		state.Failures++
		state.Error = g.report.Error
		log := g.answer.Log
		log.Outcome, log.Error = g.report.Status, g.report.Error
		if _, again := r.poller.store.Save(ctx, feed.Fetched{URL: g.answer.URL, State: state, Round: g.answer.Round, Log: log}); again != nil {
			return err
		}
		r.conclude(*g)
	}
	return nil
}

// count enters what was saved into the reports.
func count(got []result, saved []feed.Saved) {
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

// keepAll saves the results as they come and reports them in that order. While
// one transaction is written the next one is made ready. After an error, which
// is the store's, no further feed is asked.
func (r *round) keepAll(ctx context.Context, stop func()) (broken error) {
	var written *keeping
	finish := func() {
		if written == nil {
			return
		}
		<-written.done
		if broken == nil {
			if broken = r.end(ctx, written); broken != nil {
				stop()
			}
		}
		release(written.got)
		written = nil
	}
	for r.left > 0 {
		var saved chan struct{}
		if written != nil {
			saved = written.done
		}
		select {
		case <-saved:
			finish()
		case x := <-r.results:
			got := r.sift(r.gather(x), stop)
			if broken != nil {
				release(got)
				continue
			}
			next := r.begin(ctx, got)
			finish()
			written = next
		}
	}
	finish()
	return broken
}

func release(done []result) {
	for _, g := range done {
		g.release()
	}
}

// gather takes as many results as make one transaction.
func (r *round) gather(first result) []result {
	var got []result
	items := 0
	take := func(x result) {
		r.left--
		got = append(got, x)
		if x.answer.Document != nil {
			items += len(x.answer.Document.Items)
		}
	}
	take(first)
	waited := time.NewTimer(company)
	defer waited.Stop()
	for r.left > 0 && len(got) < batch && items < batchItems {
		select {
		case x := <-r.results:
			take(x)
		case <-waited.C:
			return got
		}
	}
	return got
}
