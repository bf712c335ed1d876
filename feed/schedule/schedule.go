// Package schedule decides when and why a feed is checked next.
//
// Start at [NextCheck], which returns the next check after a response, and [DueAt], which
// returns when a feed may be checked automatically. Package poll calls both.
// [PostInterval] computes how often a feed posts. [ProblemOf] returns the problem of a feed
// that is failing, moved, gone, silent or paused. [CorrectClock] repairs times that a wrong
// clock recorded.
//
// Never read the clock here: callers pass the current time as now.
package schedule

import (
	"fmt"
	"math"
	"time"

	"dateline/feed"
)

// Limits of the schedule.
const (
	// minWait and maxWait limit the wait that follows from a feed's posting interval.
	// With jitter the wait is not shorter than minWait, either.
	minWait = 15 * time.Minute
	maxWait = 24 * time.Hour
	// defaultWait is the wait if the posting interval is not known.
	defaultWait = time.Hour
	// offlineWait is the wait after a check that failed for a local reason.
	offlineWait = 30 * time.Minute
	// checksPerInterval is the number of checks in one posting interval.
	checksPerInterval = 4
	// silenceParts makes the wait of a silent feed longer. The wait is at least the time
	// since the newest item divided by silenceParts, up to maxWait.
	silenceParts = 10
	// maxBackoff limits the wait of a failing feed that is not dead, unless the wait
	// was longer without failures.
	maxBackoff = 24 * time.Hour
	// maxHint limits the waits that a document or Cache-Control can ask for.
	maxHint = 24 * time.Hour
	// A feed is dead after deadFailures failures in a row if it last worked more than
	// deadAfter ago. If it has never worked, it is dead after deadFailuresNeverOK
	// failures, which also take about a month. A dead feed is checked every deadWait.
	deadAfter           = 30 * 24 * time.Hour
	deadFailures        = 10
	deadFailuresNeverOK = 35
	deadWait            = 7 * 24 * time.Hour
	// jitterShare is the largest part of a wait that jitter adds or subtracts.
	jitterShare = 0.1
)

// MaxPause is the longest pause that Retry-After can ask for.
const MaxPause = 7 * 24 * time.Hour

// ReasonRetryAfter is the [Schedule.Reason] if the server sent Retry-After.
const ReasonRetryAfter = "the server asked for a pause"

// ReasonSlowHost is the [Schedule.Reason] if a refresh left the feed because its server is
// slow.
const ReasonSlowHost = "its server is slow, and the refresh had no time left for it"

// ReasonOtherProcess is the [Schedule.Reason] if another process has a claim on the feed.
const ReasonOtherProcess = "another dateline process is checking it or just did"

// Schedule is the time of a feed's next automatic check.
type Schedule struct {
	// Next is zero if the feed is not checked automatically.
	Next time.Time
	// Reason explains Next in a few lower-case words without a full stop.
	Reason string
}

// NextCheck returns the next automatic check of a feed after a check at now. p must
// include the result of that check. jitter is a random number from -1 to 1, so that feeds
// are not all checked at the same time.
//
// The wait is found in these steps:
//  1. It is the user's interval. Without one it is a quarter of the posting interval, and
//     longer if nothing new has come for long.
//  2. It doubles with each failure, up to a day or the user's interval if that is longer.
//     A dead feed waits a week.
//  3. Jitter changes it by up to a tenth. It only lengthens a wait of a feed with a
//     user's interval.
//  4. Polling hints can lengthen it, but never shorten it: hints of the document or the
//     cache up to a day, Retry-After (RFC 9110 section 10.2.3) up to [MaxPause].
//  5. A check in skip hours or on skip days moves to the first time after them.
func NextCheck(p feed.PollState, s feed.Settings, now time.Time, jitter float64) Schedule {
	if p.Gone {
		return Schedule{Reason: "the server says it is gone for good"}
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
	for _, h := range hintedWaits(p.Hints) {
		if h.wait > wait {
			wait, reason = h.wait, h.reason
		}
	}
	next := now.Add(wait)
	if until := p.Hints.Until; until.After(next) {
		next, reason = earlier(until, now.Add(MaxPause)), ReasonRetryAfter
	}
	if allowed := firstAllowed(p.Hints, next); allowed.After(next) {
		// Other clients come back at the full hour, so wait some minutes longer.
		next = allowed.Add(time.Duration((jitter + 1) / 2 * jitterShare * float64(time.Hour)))
		reason = "outside its skip hours and days"
	}
	return Schedule{next, reason}
}

// Offline returns the next check after an attempt at now that failed for a local reason,
// such as no network. The wait is short, because no server received the request. p must
// not include that attempt.
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

// normalWait returns the wait before back-off, jitter and hints, and its reason.
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
		now = p.LastOK // it is not known what was posted since then
	}
	silence := now.Sub(p.Newest)
	if slow := min(silence/silenceParts, maxWait); slow > wait {
		return slow, "nothing new for " + durationText(silence)
	}
	return wait, reason
}

