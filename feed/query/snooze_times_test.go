package query

import (
	"strings"
	"testing"
	"time"
)

// Spans count from now, days mean their morning where the user is, also on the day
// on which clocks change.
func TestParseSnooze(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	now := time.Date(2026, time.November, 24, 15, 30, 0, 0, berlin) // a Tuesday
	for text, want := range map[string]string{
		"45m": "2026-11-24T16:15:00+01:00", "3h": "2026-11-24T18:30:00+01:00", "3d": "2026-11-27T15:30:00+01:00", "2w": "2026-12-08T15:30:00+01:00",
		"1mo": "2026-12-24T15:30:00+01:00", "1y": "2027-11-24T15:30:00+01:00", "200d": "2027-06-12T15:30:00+02:00",
		"fri": "2026-11-27T06:00:00+01:00", "Friday": "2026-11-27T06:00:00+01:00", "tue": "2026-12-01T06:00:00+01:00", "mon": "2026-11-30T06:00:00+01:00", "wed": "2026-11-25T06:00:00+01:00",
		"tomorrow": "2026-11-25T06:00:00+01:00", "2026-12-01": "2026-12-01T06:00:00+01:00", "2027-03-28": "2027-03-28T06:00:00+02:00",
	} {
		got, err := ParseSnooze(text, now)
		if err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%s: %v, %v; want %s", text, got.Format(time.RFC3339), err, want)
		}
	}
	for _, text := range []string{"", "3", "h", "3x", "0h", "today", "2026-11-24", "2026-11-23", "2026-02-30", "soon", "-3h", "99999999999999999999h", "99999y", "2099-01-01"} {
		if got, err := ParseSnooze(text, now); err == nil || !strings.Contains(err.Error(), "2026-12-01") {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}
