package config

import (
	"errors"
	"fmt"
	"strings"

	"dateline/feed/query"
	"dateline/feed/text"
)

// SavedQuery is a parsed [Query].
type SavedQuery struct {
	Name  string
	Query query.Query
}

// SavedQueries returns the parsed [[queries]] tables.
func (c Config) SavedQueries() ([]SavedQuery, error) {
	var saved []SavedQuery
	for _, q := range c.Queries {
		query, err := query.Parse(q.Query)
		if err != nil {
			return saved, fmt.Errorf("the saved query %s: %w", q.Name, err)
		}
		saved = append(saved, SavedQuery{Name: text.Clean(q.Name), Query: query})
	}
	return saved, nil
}

// checkQueries adds the mistakes in [[queries]] tables to the list of problems. Two saved
// queries of one name are a mistake: the screen finds a saved query by its name.
func (p *problems) checkQueries(queries []Query) {
	first := map[string]int{}
	for i, q := range queries {
		name := strings.TrimSpace(text.Clean(q.Name))
		if before, known := first[name]; name == "" {
			p.add(p.locate("queries", i, "name"), "a saved query needs a name; add name = \"…\"")
		} else if known {
			line, column := p.place(p.locate("queries", before, "name"))
			p.add(p.locate("queries", i, "name"), "there is already a saved query %q, in line %d, column %d; use another name", name, line, column)
		} else {
			first[name] = i
		}
		p.checkQueryText(q.Query, "queries", i, "query")
	}
}

// checkQueryText adds the mistake in the query at path.
func (p *problems) checkQueryText(text string, path ...any) {
	_, err := query.Parse(text)
	if err == nil {
		return
	}
	at := p.locate(path...)
	var wrong *query.Error
	if !errors.As(err, &wrong) {
		p.add(at, "%v", err)
		return
	}
	p.add(inString(p.doc, at, wrong.Column), "in the query: %s", wrong.Msg)
}

// inString returns the span from a column of a string's value to its end. at is the
// span of the string with its quotation marks. For a string with escapes or of
// several lines it returns at.
func inString(doc []byte, at span, column int) span {
	raw := string(doc[at.from:at.to])
	if len(raw) < 2 || strings.Contains(raw, `\`) || strings.HasPrefix(raw, `"""`) || strings.HasPrefix(raw, "'''") {
		return at
	}
	inner := []rune(raw[1 : len(raw)-1])
	before := len(string(inner[:min(max(column-1, 0), len(inner))]))
	return span{at.from + 1 + before, at.to - 1}
}
