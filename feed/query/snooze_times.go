package query

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"dateline/feed"
)

const (
	// snoozeHour is when a snooze ends that names a day.
	snoozeHour = 6
	// longestSnooze is in years.
	longestSnooze = 10
)

// snoozeHint ends every message about an invalid snooze time.
const snoozeHint = "write a span like 3h, 3d, 2w or 1mo, tomorrow, a weekday, or a date like 2026-12-01"

// ParseSnooze returns when a snooze ends that begins now. text is a span from
// now (45m, 3h, 3d, 2w, 1mo, 1y), or a day, which means 6 in the morning in now's
// location: tomorrow, a weekday (the next one after today), or a date.
func ParseSnooze(text string, now time.Time) (time.Time, error) {
	s := strings.ToLower(text)
	until, ok := parseSpanAhead(s, now)
	if !ok {
		until, ok = parseDayAhead(s, now)
	}
	switch {
	case !ok:
		return time.Time{}, fmt.Errorf("%q is not a time for the end of a snooze: %s", text, snoozeHint)
	case !until.After(now):
		return time.Time{}, fmt.Errorf("%q is not in the future: %s", text, snoozeHint)
	case until.After(now.AddDate(longestSnooze, 0, 0)):
		return time.Time{}, fmt.Errorf("%q is more than %d years away: %s", text, longestSnooze, snoozeHint)
	}
	return until, nil
}

// parseSpanAhead reads a span, and adds it to now.
func parseSpanAhead(s string, now time.Time) (time.Time, bool) {
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	n, err := strconv.Atoi(s[:digits])
	if err != nil || n > 99999 {
		return time.Time{}, false
	}
	switch s[digits:] {
	case "m":
		return now.Add(time.Duration(n) * time.Minute), true
	case "h":
		return now.Add(time.Duration(n) * time.Hour), true
	case "d":
		return now.AddDate(0, 0, n), true
	case "w":
		return now.AddDate(0, 0, 7*n), true
	case "mo":
		return feed.AddMonths(now, n), true
	case "y":
		return feed.AddMonths(now, 12*n), true
	}
	return time.Time{}, false
}

// parseDayAhead reads a day, and returns its morning.
func parseDayAhead(s string, now time.Time) (time.Time, bool) {
	ahead := 0
	if d, ok := weekday(s); ok {
		ahead = (int(d-now.Weekday())+6)%7 + 1
	} else if s == "tomorrow" {
		ahead = 1
	} else {
		day, err := time.Parse(time.DateOnly, s)
		return time.Date(day.Year(), day.Month(), day.Day(), snoozeHour, 0, 0, 0, now.Location()), err == nil
	}
	return time.Date(now.Year(), now.Month(), now.Day()+ahead, snoozeHour, 0, 0, 0, now.Location()), true
}
