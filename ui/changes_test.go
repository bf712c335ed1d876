package ui

import (
	"context"
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
)

// TestChangesOfOthersShow checks that items of another process, such as `dateline refresh`,
// appear and that the selected row stays.
func TestChangesOfOthersShow(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:lwn", "enter", "j", "j")
	version := func() int64 {
		v, err := s.m.deps.Store.Version(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	s.send(ticked{generation: s.m.changes.generation, version: version()})
	other, err := cache.Open(t.Context(), s.path, cache.Options{Now: s.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	doc := testDoc("LWN.net", "", "https://lwn.example/fresh/", []feed.Article{testItem("From the night's refresh", s.clock.t, "<p>New.</p>")})
	if _, err := other.Save(t.Context(), feed.Fetched{URL: lwnURL, Document: doc, RefreshStart: s.clock.t}); err != nil {
		t.Fatal(err)
	}
	s.send(ticked{generation: s.m.changes.generation, version: version()})
	s.expect("41 unread")
	if row, _ := s.m.headlines.List.Current(); row.Title != "Kernel development report 02" {
		t.Errorf("the selected row is now %q", row.Title)
	}
	s.press("k", "k", "k")
	s.expect("From the night's refresh")
}

// TestAFailedListShowsNoRows protects against old rows under a new query: if the database
// cannot be read, the list shows the error.
func TestAFailedListShowsNoRows(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.m.deps.Store.Close()
	s.press("/", "type:maritime")
	s.expect("Search: maritime", "R tries again")
	s.expectNot("Go 2 is not coming")
}

// TestReportedChangesShowAtOnce checks that a change that the source
// reports is shown without a tick, also without the focus, and that the screen waits for
// the next change.
func TestReportedChangesShowAtOnce(t *testing.T) {
	changes := make(chan struct{}, 1)
	s := newScreen(t, 120, 40)
	s.press("t", "type:lwn", "enter", "j", "j")
	s.source.changes = changes
	s.send(tea.BlurMsg{})
	watching := s.m.changes.watch()().(watching)
	s.m.changes.changed = watching.changed
	s.run(s.m.followVersion(watching.version))
	wait := s.m.changes.wait()
	other, err := cache.Open(t.Context(), s.path, cache.Options{Now: s.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for n, title := range []string{"From the night's refresh", "From cron"} {
		item := testItem(title, s.clock.t, "<p>New.</p>")
		doc := testDoc("LWN.net", "", fmt.Sprintf("https://lwn.example/fresh/%d/", n), []feed.Article{item})
		if _, err := other.Save(t.Context(), feed.Fetched{URL: lwnURL, Document: doc, RefreshStart: s.clock.t}); err != nil {
			t.Fatal(err)
		}
		changes <- struct{}{}
		msg, ok := wait().(changedOutside)
		if !ok {
			t.Fatal("a change is not reported to the screen")
		}
		s.run(s.m.followVersion(msg.version))
		wait = s.m.changes.wait()
		s.expect(fmt.Sprintf("%d unread · %d of %d", 41+n, 4+n, 41+n))
		if row, _ := s.m.headlines.List.Current(); row.Title != "Kernel development report 02" {
			t.Errorf("the selected row is now %q", row.Title)
		}
	}
	changes <- struct{}{}
	if msg := wait().(changedOutside); s.m.followVersion(msg.version) != nil {
		t.Error("a report without a change loads everything again")
	}
	close(changes)
	if msg := s.m.changes.wait()(); msg != nil {
		t.Errorf("after the end of the reports the wait brought %v", msg)
	}
}

// TestAReportArmsTheNextWait protects the second change from being missed: the
// message about one is answered with the wait for the next.
func TestAReportArmsTheNextWait(t *testing.T) {
	changes := make(chan struct{}, 2)
	s := newScreen(t, 80, 24, func(_ *Deps, src *fakeSource) {
		src.changes = changes
		close(changes)
	})
	_, cmd := s.m.Update(changedOutside{})
	if cmd == nil {
		t.Error("nobody waits for the next change")
	}
	s.run(cmd)
}

// TestReportedChangeIsBelieved protects a change that is reported while this process
// writes: the version cannot be read then, and the change must show all the same.
func TestReportedChangeIsBelieved(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:lwn", "enter")
	other, err := cache.Open(t.Context(), s.path, cache.Options{Now: s.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	item := testItem("From the night's refresh", s.clock.t, "<p>New.</p>")
	doc := testDoc("LWN.net", "", "https://lwn.example/fresh/", []feed.Article{item})
	if _, err := other.Save(t.Context(), feed.Fetched{URL: lwnURL, Document: doc, RefreshStart: s.clock.t}); err != nil {
		t.Fatal(err)
	}
	s.send(changedOutside{version: 0})
	s.expect("41 unread")
}

// TestIndexesWhatOthersLeft checks that an open screen indexes the texts that another
// process saved and did not index, and that it waits until no more changes come.
func TestIndexesWhatOthersLeft(t *testing.T) {
	s := newScreen(t, 120, 40)
	ctx, store := t.Context(), s.m.deps.Store
	doc := testDoc("LWN.net", "", "https://lwn.example/fresh/", []feed.Article{testItem("Saved by cron", s.clock.t, "<p>New.</p>")})
	if _, err := store.Save(ctx, feed.Fetched{URL: lwnURL, Document: doc, RefreshStart: s.clock.t}); err != nil {
		t.Fatal(err)
	}
	hang := after
	s.m.after = func(ctx context.Context, d time.Duration, f func(time.Time) tea.Msg) tea.Cmd {
		if d == othersPause {
			return hang(ctx, time.Hour, f)
		}
		return func() tea.Msg { return f(s.clock.now()) }
	}
	waiting := s.m.maintenance.indexOthers()
	ended := make(chan tea.Msg)
	go func() { ended <- waiting() }()
	s.m.after = func(_ context.Context, _ time.Duration, f func(time.Time) tea.Msg) tea.Cmd {
		return func() tea.Msg { return f(s.clock.now()) }
	}
	later := s.m.loadChanges()
	<-ended // the second change ends the first wait
	if n, err := store.Unindexed(ctx); n != 1 || err != nil {
		t.Fatalf("%d items are not indexed (%v), want the new one", n, err)
	}
	s.run(later)
	if n, err := store.Unindexed(ctx); n != 0 || err != nil {
		t.Errorf("%d items are not indexed (%v)", n, err)
	}
}
