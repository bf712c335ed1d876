package search

import (
	"context"
	"slices"
	"time"

	"dateline/cache/db"
	"dateline/feed/query"
)

// Plan is the chosen way to answer a view. Its branches scan indexes in date order;
// their rows are merged. Its extra rows are looked up when the plan is made. A page
// costs about as much as its rows: SQLite sorts nothing, and Go only sorts the
// extra rows with the rows of a page. A view with another order is sorted, see
// [sortOrder].
type Plan struct {
	view     View
	now      time.Time
	env      query.Env
	branches []branch
	// extras are the positions of the extra rows.
	extras []int64
	// above and below are exclusive bounds of the positions that the view can have.
	// low and high are the bounds of their document numbers; they are set only if
	// [Plan.usesNumbers].
	above, below int64
	low, high    int64
	// where is the condition of the whole view, for one row i of items.
	where db.Text
	// chunkBy is set if the plan is read in chunks. It is the list of the view: each
	// chunk has a number of its rows. See [Plan.byChunks].
	chunkBy *Plan
	// chunkRows is how many rows of chunkBy the first chunk has.
	chunkRows int
	// sort is the order of the view; nil if that is by date. If it is set, the
	// branches only say which rows there are.
	sort *sortOrder
	// limitedRows has all rows of a view with limit:, in its order. If it is not nil,
	// the branches and extra rows are not read any more.
	limitedRows []Pos
}

// branch is one scan in date order: SELECT column FROM from WHERE where.
type branch struct {
	// column is the position, or the document number if byNumber is set.
	column, from string
	where        db.Text
	// feeds, if set, makes the branch one scan for each feed. The scans are merged
	// by date. where then refers to the feed as w.feed.
	feeds []int64
	// byNumber is set if column is a document number. from then joins the row i of
	// items.
	byNumber bool
}

// rangeSQL returns the query for the positions of the branch in a range, whose ends
// are [bound] placeholders. If ordered is set, the query reads one page in order; for
// a branch over several feeds it has an ORDER BY, otherwise the caller adds it.
func (b branch) rangeSQL(ordered, ascending bool) db.Text {
	if b.feeds != nil && ordered {
		return b.mergeFeeds(ascending)
	}
	t := db.SQL("SELECT " + b.column + " AS pos FROM ")
	if b.byNumber {
		t = db.SQL("SELECT i.pos FROM ")
	}
	if b.feeds != nil {
		t.Add("(SELECT value AS feed FROM json_each(?)) w CROSS JOIN ", db.JSONIntegers(b.feeds))
	}
	var where db.Text
	where.And(b.where)
	if b.byNumber {
		where.And(db.SQL(b.column+" > ? AND "+b.column+" < ?", lowBound, highBound))
		where.And(db.SQL("i.pos > ? AND i.pos < ?", aboveBound, belowBound))
	} else {
		where.And(db.SQL(b.column+" > ? AND "+b.column+" < ?", aboveBound, belowBound))
	}
	t.Add(b.from+" WHERE "+where.SQL, where.Args...)
	return t
}

// mergeFeeds returns a query that merges the feeds' index ranges. A recursive query
// serves as priority queue: each step removes the first position and adds the next
// one of the same feed. A page costs one seek for each feed and one for each row.
func (b branch) mergeFeeds(ascending bool) db.Text {
	beyond, limit := " < ", " > ?"
	from, to := belowBound, aboveBound
	if ascending {
		beyond, limit = " > ", " < ?"
		from, to = aboveBound, belowBound
	}
	next := func(start string, args ...any) db.Text {
		t := db.SQL("(SELECT " + b.column + " FROM " + b.from + " WHERE ")
		t.Add(b.where.SQL, b.where.Args...)
		t.Add(" AND "+b.column+beyond+start, args...)
		t.Add(" AND "+b.column+limit+" ORDER BY "+b.column+" "+direction(ascending)+" LIMIT 1)", to)
		return t
	}
	first, second := next("?", from), next("w.pos")
	t := db.SQL("SELECT pos FROM (WITH RECURSIVE scan(feed, pos) AS (SELECT w.feed, ")
	t.Add(first.SQL, first.Args...)
	t.Add(" FROM (SELECT value AS feed FROM json_each(?)) w UNION ALL SELECT w.feed, ", db.JSONIntegers(b.feeds))
	t.Add(second.SQL, second.Args...)
	t.Add(" FROM scan w WHERE w.pos IS NOT NULL ORDER BY 2 " + direction(ascending) + ") SELECT pos FROM scan WHERE pos IS NOT NULL)")
	return t
}

