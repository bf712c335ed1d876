package query

import (
	"errors"
	"fmt"
	"time"

	"dateline/feed/text"
)

// Rule is an action on items when they arrive. It applies to each new item that matches
// Query. Package cache applies rules while it saves items.
type Rule struct {
	// Name is the unique name of the rule. It is never empty. Hidden items show it.
	Name  string
	Query Query
	// Hide, Read and Star mark the item.
	Hide bool
	Read bool
	Star bool
	// Labels are added to the item.
	Labels []string
	// Notify sends a notification for the item, unless a rule hides it.
	Notify bool
	// Until is the time at which the rule ends. Zero means never.
	Until time.Time
}

// Active reports whether the rule applies at now.
func (r Rule) Active(now time.Time) bool { return r.Until.IsZero() || now.Before(r.Until) }

// Check returns an error if a rule has no valid name, no condition or no action, or if it
// can never match. An arriving item has no marks, so a rule must not require one. Sort
// and limit have no meaning for a single item. The text of the error is a user message.
func Check(r Rule) error {
	switch {
	case r.Name == "":
		return errors.New("the rule has no name: give it one; hidden items show which rule hid them")
	case r.Name != text.Clean(r.Name):
		return fmt.Errorf("the rule's name %q has characters that cannot be shown: use plain text", text.Clean(r.Name))
	case r.Query.Root == nil:
		return fmt.Errorf("the rule %q has no query: say which items it is for, such as \"title:advertisement\"", r.Name)
	case r.Query.Limit != 0 || r.Query.Sort != Sort{}:
		return fmt.Errorf("the query of the rule %q has a limit: or sort: term, which has no meaning for a single item: remove it", r.Name)
	case !r.Hide && !r.Read && !r.Star && !r.Notify && len(r.Labels) == 0:
		return fmt.Errorf("the rule %q does nothing: set hide, read, star, labels or notify", r.Name)
	}
	for _, l := range r.Labels {
		if l == "" || l != text.Clean(l) {
			return fmt.Errorf("the rule %q has a label that is empty or cannot be shown: use plain text", r.Name)
		}
	}
	if term, ok := unmatchableTerm(r.Query); ok {
		return fmt.Errorf("the rule %q asks for %s, but no new item has that: remove it", r.Name, term)
	}
	return nil
}

// unmatchableTerm returns a required condition that no arriving item meets.
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
