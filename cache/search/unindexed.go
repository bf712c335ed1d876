package search

import (
	"dateline/cache/db"
	"dateline/feed/query"
	"time"
)

// matchPending reads the items that are not in the index yet and asks the
// query language which of them match each full-text term. They are few but for
// the moments after a large refresh.
func (c *compiler) matchPending() error {
	root := c.view.Query.Root
	if !mentions(root, isTextTerm) {
		return nil
	}
	waiting, err := db.Integers(c.ctx, c.q, db.SQL("SELECT pos FROM items INDEXED BY items_pending WHERE indexed = 0"))
	if err != nil || len(waiting) == 0 {
		return err
	}
	c.pending = map[*query.Node][]int64{}
	var terms []*query.Node
	leaves(root, &terms)
	return c.ix.texts.ReadDocuments(c.ctx, c.q, waiting, func(d Document) error {
		a := d.Article
		a.Hidden, a.Snoozed, a.Body = false, time.Time{}, d.joinedBody()
		for _, n := range terms {
			if c.matches(n, a, query.FeedInfo{}) {
				c.pending[n] = append(c.pending[n], d.Pos)
			}
		}
		return nil
	})
}

// leaves collects the full-text terms of a condition.
func leaves(n *query.Node, into *[]*query.Node) {
	if n.Op == query.Leaf && isTextTerm(n.Term) {
		*into = append(*into, n)
	}
	for _, k := range n.Kids {
		leaves(k, into)
	}
}
