package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/cache/db"
	"dateline/feed/query"
)

// expression is an FTS5 expression for a condition
// (https://sqlite.org/fts5.html#full_text_query_syntax).
type expression struct {
	// fts5 finds every document for which the condition holds. It is empty if the
	// index has nothing to say about the condition.
	fts5 string
	// exact reports whether it finds no other document.
	exact bool
}

// expressionOf returns the expression for a condition. Words are always quoted, so
// that nothing a user types is FTS5 syntax.
func (c *compiler) expressionOf(n *query.Node) (expression, error) {
	switch n.Op {
	case query.And:
		return c.allOf(n.Kids)
	case query.Not:
		return c.allOf([]*query.Node{n})
	case query.Or:
		return c.anyOf(n.Kids)
	}
	switch {
	case isTextTerm(n.Term):
		fts5, err := c.wordsExpr(n.Term)
		return expression{fts5, true}, err
	case n.Term.Field == query.FieldLink:
		return expression{fts5: trigramsExpr(n.Term.Text)}, nil
	}
	return expression{}, nil
}

// allOf returns the expression for several conditions that must all hold. It leaves
// out those about which the index has nothing to say.
func (c *compiler) allOf(nodes []*query.Node) (expression, error) {
	all := expression{exact: true}
	var yes, no []string
	for _, n := range nodes {
		negated := n.Op == query.Not
		if negated {
			n = n.Kids[0]
		}
		e, err := c.expressionOf(n)
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
	}
	if len(yes) == 0 && len(no) > 0 {
		yes = []string{quote(everyDocument)}
	}
	all.fts5 = join(yes, " AND ")
	if len(no) > 0 {
		all.fts5 = "(" + all.fts5 + " NOT " + join(no, " OR ") + ")"
	}
	return all, nil
}

// anyOf returns the expression for several conditions of which one must hold.
func (c *compiler) anyOf(nodes []*query.Node) (expression, error) {
	any := expression{exact: true}
	var kids []string
	for _, n := range nodes {
		e, err := c.expressionOf(n)
		if err != nil || e.fts5 == "" {
			return expression{}, err
		}
		kids = append(kids, e.fts5)
		any.exact = any.exact && e.exact
	}
	any.fts5 = join(kids, " OR ")
	return any, nil
}

func join(kids []string, operator string) string {
	if len(kids) == 0 {
		return ""
	}
	return "(" + strings.Join(kids, operator) + ")"
}

// columns has the columns of the index that each field means.
var columns = map[query.Field]string{
	query.FieldText:   "{title body}",
	query.FieldTitle:  "title",
	query.FieldAuthor: "author",
	query.FieldBody:   "body",
}

// wordsExpr returns the expression for a term of words. If it is a prefix that is a
// term of the index, it reads one posting list. Otherwise the last word may stand
// for several, each the end of a phrase.
func (c *compiler) wordsExpr(t query.Term) (string, error) {
	tokens, lastIsPrefix := t.Tokens()
	if len(tokens) == 0 {
		return quote(noDocument), nil
	}
	last := len(tokens) - 1
	ends := []string{quote(tokens[last])}
	start := ""
	if last > 0 {
		start = quote(strings.Join(tokens[:last], " ")) + " + "
	}
	if lastIsPrefix {
		var err error
		if ends, err = c.completions(tokens[last], last == 0); err != nil {
			return "", err
		}
	}
	phrases := make([]string, len(ends))
	for i, end := range ends {
		phrases[i] = start + end
	}
	return "(" + columns[t.Field] + " : (" + strings.Join(phrases, " OR ") + "))", nil
}

// completions returns the terms that a prefix stands for. A prefix of three
// characters that is no part of a phrase is a term itself. One of two characters is
// completed to such terms, any other one to words.
func (c *compiler) completions(prefix string, alone bool) ([]string, error) {
	switch n := utf8.RuneCountInString(prefix); {
	case alone && n == prefixLength:
		return []string{quote(prefixMarker + prefix)}, nil
	case alone && n < prefixLength:
		ends, err := c.termsWith(prefixMarker + prefix)
		return append(ends, quote(prefix)), err
	}
	ends, err := c.termsWith(prefix)
	if len(ends) == 0 {
		ends = []string{quote(noDocument)}
	}
	return ends, err
}

// maxCompletions is how many terms a prefix is completed to. If more begin with it,
// FTS5 completes it, and merges all their posting lists before it returns the first
// row.
const maxCompletions = 100

// sqlCompletions seeks from each term to the next. Reading the rows in order would
// read the whole posting list of each term.
const sqlCompletions = `WITH RECURSIVE terms(term) AS (
	SELECT (SELECT term FROM items_vocabulary WHERE term >= ?1 AND term <= ?2 LIMIT 1)
	UNION ALL SELECT (SELECT term FROM items_vocabulary WHERE term >= terms.term || char(1) AND term <= ?2 LIMIT 1) FROM terms WHERE terms.term IS NOT NULL
	LIMIT ?3)
SELECT term FROM terms WHERE term IS NOT NULL`

// termsWith returns the terms of the index that begin with a prefix, quoted. The
// result is kept, because a plan may need it several times.
func (c *compiler) termsWith(prefix string) ([]string, error) {
	if known, ok := c.completed[prefix]; ok {
		return slices.Clone(known), nil
	}
	found, err := db.Strings(c.ctx, c.q, sqlCompletions, prefix, prefix+string(unicode.MaxRune), maxCompletions+1)
	if err != nil {
		return nil, err
	}
	if len(found) > maxCompletions {
		found = []string{quote(prefix) + " *"}
	} else {
		for i, term := range found {
			found[i] = quote(term)
		}
	}
	if c.completed == nil {
		c.completed = map[string][]string{}
	}
	c.completed[prefix] = found
	return slices.Clone(found), nil
}

// trigramsExpr returns the expression for the documents that may contain a part of a
// link: those that have its trigrams. It is empty if the part is too short.
func trigramsExpr(part string) string {
	trigrams := trigramsOf(part)
	if len(trigrams) == 0 {
		return ""
	}
	slices.Sort(trigrams)
	trigrams = slices.Compact(trigrams)
	for i, trigram := range trigrams {
		trigrams[i] = quote(trigram)
	}
	return "(link : " + join(trigrams, " AND ") + ")"
}

// quote returns words as an FTS5 phrase.
func quote(words string) string { return `"` + strings.ReplaceAll(words, `"`, `""`) + `"` }
