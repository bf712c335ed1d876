package search

import (
	"slices"

	"dateline/cache/db"
)

const (
	// maxCandidates is the length up to which a candidate list is short. A longer
	// list is not read as a whole, but in chunks.
	maxCandidates = 5000
	// maxLookups is the greatest number of lookups that a plan prefers to reading a
	// posting list. One lookup is for one phrase and one item.
	maxLookups = 300
	// lookupCost is how many postings can be intersected with a list in the time of
	// one lookup. A lookup is a new FTS5 query, and for a common word reads some
	// thousand postings itself.
	lookupCost = 2000
)

// candidates is a list that contains every item of the view, such as a feed's items
// or the starred ones. Intersecting a posting list with it costs a fifth of reading
// the items of the posting list.
type candidates struct {
	// scan reads the list in order.
	scan *Plan
	// all reports whether the list has all items in the database. scan then reads
	// the indexed items by document number, which takes less reading.
	all bool
	// short reports whether the list has at most maxCandidates items. n is their
	// number, and more than maxCandidates if short is not set.
	short bool
	n     int
	// above and below are exclusive bounds of the list's positions.
	above, below int64
}

// candidateList returns the list that the view would scan if it had no conditions
// on text.
func (c *compiler) candidateList() (candidates, error) {
	list := &compiler{Plan: &Plan{view: c.view, now: c.now, env: c.env, above: c.above, below: c.below}, ctx: c.ctx, ix: c.ix, q: c.q,
		feeds: c.feeds, everyFeed: c.everyFeed, knownFeeds: c.knownFeeds}
	if err := list.chooseList(); err != nil {
		return candidates{}, err
	}
	found := candidates{scan: list.Plan, n: maxCandidates + 1, above: c.above, below: c.below}
	if slices.ContainsFunc(list.branches, func(a branch) bool { return a.where.SQL == "" }) {
		list.branches = []branch{{column: docNumber, byNumber: true, from: "items i INDEXED BY items_doc_number", where: db.SQL("i.doc_number IS NOT NULL")}}
		found.all = true
	}
	if found.all || list.uncounted {
		return found, nil
	}
	members := list.Members(db.Bottom, db.Top)
	t := db.SQL("SELECT count(*), coalesce(min(pos), 0), coalesce(max(pos), 0) FROM (")
	t.Add(members.SQL, members.Args...)
	t.Add(" LIMIT ?)", maxCandidates+1)
	var first, last int64
	err := c.q.QueryRowContext(c.ctx, t.SQL, t.Args...).Scan(&found.n, &first, &last)
	if found.short = found.n <= maxCandidates; found.short {
		found.above, found.below = first-1, last+1
	}
	return found, err
}

// fewLookups reports whether looking up so many phrases for so many items is
// cheaper than reading the posting list of an expression.
func (c *compiler) fewLookups(x textIndex, expr string, items, phrases int) (bool, error) {
	if lookups := items * phrases; lookups <= c.ix.maxLookups {
		return c.moreThan(x, expr, lookups*c.ix.lookupCost)
	}
	return false, nil
}

// isCommon reports whether the posting list of an expression is so long that
// intersecting it with a long candidate list, or reading it in chunks, is cheaper
// than reading its items.
func (c *compiler) isCommon(x textIndex, expr string) (bool, error) {
	return c.moreThan(x, expr, 5*c.ix.lookupCost)
}

// contains returns the condition that the document with a number is in the list,
// within a range.
func (l candidates) contains(number string) db.Text {
	positions := l.scan.membersSQL()
	// The plus keeps SQLite from running the FTS5 query once for each entry of the
	// list.
	t := db.SQL("+" + number + " IN (SELECT t.doc_number FROM (")
	t.Add(positions.SQL, positions.Args...)
	t.Add(") n CROSS JOIN items t ON t.pos = n.pos WHERE t.doc_number IS NOT NULL)")
	return t
}

// lookup returns the condition that the document with this number matches the
// expression in an index. For a few documents it is an EXISTS query for each. For
// many it is an IN over the posting list, which is read in chunks if it is long.
func (c *compiler) lookup(x textIndex, number, expr string) (db.Text, error) {
	if c.expectedRows == 0 || c.forOtherCopies {
		return x.exists(expr), nil
	}
	if few, err := c.fewLookups(x, expr, c.expectedRows, phrasesIn(expr)); few || err != nil {
		return x.exists(expr), err
	}
	common, err := c.isCommon(x, expr)
	if common {
		c.chunkBy = c.candidates.scan
	}
	postings := x.postings(expr)
	if c.candidates.short {
		postings.And(c.candidates.contains("x.rowid"))
	}
	return db.SQL("+"+number+" IN ("+postings.SQL+")", postings.Args...), err
}

// moreThan reports whether the posting list of an expression has more than most
// documents in the range of the view.
func (c *compiler) moreThan(x textIndex, expr string, most int) (bool, error) {
	n, err := c.count(x, expr, most+1)
	return n > most, err
}

// counted is the length of a posting list, counted up to most.
type counted struct{ n, most int }

// count returns the length of the posting list of an expression in the range of the
// view, counted up to most. It counts each expression once, because several
// decisions of a plan depend on it.
func (c *compiler) count(x textIndex, expr string, most int) (n int, err error) {
	key := string(x) + " " + expr
	if known, ok := c.counted[key]; ok && (known.n < known.most || most <= known.most) {
		return min(known.n, most), nil
	}
	s, err := c.wholeRange()
	if err != nil {
		return 0, err
	}
	postings := s.bind(x.postings(expr))
	err = c.q.QueryRowContext(c.ctx, "SELECT count(*) FROM ("+postings.SQL+" LIMIT ?)", append(postings.Args, most)...).Scan(&n)
	if c.counted == nil {
		c.counted = map[string]counted{}
	}
	if err == nil {
		c.counted[key] = counted{n, most}
	}
	return n, err
}

// wholeRange returns the range that the view can have rows in.
func (c *compiler) wholeRange() (s posRange, err error) {
	s.above, s.below = c.above, c.below
	s.low, s.high, err = numberRange(c.ctx, c.q, s.above, s.below)
	return s, err
}
