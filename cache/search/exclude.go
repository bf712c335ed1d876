package search

import (
	"dateline/cache/db"
	"dateline/feed/query"
)

// scanWithout scans the items in which common words are not. Both the texts and
// the positions of the words are in the order of numbers, so SQLite merges them as
// it reads them: that costs a five-hundredth of looking each item up.
func (c *compiler) scanWithout(met []*query.Node) (scanned bool, err error) {
	c.expectedRows = c.candidates.n
	if c.candidates.short {
		c.filter, err = c.condition(nil)
		return false, err
	}
	var common []*query.Node
	merged := db.SQL("SELECT doc_number FROM items INDEXED BY items_doc_number WHERE doc_number > ? AND doc_number < ?", lowBound, highBound)
	for _, n := range met {
		expr, in, err := c.excludedExpr(n)
		if err != nil {
			return false, err
		}
		if expr != "" {
			common = append(common, n)
			positions := in.postings(expr)
			merged.Add(" EXCEPT "+positions.SQL, positions.Args...)
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

// excludedExpr is the expression of what a Not leaves out, and the index that has it;
// empty if that is little, or would have to be collected from many words.
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

// fromMerged are the items of the merged numbers, in order. SQLite leaves out the
// order of a subquery that has no limit.
func (a branch) fromMerged(ascending bool) db.Text {
	return db.SQL("("+a.merged.SQL+" ORDER BY 1 "+direction(ascending)+" LIMIT -1) n CROSS JOIN items i INDEXED BY items_doc_number ON i.doc_number = n.doc_number", a.merged.Args...)
}
