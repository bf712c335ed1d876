// Package query implements the query language of searches, saved queries and rules. The
// guide's chapter on searching (docs/guide/06-searching.md) describes the language.
//
// Start at [Parse], which reads a query. [Query.String] writes it in the same language.
// [Query.Match] defines what a query means. Package cache answers queries in SQL, and its
// tests compare the results with Match. [Rule] applies a query to arriving items.
//
// Never change a [Node] after it was made: queries share nodes.
package query

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"dateline/feed/text"
)

// Query selects and orders items. The zero Query selects all items that are neither
// hidden nor snoozed, newest first.
type Query struct {
	// Root is the condition. If nil, it holds for all items.
	Root *Node
	Sort Sort
	// Limit is the maximum number of items. 0 means no limit.
	Limit int
	// LimitPerFeed is set if Limit applies to each feed separately.
	LimitPerFeed bool
}

// Op is the operation that a [Node] applies to its Kids.
type Op int

// The operations. A Leaf has a Term and no Kids, a Not has one kid, And and Or have two or
// more.
const (
	Leaf Op = iota
	And
	Or
	Not
)

// Node is a condition on an item. Queries share nodes, so a node must not be changed.
type Node struct {
	Op   Op
	Kids []*Node
	Term Term
}

// Field is the property of an item that a [Term] tests.
type Field string

// The fields, by their names in the query language.
const (
	// FieldText is the title or the body. It has no name in the language.
	FieldText   Field = ""
	FieldTitle  Field = "title"
	FieldAuthor Field = "author"
	FieldBody   Field = "text"
	FieldLink   Field = "link"
	// FieldFeedName is a substring of the feed's title or URL.
	FieldFeedName Field = "feed"
	// FieldFeedURL is the exact URL of the feed, written feed:=URL.
	FieldFeedURL Field = "feed:="
	FieldTag     Field = "tag"
	// FieldAccount is the name of the feed's account, written account:"" for local feeds.
	FieldAccount Field = "account"
	FieldLabel   Field = "label"
	FieldIs      Field = "is"
	FieldHas     Field = "has"
	FieldSince   Field = "since"
	FieldBefore  Field = "before"
)

// Is is a value of the field is.
type Is string

// The states.
const (
	IsUnread    Is = "unread"
	IsRead      Is = "read"
	IsStarred   Is = "starred"
	IsUnstarred Is = "unstarred"
	IsHidden    Is = "hidden"
	IsSnoozed   Is = "snoozed"
	IsEdited    Is = "edited"
	// IsNew holds for items first seen at or after [Env.NewSince].
	IsNew      Is = "new"
	IsLabelled Is = "labelled"
)

// Has is a value of the field has.
type Has string

// The values of the field has.
const (
	HasEnclosure Has = "enclosure"
	HasImage     Has = "image"
	HasFulltext  Has = "fulltext"
	HasComments  Has = "comments"
)

// Term is a condition on one field. Field determines which of the others are set.
type Term struct {
	Field Field
	// Text is the word, phrase or name to look for, as it was typed. How it is
	// compared depends on the field:
	//   - FieldText, FieldTitle, FieldAuthor and FieldBody must contain its [Term.Tokens].
	//   - FieldLink and FieldFeedName must contain it, after folding both.
	//   - FieldTag must be it or a folder inside it, such as news/world inside news; see
	//     [text.InFolder].
	//   - FieldLabel and FieldAccount must equal it, after folding both.
	//   - FieldFeedURL must equal it.
	Text string
	// Phrase is set if Text was quoted. Then its last word is not a prefix.
	Phrase bool
	Is     Is
	Has    Has
	When   When
}

// Tokens returns the words that must be adjacent in the field, in the form of
// [text.IndexText]. If lastIsPrefix is set, the last one is a prefix of a word. It is a
// prefix if the text was not quoted and has at least two characters or several tokens, so
// that the user can search while typing. A term without tokens matches nothing.
func (t Term) Tokens() (tokens []string, lastIsPrefix bool) {
	tokens = slices.Collect(text.Tokens(t.Text))
	if t.Phrase || len(tokens) == 0 {
		return tokens, false
	}
	last := tokens[len(tokens)-1]
	r, size := utf8.DecodeRuneInString(last)
	return tokens, !text.IsUnspaced(r) && (len(tokens) > 1 || size < len(last))
}

// SortKey is the property that items are ordered by.
type SortKey string

