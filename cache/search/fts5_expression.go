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
	// wordIndex has the words of body, title and author, with their offsets, so that
	// it can find phrases.
	wordIndex textIndex = "items_index"
	// prefixIndex has the short prefixes of the words and the trigrams of the link,
	// each once per document.
	prefixIndex textIndex = "items_prefixes"
)

const (
	// everyDocument is a term of every document, in both tables. The documents
	// without a word are the difference between its posting list and the word's.
	// [text.IndexText] never returns it.
	everyDocument = "§"
	// noDocument is a term that no document has.
	noDocument = "§§"
)

// exists returns the condition that row i of items matches an expression. SQLite
// looks that up for each row.
func (x textIndex) exists(expr string) db.Text {
	name := string(x)
	return db.SQL("EXISTS (SELECT 1 FROM "+name+" x WHERE x."+name+" MATCH ? AND x.rowid = i.doc_number)", expr)
}

// postings returns the query for the posting list of an expression, in a range with
// [bound] placeholders.
func (x textIndex) postings(expr string) db.Text {
	name := string(x)
	return db.SQL("SELECT x.rowid FROM "+name+" x WHERE x."+name+" MATCH ? AND x.rowid > ? AND x.rowid < ?", expr, lowBound, highBound)
}

// expression is the FTS5 expression of a condition for one of the tables
// (https://sqlite.org/fts5.html#full_text_query_syntax).
type expression struct {
	// fts5 finds every document for which the condition holds. It is empty if the
	// table cannot narrow the documents down.
	fts5 string
	// exact reports whether it finds no other document.
	exact bool
	// positive reports whether it says which terms a document has, instead of only
	// which it lacks.
	positive bool
}

// expressionOf returns the expression of a condition.
func (c *compiler) expressionOf(x textIndex, n *query.Node) (expression, error) {
	switch n.Op {
	case query.And:
		return c.allOf(x, n.Kids)
	case query.Not:
		return c.allOf(x, []*query.Node{n})
	case query.Or:
		return c.anyOf(x, n.Kids)
	}
	var fts5 string
	var err error
	switch {
	case n.Term.Field == query.FieldLink && x == prefixIndex:
		fts5 = trigramsExpr(n.Term.Text)
		return expression{fts5: fts5, positive: fts5 != ""}, nil
	case isTextTerm(n.Term) && x == wordIndex:
		fts5, err = c.wordsExpr(n.Term)
	case isShortPrefix(n.Term) && x == prefixIndex:
		fts5 = prefixExpr(n.Term)
	}
	return expression{fts5, fts5 != "", fts5 != ""}, err
}

// allOf returns the expression of several conditions that must all hold. It leaves
// out those about which the table says nothing.
func (c *compiler) allOf(x textIndex, nodes []*query.Node) (expression, error) {
	all := expression{exact: true}
	var yes, no []string
	for _, n := range nodes {
		negated := n.Op == query.Not
		if negated {
			n = n.Kids[0]
		}
		e, err := c.expressionOf(x, n)
		switch {
		case err != nil:
			return expression{}, err
		case e.fts5 == "" || negated && !e.exact:
			all.exact = false
			continue
		case negated:
			no = append(no, e.fts5)
		default:
			yes = append(yes, e.fts5)
		}
		all.exact = all.exact && e.exact
		all.positive = all.positive || e.positive && !negated
	}
	if len(no) > 0 && len(yes) == 0 {
		yes = []string{quote(everyDocument)}
	}
	all.fts5 = join(yes, " AND ")
	if len(no) > 0 {
		all.fts5 = "(" + all.fts5 + " NOT " + join(no, " OR ") + ")"
	}
	return all, nil
}

// anyOf returns the expression of several conditions of which one must hold.
func (c *compiler) anyOf(x textIndex, nodes []*query.Node) (expression, error) {
	some := expression{exact: true, positive: true}
	var kids []string
	for _, n := range nodes {
		e, err := c.expressionOf(x, n)
		if err != nil || e.fts5 == "" {
			return expression{}, err
		}
		kids = append(kids, e.fts5)
		some.exact = some.exact && e.exact
		some.positive = some.positive && e.positive
	}
	some.fts5 = join(kids, " OR ")
	return some, nil
}

func join(kids []string, operator string) string {
	if len(kids) == 0 {
		return ""
	}
	return "(" + strings.Join(kids, operator) + ")"
}

// columns has the columns of the word index that each field means.
var columns = map[query.Field]string{
	query.FieldText:   "{title body}",
	query.FieldTitle:  "title",
	query.FieldAuthor: "author",
	query.FieldBody:   "body",
}

// wordsExpr returns the expression of a term for the word index. A prefix stands for
// several words, each the end of a phrase. It is empty if the prefix index answers
// the term, and the word index would have to merge the posting lists of many words.
// Words are always quoted, so that nothing a user types is FTS5 syntax.
func (c *compiler) wordsExpr(t query.Term) (string, error) {
	tokens, lastIsPrefix := t.Tokens()
	if len(tokens) == 0 {
		return quote(noDocument), nil
	}
	last := len(tokens) - 1
	ends := []string{quote(tokens[last])}
	if lastIsPrefix {
		var err error
		if ends, err = c.completions(tokens[last]); err != nil {
			return "", err
		}
		switch {
		case len(ends) == 0:
			ends = []string{quote(noDocument)}
		case len(ends) > maxCompletions && isShortPrefix(t):
			return "", nil
		case len(ends) > maxCompletions:
			ends = []string{quote(tokens[last]) + " *"}
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

// maxCompletions is how many words a prefix is completed to. If more words begin
// with it, FTS5 merges all their posting lists before it returns the first row.
const maxCompletions = 100

// sqlCompletions seeks from each word to the next. Reading the rows in order would
// read the whole posting list of each word.
const sqlCompletions = `WITH RECURSIVE words(word) AS (
	SELECT (SELECT term FROM items_vocabulary WHERE term >= ?1 AND term <= ?2 LIMIT 1)
	UNION ALL SELECT (SELECT term FROM items_vocabulary WHERE term >= words.word || char(1) AND term <= ?2 LIMIT 1) FROM words WHERE words.word IS NOT NULL
	LIMIT ?3)
SELECT word FROM words WHERE word IS NOT NULL`

// completions returns the words of the word index that begin with a prefix, quoted,
// at most one more than maxCompletions. The result is kept, because a plan needs it
// several times.
func (c *compiler) completions(prefix string) ([]string, error) {
	if known, ok := c.completed[prefix]; ok {
		return slices.Clone(known), nil
	}
	found, err := db.Strings(c.ctx, c.q, sqlCompletions, prefix, prefix+string(unicode.MaxRune), maxCompletions+1)
	if err != nil {
		return nil, err
	}
	for i, word := range found {
		found[i] = quote(word)
	}
	if c.completed == nil {
		c.completed = map[string][]string{}
	}
	c.completed[prefix] = found
	return slices.Clone(found), nil
}

// quote returns words as an FTS5 phrase.
func quote(words string) string { return `"` + strings.ReplaceAll(words, `"`, `""`) + `"` }
