package search

import (
	"context"
	"database/sql"
	"dateline/cache/db"
	"slices"
)

// stretch is the part of a walk between two places, and between the numbers that
// their items have in the index; all are exclusive.
type stretch struct{ above, below, low, high int64 }

// edge stands, among the arguments of a query, for an end of the stretch that it
// will be asked about.
type edge int

const (
	aboveEdge edge = iota
	belowEdge
	lowEdge
	highEdge
)

// bind puts the ends of the range in place of the bounds among a query's
// arguments.
func (s stretch) bind(t db.Text) db.Text {
	ends := [...]int64{aboveEdge: s.above, belowEdge: s.below, lowEdge: s.low, highEdge: s.high}
	args := slices.Clone(t.Args)
	for i, a := range args {
		if e, ok := a.(edge); ok {
			args[i] = ends[e]
		}
	}
	return db.Text{t.SQL, args}
}

const (
	// firstSlice is how many rows the first slice of a walk has: some more than
	// a page, in case that nearly all of them are in the view.
	firstSlice = 128
	// mostSlice bounds what a slice lists, and so the memory that takes.
	mostSlice = 1 << 17
)

// bySlices is [Plan.between] for a walk with conditions that read the whole
// stretch beforehand: the places of a word that is not to be in the items, or
// those of a long list that they are to be in. To read them in order costs a
// hundredth of looking one up. So the stretch is taken in slices, each twice as
// long as the one before, until there are enough rows: what a page costs is up
// to twice what its own stretch does, however many items there are.
func (p *Plan) bySlices(ctx context.Context, q db.Querier, above, below int64, ascending bool, n int) ([]int64, error) {
	var found []int64
	for size := p.slice; ; size = min(2*size, mostSlice) {
		slice := stretch{above: above, below: below}
		first, last, more, err := p.slices.ahead(ctx, q, slice, ascending, size)
		if err != nil {
			return nil, err
		}
		if more && ascending {
			above, slice.below = last, last+1
		} else if more {
			below, slice.above = last, last-1
		}
		left := n
		if n >= 0 {
			left = n - len(found)
		}
		if !p.slices.numbered() { // else there may be items in between that have no number
			slice = p.from(first, slice, ascending)
		}
		some, err := p.within(ctx, q, slice, ascending, left)
		if err != nil {
			return nil, err
		}
		if found = append(found, some...); !more || len(found) == n {
			return found, nil
		}
	}
}

// from is the slice without what comes before the place in it and cannot be in
// the view: between rows that are far apart, words may stand everywhere.
func (p *Plan) from(place int64, slice stretch, ascending bool) stretch {
	for _, at := range p.strays {
		if slice.above < at && at < slice.below && (at < place) == ascending {
			place = at
		}
	}
	if ascending {
		slice.above = place - 1
	} else {
		slice.below = place + 1
	}
	return slice
}

// ahead are the places of the first and of the nth row of the walk in the
// stretch; more says that there are so many. Without any, first is its start.
func (p *Plan) ahead(ctx context.Context, q db.Querier, s stretch, ascending bool, n int) (first, last int64, more bool, err error) {
	first, last = s.below-1, s.above+1
	if ascending {
		first, last = last, first
	}
	walks, err := p.walks(ctx, q, s, ascending, n)
	if err != nil || len(walks) == 0 {
		return first, last, false, err
	}
	ends := "max(pos), min(pos)"
	if ascending {
		ends = "min(pos), max(pos)"
	}
	t := db.SQL("SELECT count(*) = ?, "+ends+" FROM (", n)
	t.Add(walks[0].SQL+")", walks[0].Args...)
	var from, to sql.NullInt64
	err = q.QueryRowContext(ctx, t.SQL, t.Args...).Scan(&more, &from, &to)
	if from.Valid {
		first, last = from.Int64, to.Int64
	}
	return first, last, more, err
}
