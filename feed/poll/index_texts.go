package poll

import (
	"context"
	"math"
	"time"

	"dateline/feed"
)

const (
	// indexChunk is how many items are indexed before checking whether to stop.
	indexChunk = 1000
	// briefChunk is the same for a brief refresh.
	briefChunk = 100
	// idleChunk is how many items are indexed at once while the refresh waits for
	// servers. A response that arrives meanwhile waits until they are written.
	idleChunk = 50
	// idleAfter is how long no response has arrived when the refresh counts as
	// waiting for servers.
	idleAfter = 100 * time.Millisecond
	// briefPart is the part of the time of a brief refresh for which it indexes after
	// its last save: one of briefPart.
	briefPart = 4
)

// indexing is the state of the search index in a refresh.
type indexing struct {
	// unindexed reports whether texts may wait to be indexed: those of this
	// refresh, and those that an earlier one left.
	unindexed bool
	// failed reports whether indexing failed while the refresh waited for servers.
	failed bool
	// brief is that of the request, limit how long a brief refresh may still index
	// after its last save.
	brief bool
	limit time.Duration
}

// saved records that a refresh has saved texts.
func (x *indexing) saved(texts int) {
	if texts > 0 {
		x.unindexed = true
	}
}

// indexIdle indexes a few texts while the refresh waits for servers. If it
// fails, finishIndex tries again and returns the error.
func (r *round) indexIdle(ctx context.Context) {
	left, err := r.poller.store.IndexPending(ctx, idleChunk)
	r.index.failed = err != nil
	r.index.unindexed = err != nil || left > 0
}

// finishIndex indexes what was saved. It runs after every feed is saved: earlier
// it would compete with them for the processor and the writer. A brief refresh
// leaves what it has no time for, and a few texts always. The open screen indexes
// them, or a later refresh while it waits for servers. If ctx ends, or another
// process adds items faster than they are indexed, a later refresh continues, too.
func (r *round) finishIndex(ctx context.Context) error {
	x, chunk := &r.index, indexChunk
	if x.brief {
		waiting, err := r.poller.store.Unindexed(ctx)
		if err != nil || waiting <= feed.FewTexts {
			return err
		}
		chunk = briefChunk
	}
	for last := math.MaxInt; x.unindexed && ctx.Err() == nil && (!x.brief || x.limit > 0); {
		begun := r.poller.clock()
		left, err := r.poller.store.IndexPending(ctx, chunk)
		if err != nil && ctx.Err() == nil {
			return err
		}
		x.unindexed = left > 0 && left < last
		x.limit -= r.poller.clock().Sub(begun)
		last = left
	}
	return nil
}
