package search

import (
	"context"
	"slices"
	"time"

	"dateline/cache/db"
	"dateline/feed/query"
)

// plan is a view made ready to be scanned. A scan by date is made of branches, each
// the range of one index that is in order already, merged as they are read,
// and of extra items that no branch scans: few, and found beforehand. Nothing is
// sorted and nothing is scanned, so a page costs what its rows cost.
type Plan struct {
	view     View
	now      time.Time
	env      query.Env
	branches []branch
	extras   []int64
	// above and below are the ends, either exclusive, of the range of time
	// that the query asks for.
	above, below int64
	// low and high are the same for the numbers of the index.
	low, high int64
	// where is the whole condition on i, the row of items, for one item.
	where db.Text
	// chunkBy, if not nil, is a scan by whose rows this one is cut into ranges,
	// each asked for by itself: see [Plan.byChunks].
	chunkBy *Plan
	// chunkRows is how many rows the first chunk has.
	chunkRows int
	// sort is set when the order is not by date: then the branches only say which.
	sort *sortOrder
	// limited has the positions of the whole view, in its order, when a limit: cuts
	// it; then nothing else is looked at.
	limited []Pos
}

// branch is one ordered scan: SELECT at FROM from WHERE where. With feeds set it
// is as many scans side by side, where then being about the feed w.feed.
type branch struct {
	column, from string
	where        db.Text
	feeds        []int64
	// usesNumbers reports whether at is a number of the index, and the position that of i.
	byNumber bool
	// dedup is what leaves out the positions of the branches before, to be counted once.
	// Where branches are merged it would only cost time.
	dedup db.Text
	// merged, if not empty, is a query for numbers that SQLite merges from several
	// lists in order; at is n.text then, and from is not asked.
	merged db.Text
	// inCandidates leaves out what is not in a long list. It reads the list, so it is
	// for a chunk of the scan.
	inCandidates db.Text
}

// between is the SQL of the branch's positions in a range, whose ends are bounds; in
// order if it is asked to be, unless the branch is of numbers: SQLite does not know
// that they are in the order of positions.
func (a branch) rangeSQL(ordered, ascending bool) db.Text {
	bounds := db.SQL(a.column+" > ? AND "+a.column+" < ?", aboveBound, belowBound)
	if a.byNumber {
		bounds = db.SQL(a.column+" > ? AND "+a.column+" < ? AND i.pos > ? AND i.pos < ?", lowBound, highBound, aboveBound, belowBound)
	}
	if ordered {
		bounds.And(a.inCandidates)
	} else {
		bounds.And(a.dedup)
	}
	if a.feeds == nil {
		position, from := a.column, db.SQL(a.from)
		if a.byNumber {
			position = "i.pos"
		}
		if a.merged.SQL != "" {
			from = a.fromMerged(ascending)
		}
		t := db.SQL("SELECT "+position+" AS pos FROM "+from.SQL+" WHERE ", slices.Clone(from.Args)...)
		t.Add(a.where.SQL, a.where.Args...)
		t.And(bounds)
		return t
	}
	if !ordered {
		t := db.SQL("SELECT "+a.column+" AS pos FROM (SELECT value AS feed FROM json_each(?)) w CROSS JOIN "+a.from+" WHERE ", db.JSONIntegers(a.feeds))
		t.Add(a.where.SQL, a.where.Args...)
		t.And(bounds)
		return t
	}
	return a.mergeFeeds(ascending)
}

// mergeFeeds keeps the next position of each feed in the queue of a recursive
// query: the foremost comes out, and its feed's next goes in. A page costs one
// look at each feed and one for each row.
func (a branch) mergeFeeds(ascending bool) db.Text {
	beyond, limit := " < ", " > ?"
	from, to := belowBound, aboveBound
	if ascending {
		beyond, limit = " > ", " < ?"
		from, to = aboveBound, belowBound
	}
	next := func(start string, args ...any) db.Text {
		t := db.SQL("(SELECT " + a.column + " FROM " + a.from + " WHERE ")
		t.Add(a.where.SQL, a.where.Args...)
		t.Add(" AND "+a.column+beyond+start, args...)
		t.Add(" AND "+a.column+limit+" ORDER BY "+a.column+" "+direction(ascending)+" LIMIT 1)", to)
		return t
	}
	first, second := next("?", from), next("w.pos")
	t := db.SQL("SELECT pos FROM (WITH RECURSIVE scan(feed, pos) AS (SELECT w.feed, ")
	t.Add(first.SQL, first.Args...)
	t.Add(" FROM (SELECT value AS feed FROM json_each(?)) w UNION ALL SELECT w.feed, ", db.JSONIntegers(a.feeds))
	t.Add(second.SQL, second.Args...)
	t.Add(" FROM scan w WHERE w.pos IS NOT NULL ORDER BY 2 " + direction(ascending) + ") SELECT pos FROM scan WHERE pos IS NOT NULL)")
	return t
}

