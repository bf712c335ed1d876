package ui

import (
	"context"
	"testing"
	"time"

	"dateline/cache"
	"dateline/feed"
	"dateline/ui/saver"
)

// TestMarksAfterAWrongClock checks that A, m, s and u do in the database what the screen
// shows, if the items were marked before with a clock that was hours ahead.
func TestMarksAfterAWrongClock(t *testing.T) {
	s := newScreen(t, 120, 40)
	agree := func(what string) {
		t.Helper()
		for _, row := range s.m.headlines.List.Rows() {
			a, err := s.m.deps.Store.Article(t.Context(), row.ID)
			if err != nil {
				t.Fatal(err)
			}
			if a.Read != row.Read || a.Starred != row.Starred {
				t.Errorf("%s: the screen shows %q as read %v, starred %v; the database has %v, %v", what, row.Title, row.Read, row.Starred, a.Read, a.Starred)
			}
		}
	}
	s.press("t", "type:nato", "enter")
	unread := s.m.sources.Counts.Unread
	s.clock.t = s.clock.t.Add(8 * time.Hour)
	s.press("A")
	row, _ := s.m.headlines.List.Current()
	for _, other := range s.m.headlines.List.Rows() {
		if other.ID != row.ID {
			mark := feed.Mark{Items: []int64{other.ID}, Flag: feed.Read, At: s.clock.t}
			if _, err := s.m.deps.Store.Apply(t.Context(), cache.MarkItems{mark}); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.clock.t = s.clock.t.Add(-8 * time.Hour)
	s.restart(120, 40)
	s.press("t", "type:nato", "enter")
	agree("at the start")
	for _, keys := range [][]string{{"m"}, {"s"}, {"A"}, {"u"}, {"ctrl+r"}, {"u"}, {"s"}, {"m"}} {
		s.press(keys...)
		agree(keys[0])
	}
	s.press("A")
	if left := s.m.sources.Counts.Unread; left >= unread {
		t.Errorf("%d unread items before, %d after A", unread, left)
	}
}

// TestAMarkThatChangedNothing checks that the screen shows what the database has if a mark
// changed nothing there, because another process made the opposite mark meanwhile.
func TestAMarkThatChangedNothing(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:nato", "enter")
	row, _ := s.m.headlines.List.Current()
	free := make(chan bool)
	s.m.saver = saver.New(func(ctx context.Context, c cache.Change) (cache.Result, error) {
		<-free
		return s.m.deps.Store.Apply(ctx, c)
	}, nil)
	_, cmd := s.m.Update(keyPress("s"))
	s.clock.t = s.clock.t.Add(time.Second)
	for _, on := range []bool{true, false} {
		other := feed.Mark{Items: []int64{row.ID}, Flag: feed.Starred, On: on, At: s.clock.t}
		if _, err := s.m.deps.Store.Apply(t.Context(), cache.MarkItems{other}); err != nil {
			t.Fatal(err)
		}
	}
	s.clock.t = s.clock.t.Add(time.Second)
	close(free)
	s.run(cmd)
	if row, _ := s.m.headlines.List.Current(); row.Starred {
		t.Error("the screen shows a star that the database does not have")
	}
}
