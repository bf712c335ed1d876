package poll

import (
	"context"

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
