package cache

import (
	"slices"
	"strings"
	"time"

	"dateline/feed"
)

// mostWords is how many words a beginning is completed to; where more begin
// with it, FTS5 has to collect all their places first.
const mostWords = 100

// matchExpr writes a full-text term in the language of FTS5: always quoted, so
// that nothing a reader types means anything there. It is empty for a term
// that matches nothing in the index.
func (c *compiler) matchExpr(x textIndex, t feed.Term) (string, error) {
	tokens, lastIsPrefix := t.Tokens()
	if len(tokens) == 0 {
		return "", nil
	}
	last := len(tokens) - 1
	ends := []string{quote(tokens[last])}
	if lastIsPrefix {
		var err error
		if ends, err = c.completions(x, tokens[last]); err != nil || len(ends) == 0 {
			return "", err
		}
	}
	start := ""
	if last > 0 {
		start = quote(strings.Join(tokens[:last], " ")) + " + "
	}
	phrases := make([]string, len(ends))
	for i, end := range ends {
		phrases[i] = start + end
	}
	return "(" + columns[t.Field] + " : (" + strings.Join(phrases, " OR ") + "))", nil
}

// columns has the columns of the index that a field means.
var columns = map[feed.Field]string{
	feed.FieldText:   "{title body}",
	feed.FieldTitle:  "title",
	feed.FieldAuthor: "author",
	feed.FieldBody:   "body",
}

// probe asks whether one item matches a term: the index where it has the
// item's text, else what was found in Go.
func (c *compiler) probe(n *feed.Node) (sqlText, error) {
	t := sqlf("(" + nothing)
	for _, x := range c.indexes {
		expr, err := c.matchExpr(x, n.Term)
		if err != nil {
			return t, err
		}
		if expr == "" {
			continue
		}
		listed, err := c.mayList(x, expr)
		switch {
		case err != nil:
			return t, err
		case listed:
			t.add(" OR +i.pos IN (SELECT x.rowid FROM "+x.table+" x WHERE x."+x.table+" MATCH ? AND x.rowid > ? AND x.rowid < ?)"+x.only, expr, c.above, c.below)
		default:
			t.add(" OR EXISTS (SELECT 1 FROM "+x.table+" x WHERE x."+x.table+" MATCH ? AND x.rowid = i.pos)"+x.only, expr)
		}
	}
	if pending := c.pending[n]; len(pending) > 0 {
		list := in("i.pos", pending)
		t.add(" OR "+list.text, list.args...)
	}
	t.add(")")
	return t, nil
}

// walkText walks the matches of the full-text conditions that the indexes can
// answer, newest or oldest first as they have them; items that they do not have
// yet are strays. It says whether there was any such condition.
func (c *compiler) walkText() (bool, error) {
	if !mentions(c.view.Query.Root, ofText) {
		return false, nil
	}
	var met []*feed.Node
	for _, n := range c.view.Query.Conjuncts() {
		if c.inIndex(n) {
			met = append(met, n)
		}
	}
	walkable := slices.ContainsFunc(met, func(n *feed.Node) bool { return n.Op != feed.Not })
	list, err := c.narrowest()
	if err != nil {
		return true, err
	}
	c.many = list.places.text == "" || list.n > c.s.probes
	if !walkable {
		c.each, err = c.condition(nil)
		return false, err
	}
	rest, err := c.condition(met)
	if err != nil {
		return true, err
	}
	var arms []arm
	for _, x := range c.indexes {
		expr, never, err := c.allOf(x, met)
		switch {
		case err != nil:
			return true, err
		case never:
			continue
		case c.fewProbes(list, expr):
			return false, nil
		}
		arms = append(arms, textArm(x, expr, list, rest))
	}
	c.arms = append(c.arms, arms...)
	if list.places.text != "" {
		c.above, c.below = max(c.above, list.above), min(c.below, list.below)
	}
	if len(c.pending) == 0 {
		return true, nil
	}
	return true, c.stray("items i INDEXED BY items_pending", sqlf("i.indexed = 0"))
}

// textArm walks the places where the expression holds, of a narrow list only
// those that are in it, and reads the items there.
func textArm(x textIndex, expr string, list narrow, rest sqlText) arm {
	at := x.table + ".rowid"
	where := sqlf(x.table+" MATCH ?"+x.only, expr)
	if list.places.text != "" {
		// The plus keeps FTS5 from searching anew for each place of the list.
		where.add(" AND +"+at+" IN ("+list.places.text+")", list.places.args...)
	}
	where.and(rest)
	return arm{at: at, from: x.table + " CROSS JOIN items i ON i.pos = " + at, where: where, below: x.below}
}

// inIndex says that FTS5 can answer the condition, given another one that it
// can list the matches of if this one is a Not.
func (c *compiler) inIndex(n *feed.Node) bool {
	switch n.Op {
	case feed.Leaf:
		return ofText(n.Term)
	case feed.Not:
		return n.Kids[0].Op != feed.Not && c.inIndex(n.Kids[0])
	case feed.Or:
		return !slices.ContainsFunc(n.Kids, func(k *feed.Node) bool { return k.Op == feed.Not || !c.inIndex(k) })
	}
	return !slices.ContainsFunc(n.Kids, func(k *feed.Node) bool { return !c.inIndex(k) }) &&
		slices.ContainsFunc(n.Kids, func(k *feed.Node) bool { return k.Op != feed.Not })
}

// match writes a condition that is in the index, but for a Not; never says that
// it holds for nothing there.
func (c *compiler) match(x textIndex, n *feed.Node) (expr string, never bool, err error) {
	switch n.Op {
	case feed.Leaf:
		expr, err = c.matchExpr(x, n.Term)
		return expr, expr == "", err
	case feed.And:
		return c.allOf(x, n.Kids)
	}
	var some []string
	for _, k := range n.Kids {
		kid, never, err := c.match(x, k)
		if err != nil {
			return "", false, err
		}
		if !never {
			some = append(some, kid)
		}
	}
	return "(" + strings.Join(some, " OR ") + ")", len(some) == 0, nil
}

// allOf writes conditions that must all hold; it is empty when all are Nots.
func (c *compiler) allOf(x textIndex, nodes []*feed.Node) (expr string, never bool, err error) {
	var yes, no []string
	for _, n := range nodes {
		negated := n.Op == feed.Not
		if negated {
			n = n.Kids[0]
		}
		kid, nothing, err := c.match(x, n)
		switch {
		case err != nil:
			return "", false, err
		case negated && !nothing:
			no = append(no, kid)
		case !negated && nothing:
			never = true
		case !negated:
			yes = append(yes, kid)
		}
	}
	if never || len(yes) == 0 {
		return "", never, nil
	}
	expr = "(" + strings.Join(yes, " AND ") + ")"
	if len(no) > 0 {
		expr = "(" + expr + " NOT (" + strings.Join(no, " OR ") + "))"
	}
	return expr, false, nil
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
	pages, err := c.s.pageTexts(c.ctx, c.q, waiting)
	if err != nil {
		return err
	}
	c.pending = map[*feed.Node][]int64{}
	var terms []*feed.Node
	leaves(root, &terms)
	return c.s.scanArticles(c.ctx, c.q, func(at int64, a feed.Article) error {
		a.Hidden, a.Snoozed, a.Body = false, time.Time{}, pages[at].join(a.Body)
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
