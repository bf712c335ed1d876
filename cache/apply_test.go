package cache_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/cache/db"
	"dateline/feed"
)

// TestApply checks that every kind of change reaches the database, and that a change
// can be applied again.
func TestApply(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("1", time.Hour), cachetest.Item("2", 2*time.Hour), cachetest.Item("3", 3*time.Hour), cachetest.Item("4", 4*time.Hour))
	apply := func(c cache.Change) cache.Result {
		t.Helper()
		r, err := s.Apply(s.Ctx(), c)
		s.Must(err)
		return r
	}
	at := s.Advance(time.Minute)
	star := cache.MarkItems{{Items: s.IDs("1", "2"), Flag: feed.Starred, On: true, At: at}}
	cachetest.Equal(t, "starred", apply(star).N, 2)
	cachetest.Equal(t, "starred again", apply(star).N, 0)
	cachetest.Equal(t, "starred", s.List("is:starred"), []string{"1", "2"})
	r := apply(cache.UndoLast{At: at})
	cachetest.Equal(t, "undone", []any{r.N, r.Step.Flag, r.Step.On}, []any{2, feed.Starred, false})
	cachetest.Equal(t, "starred after undo", s.List("is:starred"), []string{})
	cachetest.Equal(t, "redone", apply(cache.RedoLast{At: at}).N, 2)
	r = apply(cache.MarkBeside{View: cachetest.View(t, ""), From: cache.Pos{At: s.at("3")}, Above: true, Mark: feed.Mark{Flag: feed.Read, On: true, At: at}})
	cachetest.Equal(t, "marked above", r.N, 2)
	cachetest.Equal(t, "read", s.List("is:read"), []string{"1", "2"})
	cachetest.Equal(t, "marked in the view", apply(cache.MarkView{View: cachetest.View(t, "is:unread"), Mark: feed.Mark{Flag: feed.Label, Label: "later", On: true, At: at}}).N, 2)
	cachetest.Equal(t, "labelled", s.List("label:later"), []string{"3", "4"})
	apply(cache.SetProgress{Item: s.ID("4"), Permille: 250})
	permille, err := s.Progress(s.Ctx(), s.ID("4"))
	s.Must(err)
	cachetest.Equal(t, "progress", permille, 250)
	apply(cache.SetSetting{"screen", "x"})
	setting, err := s.Setting(s.Ctx(), "screen")
	s.Must(err)
	cachetest.Equal(t, "setting", setting, "x")
	for range 3 {
		apply(cache.UndoLast{})
	}
	if _, err := s.Apply(s.Ctx(), cache.UndoLast{}); !errors.Is(err, cache.ErrNothingToUndo) {
		t.Errorf("nothing to undo: %v", err)
	}
	if _, err := s.Apply(s.Ctx(), nil); err == nil {
		t.Error("no change is applied")
	}
	s.CheckCounts()
}

// TestMarkItemsCountsWhatChanged protects what a command reports: each item that really
// changed once, also those of the same story in other feeds.
func TestMarkItemsCountsWhatChanged(t *testing.T) {
	s := threeFeeds(t)
	mark := func(marks ...feed.Mark) int {
		t.Helper()
		for i := range marks {
			marks[i].At = s.Advance(time.Second)
		}
		r, err := s.Apply(s.Ctx(), cache.MarkItems(marks))
		s.Must(err)
		return r.N
	}
	cachetest.Equal(t, "read in both feeds", mark(feed.Mark{Items: s.IDs("a1"), Flag: feed.Read, On: true}), 2)
	cachetest.Equal(t, "read before", mark(feed.Mark{Items: s.IDs("a1", "b1"), Flag: feed.Read, On: true}), 0)
	cachetest.Equal(t, "starred alone", mark(feed.Mark{Items: s.IDs("a1"), Flag: feed.Starred, On: true}), 1)
	cachetest.Equal(t, "several marks of one item",
		mark(feed.Mark{Items: s.IDs("a1"), Flag: feed.Starred}, feed.Mark{Items: s.IDs("a1"), Flag: feed.Label, Label: "later", On: true}), 1)
	cachetest.Equal(t, "an item that is gone", mark(feed.Mark{Items: []int64{1 << 40}, Flag: feed.Starred, On: true}), 0)
	r, err := s.Apply(s.Ctx(), cache.MarkItems{{Items: s.IDs("a1"), Flag: feed.Starred, On: true, At: noon.Add(-time.Hour)}})
	s.Must(err)
	cachetest.Equal(t, "an older mark", r.N, 0)
}

