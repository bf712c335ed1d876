package search

import (
	"slices"

	"dateline/cache/db"
	"dateline/feed/query"
)

// fewPostings is the length up to which a posting list is read whole, and the other
// conditions are checked for each item. That takes some milliseconds.
const fewPostings = 3000

// driver is the posting list that drives a scan: an expression for one of the tables.
type driver struct {
	index textIndex
	fts5  string
	// answered are the top-level conditions for which the expression is exact.
	answered []*query.Node
	// positive is set if the expression says which terms a document has, instead of
	// only which it lacks. few is set if it then has at most [fewPostings] postings.
	positive, few bool
}

// chooseScan chooses the branches and extra rows of the plan. There are none if no
// feed can have an item in the view.
//
// If the index narrows the view down, a posting list drives the scan, and the pending
// items are extra rows. Otherwise the list is scanned that the view is of, such as a
// feed or the unread items. If the conditions on text or on the list read other
// posting lists or the list, the scan reads chunk by chunk.
func (c *compiler) chooseScan() error {
	if !c.everyFeed && len(c.feeds) == 0 {
		return nil
	}
	c.filter = c.where
	tables := c.tables()
	if len(tables) == 0 {
		return c.chooseList()
	}
	list, err := c.list()
	if err != nil {
		return err
	}
	d, err := c.chooseDriver(tables, list.hasEveryItem())
	if err != nil {
		return err
	}
	c.scanning = !d.few
	c.filter, err = c.condition(d.answered)
	c.scanning = false
	if err != nil {
		return err
	}
	if slices.Contains(c.filter.Args, any(lowBound)) {
		c.chunkBy = list
	}
	if d.fts5 == "" {
		return c.chooseList()
	}
	name := string(d.index)
	where := db.SQL(name+" MATCH ?", d.fts5)
	if !d.few && !list.hasEveryItem() {
		c.chunkBy = list
		if !list.scansItems() {
			where.And(list.hasDocument(name + ".rowid"))
		}
	}
	where.And(c.filter)
	c.branches = []branch{{column: name + ".rowid", byNumber: true, where: where,
		from: name + " CROSS JOIN items i INDEXED BY items_doc_number ON i.doc_number = " + name + ".rowid"}}
	return c.addExtras("items i INDEXED BY items_pending", db.SQL("i.indexed = 0"))
}

// tables returns the tables that can help with a condition of the view.
func (c *compiler) tables() (tables []textIndex) {
	root := c.view.Query.Root
	if mentions(root, func(t query.Term) bool { return isTextTerm(t) && !isShortPrefix(t) }) {
		tables = append(tables, wordIndex)
	}
	if mentions(root, func(t query.Term) bool { return isShortPrefix(t) || t.Field == query.FieldLink }) {
		tables = append(tables, prefixIndex)
	}
	return tables
}

// chooseDriver returns the posting list that drives the scan: of the tables that
// narrow the view down, the first with few postings, otherwise the first. If there is
// none, the expression is empty. It counts no postings if the expression answers the
// query and the list of the view has every item.
func (c *compiler) chooseDriver(tables []textIndex, everyItem bool) (best driver, err error) {
	conditions := c.view.Query.Conjuncts()
	for _, x := range tables {
		all, err := c.allOf(x, conditions)
		if err != nil {
			return best, err
		}
		d := driver{index: x, fts5: all.fts5, positive: all.positive}
		if all.exact && everyItem {
			d.answered = conditions
			return d, nil
		}
		for _, n := range conditions {
			e, err := c.expressionOf(x, n)
			if err != nil {
				return best, err
			}
			if e.exact {
				d.answered = append(d.answered, n)
			}
		}
		if d.positive {
			if d.few, err = c.hasFew(x, d.fts5); d.few || err != nil {
				return d, err
			}
		}
		if best.fts5 == "" || d.positive && !best.positive {
			best = d
		}
	}
	return best, nil
}

// list returns the plan that the view would have without its conditions, except
// those that choose what is scanned, such as its feeds, is:unread or a label.
func (c *compiler) list() (*Plan, error) {
	list := &compiler{Plan: &Plan{view: c.view, now: c.now, env: c.env, above: c.above, below: c.below}, ctx: c.ctx, ix: c.ix, q: c.q,
		feeds: c.feeds, everyFeed: c.everyFeed, knownFeeds: c.knownFeeds}
	return list.Plan, list.chooseList()
}

// hasEveryItem reports whether the plan scans all items.
func (p *Plan) hasEveryItem() bool {
	return slices.ContainsFunc(p.branches, func(b branch) bool { return b.where.SQL == "" })
}

// scansItems reports whether the plan scans the table of items and leaves out some,
// as is:read does. Checking an item then costs less than listing all.
func (p *Plan) scansItems() bool {
	return slices.ContainsFunc(p.branches, func(b branch) bool { return b.from == fromItems })
}

// hasDocument returns the condition that the plan has the document with a number, in
// a range.
func (p *Plan) hasDocument(number string) db.Text {
	positions := p.membersSQL()
	// The plus keeps SQLite from running the FTS5 query once for each item.
	t := db.SQL("+" + number + " IN (SELECT t.doc_number FROM (")
	t.Add(positions.SQL, positions.Args...)
	t.Add(") n CROSS JOIN items t ON t.pos = n.pos WHERE t.doc_number IS NOT NULL)")
	return t
}

// hasFew reports whether an expression has at most [fewPostings] postings in the
// range of the view.
func (c *compiler) hasFew(x textIndex, fts5 string) (few bool, err error) {
	s := posRange{above: c.above, below: c.below}
	if s.low, s.high, err = numberRange(c.ctx, c.q, s.above, s.below); err != nil {
		return false, err
	}
	postings := s.bind(x.postings(fts5))
	var n int
	err = c.q.QueryRowContext(c.ctx, "SELECT count(*) FROM ("+postings.SQL+" LIMIT ?)", append(postings.Args, c.ix.fewPostings+1)...).Scan(&n)
	return n <= c.ix.fewPostings, err
}