// maxExtras is how many items may be looked up and sorted beforehand.
const maxExtras = 1000

// Plan reads what the query refers to and chooses how to scan it.
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

// ascending reports whether the view runs against the natural direction of its sort
// key: by date, from old to new.
func (p *Plan) ascending() bool {
	reverse := p.view.Query.Sort.Reverse != p.view.Oldest
	if p.sort != nil {
		return !reverse
	}
	return reverse
}

// usesNumbers reports whether the scan asks about numbers of the index.
func (p *Plan) usesNumbers() bool { return slices.Contains(p.union(true, false).Args, any(lowBound)) }

// union is the SQL of all branches in a range, whose ends are bounds.
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

// Members is a query for the positions between the two, in no order.
func (p *Plan) Members(above, below int64) db.Text {
	return posRange{max(above, p.above), min(below, p.below), p.low, p.high}.bind(p.membersSQL())
}

// membersSQL is members for a range, whose ends are bounds.
func (p *Plan) membersSQL() db.Text {
	var t db.Text
	extras := p.extras
	if p.limited != nil {
		extras = nil
		for _, k := range p.limited {
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

// between are the positions between the two, in order, at most n unless n < 0.
func (p *Plan) between(ctx context.Context, q db.Querier, above, below int64, ascending bool, n int) ([]int64, error) {
	above, below = max(above, p.above), min(below, p.below)
	if p.chunkBy != nil {
		return p.byChunks(ctx, q, above, below, ascending, n)
	}
	return p.scanRange(ctx, q, posRange{above: above, below: below}, ascending, n)
}

// inCandidates is between for a range that is asked about at once.
func (p *Plan) scanRange(ctx context.Context, q db.Querier, s posRange, ascending bool, n int) ([]int64, error) {
	scans, err := p.scans(ctx, q, s, ascending, n)
	if err != nil {
		return nil, err
	}
	var found []int64
	for _, scan := range scans {
		some, err := db.Integers(ctx, q, scan)
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	extras := slices.Clone(p.extras)
	extras = slices.DeleteFunc(extras, func(at int64) bool { return at <= s.above || at >= s.below })
	if len(extras) == 0 && len(scans) < 2 {
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

// cheapInOrder reports whether no branch of the scan has many feeds to keep in order.
func (p *Plan) cheapInOrder() bool {
	return p.limited == nil && !slices.ContainsFunc(p.branches, func(a branch) bool { return a.feeds != nil })
}

// scans are queries for the first n positions that branches have in the range, each
// in order. SQLite merges the branches as it reads them where it can see that they
// are in the order of positions; else each is asked for itself.
func (p *Plan) scans(ctx context.Context, q db.Querier, s posRange, ascending bool, n int) ([]db.Text, error) {
	if p.usesNumbers() {
		var err error
		if s.low, s.high, err = numberRange(ctx, q, s.above, s.below); err != nil {
			return nil, err
		}
	}
	if !slices.ContainsFunc(p.branches, func(a branch) bool { return a.byNumber }) {
		t := p.union(true, ascending)
		if t.SQL == "" {
			return nil, nil
		}
		if p.branches[0].feeds == nil || len(p.branches) > 1 {
			t.Add(" ORDER BY 1 " + direction(ascending))
		}
		t.Add(" LIMIT ?", n)
		return []db.Text{s.bind(t)}, nil
	}
	var scans []db.Text
	for _, a := range p.branches {
		t := a.rangeSQL(true, ascending)
		if a.merged.SQL == "" { // else it is in order, which SQLite cannot see
			t.Add(" ORDER BY " + a.column + " " + direction(ascending))
		}
		t.Add(" LIMIT ?", n)
		scans = append(scans, s.bind(t))
	}
	return scans, nil
}

func direction(ascending bool) string {
	if ascending {
		return "ASC"
	}
	return "DESC"
}

// Keys are the positions of up to n rows (all if n < 0) after from, or before it
// when back is set, nearest first.
func (p *Plan) Keys(ctx context.Context, q db.Querier, from Pos, back bool, n int) ([]Pos, error) {
	switch {
	case p.limited != nil:
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

// Find is the position of an item in the order of the view, and whether the view
// shows it; no position when the cache does not have it.
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
	if p.limited != nil {
		within = slices.Contains(p.limited, at)
	}
	return at, within, rows.Err()
}

// Count counts the rows of the view, up to max unless max is zero or less.
func (p *Plan) Count(ctx context.Context, q db.Querier, max int) (int, error) {
	switch {
	case max <= 0:
		max = -1
	case p.cheapInOrder():
		// In no order the oldest may come first, and be passed for nothing if the
		// view is about what is new.
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