// maxExtras is how many extra rows a plan may look up instead of scanning for them.
// Pending items are not limited by it.
const maxExtras = 1000

// Plan chooses how to answer the view. It reads through q what the choice depends
// on: feeds, labels, how common the terms are, and the pending items.
func (ix *Index) Plan(ctx context.Context, q db.Querier, v View) (*Plan, error) {
	p := &Plan{view: v, now: ix.now(), above: db.Bottom, below: db.Top, chunkRows: ix.chunkRows}
	p.env = query.Env{Now: p.now, Opened: v.Opened}
	c, err := ix.newCompiler(ctx, q, p)
	if err != nil {
		return nil, err
	}
	if p.where, err = c.condition(nil); err != nil {
		return nil, err
	}
	c.boundTime()
	if err := c.chooseScan(); err != nil {
		return nil, err
	}
	if p.usesNumbers() {
		if p.low, p.high, err = numberRange(ctx, q, p.above, p.below); err != nil {
			return nil, err
		}
	}
	if key := v.Query.Sort.Key; key != "" && key != query.SortDate {
		p.sort = newSortOrder(key, p)
	}
	if v.Query.Limit > 0 {
		err = p.applyLimit(ctx, q)
	}
	return p, err
}

// ascending reports whether the view lists the lowest sort key first. By date that
// means the oldest item first.
func (p *Plan) ascending() bool {
	reverse := p.view.Query.Sort.Reverse != p.view.Oldest
	if p.sort != nil {
		return !reverse
	}
	return reverse
}

// usesNumbers reports whether the branches have bounds of document numbers.
func (p *Plan) usesNumbers() bool { return slices.Contains(p.union(true, false).Args, any(lowBound)) }

// union returns the query for the positions of all branches in a range. Its ends
// are [bound] placeholders.
func (p *Plan) union(ordered, ascending bool) db.Text {
	var t db.Text
	for i, a := range p.branches {
		if i > 0 {
			t.Add(" UNION ALL ")
		}
		one := a.rangeSQL(ordered, ascending)
		t.Add(one.SQL, one.Args...)
	}
	return t
}

// Members returns a query for the positions of the view's rows between two
// positions, both exclusive. The rows are in no order and have no duplicates.
func (p *Plan) Members(above, below int64) db.Text {
	return posRange{max(above, p.above), min(below, p.below), p.low, p.high}.bind(p.membersSQL())
}

// membersSQL is [Plan.Members] for a range with [bound] placeholders.
func (p *Plan) membersSQL() db.Text {
	var t db.Text
	extras := p.extras
	if p.limitedRows != nil {
		extras = nil
		for _, k := range p.limitedRows {
			extras = append(extras, k.At)
		}
	} else {
		t = p.union(false, false)
	}
	if t.SQL != "" && len(extras) == 0 {
		return t
	}
	if t.SQL != "" {
		t.Add(" UNION ALL ")
	}
	t.Add("SELECT value AS pos FROM json_each(?) WHERE value > ? AND value < ?", db.JSONIntegers(extras), aboveBound, belowBound)
	return t
}

// between returns the positions between above and below, both exclusive, in order.
// It returns at most n, or all if n is negative.
func (p *Plan) between(ctx context.Context, q db.Querier, above, below int64, ascending bool, n int) ([]int64, error) {
	above, below = max(above, p.above), min(below, p.below)
	if p.chunkBy != nil {
		return p.byChunks(ctx, q, above, below, ascending, n)
	}
	return p.scanRange(ctx, q, posRange{above: above, below: below}, ascending, n)
}

// scanRange is [Plan.between] for a range that is read in one go. It merges the
// rows of the scan and the extra rows in Go.
func (p *Plan) scanRange(ctx context.Context, q db.Querier, s posRange, ascending bool, n int) ([]int64, error) {
	scan, err := p.scan(ctx, q, s, ascending, n)
	if err != nil {
		return nil, err
	}
	var found []int64
	if scan.SQL != "" {
		if found, err = db.Integers(ctx, q, scan); err != nil {
			return nil, err
		}
	}
	extras := slices.Clone(p.extras)
	extras = slices.DeleteFunc(extras, func(at int64) bool { return at <= s.above || at >= s.below })
	if len(extras) == 0 {
		return found, nil
	}
	found = append(found, extras...)
	slices.Sort(found)
	found = slices.Compact(found)
	if !ascending {
		slices.Reverse(found)
	}
	if n >= 0 && len(found) > n {
		found = found[:n]
	}
	return found, nil
}

