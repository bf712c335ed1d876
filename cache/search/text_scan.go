package search

import (
	"slices"

	"dateline/cache/db"
	"dateline/feed/query"
)

// fewPostings is the length up to which a posting list is read whole, whatever list
// the view is of. Looking up the items of so many postings takes some milliseconds.
const fewPostings = 5000

// chooseScan chooses the branches and extra rows of the plan. There are none if no
// feed can have an item in the view.
func (c *compiler) chooseScan() error {
	if !c.everyFeed && len(c.feeds) == 0 {
		return nil
	}
	fts5, answered, err := c.narrow()
	if err != nil {
		return err
	}
	c.scanning = true
	c.filter, err = c.condition(answered)
	c.scanning = false
	if err != nil {
		return err
	}
	if fts5 != "" {
		return c.scanPostings(fts5)
	}
	if c.filterReadsPostings() {
		if c.chunkBy, err = c.list(); err != nil {
			return err
		}
	}
	return c.chooseList()
}

// narrow returns the expression for all that the index knows about the view, and the
// top-level conditions for which it is exact.
func (c *compiler) narrow() (fts5 string, answered []*query.Node, err error) {
	conditions := c.view.Query.Conjuncts()
	for _, n := range conditions {
		e, err := c.expressionOf(n)
		if err != nil {
			return "", nil, err
		}
		if e.exact {
			answered = append(answered, n)
		}
	}
	all, err := c.allOf(conditions)
	return all.fts5, answered, err
}

// filterReadsPostings reports whether the filter has a condition on text, as in
// "word or is:starred". It reads the posting list of the range that is scanned.
func (c *compiler) filterReadsPostings() bool { return slices.Contains(c.filter.Args, any(lowBound)) }

// scanPostings scans the posting lists of an expression, and the pending items as
// extra rows. If the view is of a list and there are many postings, they are
// intersected with the list, chunk by chunk. Few postings are read whole.
func (c *compiler) scanPostings(fts5 string) error {
	list, err := c.list()
	if err != nil {
		return err
	}
	where := db.SQL("items_index MATCH ?", fts5)
	intersects := false
	if !list.hasEveryItem() {
		if intersects, err = c.hasMany(fts5); err != nil {
			return err
		}
	}
	if intersects {
		where.And(list.containsDocument())
	}
	if intersects || c.filterReadsPostings() {
		c.chunkBy = list
	}
	where.And(c.filter)
	c.branches = []branch{{column: "items_index.rowid", byNumber: true, where: where,
		from: "items_index CROSS JOIN items i INDEXED BY items_doc_number ON i.doc_number = items_index.rowid"}}
	return c.addExtras("items i INDEXED BY items_pending", db.SQL("i.indexed = 0"))
}

// list returns the plan that the view would have without its conditions, except
// those that choose what is scanned: its feeds, is:unread, a label.
func (c *compiler) list() (*Plan, error) {
	list := &compiler{Plan: &Plan{view: c.view, now: c.now, env: c.env, above: c.above, below: c.below}, ctx: c.ctx, ix: c.ix, q: c.q,
		feeds: c.feeds, everyFeed: c.everyFeed, knownFeeds: c.knownFeeds}
	return list.Plan, list.chooseList()
}

// hasEveryItem reports whether the plan scans all items.
func (p *Plan) hasEveryItem() bool {
	return slices.ContainsFunc(p.branches, func(b branch) bool { return b.where.SQL == "" })
}

// containsDocument returns the condition that the plan has the document, in a range.
func (p *Plan) containsDocument() db.Text {
	positions := p.membersSQL()
	// The plus keeps SQLite from running the FTS5 query once for each item.
	t := db.SQL("+items_index.rowid IN (SELECT t.doc_number FROM (")
	t.Add(positions.SQL, positions.Args...)
	t.Add(") n CROSS JOIN items t ON t.pos = n.pos WHERE t.doc_number IS NOT NULL)")
	return t
}

// hasMany reports whether an expression has more than [fewPostings] postings in the
// range of the view.
func (c *compiler) hasMany(fts5 string) (many bool, err error) {
	s := posRange{above: c.above, below: c.below}
	if s.low, s.high, err = numberRange(c.ctx, c.q, s.above, s.below); err != nil {
		return false, err
	}
	postings := s.bind(db.SQL("SELECT 1 FROM items_index x WHERE x.items_index MATCH ? AND x.rowid > ? AND x.rowid < ?", fts5, lowBound, highBound))
	var n int
	err = c.q.QueryRowContext(c.ctx, "SELECT count(*) FROM ("+postings.SQL+" LIMIT ?)", append(postings.Args, c.ix.fewPostings+1)...).Scan(&n)
	return n > c.ix.fewPostings, err
}
