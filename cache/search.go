package cache

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dateline/feed"
)

// longestIndexed is the length of the longest beginnings of words that the
// index has by themselves, in order. A longer one is completed to the words
// that begin with it, for FTS5 would first collect all their places.
const longestIndexed = 3

// mostWords is how many words a beginning is completed to; where more begin
// with it, each is rare enough for FTS5 to collect them.
const mostWords = 100

// matchExpr writes a full-text term in the language of FTS5: always quoted, so
// that nothing a reader types means anything there. It is empty for a term
// that matches nothing in the index.
func (c *compiler) matchExpr(t feed.Term) (string, error) {
	tokens, lastIsPrefix := t.Tokens()
	if len(tokens) == 0 {
		return "", nil
	}
	last := len(tokens) - 1
	ends, star := tokens[last:], ""
	switch {
	case lastIsPrefix && utf8.RuneCountInString(tokens[last]) <= longestIndexed:
		star = " *"
	case lastIsPrefix:
		all, err := texts(c.ctx, c.q, sqlWords, tokens[last], tokens[last]+string(unicode.MaxRune), mostWords+1)
		if err != nil || len(all) == 0 {
			return "", err
		}
		if len(all) > mostWords {
			star = " *"
		} else {
			ends = all
		}
	}
	var phrases []string
	for _, end := range ends {
		phrase := strings.Join(append(slices.Clone(tokens[:last]), end), " ")
		phrases = append(phrases, `"`+strings.ReplaceAll(phrase, `"`, `""`)+`"`+star)
	}
	return "(" + columns[t.Field] + " : (" + strings.Join(phrases, " OR ") + "))", nil
}

// sqlWords jumps from each word to the next: reading them in a row would read
// every place where they stand.
const sqlWords = `WITH RECURSIVE words(word) AS (
		SELECT (SELECT term FROM items_words WHERE term >= ?1 AND term <= ?2 LIMIT 1)
		UNION ALL SELECT (SELECT term FROM items_words WHERE term >= words.word || char(1) AND term <= ?2 LIMIT 1) FROM words WHERE words.word IS NOT NULL
		LIMIT ?3)
	SELECT word FROM words WHERE word IS NOT NULL`

// columns has the columns of items_fts that a field means.
var columns = map[feed.Field]string{
	feed.FieldText:   "{title body}",
	feed.FieldTitle:  "title",
	feed.FieldAuthor: "author",
	feed.FieldBody:   "body",
}

// probe asks whether one item matches a term: the index where it has the
// item's text, else what was found in Go.
func (c *compiler) probe(n *feed.Node) (sqlText, error) {
	expr, err := c.matchExpr(n.Term)
	t := sqlf(nothing)
	if expr != "" {
		t = sqlf("EXISTS (SELECT 1 FROM items_fts WHERE items_fts MATCH ? AND items_fts.rowid = i.pos)", expr)
	}
	if pending := c.pending[n]; len(pending) > 0 {
		list := in("i.pos", pending)
		t = sqlf("("+t.text+" OR "+list.text+")", append(t.args, list.args...)...)
	}
	return t, err
}

// walkText walks the matches of the full-text conditions that the index can
// answer, newest or oldest first as it has them; items that it does not have
// yet are strays. It says whether there was any such condition.
func (c *compiler) walkText() (bool, error) {
	var met []*feed.Node
	for _, n := range c.view.Query.Conjuncts() {
		if c.inIndex(n) {
			met = append(met, n)
		}
	}
	expr, never, err := c.allOf(met)
	if err != nil || (expr == "" && !never) {
		return false, err
	}
	if !never {
		where := sqlf("items_fts MATCH ?", expr)
		rest, err := c.condition(met)
		if err != nil {
			return true, err
		}
		where.and(rest)
		c.arms = append(c.arms, arm{at: "items_fts.rowid", from: "items_fts CROSS JOIN items i ON i.pos = items_fts.rowid", where: where})
	}
	if len(c.pending) == 0 {
		return true, nil
	}
	return true, c.stray("items i INDEXED BY items_pending", sqlf("i.indexed = 0"))
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
func (c *compiler) match(n *feed.Node) (expr string, never bool, err error) {
	switch n.Op {
	case feed.Leaf:
		expr, err = c.matchExpr(n.Term)
		return expr, expr == "", err
	case feed.And:
		return c.allOf(n.Kids)
	}
	var some []string
	for _, k := range n.Kids {
		kid, never, err := c.match(k)
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
func (c *compiler) allOf(nodes []*feed.Node) (expr string, never bool, err error) {
	var yes, no []string
	for _, n := range nodes {
		negated := n.Op == feed.Not
		if negated {
			n = n.Kids[0]
		}
		kid, nothing, err := c.match(n)
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
