package schedule

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/feed"
)

// TestNextCheck checks the waits of working and failing feeds, and of those with polling
// hints.
func TestNextCheck(t *testing.T) {
	now := parseTime(t, "2026-11-23 12:00:00") // a Monday
	const h, day = time.Hour, 24 * time.Hour
	own := func(d time.Duration) feed.Settings { return feed.Settings{Interval: d} }
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for _, c := range []struct {
		name   string
		p      feed.PollState
		s      feed.Settings
		jitter float64
		want   time.Duration
		reason string
	}{
		{"nothing known", feed.PollState{}, own(0), 0, h, "not known yet"},
		{"negative interval", feed.PollState{}, own(-h), 0, h, "not known yet"},
		{"own interval", feed.PollState{PostInterval: day}, own(2 * h), 0, 2 * h, "your interval is 2 hours"},
		{"own interval, jitter never shortens", feed.PollState{}, own(2 * h), -1, 132 * time.Minute, "your interval"},
		{"own interval, most jitter", feed.PollState{}, own(h), 7, 66 * time.Minute, "your interval"},
		{"short own interval", feed.PollState{}, own(5 * time.Minute), 0, 5 * time.Minute, "your interval"},
		{"posts daily", feed.PollState{PostInterval: day, Newest: ago(h)}, own(0), 0, 6 * h, "posts about once a day"},
		{"jitter up", feed.PollState{PostInterval: day}, own(0), 1, 396 * time.Minute, "once a day"},
		{"jitter that is no number stays small", feed.PollState{PostInterval: day}, own(0), math.Inf(-1), 324 * time.Minute, "once a day"},
		{"posts all the time", feed.PollState{PostInterval: time.Minute}, own(0), -1, minWait, "several times an hour"},
		{"posts yearly", feed.PollState{PostInterval: 365 * day}, own(0), 0, day, "once a year"},
		{"silent for long", feed.PollState{PostInterval: h, Newest: ago(60 * h)}, own(0), 0, 6 * h, "nothing new for 2 days 12 hours"},
		{"silent for years", feed.PollState{PostInterval: h, Newest: ago(9999 * h)}, own(0), 0, day, "nothing new for 1 year"},
		{"silence does not shorten the wait", feed.PollState{PostInterval: day, Newest: ago(h)}, own(0), 0, 6 * h, "once a day"},
		{"one failure", feed.PollState{Failures: 1}, own(0), 0, 2 * h, "failed the last time"},
		{"three failures", feed.PollState{Failures: 3}, own(0), 0, 8 * h, "failed 3 times in a row"},
		{"backoff ends at a day", feed.PollState{Failures: 5}, own(0), 0, day, "failed 5 times"},
		{"countless failures", feed.PollState{Failures: math.MaxInt, LastOK: ago(h)}, own(0), 0, day, "times in a row"},
		{"an interval over a day is kept", feed.PollState{Failures: 3}, own(2 * day), 0, 2 * day, "failed 3 times"},
		{"dead for a month", feed.PollState{Failures: 30, LastOK: ago(31 * day)}, own(0), 0, 7 * day, "once a week"},
		{"has never worked", feed.PollState{Failures: 35}, own(0), 0, 7 * day, "once a week"},
		{"few failures in a month away", feed.PollState{Failures: 2, LastOK: ago(90 * day)}, own(0), 0, 4 * h, "failed 2 times"},
		{"ttl is a minimum", feed.PollState{Hints: feed.PollHints{TTL: 5 * h}}, own(h), -1, 5 * h, "ttl asks for 5 hours"},
		{"ttl does not shorten the wait", feed.PollState{Hints: feed.PollHints{TTL: time.Minute}}, own(h), 0, h, "your interval"},
		{"ttl ends at a day", feed.PollState{Hints: feed.PollHints{TTL: 99 * h}}, own(0), 0, day, "ttl"},
		{"period", feed.PollState{Hints: feed.PollHints{Period: 3 * h}}, own(0), 0, 3 * h, "syndication period is 3 hours"},
		{"fresh", feed.PollState{Hints: feed.PollHints{Fresh: 2 * h}}, own(0), 0, 2 * h, "allows caching for 2 hours"},
		{"Retry-After", feed.PollState{Hints: feed.PollHints{Until: now.Add(50 * h)}}, own(0), -1, 50 * h, "asked for a pause"},
		{"Retry-After is over", feed.PollState{Hints: feed.PollHints{Until: ago(h)}}, own(0), 0, h, "not known"},
		{"Retry-After ends at a week", feed.PollState{Hints: feed.PollHints{Until: now.Add(9999 * h)}}, own(0), 0, 7 * day, "pause"},
		{"skip hours", feed.PollState{Hints: feed.PollHints{SkipHours: []int{13, 14}}}, own(0), 0, 183 * time.Minute, "skip hours"},
		{"skip days", feed.PollState{Hints: feed.PollHints{SkipDays: []time.Weekday{time.Monday, time.Tuesday}}}, own(0), -1, 36 * h, "skip hours and days"},
		{"skip everything", feed.PollState{Hints: feed.PollHints{SkipHours: upTo(24), SkipDays: []time.Weekday{0, 1, 2, 3, 4, 5, 6}}}, own(0), 0, h, "not known"},
		{"skip nonsense", feed.PollState{Hints: feed.PollHints{SkipHours: []int{-1, 99}}}, own(0), 0, h, "not known"},
	} {
		got := NextCheck(c.p, c.s, now, c.jitter)
		if got.Next.Sub(now) != c.want || !strings.Contains(got.Reason, c.reason) {
			t.Errorf("%s: next check after %v because %q, want %v and %q", c.name, got.Next.Sub(now), got.Reason, c.want, c.reason)
		}
	}
	if got := NextCheck(feed.PollState{Gone: true, Hints: feed.PollHints{Until: now.Add(h)}}, own(h), now, 0); !got.Next.IsZero() || got.Reason == "" {
		t.Errorf("a feed that is gone would be checked at %v", got)
	}
}

