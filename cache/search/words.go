package search

import (
	"slices"

	"dateline/cache/db"
	"dateline/feed/query"
)

// textCondition returns the condition that row i of items matches a term: by the
// index if the item is indexed, otherwise as [compiler.matchPending] found it.
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

// scanText scans posting lists if the view has top-level conditions on text that
// the index answers, and pending items as extra rows. It reports whether it does.
// If not, the caller scans the candidate list.
func (c *compiler) scanText() (bool, error) {
	if !c.hasTextTerms() {
		return false, nil
	}
	var answered []*query.Node
	for _, n := range c.view.Query.Conjuncts() {
		if c.answeredByFTS5(n) {
			answered = append(answered, n)
		}
	}
	var err error
	if c.candidates, err = c.candidateList(); err != nil {
		return true, err
	}
	c.above, c.below = max(c.above, c.candidates.above), min(c.below, c.candidates.below)
	scan := c.scanPostings
	if !slices.ContainsFunc(answered, isPositive) {
		scan = c.scanWithout
	}
	if scanned, err := scan(answered); !scanned || err != nil || c.pending == nil {
		return scanned, err
	}
	return true, c.addExtras("items i INDEXED BY items_pending", db.SQL("i.indexed = 0"))
}

// scanPostings scans posting lists for conditions that the index answers. It scans
// nothing if looking up the items of the candidate list is cheaper.
func (c *compiler) scanPostings(answered []*query.Node) (scanned bool, err error) {
	answered, either, err := c.deferMixed(answered)
	if err != nil {
		return false, err
	}
	branches, few, err := c.textBranches(answered, either)
	if err != nil || few {
		c.chunkBy = nil
		return false, err
	}
	rest, err := c.condition(answered)
	for i := range branches {
		branches[i].where.And(rest)
	}
	c.branches = append(c.branches, branches...)
	return true, err
}

// textBranches returns the branches of a scan over posting lists. few reports
// whether looking up the items of the candidate list is cheaper.
func (c *compiler) textBranches(answered []*query.Node, e *alternatives) (branches []branch, few bool, err error) {
	scans := [][]*query.Node{answered}
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

// textBranch returns the branch that scans the matches of the given conditions in
// one index, restricted to the candidate list.
//
//   - never reports whether nothing can match.
//   - few reports whether looking up the candidates is cheaper.
//
// If the conditions need both indexes, one is scanned. Common terms of the other
// are merged into its posting list, and rare ones are looked up for each row. The
// word index is scanned if a condition on it is positive, because words match fewer
// items than prefixes.
func (c *compiler) textBranch(answered []*query.Node) (a branch, few, never bool, err error) {
	scanned, others, err := c.splitByIndex(answered)
	if err != nil {
		return a, false, false, err
	}
	x, other := wordIndex, prefixIndex
	if !slices.ContainsFunc(scanned, isPositive) {
		scanned, others, x, other = others, scanned, prefixIndex, wordIndex
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
	merged, lookups, phrases, never, err := c.otherConditions(other, others)
	if err != nil || never {
		return a, false, never, err
	}
	a = x.branch(expr, merged)
	if err = c.intersectCandidates(&a, x, expr); err != nil {
		return a, false, false, err
	}
	a.where.Add(isIndexed)
	a.where.And(lookups)
	few, err = c.fewLookups(x, expr, c.candidates.n, phrases+phrasesIn(expr))
	return a, few, false, err
}

// otherConditions compiles the conditions that are left for the other index, x.
//
//   - merged adds the posting lists of common terms to the scan, with INTERSECT or
//     EXCEPT.
//   - lookups has a [compiler.lookup] for each of the other terms.
//   - phrases is how many phrases the conditions have.
//   - never reports whether nothing can match.
func (c *compiler) otherConditions(x textIndex, nodes []*query.Node) (merged, lookups db.Text, phrases int, never bool, err error) {
	for _, n := range nodes {
		inner, not, with := n, "", " INTERSECT "
		if n.Op == query.Not {
			inner, not, with = n.Kids[0], "NOT ", " EXCEPT "
		}
		expr, nothing, err := c.match(x, inner)
		if err != nil || nothing && not == "" {
			return merged, lookups, 0, true, err
		}
		if nothing {
			continue
		}
		phrases += phrasesIn(expr)
		common, err := c.isCommon(x, expr)
		if err != nil {
			return merged, lookups, 0, false, err
		}
		few, err := c.fewLookups(x, expr, c.expectedRows, phrasesIn(expr))
		if err != nil {
			return merged, lookups, 0, false, err
		}
		if common && !few {
			postings := x.postings(expr)
			merged.Add(with+postings.SQL, postings.Args...)
			continue
		}
		has, err := c.lookup(x, docNumber, expr)
		if err != nil {
			return merged, lookups, 0, false, err
		}
		lookups.And(db.SQL(not+has.SQL, has.Args...))
	}
	return merged, lookups, phrases, false, nil
}

// branch returns the branch that scans the posting list of an expression, merged
// with other posting lists if there are any.
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

// intersectCandidates adds to a branch the condition that its rows are in the
// candidate list. If the expression is common, the branch is read in chunks. A long
// list is intersected only then. Otherwise reading the items of the posting list is
// cheaper.
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

// hasTextTerms reports whether the view has a condition on text.
func (c *compiler) hasTextTerms() bool { return mentions(c.view.Query.Root, isTextTerm) }
