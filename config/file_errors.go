package config

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"dateline/feed/text"
)

// Error lists everything that is wrong with a configuration file.
type Error struct {
	// Path is the file.
	Path string
	// Problems are sorted by line and column.
	Problems []Problem
}

// Problem is one mistake.
type Problem struct {
	// Line and Column count from 1. Column counts characters.
	Line, Column int
	// Text tells what is wrong and how to correct it.
	Text string
	// Excerpt shows the line with the mistake underlined, empty if the line is
	// empty.
	Excerpt string
}

// Error returns all problems, each with its excerpt.
func (e *Error) Error() string {
	var b strings.Builder
	for i, p := range e.Problems {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s:%d:%d: %s", e.Path, p.Line, p.Column, p.Text)
		if p.Excerpt != "" {
			b.WriteString("\n" + p.Excerpt)
		}
	}
	return b.String()
}

// First returns the first problem with its place in one line, and how many more there are.
func (e *Error) First() string {
	p := e.Problems[0]
	s := fmt.Sprintf("%s:%d:%d: %s", e.Path, p.Line, p.Column, p.Text)
	if more := len(e.Problems) - 1; more > 0 {
		s += " (and " + text.Plural(more, "more mistake") + "; `dateline config check` lists all)"
	}
	return s
}

// problems collects the mistakes of one document.
type problems struct {
	doc    []byte
	checks Checks
	list   []Problem
	// outline locates keys and values in doc. It is made when the first mistake is
	// found, because most documents have none. It fails if doc is not valid TOML.
	outline func() (outline, error)
}

func newProblems(doc []byte, checks Checks) *problems {
	return &problems{doc: doc, checks: checks, outline: sync.OnceValues(func() (outline, error) {
		o, err := outlineOf(doc)
		if err != nil {
			return outline{}, err
		}
		return o, nil
	})}
}

// locate returns the span of the value at path, or of the nearest table around it.
func (p *problems) locate(path ...any) span {
	o, _ := p.outline()
	return o.locate(path...)
}

// add adds a mistake. If there is one at the same line and column already, add does
// nothing, because the second is a consequence of the first.
func (p *problems) add(at span, format string, args ...any) {
	at.to = min(max(at.to, at.from), len(p.doc))
	at.from = min(at.from, at.to)
	line := wholeLines(p.doc, span{at.from, at.from})
	number, column := p.place(at)
	if slices.ContainsFunc(p.list, func(o Problem) bool { return o.Line == number && o.Column == column }) {
		return
	}
	p.list = append(p.list, Problem{
		Line:    number,
		Column:  column,
		Text:    printable([]byte(fmt.Sprintf(format, args...))),
		Excerpt: excerpt(p.doc, number, line, at),
	})
}

// place returns the line and column at which a span of the document begins.
func (p *problems) place(at span) (line, column int) {
	from := wholeLines(p.doc, span{at.from, at.from}).from
	return bytes.Count(p.doc[:at.from], []byte("\n")) + 1, utf8.RuneCount(p.doc[from:at.from]) + 1
}

// err returns the collected mistakes, nil if there are none.
func (p *problems) err(path string) error {
	if len(p.list) == 0 {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return &Error{Path: path, Problems: p.list}
}

// excerpt returns the line of a mistake with its number, and below it a caret and
// tildes that underline the mistake. The value of an account's token is left out.
func excerpt(doc []byte, number int, line, at span) string {
	text := strings.TrimRight(printable(doc[line.from:line.to]), " ")
	if text == "" {
		return ""
	}
	if key, _, ok := strings.Cut(text, "="); ok && strings.TrimSpace(key) == "token" {
		return fmt.Sprintf("%5d | %s= …", number, key) // the value is a secret
	}
	end := min(at.to, line.from+len(bytes.TrimRight(doc[line.from:line.to], "\r\n")))
	indent := ansi.StringWidth(printable(doc[line.from:at.from]))
	length := ansi.StringWidth(printable(doc[at.from:max(at.from, end)]))
	margin := fmt.Sprintf("%5d", number)
	return margin + " | " + text + "\n" +
		strings.Repeat(" ", len(margin)) + " | " + strings.Repeat(" ", indent) + "^" + strings.Repeat("~", max(length-1, 0))
}

// printable returns a part of the file as one line without control characters.
func printable(b []byte) string {
	return strings.NewReplacer("\t", " ", "\n", " ").Replace(text.CleanText(string(b)))
}

// nearest returns the name that is most similar to word, "" if none is similar
// enough to be a suggestion.
func nearest(word string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	word = strings.ToLower(word)
	best := text.Nearest(word, names)
	if text.EditDistance(word, best) > max((len(word)+1)/3, 1) {
		return ""
	}
	return best
}
