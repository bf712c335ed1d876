package search

import (
	"context"
	"database/sql"
	"math"
	"slices"

	"dateline/cache/db"
)

// Each indexed item has a document number. Document numbers rise with the item's
// position, so a scan in the order of document numbers is one by date. They lie
// close together, because an index stores for each posting the distance to the
// posting before. If positions were the document numbers, a posting would take some
// six bytes.
const (
	// numbersPerSecond is how many document numbers there are for each second. An
	// item prefers those of its date.
	numbersPerSecond = 16
	// spacing is the distance between the document numbers of items that are too
	// many for their second. Items that come later get the numbers between.
	spacing = 4
	// outsideNumbers is greater than any document number, and -outsideNumbers is
	// smaller.
	outsideNumbers = 1 << 40
)

// preferredNumber returns the document number that an item gets unless other items
// are in the way.
func preferredNumber(pos int64) int64 { return (pos>>db.IDBits)*numbersPerSecond + numbersPerSecond/2 }

// numberedItem is the document number of an item and the item's position.
type numberedItem struct{ docNumber, pos int64 }

// sqlAdjacent finds the last document number up to ?1, and the first one above it.
const sqlAdjacent = `SELECT * FROM (SELECT doc_number, pos FROM items INDEXED BY items_doc_number WHERE doc_number <= ?1 ORDER BY doc_number DESC LIMIT 1)
	UNION ALL SELECT * FROM (SELECT doc_number, pos FROM items INDEXED BY items_doc_number WHERE doc_number > ?1 ORDER BY doc_number LIMIT 1)`

// numberLookup runs sqlAdjacent.
type numberLookup func(at int64) (*sql.Rows, error)

func newNumberLookup(ctx context.Context, q db.Querier) numberLookup {
	return func(at int64) (*sql.Rows, error) { return q.QueryContext(ctx, sqlAdjacent, at) }
}

// adjacent returns the last indexed item with a document number up to at, and the
// first one above. If there is none, it returns an item outside all numbers and
// positions.
func (look numberLookup) adjacent(at int64) (low, high numberedItem, err error) {
	low, high = numberedItem{-outsideNumbers, db.Bottom}, numberedItem{outsideNumbers, db.Top}
	rows, err := look(at)
	if err != nil {
		return low, high, err
	}
	defer rows.Close()
	for rows.Next() {
		var n numberedItem
		if err := rows.Scan(&n.docNumber, &n.pos); err != nil {
			return low, high, err
		}
		if n.docNumber <= at {
			low = n
		} else {
			high = n
		}
	}
	return low, high, rows.Err()
}

// neighbors returns the indexed items next to pos: the last before it, and the
// first at or after it. It searches the document numbers and not the positions,
// because many items in between may be pending. It tries the preferred number
// first, which is nearly always right, then goes on with growing steps, then by
// bisection.
func (look numberLookup) neighbors(pos int64) (low, high numberedItem, err error) {
	low, high = numberedItem{-outsideNumbers, db.Bottom}, numberedItem{outsideNumbers, db.Top}
	foundLow, foundHigh := false, false
	at := preferredNumber(pos)
	for step := int64(numbersPerSecond); ; step *= 4 {
		before, after, err := look.adjacent(at)
		switch {
		case err != nil || before.pos < pos && pos <= after.pos:
			return before, after, err
		case before.pos < pos:
			low, foundLow = after, true
			at = after.docNumber + step
		default:
			high, foundHigh = before, true
			at = before.docNumber - step
		}
		if foundLow && foundHigh {
			at = low.docNumber + (high.docNumber-low.docNumber)/2
		}
	}
}

// freeRange is a range of free document numbers, between two indexed items, and the
// items that get numbers there.
type freeRange struct {
	// low and high are the items at its ends, both outside the range.
	low, high numberedItem
	// from is the index of the first entry in this range. preferred are the
	// preferred numbers of that and all later entries.
	from      int
	preferred []int64
	// pendingBelow is how many older pending items are in this range, too. They
	// get their numbers later, below those of the entries.
	pendingBelow int64
}

// maxPendingBelow is how many pending items a free range reserves numbers for.
const maxPendingBelow = 4096

const sqlPendingBelow = `SELECT count(*) FROM (SELECT 1 FROM items INDEXED BY items_pending WHERE indexed = 0 AND pos > ? AND pos < ? LIMIT ?)`