// at is the position of an item.
func (s testStore) at(key string) int64 {
	s.T.Helper()
	var pos int64
	s.Must(s.Readers().QueryRow(`SELECT pos FROM items WHERE id = ?`, s.ID(key)).Scan(&pos))
	return pos
}

// TestSnoozeView checks that snoozing a view removes its items from lists and counts
// until their time, and is undone as one step. An item that was snoozed before gets
// its old time back.
func TestSnoozeView(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("1", time.Hour), cachetest.Item("2", 2*time.Hour), cachetest.Item("3", 3*time.Hour))
	s.Advance(time.Minute)
	early, late := s.Now().Add(time.Hour), s.Now().Add(48*time.Hour)
	snooze := func(query string, on bool, until time.Time) int {
		t.Helper()
		r, err := s.Apply(s.Ctx(), cache.MarkView{View: cachetest.View(t, query), Mark: feed.Mark{Flag: feed.Snooze, On: on, Until: until, At: s.Advance(time.Second)}})
		s.Must(err)
		return r.N
	}
	check := func(what string, listed, snoozed []string) {
		t.Helper()
		cachetest.Equal(t, what+": listed", s.List(""), listed)
		cachetest.Equal(t, what+": unread", s.List("is:unread"), listed)
		cachetest.Equal(t, what+": snoozed", s.List("is:snoozed"), snoozed)
		c, err := s.Counts(s.Ctx(), s.Now())
		s.Must(err)
		cachetest.Equal(t, what+": counts", []int{c.Total, c.Unread, c.Feeds["a"].Total}, []int{len(listed), len(listed), len(listed)})
		feeds, err := s.Feeds(s.Ctx())
		s.Must(err)
		cachetest.Equal(t, what+": feed", []int{feeds[0].Total, feeds[0].Unread}, []int{len(listed), len(listed)})
		s.CheckCounts()
	}
	cachetest.Equal(t, "snoozed", snooze("title:1", true, early), 1)
	check("one", []string{"2", "3"}, []string{"1"})
	cachetest.Equal(t, "snoozed", snooze("is:snoozed or is:unread", true, late), 3)
	check("all", []string{}, []string{"1", "2", "3"})
	_, err := s.undo(s.Advance(time.Second))
	s.Must(err)
	check("undone", []string{"2", "3"}, []string{"1"})
	a, err := s.Article(s.Ctx(), s.ID("1"))
	s.Must(err)
	cachetest.Equal(t, "the time before", a.Snoozed, early)
	_, err = s.redo(s.Advance(time.Second))
	s.Must(err)
	check("redone", []string{}, []string{"1", "2", "3"})
	cachetest.Equal(t, "unsnoozed", snooze("is:snoozed title:3", false, time.Time{}), 1)
	check("one back", []string{"3"}, []string{"1", "2"})
	s.Advance(49 * time.Hour)
	check("when their time has come", []string{"1", "2", "3"}, []string{})
}

// TestBeginLog checks that BeginLog begins a log that is empty, and writes nothing to
// another one.
func TestBeginLog(t *testing.T) {
	s := open(t)
	s.Must(s.Maintain(s.Ctx()))
	size := func() int64 { return db.FileSize(s.Path() + "-wal") }
	cachetest.Equal(t, "empty log", size(), 0)
	cache.BeginLog(s.Ctx(), s.Store.Store)
	begun := size()
	if begun == 0 {
		t.Error("the log is still empty")
	}
	cache.BeginLog(s.Ctx(), s.Store.Store)
	cachetest.Equal(t, "log", size(), begun)
}

// TestCommit checks that other processes see a change when Commit returns, and that Sync
// returns an error if the write-ahead log cannot be synchronized.
func TestCommit(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("1", time.Minute))
	other := openAt(t, s.Path(), s.Clock)
	_, err := s.Commit(s.Ctx(), cache.MarkItems{{Items: s.IDs("1"), Flag: feed.Starred, On: true}})
	s.Must(err)
	cachetest.Equal(t, "starred", other.List("is:starred"), []string{"1"})
	s.Must(s.Sync(s.Ctx()))
	path := filepath.Join(t.TempDir(), "cache.db")
	s.SetPath(path)
	s.Must(s.Sync(s.Ctx())) // nothing is in a log that does not exist
	s.Must(os.Mkdir(path+"-wal", 0o700))
	if err := s.Sync(s.Ctx()); err == nil {
		t.Error("no error")
	}
}
