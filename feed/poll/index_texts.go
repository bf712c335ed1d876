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
// it would compete with them for the processor and the writer.
func (r *round) finishIndex(ctx context.Context) (err error) {
	x, begun := &r.index, r.poller.clock()
	if x.unindexed {
		x.unindexed, err = r.poller.IndexTexts(ctx, x.brief, x.limit)
	}
	x.limit -= r.poller.clock().Sub(begun)
	return err
}

// IndexTexts adds texts that wait to the search index, and reports whether some are left. If
// brief is set, it takes about as long as limit at most and leaves a few texts always: the open
// screen indexes them, or a later refresh while it waits for servers. If ctx ends, or another
// process adds items faster than they are indexed, a later refresh continues, too.
func (p *Poller) IndexTexts(ctx context.Context, brief bool, limit time.Duration) (left bool, err error) {
	chunk := indexChunk
	if brief {
		waiting, err := p.store.Unindexed(ctx)
		if err != nil || waiting <= feed.FewTexts {
			return true, err
		}
		chunk = briefChunk
	}
	left = true
	for last := math.MaxInt; left && ctx.Err() == nil && (!brief || limit > 0); {
		begun := p.clock()
		n, err := p.store.IndexPending(ctx, chunk)
		if err != nil && ctx.Err() == nil {
			return true, err
		}
		left = n > 0 && n < last
		limit -= p.clock().Sub(begun)
		last = n
	}
	return left, nil
}
