package cache

import (
	"context"
	"slices"
	"strconv"
	"time"

	"dateline/feed"
)

// plan is a view made ready to be walked. A walk by date is made of arms, each
// the range of one index that is in order already, merged as they are read,
// and of stray items that no arm passes: few, and found beforehand. Nothing is
// sorted and nothing is scanned, so a page costs what its rows cost.
type plan struct {
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
	where sqlText
	// slices, if not nil, is a walk by whose rows this one is cut into stretches,
	// each asked for by itself: see [plan.bySlices].
	slices *plan
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
	where    sqlText
	feeds    []int64
	// numbered says that at is a number of the index, and the place that of i.
	numbered bool
	// once is what leaves out the places of the arms before, to be counted once.
	// Where arms are merged it would only cost time.
	once sqlText
	// merged, if not empty, is a query for numbers that SQLite merges from several
	// lists in order; at is n.text then, and from is not asked.
	merged sqlText
	// within leaves out what is not in a long list. It reads the list, so it is
	// for a slice of the walk.
	within sqlText
}

// between is the SQL of the arm's places in a stretch, whose ends are edges; in
// order if it is asked to be, unless the arm is of numbers: SQLite does not know
// that they are in the order of places.
func (a arm) between(ordered, ascending bool) sqlText {
	bounds := sqlf(a.at+" > ? AND "+a.at+" < ?", aboveEdge, belowEdge)
	if a.numbered {
		bounds = sqlf(a.at+" > ? AND "+a.at+" < ? AND i.pos > ? AND i.pos < ?", lowEdge, highEdge, aboveEdge, belowEdge)
	}
	if ordered {
		bounds.and(a.within)
	} else {
		bounds.and(a.once)
	}
	if a.feeds == nil {
		place, from := a.at, sqlf(a.from)
		if a.numbered {
			place = "i.pos"
		}
		if a.merged.text != "" {
			from = a.inMerged(ascending)
		}
		t := sqlf("SELECT "+place+" AS pos FROM "+from.text+" WHERE ", slices.Clone(from.args)...)
		t.add(a.where.text, a.where.args...)
		t.and(bounds)
		return t
	}
	if !ordered {
		t := sqlf("SELECT "+a.at+" AS pos FROM (SELECT value AS feed FROM json_each(?)) w CROSS JOIN "+a.from+" WHERE ", jsonIntegers(a.feeds))
		t.add(a.where.text, a.where.args...)
		t.and(bounds)
		return t
	}
	return a.sideBySide(ascending)
}

// sideBySide keeps the next place of each feed in the queue of a recursive
// query: the foremost comes out, and its feed's next goes in. A page costs one
// look at each feed and one for each row.
func (a arm) sideBySide(ascending bool) sqlText {
	beyond, limit := " < ", " > ?"
	from, to := belowEdge, aboveEdge
	if ascending {
		beyond, limit = " > ", " < ?"
		from, to = aboveEdge, belowEdge
	}
	next := func(start string, args ...any) sqlText {
		t := sqlf("(SELECT " + a.at + " FROM " + a.from + " WHERE ")
		t.add(a.where.text, a.where.args...)
		t.add(" AND "+a.at+beyond+start, args...)
		t.add(" AND "+a.at+limit+" ORDER BY "+a.at+" "+direction(ascending)+" LIMIT 1)", to)
		return t
	}
	first, second := next("?", from), next("w.pos")
	t := sqlf("SELECT pos FROM (WITH RECURSIVE walk(feed, pos) AS (SELECT w.feed, ")
	t.add(first.text, first.args...)
	t.add(" FROM (SELECT value AS feed FROM json_each(?)) w UNION ALL SELECT w.feed, ", jsonIntegers(a.feeds))
	t.add(second.text, second.args...)
	t.add(" FROM walk w WHERE w.pos IS NOT NULL ORDER BY 2 " + direction(ascending) + ") SELECT pos FROM walk WHERE pos IS NOT NULL)")
	return t
}

// sqlText is a piece of SQL and what its question marks stand for.
type sqlText struct {
	text string
	args []any
}

func (t *sqlText) add(text string, args ...any) {
	t.text += text
	t.args = append(t.args, args...)
}

// and adds a condition.
func (t *sqlText) and(c sqlText) {
	if c.text == "" {
		return
	}
	if t.text != "" {
		t.text += " AND "
	}
	t.add(c.text, c.args...)
}

func sqlf(text string, args ...any) sqlText { return sqlText{text, args} }

// maxStrays is how many items may be looked up and sorted beforehand.
const maxStrays = 1000

