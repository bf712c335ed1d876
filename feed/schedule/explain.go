package schedule

import (
	"dateline/feed"
	"fmt"
	"strings"
	"time"
)

// HintTexts tells what a feed asks for, one wish an element; none when it asks for
// nothing.
func HintTexts(w feed.PollHints, now time.Time) []string {
	var words []string
	add := func(on bool, format string, args ...any) {
		if on {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	add(w.TTL > 0, "%s between checks (ttl)", durationText(w.TTL))
	add(w.Period > 0, "%s between checks (syndication period)", durationText(w.Period))
	add(w.Fresh > 0, "%s until its last answer is stale (Cache-Control, Expires)", durationText(w.Fresh))
	add(len(w.SkipHours) > 0, "no checks in the hours %s UTC (skipHours)", hourRanges(w.SkipHours))
	add(len(w.SkipDays) > 0, "no checks on %s UTC (skipDays)", dayNames(w.SkipDays))
	add(w.Until.After(now), "a pause for another %s (Retry-After)", durationText(w.Until.Sub(now)))
	return words
}

// hourRanges joins neighbouring hours: "0-5, 22".
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

func dayNames(days []time.Weekday) string {
	names := make([]string, len(days))
	for i, d := range days {
		names[i] = d.String()
	}
	return strings.Join(names, ", ")
}

// NextText tells when and why a feed is asked next: "next in 2 hours, posts about 3
// times a day". The words go on after a semicolon or stand alone.
func NextText(f feed.Feed, now time.Time) string {
	p := f.Poll
	switch {
	case p.Gone:
		return "asked only by name, for it is gone for good"
	case f.Paused:
		return "paused: asked only by name"
	case p.Reason == "":
		return "next " + untilText(p.NextCheck, now)
	}
	return "next " + untilText(p.NextCheck, now) + ", " + p.Reason
}

func untilText(t, now time.Time) string {
	if s := feed.Until(t, now); s != "now" {
		return "in " + s
	}
	return "now"
}
