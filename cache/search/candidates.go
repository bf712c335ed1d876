package search

import (
	"slices"

	"dateline/cache/db"
)

const (
	// maxCandidates is how many items a list may have to be read whole, so that each
	// position in the full-text index is compared with it; a longer one is compared
	// chunk by chunk.
	maxCandidates = 5000
	// maxLookups is how many phrases are looked up for items one by one.
	maxLookups = 300
	// lookupCost is how many positions of a word can be compared with a list while one
	// item is looked up: that is a new search, and of a common word it scans some
	// thousand positions, too.
	lookupCost = 2000
)

// candidates is a list that has all items of the view: those of a feed, the starred
// ones … Passing all positions of a common word costs a fifth when each is only
// compared with the list, and no item is read that is not in it.
type candidates struct {
	// scan is the list in order.
	scan *Plan
	// all reports whether the list has every item; then scan has those of which the index
	// has the text, which takes less reading.
	all bool
	// n is how many items a short list has; more than maxCandidates for others. above
	// and below are where it ends, either exclusive.
	short        bool
	n            int
	above, below int64
}

// candidateList is the list that the view would be scanned by if it asked for no
// text.
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

// fewLookups reports whether it is cheaper to ask the index about so many items, in so
// many phrases, than to pass the positions where an expression holds.
func (c *compiler) fewLookups(x textIndex, expr string, items, phrases int) (bool, error) {
	if probes := items * phrases; probes <= c.ix.maxLookups {
		return c.moreThan(x, expr, probes*c.ix.lookupCost)
	}
	return false, nil
}

// isCommon reports whether so many items have the expression that it is cheaper to
// compare their positions with a long list, or to list them chunk by chunk, than to
// read them.
func (c *compiler) isCommon(x textIndex, expr string) (bool, error) {
	return c.moreThan(x, expr, 5*c.ix.lookupCost)
}

// contains is a condition on the number of a text in an index, for a range of the
// scan: that its item is in the list.
func (l candidates) contains(number string) db.Text {
	positions := l.scan.membersSQL()
	// The plus keeps FTS5 from searching anew for each position of the list.
	t := db.SQL("+" + number + " IN (SELECT t.doc_number FROM (")
	t.Add(positions.SQL, positions.Args...)
	t.Add(") n CROSS JOIN items t ON t.pos = n.pos WHERE t.doc_number IS NOT NULL)")
	return t
}

// lookup asks whether an index has a text, of which number is the number there,
// under an expression. Where that is asked of many, a list of the positions where it
// holds is asked: chunk by chunk, if it may be long.
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
	positions := x.postings(expr)
	if c.candidates.short {
		positions.And(c.candidates.contains("x.rowid"))
	}
	return db.SQL("+"+number+" IN ("+positions.SQL+")", positions.Args...), err
}

// moreThan reports whether an expression holds in an index more often than most times, in
// the range of time that the view is about.
func (c *compiler) moreThan(x textIndex, expr string, most int) (bool, error) {
	n, err := c.count(x, expr, most+1)
	return n > most, err
}

// counted is how often an expression holds in an index, if it was counted up to
// most.
type counted struct{ n, most int }

// count counts how often an expression holds, up to most. What chooses a scan asks
// several times.
func (c *compiler) count(x textIndex, expr string, most int) (n int, err error) {
	key := string(x) + " " + expr
	if known, ok := c.counted[key]; ok && (known.n < known.most || most <= known.most) {
		return min(known.n, most), nil
	}
	s, err := c.wholeRange()
	if err != nil {
		return 0, err
	}
	positions := s.bind(x.postings(expr))
	err = c.q.QueryRowContext(c.ctx, "SELECT count(*) FROM ("+positions.SQL+" LIMIT ?)", append(positions.Args, most)...).Scan(&n)
	if c.counted == nil {
		c.counted = map[string]counted{}
	}
	if err == nil {
		c.counted[key] = counted{n, most}
	}
	return n, err
}

// wholeRange is the range of time that the view is about.
func (c *compiler) wholeRange() (s posRange, err error) {
	s.above, s.below = c.above, c.below
	s.low, s.high, err = numberRange(c.ctx, c.q, s.above, s.below)
	return s, err
}
