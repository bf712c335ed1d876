package schedule

import (
	"dateline/feed"
	"time"
)

// clockSlack is how far ahead of the clock a kept time may lie: clocks are set
// right by seconds all the time, and nothing has to be done about that.
const clockSlack = 5 * time.Minute

// InFuture says that a time that has been is still to come: it was kept while the
// clock was wrong, or the clock has been set back since.
func InFuture(t, now time.Time) bool { return t.After(now.Add(clockSlack)) }

// ClockSentence tells a reader of a clock that is ahead of the servers' by so
// much, or behind if it is less than zero.
func ClockSentence(ahead time.Duration) string {
	from := time.Unix(0, 0)
	if ahead < 0 {
		return "This computer's clock is " + feed.Until(from.Add(-ahead), from) + " behind the servers': set it right; until then ages are wrong."
	}
	return "This computer's clock is " + feed.Until(from.Add(ahead), from) + " ahead of the servers': set it right; until then ages are wrong, and nothing is removed for its age."
}

// CorrectClock is the state as it may be at now, and says whether that is another
// one. A feed that was asked in the future counts as asked now: how long ago it
// was is not known, so it waits once more for as long as it was to wait then,
// which hurries nobody and ends within that wait. A pause beyond all bounds is
// none. The new state has to be kept, for it counts from now.
func CorrectClock(p feed.PollState, now time.Time) (feed.PollState, bool) {
	if !InFuture(p.LastChecked, now) {
		endless := InFuture(p.Hints.Until, now.Add(MaxPause))
		if endless {
			p.Hints.Until = time.Time{}
		}
		return p, endless
	}
	ahead := p.LastChecked.Sub(now)
	for _, t := range []*time.Time{&p.LastOK, &p.MovedSince} {
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

// latestNextCheck is further from now than the next check of any feed may lie.
func latestNextCheck(s feed.Settings, now time.Time) time.Time {
	longest := max(MaxPause, deadWait, s.Interval)
	return now.Add(longest + longest/4 + 8*feed.Day) // with jitter and SkipDays
}
