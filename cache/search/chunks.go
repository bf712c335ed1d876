package search

import (
	"context"
	"slices"

	"dateline/cache/db"
)

// posRange is a range of positions, above and below, and the range of document
// numbers that its items have, low and high. All four bounds are exclusive.
type posRange struct{ above, below, low, high int64 }

// bound is a placeholder among the arguments of a query. [posRange.bind] replaces
// it by a bound of the range that is read.
type bound int

const (
	aboveBound bound = iota
	belowBound
	lowBound
	highBound
)

// bind returns the query with the bounds of the range instead of the placeholders.
func (r posRange) bind(t db.Text) db.Text {
	ends := [...]int64{aboveBound: r.above, belowBound: r.below, lowBound: r.low, highBound: r.high}
	args := slices.Clone(t.Args)
	for i, a := range args {
		if e, ok := a.(bound); ok {
			args[i] = ends[e]
		}
	}
	return db.Text{SQL: t.SQL, Args: args}
}

const (
	// firstChunk is how many rows of the list the first chunk has: more than a page,
	// because usually not every row of the list is in the view.
	firstChunk = 128
	// maxChunk limits the rows of a chunk, and so the memory that it takes.
	maxChunk = 1 << 17
)

// byChunks is [Plan.between] for a plan with conditions that read the posting list or
// the list of the whole range first. So the range is read in chunks, each with twice
// as many rows of chunkBy as the last, until there are n rows. A page costs at most
// about twice its own range, however many items there are.
func (p *Plan) byChunks(ctx context.Context, q db.Querier, above, below int64, ascending bool, n int) ([]int64, error) {
	var found []int64
	for size := p.chunkRows; ; size = min(2*size, maxChunk) {
		chunk := posRange{above: above, below: below}
		lowest, highest, more, err := p.chunkBy.peek(ctx, q, chunk, ascending, size)
		if err != nil {
			return nil, err
		}
		if more && ascending {
			above, chunk.below = highest, highest+1
		} else if more {
			below, chunk.above = lowest, lowest-1
		}
		left := n
		if n >= 0 {
			left = n - len(found)
		}
		lowest, highest = p.widen(chunk, lowest, highest)
		chunk.above, chunk.below = max(chunk.above, lowest-1), min(chunk.below, highest+1)
		some, err := p.scanRange(ctx, q, chunk, ascending, left)
		if err != nil {
			return nil, err
		}
		if found = append(found, some...); !more || len(found) == n {
			return found, nil
		}
	}
}

// peek returns the lowest and the highest of the first n rows in the range, in the
// given direction. more reports whether there are n rows. If there is no row, lowest
// is above highest. A common word may have many postings outside these two.
func (p *Plan) peek(ctx context.Context, q db.Querier, s posRange, ascending bool, n int) (lowest, highest int64, more bool, err error) {
	lowest, highest = p.widen(s, db.Top, db.Bottom)
	scan, err := p.scan(ctx, q, s, ascending, n)
	if err != nil || scan.SQL == "" {
		return lowest, highest, false, err
	}
	t := db.SQL("SELECT count(*) = ?, coalesce(min(pos), ?), coalesce(max(pos), ?) FROM (", n, db.Top, db.Bottom)
	t.Add(scan.SQL+")", scan.Args...)
	var from, to int64
	err = q.QueryRowContext(ctx, t.SQL, t.Args...).Scan(&more, &from, &to)
	if more {
		return from, to, true, err
	}
	return min(lowest, from), max(highest, to), false, err
}

// widen lowers lowest and raises highest so that the extra rows in the range are
// between them.
func (p *Plan) widen(s posRange, lowest, highest int64) (int64, int64) {
	for _, at := range p.extras {
		if s.above < at && at < s.below {
			lowest, highest = min(lowest, at), max(highest, at)
		}
	}
	return lowest, highest
}
