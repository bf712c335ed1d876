package search

import (
	"context"
	"slices"
	"time"

	"dateline/cache/db"
	"dateline/feed"
)

// plan is a view made ready to be walked. A walk by date is made of arms, each
// the range of one index that is in order already, merged as they are read,
// and of stray items that no arm passes: few, and found beforehand. Nothing is
// sorted and nothing is scanned, so a page costs what its rows cost.
type Plan struct {
	view   View
	now    time.Time
	env    feed.Env
	arms   []arm
	strays []int64
	// above and below are the ends, either exclusive, of the stretch of time
	// that the query asks for.
	above, below int64
	// low and high are the same for the numbers of the index.
	low, high int64
	// where is the whole condition on i, the row of items, for one item.
	where db.Text
	// slices, if not nil, is a walk by whose rows this one is cut into stretches,
	// each asked for by itself: see [Plan.bySlices].
	slices *Plan
	// slice is how many rows the first slice has.
	slice int
	// sort is set when the order is not by date: then the arms only say which.
	sort *sortOrder
	// chosen has the places of the whole view, in its order, when a limit: cuts
	// it; then nothing else is looked at.
	chosen []Pos
}

// arm is one ordered walk: SELECT at FROM from WHERE where. With feeds set it
// is as many walks side by side, where then being about the feed w.feed.
type arm struct {
	at, from string
	where    db.Text
	feeds    []int64
	// numbered says that at is a number of the index, and the place that of i.
	numbered bool
	// once is what leaves out the places of the arms before, to be counted once.
	// Where arms are merged it would only cost time.
	once db.Text
	// merged, if not empty, is a query for numbers that SQLite merges from several
	// lists in order; at is n.text then, and from is not asked.
	merged db.Text
	// within leaves out what is not in a long list. It reads the list, so it is
	// for a slice of the walk.
	within db.Text
}

// between is the SQL of the arm's places in a stretch, whose ends are edges; in
// order if it is asked to be, unless the arm is of numbers: SQLite does not know
// that they are in the order of places.
func (a arm) between(ordered, ascending bool) db.Text {
	bounds := db.SQL(a.at+" > ? AND "+a.at+" < ?", aboveEdge, belowEdge)
	if a.numbered {
		bounds = db.SQL(a.at+" > ? AND "+a.at+" < ? AND i.pos > ? AND i.pos < ?", lowEdge, highEdge, aboveEdge, belowEdge)
	}
	if ordered {
		bounds.And(a.within)
	} else {
		bounds.And(a.once)
	}
	if a.feeds == nil {
		place, from := a.at, db.SQL(a.from)
		if a.numbered {
			place = "i.pos"
		}
		if a.merged.SQL != "" {
			from = a.inMerged(ascending)
		}
		t := db.SQL("SELECT "+place+" AS pos FROM "+from.SQL+" WHERE ", slices.Clone(from.Args)...)
		t.Add(a.where.SQL, a.where.Args...)
		t.And(bounds)
		return t
	}
	if !ordered {
		t := db.SQL("SELECT "+a.at+" AS pos FROM (SELECT value AS feed FROM json_each(?)) w CROSS JOIN "+a.from+" WHERE ", db.JSONIntegers(a.feeds))
		t.Add(a.where.SQL, a.where.Args...)
		t.And(bounds)
		return t
	}
	return a.sideBySide(ascending)
}

// sideBySide keeps the next place of each feed in the queue of a recursive
// query: the foremost comes out, and its feed's next goes in. A page costs one
// look at each feed and one for each row.
func (a arm) sideBySide(ascending bool) db.Text {
	beyond, limit := " < ", " > ?"
	from, to := belowEdge, aboveEdge
	if ascending {
		beyond, limit = " > ", " < ?"
		from, to = aboveEdge, belowEdge
	}
	next := func(start string, args ...any) db.Text {
		t := db.SQL("(SELECT " + a.at + " FROM " + a.from + " WHERE ")
		t.Add(a.where.SQL, a.where.Args...)
		t.Add(" AND "+a.at+beyond+start, args...)
		t.Add(" AND "+a.at+limit+" ORDER BY "+a.at+" "+direction(ascending)+" LIMIT 1)", to)
		return t
	}
	first, second := next("?", from), next("w.pos")
	t := db.SQL("SELECT pos FROM (WITH RECURSIVE walk(feed, pos) AS (SELECT w.feed, ")
	t.Add(first.SQL, first.Args...)
	t.Add(" FROM (SELECT value AS feed FROM json_each(?)) w UNION ALL SELECT w.feed, ", db.JSONIntegers(a.feeds))
	t.Add(second.SQL, second.Args...)
	t.Add(" FROM walk w WHERE w.pos IS NOT NULL ORDER BY 2 " + direction(ascending) + ") SELECT pos FROM walk WHERE pos IS NOT NULL)")
	return t
}

// maxStrays is how many items may be looked up and sorted beforehand.
const maxStrays = 1000

// Plan reads what the query refers to and chooses how to walk it.
func (ix *Index) Plan(ctx context.Context, q db.Querier, v View) (*Plan, error) {
	p := &Plan{view: v, now: ix.now(), above: db.Bottom, below: db.Top, slice: ix.slice}
	p.env = feed.Env{Now: p.now, Opened: v.Opened}
	c, err := ix.newCompiler(ctx, q, p)
	if err != nil {
		return nil, err
	}
	if p.where, err = c.condition(nil); err != nil {
		return nil, err
	}
	c.boundTime()
	if err := c.chooseWalk(); err != nil {
		return nil, err
	}
	if p.numbered() {
		if p.low, p.high, err = numberStretch(ctx, q, p.above, p.below); err != nil {
			return nil, err
		}
	}
	if key := v.Query.Sort.Key; key != "" && key != feed.SortDate {
		p.sort = newSortOrder(key, p)
	}
	if v.Query.Limit > 0 {
		err = p.choose(ctx, q)
	}
	return p, err
}

