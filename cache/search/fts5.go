package search

import (
	"dateline/cache/db"
	"dateline/feed/query"
	"slices"
	"strings"
	"unicode"
)

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

// indexOf returns the index that answers a condition on texts.
func indexOf(n *query.Node) textIndex {
	if onlyPrefixes(n) {
		return prefixIndex
	}
	return wordIndex
}

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

// answeredByFTS5 reports whether FTS5 can answer the condition, given another one that it
// can list the matches of if this one is a Not.
func (c *compiler) answeredByFTS5(n *query.Node) bool {
	switch n.Op {
	case query.Leaf:
		return isTextTerm(n.Term)
	case query.Not:
		return n.Kids[0].Op != query.Not && c.answeredByFTS5(n.Kids[0])
	case query.Or:
		return !slices.ContainsFunc(n.Kids, func(k *query.Node) bool { return k.Op == query.Not || !c.answeredByFTS5(k) })
	}
	return !slices.ContainsFunc(n.Kids, func(k *query.Node) bool { return !c.answeredByFTS5(k) }) &&
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

// quote makes words a phrase of FTS5.
func quote(words string) string { return `"` + strings.ReplaceAll(words, `"`, `""`) + `"` }

// maxCompletions is how many words a prefix is completed to; where more begin
// with it, FTS5 has to collect all their positions first.
const maxCompletions = 100

// completed is what a prefix was completed to, quoted for FTS5. all reports
// whether these are all words that begin with it.
type completed struct {
	ends []string
	all  bool
}

// sqlCompletions jumps from each word to the next. Reading the rows in order would
// read the whole posting list of each word.
const sqlCompletions = `WITH RECURSIVE words(word) AS (
	SELECT (SELECT term FROM items_vocabulary WHERE term >= ?1 AND term <= ?2 LIMIT 1)
	UNION ALL SELECT (SELECT term FROM items_vocabulary WHERE term >= words.word || char(1) AND term <= ?2 LIMIT 1) FROM words WHERE words.word IS NOT NULL
	LIMIT ?3)
SELECT word FROM words WHERE word IS NOT NULL`

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

// phrasesIn counts the phrases of an expression.
func phrasesIn(expr string) int { return strings.Count(expr, `"`) / 2 }
