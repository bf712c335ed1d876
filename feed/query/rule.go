package query

import (
	"dateline/feed/text"
	"errors"
	"fmt"
	"time"
)

// Rule says what is done with an item when it arrives: every item that Query
// matches and that no reader has seen yet.
type Rule struct {
	// Name is what a hidden item says it was hidden by; never empty, and no two
	// rules share one.
	Name  string
	Query Query
	Hide  bool
	Read  bool
	Star  bool
	// Labels are put on the item.
	Labels []string
	// Notify tells the reader of the item, unless a rule hides it.
	Notify bool
	// Until is when the rule ends; zero means never.
	Until time.Time
}

// Active says whether the rule holds at now.
func (r Rule) Active(now time.Time) bool { return r.Until.IsZero() || now.Before(r.Until) }

// Check says, in a sentence, why a rule could do nothing or not what it
// seems to: it must have a name, ask for something, and do something. An item
// that arrives has no state of the reader's yet, so a rule that asks for one
// would never match, and an order or a limit means nothing to a single item.
func Check(r Rule) error {
	switch {
	case r.Name == "":
		return errors.New("the rule has no name: give it one, it is what hidden items say they were hidden by")
	case r.Name != text.Clean(r.Name):
		return fmt.Errorf("the rule's name %q has characters that cannot be shown: use plain text", text.Clean(r.Name))
	case r.Query.Root == nil:
		return fmt.Errorf("the rule %q has no query: say which items it is for, such as \"title:advertisement\"", r.Name)
	case r.Query.Limit != 0 || r.Query.Sort != Sort{}:
		return fmt.Errorf("the query of the rule %q has a limit: or sort: term, which says nothing about a single item: leave it out", r.Name)
	case !r.Hide && !r.Read && !r.Star && !r.Notify && len(r.Labels) == 0:
		return fmt.Errorf("the rule %q does nothing: set hide, read, star, labels or notify", r.Name)
	}
	for _, l := range r.Labels {
		if l == "" || l != text.Clean(l) {
			return fmt.Errorf("the rule %q has a label that is empty or cannot be shown: use plain text", r.Name)
		}
	}
	if term, ok := unmatchableTerm(r.Query); ok {
		return fmt.Errorf("the rule %q asks for %s, which no item is when it arrives: leave it out", r.Name, term)
	}
	return nil
}

// unmatchableTerm finds a top-level condition that no arriving item can meet.
func unmatchableTerm(q Query) (term string, found bool) {
	for _, n := range q.Conjuncts() {
		if n.Op != Leaf {
			continue
		}
		switch t := n.Term; {
		case t.Field == FieldLabel:
			return "a label", true
		case t.Field == FieldHas && t.Has == HasFulltext:
			return "has:fulltext", true
		case t.Field == FieldIs && t.Is != IsUnread && t.Is != IsUnstarred && t.Is != IsNew:
			return "is:" + string(t.Is), true
		}
	}
	return "", false
}
