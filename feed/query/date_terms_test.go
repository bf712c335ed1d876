package query

import (
	"testing"
	"time"
)

// TestWhen checks that each spelling of since: and before: means the time that the guide
// says, on Monday 23 November 2026 in the user's time zone.
func TestWhen(t *testing.T) {
	zone := time.FixedZone("east", 3*3600)
	now := time.Date(2026, 11, 23, 1, 30, 0, 0, zone) // still Sunday in UTC
	for in, want := range map[string]string{
		"45m":        "2026-11-23 00:45:00",
		"6h":         "2026-11-22 19:30:00",
		"2d":         "2026-11-21 01:30:00",
		"3w":         "2026-11-02 01:30:00",
		"1mo":        "2026-10-23 01:30:00",
		"9mo":        "2026-02-23 01:30:00",
		"1y":         "2025-11-23 01:30:00",
		"0d":         "2026-11-23 01:30:00",
		"today":      "2026-11-23 00:00:00",
		"Yesterday":  "2026-11-22 00:00:00",
		"mon":        "2026-11-23 00:00:00",
		"sunday":     "2026-11-22 00:00:00",
		"tue":        "2026-11-17 00:00:00",
		"2026-02-03": "2026-02-03 00:00:00",
	} {
		w, problem := parseWhen(in)
		if problem != "" {
			t.Errorf("%q: %s", in, problem)
			continue
		}
		if got := w.Time(now).Format(time.DateTime); got != want {
			t.Errorf("%q is %s, want %s", in, got, want)
		}
		if again, _ := parseWhen(w.String()); again != w {
			t.Errorf("%q prints %q, which means something else", in, w)
		}
	}
	for _, in := range []string{"", "2", "d", "2dd", "-2d", "2s", "mond", "2026-02-30", "26-02-03", "tomorrow", "999999d"} {
		if w, problem := parseWhen(in); problem == "" {
			t.Errorf("%q was read as %q", in, w)
		}
	}
	if !(When{}).Time(now).IsZero() {
		t.Error("the zero When is not the zero time")
	}
}

// TestWhenMonthEnd checks that a month before the last day of a month is the last day of a
// shorter month.
func TestWhenMonthEnd(t *testing.T) {
	w, _ := parseWhen("1mo")
	got := w.Time(parseTime(t, "2024-03-31 12:00:00"))
	if want := parseTime(t, "2024-02-29 12:00:00"); !got.Equal(want) {
		t.Errorf("a month before 31 March is %v, want %v", got, want)
	}
}
