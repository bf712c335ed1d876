package schedule

import (
	"testing"
	"time"

	"dateline/feed"
)

// A feed is requested in full eight days after its last document, however often it
// was checked since, and after a failure that validators may have caused.
func TestFullDue(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	ago := func(days int) time.Time { return now.Add(-time.Duration(days) * feed.Day) }
	for name, c := range map[string]struct {
		p    feed.PollState
		want bool
	}{
		"never checked":            {feed.PollState{}, false},
		"last document unknown":    {feed.PollState{LastChecked: ago(30)}, false},
		"a document today":         {feed.PollState{LastFull: now, LastChecked: now}, false},
		"a document a week ago":    {feed.PollState{LastFull: ago(7), LastChecked: ago(0)}, false},
		"a document 8 days ago":    {feed.PollState{LastFull: ago(8), LastChecked: ago(0)}, true},
		"a document a year ago":    {feed.PollState{LastFull: ago(365), LastChecked: ago(1)}, true},
		"the server failed":        {feed.PollState{LastFull: now, LastChecked: now, Failures: 1, Status: 500}, true},
		"it is unavailable":        {feed.PollState{LastFull: now, LastChecked: now, Failures: 9, Status: 503}, true},
		"it refused the request":   {feed.PollState{LastFull: now, LastChecked: now, Failures: 1, Status: 412}, true},
		"it sent a page":           {feed.PollState{LastFull: now, LastChecked: now, Failures: 1, Status: 200}, true},
		"it hung up":               {feed.PollState{LastFull: now, LastChecked: now, Failures: 1}, true},
		"too many requests":        {feed.PollState{LastFull: now, LastChecked: now, Failures: 1, Status: 429}, false},
		"a pause":                  {feed.PollState{LastFull: now, LastChecked: now, Failures: 1, Status: 503, Hints: feed.PollHints{Until: now}}, false},
		"a wrong clock, just now":  {feed.PollState{LastFull: ago(-99), LastChecked: ago(0)}, false},
		"a wrong clock, long ago":  {feed.PollState{LastFull: ago(-99), LastChecked: ago(9)}, true},
		"the clock was set back":   {feed.PollState{LastFull: ago(-99), LastChecked: ago(-99)}, false},
		"the clock was set back 2": {feed.PollState{LastFull: ago(-1), LastChecked: ago(-99)}, false},
	} {
		if got := FullDue(c.p, now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	p, _ := CorrectClock(feed.PollState{LastFull: ago(-93), LastChecked: ago(-99)}, now)
	if !p.LastFull.Equal(ago(6)) {
		t.Errorf("after the clock was set back by 99 days the last document is from %v", p.LastFull)
	}
}
