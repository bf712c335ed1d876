package cache

import (
	"context"
	"database/sql"
	"dateline/cache/db"
	"slices"
)

// smallestSpan is how many numbers are looked at first where room is made.
const smallestSpan = 64

const sqlNumbersIn = `SELECT doc_number, pos FROM items INDEXED BY items_doc_number WHERE doc_number >= ? AND doc_number < ? ORDER BY doc_number LIMIT ?`

// makeRoom moves numbers apart for the last of the entries and those that belong
// into the same gap. It takes as few of its neighbours as leave half of the
// numbers among them free, so that room lasts the longer the more were moved.
// Where another process writes there at the same time, it leaves all as it is.
func (s *Store) makeRoom(ctx context.Context, tried string, entries []entry) error {
	g, err := findGap(ctx, s.readers, numbersOf(ctx, s.readers), entries)
	if err != nil {
		return border(ctx, tried, err)
	}
	if _, room := g.spread(); room {
		return nil
	}
	news := len(g.wanted) + int(g.older)
	first, span, run, err := crowd(ctx, s.readers, g.low.number, news)
	if err != nil {
		return border(ctx, tried, err)
	}
	// The new ones are counted where they will come, so that the gap is wide there.
	given, n := map[int64]int64{}, int64(len(run)+news+1)
	var places []int64
	for i, r := range slices.Backward(run) {
		at := int64(i + 1)
		if r.pos > g.low.pos {
			at += int64(news)
		}
		given[r.pos] = first + at*span/n
		places = append(places, r.pos)
	}
	moving, err := s.entries(ctx, slices.Clone(places))
	if err != nil {
		return border(ctx, tried, err)
	}
	return s.write(ctx, tried, func(tx *sql.Tx) error {
		now, err := numbersIn(ctx, tx, first, span, len(run)+1)
		if err != nil || !slices.Equal(now, run) {
			return err
		}
		if err := forget(ctx, tx, db.JSONIntegers(places)); err != nil {
			return err
		}
		numbers := make([]int64, len(moving))
		for i, e := range moving {
			numbers[i] = given[e.pos]
		}
		return writeTexts(ctx, tx, moving, numbers)
	})
}

// crowd finds the smallest span of numbers around one of which half are free
// once some more have come, and the items that have the others.
func crowd(ctx context.Context, q db.Querier, around int64, more int) (first, span int64, run []numbered, err error) {
	for span = smallestSpan; ; span *= 2 {
		first = around - span/2
		most := int(span)/2 - more
		if most < 0 {
			continue
		}
		run, err = numbersIn(ctx, q, first, span, most+1)
		if err != nil || len(run) <= most {
			return first, span, run, err
		}
	}
}

// numbersIn are up to most of the numbers in a span.
func numbersIn(ctx context.Context, q db.Querier, first, span int64, most int) ([]numbered, error) {
	rows, err := q.QueryContext(ctx, sqlNumbersIn, first, first+span, most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var run []numbered
	for rows.Next() {
		var n numbered
		if err := rows.Scan(&n.number, &n.pos); err != nil {
			return nil, err
		}
		run = append(run, n)
	}
	return run, rows.Err()
}
