package poll

import (
	"maps"
	"slices"
	"time"
)

// wrongBy is how far a clock must be off before a reader is told.
const wrongBy = time.Hour

// clocks compare this computer's clock with those of the servers that answer.
// One server's clock may be wrong, and any server may lie: the median counts.
type clocks struct {
	// ahead is how far this one is ahead of each host's.
	ahead map[string]time.Duration
	// web says that a server was asked. dateless says that one answered and did
	// not tell the time, local that this computer itself was asked, which has no
	// clock but its own.
	web, dateless, local bool
}

// note adds what an answer at a time tells.
func (c *clocks) note(e errand, o outcome, at time.Time) {
	web := overWeb(e.address())
	c.web = c.web || web
	switch {
	case o.failure != "":
	case !web:
		c.local = true
	case o.clock.IsZero():
		c.dateless = true
	default:
		c.ahead[hostname(e.address())] = at.Sub(o.clock)
	}
}

func (c *clocks) median() time.Duration {
	said := slices.Sorted(maps.Values(c.ahead))
	return said[(len(said)-1)/2]
}

// present is the time by the servers' clocks, or by this one where none of
// those that answered has one. It is zero when no server answered: a clock that
// is far ahead has every certificate expired.
func (c *clocks) present(now time.Time) time.Time {
	switch {
	case len(c.ahead) > 0:
		return now.Add(-c.median())
	case c.dateless, c.local && !c.web:
		return now
	}
	return time.Time{}
}

// wrong is how far this computer's clock is ahead of the servers', zero when it
// is not known to be wrong.
func (c *clocks) wrong() time.Duration {
	if len(c.ahead) < 2 || c.median().Abs() < wrongBy {
		return 0
	}
	return c.median()
}
