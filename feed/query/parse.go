package query

import (
	"cmp"
	"dateline/feed/text"
	"slices"
	"strconv"
	"strings"
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
	root, err := p.either(0)
	if err != nil {
		return Query{}, err
	}
	if p.token.kind == tokenClose {
		return Query{}, p.fail(p.token.column, "this ) has no ( before it; take it away or put quotes round it")
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

// either reads conditions with "or" between them, up to a ) or the end.
func (p *parser) either(depth int) (*Node, error) {
	var kids []*Node
	var or token // the last "or" read
	for {
		n, err := p.every(depth)
		if err != nil {
			return nil, err
		}
		if n == nil && (or.kind == tokenOr || p.token.kind == tokenOr) {
			at := cmp.Or(or.column, p.token.column)
			return nil, p.fail(at, `%q needs a term on both sides; put quotes round it to search for the word`, "or")
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

// every reads terms side by side; nil when there is none.
func (p *parser) every(depth int) (*Node, error) {
	var kids []*Node
	for {
		switch p.token.kind {
		case tokenEnd, tokenClose, tokenOr:
			return all(kids...), nil
		}
		n, err := p.one(depth)
		if err != nil {
			return nil, err
		}
		kids = append(kids, n)
	}
}

// one reads a term, a negation or a group; nil for sort: and limit:.
func (p *parser) one(depth int) (*Node, error) {
	t := p.token
	if depth > maxQueryDepth {
		return nil, p.fail(t.column, "this is nested too deeply; take some parentheses or minus signs away")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	switch t.kind {
	case tokenMinus:
		// The next token must touch the minus, or it would be a dash in a text.
		if k := p.token.kind; p.token.column != t.column+1 || k == tokenEnd || k == tokenClose {
			return nil, p.fail(t.column, "- needs a term right after it, to leave out; put quotes round it to search for text with a dash")
		}
		n, err := p.one(depth + 1)
		if err != nil {
			return nil, err
		}
		return &Node{Op: Not, Kids: []*Node{n}}, nil
	case tokenOpen:
		return p.group(t, depth)
	case tokenOr:
		return nil, p.fail(t.column, `%q needs a term on both sides; put quotes round it to search for the word`, t.value)
	}
	if t.name == "sort" || t.name == "limit" {
		if depth > 0 {
			return nil, p.fail(t.column, "%s: holds for the whole query; move it out of the parentheses or the negation", t.name)
		}
		return nil, p.order(t)
	}
	term, err := p.term(t)
	if err != nil {
		return nil, err
	}
	return &Node{Term: term}, nil
}

// group reads what is inside the parenthesis open.
func (p *parser) group(open token, depth int) (*Node, error) {
	n, err := p.either(depth + 1)
	switch {
	case err != nil:
		return nil, err
	case p.token.kind != tokenClose:
		return nil, p.fail(open.column, "this ( is never closed; put a ) where the group ends")
	case n == nil:
		return nil, p.fail(open.column, "there is nothing between the parentheses; put terms between them or take them away")
	}
	return n, p.advance()
}

// term gives a token of the lexer its meaning.
func (p *parser) term(t token) (Term, error) {
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
		return term, p.oneOf(t, string(term.Is), isNames)
	case FieldHas:
		term.Text = ""
		name := strings.ToLower(t.value)
		for _, h := range hasNames {
			if strings.TrimSuffix(name, "s") == strings.TrimSuffix(h, "s") {
				name = h
			}
		}
		term.Has = Has(name)
		return term, p.oneOf(t, name, hasNames)
	case FieldSince, FieldBefore:
		term.Text = ""
		w, complaint := parseWhen(t.value)
		if complaint != "" {
			return Term{}, p.fail(t.valueColumn, "%s; %s", complaint, whenHint)
		}
		term.When = w
	}
	return term, nil
}

// order reads sort: or limit: into the query.
func (p *parser) order(t token) error {
	value := strings.ToLower(t.value)
	if t.name == "sort" {
		if p.query.Sort.Key != "" {
			return p.fail(t.column, "sort: is there twice; keep one of them")
		}
		key, reverse := strings.CutPrefix(value, "-")
		p.query.Sort = Sort{SortKey(key), reverse && key != string(SortRandom)}
		return p.oneOf(t, key, sortNames)
	}
	if p.query.Limit != 0 {
		return p.fail(t.column, "limit: is there twice; keep one of them")
	}
	number, each := strings.CutSuffix(value, "/feed")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > maxQueryLimit || number[0] == '+' {
		return p.fail(t.valueColumn, "limit: takes a number from 1 to %d; write limit:50, or limit:3/feed for three of each feed", maxQueryLimit)
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

// oneOf refuses a value that is not one of names.
func (p *parser) oneOf(t token, value string, names []string) error {
	if slices.Contains(names, value) {
		return nil
	}
	return p.fail(t.valueColumn, "%s: does not know %q; did you mean %s? It takes %s",
		t.name, value, text.Nearest(value, names), strings.Join(names, " "))
}
