package search

import (
	"slices"

	"dateline/cache/db"
	"dateline/feed/query"
)

// textCondition asks whether one item matches a term: the index where it has the
// item's text, else what was found in Go.
func (c *compiler) textCondition(n *query.Node) (db.Text, error) {
	t := db.SQL("(" + nothing)
	x := indexOf(n)
	expr, err := c.matchExpr(x, n.Term)
	if err != nil {
		return t, err
	}
	if expr != "" {
		has, err := c.lookup(x, docNumber, expr)
		if err != nil {
			return t, err
		}
		t.Add(" OR "+has.SQL+isIndexed, has.Args...)
	}
	if pending := c.pending[n]; len(pending) > 0 {
		list := db.In("i.pos", pending)
		t.Add(" OR "+list.SQL, list.Args...)
	}
	t.Add(")")
	return t, nil
}

// scanText scans the matches of the full-text conditions that the indexes can
// answer, newest or oldest first as they have them; items that they do not have
// yet are extras. It reports whether there was any such condition.
func (c *compiler) scanText() (bool, error) {
	if !c.hasTextTerms() {
		return false, nil
	}
	var met []*query.Node
	for _, n := range c.view.Query.Conjuncts() {
		if c.answeredByFTS5(n) {
			met = append(met, n)
		}
	}
	var err error
	if c.candidates, err = c.candidateList(); err != nil {
		return true, err
	}
	c.above, c.below = max(c.above, c.candidates.above), min(c.below, c.candidates.below)
	scan := c.scanPostings
	if !slices.ContainsFunc(met, isPositive) {
		scan = c.scanWithout
	}
	if scanned, err := scan(met); !scanned || err != nil || len(c.pending) == 0 {
		return scanned, err
	}
	return true, c.addExtras("items i INDEXED BY items_pending", db.SQL("i.indexed = 0"))
}

// scanPostings scans the positions in the indexes where conditions hold, unless the
// items of the list are so few that it is cheaper to look them up there.
func (c *compiler) scanPostings(met []*query.Node) (scanned bool, err error) {
	met, either, err := c.deferMixed(met)
	if err != nil {
		return false, err
	}
	branches, few, err := c.textBranches(met, either)
	if err != nil || few {
		c.chunkBy = nil
		return false, err
	}
	rest, err := c.condition(met)
	for i := range branches {
		branches[i].where.And(rest)
	}
	c.branches = append(c.branches, branches...)
	return true, err
}

// textBranches are the scans over the indexes; few reports whether the items of the list are
// so few that it is cheaper to look them up there.
func (c *compiler) textBranches(met []*query.Node, e *alternatives) (branches []branch, few bool, err error) {
	scans := [][]*query.Node{met}
	if e != nil {
		scans = e.conditions
	}
	for i, conditions := range scans {
		a, few, never, err := c.textBranch(conditions)
		if err == nil && i > 0 {
			a.dedup, err = c.withoutPrefixes(e.prefixes)
		}
		switch {
		case err != nil:
			return nil, false, err
		case never:
			continue
		case few:
			return nil, true, nil
		}
		branches = append(branches, a)
	}
	return branches, false, nil
}

// textBranch scans the items of an index for which conditions hold that FTS5 can
// answer, of a list only those that are in it; never reports whether there are none, few
// that it is cheaper to look up the list's items. Where prefixes are apart, one
// of the two is scanned, and the other merged with it or asked about each of its
// rows: the words are, if any condition says which items rather than which not,
// since they are rarer.
func (c *compiler) textBranch(met []*query.Node) (a branch, few, never bool, err error) {
	scanned, probed, err := c.splitByIndex(met)
	if err != nil {
		return a, false, false, err
	}
	x, other := wordIndex, prefixIndex
	if !slices.ContainsFunc(scanned, isPositive) {
		scanned, probed, x, other = probed, scanned, prefixIndex, wordIndex
	}
	expr, never, err := c.allOf(x, scanned)
	if err != nil || never {
		return a, false, never, err
	}
	n, err := c.count(x, expr, c.ix.maxLookups+1)
	if err != nil {
		return a, false, false, err
	}
	c.expectedRows = max(c.expectedRows, n)
	merged, asked, phrases, never, err := c.otherConditions(other, probed)
	if err != nil || never {
		return a, false, never, err
	}
	a = x.branch(expr, merged)
	if err = c.intersectCandidates(&a, x, expr); err != nil {
		return a, false, false, err
	}
	a.where.Add(isIndexed)
	a.where.And(asked)
	few, err = c.fewLookups(x, expr, c.candidates.n, phrases+phrasesIn(expr))
	return a, few, false, err
}

// otherConditions are further conditions for a scan, which another index answers: what is
// common is merged with the numbers that are scanned, and the rest asked of each;
// never reports whether they hold for nothing, phrases how many they have.
func (c *compiler) otherConditions(x textIndex, nodes []*query.Node) (merged, asked db.Text, phrases int, never bool, err error) {
	for _, n := range nodes {
		inner, not, with := n, "", " INTERSECT "
		if n.Op == query.Not {
			inner, not, with = n.Kids[0], "NOT ", " EXCEPT "
		}
		expr, nothing, err := c.match(x, inner)
		if err != nil || nothing && not == "" {
			return merged, asked, 0, true, err
		}
		if nothing {
			continue
		}
		phrases += phrasesIn(expr)
		common, err := c.isCommon(x, expr)
		if err != nil {
			return merged, asked, 0, false, err
		}
		few, err := c.fewLookups(x, expr, c.expectedRows, phrasesIn(expr))
		if err != nil {
			return merged, asked, 0, false, err
		}
		if common && !few {
			positions := x.postings(expr)
			merged.Add(with+positions.SQL, positions.Args...)
			continue
		}
		has, err := c.lookup(x, docNumber, expr)
		if err != nil {
			return merged, asked, 0, false, err
		}
		asked.And(db.SQL(not+has.SQL, has.Args...))
	}
	return merged, asked, phrases, false, nil
}

// branch scans the positions of an expression, merged with others if there are any.
func (x textIndex) branch(expr string, others db.Text) branch {
	if others.SQL != "" {
		merged := x.postings(expr)
		merged.Add(others.SQL, others.Args...)
		return branch{column: "n.doc_number", byNumber: true, merged: merged, where: db.SQL("1")}
	}
	name := string(x)
	return branch{column: name + ".rowid", byNumber: true, where: db.SQL(name+" MATCH ?", expr),
		from: name + " CROSS JOIN items i INDEXED BY items_doc_number ON i.doc_number = " + name + ".rowid"}
}

// intersectCandidates has a scan compare the positions of the expression with the list of the
// view, if that does not have every item: with a long one if it is common, which
// takes chunks.
func (c *compiler) intersectCandidates(a *branch, x textIndex, expr string) error {
	if c.candidates.all {
		return nil
	}
	common, err := c.isCommon(x, expr)
	if err != nil {
		return err
	}
	in := c.candidates.contains(a.column)
	switch {
	case c.candidates.short:
		a.where.And(in)
	case common:
		a.inCandidates = in
	}
	if common {
		c.chunkBy = c.candidates.scan
	}
	return nil
}

// hasTextTerms reports whether the view has a condition on texts.
func (c *compiler) hasTextTerms() bool { return mentions(c.view.Query.Root, isTextTerm) }
