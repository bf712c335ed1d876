// Package schedule decides when a feed is checked next, and says why.
//
// Start at [NextCheck], which sets the next check after a response, and [DueAt],
// which says when a feed may be checked automatically. [ProblemOf] tells a failing,
// moved, gone, silent or paused feed from a healthy one.
//
// The package has no clock of its own: every function gets the present as now.
package schedule

import (
	"dateline/feed"
	"fmt"
	"math"
	"time"
)

// Bounds of the schedule. A server may ask for more patience than a failing
// feed gets by itself, but cannot silence a feed for good.
const (
	// minWait and latest bound the wait that a feed's rhythm leads to.
	minWait = 15 * time.Minute
	maxWait = 24 * time.Hour
	// defaultWait is the wait while a feed's rhythm is not known.
	defaultWait = time.Hour
	// offlineWait is the wait after a check that no server heard of.
	offlineWait = 30 * time.Minute
	// checksPerInterval is how often a feed is asked in the usual time between two items.
	checksPerInterval = 4
	// silenceParts slows asking down once nothing new has come for long: at least
	// this part of the silence passes before the next check.
	silenceParts = 10
	maxBackoff   = 24 * time.Hour
	// maxHint bounds what documents and caches get.
	maxHint = 24 * time.Hour
	// deadAfter without a good answer, and deadFailures in a row, make a feed
	// dead: one that is asked every deadWait. One that never answered well needs
	// neverFailures, which take as long.
	deadAfter           = 30 * 24 * time.Hour
	deadFailures        = 10
	deadFailuresNeverOK = 35
	deadWait            = 7 * 24 * time.Hour
	// jitterShare is the part of a wait that jitter adds or takes at most.
	jitterShare = 0.1
)

// MaxPause bounds what Retry-After gets.
const MaxPause = 7 * 24 * time.Hour

// ReasonRetryAfter is the reason of a wait for Retry-After.
const ReasonRetryAfter = "the server asked for a pause"

// ReasonOtherProcess is the reason of a feed that is left to another process.
const ReasonOtherProcess = "another dateline is asking it, or has just done so"

// Schedule says when a feed is asked next, unbidden.
type Schedule struct {
	// Next is zero for never.
	Next time.Time
	// Reason says why then, in lower-case words without a full stop.
	Reason string
}

// NextCheck is when a feed answered at now may be asked again unbidden. In p
// the answer is counted already.
//
// The wait is the feed's own interval, else a part of its rhythm, and grows while
// nothing new comes. It doubles for each failure up to a day (or the interval, if
// that is longer), and becomes a week for a feed that is dead. It is moved by up
// to a tenth by jitter, a random number from -1 to 1, so that feeds do not stay
// in step; an interval of the reader's is only ever prolonged. Then nothing that
// [feed.PollHints] asks for is undercut: up to a day for what a document or a cache says,
// up to a week for Retry-After.
func NextCheck(p feed.PollState, s feed.Settings, now time.Time, jitter float64) Schedule {
	if p.Gone {
		return Schedule{Reason: "gone for good, as the server says"}
	}
	jitter = max(-1, min(jitter, 1))
	wait, reason := normalWait(p, s, now)
	if p.Failures > 0 {
		wait, reason = backOffWait(p, wait, now)
	}
	if s.Interval > 0 {
		wait += time.Duration(math.Abs(jitter) * jitterShare * float64(wait))
	} else {
		wait = min(max(wait+time.Duration(jitter*jitterShare*float64(wait)), minWait), max(wait, maxWait))
	}
	for _, wish := range hintedWaits(p.Hints) {
		if wish.wait > wait {
			wait, reason = wish.wait, wish.reason
		}
	}
	next := now.Add(wait)
	if until := p.Hints.Until; until.After(next) {
		next, reason = earlier(until, now.Add(MaxPause)), ReasonRetryAfter
	}
	if open := firstAllowed(p.Hints, next); open.After(next) {
		// Not at the stroke of the hour, when everybody comes back.
		next = open.Add(time.Duration((jitter + 1) / 2 * jitterShare * float64(time.Hour)))
		reason = "outside its skip hours and days"
	}
	return Schedule{next, reason}
}

// Offline is when a feed may be asked again after a check at now that no server
// heard of, for reasons on this side: soon, for there was nobody to be spared.
// In p nothing of that check is counted.
func Offline(p feed.PollState, s feed.Settings, now time.Time) Schedule {
	if p.Gone {
		return NextCheck(p, s, now, 0)
	}
	wait := offlineWait
	if s.Interval > 0 {
		wait = s.Interval
	}
	if p.NextCheck.After(now.Add(wait)) {
		return Schedule{p.NextCheck, p.Reason}
	}
	return Schedule{firstAllowed(p.Hints, now.Add(wait)), "no server could be reached from here"}
}

