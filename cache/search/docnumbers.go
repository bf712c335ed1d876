package search

import (
	"context"
	"database/sql"
	"slices"

	"dateline/cache/db"
)

// The index knows a text by a number. Of two items the later has the larger, so
// a scan over the numbers is one by date; and they lie close together, since
// for each word of each text the index keeps the distance to the text before.
const (
	// numbersPerSecond is how far the numbers of two items lie apart for each second
	// between their dates, unless their neighbours leave no room for that.
	numbersPerSecond = 16
	// spacing is how far a number lies from the next one where many crowd, so that
	// others find room between.
	spacing = 4
	// numberLimit is more than any number, and its negative less.
	numberLimit = 1 << 40
)

// preferredNumber is that of an item which has room.
func preferredNumber(pos int64) int64 { return (pos>>db.IDBits)*numbersPerSecond + numbersPerSecond/2 }

// numberedItem is the number of an item's text, and the item's position.
type numberedItem struct{ number, pos int64 }

// sqlAdjacent are the last number up to ?1, and the first one above it.
const sqlAdjacent = `SELECT * FROM (SELECT doc_number, pos FROM items INDEXED BY items_doc_number WHERE doc_number <= ?1 ORDER BY doc_number DESC LIMIT 1)
	UNION ALL SELECT * FROM (SELECT doc_number, pos FROM items INDEXED BY items_doc_number WHERE doc_number > ?1 ORDER BY doc_number LIMIT 1)`

// numberLookup looks numbers up.
type numberLookup func(at int64) (*sql.Rows, error)

func lookupIn(ctx context.Context, q db.Querier) numberLookup {
	return func(at int64) (*sql.Rows, error) { return q.QueryContext(ctx, sqlAdjacent, at) }
}

// adjacent are the last number up to at and the first one above it.
func (look numberLookup) adjacent(at int64) (low, high numberedItem, err error) {
	low, high = numberedItem{-numberLimit, db.Bottom}, numberedItem{numberLimit, db.Top}
	rows, err := look(at)
	if err != nil {
		return low, high, err
	}
	defer rows.Close()
	for rows.Next() {
		var n numberedItem
		if err := rows.Scan(&n.number, &n.pos); err != nil {
			return low, high, err
		}
		if n.number <= at {
			low = n
		} else {
			high = n
		}
	}
	return low, high, rows.Err()
}

// neighbors are the last of the numbered items below a position, and the first at it
// or above. The items between them that have no number may be many, so it is
// the numbers that are searched: they have the same order. Mostly the first
// look, where the number should be, finds both.
func (look numberLookup) neighbors(pos int64) (low, high numberedItem, err error) {
	low, high = numberedItem{-numberLimit, db.Bottom}, numberedItem{numberLimit, db.Top}
	foundLow, foundHigh := false, false
	at := preferredNumber(pos)
	for step := int64(numbersPerSecond); ; step *= 4 {
		before, after, err := look.adjacent(at)
		switch {
		case err != nil || before.pos < pos && pos <= after.pos:
			return before, after, err
		case before.pos < pos:
			low, foundLow = after, true
			at = after.number + step
		default:
			high, foundHigh = before, true
			at = before.number - step
		}
		if foundLow && foundHigh {
			at = low.number + (high.number-low.number)/2
		}
	}
}

// freeRange is one between two numbers in which texts belong.
type freeRange struct {
	low, high numberedItem
	// from is the first of the entries that belong there; wanted are their numbers.
	from      int
	preferred []int64
	// older is how many items that belong there, too, come later.
	older int64
}

// maxOlder is how many items are left room for.
const maxOlder = 4096

const sqlOlder = `SELECT count(*) FROM (SELECT 1 FROM items INDEXED BY items_pending WHERE indexed = 0 AND pos > ? AND pos < ? LIMIT ?)`

// findFree finds the gap for the last of the entries, which are in the order of
// positions.
func findFree(ctx context.Context, q db.Querier, look numberLookup, entries []entry) (g freeRange, err error) {
	if g.low, g.high, err = look.neighbors(entries[len(entries)-1].pos); err != nil {
		return g, err
	}
	for g.from = len(entries) - 1; g.from > 0 && entries[g.from-1].pos > g.low.pos; {
		g.from--
	}
	for _, e := range entries[g.from:] {
		g.preferred = append(g.preferred, preferredNumber(e.pos))
	}
	if g.from == 0 {
		err = q.QueryRowContext(ctx, sqlOlder, g.low.pos, entries[0].pos, maxOlder).Scan(&g.older)
	}
	return g, err
}

