package poll

import (
	"context"
	"math"
	"time"
)

const (
	// indexChunk is how many items are indexed before checking whether to stop.
	indexChunk = 1000
	// probeChunk is how many items a brief refresh indexes first, to measure how
	// long an item takes.
	probeChunk = 50
	// idleChunk is how many items are indexed at once while the refresh waits for
	// servers. A response that arrives meanwhile waits until they are written.
	idleChunk = 50
	// idleAfter is how long no response has arrived when the refresh counts as
	// waiting for servers.
	idleAfter = 100 * time.Millisecond
	// shortIndexing is how long nobody minds waiting for the index.
	shortIndexing = time.Second
)

// indexLimit returns how long a brief refresh may index if everything before took
// that long: a quarter of it, and always a short while, but never longer than it.
func indexLimit(took time.Duration) time.Duration {
	return max(took/4, min(took, shortIndexing))
}

// indexing is the state of the search index in a refresh.
type indexing struct {
	// unindexed reports whether texts may wait to be indexed: those of this
	// refresh, and those that an earlier one left.
	unindexed bool
	// failed reports whether indexing failed while the refresh waited for servers.
	failed bool
	// brief is that of the request. own is how many more texts a brief refresh may
	// index: as many as it saved.
	brief bool
	own   int
	// limit is how long a brief refresh may index after its last save, and spent how
	// long it has done so.
	limit, spent time.Duration
}

// saved records that a refresh has saved texts.
func (x *indexing) saved(texts int) {
	if texts > 0 {
		x.unindexed, x.own = true, x.own+texts
	}
}

// indexIdle indexes a few texts while the refresh waits for servers. If it
// fails, finishIndex tries again and returns the error.
func (r *round) indexIdle(ctx context.Context) {
	left, err := r.poller.store.IndexPending(ctx, idleChunk)
	r.index.failed = err != nil
	r.index.unindexed = err != nil || left > 0
	r.index.own = max(r.index.own-idleChunk, 0)
}

// finishIndex indexes what was saved. It runs after every feed is saved: earlier
// it would compete with them for the processor and the writer. A brief refresh
// indexes only as many texts as it has saved, and no longer than r.index.limit.
// The open screen indexes the rest, or a later refresh while it waits for
// servers. If ctx ends, or another process adds items faster than they are
// indexed, a later refresh continues, too.
func (r *round) finishIndex(ctx context.Context) error {
	x, chunk := &r.index, indexChunk
	switch {
	case x.brief && x.spent > 0 && x.spent >= x.limit:
		return nil
	case x.brief:
		chunk = min(probeChunk, x.own)
	}
	for last := math.MaxInt; x.unindexed && chunk > 0 && ctx.Err() == nil; {
		begun := r.poller.clock()
		left, err := r.poller.store.IndexPending(ctx, chunk)
		if err != nil && ctx.Err() == nil {
			return err
		}
		x.unindexed = left > 0 && left < last
		last = left
		if x.brief {
			chunk = x.next(chunk, r.poller.clock().Sub(begun))
		}
	}
	return nil
}

// next returns how many texts a brief refresh indexes next, after it has indexed
// n texts in the time took.
func (x *indexing) next(n int, took time.Duration) int {
	x.own = max(x.own-n, 0)
	x.spent += took
	fit := indexChunk
	if perItem := took / time.Duration(n); perItem > 0 {
		fit = int(max(x.limit-x.spent, 0) / perItem)
	}
	return min(indexChunk, x.own, fit)
}
