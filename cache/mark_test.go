package cache

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"dateline/cache/db"
	"dateline/feed"
)

// permutations of 0..n-1.
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

// The later mark wins for each item and flag, in whatever order marks arrive
// and whichever process they come from.
func TestLastWordWins(t *testing.T) {
	until := noon.Add(24 * time.Hour)
	for _, flag := range []feed.Flag{feed.Read, feed.Starred, feed.Hidden, feed.Label, feed.Snooze} {
		s := open(t)
		other := openAt(t, s.Path(), s.clock)
		s.subscribe("a")
		for i, order := range permutations(4) {
			key := fmt.Sprint(i)
			s.save("a", item(key, time.Minute))
			id := s.id(key)
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
				s.must(by.Mark(s.ctx(), m))
			}
			a, err := s.Article(s.ctx(), id)
			s.must(err)
			got := map[feed.Flag]bool{feed.Read: a.Read, feed.Starred: a.Starred, feed.Hidden: a.Hidden, feed.Label: len(a.Labels) == 1, feed.Snooze: a.Snoozed.Equal(until)}[flag]
			if got != marks[3].On {
				t.Errorf("%s after marks in order %v is %v, the last word was %v", flag, order, got, marks[3].On)
			}
		}
		s.checkCounts()
	}
}

// checkCounts compares the kept counters with the items, and looks that every
// copy has a lead.
func (s testStore) checkCounts() {
	s.t.Helper()
	problems, err := db.Strings(s.ctx(), s.readers, `SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok' UNION ALL SELECT "table" FROM pragma_foreign_key_check`)
	s.must(err)
	wrong, err := s.RepairCounts(s.ctx())
	s.must(err)
	if problems = append(problems, wrong...); len(problems) > 0 {
		s.t.Errorf("problems: %v", problems)
	}
	astray, err := db.Integers(s.ctx(), s.readers, db.SQL(`SELECT c.id FROM items c LEFT JOIN items l ON l.id = c.copy_of
		WHERE c.copy_of IS NOT NULL AND (l.id IS NULL OR l.copy_of IS NOT NULL OR l.unsubscribed > c.unsubscribed)`))
	s.must(err)
	if len(astray) > 0 {
		s.t.Errorf("copies of no lead, or of one that does not show: %v", astray)
	}
}

// A publisher's edit leaves what the user did alone, wherever it moves the item.
func TestSaveKeepsMarks(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Hour), item("2", time.Minute))
	id := s.id("1")
	until := noon.Add(time.Hour)
	s.must(s.Mark(s.ctx(),
		feed.Mark{Items: []int64{id}, Flag: feed.Read, On: true, At: noon},
		feed.Mark{Items: []int64{id}, Flag: feed.Starred, On: true, At: noon},
		feed.Mark{Items: []int64{id}, Flag: feed.Label, Label: "later", On: true, At: noon},
		feed.Mark{Items: []int64{id}, Flag: feed.Snooze, Until: until, On: true, At: noon}))
	s.must(s.SetReadingPosition(s.ctx(), id, 500))
	saved := s.save("a", item("1", time.Second, "New title", "new body"))
	equal(t, "saved", saved, feed.Saved{URL: "a", Updated: 1})
	a, err := s.Article(s.ctx(), id)
	s.must(err)
	equal(t, "title", a.Title+" "+a.Body.Raw, "New title new body")
	if !a.Read || !a.Starred || !a.Edited || !a.Snoozed.Equal(until) || !slices.Equal(a.Labels, []string{"later"}) {
		t.Errorf("marks lost: %+v", a.Item)
	}
	permille, err := s.ReadingPosition(s.ctx(), id)
	s.must(err)
	equal(t, "reading position", permille, 500)
	equal(t, "by label", s.list("label:later is:snoozed"), []string{"1"})
	s.advance(2 * time.Hour)
	equal(t, "moved to its new date", s.list(""), []string{"1", "2"})
	s.checkCounts()
}

// MarkAll takes what the view shows and leaves what arrived after the key.
func TestMarkAll(t *testing.T) {
	s := open(t)
	s.subscribe("a", "b")
	s.save("a", item("1", time.Minute), item("2", 2*time.Minute))
	s.save("b", item("3", 3*time.Minute))
	pressed := s.Now()
	s.advance(time.Second)
	s.save("a", item("4", time.Second))
	n, err := s.MarkAll(s.ctx(), view(t, "feed:=a"), feed.Read, "", true, pressed)
	s.must(err)
	equal(t, "marked", n, 2)
	equal(t, "left unread", s.list("is:unread"), []string{"4", "3"})
	n, err = s.MarkAll(s.ctx(), view(t, "limit:1/feed"), feed.Label, "top", true, s.Now())
	s.must(err)
	equal(t, "labelled", n, 2)
	equal(t, "labelled", s.list("label:top"), []string{"4", "3"})
	s.checkCounts()
}

