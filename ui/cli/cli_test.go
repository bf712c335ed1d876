package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/schedule"
)

// TestVerdict: the exit code that cron and scripts see.
func TestVerdict(t *testing.T) {
	stopped := fmt.Errorf("refresh: %w", context.Canceled)
	for name, c := range map[string]struct {
		done, failed int
		err          error
		want         int
	}{
		"nothing due":         {0, 0, nil, 0},
		"all well":            {3, 0, nil, 0},
		"some failed":         {3, 1, nil, 2},
		"all failed":          {3, 3, nil, 1},
		"one, which failed":   {1, 1, nil, 1},
		"stopped on the way":  {3, 1, stopped, 2},
		"stopped at once":     {0, 0, stopped, 1},
		"could not be saved":  {3, 0, errors.New("disk full"), 1},
		"stopped, all failed": {2, 2, stopped, 1},
	} {
		tally := tally{done: c.done, failed: c.failed}
		err := tally.verdict(c.err)
		var part *partError
		got := 0
		if errors.As(err, &part) {
			got = 2
		} else if err != nil {
			got = 1
		}
		if got != c.want {
			t.Errorf("%s: %v is code %d, want %d", name, err, got, c.want)
		}
	}
}

// TestWrongClock: a refresh by hand or from cron tells of it once, whichever
// report brought it.
func TestWrongClock(t *testing.T) {
	var out strings.Builder
	tally := tally{out: &printer{Writer: bufio.NewWriter(&out)}, progress: &progress{}, reports: map[string]feed.Report{}}
	tally.add(feed.Report{URL: "a", Status: feed.OK, New: 1, ClockAhead: 72 * time.Hour})
	tally.add(feed.Report{URL: "b", Status: feed.Skipped})
	tally.print([]feed.Feed{{URL: "a"}, {URL: "b"}})
	tally.out.Flush()
	if n := strings.Count(out.String(), "clock is 3 days ahead of the servers'"); n != 1 {
		t.Errorf("told %d times:\n%s", n, &out)
	}
}

// TestFindFeed: a name finds one feed or none, never the wrong one.
func TestFindFeed(t *testing.T) {
	feeds := []feed.Feed{
		{URL: "https://a.example/", Title: "News"},
		{URL: "https://b.example/", Title: "News of the World"},
		{URL: "https://c.example/", Title: "Café"},
		{URL: "https://d.example/news"},
		{URL: "https://e.example/", Title: "Twin"},
		{URL: "https://f.example/", Title: "Twin"},
	}
	for name, want := range map[string]string{
		"https://a.example/": "https://a.example/",
		"news":               "https://a.example/",
		"world":              "https://b.example/",
		"CAFE":               "https://c.example/",
		"d.example":          "https://d.example/news",
		"twin":               "",
		"example":            "",
		"zebra":              "",
		"":                   "",
	} {
		f, err := findFeed(feeds, name)
		if f.URL != want || (err == nil) != (want != "") {
			t.Errorf("findFeed(%q) = %s, %v; want %s", name, f.URL, err, want)
		}
	}
	if _, err := findFeed(feeds, "twin"); err == nil || !strings.Contains(err.Error(), "e.example") || !strings.Contains(err.Error(), "f.example") {
		t.Errorf("an ambiguous name is answered with %v", err)
	}
}

// TestParseMark: each flag and its opposite, and labels by name.
func TestParseMark(t *testing.T) {
	for s, want := range map[string]feed.Mark{
		"read": {Flag: feed.Read, On: true}, "unread": {Flag: feed.Read},
		"starred": {Flag: feed.Starred, On: true}, "unstarred": {Flag: feed.Starred},
		"hidden": {Flag: feed.Hidden, On: true}, "unhidden": {Flag: feed.Hidden},
		"label:to read": {Flag: feed.Label, Label: "to read", On: true}, "unlabel:x": {Flag: feed.Label, Label: "x"},
	} {
		m, err := parseMark(s, time.Now())
		if err != nil || m.Flag != want.Flag || m.Label != want.Label || m.On != want.On {
			t.Errorf("parseMark(%q) = %+v, %v", s, m, err)
		}
	}
	for _, s := range []string{"", "Read", "label:", "label:\x1b", "snooze"} {
		if m, err := parseMark(s, time.Now()); err == nil {
			t.Errorf("parseMark(%q) = %+v, want an error", s, m)
		}
	}
}

// TestFit: columns stay straight whatever the script.
func TestFit(t *testing.T) {
	for s, want := range map[string]string{"abc": "abc  ", "abcdef": "abcd…", "東京": "東京 ", "東京都": "東京…", "e\u0301": "e\u0301    "} {
		if got := fit(s, 5); got != want {
			t.Errorf("fit(%q) = %q, want %q", s, got, want)
		}
	}
}

// TestSize: a size is told in the unit that suits it.
func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 3 << 20: "3.0 MiB", 5 << 30: "5.0 GiB"} {
		if got := size(n); got != want {
			t.Errorf("size(%d) = %s, want %s", n, got, want)
		}
	}
}

// Who refreshes while another process does is told so, not that nothing is due.
func TestAnotherProcessIsAsking(t *testing.T) {
	for reason, want := range map[string]string{schedule.ReasonOtherProcess: "Another dateline", "not due yet": "No feed is due"} {
		var out strings.Builder
		tally := tally{out: &printer{Writer: bufio.NewWriter(&out)}, progress: &progress{}, reports: map[string]feed.Report{}}
		tally.add(feed.Report{URL: "a", Status: feed.Skipped, Reason: reason})
		tally.print(nil)
		if err := tally.out.Flush(); err != nil || !strings.HasPrefix(out.String(), want) {
			t.Errorf("%s: %q, %v", reason, out.String(), err)
		}
	}
}
