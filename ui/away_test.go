package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	"dateline/cache"
	"dateline/feed"
)

// awaySource has no network while away is set.
type awaySource struct {
	*fakeSource
	away string
}

func (s awaySource) Refresh(_ context.Context, _ feed.RefreshRequest, report func(feed.Report)) error {
	for i := range 4 {
		r := feed.Report{URL: natoURL, Status: feed.Unchanged, Done: i + 1, Total: 4}
		if s.away != "" {
			r.Status, r.Error, r.Offline = feed.Failed, s.away, true
		}
		report(r)
	}
	return nil
}

// A network that is away is told of once, not at every try, and once more when
// it goes away again or a key asks.
func TestNoNetworkIsToldOnce(t *testing.T) {
	s := newScreen(t, 120, 40)
	const away = "No server can be reached: check the network connection."
	round := func(sentence string, byKey, told bool) {
		t.Helper()
		s.m.status.clear()
		s.m.deps.Source = awaySource{s.source, sentence}
		s.run(s.m.start(feed.RefreshRequest{DueOnly: !byKey}, byKey))
		if got := strings.Contains(s.m.View().Content, "No server can be reached"); got != told {
			t.Errorf("%q, by key %v: told %v", sentence, byKey, got)
		}
	}
	round(away, false, true)
	round(away, false, false)
	round(away, true, true)
	round("", false, false)
	round(away, false, true)
}

// clockSource has servers that say how far this computer's clock is ahead.
type clockSource struct {
	*fakeSource
	ahead time.Duration
}

func (s clockSource) Refresh(_ context.Context, _ feed.RefreshRequest, report func(feed.Report)) error {
	report(feed.Report{URL: natoURL, Status: feed.Unchanged, Done: 1, Total: 2})
	report(feed.Report{URL: natoURL, Status: feed.Unchanged, ClockAhead: s.ahead, Done: 2, Total: 2})
	return nil
}

// A wrong clock is told of once for as long as it is wrong.
func TestAWrongClockIsToldOnce(t *testing.T) {
	s := newScreen(t, 120, 40)
	round := func(ahead time.Duration, byKey bool, told string) {
		t.Helper()
		s.m.status.clear()
		s.m.deps.Source = clockSource{s.source, ahead}
		s.run(s.m.start(feed.RefreshRequest{DueOnly: !byKey}, byKey))
		if got := s.m.View().Content; strings.Contains(got, "This computer's clock") != (told != "") || !strings.Contains(got, told) {
			t.Errorf("%v ahead, by key %v: not %q in\n%s", ahead, byKey, told, got)
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

// brokenSource cannot keep anything while err is set.
type brokenSource struct {
	*fakeSource
	err error
}

func (s brokenSource) Refresh(context.Context, feed.RefreshRequest, func(feed.Report)) error {
	return s.err
}

// A disk that is full is told of once, not at every try, and once more when it
// was not meanwhile or a key asks.
func TestAFullDiskIsToldOnce(t *testing.T) {
	s := newScreen(t, 120, 40)
	round := func(err error, byKey, told bool) {
		t.Helper()
		s.m.status.clear()
		s.m.deps.Source = brokenSource{s.source, err}
		s.run(s.m.start(feed.RefreshRequest{DueOnly: !byKey}, byKey))
		if got := strings.Contains(s.m.View().Content, "the disk is full"); got != told {
			t.Errorf("%v, by key %v: told %v", err, byKey, got)
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
