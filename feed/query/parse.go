package query

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/feed/text"
)

// maxQueryDepth is the maximum depth of nested parentheses and minus signs.
const maxQueryDepth = 100

// maxQueryLimit is the maximum number that limit: accepts.
const maxQueryLimit = 1_000_000

// Parse reads a query:
//
//	query = and { "or" and }
//	and   = not { [ "AND" ] not }
//	not   = [ "-" | "NOT" ] ( "(" query ")" | term )
//	term  = word | "phrase" | field:value | field:"value" | feed:=value | account:""
//
// OR, | and || mean or, & and && mean AND, ! and long dashes mean a minus. Other signs of
// query languages, and these signs in other places, are mistakes.
//
// The terms sort:KEY, limit:N and limit:N/feed may stand anywhere outside parentheses. The
// empty string is the zero Query. Any error is an [*Error].
func Parse(s string) (Query, error) {
	if n := utf8.RuneCountInString(s); n > maxLength {
		return Query{}, &Error{maxLength + 1, "a query has at most " + text.Number(maxLength) + " characters; make two queries of it"}
	}
	p := parser{lexer: lexer{src: []rune(strings.ToValidUTF8(s, "\uFFFD"))}}
	if err := p.advance(); err != nil {
		return Query{}, err
	}
	root, err := p.parseOr(0)
	if err != nil {
		return Query{}, err
	}
	if p.token.kind == tokenClose {
		return Query{}, p.errorAt(p.token.column, "this ) has no ( before it; remove it or put quotes round it")
	}
	p.query.Root = root
	return p.query, nil
}

// maxLength is the length of the longest query, in characters, and maxTerms how many terms it
// may have. The time of a search grows with them, and SQLite takes expressions up to a depth
// of 1,000.
const (
	maxLength = 8192
	maxTerms  = 500
)

// parser is a recursive descent parser. token is the next token. sort: and limit: are
// written to query when they are read.
type parser struct {
	lexer
	token token
	query Query
	// terms is the number of terms so far.
	terms int
}

// advance reads the next token.
func (p *parser) advance() (err error) {
	p.token, err = p.next()
	return err
}

