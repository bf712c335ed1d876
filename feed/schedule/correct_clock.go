package schedule

import (
	"time"

	"dateline/feed"
)

// clockSlack is how far in the future a recorded time may be. Clocks are often adjusted by
// some seconds, and such differences do no harm.
const clockSlack = 5 * time.Minute

// InFuture reports whether a recorded time is more than clockSlack after now. Then the
// clock was wrong when the time was recorded, or has been set back since.
func InFuture(t, now time.Time) bool { return t.After(now.Add(clockSlack)) }

// ClockMessage returns a user message about a wrong clock. ahead is how far the clock is
// ahead of the servers' clocks. It is negative if the clock is behind.
func ClockMessage(ahead time.Duration) string {
	start := time.Unix(0, 0)
	if ahead < 0 {
		return "This computer's clock is " + feed.Until(start.Add(-ahead), start) + " behind the servers' clocks: set it correctly. Until then ages are wrong."
	}
	return "This computer's clock is " + feed.Until(start.Add(ahead), start) + " ahead of the servers' clocks: set it correctly. Until then ages are wrong, and old items are not removed."
}

// CorrectClock returns p corrected for a wrong clock, and reports whether p was changed. If
// LastChecked is in the future, the feed counts as checked now. Its other times move with
// LastChecked, so the feed waits again for as long as it was to wait. A pause that ends
// more than [MaxPause] from now is removed. Save a changed state.
func CorrectClock(p feed.PollState, now time.Time) (feed.PollState, bool) {
	if !InFuture(p.LastChecked, now) {
		tooLong := InFuture(p.Hints.Until, now.Add(MaxPause))
		if tooLong {
			p.Hints.Until = time.Time{}
		}
		return p, tooLong
	}
	ahead := p.LastChecked.Sub(now)
	for _, t := range []*time.Time{&p.LastOK, &p.LastFull, &p.MovedSince} {
		if t.After(now) {
			*t = t.Add(-ahead)
		}
	}
	for _, t := range []*time.Time{&p.LastChecked, &p.NextCheck, &p.Hints.Until} {
		if !t.IsZero() {
			*t = t.Add(-ahead)
		}
	}
	p.Newest = earlier(p.Newest, now)
	return p, true
}

// latestNextCheck returns a time that is later than any next check that [NextCheck] sets at
// now.
func latestNextCheck(s feed.Settings, now time.Time) time.Time {
	longest := max(MaxPause, deadWait, s.Interval)
	return now.Add(longest + longest/4 + 8*feed.Day) // jitter and skip days included
}