// findFree finds the free range for the last of the entries. They are in the order
// of positions.
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
		err = q.QueryRowContext(ctx, sqlPendingBelow, g.low.pos, entries[0].pos, maxPendingBelow).Scan(&g.pendingBelow)
	}
	return g, err
}

// assign returns a document number for each entry of the free range: the preferred
// number if it keeps the order and the spacing, otherwise the nearest that does.
// ok is false if there are not enough free numbers.
func (g freeRange) assign() (given []int64, ok bool) {
	n := int64(len(g.preferred))
	step := min(spacing, (g.high.docNumber-g.low.docNumber)/(g.pendingBelow+n+1))
	if step == 0 {
		return nil, false
	}
	given = make([]int64, n)
	for i, next := n-1, g.high.docNumber; i >= 0; i-- {
		given[i] = max(g.low.docNumber+(g.pendingBelow+i+1)*step, min(g.preferred[i], next-step))
		next = given[i]
	}
	return given, true
}

// numberRange returns the bounds of the document numbers of the items between two
// positions. All bounds are exclusive.
func numberRange(ctx context.Context, q db.Querier, above, below int64) (low, high int64, err error) {
	low, high = -outsideNumbers, outsideNumbers
	look := newNumberLookup(ctx, q)
	if above > db.Bottom && above < db.Top {
		n, _, err := look.neighbors(above + 1)
		if err != nil {
			return low, high, err
		}
		low = n.docNumber
	}
	if below > db.Bottom && below < db.Top {
		_, n, err := look.neighbors(below)
		if err != nil {
			return low, high, err
		}
		high = n.docNumber
	}
	return low, high, nil
}

// minSpan is how many document numbers [rangeToRenumber] tries first.
const minSpan = 64

const sqlNumbersIn = `SELECT doc_number, pos FROM items INDEXED BY items_doc_number WHERE doc_number >= ? AND doc_number < ? ORDER BY doc_number LIMIT ?`

// renumber spreads the documents around a full range, so that the last of the
// entries and those that belong beside it get free numbers. It takes the smallest
// range around them that is at most half full with the new documents; the wider it
// is, the longer the free numbers last. If another process changed that range
// meanwhile, renumber does nothing.
func (ix *Index) renumber(ctx context.Context, op string, entries []entry) error {
	g, err := findFree(ctx, ix.readers, newNumberLookup(ctx, ix.readers), entries)
	if err != nil {
		return err
	}
	if _, ok := g.assign(); ok {
		return nil
	}
	added := len(g.preferred) + int(g.pendingBelow)
	first, span, docs, err := rangeToRenumber(ctx, ix.readers, g.low.docNumber, added)
	if err != nil {
		return err
	}
	// The new documents are counted too, so that free numbers are left where they
	// will be.
	given, n := map[int64]int64{}, int64(len(docs)+added+1)
	var positions []int64
	for i, d := range slices.Backward(docs) {
		at := int64(i + 1)
		if d.pos > g.low.pos {
			at += int64(added)
		}
		given[d.pos] = first + at*span/n
		positions = append(positions, d.pos)
	}
	moving, err := ix.readEntries(ctx, positions, math.MaxInt)
	if err != nil {
		return err
	}
	return ix.write(ctx, op, func(tx *sql.Tx) error {
		now, err := numbersIn(ctx, tx, first, span, len(docs)+1)
		if err != nil || !slices.Equal(now, docs) {
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

// rangeToRenumber returns the smallest range of document numbers, centered on
// around, that is at most half full when more documents are added. It returns the
// first number of the range, its length, and the indexed items in it.
func rangeToRenumber(ctx context.Context, q db.Querier, around int64, more int) (first, span int64, docs []numberedItem, err error) {
	for span = minSpan; ; span *= 2 {
		first = around - span/2
		most := int(span)/2 - more
		if most < 0 {
			continue
		}
		docs, err = numbersIn(ctx, q, first, span, most+1)
		if err != nil || len(docs) <= most {
			return first, span, docs, err
		}
	}
}

// numbersIn returns the indexed items with document numbers in a range, at most
// most.
func numbersIn(ctx context.Context, q db.Querier, first, span int64, most int) ([]numberedItem, error) {
	rows, err := q.QueryContext(ctx, sqlNumbersIn, first, first+span, most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var docs []numberedItem
	for rows.Next() {
		var n numberedItem
		if err := rows.Scan(&n.docNumber, &n.pos); err != nil {
			return nil, err
		}
		docs = append(docs, n)
	}
	return docs, rows.Err()
}
