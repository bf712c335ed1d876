package cache

import (
	"strings"
	"time"

	"dateline/feed"
)

// matchExpr writes a full-text term in the language of FTS5: always quoted, so
// that nothing a reader types means anything there. It is empty for a term
// without any token, which matches nothing.
func matchExpr(t feed.Term) string {
	tokens, lastIsPrefix := t.Tokens()
	if len(tokens) == 0 {
		return ""
	}
	expr := columns[t.Field] + ` : "` + strings.ReplaceAll(strings.Join(tokens, " "), `"`, `""`) + `"`
	if lastIsPrefix {
		expr += " *"
	}
	return "(" + expr + ")"
}

// columns has the columns of items_fts that a field means.
var columns = map[feed.Field]string{
	feed.FieldText:   "{title body}",
	feed.FieldTitle:  "title",
	feed.FieldAuthor: "author",
	feed.FieldBody:   "body",
}

// probe asks whether one item matches a term: the index where it has the
// item's text, else what was found in Go.
func (c *compiler) probe(n *feed.Node) sqlText {
	expr := matchExpr(n.Term)
	if expr == "" {
		return sqlf("0")
	}
	t := sqlf("EXISTS (SELECT 1 FROM items_fts WHERE items_fts MATCH ? AND items_fts.rowid = i.pos)", expr)
	if pending := c.pending[n]; len(pending) > 0 {
		list := in("i.pos", pending)
		t = sqlf("("+t.text+" OR "+list.text+")", expr, list.args[0])
	}
	return t
}

// walkText walks the matches of the terms, newest or oldest first, as the
// index has them; items that it does not have yet are strays.
func (c *compiler) walkText(terms []*feed.Node) error {
	exprs := make([]string, len(terms))
	for i, n := range terms {
		exprs[i] = matchExpr(n.Term)
		if exprs[i] == "" {
			return nil
		}
	}
	where := sqlf("items_fts MATCH ?", strings.Join(exprs, " AND "))
	rest, err := c.condition(terms)
	if err != nil {
		return err
	}
	where.and(rest)
	c.arms = append(c.arms, arm{at: "items_fts.rowid", from: "items_fts CROSS JOIN items i ON i.pos = items_fts.rowid", where: where})
	if len(c.pending) == 0 {
		return nil
	}
	return c.stray("items i INDEXED BY items_pending", sqlf("i.indexed = 0"))
}

// matchPending reads the items that are not in the index yet and asks the
// query language which of them match each full-text term. They are few but for
// the moments after a large refresh.
func (c *compiler) matchPending() error {
	root := c.view.Query.Root
	if !mentions(root, ofText) {
		return nil
	}
	waiting, err := integers(c.ctx, c.q, sqlf("SELECT pos FROM items INDEXED BY items_pending WHERE indexed = 0"))
	if err != nil || len(waiting) == 0 {
		return err
	}
	c.pending = map[*feed.Node][]int64{}
	var terms []*feed.Node
	leaves(root, &terms)
	return c.s.scanArticles(c.ctx, c.q, func(at int64, a feed.Article) error {
		a.Hidden, a.Snoozed = false, time.Time{}
		for _, n := range terms {
			if c.holds(n, a, feed.FeedInfo{}) {
				c.pending[n] = append(c.pending[n], at)
			}
		}
		return nil
	}, sqlArticles, jsonIntegers(waiting))
}

// leaves collects the full-text terms of a condition.
func leaves(n *feed.Node, into *[]*feed.Node) {
	if n.Op == feed.Leaf && ofText(n.Term) {
		*into = append(*into, n)
	}
	for _, k := range n.Kids {
		leaves(k, into)
	}
}
