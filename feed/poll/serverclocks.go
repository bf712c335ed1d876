package poll

import (
	"maps"
	"slices"
	"time"
)

// minClockError is how far a clock must be off before a reader is told.
const minClockError = time.Hour

// serverClocks compare this computer's clock with those of the servers that answer.
// One server's clock may be wrong, and any server may lie: the median counts.
type serverClocks struct {
	// skews is how far this one is ahead of each host's.
	skews map[string]time.Duration
	// fetchedWeb says that a server was asked. dateless says that one answered and did
	// not tell the time, local that this computer itself was asked, which has no
	// clock but its own.
	fetchedWeb, noDate, fetchedLocal bool
}

// add adds what an answer at a time tells.
func (c *serverClocks) add(e job, o outcome, at time.Time) {
	web := overWeb(e.address())
	c.fetchedWeb = c.fetchedWeb || web
	switch {
	case o.failure != "":
	case !web:
		c.fetchedLocal = true
	case o.serverTime.IsZero():
		c.noDate = true
	default:
		c.skews[hostname(e.address())] = at.Sub(o.serverTime)
	}
}

func (c *serverClocks) median() time.Duration {
	said := slices.Sorted(maps.Values(c.skews))
	return said[(len(said)-1)/2]
}

// serverTime is the time by the servers' clocks, or by this one where none of
// those that answered has one. It is zero when no server answered: a clock that
// is far ahead has every certificate expired.
func (c *serverClocks) serverTime(now time.Time) time.Time {
	switch {
	case len(c.skews) > 0:
		return now.Add(-c.median())
	case c.noDate, c.fetchedLocal && !c.fetchedWeb:
		return now
	}
	return time.Time{}
}

// clockError is how far this computer's clock is ahead of the servers', zero when it
// is not known to be wrong.
func (c *serverClocks) clockError() time.Duration {
	if len(c.skews) < 2 || c.median().Abs() < minClockError {
		return 0
	}
	return c.median()
}
