package query

import (
	"dateline/feed/text"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Error says what is wrong with a query and where.
type Error struct {
	// Column is where the trouble starts, counted in characters from 1.
	Column int
	// Msg is a sentence that ends in a way out, without a full stop.
	Msg string
}

func (e *Error) Error() string { return fmt.Sprintf("column %d: %s", e.Column, e.Msg) }

type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenOpen
	tokenClose
	tokenMinus
	tokenOr
	tokenTerm
)

// token is a piece of a query. Name, value and quoted belong to a tokenTerm: a
// bare word or phrase has no name.
type token struct {
	kind   tokenKind
	column int
	name   string
	value  string
	quoted bool
	// exact says that an unquoted "=" stood before the value.
	exact bool
	// valueColumn is where the value starts.
	valueColumn int
}

// termNames are the names that may stand before a colon.
var termNames = []string{
	"title", "author", "text", "link", "feed", "tag", "label", "is", "has", "since", "before", "sort", "limit",
}

// lexer cuts a query into tokens.
type lexer struct {
	src []rune
	pos int
}

func (l *lexer) fail(column int, format string, args ...any) error {
	return &Error{Column: column, Msg: fmt.Sprintf(format, args...)}
}

// peek is the next character; zero at the end, which no query needs to contain.
func (l *lexer) peek() rune {
	if l.pos < len(l.src) {
		return l.src[l.pos]
	}
	return 0
}

func (l *lexer) next() (token, error) {
	for l.pos < len(l.src) && unicode.IsSpace(l.src[l.pos]) {
		l.pos++
	}
	t := token{column: l.pos + 1, valueColumn: l.pos + 1}
	if l.pos == len(l.src) {
		return t, nil
	}
	switch l.src[l.pos] {
	case '(':
		t.kind = tokenOpen
	case ')':
		t.kind = tokenClose
	case '-':
		t.kind = tokenMinus
	default:
		return l.term(t)
	}
	l.pos++
	return t, nil
}

// term reads a word, a phrase, or a name with its value.
func (l *lexer) term(t token) (token, error) {
	t.kind = tokenTerm
	var err error
	if l.peek() == '"' {
		t.value, err = l.phrase()
		t.quoted = true
		return t, err
	}
	t.value = l.word()
	if t.value == "or" || t.value == "OR" {
		t.kind = tokenOr
		return t, nil
	}
	name, rest, ok := splitName(t.value)
	if !ok || rest == "" && l.peek() != '"' && !slices.Contains(termNames, strings.ToLower(name)) {
		return t, nil
	}
	t.name = strings.ToLower(name)
	if !slices.Contains(termNames, t.name) {
		return t, l.fail(t.column, `there is no field %q; did you mean %s:? Put quotes round it to search for the text`,
			name, text.Nearest(t.name, termNames))
	}
	if t.name == "feed" {
		rest, t.exact = strings.CutPrefix(rest, "=")
	}
	t.value = rest
	t.valueColumn = l.pos + 1 - len([]rune(rest))
	if rest == "" && l.peek() == '"' {
		t.value, err = l.phrase()
		t.quoted = true
	}
	if err == nil && t.value == "" {
		err = l.fail(t.column, `%s: needs a value right after the colon; put quotes round it to search for the word`, t.name)
	}
	return t, err
}

// word reads up to a space, a parenthesis or a quote.
func (l *lexer) word() string {
	start := l.pos
	for l.pos < len(l.src) && !delimits(l.src[l.pos]) {
		l.pos++
	}
	return string(l.src[start:l.pos])
}

// phrase reads what stands between two quotes. A backslash takes away the
// meaning of the character after it.
func (l *lexer) phrase() (string, error) {
	start := l.pos
	var b strings.Builder
	for l.pos++; l.pos < len(l.src); l.pos++ {
		switch l.src[l.pos] {
		case '"':
			l.pos++
			if b.Len() == 0 {
				return "", l.fail(start+1, "there is nothing between the quotes; put words between them or take them away")
			}
			return b.String(), nil
		case '\\':
			if l.pos++; l.pos == len(l.src) {
				continue
			}
		}
		b.WriteRune(l.src[l.pos])
	}
	return "", l.fail(start+1, `this quote is never closed; put another " where the phrase ends`)
}

func delimits(r rune) bool { return unicode.IsSpace(r) || r == '(' || r == ')' || r == '"' }

// splitName cuts a word that looks like a field at its colon: letters before
// it, and behind it not the two slashes of a URL.
func splitName(word string) (name, rest string, ok bool) {
	name, rest, ok = strings.Cut(word, ":")
	letters := strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz") == ""
	return name, rest, ok && name != "" && letters && !strings.HasPrefix(rest, "//")
}

// bareValue says that s can stand behind a field's colon without quotes.
func bareValue(s string) bool { return s != "" && !strings.ContainsFunc(s, delimits) }

// bareWord says that s can stand as a word by itself without quotes.
func bareWord(s string) bool {
	if !bareValue(s) || s == "or" || s == "OR" || strings.HasPrefix(s, "-") {
		return false
	}
	name, rest, ok := splitName(s)
	return !ok || rest == "" && !slices.Contains(termNames, strings.ToLower(name))
}