// upTo returns the numbers from 0 to n-1.
func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// TestOffline checks that an attempt without a network is repeated soon, but not before the
// feed is due.
func TestOffline(t *testing.T) {
	now := parseTime(t, "2026-11-23 12:00:00")
	if got := Offline(feed.PollState{PostInterval: 999 * time.Hour, NextCheck: now}, feed.Settings{}, now); got.Next.Sub(now) != offlineWait {
		t.Errorf("a feed that was due: %v", got)
	}
	if got := Offline(feed.PollState{NextCheck: now.Add(5 * time.Hour), Reason: "r"}, feed.Settings{}, now); got.Next.Sub(now) != 5*time.Hour || got.Reason != "r" {
		t.Errorf("a feed that was not: %v", got)
	}
	if got := Offline(feed.PollState{Gone: true}, feed.Settings{}, now); !got.Next.IsZero() {
		t.Errorf("a feed that is gone: %v", got)
	}
}

// TestDueAt checks that a shorter interval, skip hours, a pause and the end of a feed change
// the next check.
func TestDueAt(t *testing.T) {
	now := parseTime(t, "2026-11-23 12:00:00")
	in := func(d time.Duration) time.Time { return now.Add(d) }
	for _, c := range []struct {
		name string
		p    feed.PollState
		s    feed.Settings
		want time.Time
	}{
		{"never checked", feed.PollState{}, feed.Settings{}, now},
		{"later", feed.PollState{NextCheck: in(time.Hour), LastChecked: now}, feed.Settings{}, in(time.Hour)},
		{"a shorter interval", feed.PollState{NextCheck: in(9 * time.Hour), LastChecked: now}, feed.Settings{Interval: 100 * time.Minute}, in(110 * time.Minute)},
		{"a failing feed", feed.PollState{NextCheck: in(9 * time.Hour), LastChecked: now, Failures: 1}, feed.Settings{Interval: time.Hour}, in(9 * time.Hour)},
		{"in a skip hour", feed.PollState{Hints: feed.PollHints{SkipHours: []int{12}}}, feed.Settings{}, in(time.Hour)},
		{"paused", feed.PollState{}, feed.Settings{Paused: true}, time.Time{}},
		{"gone", feed.PollState{Gone: true}, feed.Settings{}, time.Time{}},
	} {
		if got := DueAt(c.p, c.s, now); !got.Equal(c.want) {
			t.Errorf("%s: due at %v, want %v", c.name, got, c.want)
		}
	}
}

