package search

import (
	"context"

	"dateline/cache/db"
)

// The tests are in package search_test, because package cache makes their stores.
// This file exports what they need.

type (
	Branch       = branch
	PosRange     = posRange
	NumberedItem = numberedItem
)

const (
	OutsideNumbers  = outsideNumbers
	FromHas         = fromHas
	BatchBytes      = batchBytes
	MaxExtras       = maxExtras
	FewPostings     = fewPostings
	MaxCompletions  = maxCompletions
	SQLAdjacent     = sqlAdjacent
	SQLNumbersIn    = sqlNumbersIn
	SQLPendingBelow = sqlPendingBelow
	SQLPending      = sqlPending
)

func (ix *Index) SetFewPostings(n int)               { ix.fewPostings = n }
func (ix *Index) SetChunk(rows int)                  { ix.chunkRows = rows }
func (p *Plan) Branches() []Branch                   { return p.branches }
func (p *Plan) Extras() []int64                      { return p.extras }
func (p *Plan) SetExtras(list ...int64)              { p.extras = list }
func (p *Plan) Range() PosRange                      { return NewRange(p.above, p.below) }
func (b branch) From() string                        { return b.from }
func NewRange(above, below int64) PosRange           { return PosRange{above: above, below: below} }
func (r posRange) Ends() (above, below int64)        { return r.above, r.below }
func NewNumberedItem(number, pos int64) NumberedItem { return NumberedItem{number, pos} }
func (n numberedItem) Position() int64               { return n.pos }
func (p *Plan) Scan(ctx context.Context, q db.Querier, r PosRange, ascending bool, n int) (db.Text, error) {
	return p.scan(ctx, q, r, ascending, n)
}

func (p *Plan) Peek(ctx context.Context, q db.Querier, r PosRange, ascending bool, n int) (lowest, highest int64, more bool, err error) {
	return p.peek(ctx, q, r, ascending, n)
}

// IndexThese indexes the items at these positions, which are newest first.
func (ix *Index) IndexThese(ctx context.Context, positions []int64) error {
	entries, err := ix.readEntries(ctx, positions, batchBytes)
	if err != nil {
		return err
	}
	return ix.addEntries(ctx, "index", entries)
}

func Neighbors(ctx context.Context, q db.Querier, pos int64) (low, high NumberedItem, err error) {
	return newNumberLookup(ctx, q).neighbors(pos)
}

// ReadPending reads the newest pending items. write indexes them as they were read.
func (ix *Index) ReadPending(ctx context.Context, n int) (write func() error, err error) {
	entries, err := ix.readPending(ctx, n, db.Top)
	return func() error { return ix.addEntries(ctx, "index", entries) }, err
}
