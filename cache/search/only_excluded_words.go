package search

import (
	"dateline/cache/db"
	"dateline/feed/query"
)

// scanWithout scans the documents that lack common words. Document numbers and
// posting lists are sorted alike, so SQLite subtracts one from the other as it
// reads them (EXCEPT). That costs a five-hundredth of a lookup for each item.
//
// It scans nothing if the candidate list is short or no excluded word is common,
// and if the query only mixes words with other conditions, as in "word or
// is:starred". Then [compiler.chooseList] scans the candidate list, with a lookup
// or a posting list as condition.
func (c *compiler) scanWithout(answered []*query.Node) (scanned bool, err error) {
	c.expectedRows = c.candidates.n
	if c.candidates.short {
		c.filter, err = c.condition(nil)
		return false, err
	}
	var common []*query.Node
	merged := db.SQL("SELECT doc_number FROM items INDEXED BY items_doc_number WHERE doc_number > ? AND doc_number < ?", lowBound, highBound)
	for _, n := range answered {
		expr, in, err := c.excludedExpr(n)
		if err != nil {
			return false, err
		}
		if expr != "" {
			common = append(common, n)
			postings := in.postings(expr)
			merged.Add(" EXCEPT "+postings.SQL, postings.Args...)
		}
	}
	rest, err := c.condition(common)
	if len(common) == 0 || err != nil {
		c.filter = rest
		return false, err
	}
	c.branches = append(c.branches, branch{column: "n.doc_number", byNumber: true, merged: merged, where: rest})
	return true, nil
}

// excludedExpr returns the expression that a Not excludes, and the index to ask. It
// is empty if few documents match, or if FTS5 would have to merge the posting lists
// of many words.
func (c *compiler) excludedExpr(n *query.Node) (expr string, in textIndex, err error) {
	x := indexOf(n)
	if x == wordIndex {
		if many, err := c.manyWords(n); many || err != nil {
			return "", x, err
		}
	}
	expr, never, err := c.match(x, n.Kids[0])
	if never || err != nil {
		return "", x, err
	}
	if common, err := c.isCommon(x, expr); !common || err != nil {
		return "", x, err
	}
	return expr, x, nil
}

// fromMerged returns the FROM of a branch with merged document numbers, in order.
// The LIMIT -1 is there because SQLite ignores the ORDER BY of a subquery without
// LIMIT.
func (b branch) fromMerged(ascending bool) db.Text {
	return db.SQL("("+b.merged.SQL+" ORDER BY 1 "+direction(ascending)+" LIMIT -1) n CROSS JOIN items i INDEXED BY items_doc_number ON i.doc_number = n.doc_number", b.merged.Args...)
}