// normalWait is the wait after a good answer.
func normalWait(p feed.PollState, s feed.Settings, now time.Time) (time.Duration, string) {
	if s.Interval > 0 {
		return s.Interval, "your interval is " + durationText(s.Interval)
	}
	wait, reason := defaultWait, "how often it posts is not known yet"
	if p.PostInterval > 0 {
		wait = min(max(p.PostInterval/checksPerInterval, minWait), maxWait)
		reason = "posts " + RateText(p.PostInterval)
	}
	if p.Newest.IsZero() {
		return wait, reason
	}
	if p.Failures > 0 && !p.LastOK.IsZero() {
		now = p.LastOK // what came since then is not known
	}
	silence := now.Sub(p.Newest)
	if slow := min(silence/silenceParts, maxWait); slow > wait {
		return slow, "nothing new for " + durationText(silence)
	}
	return wait, reason
}

// backOffWait is the wait of a feed that fails.
func backOffWait(p feed.PollState, wait time.Duration, now time.Time) (time.Duration, string) {
	if isDead(p, now) {
		return max(wait, deadWait), "failed for so long that it is tried once a week"
	}
	most := max(wait, maxBackoff)
	for range p.Failures {
		if wait >= most {
			break
		}
		wait = min(2*wait, most)
	}
	if p.Failures == 1 {
		return wait, "failed the last time"
	}
	return wait, fmt.Sprintf("failed %d times in a row", p.Failures)
}

// isDead says that a feed has failed for so long that it is hardly coming back.
func isDead(p feed.PollState, now time.Time) bool {
	if p.LastOK.IsZero() {
		return p.Failures >= deadFailuresNeverOK
	}
	return p.Failures >= deadFailures && now.Sub(p.LastOK) > deadAfter
}

// hintedWait is a wait that a feed asks for.
type hintedWait struct {
	wait   time.Duration
	reason string
}

func hintedWaits(w feed.PollHints) []hintedWait {
	ttl, period, fresh := min(w.TTL, maxHint), min(w.Period, maxHint), min(w.Fresh, maxHint)
	return []hintedWait{
		{ttl, "its ttl asks for " + durationText(ttl)},
		{period, "says that it is renewed every " + durationText(period)},
		{fresh, "the server calls its answer fresh for " + durationText(fresh)},
	}
}

// firstAllowed is the first instant from t on that lies outside SkipHours and SkipDays.
// Lists that leave no hour or no day count for nothing.
func firstAllowed(w feed.PollHints, t time.Time) time.Time {
	hours, days := bitSet(w.SkipHours, 24), bitSet(w.SkipDays, 7)
	if hours == 1<<24-1 {
		hours = 0
	}
	if days == 1<<7-1 {
		days = 0
	}
	for {
		u := t.UTC()
		switch {
		case days>>u.Weekday()&1 == 1:
			t = u.Truncate(feed.Day).Add(feed.Day)
		case hours>>u.Hour()&1 == 1:
			t = u.Truncate(time.Hour).Add(time.Hour)
		default:
			return t
		}
	}
}

// bitSet is the set of those numbers that are at least 0 and below n.
func bitSet[T ~int](numbers []T, n T) (set uint32) {
	for _, x := range numbers {
		if x >= 0 && x < n {
			set |= 1 << x
		}
	}
	return set
}

// Due says whether the feed may be asked unbidden at now, settings aside.
func Due(p feed.PollState, now time.Time) bool {
	p, _ = CorrectClock(p, now)
	return !p.Gone && !p.NextCheck.After(now) && !firstAllowed(p.Hints, now).After(now)
}

// DueAt is when the feed may be asked unbidden, at the earliest now; zero for
// never. It heeds an interval that the reader has shortened since the last
// check, and a list of hours or days in which nobody should ask. A time that no
// right clock leads to holds nobody up.
func DueAt(p feed.PollState, s feed.Settings, now time.Time) time.Time {
	if p.Gone || s.Paused {
		return time.Time{}
	}
	p, _ = CorrectClock(p, now)
	next := p.NextCheck
	if next.After(latestNextCheck(s, now)) {
		next = NextCheck(p, s, p.LastChecked, 1).Next
	}
	if s.Interval > 0 && p.Failures == 0 && !p.LastChecked.IsZero() && !p.Hints.Until.After(now) {
		next = earlier(next, NextCheck(p, s, p.LastChecked, 1).Next)
	}
	if next.Before(now) {
		next = now
	}
	return firstAllowed(p.Hints, next)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// durationText is a length of time in words, in at most two units.
func durationText(d time.Duration) string {
	base := time.Unix(0, 0).UTC()
	return feed.Age(base, base.Add(max(d, time.Second)))
}
