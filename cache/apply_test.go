package cache

import (
	"errors"
	"testing"
	"time"

	"dateline/feed"
)

// Every kind of change reaches the store through Apply, and a change is a value
// that can be applied again.
func TestApply(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Hour), item("2", 2*time.Hour), item("3", 3*time.Hour), item("4", 4*time.Hour))
	apply := func(c Change) Result {
		t.Helper()
		r, err := s.Apply(s.ctx(), c)
		s.must(err)
		return r
	}
	at := s.advance(time.Minute)
	star := MarkItems{{Items: s.ids("1", "2"), Flag: feed.Starred, On: true, At: at}}
	apply(star)
	apply(star)
	equal(t, "starred", s.list("is:starred"), []string{"1", "2"})
	r := apply(UndoLast{At: at})
	equal(t, "undone", []any{r.N, r.Step.Flag, r.Step.On}, []any{2, feed.Starred, false})
	equal(t, "starred after undo", s.list("is:starred"), []string{})
	equal(t, "redone", apply(RedoLast{At: at}).N, 2)
	r = apply(MarkBeside{View: view(t, ""), From: Pos{At: s.at("3")}, Above: true, Mark: feed.Mark{Flag: feed.Read, On: true, At: at}})
	equal(t, "marked above", r.N, 2)
	equal(t, "read", s.list("is:read"), []string{"1", "2"})
	equal(t, "marked in the view", apply(MarkView{View: view(t, "is:unread"), Mark: feed.Mark{Flag: feed.Label, Label: "later", On: true, At: at}}).N, 2)
	equal(t, "labelled", s.list("label:later"), []string{"3", "4"})
	apply(SetProgress{Item: s.id("4"), Permille: 250})
	permille, err := s.ReadingPosition(s.ctx(), s.id("4"))
	s.must(err)
	equal(t, "progress", permille, 250)
	apply(SetSetting{"screen", "x"})
	setting, err := s.Setting(s.ctx(), "screen")
	s.must(err)
	equal(t, "setting", setting, "x")
	for range 3 {
		apply(UndoLast{})
	}
	if _, err := s.Apply(s.ctx(), UndoLast{}); !errors.Is(err, ErrNothingToUndo) {
		t.Errorf("nothing to undo: %v", err)
	}
	if _, err := s.Apply(s.ctx(), nil); err == nil {
		t.Error("no change is applied")
	}
	s.checkCounts()
}

// at is the position of an item.
func (s testStore) at(key string) int64 {
	s.t.Helper()
	var pos int64
	s.must(s.readers.QueryRow(`SELECT pos FROM items WHERE id = ?`, s.id(key)).Scan(&pos))
	return pos
}

// Snoozing a view takes its items out of lists and counts until their time, and is
// undone as one step: an item that was snoozed before gets its own time back.
func TestSnoozeView(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Hour), item("2", 2*time.Hour), item("3", 3*time.Hour))
	s.advance(time.Minute)
	early, late := s.Now().Add(time.Hour), s.Now().Add(48*time.Hour)
	snooze := func(query string, on bool, until time.Time) int {
		t.Helper()
		r, err := s.Apply(s.ctx(), MarkView{View: view(t, query), Mark: feed.Mark{Flag: feed.Snooze, On: on, Until: until, At: s.advance(time.Second)}})
		s.must(err)
		return r.N
	}
	check := func(what string, listed, snoozed []string) {
		t.Helper()
		equal(t, what+": listed", s.list(""), listed)
		equal(t, what+": unread", s.list("is:unread"), listed)
		equal(t, what+": snoozed", s.list("is:snoozed"), snoozed)
		c, err := s.Counts(s.ctx(), s.Now())
		s.must(err)
		equal(t, what+": counts", []int{c.Total, c.Unread, c.Feeds["a"].Total}, []int{len(listed), len(listed), len(listed)})
		feeds, err := s.Feeds(s.ctx())
		s.must(err)
		equal(t, what+": feed", []int{feeds[0].Total, feeds[0].Unread}, []int{len(listed), len(listed)})
		s.checkCounts()
	}
	equal(t, "snoozed", snooze("title:1", true, early), 1)
	check("one", []string{"2", "3"}, []string{"1"})
	equal(t, "snoozed", snooze("is:snoozed or is:unread", true, late), 3)
	check("all", []string{}, []string{"1", "2", "3"})
	_, err := s.Undo(s.ctx(), s.advance(time.Second))
	s.must(err)
	check("undone", []string{"2", "3"}, []string{"1"})
	a, err := s.Article(s.ctx(), s.id("1"))
	s.must(err)
	equal(t, "the time before", a.Snoozed, early)
	_, err = s.Redo(s.ctx(), s.advance(time.Second))
	s.must(err)
	check("redone", []string{}, []string{"1", "2", "3"})
	equal(t, "unsnoozed", snooze("is:snoozed title:3", false, time.Time{}), 1)
	check("one back", []string{"3"}, []string{"1", "2"})
	s.advance(49 * time.Hour)
	check("when their time has come", []string{"1", "2", "3"}, []string{})
}