// assign finds numbers in the gap, as near to those that are wanted as the room
// and a distance between them allow. It reports whether there is room.
func (g freeRange) assign() (given []int64, room bool) {
	n := int64(len(g.preferred))
	step := min(spacing, (g.high.number-g.low.number)/(g.older+n+1))
	if step == 0 {
		return nil, false
	}
	given = make([]int64, n)
	for i, next := n-1, g.high.number; i >= 0; i-- {
		given[i] = max(g.low.number+(g.older+i+1)*step, min(g.preferred[i], next-step))
		next = given[i]
	}
	return given, true
}

// numberRange are the numbers of the items between two positions; all four are
// exclusive.
func numberRange(ctx context.Context, q db.Querier, above, below int64) (low, high int64, err error) {
	low, high = -numberLimit, numberLimit
	look := lookupIn(ctx, q)
	if above > db.Bottom && above < db.Top {
		n, _, err := look.neighbors(above + 1)
		if err != nil {
			return low, high, err
		}
		low = n.number
	}
	if below > db.Bottom && below < db.Top {
		_, n, err := look.neighbors(below)
		if err != nil {
			return low, high, err
		}
		high = n.number
	}
	return low, high, nil
}

// minSpan is how many numbers are looked at first where room is made.
const minSpan = 64

const sqlNumbersIn = `SELECT doc_number, pos FROM items INDEXED BY items_doc_number WHERE doc_number >= ? AND doc_number < ? ORDER BY doc_number LIMIT ?`

// renumber moves numbers apart for the last of the entries and those that belong
// into the same gap. It takes as few of its neighbours as leave half of the
// numbers among them free, so that room lasts the longer the more were moved.
// Where another process writes there at the same time, it leaves all as it is.
func (ix *Index) renumber(ctx context.Context, tried string, entries []entry) error {
	g, err := findFree(ctx, ix.readers, lookupIn(ctx, ix.readers), entries)
	if err != nil {
		return err
	}
	if _, room := g.assign(); room {
		return nil
	}
	news := len(g.preferred) + int(g.older)
	first, span, run, err := fullRange(ctx, ix.readers, g.low.number, news)
	if err != nil {
		return err
	}
	// The new ones are counted where they will come, so that the gap is wide there.
	given, n := map[int64]int64{}, int64(len(run)+news+1)
	var positions []int64
	for i, r := range slices.Backward(run) {
		at := int64(i + 1)
		if r.pos > g.low.pos {
			at += int64(news)
		}
		given[r.pos] = first + at*span/n
		positions = append(positions, r.pos)
	}
	moving, err := ix.readEntries(ctx, slices.Clone(positions))
	if err != nil {
		return err
	}
	return ix.write(ctx, tried, func(tx *sql.Tx) error {
		now, err := numbersIn(ctx, tx, first, span, len(run)+1)
		if err != nil || !slices.Equal(now, run) {
			return err
		}
		if err := Remove(ctx, tx, db.JSONIntegers(positions)); err != nil {
			return err
		}
		numbers := make([]int64, len(moving))
		for i, e := range moving {
			numbers[i] = given[e.pos]
		}
		return writeEntries(ctx, tx, moving, numbers)
	})
}

// fullRange finds the smallest span of numbers around one of which half are free
// once some more have come, and the items that have the others.
func fullRange(ctx context.Context, q db.Querier, around int64, more int) (first, span int64, run []numberedItem, err error) {
	for span = minSpan; ; span *= 2 {
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
func numbersIn(ctx context.Context, q db.Querier, first, span int64, most int) ([]numberedItem, error) {
	rows, err := q.QueryContext(ctx, sqlNumbersIn, first, first+span, most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var run []numberedItem
	for rows.Next() {
		var n numberedItem
		if err := rows.Scan(&n.number, &n.pos); err != nil {
			return nil, err
		}
		run = append(run, n)
	}
	return run, rows.Err()
}
