package ui

import (
	"context"
	"testing"

	"dateline/feed"
)

// slowSource refreshes one feed and then waits until it is stopped.
type slowSource struct {
	*fakeSource
	first bool
}

func (s slowSource) Refresh(ctx context.Context, ask feed.RefreshRequest, report func(feed.Report)) error {
	if s.first && ask.Feeds == nil && !ask.DueOnly {
		report(feed.Report{URL: natoURL, Status: feed.OK, New: 3, Done: 1, Total: 4})
	}
	<-ctx.Done()
	return ctx.Err()
}

// TestStoppingARefresh checks that the status line shows from the start how to stop a refresh,
// and at the end what it brought, once.
func TestStoppingARefresh(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.m.deps.Source = slowSource{s.source, true}
	cmd := s.m.refresh.start(feed.RefreshRequest{}, true)
	s.expect("refreshing… Esc stops")
	_, cmd = s.m.Update(cmd())
	s.expect("refreshing 1/4 ▕██░░░░░░▏ +3 new Esc stops")
	s.press("esc")
	s.expect("stopping the refresh")
	s.run(cmd)
	s.expect("stopped after 1 feed, 3 new")
	s.expectNot("stopping the refresh")
}

// TestNothingHasComeYet checks that the first refresh does not show that everything is read
// before any feed was fetched.
func TestNothingHasComeYet(t *testing.T) {
	s := newScreen(t, 120, 40, func(_ *Deps, src *fakeSource) { src.docs = nil })
	s.expect("Everything is read.")
	s.m.deps.Source = slowSource{s.source, false}
	cmd := s.m.refresh.start(feed.RefreshRequest{DueOnly: true}, false)
	s.expect("Refreshing the feeds")
	s.expectNot("Everything is read.")
	s.m.refresh.stop()
	s.run(cmd)
}
