package cache

import (
	"slices"
	"strings"
)

const (
	// mostNarrow is how many items a list may have whose matches are looked for
	// by asking of each place in the full-text index whether it is one of them.
	mostNarrow = 5000
	// mostProbes is how many phrases are looked up for items one by one: each is
	// a new search, as dear as passing a thousand places of a common word.
	mostProbes = 300
	// mostListed is how many places of words are put into a list rather than
	// looked up for each item that a walk passes: that takes as long as a few
	// hundred look-ups, and a walk for what a common word is not in passes many.
	mostListed = 100_000
)

// narrow is a short list that has all items of the view: those of a feed, the
// starred ones … Passing all places of a common word costs a fifth when each is
// only compared with the list, and no item is read that is not in it.
type narrow struct {
	// places is a query for the places of the list; empty if that is long.
	places sqlText
	n      int
	// above and below are where it ends, either exclusive.
	above, below int64
}

// narrowest is the list that the view would be walked by if it asked for no
// text.
func (c *compiler) narrowest() (narrow, error) {
	list := &compiler{plan: &plan{view: c.view, now: c.now, env: c.env, above: bottom, below: top}, ctx: c.ctx, s: c.s, q: c.q,
		feeds: c.feeds, whole: c.whole, known: c.known}
	if err := list.chooseList(); err != nil {
		return narrow{}, err
	}
	if slices.ContainsFunc(list.arms, func(a arm) bool { return a.where.text == "" }) {
		return narrow{}, nil
	}
	found := narrow{places: list.members(bottom, top)}
	t := sqlf("SELECT count(*), coalesce(min(pos), 0), coalesce(max(pos), 0) FROM (")
	t.add(found.places.text, found.places.args...)
	t.add(" LIMIT ?)", mostNarrow+1)
	var first, last int64
	err := c.q.QueryRowContext(c.ctx, t.text, t.args...).Scan(&found.n, &first, &last)
	if err != nil || found.n > mostNarrow {
		return narrow{}, err
	}
	found.above, found.below = first-1, last+1
	return found, nil
}

// fewProbes says that it is cheaper to ask the index about each item of the
// list than to pass the places where the expression holds.
func (c *compiler) fewProbes(l narrow, expr string) bool {
	return l.places.text != "" && l.n*strings.Count(expr, `"`)/2 <= c.s.probes
}

// mayList says that a condition is written for many items, and the places where
// an expression holds are few enough to be listed.
func (c *compiler) mayList(x textIndex, expr string) (bool, error) {
	if !c.many || c.others {
		return false, nil
	}
	var n int
	err := c.q.QueryRowContext(c.ctx, "SELECT count(*) FROM (SELECT 1 FROM "+x.table+" WHERE "+x.table+" MATCH ? AND rowid > ? AND rowid < ? LIMIT ?)",
		expr, c.above, c.below, mostListed+1).Scan(&n)
	return n <= mostListed, err
}
