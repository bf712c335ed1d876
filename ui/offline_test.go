package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	"dateline/cache"
	"dateline/feed"
)

// offlineSource has no network while away is set.
type offlineSource struct {
	*fakeSource
	away string
}

func (s offlineSource) Refresh(_ context.Context, _ feed.RefreshRequest, report func(feed.Report)) error {
	for i := range 4 {
		r := feed.Report{URL: natoURL, Status: feed.Unchanged, Done: i + 1, Total: 4}
		if s.away != "" {
			r.Status, r.Error, r.Offline = feed.Failed, s.away, true
		}
		report(r)
	}
	return nil
}

// TestNoNetworkIsReportedOnce checks that a network problem is reported once, and again
// after it was solved or if the user starts the refresh.
func TestNoNetworkIsReportedOnce(t *testing.T) {
	s := newScreen(t, 120, 40)
	const away = "No server can be reached: check the network connection."
	round := func(message string, byKey, reported bool) {
		t.Helper()
		s.m.status.clear()
		s.m.deps.Source = offlineSource{s.source, message}
		s.run(s.m.refresh.start(feed.RefreshRequest{DueOnly: !byKey}, byKey))
		if got := strings.Contains(s.m.View().Content, "No server can be reached"); got != reported {
			t.Errorf("%q, by key %v: reported %v", message, byKey, got)
		}
	}
	round(away, false, true)
	round(away, false, false)
	round(away, true, true)
	round("", false, false)
	round(away, false, true)
}

// clockSource reports that the clock of this computer is ahead.
type clockSource struct {
	*fakeSource
	ahead time.Duration
}

func (s clockSource) Refresh(_ context.Context, _ feed.RefreshRequest, report func(feed.Report)) error {
	report(feed.Report{URL: natoURL, Status: feed.Unchanged, Done: 1, Total: 2})
	report(feed.Report{URL: natoURL, Status: feed.Unchanged, ClockAhead: s.ahead, Done: 2, Total: 2})
	return nil
}

// TestAWrongClockIsReportedOnce checks that a wrong clock is reported once while it is
// wrong.
func TestAWrongClockIsReportedOnce(t *testing.T) {
	s := newScreen(t, 120, 40)
	round := func(ahead time.Duration, byKey bool, reported string) {
		t.Helper()
		s.m.status.clear()
		s.m.deps.Source = clockSource{s.source, ahead}
		s.run(s.m.refresh.start(feed.RefreshRequest{DueOnly: !byKey}, byKey))
		if got := s.m.View().Content; strings.Contains(got, "This computer's clock") != (reported != "") || !strings.Contains(got, reported) {
			t.Errorf("%v ahead, by key %v: not %q in\n%s", ahead, byKey, reported, got)
		}
	}
	const day = 24 * time.Hour
	round(0, false, "")
	round(3*day, false, "clock is 3 days ahead of the servers'")
	round(3*day, false, "")
	round(3*day, true, "")
	round(0, false, "")
	round(-2*time.Hour, true, "clock is 2 hours behind the servers'")
}

// brokenSource cannot save anything while err is set.
type brokenSource struct {
	*fakeSource
	err error
}

func (s brokenSource) Refresh(context.Context, feed.RefreshRequest, func(feed.Report)) error {
	return s.err
}

// TestAFullDiskIsReportedOnce checks that a full disk is reported once, and again after there
// was space or if the user starts the refresh.
func TestAFullDiskIsReportedOnce(t *testing.T) {
	s := newScreen(t, 120, 40)
	round := func(err error, byKey, reported bool) {
		t.Helper()
		s.m.status.clear()
		s.m.deps.Source = brokenSource{s.source, err}
		s.run(s.m.refresh.start(feed.RefreshRequest{DueOnly: !byKey}, byKey))
		if got := strings.Contains(s.m.View().Content, "the disk is full"); got != reported {
			t.Errorf("%v, by key %v: reported %v", err, byKey, got)
		}
	}
	round(cache.ErrFull, false, true)
	round(cache.ErrFull, false, false)
	round(cache.ErrFull, true, true)
	round(nil, false, false)
	round(cache.ErrFull, false, true)
	round(cache.ErrReadOnly, false, false)
	round(cache.ErrFull, false, true)
}
