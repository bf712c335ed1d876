package feed

import (
	"math"
	"testing"
	"time"
)

// A healthy feed is asked at its interval, a failing one less and less often,
// and a server that asks for patience gets it within reason.
func TestNextCheck(t *testing.T) {
	now := parseTime(t, "2026-11-23 12:00:00")
	const h = time.Hour
	for _, c := range []struct {
		name     string
		failures int
		interval time.Duration
		answer   Answer
		jitter   float64
		want     time.Duration
	}{
		{"plain", 0, h, Answer{}, 0, h},
		{"no interval set", 0, 0, Answer{}, 0, DefaultInterval},
		{"negative interval", 0, -h, Answer{}, 0, DefaultInterval},
		{"jitter up", 0, h, Answer{}, 1, 66 * time.Minute},
		{"jitter down", 0, h, Answer{}, -1, 54 * time.Minute},
		{"jitter beyond its range", 0, h, Answer{}, 7, 66 * time.Minute},
		{"jitter that is no number stays small", 0, h, Answer{}, math.Inf(-1), 54 * time.Minute},
		{"one failure", 1, h, Answer{}, 0, 2 * h},
		{"three failures", 3, h, Answer{}, 0, 8 * h},
		{"backoff ends at a day", 5, h, Answer{}, 0, 24 * h},
		{"countless failures", math.MaxInt, time.Nanosecond, Answer{}, 0, 24 * h},
		{"an interval over a day is kept", 3, 48 * h, Answer{}, 0, 48 * h},
		{"interval under a day", 1, 20 * h, Answer{}, 0, 24 * h},
		{"Retry-After is a floor", 0, h, Answer{RetryAfter: 5 * h}, -1, 5 * h},
		{"Retry-After below the wait", 0, h, Answer{RetryAfter: time.Minute}, 0, h},
		{"Retry-After ends at a week", 0, h, Answer{RetryAfter: 9999 * h}, 0, 7 * 24 * h},
		{"max-age is a floor", 0, h, Answer{MaxAge: 2 * h}, 0, 2 * h},
		{"max-age ends at a day", 0, h, Answer{MaxAge: 9999 * h}, 0, 24 * h},
		{"max-age does not shorten", 0, 48 * h, Answer{MaxAge: 30 * h}, 0, 48 * h},
	} {
		got := NextCheck(PollState{Failures: c.failures}, Settings{Interval: c.interval}, c.answer, now, c.jitter)
		if got.Sub(now) != c.want {
			t.Errorf("%s: next check after %v, want %v", c.name, got.Sub(now), c.want)
		}
	}
	if got := NextCheck(PollState{Gone: true}, Settings{Interval: h}, Answer{RetryAfter: h}, now, 0); !got.IsZero() {
		t.Errorf("a feed that is gone would be asked at %v", got)
	}
}
