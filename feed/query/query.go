// Package query is the query language of searches, saved queries and rules.
//
// [Parse] reads a query, [Query.String] prints it so that Parse reads the same
// again, and [Query.Match] says what it means. The cache answers queries in SQL;
// a test compares it with Match, which is the reference.
package query

import (
	"dateline/feed/text"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Query says which items, in which order and how many. [Parse] makes it
// from what a reader types. The zero Query is every item that is neither
// hidden nor snoozed, newest first.
type Query struct {
	// Root is the condition; nil holds for everything.
	Root *Node
	Sort Sort
	// Limit is the highest number of items, of each feed if LimitPerFeed is
	// set; zero means no limit.
	Limit        int
	LimitPerFeed bool
}

// Op says how a [Node] combines its Kids.
type Op int

// The kinds of nodes. A Leaf has a Term and no Kids, a Not has one kid, And and
// Or have two or more.
const (
	Leaf Op = iota
	And
	Or
	Not
)

// Node is a condition on an item. Nodes are never changed once made, so
// queries may share them.
type Node struct {
	Op   Op
	Kids []*Node
	Term Term
}

// Field is what a [Term] looks at.
type Field string

// The fields, by the name the language gives them.
const (
	// FieldText is the title or the body; the language has no name for it.
	FieldText   Field = ""
	FieldTitle  Field = "title"
	FieldAuthor Field = "author"
	FieldBody   Field = "text"
	FieldLink   Field = "link"
	// FieldFeedName is a part of the feed's title or URL.
	FieldFeedName Field = "feed"
	// FieldFeedURL is the whole, exact URL of the feed, written feed:=URL.
	FieldFeedURL Field = "feed:="
	FieldTag     Field = "tag"
	FieldLabel   Field = "label"
	FieldIs      Field = "is"
	FieldHas     Field = "has"
	FieldSince   Field = "since"
	FieldBefore  Field = "before"
)

// Is is a state that is: asks for.
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
	// IsNew is an item first seen at or after [Env.NewSince].
	IsNew      Is = "new"
	IsLabelled Is = "labelled"
)

// Has is something an item carries.
type Has string

// What has: asks for.
const (
	HasEnclosure Has = "enclosure"
	HasImage     Has = "image"
	HasFulltext  Has = "fulltext"
	HasComments  Has = "comments"
)

// Term is one condition without parts. Which of its values is set follows from
// the field.
type Term struct {
	Field Field
	// Text is the word, phrase or name looked for, as it was typed. In
	// FieldText, FieldTitle, FieldAuthor and FieldBody it stands for its
	// [Term.Tokens]; in FieldLink and FieldFeedName for a part of the value,
	// folded; in FieldTag and FieldLabel for the whole name, folded; in
	// FieldFeedURL for itself.
	Text string
	// Phrase says that Text was quoted: its last word is a whole one.
	Phrase bool
	Is     Is
	Has    Has
	When   When
}

// Tokens are the words that must stand side by side in the field, as
// [text.IndexText] has them, and whether the last one may be just the beginning of a
// word: so for a bare word of two characters or more (search as you type), or
// of several tokens. Without any token the term matches nothing.
func (t Term) Tokens() (tokens []string, lastIsPrefix bool) {
	tokens = slices.Collect(text.Tokens(t.Text))
	if t.Phrase || len(tokens) == 0 {
		return tokens, false
	}
	last := tokens[len(tokens)-1]
	r, size := utf8.DecodeRuneInString(last)
	return tokens, !text.IsUnspaced(r) && (len(tokens) > 1 || size < len(last))
}

// SortKey is what items are ordered by.
type SortKey string

// The sort keys. Dates run from new to old; the others from A to Z and from
// short to long.
const (
	SortDate   SortKey = "date"
	SortFeed   SortKey = "feed"
	SortTitle  SortKey = "title"
	SortAuthor SortKey = "author"
	SortLength SortKey = "length"
	SortRandom SortKey = "random"
)

// Sort is an order. The zero Sort was not asked for and means by date.
type Sort struct {
	Key SortKey
	// Reverse turns the key's own direction round; never set for SortRandom.
	Reverse bool
}

// And is the query for which both q and p hold. The sort and the limit of p win
// where it has them.
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

// Conjuncts are the conditions that must all hold, so that an index can be
// chosen by one of them. There are none in an empty query.
func (q Query) Conjuncts() []*Node {
	switch {
	case q.Root == nil:
		return nil
	case q.Root.Op == And:
		return q.Root.Kids
	}
	return []*Node{q.Root}
}

// ShowsHidden says that the query asks for hidden or snoozed items, by
// is:hidden or is:snoozed outside a negation; any other query leaves both out.
func (q Query) ShowsHidden() bool { return q.Root != nil && q.Root.selectsHidden(true) }

func (n *Node) selectsHidden(positive bool) bool {
	switch n.Op {
	case Leaf:
		return positive && (n.Term.Is == IsHidden || n.Term.Is == IsSnoozed)
	case Not:
		positive = !positive
	}
	return slices.ContainsFunc(n.Kids, func(k *Node) bool { return k.selectsHidden(positive) })
}

// allOf and anyOf join conditions, leaving out nil ones and flattening what is of
// their own kind, so that equal queries have equal trees.
func allOf(nodes ...*Node) *Node { return combine(And, nodes) }
func anyOf(nodes ...*Node) *Node { return combine(Or, nodes) }

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

// String writes the query so that [Parse] reads the same from it.
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

// String writes the condition in the query language.
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

// String writes the term in the query language.
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
	equals := t.Field == FieldFeedName && strings.HasPrefix(t.Text, "=")
	return string(t.Field) + ":" + quote(t.Text, t.Phrase || equals || !isBareValue(t.Text))
}

func quote(s string, really bool) string {
	if !really {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
