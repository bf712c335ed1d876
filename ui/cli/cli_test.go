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

// TestVerdict checks the exit code of a refresh. Cron and scripts rely on it.
func TestVerdict(t *testing.T) {
	interrupted := fmt.Errorf("refresh: %w", context.Canceled)
	for name, c := range map[string]struct {
		checked, failed int
		err             error
		want            int
	}{
		"nothing due":             {0, 0, nil, 0},
		"all well":                {3, 0, nil, 0},
		"some failed":             {3, 1, nil, 2},
		"all failed":              {3, 3, nil, 1},
		"one, which failed":       {1, 1, nil, 1},
		"interrupted later":       {3, 1, interrupted, 2},
		"interrupted at once":     {0, 0, interrupted, 1},
		"could not be saved":      {3, 0, errors.New("disk full"), 1},
		"interrupted, all failed": {2, 2, interrupted, 1},
	} {
		tally := tally{checked: c.checked, failed: c.failed}
		err := tally.verdict(c.err)
		var partial *partialError
		got := 0
		if errors.As(err, &partial) {
			got = 2
		} else if err != nil {
			got = 1
		}
		if got != c.want {
			t.Errorf("%s: %v has code %d, want %d", name, err, got, c.want)
		}
	}
}

// TestWrongClock checks that a refresh prints once that the clock is wrong, whichever
// report says so.
func TestWrongClock(t *testing.T) {
	var out strings.Builder
	tally := tally{out: &printer{Writer: bufio.NewWriter(&out)}, progress: &progress{}, reports: map[string]feed.Report{}}
	tally.add(feed.Report{URL: "a", Status: feed.OK, New: 1, ClockAhead: 72 * time.Hour})
	tally.add(feed.Report{URL: "b", Status: feed.Skipped})
	tally.print([]feed.Feed{{URL: "a"}, {URL: "b"}}, nil)
	tally.out.Flush()
	if n := strings.Count(out.String(), "clock is 3 days ahead of the servers'"); n != 1 {
		t.Errorf("printed %d times:\n%s", n, &out)
	}
}

// TestFindFeed checks that a name finds one feed or none.
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
		t.Errorf("an ambiguous name: %v", err)
	}
}

// TestParseMark checks every flag and its opposite, and labels.
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

// TestFit checks that text of any script gets the same width.
func TestFit(t *testing.T) {
	for s, want := range map[string]string{"abc": "abc  ", "abcdef": "abcd…", "東京": "東京 ", "東京都": "東京…", "e\u0301": "e\u0301    "} {
		if got := fit(s, 5); got != want {
			t.Errorf("fit(%q) = %q, want %q", s, got, want)
		}
	}
}

// TestAnotherProcessRefreshes checks that a refresh says that another process is
// refreshing, and not that no feed is due.
func TestAnotherProcessRefreshes(t *testing.T) {
	for reason, want := range map[string]string{schedule.ReasonOtherProcess: "Another dateline", "not due yet": "No feed is due"} {
		var out strings.Builder
		tally := tally{out: &printer{Writer: bufio.NewWriter(&out)}, progress: &progress{}, reports: map[string]feed.Report{}}
		tally.add(feed.Report{URL: "a", Status: feed.Skipped, Reason: reason})
		tally.print(nil, nil)
		if err := tally.out.Flush(); err != nil || !strings.HasPrefix(out.String(), want) {
			t.Errorf("%s: %q, %v", reason, out.String(), err)
		}
	}
}

// TestAnotherProcessSyncs checks that a refresh of an account says why nothing was synced.
func TestAnotherProcessSyncs(t *testing.T) {
	var out strings.Builder
	tally := tally{out: &printer{Writer: bufio.NewWriter(&out)}, progress: &progress{}, reports: map[string]feed.Report{}}
	tally.add(feed.Report{Account: "home", Sync: &feed.Sync{}, Status: feed.Skipped, Reason: "account home: another dateline is syncing it"})
	tally.print(nil, nil)
	if err := tally.out.Flush(); err != nil || out.String() != "account home: another dateline is syncing it\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

// TestProgressSaysWhenAllIsSaved checks that a refresh says when only the search index is
// missing, so that the user knows that nothing is lost with ctrl+c.
func TestProgressSaysWhenAllIsSaved(t *testing.T) {
	for _, c := range []struct {
		done, added int
		want        string
	}{
		{999, 20, "999 of 1000 feeds, 20 new"},
		{1000, 20, "1000 of 1000 feeds, 20 new; all saved, indexing for search"},
		{1000, 0, "1000 of 1000 feeds, 0 new"},
	} {
		if got := progressText(feed.Report{Done: c.done, Total: 1000}, c.added); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
