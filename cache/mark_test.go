package cache_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/cache/db"
	"dateline/feed"
)

// permutations returns the permutations of 0 to n-1.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, p := range permutations(n - 1) {
		for i := range n {
			all = append(all, slices.Insert(slices.Clone(p), i, n-1))
		}
	}
	return all
}

// TestNewestMarkWins checks that the newest mark wins for each item and flag, in
// whatever order marks that waited are written and whichever process makes them.
func TestNewestMarkWins(t *testing.T) {
	until := noon.Add(24 * time.Hour)
	for _, flag := range []feed.Flag{feed.Read, feed.Starred, feed.Hidden, feed.Label, feed.Snooze} {
		s := open(t)
		other := openAt(t, s.Path(), s.Clock)
		s.Subscribe("a")
		s.Advance(time.Minute)
		for i, order := range permutations(4) {
			key := fmt.Sprint(i)
			s.SaveItems("a", cachetest.Item(key, time.Minute))
			id := s.ID(key)
			marks := []feed.Mark{
				{On: true, At: noon.Add(1)}, {On: false, At: noon.Add(20 * time.Second)},
				{On: true, At: noon.Add(30 * time.Second)}, {On: true, At: noon.Add(40 * time.Second)},
			}
			if i%2 == 1 {
				marks[3].On = false
			}
			for n, k := range order {
				m := marks[k]
				m.Items, m.Flag, m.Label, m.Until = []int64{id}, flag, "later", until
				by := s
				if n%2 == 1 {
					by = other
				}
				s.Must(by.Mark(s.Ctx(), m))
			}
			a, err := s.Article(s.Ctx(), id)
			s.Must(err)
			got := map[feed.Flag]bool{feed.Read: a.Read, feed.Starred: a.Starred, feed.Hidden: a.Hidden, feed.Label: len(a.Labels) == 1, feed.Snooze: a.Snoozed.Equal(until)}[flag]
			if got != marks[3].On {
				t.Errorf("%s after marks in order %v is %v, the newest mark is %v", flag, order, got, marks[3].On)
			}
		}
		s.CheckCounts()
	}
}

// TestSaveKeepsMarks checks that a publisher's edit changes no mark, even if it moves
// the item.
func TestSaveKeepsMarks(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("1", time.Hour), cachetest.Item("2", time.Minute))
	id := s.ID("1")
	until := noon.Add(time.Hour)
	s.Must(s.Mark(s.Ctx(),
		feed.Mark{Items: []int64{id}, Flag: feed.Read, On: true, At: noon},
		feed.Mark{Items: []int64{id}, Flag: feed.Starred, On: true, At: noon},
		feed.Mark{Items: []int64{id}, Flag: feed.Label, Label: "later", On: true, At: noon},
		feed.Mark{Items: []int64{id}, Flag: feed.Snooze, Until: until, On: true, At: noon}))
	s.Must(s.setProgress(id, 500))
	saved := s.SaveItems("a", cachetest.Item("1", time.Second, "New title", "new body"))
	cachetest.Equal(t, "saved", saved, feed.Saved{URL: "a", Updated: 1})
	a, err := s.Article(s.Ctx(), id)
	s.Must(err)
	cachetest.Equal(t, "title", a.Title+" "+a.Body.Raw, "New title new body")
	if !a.Read || !a.Starred || !a.Edited || !a.Snoozed.Equal(until) || !slices.Equal(a.Labels, []string{"later"}) {
		t.Errorf("marks lost: %+v", a.Item)
	}
	permille, err := s.Progress(s.Ctx(), id)
	s.Must(err)
	cachetest.Equal(t, "reading position", permille, 500)
	cachetest.Equal(t, "by label", s.List("label:later is:snoozed"), []string{"1"})
	s.Advance(2 * time.Hour)
	cachetest.Equal(t, "moved to its new date", s.List(""), []string{"1", "2"})
	s.CheckCounts()
}

// TestMarkView checks that the items of the view are marked, and that items that
// arrived after the key press are not.
func TestMarkView(t *testing.T) {
	s := open(t)
	s.Subscribe("a", "b")
	s.SaveItems("a", cachetest.Item("1", time.Minute), cachetest.Item("2", 2*time.Minute))
	s.SaveItems("b", cachetest.Item("3", 3*time.Minute))
	pressed := s.Now()
	s.Advance(time.Second)
	s.SaveItems("a", cachetest.Item("4", time.Second))
	n, err := s.markAll(cachetest.View(t, "feed:=a"), feed.Read, "", true, pressed)
	s.Must(err)
	cachetest.Equal(t, "marked", n, 2)
	cachetest.Equal(t, "left unread", s.List("is:unread"), []string{"4", "3"})
	n, err = s.markAll(cachetest.View(t, "limit:1/feed"), feed.Label, "top", true, s.Now())
	s.Must(err)
	cachetest.Equal(t, "labelled", n, 2)
	cachetest.Equal(t, "labelled", s.List("label:top"), []string{"4", "3"})
	s.CheckCounts()
}

