package ui

import (
	"context"
	"errors"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
)

// TestTheSessionIsSavedWithoutTheSources protects holding a key: the selected item is
// saved without reading the feeds again.
func TestTheSessionIsSavedWithoutTheSources(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("j", "j")
	row, _ := s.m.headlines.List.Current()
	s.m.sources.Feeds[0].Title = "a title that no load brings"
	s.send(sessionDebounced{})
	if s.m.saver.Unsaved() || s.m.session.dirty {
		t.Error("the session is not written")
	}
	if s.m.sources.Feeds[0].Title != "a title that no load brings" {
		t.Error("the feeds were read again")
	}
	s.start(120, 40) // without the first reader's farewell
	if again, _ := s.m.headlines.List.Current(); again.ID != row.ID {
		t.Errorf("after a crash the cursor is on %q, not on %q", again.Title, row.Title)
	}
}

// TestCountsFollowAMark protects the counts of a feed: after a mark they are read from the
// database without reading the feeds again.
func TestCountsFollowAMark(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:lwn", "enter")
	s.expect("40 unread")
	s.press("D")
	s.expect("39 unread")
	s.press("u")
	s.expect("40 unread")
}

// TestFocusLooksAtOnce checks that ticks stop without the focus, and that changes of other
// processes are shown when the focus returns.
func TestFocusLooksAtOnce(t *testing.T) {
	s := newScreen(t, 120, 40)
	gen := s.m.changes.generation
	s.send(tea.BlurMsg{})
	if cmd := s.m.ticked(ticked{generation: gen}); cmd != nil {
		t.Error("a tick goes on without the focus")
	}
	other := s.m.deps.Store
	s.start(120, 40)
	s.press("t", "type:lwn", "enter")
	s.send(tea.BlurMsg{})
	doc := testDoc("LWN.net", "", "https://lwn.example/fresh/", []feed.Article{testItem("While you were away", s.clock.t, "<p>New.</p>")})
	if _, err := other.Save(t.Context(), feed.Fetched{URL: lwnURL, Document: doc, RefreshStart: s.clock.t}); err != nil {
		t.Fatal(err)
	}
	s.send(tea.FocusMsg{})
	s.expect("41 unread")
}

// TestTheEndOfASnoozeShows checks that an item is shown when its snooze ends although
// nothing writes to the database: at the next tick, also during a refresh, and when the
// terminal gets the focus. Other ticks load nothing.
func TestTheEndOfASnoozeShows(t *testing.T) {
	for name, wake := range map[string]func(s *screen, tick func()){
		"a tick":    func(_ *screen, tick func()) { tick() },
		"a refresh": func(s *screen, tick func()) { s.m.refresh.running = true; tick() },
		"the focus": func(s *screen, _ func()) { s.send(tea.BlurMsg{}); s.send(tea.FocusMsg{}) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newScreen(t, 120, 40)
			s.press("t", "type:lwn", "enter")
			row := s.m.headlines.List.Rows()[1]
			snooze := feed.Mark{Items: []int64{row.ID}, Flag: feed.Snooze, On: true, Until: s.clock.t.Add(90 * time.Second), At: s.clock.t}
			if _, err := s.m.deps.Store.Apply(t.Context(), cache.MarkItems{snooze}); err != nil {
				t.Fatal(err)
			}
			s.run(s.m.loadChanges())
			s.expect("39 unread")
			s.expectNot(row.Title)
			var due func(time.Time) tea.Msg
			s.m.after = func(_ context.Context, d time.Duration, f func(time.Time) tea.Msg) tea.Cmd {
				if d == tickEvery {
					due = f
					return nil
				}
				return func() tea.Msg { return f(s.clock.now()) }
			}
			s.run(s.m.changes.tick(tickEvery))
			tick := func() { s.send(due(s.clock.now())) }
			s.clock.t = s.clock.t.Add(time.Minute)
			loads := s.m.headlines.generation
			tick()
			if s.m.headlines.generation != loads {
				t.Error("a tick loads the list although no snooze has ended")
			}
			s.clock.t = s.clock.t.Add(time.Minute)
			wake(s, tick)
			s.expect("40 unread", row.Title)
			loads = s.m.headlines.generation
			tick()
			if s.m.headlines.generation != loads {
				t.Error("the end of the snooze loads the list twice")
			}
		})
	}
}

// TestNothingWakesWithoutTheFocus protects the battery: when the terminal loses the focus,
// the wait for the next tick ends.
func TestNothingWakesWithoutTheFocus(t *testing.T) {
	s := newScreen(t, 120, 40)
	waits, hang := map[time.Duration]int{}, after
	s.m.after = func(ctx context.Context, d time.Duration, f func(time.Time) tea.Msg) tea.Cmd {
		waits[d]++
		return hang(ctx, d, f)
	}
	waiting := s.m.changes.tick(tickEvery)
	ended := make(chan tea.Msg, 1)
	go func() { ended <- waiting() }()
	s.send(tea.BlurMsg{})
	if msg := <-ended; msg != nil {
		t.Errorf("the tick brought %v", msg)
	}
	if len(waits) != 1 || waits[tickEvery] != 1 {
		t.Errorf("without the focus there are waits of %v", waits)
	}
}

// TestOneRetryAtATime checks that only one retry waits, however many marks could not be
// written.
func TestOneRetryAtATime(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.m.marks.retrying = false
	full := errors.New("the disk is full")
	s.m.marks.failed(full)
	if !s.m.marks.retrying || s.m.marks.failed(full) != nil {
		t.Error("a second retry waits beside the first")
	}
	s.send(retryPassed{})
	if s.m.marks.retrying {
		t.Error("no retry can follow")
	}
}

// TestPrefetchFollowsTheDirection checks that the next article in the direction of the
// user is prefetched, and not both neighbors of every row.
func TestPrefetchFollowsTheDirection(t *testing.T) {
	s := newScreen(t, 160, 40)
	s.press("g", "g", "j", "j", "j", "j", "j")
	rows, at := s.m.headlines.List.Rows(), s.m.headlines.List.Index()
	has := func(i int) bool { _, ok := s.m.article.pages.get(s.m.article.pageKey(rows[i].Item)); return ok }
	if !has(at+1) || has(at+2) {
		t.Error("on the way down the next row is not the one that is ready")
	}
	s.m.article.pages.forget()
	s.press("k")
	if !has(at-2) || has(at) {
		t.Error("on the way up the row above is not the one that is ready")
	}
}
