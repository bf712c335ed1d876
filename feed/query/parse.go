package query

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"dateline/feed/text"
)

// maxQueryDepth bounds parentheses and minus signs within one another.
const maxQueryDepth = 100

// maxQueryLimit is the highest limit: that one can write.
const maxQueryLimit = 1_000_000

// Parse reads a query:
//
//	query = and { "or" and }
//	and   = not { not }
//	not   = [ "-" ] ( "(" query ")" | term )
//	term  = word | "phrase" | field:value | field:"value" | feed:=value
//
// with sort:KEY and limit:N anywhere outside parentheses. The error is a
// [*QueryError]. The empty string is the zero Query.
func Parse(s string) (Query, error) {
	p := parser{lexer: lexer{src: []rune(strings.ToValidUTF8(s, "\uFFFD"))}}
	if err := p.advance(); err != nil {
		return Query{}, err
	}
	root, err := p.parseOr(0)
	if err != nil {
		return Query{}, err
	}
	if p.token.kind == tokenClose {
		return Query{}, p.errorAt(p.token.column, "this ) has no ( before it; take it away or put quotes round it")
	}
	p.query.Root = root
	return p.query, nil
}

// parser holds the one token it looks at. Sort and limit gather in query.
type parser struct {
	lexer
	token token
	query Query
}

func (p *parser) advance() (err error) {
	p.token, err = p.next()
	return err
}