// TestMarkBeside checks that all items above or below a row are marked, and that the
// row is not.
func TestMarkBeside(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("1", time.Minute), cachetest.Item("2", 2*time.Minute), cachetest.Item("3", 3*time.Minute), cachetest.Item("4", 4*time.Minute))
	rows, err := s.After(s.Ctx(), cachetest.View(t, ""), cache.Pos{}, 3)
	s.Must(err)
	n, err := s.markBeside(cachetest.View(t, ""), rows[2].Pos, true, feed.Read, true, s.Now())
	s.Must(err)
	cachetest.Equal(t, "marked above", n, 2)
	cachetest.Equal(t, "left", s.List("is:unread"), []string{"3", "4"})
	_, err = s.markBeside(cachetest.View(t, ""), rows[2].Pos, false, feed.Read, true, s.Now())
	s.Must(err)
	cachetest.Equal(t, "left", s.List("is:unread"), []string{"3"})
}

// TestUndo checks that undo takes back exactly what a step changed, also after a
// restart and in another process, that redo repeats it, and that nothing can be redone
// after a new step.
func TestUndo(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("1", time.Minute), cachetest.Item("2", 2*time.Minute), cachetest.Item("3", 3*time.Minute))
	s.MarkItems(feed.Read, true, "2")
	s.Advance(time.Second)
	_, err := s.markAll(cachetest.View(t, ""), feed.Read, "", true, s.Now())
	s.Must(err)
	s.MarkItems(feed.Read, true, "2")
	other := openAt(t, s.Path(), s.Clock)
	step, err := other.undo(s.Now())
	s.Must(err)
	cachetest.Equal(t, "undone", step, cache.Step{Flag: feed.Read, On: false, Items: s.IDs("3", "1"), N: 2})
	cachetest.Equal(t, "unread after undo", s.List("is:unread"), []string{"1", "3"})
	step, err = s.redo(s.Now().Add(-time.Hour))
	s.Must(err)
	cachetest.Equal(t, "redone, with a clock that jumped", step, cache.Step{Flag: feed.Read, On: true, Items: s.IDs("3", "1"), N: 2})
	cachetest.Equal(t, "unread after redo", s.List("is:unread"), []string{})
	for range 2 {
		_, err = s.undo(s.Now())
		s.Must(err)
	}
	cachetest.Equal(t, "unread after all undone", s.List("is:unread"), []string{"1", "2", "3"})
	_, err = s.undo(s.Now())
	if !errors.Is(err, cache.ErrNothingToUndo) {
		t.Errorf("third undo: %v", err)
	}
	s.MarkItems(feed.Starred, true, "1")
	_, err = s.redo(s.Now())
	if !errors.Is(err, cache.ErrNothingToRedo) {
		t.Errorf("redo after a new step: %v", err)
	}
	s.CheckCounts()
}

// TestUndoSnooze checks that undoing a snooze gives each item the time that it had
// before.
func TestUndoSnooze(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("1", time.Minute), cachetest.Item("2", 2*time.Minute))
	first, second := noon.Add(time.Hour), noon.Add(2*time.Hour)
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: s.IDs("1"), Flag: feed.Snooze, Until: first, On: true, At: s.Now()}))
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: s.IDs("1", "2"), Flag: feed.Snooze, Until: second, On: true, At: s.Now()}))
	cachetest.Equal(t, "both snoozed", s.List(""), []string{})
	_, err := s.undo(s.Now())
	s.Must(err)
	cachetest.Equal(t, "one is back", s.List(""), []string{"2"})
	a, err := s.Article(s.Ctx(), s.ID("1"))
	s.Must(err)
	cachetest.Equal(t, "snoozed until", a.Snoozed, first)
	c, err := s.Counts(s.Ctx(), s.Now())
	s.Must(err)
	cachetest.Equal(t, "counts", c.Unread, 1)
	s.Advance(time.Hour)
	cachetest.Equal(t, "snooze over", s.List(""), []string{"1", "2"})
}

// TestJournalIsBounded checks that the journal deletes the oldest steps.
func TestJournalIsBounded(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("1", time.Minute))
	for i := range cache.MaxSteps + 10 {
		s.MarkItems(feed.Read, i%2 == 0, "1")
	}
	steps, err := db.Integers(s.Ctx(), s.Readers(), db.SQL(`SELECT count(DISTINCT step) FROM journal`))
	s.Must(err)
	cachetest.Equal(t, "steps left", steps, []int64{cache.MaxSteps})
	step, err := s.undo(s.Now())
	s.Must(err)
	cachetest.Equal(t, "the last one can be undone", step.On, true)
}
