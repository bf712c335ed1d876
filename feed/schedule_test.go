package feed

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// A healthy feed is asked at its interval or by its rhythm, a failing one less
// and less often, and a server that asks for patience gets it within reason.
func TestNextCheck(t *testing.T) {
	now := parseTime(t, "2026-11-23 12:00:00") // a Monday
	const h, day = time.Hour, 24 * time.Hour
	own := func(d time.Duration) Settings { return Settings{Interval: d} }
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for _, c := range []struct {
		name   string
		p      PollState
		s      Settings
		jitter float64
		want   time.Duration
		reason string
	}{
		{"nothing known", PollState{}, own(0), 0, h, "not known yet"},
		{"negative interval", PollState{}, own(-h), 0, h, "not known yet"},
		{"own interval", PollState{Rhythm: day}, own(2 * h), 0, 2 * h, "your interval is 2 hours"},
		{"own interval, jitter never shortens", PollState{}, own(2 * h), -1, 132 * time.Minute, "your interval"},
		{"own interval, most jitter", PollState{}, own(h), 7, 66 * time.Minute, "your interval"},
		{"short own interval", PollState{}, own(5 * time.Minute), 0, 5 * time.Minute, "your interval"},
		{"posts daily", PollState{Rhythm: day, Newest: ago(h)}, own(0), 0, 6 * h, "posts about once a day"},
		{"jitter up", PollState{Rhythm: day}, own(0), 1, 396 * time.Minute, "once a day"},
		{"jitter that is no number stays small", PollState{Rhythm: day}, own(0), math.Inf(-1), 324 * time.Minute, "once a day"},
		{"posts all the time", PollState{Rhythm: time.Minute}, own(0), -1, soonest, "several times an hour"},
		{"posts yearly", PollState{Rhythm: 365 * day}, own(0), 0, day, "once a year"},
		{"silent for long", PollState{Rhythm: h, Newest: ago(60 * h)}, own(0), 0, 6 * h, "nothing new for 2 days 12 hours"},
		{"silent for years", PollState{Rhythm: h, Newest: ago(9999 * h)}, own(0), 0, day, "nothing new for 1 year"},
		{"silence does not hurry", PollState{Rhythm: day, Newest: ago(h)}, own(0), 0, 6 * h, "once a day"},
		{"one failure", PollState{Failures: 1}, own(0), 0, 2 * h, "failed the last time"},
		{"three failures", PollState{Failures: 3}, own(0), 0, 8 * h, "failed 3 times in a row"},
		{"backoff ends at a day", PollState{Failures: 5}, own(0), 0, day, "failed 5 times"},
		{"countless failures", PollState{Failures: math.MaxInt, LastOK: ago(h)}, own(0), 0, day, "times in a row"},
		{"an interval over a day is kept", PollState{Failures: 3}, own(2 * day), 0, 2 * day, "failed 3 times"},
		{"dead for a month", PollState{Failures: 30, LastOK: ago(31 * day)}, own(0), 0, 7 * day, "once a week"},
		{"was never well", PollState{Failures: 35}, own(0), 0, 7 * day, "once a week"},
		{"few failures in a month away", PollState{Failures: 2, LastOK: ago(90 * day)}, own(0), 0, 4 * h, "failed 2 times"},
		{"ttl is a floor", PollState{Wishes: Wishes{TTL: 5 * h}}, own(h), -1, 5 * h, "ttl asks for 5 hours"},
		{"ttl does not hurry", PollState{Wishes: Wishes{TTL: time.Minute}}, own(h), 0, h, "your interval"},
		{"ttl ends at a day", PollState{Wishes: Wishes{TTL: 99 * h}}, own(0), 0, day, "ttl"},
		{"period", PollState{Wishes: Wishes{Period: 3 * h}}, own(0), 0, 3 * h, "renewed every 3 hours"},
		{"fresh", PollState{Wishes: Wishes{Fresh: 2 * h}}, own(0), 0, 2 * h, "fresh for 2 hours"},
		{"Retry-After", PollState{Wishes: Wishes{Until: now.Add(50 * h)}}, own(0), -1, 50 * h, "asked for a pause"},
		{"Retry-After is over", PollState{Wishes: Wishes{Until: ago(h)}}, own(0), 0, h, "not known"},
		{"Retry-After ends at a week", PollState{Wishes: Wishes{Until: now.Add(9999 * h)}}, own(0), 0, 7 * day, "pause"},
		{"skip hours", PollState{Wishes: Wishes{SkipHours: []int{13, 14}}}, own(0), 0, 183 * time.Minute, "skip hours"},
		{"skip days", PollState{Wishes: Wishes{SkipDays: []time.Weekday{time.Monday, time.Tuesday}}}, own(0), -1, 36 * h, "skip hours and days"},
		{"skip everything", PollState{Wishes: Wishes{SkipHours: upTo(24), SkipDays: []time.Weekday{0, 1, 2, 3, 4, 5, 6}}}, own(0), 0, h, "not known"},
		{"skip nonsense", PollState{Wishes: Wishes{SkipHours: []int{-1, 99}}}, own(0), 0, h, "not known"},
	} {
		got := NextCheck(c.p, c.s, now, c.jitter)
		if got.Next.Sub(now) != c.want || !strings.Contains(got.Reason, c.reason) {
			t.Errorf("%s: next check after %v because %q, want %v and %q", c.name, got.Next.Sub(now), got.Reason, c.want, c.reason)
		}
	}
	if got := NextCheck(PollState{Gone: true, Wishes: Wishes{Until: now.Add(h)}}, own(h), now, 0); !got.Next.IsZero() || got.Reason == "" {
		t.Errorf("a feed that is gone would be asked at %v", got)
	}
}