// plan reads what the query refers to and chooses how to walk it.
func (s *Store) plan(ctx context.Context, q querier, v View) (*plan, error) {
	p := &plan{view: v, now: s.now(), above: bottom, below: top, slice: s.slice}
	p.env = feed.Env{Now: p.now, Opened: v.Opened}
	c, err := s.newCompiler(ctx, q, p)
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
func (p *plan) ascending() bool {
	reverse := p.view.Query.Sort.Reverse != p.view.Oldest
	if p.sort != nil {
		return !reverse
	}
	return reverse
}

// numbered says that the walk asks about numbers of the index.
func (p *plan) numbered() bool { return slices.Contains(p.union(true, false).args, any(lowEdge)) }

// union is the SQL of all arms in a stretch, whose ends are edges.
func (p *plan) union(ordered, ascending bool) sqlText {
	var t sqlText
	for i, a := range p.arms {
		if i > 0 {
			t.add(" UNION ALL ")
		}
		one := a.between(ordered, ascending)
		t.add(one.text, one.args...)
	}
	return t
}

// members is a query for the places between the two, in no order.
func (p *plan) members(above, below int64) sqlText {
	return p.inStretch().at(stretch{max(above, p.above), min(below, p.below), p.low, p.high})
}

// inStretch is members for a stretch, whose ends are edges.
func (p *plan) inStretch() sqlText {
	var t sqlText
	strays := p.strays
	if p.chosen != nil {
		strays = nil
		for _, k := range p.chosen {
			strays = append(strays, k.At)
		}
	} else {
		t = p.union(false, false)
	}
	if t.text != "" && len(strays) == 0 {
		return t
	}
	if t.text != "" {
		t.add(" UNION ALL ")
	}
	t.add("SELECT value AS pos FROM json_each(?) WHERE value > ? AND value < ?", jsonIntegers(strays), aboveEdge, belowEdge)
	return t
}

// between are the places between the two, in order, at most n unless n < 0.
func (p *plan) between(ctx context.Context, q querier, above, below int64, ascending bool, n int) ([]int64, error) {
	above, below = max(above, p.above), min(below, p.below)
	if p.slices != nil {
		return p.bySlices(ctx, q, above, below, ascending, n)
	}
	return p.within(ctx, q, stretch{above: above, below: below}, ascending, n)
}

// within is between for a stretch that is asked about at once.
func (p *plan) within(ctx context.Context, q querier, s stretch, ascending bool, n int) ([]int64, error) {
	walks, err := p.walks(ctx, q, s, ascending, n)
	if err != nil {
		return nil, err
	}
	var found []int64
	for _, walk := range walks {
		some, err := integers(ctx, q, walk)
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
func (p *plan) cheapInOrder() bool {
	return p.chosen == nil && !slices.ContainsFunc(p.arms, func(a arm) bool { return a.feeds != nil })
}

// walks are queries for the first n places that arms have in the stretch, each
// in order. SQLite merges the arms as it reads them where it can see that they
// are in the order of places; else each is asked for itself.
func (p *plan) walks(ctx context.Context, q querier, s stretch, ascending bool, n int) ([]sqlText, error) {
	if p.numbered() {
		var err error
		if s.low, s.high, err = numberStretch(ctx, q, s.above, s.below); err != nil {
			return nil, err
		}
	}
	if !slices.ContainsFunc(p.arms, func(a arm) bool { return a.numbered }) {
		t := p.union(true, ascending)
		if t.text == "" {
			return nil, nil
		}
		if p.arms[0].feeds == nil || len(p.arms) > 1 {
			t.add(" ORDER BY 1 " + direction(ascending))
		}
		t.add(" LIMIT ?", n)
		return []sqlText{t.at(s)}, nil
	}
	var walks []sqlText
	for _, a := range p.arms {
		t := a.between(true, ascending)
		if a.merged.text == "" { // else it is in order, which SQLite cannot see
			t.add(" ORDER BY " + a.at + " " + direction(ascending))
		}
		t.add(" LIMIT ?", n)
		walks = append(walks, t.at(s))
	}
	return walks, nil
}

func direction(ascending bool) string {
	if ascending {
		return "ASC"
	}
	return "DESC"
}

// keys are the places of up to n rows (all if n < 0) after from, or before it
// when back is set, nearest first.
func (p *plan) keys(ctx context.Context, q querier, from Pos, back bool, n int) ([]Pos, error) {
	switch {
	case p.chosen != nil:
		return p.chosenFrom(from, back, n), nil
	case p.sort != nil:
		return p.sortedKeys(ctx, q, from, back, n)
	}
	ascending := p.ascending() != back
	above, below := int64(bottom), int64(top)
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

// integers runs a query with one column.
func integers(ctx context.Context, q querier, t sqlText) ([]int64, error) {
	rows, err := q.QueryContext(ctx, t.text, t.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return list, err
		}
		list = append(list, n)
	}
	return list, rows.Err()
}

// in writes a test for being one of a list.
func in(what string, list []int64) sqlText {
	return sqlf(what+" IN (SELECT value FROM json_each(?))", jsonIntegers(list))
}

// jsonIntegers writes a list for json_each.
func jsonIntegers(list []int64) string {
	b := make([]byte, 0, 16+12*len(list))
	b = append(b, '[')
	for i, n := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return string(append(b, ']'))
}