// backOffWait returns the wait of a failing feed and its reason. wait is the wait without
// failures.
func backOffWait(p feed.PollState, wait time.Duration, now time.Time) (time.Duration, string) {
	if isDead(p, now) {
		return max(wait, deadWait), "failed for so long that it is checked once a week"
	}
	longest := max(wait, maxBackoff)
	for range p.Failures {
		if wait >= longest {
			break
		}
		wait = min(2*wait, longest)
	}
	if p.Failures == 1 {
		return wait, "failed the last time"
	}
	return wait, fmt.Sprintf("failed %d times in a row", p.Failures)
}

// isDead reports whether a feed has failed for so long that it will hardly work again.
func isDead(p feed.PollState, now time.Time) bool {
	if p.LastOK.IsZero() {
		return p.Failures >= deadFailuresNeverOK
	}
	return p.Failures >= deadFailures && now.Sub(p.LastOK) > deadAfter
}

// hintedWait is a wait that a polling hint asks for.
type hintedWait struct {
	wait   time.Duration
	reason string
}

// hintedWaits returns the waits that the hints ask for, limited to maxHint.
func hintedWaits(h feed.PollHints) []hintedWait {
	ttl, period, fresh := min(h.TTL, maxHint), min(h.Period, maxHint), min(h.Fresh, maxHint)
	return []hintedWait{
		{ttl, "its ttl asks for " + durationText(ttl)},
		{period, "its syndication period is " + durationText(period)},
		{fresh, "the server allows caching for " + durationText(fresh)},
	}
}

// firstAllowed returns the first time not before t that is outside SkipHours and SkipDays
// (https://www.rssboard.org/rss-specification). A list of all hours or all days is ignored.
func firstAllowed(h feed.PollHints, t time.Time) time.Time {
	hours, days := bitSet(h.SkipHours, 24), bitSet(h.SkipDays, 7)
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

// bitSet returns the numbers as a set of bits. It ignores numbers outside 0 to n-1.
func bitSet[T ~int](numbers []T, n T) (set uint32) {
	for _, x := range numbers {
		if x >= 0 && x < n {
			set |= 1 << x
		}
	}
	return set
}

// Due reports whether an automatic check is due at now. It does not consider the feed's
// settings: see [DueAt].
func Due(p feed.PollState, now time.Time) bool {
	p, _ = CorrectClock(p, now)
	return !p.Gone && !p.NextCheck.After(now) && !firstAllowed(p.Hints, now).After(now)
}

// DueAt returns the time of the next automatic check, at the earliest now. It is zero if
// the feed is paused or gone. If the user has shortened the interval since the last check,
// the new interval counts. Skip hours and skip days are left out. If NextCheck is later
// than a correct clock could have set it, it is computed again.
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

// earlier returns the earlier of two times.
func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// durationText returns a length of time in words, in at most two units.
func durationText(d time.Duration) string {
	base := time.Unix(0, 0).UTC()
	return feed.Age(base, base.Add(max(d, time.Second)))
}