// TestPostInterval checks posting intervals and their texts, and that there is none if the
// dates are too few.
func TestPostInterval(t *testing.T) {
	now := parseTime(t, "2026-11-23 12:00:00")
	const h, day = time.Hour, 24 * time.Hour
	dated := func(ages ...time.Duration) (items []feed.Article) {
		for _, age := range ages {
			items = append(items, feed.Article{Item: feed.Item{Published: now.Add(-age)}})
		}
		return items
	}
	every := func(step time.Duration, n int) (ages []time.Duration) {
		for i := range n {
			ages = append(ages, time.Duration(i)*step)
		}
		return ages
	}
	for _, c := range []struct {
		name  string
		items []feed.Article
		want  time.Duration
		rate  string
	}{
		{"none", nil, 0, ""},
		{"undated", make([]feed.Article, 9), 0, ""},
		{"two items", dated(0, h), 0, ""},
		{"daily", dated(every(day, 10)...), day, "about once a day"},
		{"hourly by day", dated(append(every(h, 8), 25*h, 26*h, 27*h, 28*h)...), h, "about every hour"},
		{"eight hours", dated(every(8*h, 9)...), 8 * h, "about 3 times a day"},
		{"all of one date", dated(make([]time.Duration, 40)...), 0, ""},
		{"dated at each request", dated(every(time.Second, 40)...), 0, ""},
		{"four at once each week", dated(0, time.Second, time.Minute, 7*day, 7*day+time.Second, 14*day, 14*day+time.Minute, 21*day), 7 * day, "about once a week"},
		{"a summer break", dated(append(every(day, 10), 90*day, 91*day)...), day, "about once a day"},
		{"with dates in the future", dated(-5*day, -9*day, 0, 2*day, 4*day, 6*day), 2 * day, "about 4 times a week"},
		{"very busy", dated(every(20*time.Second, 40)...), burst, "several times an hour"},
		{"only the newest count", dated(append(every(day, 31), 2000*day, 3000*day)...), day, "about once a day"},
		{"monthly", dated(every(30*day, 6)...), 30 * day, "about once a month"},
		{"quarterly", dated(every(90*day, 6)...), 90 * day, "about every 3 months"},
		{"yearly", dated(every(365*day, 6)...), 365 * day, "about once a year or less"},
	} {
		got := PostInterval(c.items, now)
		if got != c.want || RateText(got) != c.rate {
			t.Errorf("%s: %v, %q, want %v, %q", c.name, got, RateText(got), c.want, c.rate)
		}
		if shuffled := slices.Clone(c.items); len(shuffled) > 1 {
			slices.Reverse(shuffled)
			if PostInterval(shuffled, now) != got {
				t.Errorf("%s: the order matters", c.name)
			}
		}
	}
	if got := NewestDate(dated(-h, 3*h, 2*h), now); !got.Equal(now.Add(-2 * h)) {
		t.Errorf("the newest date is %v", got)
	}
}

// TestProblemOf checks that each problem has a message that says what to do, and that one
// failure is no problem.
func TestProblemOf(t *testing.T) {
	now := parseTime(t, "2026-11-23 12:00:00")
	const day = 24 * time.Hour
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	moved := feed.PollState{LastOK: now, MovedTo: "https://new.example/", MovedSince: ago(2 * day), MovedTimes: 3}
	for _, c := range []struct {
		name string
		f    feed.Feed
		kind Problem
		text string
	}{
		{"works", feed.Feed{Poll: feed.PollState{LastOK: now, Newest: now}}, "", ""},
		{"never checked", feed.Feed{}, "", ""},
		{"one failure", feed.Feed{Poll: feed.PollState{Failures: 1, LastOK: ago(time.Hour), Error: "E."}}, "", ""},
		{"three failures", feed.Feed{Poll: feed.PollState{Failures: 3, LastOK: ago(time.Hour), Error: "E."}}, Failing, "Failed 3 times since it last worked 1 hour ago. E."},
		{"one failure in two days", feed.Feed{Poll: feed.PollState{Failures: 1, LastOK: ago(2 * day), Error: "E."}}, Failing, "2 days ago"},
		{"never worked", feed.Feed{Poll: feed.PollState{Failures: 3, Error: "E."}}, Failing, "and never worked"},
		{"gone", feed.Feed{Poll: feed.PollState{Gone: true, Failures: 9}}, Gone, "unsubscribe"},
		{"paused", feed.Feed{Paused: true, Poll: feed.PollState{Failures: 9}}, Paused, "Paused"},
		{"moved", feed.Feed{Poll: moved}, Moved, "https://new.example/"},
		{"moved, perhaps", feed.Feed{Poll: feed.PollState{LastOK: now, MovedTo: "x", MovedSince: ago(day / 2), MovedTimes: 9}}, "", ""},
		{"moved twice", feed.Feed{Poll: feed.PollState{LastOK: now, MovedTo: "x", MovedSince: ago(9 * day), MovedTimes: 2}}, "", ""},
		{"silent", feed.Feed{Poll: feed.PollState{LastOK: now, Newest: ago(100 * day), PostInterval: day}}, Silent, "though it used to post about once a day"},
		{"slow but alive", feed.Feed{Poll: feed.PollState{LastOK: now, Newest: ago(100 * day), PostInterval: 30 * day}}, "", ""},
		{"silent for a year", feed.Feed{Poll: feed.PollState{LastOK: now, Newest: ago(400 * day)}}, Silent, "Nothing new for 1 year"},
	} {
		kind, message := ProblemOf(c.f, now)
		if kind != c.kind || !strings.Contains(message, c.text) || (kind == "") != (message == "") || kind != "" && !strings.HasSuffix(message, ".") {
			t.Errorf("%s: %q, %q", c.name, kind, message)
		}
	}
}
