package search

import (
	"context"

	"dateline/cache/db"
)

// The tests are in package search_test, because package cache makes their stores.
// This file exports what they need.

type (
	Branch       = branch
	Entry        = entry
	PosRange     = posRange
	NumberedItem = numberedItem
)

const (
	OutsideNumbers  = outsideNumbers
	FromHas         = fromHas
	BatchBytes      = batchBytes
	MaxCandidates   = maxCandidates
	MaxExtras       = maxExtras
	MaxLookups      = maxLookups
	MaxCompletions  = maxCompletions
	LookupCost      = lookupCost
	SQLAdjacent     = sqlAdjacent
	SQLNumbersIn    = sqlNumbersIn
	SQLPendingBelow = sqlPendingBelow
	SQLPending      = sqlPending
)

func (ix *Index) SetLimits(probes, cost int)         { ix.maxLookups, ix.lookupCost = probes, cost }
func (ix *Index) SetChunk(rows int)                  { ix.chunkRows = rows }
func (p *Plan) Branches() []Branch                   { return p.branches }
func (p *Plan) Extras() []int64                      { return p.extras }
func (p *Plan) SetExtras(list ...int64)              { p.extras = list }
func (p *Plan) Range() PosRange                      { return NewRange(p.above, p.below) }
func (b branch) From() string                        { return b.from }
func (b branch) IsMerged() bool                      { return b.merged.SQL != "" }
func NewRange(above, below int64) PosRange           { return PosRange{above: above, below: below} }
func (r posRange) Ends() (above, below int64)        { return r.above, r.below }
func NewNumberedItem(number, pos int64) NumberedItem { return NumberedItem{number, pos} }
func (n numberedItem) Position() int64               { return n.pos }
func NewEntry(title, author, body string) Entry {
	return Entry{title: title, author: author, body: body}
}

func (p *Plan) Scans(ctx context.Context, q db.Querier, r PosRange, ascending bool, n int) ([]db.Text, error) {
	return p.scans(ctx, q, r, ascending, n)
}

func (p *Plan) Peek(ctx context.Context, q db.Querier, r PosRange, ascending bool, n int) (first, last int64, more bool, err error) {
	return p.peek(ctx, q, r, ascending, n)
}

func (p *Plan) ChunkFrom(position int64, r PosRange, ascending bool) PosRange {
	return p.trimChunk(position, r, ascending)
}

// IndexThese indexes the items at these positions, which are newest first.
func (ix *Index) IndexThese(ctx context.Context, positions []int64) error {
	entries, err := ix.readEntries(ctx, positions)
	if err != nil {
		return err
	}
	return ix.addEntries(ctx, "index", entries)
}

func Neighbors(ctx context.Context, q db.Querier, pos int64) (low, high NumberedItem, err error) {
	return newNumberLookup(ctx, q).neighbors(pos)
}

func LastBatch(entries []Entry) int { return lastBatch(entries) }

// ReadPending reads the newest pending items. write indexes them as they were read.
func (ix *Index) ReadPending(ctx context.Context, n int) (write func() error, err error) {
	entries, err := ix.readPending(ctx, n, db.Top)
	return func() error { return ix.addEntries(ctx, "index", entries) }, err
}
