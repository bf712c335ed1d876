package poll

import (
	"maps"
	"slices"
	"time"
)

// minClockError is the smallest error of the clock that is reported to the
// user.
const minClockError = time.Hour

// serverClocks compares this computer's clock with the servers' clocks. One
// server may have a wrong clock or lie, so the median counts.
type serverClocks struct {
	// skews holds, for each host, how far this computer's clock is ahead of the
	// host's.
	skews map[string]time.Duration
	// fetchedWeb reports whether a server was requested, and noDate whether a
	// response had no date. fetchedLocal reports whether a file:, exec: or builtin:
	// feed was read.
	fetchedWeb, noDate, fetchedLocal bool
}

// add adds the outcome of a job that ended at the given time.
func (c *serverClocks) add(j job, o outcome, at time.Time) {
	overNetwork := overWeb(j.address())
	c.fetchedWeb = c.fetchedWeb || overNetwork
	switch {
	case o.failure != "":
	case !overNetwork:
		c.fetchedLocal = true
	case o.serverTime.IsZero():
		c.noDate = true
	default:
		c.skews[hostname(j.address())] = at.Sub(o.serverTime)
	}
}

// median returns the median of the skews. There must be at least one.
func (c *serverClocks) median() time.Duration {
	skews := slices.Sorted(maps.Values(c.skews))
	return skews[(len(skews)-1)/2]
}

// serverTime returns the time by the servers' clocks. It returns now if no
// response had a date or only local feeds were read. It returns zero if servers
// were requested but none responded: if this computer's clock is far ahead, all
// certificates seem expired.
func (c *serverClocks) serverTime(now time.Time) time.Time {
	switch {
	case len(c.skews) > 0:
		return now.Add(-c.median())
	case c.noDate, c.fetchedLocal && !c.fetchedWeb:
		return now
	}
	return time.Time{}
}

// clockError returns how far this computer's clock is ahead of the servers'. It
// returns 0 unless at least two servers show an error of minClockError or more.
func (c *serverClocks) clockError() time.Duration {
	if len(c.skews) < 2 || c.median().Abs() < minClockError {
		return 0
	}
	return c.median()
}
