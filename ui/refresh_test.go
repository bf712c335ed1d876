package ui

import (
	"context"
	"slices"
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

// folderSource subscribes to what the sync folder brings at the begin of a refresh.
type folderSource struct {
	*fakeSource
	brought []feed.Subscription
}

func (s folderSource) Refresh(ctx context.Context, ask feed.RefreshRequest, report func(feed.Report)) error {
	s.subs = slices.Concat(s.subs, s.brought)
	if err := s.setFeeds(ctx); err != nil {
		return err
	}
	return s.fakeSource.Refresh(ctx, ask, report)
}

// TestRefreshWithoutFeeds checks that a key refreshes although there are no feeds: those of a
// second computer come from the sync folder. If nothing comes, it says how to subscribe.
func TestRefreshWithoutFeeds(t *testing.T) {
	s := newScreen(t, 120, 40, func(_ *Deps, src *fakeSource) { src.subs = nil })
	s.expect("No feeds yet.")
	s.press("R")
	s.expect("there are no feeds yet; a subscribes to one")
	s.m.deps.Source = folderSource{s.source, testSubs()}
	s.press("R")
	s.expect("+", "NATO")
	s.expectNot("No feeds yet.", "there are no feeds yet")
}
