package search

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"dateline/cache/db"
)

// applyLimit reads the rows that limit: leaves in the view.
func (p *Plan) applyLimit(ctx context.Context, q db.Querier) error {
	limit := p.view.Query.Limit
	n := limit
	if p.view.Query.LimitPerFeed {
		n = -1
	}
	keys, err := p.Keys(ctx, q, Pos{}, false, n)
	if err == nil && p.view.Query.LimitPerFeed {
		keys, err = firstOfEachFeed(ctx, q, keys, limit)
	}
	p.limitedRows = append([]Pos{}, keys...)
	return err
}

// firstOfEachFeed returns the first limit rows of each feed.
func firstOfEachFeed(ctx context.Context, q db.Querier, keys []Pos, limit int) ([]Pos, error) {
	positions := make([]int64, len(keys))
	for i, k := range keys {
		positions[i] = k.At
	}
	feeds, err := db.Integers(ctx, q, db.SQL(`SELECT coalesce((SELECT feed FROM items WHERE pos = j.value), 0) FROM json_each(?) j`, db.JSONIntegers(positions)))
	if err != nil {
		return nil, err
	}
	taken := map[int64]int{}
	var kept []Pos
	for i, k := range keys {
		if taken[feeds[i]]++; taken[feeds[i]] <= limit {
			kept = append(kept, k)
		}
	}
	return kept, nil
}

// limitedFrom is [Plan.Keys] for a view with limit:.
func (p *Plan) limitedFrom(from Pos, back bool, n int) []Pos {
	before, after := p.limitedRows, p.limitedRows
	if !from.IsZero() {
		i, found := slices.BinarySearchFunc(p.limitedRows, from, p.compare)
		before, after = p.limitedRows[:i], p.limitedRows[i:]
		if found {
			after = after[1:]
		}
	}
	keys := after
	if back {
		keys = slices.Clone(before)
		slices.Reverse(keys)
	}
	if n >= 0 && len(keys) > n {
		keys = keys[:n]
	}
	return slices.Clone(keys)
}

// compare orders two rows as the view does.
func (p *Plan) compare(a, b Pos) int {
	later := -cmp.Compare(a.At, b.At)
	c := later
	switch {
	case p.sort == nil:
		if p.ascending() {
			c = -c
		}
		return c
	case p.sort.numeric:
		x, _ := strconv.ParseInt(a.Key, 10, 64)
		y, _ := strconv.ParseInt(b.Key, 10, 64)
		c = cmp.Compare(x, y)
	default:
		c = cmp.Compare(db.LowerASCII(a.Key), db.LowerASCII(b.Key))
	}
	if !p.ascending() {
		c = -c
	}
	return cmp.Or(c, later)
}