// cheapInOrder reports whether reading the rows in order costs as little as in any
// order: no branch has to merge feeds, and no limit: is set.
func (p *Plan) cheapInOrder() bool {
	return p.limitedRows == nil && !slices.ContainsFunc(p.branches, func(a branch) bool { return a.feeds != nil })
}

// scan returns the query for the first n positions of the branches in the range, in
// order. It is empty if there are no branches. A scan by document number is the only
// branch of its plan, because SQLite cannot see that document numbers are in the
// order of positions.
func (p *Plan) scan(ctx context.Context, q db.Querier, s posRange, ascending bool, n int) (db.Text, error) {
	if len(p.branches) == 0 {
		return db.Text{}, nil
	}
	var err error
	if p.usesNumbers() {
		if s.low, s.high, err = numberRange(ctx, q, s.above, s.below); err != nil {
			return db.Text{}, err
		}
	}
	t := p.union(true, ascending)
	switch first := p.branches[0]; {
	case first.byNumber:
		t.Add(" ORDER BY " + first.column + " " + direction(ascending))
	case first.feeds == nil || len(p.branches) > 1:
		t.Add(" ORDER BY 1 " + direction(ascending))
	}
	t.Add(" LIMIT ?", n)
	return s.bind(t), nil
}

func direction(ascending bool) string {
	if ascending {
		return "ASC"
	}
	return "DESC"
}

// Keys returns up to n rows after from, or before it if back is set, nearest first.
// If n is negative, it returns all. The zero from is before the first row, and if
// back is set after the last.
func (p *Plan) Keys(ctx context.Context, q db.Querier, from Pos, back bool, n int) ([]Pos, error) {
	switch {
	case p.limitedRows != nil:
		return p.limitedFrom(from, back, n), nil
	case p.sort != nil:
		return p.sortedKeys(ctx, q, from, back, n)
	}
	ascending := p.ascending() != back
	above, below := int64(db.Bottom), int64(db.Top)
	switch {
	case from.IsZero():
	case ascending:
		above = from.At
	default:
		below = from.At
	}
	positions, err := p.between(ctx, q, above, below, ascending, n)
	if err != nil {
		return nil, err
	}
	keys := make([]Pos, len(positions))
	for i, at := range positions {
		keys[i].At = at
	}
	return keys, nil
}

// Find returns the position of an item in the order of the view, and whether the
// view shows it. The Pos is zero if the database does not have the item.
func (p *Plan) Find(ctx context.Context, q db.Querier, id int64) (Pos, bool, error) {
	key := db.SQL("''")
	if p.sort != nil {
		key = p.sort.expr
	}
	t := db.SQL("SELECT i.pos, "+key.SQL+", ("+p.where.SQL+") FROM items i JOIN details d ON d.id = i.id JOIN feeds f ON f.id = i.feed WHERE i.id = ?",
		slices.Concat(key.Args, p.where.Args, []any{id})...)
	rows, err := q.QueryContext(ctx, t.SQL, t.Args...)
	if err != nil {
		return Pos{}, false, err
	}
	defer rows.Close()
	var at Pos
	var within bool
	for rows.Next() {
		if err := rows.Scan(&at.At, &at.Key, &within); err != nil {
			return Pos{}, false, err
		}
	}
	if p.limitedRows != nil {
		within = slices.Contains(p.limitedRows, at)
	}
	return at, within, rows.Err()
}

// Count returns the number of rows of the view, at most max. If max is 0 or less,
// there is no limit.
func (p *Plan) Count(ctx context.Context, q db.Querier, max int) (int, error) {
	switch {
	case max <= 0:
		max = -1
	case p.cheapInOrder():
		// Newest first: Members may start with the oldest rows, and reading them is
		// wasted if only new items are in the view.
		found, err := p.between(ctx, q, db.Bottom, db.Top, false, max)
		return len(found), err
	}
	m := p.Members(db.Bottom, db.Top)
	t := db.SQL("SELECT count(*) FROM (")
	t.Add(m.SQL, m.Args...)
	t.Add(" LIMIT ?)", max)
	var n int
	err := q.QueryRowContext(ctx, t.SQL, t.Args...).Scan(&n)
	return n, err
}
