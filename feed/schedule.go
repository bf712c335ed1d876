package feed

import (
	"cmp"
	"time"
)

// DefaultInterval is the time between checks of a feed whose settings name none.
const DefaultInterval = 30 * time.Minute

// Bounds of the schedule. A server may ask for more patience than a failing
// feed gets by itself, but cannot silence a feed for good.
const (
	maxBackoff    = 24 * time.Hour
	maxMaxAge     = 24 * time.Hour
	maxRetryAfter = 7 * 24 * time.Hour
	// jitterShare is the part of a wait that jitter adds or takes at most.
	jitterShare = 0.1
)

// Answer is what a server said of when to ask again; zero where it said
// nothing.
type Answer struct {
	// RetryAfter is from the header of that name (RFC 9110 section 10.2.3).
	RetryAfter time.Duration
	// MaxAge is the freshness lifetime from Cache-Control (RFC 9111 section
	// 5.2.2.1).
	MaxAge time.Duration
}

// NextCheck is when a feed answered at now may be asked again unbidden. In p
// the answer is counted already. The wait is the feed's interval, doubled for
// each failure up to a day (or the interval, if that is longer), and moved by
// up to a tenth by jitter, a random number from -1 to 1, so that feeds do not
// stay in step. Neither RetryAfter (up to a week) nor MaxAge (up to a day) is
// undercut. For a feed that is gone it is the zero time: never.
func NextCheck(p PollState, s Settings, answer Answer, now time.Time, jitter float64) time.Time {
	if p.Gone {
		return time.Time{}
	}
	interval := cmp.Or(max(s.Interval, 0), DefaultInterval)
	wait := interval
	for range p.Failures {
		if wait >= maxBackoff {
			break
		}
		wait = max(interval, min(2*wait, maxBackoff))
	}
	jitter = max(-1, min(jitter, 1))
	wait += time.Duration(jitter * jitterShare * float64(wait))
	wait = max(wait, min(answer.RetryAfter, maxRetryAfter), min(answer.MaxAge, maxMaxAge))
	return now.Add(wait)
}
