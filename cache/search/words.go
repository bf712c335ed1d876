package search

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"dateline/cache/db"
	"dateline/feed/query"
)

// maxCompletions is how many words a prefix is completed to; where more begin
// with it, FTS5 has to collect all their positions first.
const maxCompletions = 100

// matchExpr writes a full-text term in the language of FTS5: always quoted, so
// that nothing a reader types means anything there. It is empty for a term
// that matches nothing in the index.
func (c *compiler) matchExpr(x textIndex, t query.Term) (string, error) {
	if x == prefixIndex {
		return prefixExpr(t), nil
	}
	tokens, lastIsPrefix := t.Tokens()
	if len(tokens) == 0 {
		return "", nil
	}
	last := len(tokens) - 1
	ends := []string{quote(tokens[last])}
	if lastIsPrefix {
		done, err := c.completions(tokens[last])
		if err != nil || len(done.ends) == 0 {
			return "", err
		}
		ends = done.ends
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
var columns = map[query.Field]string{
	query.FieldText:   "{title body}",
	query.FieldTitle:  "title",
	query.FieldAuthor: "author",
	query.FieldBody:   "body",
}

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
		if c.inIndex(n) {
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

// phrasesIn counts the phrases of an expression.
func phrasesIn(expr string) int { return strings.Count(expr, `"`) / 2 }

// inIndex reports whether FTS5 can answer the condition, given another one that it
// can list the matches of if this one is a Not.
func (c *compiler) inIndex(n *query.Node) bool {
	switch n.Op {
	case query.Leaf:
		return isTextTerm(n.Term)
	case query.Not:
		return n.Kids[0].Op != query.Not && c.inIndex(n.Kids[0])
	case query.Or:
		return !slices.ContainsFunc(n.Kids, func(k *query.Node) bool { return k.Op == query.Not || !c.inIndex(k) })
	}
	return !slices.ContainsFunc(n.Kids, func(k *query.Node) bool { return !c.inIndex(k) }) &&
		slices.ContainsFunc(n.Kids, isPositive)
}

// match writes a condition that is in the index, but for a Not; never reports whether
// it holds for nothing there.
func (c *compiler) match(x textIndex, n *query.Node) (expr string, never bool, err error) {
	switch n.Op {
	case query.Leaf:
		expr, err = c.matchExpr(x, n.Term)
		return expr, expr == "", err
	case query.And:
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
func (c *compiler) allOf(x textIndex, nodes []*query.Node) (expr string, never bool, err error) {
	var yes, no []string
	for _, n := range nodes {
		negated := n.Op == query.Not
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

// textIndex names one of the two tables of FTS5 that make up the full-text
// index. Both know a text by its document number.
type textIndex string

const (
	// wordIndex has the words of every text with their offsets.
	wordIndex textIndex = "items_index"
	// prefixIndex has the prefixes of two and three characters of a text's words,
	// each once. Conditions on nothing else are looked up here.
	prefixIndex textIndex = "items_prefixes"
)

const (
	// docNumber is the column of items i with the document number.
	docNumber = "i.doc_number"
	// isIndexed excludes items without a document number. FTS5 would scan all its
	// rows for them.
	isIndexed = " AND i.doc_number IS NOT NULL"
)

// sqlCompletions jumps from each word to the next. Reading the rows in order would
// read the whole posting list of each word.
const sqlCompletions = `WITH RECURSIVE words(word) AS (
	SELECT (SELECT term FROM items_vocabulary WHERE term >= ?1 AND term <= ?2 LIMIT 1)
	UNION ALL SELECT (SELECT term FROM items_vocabulary WHERE term >= words.word || char(1) AND term <= ?2 LIMIT 1) FROM words WHERE words.word IS NOT NULL
	LIMIT ?3)
SELECT word FROM words WHERE word IS NOT NULL`

// completed is what a prefix was completed to, quoted for FTS5. all reports
// whether these are all words that begin with it.
type completed struct {
	ends []string
	all  bool
}

// completions returns what the prefix of a word is looked up as in the word
// index: at most mostWords quoted words, or the quoted prefix if more words
// begin with it. Completing a common prefix takes longer than a page of the
// search, so each is completed once.
func (c *compiler) completions(prefix string) (completed, error) {
	done, known := c.completed[prefix]
	if known {
		return done, nil
	}
	found, err := db.Strings(c.ctx, c.q, sqlCompletions, prefix, prefix+string(unicode.MaxRune), maxCompletions+1)
	if err != nil {
		return completed{}, err
	}
	done = completed{ends: []string{quote(prefix) + " *"}}
	if len(found) <= maxCompletions {
		done = completed{ends: found, all: true}
		for i, word := range found {
			found[i] = quote(word)
		}
	}
	if c.completed == nil {
		c.completed = map[string]completed{}
	}
	c.completed[prefix] = done
	return done, nil
}

// quote makes words a phrase of FTS5.
func quote(words string) string { return `"` + strings.ReplaceAll(words, `"`, `""`) + `"` }

// exists returns the condition that an index has one item under an expression.
func (x textIndex) exists(expr string) db.Text {
	name := string(x)
	return db.SQL("EXISTS (SELECT 1 FROM "+name+" x WHERE x."+name+" MATCH ? AND x.rowid = "+docNumber+")", expr)
}

// postings returns a query for the document numbers under which an expression
// holds in an index, within a range.
func (x textIndex) postings(expr string) db.Text {
	name := string(x)
	return db.SQL("SELECT x.rowid AS doc_number FROM "+name+" x WHERE x."+name+" MATCH ? AND x.rowid > ? AND x.rowid < ?", expr, lowBound, highBound)
}

// hasTextTerms reports whether the view has a condition on texts.
func (c *compiler) hasTextTerms() bool { return mentions(c.view.Query.Root, isTextTerm) }

// indexOf returns the index that answers a condition on texts.
func indexOf(n *query.Node) textIndex {
	if onlyPrefixes(n) {
		return prefixIndex
	}
	return wordIndex
}
