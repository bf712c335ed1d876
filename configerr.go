package main

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

// ConfigError is everything that is wrong with a configuration file.
type ConfigError struct {
	// Path is the file.
	Path     string
	Problems []Problem
}

// Problem is one mistake and where it stands.
type Problem struct {
	// Line and Column count from 1; Column counts characters.
	Line, Column int
	// Text says what is wrong and what would be right.
	Text string
	// Picture shows the line with the place underlined; empty when the file has
	// no such line.
	Picture string
}

// Error lists the problems in the order of the file, each with its picture.
func (e *ConfigError) Error() string {
	var b strings.Builder
	for i, p := range e.Problems {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s:%d:%d: %s", e.Path, p.Line, p.Column, p.Text)
		if p.Picture != "" {
			b.WriteString("\n" + p.Picture)
		}
	}
	return b.String()
}

// problems collects the mistakes of one document.
type problems struct {
	doc  []byte
	list []Problem
	// outline says where things stand in doc: nothing, when its syntax is not
	// good. It is made for the first mistake, for most documents have none.
	outline func() (outline, error)
}

func newProblems(doc []byte) *problems {
	return &problems{doc: doc, outline: sync.OnceValues(func() (outline, error) {
		o, err := outlineOf(doc)
		if err != nil {
			return outline{}, err
		}
		return o, nil
	})}
}

// place is the span of a path's value, or of the nearest table around it.
func (p *problems) place(path ...any) span {
	o, _ := p.outline()
	return o.place(path...)
}

// add notes a mistake. Only the first at one place counts: what comes after is
// its consequence.
func (p *problems) add(at span, format string, args ...any) {
	at.to = min(max(at.to, at.from), len(p.doc))
	at.from = min(at.from, at.to)
	line := wholeLines(p.doc, span{at.from, at.from})
	number := bytes.Count(p.doc[:at.from], []byte("\n")) + 1
	column := utf8.RuneCount(p.doc[line.from:at.from]) + 1
	if slices.ContainsFunc(p.list, func(o Problem) bool { return o.Line == number && o.Column == column }) {
		return
	}
	p.list = append(p.list, Problem{
		Line:    number,
		Column:  column,
		Text:    shown([]byte(fmt.Sprintf(format, args...))),
		Picture: picture(p.doc, number, line, at),
	})
}

// err is nil when nothing was added.
func (p *problems) err(path string) error {
	if len(p.list) == 0 {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return &ConfigError{Path: path, Problems: p.list}
}

// picture is the line of a mistake with its number, and below it a caret and
// tildes under the place.
func picture(doc []byte, number int, line, at span) string {
	text := strings.TrimRight(shown(doc[line.from:line.to]), " ")
	if text == "" {
		return ""
	}
	end := min(at.to, line.from+len(bytes.TrimRight(doc[line.from:line.to], "\r\n")))
	indent := ansi.StringWidth(shown(doc[line.from:at.from]))
	length := ansi.StringWidth(shown(doc[at.from:max(at.from, end)]))
	margin := fmt.Sprintf("%5d", number)
	return margin + " | " + text + "\n" +
		strings.Repeat(" ", len(margin)) + " | " + strings.Repeat(" ", indent) + "^" + strings.Repeat("~", max(length-1, 0))
}

// shown is a piece of the file on one line, fit for a terminal: a file can be
// copied from anywhere.
func shown(b []byte) string {
	return strings.NewReplacer("\t", " ", "\n", " ").Replace(text.CleanText(string(b)))
}

// nearest is the name most like word, or "" when none is alike enough to be
// what was meant.
func nearest(word string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	word = strings.ToLower(word)
	best := text.Nearest(word, names)
	if text.Distance(word, best) > max((len(word)+1)/3, 1) {
		return ""
	}
	return best
}