// ascending says that the view runs against the natural direction of its sort
// key: by date, from old to new.
func (p *Plan) ascending() bool {
	reverse := p.view.Query.Sort.Reverse != p.view.Oldest
	if p.sort != nil {
		return !reverse
	}
	return reverse
}

// numbered says that the walk asks about numbers of the index.
func (p *Plan) numbered() bool { return slices.Contains(p.union(true, false).Args, any(lowEdge)) }

// union is the SQL of all arms in a stretch, whose ends are edges.
func (p *Plan) union(ordered, ascending bool) db.Text {
	var t db.Text
	for i, a := range p.arms {
		if i > 0 {
			t.Add(" UNION ALL ")
		}
		one := a.between(ordered, ascending)
		t.Add(one.SQL, one.Args...)
	}
	return t
}

// Members is a query for the places between the two, in no order.
func (p *Plan) Members(above, below int64) db.Text {
	return stretch{max(above, p.above), min(below, p.below), p.low, p.high}.bind(p.inStretch())
}

// inStretch is members for a stretch, whose ends are edges.
func (p *Plan) inStretch() db.Text {
	var t db.Text
	strays := p.strays
	if p.chosen != nil {
		strays = nil
		for _, k := range p.chosen {
			strays = append(strays, k.At)
		}
	} else {
		t = p.union(false, false)
	}
	if t.SQL != "" && len(strays) == 0 {
		return t
	}
	if t.SQL != "" {
		t.Add(" UNION ALL ")
	}
	t.Add("SELECT value AS pos FROM json_each(?) WHERE value > ? AND value < ?", db.JSONIntegers(strays), aboveEdge, belowEdge)
	return t
}

// between are the places between the two, in order, at most n unless n < 0.
func (p *Plan) between(ctx context.Context, q db.Querier, above, below int64, ascending bool, n int) ([]int64, error) {
	above, below = max(above, p.above), min(below, p.below)
	if p.slices != nil {
		return p.bySlices(ctx, q, above, below, ascending, n)
	}
	return p.within(ctx, q, stretch{above: above, below: below}, ascending, n)
}

// within is between for a stretch that is asked about at once.
func (p *Plan) within(ctx context.Context, q db.Querier, s stretch, ascending bool, n int) ([]int64, error) {
	walks, err := p.walks(ctx, q, s, ascending, n)
	if err != nil {
		return nil, err
	}
	var found []int64
	for _, walk := range walks {
		some, err := db.Integers(ctx, q, walk)
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	strays := slices.Clone(p.strays)
	strays = slices.DeleteFunc(strays, func(at int64) bool { return at <= s.above || at >= s.below })
	if len(strays) == 0 && len(walks) < 2 {
		return found, nil
	}
	found = append(found, strays...)
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

// cheapInOrder says that no arm of the walk has many feeds to keep in order.
func (p *Plan) cheapInOrder() bool {
	return p.chosen == nil && !slices.ContainsFunc(p.arms, func(a arm) bool { return a.feeds != nil })
}

// walks are queries for the first n places that arms have in the stretch, each
// in order. SQLite merges the arms as it reads them where it can see that they
// are in the order of places; else each is asked for itself.
func (p *Plan) walks(ctx context.Context, q db.Querier, s stretch, ascending bool, n int) ([]db.Text, error) {
	if p.numbered() {
		var err error
		if s.low, s.high, err = numberStretch(ctx, q, s.above, s.below); err != nil {
			return nil, err
		}
	}
	if !slices.ContainsFunc(p.arms, func(a arm) bool { return a.numbered }) {
		t := p.union(true, ascending)
		if t.SQL == "" {
			return nil, nil
		}
		if p.arms[0].feeds == nil || len(p.arms) > 1 {
			t.Add(" ORDER BY 1 " + direction(ascending))
		}
		t.Add(" LIMIT ?", n)
		return []db.Text{s.bind(t)}, nil
	}
	var walks []db.Text
	for _, a := range p.arms {
		t := a.between(true, ascending)
		if a.merged.SQL == "" { // else it is in order, which SQLite cannot see
			t.Add(" ORDER BY " + a.at + " " + direction(ascending))
		}
		t.Add(" LIMIT ?", n)
		walks = append(walks, s.bind(t))
	}
	return walks, nil
}

func direction(ascending bool) string {
	if ascending {
		return "ASC"
	}
	return "DESC"
}

// Keys are the places of up to n rows (all if n < 0) after from, or before it
// when back is set, nearest first.
func (p *Plan) Keys(ctx context.Context, q db.Querier, from Pos, back bool, n int) ([]Pos, error) {
	switch {
	case p.chosen != nil:
		return p.chosenFrom(from, back, n), nil
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
	places, err := p.between(ctx, q, above, below, ascending, n)
	if err != nil {
		return nil, err
	}
	keys := make([]Pos, len(places))
	for i, at := range places {
		keys[i].At = at
	}
	return keys, nil
}

// Find is the place of an item in the order of the view, and whether the view
// shows it; no place when the cache does not have it.
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
	if p.chosen != nil {
		within = slices.Contains(p.chosen, at)
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
