package search

import (
	"context"
	"database/sql"
	"slices"

	"dateline/cache/db"
)

// range is the part of a scan between two positions, and between the numbers that
// their items have in the index; all are exclusive.
type posRange struct{ above, below, low, high int64 }

// bound stands, among the arguments of a query, for an end of the range that it
// will be asked about.
type bound int

const (
	aboveBound bound = iota
	belowBound
	lowBound
	highBound
)

// bind puts the ends of the range in position of the bounds among a query's
// arguments.
func (s posRange) bind(t db.Text) db.Text {
	ends := [...]int64{aboveBound: s.above, belowBound: s.below, lowBound: s.low, highBound: s.high}
	args := slices.Clone(t.Args)
	for i, a := range args {
		if e, ok := a.(bound); ok {
			args[i] = ends[e]
		}
	}
	return db.Text{SQL: t.SQL, Args: args}
}

const (
	// firstChunk is how many rows the first chunk of a scan has: some more than
	// a page, in case that nearly all of them are in the view.
	firstChunk = 128
	// maxChunk bounds what a chunk lists, and so the memory that takes.
	maxChunk = 1 << 17
)

// byChunks is [Plan.between] for a scan with conditions that read the whole
// range beforehand: the positions of a word that is not to be in the items, or
// those of a long list that they are to be in. To read them in order costs a
// hundredth of looking one up. So the range is taken in chunks, each twice as
// long as the one before, until there are enough rows: what a page costs is up
// to twice what its own range does, however many items there are.
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
		if !p.chunkBy.usesNumbers() { // else there may be items in between that have no number
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

// trimChunk is the chunk without what comes before the position in it and cannot be in
// the view: between rows that are far apart, words may stand everywhere.
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

// peek returns the positions of the first and of the nth row of the scan in the
// range; more reports whether there are so many. Without any, first is its start.
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