// parseOr reads conditions with "or" between them, up to a ) or the end.
func (p *parser) parseOr(depth int) (*Node, error) {
	var kids []*Node
	var or token // the last "or" read
	for {
		n, err := p.parseAnd(depth)
		if err != nil {
			return nil, err
		}
		if n == nil && (or.kind == tokenOr || p.token.kind == tokenOr) {
			at := cmp.Or(or.column, p.token.column)
			return nil, p.errorAt(at, `%q needs a term on both sides; put quotes round it to search for the word`, "or")
		}
		kids = append(kids, n)
		if p.token.kind != tokenOr {
			return anyOf(kids...), nil
		}
		or = p.token
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

// parseAnd reads terms side by side; nil when there is none.
func (p *parser) parseAnd(depth int) (*Node, error) {
	var kids []*Node
	for {
		switch p.token.kind {
		case tokenEnd, tokenClose, tokenOr:
			return allOf(kids...), nil
		}
		n, err := p.parseOperand(depth)
		if err != nil {
			return nil, err
		}
		kids = append(kids, n)
	}
}

// parseOperand reads a term, a negation or a group; nil for sort: and limit:.
func (p *parser) parseOperand(depth int) (*Node, error) {
	t := p.token
	if depth > maxQueryDepth {
		return nil, p.errorAt(t.column, "this is nested too deeply; take some parentheses or minus signs away")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	switch t.kind {
	case tokenMinus:
		// The next token must touch the minus, or it would be a dash in a text.
		if k := p.token.kind; p.token.column != t.column+1 || k == tokenEnd || k == tokenClose {
			return nil, p.errorAt(t.column, "- needs a term right after it, to leave out; put quotes round it to search for text with a dash")
		}
		n, err := p.parseOperand(depth + 1)
		if err != nil {
			return nil, err
		}
		return &Node{Op: Not, Kids: []*Node{n}}, nil
	case tokenOpen:
		return p.parseGroup(t, depth)
	case tokenOr:
		return nil, p.errorAt(t.column, `%q needs a term on both sides; put quotes round it to search for the word`, t.value)
	}
	if t.name == "sort" || t.name == "limit" {
		if depth > 0 {
			return nil, p.errorAt(t.column, "%s: holds for the whole query; move it out of the parentheses or the negation", t.name)
		}
		return nil, p.parseSortOrLimit(t)
	}
	term, err := p.parseTerm(t)
	if err != nil {
		return nil, err
	}
	return &Node{Term: term}, nil
}

// parseGroup reads what is inside the parenthesis open.
func (p *parser) parseGroup(open token, depth int) (*Node, error) {
	n, err := p.parseOr(depth + 1)
	switch {
	case err != nil:
		return nil, err
	case p.token.kind != tokenClose:
		return nil, p.errorAt(open.column, "this ( is never closed; put a ) where the group ends")
	case n == nil:
		return nil, p.errorAt(open.column, "there is nothing between the parentheses; put terms between them or take them away")
	}
	return n, p.advance()
}

// lexTerm gives a token of the lexer its meaning.
func (p *parser) parseTerm(t token) (Term, error) {
	term := Term{Field: Field(t.name), Text: t.value}
	switch term.Field {
	case FieldText, FieldTitle, FieldAuthor, FieldBody:
		term.Phrase = t.quoted
	case FieldFeedName:
		if t.exact {
			term.Field = FieldFeedURL
		}
	case FieldIs:
		term.Is, term.Text = Is(strings.ToLower(t.value)), ""
		if term.Is == "labeled" {
			term.Is = IsLabelled
		}
		return term, p.checkValue(t, string(term.Is), isNames)
	case FieldHas:
		term.Text = ""
		name := strings.ToLower(t.value)
		for _, h := range hasNames {
			if strings.TrimSuffix(name, "s") == strings.TrimSuffix(h, "s") {
				name = h
			}
		}
		term.Has = Has(name)
		return term, p.checkValue(t, name, hasNames)
	case FieldSince, FieldBefore:
		term.Text = ""
		w, complaint := parseWhen(t.value)
		if complaint != "" {
			return Term{}, p.errorAt(t.valueColumn, "%s; %s", complaint, dateForms)
		}
		term.When = w
	}
	return term, nil
}

// parseSortOrLimit reads sort: or limit: into the query.
func (p *parser) parseSortOrLimit(t token) error {
	value := strings.ToLower(t.value)
	if t.name == "sort" {
		if p.query.Sort.Key != "" {
			return p.errorAt(t.column, "sort: is there twice; keep one of them")
		}
		key, reverse := strings.CutPrefix(value, "-")
		p.query.Sort = Sort{SortKey(key), reverse && key != string(SortRandom)}
		return p.checkValue(t, key, sortNames)
	}
	if p.query.Limit != 0 {
		return p.errorAt(t.column, "limit: is there twice; keep one of them")
	}
	number, each := strings.CutSuffix(value, "/feed")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > maxQueryLimit || number[0] == '+' {
		return p.errorAt(t.valueColumn, "limit: takes a number from 1 to %d; write limit:50, or limit:3/feed for three of each feed", maxQueryLimit)
	}
	p.query.Limit, p.query.LimitPerFeed = n, each
	return nil
}

// The values that is:, has: and sort: take.
var (
	isNames = []string{
		string(IsUnread), string(IsRead), string(IsStarred), string(IsUnstarred), string(IsHidden),
		string(IsSnoozed), string(IsEdited), string(IsNew), string(IsLabelled),
	}
	hasNames  = []string{string(HasEnclosure), string(HasImage), string(HasFulltext), string(HasComments)}
	sortNames = []string{
		string(SortDate), string(SortFeed), string(SortTitle), string(SortAuthor), string(SortLength), string(SortRandom),
	}
)

// checkValue refuses a value that is not one of names.
func (p *parser) checkValue(t token, value string, names []string) error {
	if slices.Contains(names, value) {
		return nil
	}
	return p.errorAt(t.valueColumn, "%s: does not know %q; did you mean %s? It takes %s",
		t.name, value, text.Nearest(value, names), strings.Join(names, " "))
}

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

func (l *lexer) errorAt(column int, format string, args ...any) error {
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
		return l.lexTerm(t)
	}
	l.pos++
	return t, nil
}

// lexTerm reads a word, a phrase, or a name with its value.
func (l *lexer) lexTerm(t token) (token, error) {
	t.kind = tokenTerm
	var err error
	if l.peek() == '"' {
		t.value, err = l.lexPhrase()
		t.quoted = true
		return t, err
	}
	t.value = l.lexWord()
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
		return t, l.errorAt(t.column, `there is no field %q; did you mean %s:? Put quotes round it to search for the text`,
			name, text.Nearest(t.name, termNames))
	}
	if t.name == "feed" {
		rest, t.exact = strings.CutPrefix(rest, "=")
	}
	t.value = rest
	t.valueColumn = l.pos + 1 - len([]rune(rest))
	if rest == "" && l.peek() == '"' {
		t.value, err = l.lexPhrase()
		t.quoted = true
	}
	if err == nil && t.value == "" {
		err = l.errorAt(t.column, `%s: needs a value right after the colon; put quotes round it to search for the word`, t.name)
	}
	return t, err
}

// lexWord reads up to a space, a parenthesis or a quote.
func (l *lexer) lexWord() string {
	start := l.pos
	for l.pos < len(l.src) && !isDelimiter(l.src[l.pos]) {
		l.pos++
	}
	return string(l.src[start:l.pos])
}

// lexPhrase reads what stands between two quotes. A backslash takes away the
// meaning of the character after it.
func (l *lexer) lexPhrase() (string, error) {
	start := l.pos
	var b strings.Builder
	for l.pos++; l.pos < len(l.src); l.pos++ {
		switch l.src[l.pos] {
		case '"':
			l.pos++
			if b.Len() == 0 {
				return "", l.errorAt(start+1, "there is nothing between the quotes; put words between them or take them away")
			}
			return b.String(), nil
		case '\\':
			if l.pos++; l.pos == len(l.src) {
				continue
			}
		}
		b.WriteRune(l.src[l.pos])
	}
	return "", l.errorAt(start+1, `this quote is never closed; put another " where the phrase ends`)
}

func isDelimiter(r rune) bool { return unicode.IsSpace(r) || r == '(' || r == ')' || r == '"' }

// splitName cuts a word that looks like a field at its colon: letters before
// it, and behind it not the two slashes of a URL.
func splitName(word string) (name, rest string, ok bool) {
	name, rest, ok = strings.Cut(word, ":")
	letters := strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz") == ""
	return name, rest, ok && name != "" && letters && !strings.HasPrefix(rest, "//")
}

// isBareValue says that s can stand behind a field's colon without quotes.
func isBareValue(s string) bool { return s != "" && !strings.ContainsFunc(s, isDelimiter) }

// isBareWord says that s can stand as a word by itself without quotes.
func isBareWord(s string) bool {
	if !isBareValue(s) || s == "or" || s == "OR" || strings.HasPrefix(s, "-") {
		return false
	}
	name, rest, ok := splitName(s)
	return !ok || rest == "" && !slices.Contains(termNames, strings.ToLower(name))
}
