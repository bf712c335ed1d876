package feed

import "time"

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
	Notify bool
	// Until is when the rule ends; zero means never.
	Until time.Time
}
