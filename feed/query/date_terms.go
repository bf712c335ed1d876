package query

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"dateline/feed"
)

// When is the value of since: and before:. It stores the spelling, so that a saved query
// with "2d" means two days before the time of each use. The zero When is the zero time.
type When struct {
	// n and unit are a time span before now, such as "2d". unit is empty if day is set.
	n    int
	unit string
	// day is "today", "yesterday", a weekday's English name or a date.
	day string
}

// dateForms is the end of the messages about invalid dates.
const dateForms = "write a span like 45m 6h 2d 3w 1mo 1y, today, yesterday, a weekday, or a date like 2026-11-23"

// maxSpan is the largest number in a span.
const maxSpan = 99999

// parseWhen parses one of the forms that dateForms lists. problem says what is wrong with
// s. It is empty if s is valid.
func parseWhen(s string) (w When, problem string) {
	s = strings.ToLower(s)
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	switch unit := s[digits:]; {
	case digits > 0 && (len(unit) == 1 && strings.Contains("mhdwy", unit) || unit == "mo"):
		n, err := strconv.Atoi(s[:digits])
		if err != nil || n > maxSpan {
			return When{}, fmt.Sprintf("%q is too long ago, the largest number is %d", s, maxSpan)
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

// weekday returns the day with an English name. s is the name or its first three letters,
// in lower case.
func weekday(s string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if name := strings.ToLower(d.String()); s == name || s == name[:3] {
			return d, true
		}
	}
	return 0, false
}

// Time returns the time that w means at now, in now's location. A time span is subtracted
// from now, months and years by the calendar. A day means its midnight. A weekday means
// the latest such day, which may be today.
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
	daysBack := 0
	switch w.day {
	case "":
		return time.Time{}
	case "today":
	case "yesterday":
		daysBack = 1
	default:
		d, ok := weekday(w.day)
		if !ok {
			t, _ := time.ParseInLocation(time.DateOnly, w.day, now.Location())
			return t
		}
		daysBack = int(now.Weekday()-d+7) % 7
	}
	return time.Date(now.Year(), now.Month(), now.Day()-daysBack, 0, 0, 0, 0, now.Location())
}

// String returns the spelling in a query, such as "2d", "monday" or "2026-11-23".
func (w When) String() string {
	if w.unit != "" {
		return strconv.Itoa(w.n) + w.unit
	}
	return w.day
}
