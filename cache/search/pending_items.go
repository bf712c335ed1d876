package search

import (
	"dateline/cache/db"
	"dateline/feed/query"
)

// matchPending reads the pending items and finds in Go which of them match each
// term on text. There are few of them, except just after a large refresh.
func (c *compiler) matchPending() error {
	root := c.view.Query.Root
	if !mentions(root, isTextTerm) {
		return nil
	}
	pending, err := db.Integers(c.ctx, c.q, db.SQL("SELECT pos FROM items INDEXED BY items_pending WHERE indexed = 0"))
	if err != nil || len(pending) == 0 {
		return err
	}
	c.pending = map[*query.Node][]int64{}
	var terms []*query.Node
	leaves(root, &terms)
	return c.ix.texts.ReadDocuments(c.ctx, c.q, pending, func(d Document) bool {
		a := d.article()
		for _, n := range terms {
			if c.matches(n, a, query.FeedInfo{}) {
				c.pending[n] = append(c.pending[n], d.Pos)
			}
		}
		return true
	})
}

// leaves appends the terms on text in a condition to into.
func leaves(n *query.Node, into *[]*query.Node) {
	if n.Op == query.Leaf && isTextTerm(n.Term) {
		*into = append(*into, n)
	}
	for _, k := range n.Kids {
		leaves(k, into)
	}
}
