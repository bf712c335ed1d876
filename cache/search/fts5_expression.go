package search

import (
	"slices"
	"strings"
	"unicode"

	"dateline/cache/db"
	"dateline/feed/query"
)

// textIndex is the name of one of the two FTS5 tables of the index. A document has
// the same document number in both.
type textIndex string

const (
	// wordIndex has the words of title, author and body, with their offsets, so
	// that it can find phrases.
	wordIndex textIndex = "items_index"
	// prefixIndex has the prefixes of two and three characters of the words, each
	// once per document.
	prefixIndex textIndex = "items_prefixes"
)

const (
	// docNumber is the column with the document number of row i of items.
	docNumber = "i.doc_number"
	// isIndexed excludes pending items. Their document number is NULL, and FTS5
	// would read all matches to compare them with NULL.
	isIndexed = " AND i.doc_number IS NOT NULL"
)

// indexOf returns the index that answers a condition on text.
func indexOf(n *query.Node) textIndex {
	if onlyPrefixes(n) {
		return prefixIndex
	}
	return wordIndex
}

// exists returns the condition that row i of items matches an expression. SQLite
// looks that up for each row.
func (x textIndex) exists(expr string) db.Text {
	name := string(x)
	return db.SQL("EXISTS (SELECT 1 FROM "+name+" x WHERE x."+name+" MATCH ? AND x.rowid = "+docNumber+")", expr)
}

// postings returns the query for the posting list of an expression, in a range with
// [bound] placeholders.
func (x textIndex) postings(expr string) db.Text {
	name := string(x)
	return db.SQL("SELECT x.rowid AS doc_number FROM "+name+" x WHERE x."+name+" MATCH ? AND x.rowid > ? AND x.rowid < ?", expr, lowBound, highBound)
}

// answeredByFTS5 reports whether FTS5 can answer the condition. FTS5 can subtract
// the matches of a Not from those of another condition, but cannot answer a Not
// alone.
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

// match returns the FTS5 expression of a condition that is not a Not. never reports
// whether the index has no match.
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

// allOf returns the FTS5 expression for several conditions that must all hold. It
// is empty if all of them are Nots. never reports whether the index has no match.
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

// matchExpr returns the FTS5 expression of a term
// (https://sqlite.org/fts5.html#full_text_query_syntax). Words are always quoted,
// so that nothing a user types is FTS5 syntax. It is empty if the index has no
// match.
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

// columns has the columns of the word index that each field means.
var columns = map[query.Field]string{
	query.FieldText:   "{title body}",
	query.FieldTitle:  "title",
	query.FieldAuthor: "author",
	query.FieldBody:   "body",
}

// quote returns words as an FTS5 phrase.
func quote(words string) string { return `"` + strings.ReplaceAll(words, `"`, `""`) + `"` }

// maxCompletions is how many words a prefix is completed to. If more words begin
// with it, FTS5 merges all their posting lists before it returns the first row.
const maxCompletions = 100

// completed is what a prefix was completed to: the phrases to search for, in ends.
// all reports whether ends are all words that begin with the prefix. If it is not
// set, ends is one FTS5 prefix query.
type completed struct {
	ends []string
	all  bool
}

// sqlCompletions seeks from each word to the next. Reading the rows in order would
// read the whole posting list of each word.
const sqlCompletions = `WITH RECURSIVE words(word) AS (
	SELECT (SELECT term FROM items_vocabulary WHERE term >= ?1 AND term <= ?2 LIMIT 1)
	UNION ALL SELECT (SELECT term FROM items_vocabulary WHERE term >= words.word || char(1) AND term <= ?2 LIMIT 1) FROM words WHERE words.word IS NOT NULL
	LIMIT ?3)
SELECT word FROM words WHERE word IS NOT NULL`

// completions completes a prefix to the words of the word index that begin with it.
// The result is kept, because completing a common prefix takes longer than reading
// a page.
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

// phrasesIn returns the number of phrases in an FTS5 expression.
func phrasesIn(expr string) int { return strings.Count(expr, `"`) / 2 }
