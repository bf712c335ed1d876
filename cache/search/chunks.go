package search

import (
	"context"
	"database/sql"
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
	// firstChunk is how many candidates the first chunk has: more than a page,
	// because usually not every candidate is in the view.
	firstChunk = 128
	// maxChunk limits the candidates of a chunk, and so the memory that it takes.
	maxChunk = 1 << 17
)

// byChunks is [Plan.between] for a plan with conditions that read a whole posting
// list or candidate list first. Reading a list in order costs a hundredth of a
// lookup per entry, but reading all of it for one page is wasteful. So the range is
// read in chunks, each twice as long as the last, until there are n rows. A page
// costs at most about twice its own range, however many items there are.
func (p *Plan) byChunks(ctx context.Context, q db.Querier, above, below int64, ascending bool, n int) ([]int64, error) {
	var found []int64
	for size := p.chunkRows; ; size = min(2*size, maxChunk) {
		chunk := posRange{above: above, below: below}
		first, last, more, err := p.chunkBy.peek(ctx, q, chunk, ascending, size)
		if err != nil {
			return nil, err
		}
		if more && ascending {
			above, chunk.below = last, last+1
		} else if more {
			below, chunk.above = last, last-1
		}
		left := n
		if n >= 0 {
			left = n - len(found)
		}
		if !p.chunkBy.usesNumbers() { // a scan by document number misses pending items before first
			chunk = p.trimChunk(first, chunk, ascending)
		}
		some, err := p.scanRange(ctx, q, chunk, ascending, left)
		if err != nil {
			return nil, err
		}
		if found = append(found, some...); !more || len(found) == n {
			return found, nil
		}
	}
}

// trimChunk shortens the chunk so that it starts at its first candidate or extra
// row. The rows before that cannot be in the view, but a common word may have many
// postings there.
func (p *Plan) trimChunk(position int64, chunk posRange, ascending bool) posRange {
	for _, at := range p.extras {
		if chunk.above < at && at < chunk.below && (at < position) == ascending {
			position = at
		}
	}
	if ascending {
		chunk.above = position - 1
	} else {
		chunk.below = position + 1
	}
	return chunk
}

// peek returns the positions of the first and the nth row in the range, in the
// given direction. more reports whether there are n rows. If there are fewer, last
// is the last row. If there is none, first is the start of the range.
func (p *Plan) peek(ctx context.Context, q db.Querier, s posRange, ascending bool, n int) (first, last int64, more bool, err error) {
	first, last = s.below-1, s.above+1
	if ascending {
		first, last = last, first
	}
	scans, err := p.scans(ctx, q, s, ascending, n)
	if err != nil || len(scans) == 0 {
		return first, last, false, err
	}
	ends := "max(pos), min(pos)"
	if ascending {
		ends = "min(pos), max(pos)"
	}
	t := db.SQL("SELECT count(*) = ?, "+ends+" FROM (", n)
	t.Add(scans[0].SQL+")", scans[0].Args...)
	var from, to sql.NullInt64
	err = q.QueryRowContext(ctx, t.SQL, t.Args...).Scan(&more, &from, &to)
	if from.Valid {
		first, last = from.Int64, to.Int64
	}
	return first, last, more, err
}