func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// A check that no server heard of is made again soon, but never sooner than the
// feed was due anyway.
func TestAway(t *testing.T) {
	now := parseTime(t, "2026-11-23 12:00:00")
	if got := Away(PollState{Rhythm: 999 * time.Hour, NextCheck: now}, Settings{}, now); got.Next.Sub(now) != awayWait {
		t.Errorf("a feed that was due: %v", got)
	}
	if got := Away(PollState{NextCheck: now.Add(5 * time.Hour), Reason: "r"}, Settings{}, now); got.Next.Sub(now) != 5*time.Hour || got.Reason != "r" {
		t.Errorf("a feed that was not: %v", got)
	}
	if got := Away(PollState{Gone: true}, Settings{}, now); !got.Next.IsZero() {
		t.Errorf("a feed that is gone: %v", got)
	}
}

// What was decided once yields to a shorter interval and to an hour in which
// nobody should ask.
func TestDueAt(t *testing.T) {
	now := parseTime(t, "2026-11-23 12:00:00")
	in := func(d time.Duration) time.Time { return now.Add(d) }
	for _, c := range []struct {
		name string
		p    PollState
		s    Settings
		want time.Time
	}{
		{"never asked", PollState{}, Settings{}, now},
		{"later", PollState{NextCheck: in(time.Hour), LastChecked: now}, Settings{}, in(time.Hour)},
		{"a shorter interval", PollState{NextCheck: in(9 * time.Hour), LastChecked: now}, Settings{Interval: 100 * time.Minute}, in(110 * time.Minute)},
		{"a failing feed", PollState{NextCheck: in(9 * time.Hour), LastChecked: now, Failures: 1}, Settings{Interval: time.Hour}, in(9 * time.Hour)},
		{"in a skip hour", PollState{Wishes: Wishes{SkipHours: []int{12}}}, Settings{}, in(time.Hour)},
		{"paused", PollState{}, Settings{Paused: true}, time.Time{}},
		{"gone", PollState{Gone: true}, Settings{}, time.Time{}},
	} {
		if got := DueAt(c.p, c.s, now); !got.Equal(c.want) {
			t.Errorf("%s: due at %v, want %v", c.name, got, c.want)
		}
	}
}

