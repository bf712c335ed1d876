package query

import (
	"dateline/feed"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// When is the instant that since: and before: speak of. It keeps how it was
// spelled, so a saved "2d" means two days before whenever it is asked.
// The zero When is the zero time.
type When struct {
	// n and unit are a length of time before now ("2d"); unit is empty otherwise.
	n    int
	unit string
	// day is "today", "yesterday", a weekday's English name or a date.
	day string
}

// dateForms is the way out of every misspelt date.
const dateForms = "write a span like 45m 6h 2d 3w 1mo 1y, today, yesterday, a weekday, or a date like 2026-11-23"

// parseWhen reads one of the forms that whenHint lists. On failure the string
// says what is wrong with s.
func parseWhen(s string) (w When, complaint string) {
	s = strings.ToLower(s)
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	switch unit := s[digits:]; {
	case digits > 0 && (len(unit) == 1 && strings.Contains("mhdwy", unit) || unit == "mo"):
		n, err := strconv.Atoi(s[:digits])
		if err != nil || n > 99999 {
			return When{}, fmt.Sprintf("%q is too long ago", s)
		}
		return When{n: n, unit: unit}, ""
	case s == "today" || s == "yesterday":
		return When{day: s}, ""
	}
	if d, ok := weekday(s); ok {
		return When{day: strings.ToLower(d.String())}, ""
	}
	if _, err := time.Parse(time.DateOnly, s); err == nil {
		return When{day: s}, ""
	}
	return When{}, fmt.Sprintf("%q is not a date", s)
}

// weekday knows a day by its English name or the first three letters of it, in
// lower case.
func weekday(s string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if name := strings.ToLower(d.String()); s == name || s == name[:3] {
			return d, true
		}
	}
	return 0, false
}

// Time is the instant meant when it is now, in now's location: a span counts
// back from now (months and years by the calendar), a day means its midnight,
// a weekday the last such day, which may be today.
func (w When) Time(now time.Time) time.Time {
	n := time.Duration(w.n)
	switch w.unit {
	case "m":
		return now.Add(-n * time.Minute)
	case "h":
		return now.Add(-n * time.Hour)
	case "d":
		return now.Add(-n * feed.Day)
	case "w":
		return now.Add(-n * feed.Week)
	case "mo":
		return feed.AddMonths(now, -w.n)
	case "y":
		return feed.AddMonths(now, -12*w.n)
	}
	back := 0
	switch w.day {
	case "":
		return time.Time{}
	case "today":
	case "yesterday":
		back = 1
	default:
		d, ok := weekday(w.day)
		if !ok {
			t, _ := time.ParseInLocation(time.DateOnly, w.day, now.Location())
			return t
		}
		back = int(now.Weekday()-d+7) % 7
	}
	return time.Date(now.Year(), now.Month(), now.Day()-back, 0, 0, 0, 0, now.Location())
}

// String is the spelling that a query uses: "2d", "monday", "2026-11-23".
func (w When) String() string {
	if w.unit != "" {
		return strconv.Itoa(w.n) + w.unit
	}
	return w.day
}
