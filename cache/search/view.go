package search

import (
	"time"

	"dateline/feed/query"
)

// View is a list as the user sees it: a query and the instant since when it
// has been open. Of the items of one story that the query finds it shows the
// lead, or else the first copy; all of them where it is about one feed or about
// items that the user starred, labelled, hid or snoozed.
type View struct {
	Query query.Query
	// Opened keeps what was read at or after it in an is:unread view, so that
	// a row does not vanish while it is being read; zero keeps nothing.
	Opened time.Time
	// Oldest turns the order round.
	Oldest bool
}

// Pos is the position of a row in a view, to continue from, before or after it,
// even when the row has gone meanwhile. It holds for every view with the same
// order. The zero Pos is no position.
type Pos struct {
	// At is the row's position by date.
	At int64 `json:"at"`
	// Key is the row's sort key when the view is not sorted by date.
	Key string `json:"key,omitempty"`
}

// IsZero reports whether p is no position.
func (p Pos) IsZero() bool { return p == Pos{} }