// The rhythm is that of arrivals as a reader would tell it, and none where dates
// say too little.
func TestRhythm(t *testing.T) {
	now := parseTime(t, "2026-11-23 12:00:00")
	const h, day = time.Hour, 24 * time.Hour
	dated := func(ages ...time.Duration) (items []Article) {
		for _, age := range ages {
			items = append(items, Article{Item: Item{Published: now.Add(-age)}})
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
		items []Article
		want  time.Duration
		pace  string
	}{
		{"none", nil, 0, ""},
		{"undated", make([]Article, 9), 0, ""},
		{"two items", dated(0, h), 0, ""},
		{"daily", dated(every(day, 10)...), day, "about once a day"},
		{"hourly by day", dated(append(every(h, 8), 25*h, 26*h, 27*h, 28*h)...), h, "about every hour"},
		{"eight hours", dated(every(8*h, 9)...), 8 * h, "about 3 times a day"},
		{"all of one date", dated(make([]time.Duration, 40)...), 0, ""},
		{"made anew with every request", dated(every(time.Second, 40)...), 0, ""},
		{"four at once each week", dated(0, time.Second, time.Minute, 7*day, 7*day+time.Second, 14*day, 14*day+time.Minute, 21*day), 7 * day, "about once a week"},
		{"a summer break", dated(append(every(day, 10), 90*day, 91*day)...), day, "about once a day"},
		{"with dates to come", dated(-5*day, -9*day, 0, 2*day, 4*day, 6*day), 2 * day, "about 4 times a week"},
		{"a firehose", dated(every(20*time.Second, 40)...), burst, "several times an hour"},
		{"only the newest count", dated(append(every(day, 31), 2000*day, 3000*day)...), day, "about once a day"},
		{"monthly", dated(every(30*day, 6)...), 30 * day, "about once a month"},
		{"quarterly", dated(every(90*day, 6)...), 90 * day, "about every 3 months"},
		{"yearly", dated(every(365*day, 6)...), 365 * day, "about once a year or less"},
	} {
		got := Rhythm(c.items, now)
		if got != c.want || Pace(got) != c.pace {
			t.Errorf("%s: %v, %q, want %v, %q", c.name, got, Pace(got), c.want, c.pace)
		}
		if shuffled := slices.Clone(c.items); len(shuffled) > 1 {
			slices.Reverse(shuffled)
			if Rhythm(shuffled, now) != got {
				t.Errorf("%s: the order matters", c.name)
			}
		}
	}
	if got := NewestDate(dated(-h, 3*h, 2*h), now); !got.Equal(now.Add(-2 * h)) {
		t.Errorf("the newest is of %v", got)
	}
}

// Each ailment is told in a sentence with a way out, and a bad hour is none.
func TestHealth(t *testing.T) {
	now := parseTime(t, "2026-11-23 12:00:00")
	const day = 24 * time.Hour
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	moved := PollState{LastOK: now, MovedTo: "https://new.example/", MovedSince: ago(2 * day), MovedTimes: 3}
	for _, c := range []struct {
		name  string
		f     Feed
		kind  HealthKind
		words string
	}{
		{"well", Feed{Poll: PollState{LastOK: now, Newest: now}}, "", ""},
		{"never asked", Feed{}, "", ""},
		{"one failure", Feed{Poll: PollState{Failures: 1, LastOK: ago(time.Hour), Error: "E."}}, "", ""},
		{"three failures", Feed{Poll: PollState{Failures: 3, LastOK: ago(time.Hour), Error: "E."}}, HealthFailing, "Failed 3 times since it last answered well 1 hour ago. E."},
		{"one failure in two days", Feed{Poll: PollState{Failures: 1, LastOK: ago(2 * day), Error: "E."}}, HealthFailing, "2 days ago"},
		{"never well", Feed{Poll: PollState{Failures: 3, Error: "E."}}, HealthFailing, "never answered well"},
		{"gone", Feed{Poll: PollState{Gone: true, Failures: 9}}, HealthGone, "unsubscribe"},
		{"paused", Feed{Paused: true, Poll: PollState{Failures: 9}}, HealthPaused, "Paused"},
		{"moved", Feed{Poll: moved}, HealthMoved, "https://new.example/"},
		{"moved, perhaps", Feed{Poll: PollState{LastOK: now, MovedTo: "x", MovedSince: ago(day / 2), MovedTimes: 9}}, "", ""},
		{"moved twice", Feed{Poll: PollState{LastOK: now, MovedTo: "x", MovedSince: ago(9 * day), MovedTimes: 2}}, "", ""},
		{"silent", Feed{Poll: PollState{LastOK: now, Newest: ago(100 * day), Rhythm: day}}, HealthSilent, "though it used to post about once a day"},
		{"slow but alive", Feed{Poll: PollState{LastOK: now, Newest: ago(100 * day), Rhythm: 30 * day}}, "", ""},
		{"silent for a year", Feed{Poll: PollState{LastOK: now, Newest: ago(400 * day)}}, HealthSilent, "Nothing new for 1 year"},
	} {
		kind, sentence := Health(c.f, now)
		if kind != c.kind || !strings.Contains(sentence, c.words) || (kind == "") != (sentence == "") || kind != "" && !strings.HasSuffix(sentence, ".") {
			t.Errorf("%s: %q, %q", c.name, kind, sentence)
		}
	}
}
