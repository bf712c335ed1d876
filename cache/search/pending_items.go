package search

import (
	"cmp"
	"runtime"
	"sync"

	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/query"
)

// matchPending reads the pending items and finds in Go which of them match each
// term on text. There are few of them, except after a large refresh.
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
	documents := make(chan Document, runtime.GOMAXPROCS(0))
	var matching sync.WaitGroup
	var found sync.Mutex
	var failed *feed.PanicError
	for range cap(documents) {
		matching.Go(func() {
			for d := range documents {
				var matched []*query.Node
				panicked := feed.Recover("searching texts that are not indexed", nil, func() { matched = c.matching(terms, d.article()) })
				found.Lock()
				failed = cmp.Or(failed, panicked)
				for _, n := range matched {
					c.pending[n] = append(c.pending[n], d.Pos)
				}
				found.Unlock()
			}
		})
	}
	err = c.ix.texts.ReadDocuments(c.ctx, c.q, pending, func(d Document) bool {
		documents <- d
		return true
	})
	close(documents)
	matching.Wait()
	if failed != nil {
		return failed
	}
	return err
}

// matching returns the terms that an item matches.
func (c *compiler) matching(terms []*query.Node, a feed.Article) (matched []*query.Node) {
	for _, n := range terms {
		if c.matches(n, a, query.FeedInfo{}) {
			matched = append(matched, n)
		}
	}
	return matched
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
