package schedule

import (
	"strings"
	"testing"
	"time"

	"dateline/feed"
)

// TestExplain checks the texts about polling hints and the next check.
func TestExplain(t *testing.T) {
	now := parseTime(t, "2026-11-23 12:00:00")
	h := feed.PollHints{TTL: time.Hour, Period: 24 * time.Hour, Fresh: time.Minute, SkipHours: []int{0, 1, 2, 5, 22, 23},
		SkipDays: []time.Weekday{time.Sunday, time.Saturday}, Until: now.Add(90 * time.Minute)}
	want := "1 hour between checks (ttl); 1 day between checks (syndication period); 1 minute of caching allowed (Cache-Control, Expires); " +
		"no checks in the hours 0-2, 5, 22-23 UTC (skipHours); no checks on Sunday, Saturday UTC (skipDays); a pause for another 1 hour 30 minutes (Retry-After)"
	if got := strings.Join(HintTexts(h, now), "; "); got != want {
		t.Errorf("hints:\n got %s\nwant %s", got, want)
	}
	if got := HintTexts(feed.PollHints{Until: now}, now); len(got) != 0 {
		t.Errorf("no hints: %q", got)
	}
	for want, f := range map[string]feed.Feed{
		"next now": {},
		"next in 2 hours, posts about once a day":                           {Poll: feed.PollState{NextCheck: now.Add(2 * time.Hour), Reason: "posts about once a day"}},
		"paused: press r or run `dateline refresh FEED` to check it":        {Paused: true, Poll: feed.PollState{Reason: "r"}},
		"gone for good: press r or run `dateline refresh FEED` to check it": {Poll: feed.PollState{Gone: true, Reason: "r"}},
	} {
		if got := NextText(f, now); got != want {
			t.Errorf("next: %q, want %q", got, want)
		}
	}
}
