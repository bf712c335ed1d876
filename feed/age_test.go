package feed

import (
	"testing"
	"time"
)

// TestAge checks that ages have two adjacent units, are rounded down and follow the
// calendar.
func TestAge(t *testing.T) {
	for _, c := range []struct{ from, now, long, short string }{
		{"", "2026-11-23 12:00:00", "never", "never"},
		{"2026-11-23 12:00:00", "2026-11-23 12:00:00", "just now", "now"},
		{"2026-11-24 12:00:00", "2026-11-23 12:00:00", "just now", "now"},
		{"2026-11-23 11:59:59", "2026-11-23 12:00:00", "1 second", "1s"},
		{"2026-11-23 11:59:19", "2026-11-23 12:00:00", "41 seconds", "41s"},
		{"2026-11-23 11:33:19", "2026-11-23 12:00:00", "26 minutes 41 seconds", "26m 41s"},
		{"2026-11-23 11:59:00", "2026-11-23 12:00:00", "1 minute", "1m"},
		{"2026-11-23 10:59:59", "2026-11-23 12:00:00", "1 hour", "1h"},
		{"2026-11-23 09:58:00", "2026-11-23 12:00:00", "2 hours 2 minutes", "2h 2m"},
		{"2026-11-21 08:10:00", "2026-11-23 12:00:00", "2 days 3 hours", "2d 3h"},
		{"2026-11-22 11:59:00", "2026-11-23 12:00:00", "1 day", "1d"},
		{"2026-11-22 12:00:01", "2026-11-23 12:00:00", "23 hours 59 minutes", "23h 59m"},
		{"2026-11-14 11:00:00", "2026-11-23 12:00:00", "1 week 2 days", "1w 2d"},
		{"2026-11-16 12:00:00", "2026-11-23 12:00:00", "1 week", "1w"},
		{"2026-10-24 12:00:00", "2026-11-23 12:00:00", "4 weeks 2 days", "4w 2d"},
		{"2026-10-23 12:00:00", "2026-11-23 12:00:00", "1 month", "1mo"},
		{"2026-10-01 12:00:00", "2026-11-23 12:00:00", "1 month 3 weeks", "1mo 3w"},
		{"2026-09-24 12:00:00", "2026-11-23 12:00:00", "1 month 4 weeks", "1mo 4w"},
		{"2026-09-23 12:00:00", "2026-11-23 12:00:00", "2 months", "2mo"},
		{"2026-09-20 12:00:00", "2026-11-23 12:00:00", "2 months", "2mo"},
		{"2025-09-20 12:00:00", "2026-11-23 12:00:00", "1 year 2 months", "1y 2mo"},
		{"2025-11-20 12:00:00", "2026-11-23 12:00:00", "1 year", "1y"},
		{"2025-11-23 12:00:01", "2026-11-23 12:00:00", "11 months 4 weeks", "11mo 4w"},
		{"1970-01-01 00:00:00", "2026-11-23 12:00:00", "56 years 10 months", "56y 10mo"},
		// Month ends and leap days.
		{"2026-01-31 00:00:00", "2026-02-28 00:00:00", "1 month", "1mo"},
		{"2026-01-31 00:00:00", "2026-02-27 23:00:00", "3 weeks 6 days", "3w 6d"},
		{"2026-01-31 00:00:00", "2026-03-01 00:00:00", "1 month", "1mo"},
		{"2024-02-29 00:00:00", "2025-02-28 00:00:00", "1 year", "1y"},
		{"2024-02-29 00:00:00", "2028-02-29 00:00:00", "4 years", "4y"},
		{"2024-02-28 00:00:00", "2024-02-29 00:00:00", "1 day", "1d"},
	} {
		from, now := parseTime(t, c.from), parseTime(t, c.now)
		if got := Age(from, now); got != c.long {
			t.Errorf("Age(%s, %s) = %q, want %q", c.from, c.now, got, c.long)
		}
		if got := ShortAge(from, now); got != c.short {
			t.Errorf("ShortAge(%s, %s) = %q, want %q", c.from, c.now, got, c.short)
		}
	}
}

// TestAgeLocation checks that months are those of the user's time zone.
func TestAgeLocation(t *testing.T) {
	east := time.FixedZone("east", 10*3600)
	from := parseTime(t, "2026-02-28 23:00:00") // 1 March in the east
	now := parseTime(t, "2026-03-28 23:00:00")
	if got := Age(from, now); got != "1 month" {
		t.Errorf("in UTC a month has passed, got %q", got)
	}
	if got := Age(from, now.In(east)); got != "4 weeks" {
		t.Errorf("in the east it has not, got %q", got)
	}
}

// TestAgo checks that " ago" follows only a length of time.
func TestAgo(t *testing.T) {
	now := parseTime(t, "2026-11-23 12:00:00")
	for _, c := range []struct {
		t           time.Time
		want, short string
	}{
		{time.Time{}, "never", "never"},
		{now.Add(time.Hour), "just now", "just now"},
		{now.Add(-1601 * time.Second), "26 minutes 41 seconds ago", "26m 41s ago"},
	} {
		if got := Ago(c.t, now); got != c.want {
			t.Errorf("Ago(%v) = %q, want %q", c.t, got, c.want)
		}
		if got := ShortAgo(c.t, now); got != c.short {
			t.Errorf("ShortAgo(%v) = %q, want %q", c.t, got, c.short)
		}
	}
}

// TestUntil checks that waits are written in one unit.
func TestUntil(t *testing.T) {
	now := parseTime(t, "2026-11-23 12:00:00")
	for d, want := range map[time.Duration]string{
		-time.Hour:                "now",
		999 * time.Millisecond:    "now",
		41 * time.Second:          "41 sec",
		3*time.Minute + 50*1e9:    "3 min",
		time.Hour:                 "1 hour",
		2*time.Hour + time.Minute: "2 hours",
		24 * time.Hour:            "1 day",
		75 * time.Hour:            "3 days",
	} {
		if got := Until(now.Add(d), now); got != want {
			t.Errorf("Until(%v) = %q, want %q", d, got, want)
		}
	}
	if got := Until(time.Time{}, now); got != "now" {
		t.Errorf("Until for the zero time: %q", got)
	}
}

// parseTime parses "2006-01-02 15:04:05" as UTC. An empty text gives the zero time.
func parseTime(t *testing.T, s string) time.Time {
	t.Helper()
	if s == "" {
		return time.Time{}
	}
	v, err := time.Parse(time.DateTime, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