// parseOr reads the rule query of the grammar, up to a closing parenthesis or the end. It
// returns nil if there is no condition.
func (p *parser) parseOr(depth int) (*Node, error) {
	var kids []*Node
	var or token // the latest "or"
	for {
		n, err := p.parseAnd(depth)
		if err != nil {
			return nil, err
		}
		if n == nil && (or.kind == tokenOr || p.token.kind == tokenOr) {
			return nil, p.oneSided(cmp.Or(or, p.token))
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

// parseAnd reads the rule and of the grammar. It returns nil if there is no condition.
func (p *parser) parseAnd(depth int) (*Node, error) {
	var kids []*Node
	var and token // an "AND" that waits for its second term
	for {
		switch p.token.kind {
		case tokenEnd, tokenClose, tokenOr:
			if and.kind == tokenAnd {
				return nil, p.oneSided(and)
			}
			return allOf(kids...), nil
		case tokenAnd:
			if len(kids) == 0 || and.kind == tokenAnd {
				return nil, p.oneSided(p.token)
			}
			and = p.token
			if err := p.advance(); err != nil {
				return nil, err
			}
			continue
		}
		n, err := p.parseOperand(depth)
		if err != nil {
			return nil, err
		}
		kids, and = append(kids, n), token{}
	}
}

// oneSided returns the error for an operator that has no term on one of its sides.
func (p *parser) oneSided(operator token) error {
	return p.errorAt(operator.column, `%q needs a term on both sides; put quotes round it to search for the word`, operator.value)
}

// parseOperand reads the rule not of the grammar. It returns nil for sort: and limit:.
func (p *parser) parseOperand(depth int) (*Node, error) {
	t := p.token
	if depth > maxQueryDepth {
		return nil, p.errorAt(t.column, "this is nested too deeply; remove some parentheses or minus signs")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	switch t.kind {
	case tokenMinus:
		// With a space after it the minus would be a dash in a text.
		if k := p.token.kind; p.token.column != t.column+1 || k == tokenEnd || k == tokenClose {
			return nil, p.errorAt(t.column, "%s needs a term right after it; put quotes round it to search for text with it", t.value)
		}
		return p.parseNegated(depth)
	case tokenNot:
		if k := p.token.kind; k == tokenEnd || k == tokenClose || k == tokenOr || k == tokenAnd {
			return nil, p.errorAt(t.column, `"NOT" needs a term after it; put quotes round it to search for the word`)
		}
		return p.parseNegated(depth)
	case tokenOpen:
		return p.parseGroup(t, depth)
	case tokenOr, tokenAnd:
		return nil, p.oneSided(t)
	}
	if t.name == "sort" || t.name == "limit" {
		if depth > 0 {
			return nil, p.errorAt(t.column, "%s: applies to the whole query; move it out of the parentheses or the negation", t.name)
		}
		return nil, p.parseSortOrLimit(t)
	}
	term, err := p.parseTerm(t)
	if err != nil {
		return nil, err
	}
	return &Node{Term: term}, nil
}

// parseNegated reads the operand after a negation.
func (p *parser) parseNegated(depth int) (*Node, error) {
	n, err := p.parseOperand(depth + 1)
	if err != nil {
		return nil, err
	}
	return &Node{Op: Not, Kids: []*Node{n}}, nil
}

// parseGroup reads the rest of a group after its opening parenthesis.
func (p *parser) parseGroup(open token, depth int) (*Node, error) {
	n, err := p.parseOr(depth + 1)
	switch {
	case err != nil:
		return nil, err
	case p.token.kind != tokenClose:
		return nil, p.errorAt(open.column, "this ( is never closed; put a ) where the group ends")
	case n == nil:
		return nil, p.errorAt(open.column, "there is nothing between the parentheses; put terms between them or remove them")
	}
	return n, p.advance()
}

// parseTerm returns the term of a token of kind tokenTerm.
func (p *parser) parseTerm(t token) (Term, error) {
	if p.terms++; p.terms > maxTerms {
		return Term{}, p.errorAt(t.column, "a query has at most %d terms; make two queries of it", maxTerms)
	}
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
		w, problem := parseWhen(t.value)
		if problem != "" {
			return Term{}, p.errorAt(t.valueColumn, "%s; %s", problem, dateForms)
		}
		term.When = w
	}
	return term, nil
}

// parseSortOrLimit sets the sort or the limit of the query.
func (p *parser) parseSortOrLimit(t token) error {
	value := strings.ToLower(t.value)
	if t.name == "sort" {
		if p.query.Sort.Key != "" {
			return p.errorAt(t.column, "sort: is given twice; remove one of them")
		}
		key, reverse := strings.CutPrefix(value, "-")
		p.query.Sort = Sort{SortKey(key), reverse && key != string(SortRandom)}
		return p.checkValue(t, key, sortNames)
	}
	if p.query.Limit != 0 {
		return p.errorAt(t.column, "limit: is given twice; remove one of them")
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

// checkValue returns an error if value is not one of names. t is the term's token.
func (p *parser) checkValue(t token, value string, names []string) error {
	if slices.Contains(names, value) {
		return nil
	}
	return p.errorAt(t.valueColumn, "%s: has no value %q; did you mean %s? It takes %s",
		t.name, value, text.Nearest(value, names), strings.Join(names, " "))
}

// Error is a mistake in a query.
type Error struct {
	// Column is the position of the mistake, in characters from 1.
	Column int
	// Msg says what is wrong and what to do, without a full stop.
	Msg string
}

func (e *Error) Error() string { return fmt.Sprintf("column %d: %s", e.Column, e.Msg) }

// tokenKind is the kind of a [token].
type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenOpen
	tokenClose
	tokenMinus
	tokenOr
	tokenAnd
	tokenNot
	tokenTerm
)

// token is a lexical element of a query.
type token struct {
	kind tokenKind
	// column is the position of the token, in characters from 1.
	column int
	// name is the lower-cased text before the colon. It is empty for a word or a
	// phrase without a name, and for kinds other than tokenTerm.
	name string
	// value is the word, the text between the quotes, or the text after the colon. For an
	// operator it is the operator as it was typed.
	value string
	// quoted is set if the value was in quotes.
	quoted bool
	// exact is set if an unquoted "=" preceded the value.
	exact bool
	// valueColumn is the position of the value, in characters from 1.
	valueColumn int
}

// termNames are the names that may precede a colon.
var termNames = []string{
	"title", "author", "text", "link", "feed", "tag", "account", "label", "is", "has", "since", "before", "sort", "limit",
}

// lexer splits a query into tokens.
type lexer struct {
	src []rune
	// offset is the index in src of the next character.
	offset int
}

// errorAt returns an [*Error].
func (l *lexer) errorAt(column int, format string, args ...any) error {
	return &Error{Column: column, Msg: fmt.Sprintf(format, args...)}
}

// peek returns the next character, or 0 at the end.
func (l *lexer) peek() rune {
	if l.offset < len(l.src) {
		return l.src[l.offset]
	}
	return 0
}

// next reads the next token. At the end it returns a tokenEnd.
func (l *lexer) next() (token, error) {
	for l.offset < len(l.src) && unicode.IsSpace(l.src[l.offset]) {
		l.offset++
	}
	t := token{column: l.offset + 1, valueColumn: l.offset + 1}
	if l.offset == len(l.src) {
		return t, nil
	}
	switch l.src[l.offset] {
	case '(':
		t.kind = tokenOpen
	case ')':
		t.kind = tokenClose
	default:
		if sign, found, err := l.lexSign(t); found {
			return sign, err
		}
		return l.lexTerm(t)
	}
	l.offset++
	return t, nil
}

// lexTerm reads a word, a phrase, or a name with its value. t has the columns.
func (l *lexer) lexTerm(t token) (token, error) {
	t.kind = tokenTerm
	var err error
	if l.peek() == '"' {
		t.value, err = l.lexPhrase()
		t.quoted = true
		return t, err
	}
	t.value = l.lexWord()
	switch t.value {
	case "or", "OR":
		t.kind = tokenOr
		return t, nil
	case "AND":
		t.kind = tokenAnd
		return t, nil
	case "NOT":
		t.kind = tokenNot
		return t, nil
	}
	if err := l.checkWord(t, t.value); err != nil {
		return t, err
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
	t.valueColumn = l.offset + 1 - len([]rune(rest))
	if rest == "" && l.peek() == '"' {
		if t.quoted = true; t.name == string(FieldAccount) && l.skipEmptyQuotes() {
			return t, nil
		}
		t.value, err = l.lexPhrase()
	}
	if err == nil && t.value == "" {
		err = l.errorAt(t.column, `%s: needs a value right after the colon; put quotes round it to search for the word`, t.name)
	}
	if err == nil {
		err = l.checkFieldValue(t)
	}
	return t, err
}

// lexWord reads up to a space, a parenthesis, a quotation mark or a bar.
func (l *lexer) lexWord() string {
	start := l.offset
	for l.offset < len(l.src) && !isDelimiter(l.src[l.offset]) {
		l.offset++
	}
	return string(l.src[start:l.offset])
}

// skipEmptyQuotes skips quotes with nothing between them. It reports whether there were any.
func (l *lexer) skipEmptyQuotes() bool {
	empty := l.offset+1 < len(l.src) && l.src[l.offset] == '"' && l.src[l.offset+1] == '"'
	if empty {
		l.offset += 2
	}
	return empty
}

// lexPhrase reads a text in quotes. A backslash makes the next character an ordinary one.
func (l *lexer) lexPhrase() (string, error) {
	start := l.offset
	var b strings.Builder
	for l.offset++; l.offset < len(l.src); l.offset++ {
		switch l.src[l.offset] {
		case '"':
			l.offset++
			if b.Len() == 0 {
				return "", l.errorAt(start+1, "there is nothing between the quotes; put words between them or remove them")
			}
			return b.String(), nil
		case '\\':
			if l.offset++; l.offset == len(l.src) {
				continue
			}
		}
		b.WriteRune(l.src[l.offset])
	}
	return "", l.errorAt(start+1, `this quote is never closed; put another " where the phrase ends`)
}

// isDelimiter reports whether r ends a word.
func isDelimiter(r rune) bool {
	return unicode.IsSpace(r) || r == '(' || r == ')' || r == '"' || r == '|'
}

// splitName splits a word at its first colon. ok is set if the word looks like a field:
// only letters precede the colon, and the two slashes of a URL do not follow it.
func splitName(word string) (name, rest string, ok bool) {
	name, rest, ok = strings.Cut(word, ":")
	letters := strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz") == ""
	return name, rest, ok && name != "" && letters && !strings.HasPrefix(rest, "//")
}

// isBareValue reports whether s needs no quotes as the value of a field.
func isBareValue(s string) bool {
	return s != "" && !strings.ContainsFunc(s, isDelimiter) && !startsForeign(s) && !strings.Contains(s, "&&")
}

// isBareWord reports whether s needs no quotes as a word without a field.
func isBareWord(s string) bool {
	if !isBareValue(s) || isOperator(s) || s == "&" || isMinus([]rune(s)[0]) {
		return false
	}
	if _, _, _, compares := comparison(s); compares {
		return false
	}
	name, rest, ok := splitName(s)
	return !ok || rest == "" && !slices.Contains(termNames, strings.ToLower(name))
}
