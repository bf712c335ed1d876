package feed

import "time"

// StatsWeeks is how many weeks [Stats] covers.
const StatsWeeks = 12

// Stats says how much a feed posts, how much of it was read, and how much room it takes. It
// counts the items that are kept, so it does not know those that retention removed.
type Stats struct {
	// Items counts all items, Starred those that are starred. Hidden items are included.
	Items, Starred int
	// Posts counts the items by the week of their date, the oldest week first. A week has
	// seven days, and the last one ends now.
	Posts Weeks
	// Read counts the items by the week in which the user read them. Items that a rule
	// marked read are left out.
	Read Weeks
	// Bytes is the size of the stored texts, compressed, with the texts of pages and
	// earlier versions.
	Bytes int64
}

// StatsWeek returns the index of the week of t in [Weeks]; false if t is
// before them. A date after now is in the last week.
func StatsWeek(t, now time.Time) (week int, ok bool) {
	week = StatsWeeks - 1 - max(int(now.Sub(t)/Week), 0)
	return week, week >= 0
}

// Weeks has a number for each week, the oldest first.
type Weeks [StatsWeeks]int

// Sum returns the sum of all weeks.
func (w Weeks) Sum() int {
	n := 0
	for _, week := range w {
		n += week
	}
	return n
}
