package schedule

import (
	"reflect"
	"testing"
	"time"

	"dateline/feed"
)

// TestCorrectClock checks that a feed whose last check is in the future counts as checked
// now and waits again. Times from before the clock went wrong stay.
func TestCorrectClock(t *testing.T) {
	now := parseTime(t, "2026-11-23 12:00:00")
	in := func(d time.Duration) time.Time { return now.Add(d) }
	const h, year = time.Hour, 365 * 24 * time.Hour
	wrong := feed.PollState{LastChecked: in(year), LastOK: in(year - h), NextCheck: in(year + 2*h), MovedSince: in(year - 3*h), Newest: in(200 * 24 * h),
		Hints: feed.PollHints{Until: in(year + h), TTL: h}, Failures: 1}
	want := feed.PollState{LastChecked: now, LastOK: in(-h), NextCheck: in(2 * h), MovedSince: in(-3 * h), Newest: now, Hints: feed.PollHints{Until: in(h), TTL: h}, Failures: 1}
	if got, changed := CorrectClock(wrong, now); !changed || !reflect.DeepEqual(got, want) {
		t.Errorf("%v,\n got %+v\nwant %+v", changed, got, want)
	}
	wrong.LastOK, wrong.MovedSince, wrong.Newest = in(-year), time.Time{}, time.Time{}
	want.LastOK, want.MovedSince, want.Newest = in(-year), time.Time{}, time.Time{}
	if got, changed := CorrectClock(wrong, now); !changed || !reflect.DeepEqual(got, want) {
		t.Errorf("well before, %v,\n got %+v\nwant %+v", changed, got, want)
	}
	for _, right := range []feed.PollState{{}, {LastChecked: in(time.Minute), NextCheck: in(h)}, {LastChecked: in(-h), NextCheck: in(7 * 24 * h)}, want} {
		if got, changed := CorrectClock(right, now); changed || !reflect.DeepEqual(got, right) {
			t.Errorf("%+v became %+v", right, got)
		}
	}
}

// TestDueAtWrongClock checks that a next check that is too far in the future is computed
// again.
func TestDueAtWrongClock(t *testing.T) {
	now := parseTime(t, "2026-11-23 12:00:00")
	in := func(d time.Duration) time.Time { return now.Add(d) }
	const h, day = time.Hour, 24 * time.Hour
	for _, c := range []struct {
		name string
		p    feed.PollState
		s    feed.Settings
		want time.Time
	}{
		{"a year", feed.PollState{NextCheck: in(365 * day), LastChecked: in(-10 * time.Minute)}, feed.Settings{}, in(56 * time.Minute)},
		{"a year, never checked", feed.PollState{NextCheck: in(365 * day)}, feed.Settings{}, now},
		{"a year, checked in the future", feed.PollState{NextCheck: in(365*day + h), LastChecked: in(365 * day)}, feed.Settings{}, in(h)},
		{"a week of Retry-After", feed.PollState{NextCheck: in(7 * day), LastChecked: now, Hints: feed.PollHints{Until: in(7 * day)}}, feed.Settings{}, in(7 * day)},
		{"a pause of a year", feed.PollState{NextCheck: in(365 * day), LastChecked: in(-h), Hints: feed.PollHints{Until: in(365 * day)}}, feed.Settings{}, in(6 * time.Minute)},
		{"an interval during a pause", feed.PollState{NextCheck: in(5 * h), LastChecked: in(-9 * day), Hints: feed.PollHints{Until: in(5 * h)}}, feed.Settings{Interval: h}, in(5 * h)},
		{"an interval of a month", feed.PollState{NextCheck: in(33 * day), LastChecked: now}, feed.Settings{Interval: 30 * day}, in(33 * day)},
	} {
		if got := DueAt(c.p, c.s, now); !got.Equal(c.want) {
			t.Errorf("%s: due at %v, want %v", c.name, got, c.want)
		}
	}
	if p := (feed.PollState{NextCheck: in(30 * day), LastChecked: now}); Due(p, now) {
		t.Error("due a month too early")
	}
}