// Everything above or below a row is marked, the row itself is not.
func TestMarkFrom(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Minute), item("2", 2*time.Minute), item("3", 3*time.Minute), item("4", 4*time.Minute))
	rows, err := s.After(s.ctx(), view(t, ""), Pos{}, 3)
	s.must(err)
	n, err := s.MarkFrom(s.ctx(), view(t, ""), rows[2].Pos, true, feed.Read, true, s.Now())
	s.must(err)
	equal(t, "marked above", n, 2)
	equal(t, "left", s.list("is:unread"), []string{"3", "4"})
	_, err = s.MarkFrom(s.ctx(), view(t, ""), rows[2].Pos, false, feed.Read, true, s.Now())
	s.must(err)
	equal(t, "left", s.list("is:unread"), []string{"3"})
}

// Undo takes back exactly what a step changed, across restarts and processes,
// redo does it again, and a new step ends what can be redone.
func TestUndo(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Minute), item("2", 2*time.Minute), item("3", 3*time.Minute))
	s.mark(feed.Read, true, "2")
	s.advance(time.Second)
	_, err := s.MarkAll(s.ctx(), view(t, ""), feed.Read, "", true, s.Now())
	s.must(err)
	s.mark(feed.Read, true, "2")
	other := openAt(t, s.Path(), s.clock)
	step, err := other.Undo(s.ctx(), s.Now())
	s.must(err)
	equal(t, "undone", step, Step{Flag: feed.Read, On: false, Items: s.ids("3", "1"), N: 2})
	equal(t, "unread after undo", s.list("is:unread"), []string{"1", "3"})
	step, err = s.Redo(s.ctx(), s.Now().Add(-time.Hour))
	s.must(err)
	equal(t, "redone, with a clock that jumped", step, Step{Flag: feed.Read, On: true, Items: s.ids("3", "1"), N: 2})
	equal(t, "unread after redo", s.list("is:unread"), []string{})
	for range 2 {
		_, err = s.Undo(s.ctx(), s.Now())
		s.must(err)
	}
	equal(t, "unread after all undone", s.list("is:unread"), []string{"1", "2", "3"})
	_, err = s.Undo(s.ctx(), s.Now())
	if !errors.Is(err, ErrNothingToUndo) {
		t.Errorf("third undo: %v", err)
	}
	s.mark(feed.Starred, true, "1")
	_, err = s.Redo(s.ctx(), s.Now())
	if !errors.Is(err, ErrNothingToRedo) {
		t.Errorf("redo after a new step: %v", err)
	}
	s.checkCounts()
}

// Undoing a snooze gives each item the time it had before.
func TestUndoSnooze(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Minute), item("2", 2*time.Minute))
	first, second := noon.Add(time.Hour), noon.Add(2*time.Hour)
	s.must(s.Mark(s.ctx(), feed.Mark{Items: s.ids("1"), Flag: feed.Snooze, Until: first, On: true, At: s.Now()}))
	s.must(s.Mark(s.ctx(), feed.Mark{Items: s.ids("1", "2"), Flag: feed.Snooze, Until: second, On: true, At: s.Now()}))
	equal(t, "both snoozed", s.list(""), []string{})
	_, err := s.Undo(s.ctx(), s.Now())
	s.must(err)
	equal(t, "one is back", s.list(""), []string{"2"})
	a, err := s.Article(s.ctx(), s.id("1"))
	s.must(err)
	equal(t, "snoozed until", a.Snoozed, first)
	c, err := s.Counts(s.ctx(), s.Now())
	s.must(err)
	equal(t, "counts", c.Unread, 1)
	s.advance(time.Hour)
	equal(t, "snooze over", s.list(""), []string{"1", "2"})
}

// The journal forgets the oldest steps.
func TestJournalIsBounded(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Minute))
	for i := range maxSteps + 10 {
		s.mark(feed.Read, i%2 == 0, "1")
	}
	steps, err := db.Integers(s.ctx(), s.readers, db.SQL(`SELECT count(DISTINCT step) FROM journal`))
	s.must(err)
	equal(t, "steps kept", steps, []int64{maxSteps})
	step, err := s.Undo(s.ctx(), s.Now())
	s.must(err)
	equal(t, "the last one can be undone", step.On, true)
}