// The sort keys. Dates are in descending order, all others in ascending order.
const (
	SortDate   SortKey = "date"
	SortFeed   SortKey = "feed"
	SortTitle  SortKey = "title"
	SortAuthor SortKey = "author"
	SortLength SortKey = "length"
	SortRandom SortKey = "random"
)

// Sort is an order. The zero Sort means that the query has no sort term. Items are then
// ordered by date.
type Sort struct {
	Key SortKey
	// Reverse reverses the order. It is never set for SortRandom.
	Reverse bool
}

// And returns a query for the items that match both q and p. It has the sort and the limit
// of p, or those of q if p has none.
func (q Query) And(p Query) Query {
	q.Root = allOf(q.Root, p.Root)
	if p.Sort.Key != "" {
		q.Sort = p.Sort
	}
	if p.Limit != 0 {
		q.Limit, q.LimitPerFeed = p.Limit, p.LimitPerFeed
	}
	return q
}

// Conjuncts returns the conditions that must all hold. Package cache uses them to choose an
// index. It returns nil if the query has no condition.
func (q Query) Conjuncts() []*Node {
	switch {
	case q.Root == nil:
		return nil
	case q.Root.Op == And:
		return q.Root.Kids
	}
	return []*Node{q.Root}
}

// ShowsHidden reports whether the query contains is:hidden or is:snoozed outside a
// negation. Any other query excludes hidden and snoozed items.
func (q Query) ShowsHidden() bool { return q.Root != nil && q.Root.selectsHidden(true) }

// selectsHidden implements [Query.ShowsHidden]. positive is false inside a negation.
func (n *Node) selectsHidden(positive bool) bool {
	switch n.Op {
	case Leaf:
		return positive && (n.Term.Is == IsHidden || n.Term.Is == IsSnoozed)
	case Not:
		positive = !positive
	}
	return slices.ContainsFunc(n.Kids, func(k *Node) bool { return k.selectsHidden(positive) })
}

// allOf and anyOf combine conditions with And and Or. They omit nil conditions and flatten nodes of the
// same operation, so that equal queries have equal trees.
func allOf(nodes ...*Node) *Node { return combine(And, nodes) }
func anyOf(nodes ...*Node) *Node { return combine(Or, nodes) }

// combine implements allOf and anyOf.
func combine(op Op, nodes []*Node) *Node {
	var kids []*Node
	for _, n := range nodes {
		switch {
		case n == nil:
		case n.Op == op:
			kids = append(kids, n.Kids...)
		default:
			kids = append(kids, n)
		}
	}
	switch len(kids) {
	case 0:
		return nil
	case 1:
		return kids[0]
	}
	return &Node{Op: op, Kids: kids}
}

// String returns the query in the query language. Parsing it gives the same query.
func (q Query) String() string {
	var parts []string
	if q.Root != nil {
		parts = append(parts, q.Root.String())
	}
	if q.Sort.Key != "" {
		minus := ""
		if q.Sort.Reverse {
			minus = "-"
		}
		parts = append(parts, "sort:"+minus+string(q.Sort.Key))
	}
	if q.Limit > 0 {
		s := "limit:" + strconv.Itoa(q.Limit)
		if q.LimitPerFeed {
			s += "/feed"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

// String returns the condition in the query language.
func (n *Node) String() string {
	switch n.Op {
	case Leaf:
		return n.Term.String()
	case Not:
		if kid := n.Kids[0]; kid.Op == Leaf || kid.Op == Not {
			return "-" + kid.String()
		}
		return "-(" + n.Kids[0].String() + ")"
	}
	sep := " "
	if n.Op == Or {
		sep = " or "
	}
	parts := make([]string, len(n.Kids))
	for i, k := range n.Kids {
		parts[i] = k.String()
		if k.Op == Or {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, sep)
}

// String returns the term in the query language.
func (t Term) String() string {
	switch t.Field {
	case FieldIs:
		return "is:" + string(t.Is)
	case FieldHas:
		return "has:" + string(t.Has)
	case FieldSince, FieldBefore:
		return string(t.Field) + ":" + t.When.String()
	case FieldText:
		return quote(t.Text, t.Phrase || !isBareWord(t.Text))
	case FieldFeedURL:
		return string(t.Field) + quote(t.Text, !isBareValue(t.Text))
	}
	// Without quotes feed:=X would be a FieldFeedURL.
	equals := t.Field == FieldFeedName && strings.HasPrefix(t.Text, "=")
	return string(t.Field) + ":" + quote(t.Text, t.Phrase || equals || !isBareValue(t.Text))
}

// quote returns s, in quotes if needed is set.
func quote(s string, needed bool) string {
	if !needed {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
