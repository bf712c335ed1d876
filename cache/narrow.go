package cache

import "slices"

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
// list than to pass the places where a condition of so many phrases holds.
func (c *compiler) fewProbes(l narrow, phrases int) bool {
	return l.places.text != "" && l.n*phrases <= c.s.probes
}

// has is a condition on the number of a text in an index: that its item is in
// the list. It is empty where the list is long.
func (l narrow) has(x textIndex, number string) sqlText {
	if l.places.text == "" {
		return sqlText{}
	}
	// The plus keeps FTS5 from searching anew for each place of the list.
	t := sqlf("+" + number + " IN (")
	if x.numbered() {
		t.add("SELECT t.text FROM (")
	}
	t.add(l.places.text, l.places.args...)
	if x.numbered() {
		t.add(") n CROSS JOIN items t ON t.pos = n.pos WHERE t.text IS NOT NULL")
	}
	t.add(")")
	return t
}

// asked asks whether an index has one item under an expression. Where that is
// asked of many items, and the places where it holds are few enough to be listed,
// the list is asked.
func (c *compiler) asked(x textIndex, expr string) (sqlText, error) {
	if !c.bulk || c.others {
		return x.has(expr), nil
	}
	list, err := c.listed(x, expr)
	if err != nil {
		return list, err
	}
	t := sqlf("SELECT count(*) FROM (")
	t.add(list.text, list.args...)
	t.add(" LIMIT ?)", mostListed+1)
	var n int
	if err := c.q.QueryRowContext(c.ctx, t.text, t.args...).Scan(&n); err != nil || n > mostListed {
		return x.has(expr), err
	}
	return sqlf("+"+x.at+" IN ("+list.text+")", list.args...), nil
}

// listed is a query for the numbers of an index under which an expression holds,
// within the stretch of time that the view is about.
func (c *compiler) listed(x textIndex, expr string) (sqlText, error) {
	low, high := c.above, c.below
	if x.numbered() {
		var err error
		if low, high, err = numberStretch(c.ctx, c.q, c.above, c.below); err != nil {
			return sqlText{}, err
		}
	}
	return sqlf("SELECT x.rowid FROM "+x.table+" x WHERE x."+x.table+" MATCH ? AND x.rowid > ? AND x.rowid < ?", expr, low, high), nil
}
