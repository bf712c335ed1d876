package schedule

import (
	"fmt"
	"strings"
	"time"

	"dateline/feed"
)

// HintTexts returns a text for each polling hint. It returns nil if there are none.
func HintTexts(h feed.PollHints, now time.Time) []string {
	var texts []string
	add := func(on bool, format string, args ...any) {
		if on {
			texts = append(texts, fmt.Sprintf(format, args...))
		}
	}
	add(h.TTL > 0, "%s between checks (ttl)", durationText(h.TTL))
	add(h.Period > 0, "%s between checks (syndication period)", durationText(h.Period))
	add(h.Fresh > 0, "%s of caching allowed (Cache-Control, Expires)", durationText(h.Fresh))
	add(len(h.SkipHours) > 0, "no checks in the hours %s UTC (skipHours)", hourRanges(h.SkipHours))
	add(len(h.SkipDays) > 0, "no checks on %s UTC (skipDays)", dayNames(h.SkipDays))
	add(h.Until.After(now), "a pause for another %s (Retry-After)", durationText(h.Until.Sub(now)))
	return texts
}

// hourRanges writes sorted hours as ranges: "0-5, 22".
func hourRanges(hours []int) string {
	var parts []string
	for i := 0; i < len(hours); i++ {
		first := hours[i]
		for i+1 < len(hours) && hours[i+1] == hours[i]+1 {
			i++
		}
		if hours[i] == first {
			parts = append(parts, fmt.Sprint(first))
		} else {
			parts = append(parts, fmt.Sprintf("%d-%d", first, hours[i]))
		}
	}
	return strings.Join(parts, ", ")
}

// dayNames writes weekdays in English, separated by commas.
func dayNames(days []time.Weekday) string {
	names := make([]string, len(days))
	for i, d := range days {
		names[i] = d.String()
	}
	return strings.Join(names, ", ")
}

// NextText returns when and why a feed is checked next: "next in 2 hours, posts about 3
// times a day". The text can stand alone or follow a semicolon.
func NextText(f feed.Feed, now time.Time) string {
	p := f.Poll
	switch {
	case p.Gone:
		return "gone for good: press r or run `dateline refresh FEED` to check it"
	case f.Paused:
		return "paused: press r or run `dateline refresh FEED` to check it"
	case p.Reason == "":
		return "next " + untilText(p.NextCheck, now)
	}
	return "next " + untilText(p.NextCheck, now) + ", " + p.Reason
}

// untilText returns "in" with the time until t, or "now".
func untilText(t, now time.Time) string {
	if s := feed.Until(t, now); s != "now" {
		return "in " + s
	}
	return "now"
}
