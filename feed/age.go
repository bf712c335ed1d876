package feed

import (
	"fmt"
	"time"

	"dateline/feed/text"
)

// ageUnit is a unit that ages are written in.
type ageUnit string

const (
	year   ageUnit = "year"
	month  ageUnit = "month"
	week   ageUnit = "week"
	day    ageUnit = "day"
	hour   ageUnit = "hour"
	minute ageUnit = "minute"
	second ageUnit = "second"
)

// symbol returns the first letter of the unit, or "mo" for months.
func (u ageUnit) symbol() string {
	if u == month {
		return "mo"
	}
	return string(u[:1])
}

// Day and Week are 24 and 168 hours. A calendar day can be longer or shorter.
const (
	Day  = 24 * time.Hour
	Week = 7 * Day
)

// Age returns how long before now t was, in at most two adjacent units, rounded down:
// "1 month 3 weeks". Months and years follow the calendar in now's location. The zero
// time gives "never". Less than a second, or a time in the future, gives "just now".
func Age(t, now time.Time) string {
	return age(t, now, "just now", func(n int, u ageUnit) string { return text.Plural(n, string(u)) })
}

// ShortAge returns [Age] in a short form for narrow columns: "1mo 3w", "now", "never".
func ShortAge(t, now time.Time) string {
	return age(t, now, "now", func(n int, u ageUnit) string { return fmt.Sprint(n) + u.symbol() })
}

// Ago returns [Age] followed by " ago", except for "never" and "just now".
func Ago(t, now time.Time) string {
	s := Age(t, now)
	if s == "never" || s == "just now" {
		return s
	}
	return s + " ago"
}

// ShortAgo returns [Ago] in a short form for narrow columns: "6m 31s ago", "just now", "never".
func ShortAgo(t, now time.Time) string {
	switch s := ShortAge(t, now); s {
	case "never":
		return s
	case "now":
		return "just now"
	default:
		return s + " ago"
	}
}

// Until returns the time from now to t in one unit, rounded down: "41 sec", "3 min",
// "2 hours", "5 days". It returns "now" if t is in the past or less than a second away.
func Until(t, now time.Time) string {
	d := t.Sub(now)
	switch {
	case d < time.Second:
		return "now"
	case d < time.Minute:
		return fmt.Sprintf("%d sec", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < Day:
		return text.Plural(int(d/time.Hour), "hour")
	}
	return text.Plural(int(d/Day), "day")
}

// age returns the age of t. recent is the text for less than a second, write writes a
// number of units.
func age(t, now time.Time, recent string, write func(int, ageUnit) string) string {
	switch {
	case t.IsZero():
		return "never"
	case now.Sub(t) < time.Second:
		return recent
	}
	n, u, n2, u2 := split(t, now)
	s := write(n, u)
	if n2 > 0 {
		s += " " + write(n2, u2)
	}
	return s
}

// split returns the time from t to now in the largest unit that fits and the next
// smaller unit. now must not be before t.
func split(t, now time.Time) (n int, u ageUnit, n2 int, u2 ageUnit) {
	if months, rest := wholeMonths(t, now); months >= 12 {
		return months / 12, year, months % 12, month
	} else if months > 0 {
		return months, month, int(rest / Week), week
	}
	d := now.Sub(t)
	for _, step := range []struct {
		size  time.Duration
		u     ageUnit
		size2 time.Duration
		u2    ageUnit
	}{
		{Week, week, Day, day},
		{Day, day, time.Hour, hour},
		{time.Hour, hour, time.Minute, minute},
		{time.Minute, minute, time.Second, second},
	} {
		if d >= step.size {
			return int(d / step.size), step.u, int(d % step.size / step.size2), step.u2
		}
	}
	return int(d / time.Second), second, 0, second
}

// wholeMonths returns the number of calendar months from t to now, and the remainder.
// now must not be before t.
func wholeMonths(t, now time.Time) (n int, rest time.Duration) {
	t = t.In(now.Location())
	n = (now.Year()-t.Year())*12 + int(now.Month()-t.Month())
	if AddMonths(t, n).After(now) {
		n--
	}
	return n, now.Sub(AddMonths(t, n))
}

// AddMonths returns t plus n calendar months. n may be negative. If the month has no such
// day, the result is its last day. ([time.Time.AddDate] would move into the next month.)
func AddMonths(t time.Time, n int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return time.Date(first.Year(), first.Month(), min(t.Day(), last),
		t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
}
