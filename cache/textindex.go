package cache

import (
	"strings"
	"unicode"

	"dateline/cache/db"
	"dateline/feed"
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

// sqlWords jumps from each word to the next. Reading the rows in order would
// read the whole posting list of each word.
const sqlWords = `WITH RECURSIVE words(word) AS (
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
	found, err := db.Strings(c.ctx, c.q, sqlWords, prefix, prefix+string(unicode.MaxRune), mostWords+1)
	if err != nil {
		return completed{}, err
	}
	done = completed{ends: []string{quote(prefix) + " *"}}
	if len(found) <= mostWords {
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

// has returns the condition that an index has one item under an expression.
func (x textIndex) has(expr string) db.Text {
	name := string(x)
	return db.SQL("EXISTS (SELECT 1 FROM "+name+" x WHERE x."+name+" MATCH ? AND x.rowid = "+docNumber+")", expr)
}

// postings returns a query for the document numbers under which an expression
// holds in an index, within a range.
func (x textIndex) postings(expr string) db.Text {
	name := string(x)
	return db.SQL("SELECT x.rowid AS doc_number FROM "+name+" x WHERE x."+name+" MATCH ? AND x.rowid > ? AND x.rowid < ?", expr, lowEdge, highEdge)
}

// asksText reports whether the view has a condition on texts.
func (c *compiler) asksText() bool { return mentions(c.view.Query.Root, ofText) }

// indexOf returns the index that answers a condition on texts.
func indexOf(n *feed.Node) textIndex {
	if ofStarts(n) {
		return prefixIndex
	}
	return wordIndex
}
