package cache

import (
	"database/sql"
	"testing"
	"time"

	"dateline/cache/db"
	"dateline/feed"
)

// fill puts n bare items, enough to mark and to count, into the feed a.
func (s testStore) fill(n int) {
	s.t.Helper()
	s.subscribe("a")
	s.must(s.write(s.ctx(), "fill", func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO items (pos, id, feed, identity, source_hash, first_seen)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ?) SELECT i * 1000, i, 1, i, 0, 0 FROM n`, n)
		if err == nil {
			_, err = tx.Exec(`UPDATE feeds SET total = ?1, unread = ?1`, n)
		}
		return err
	}))
}

func (s testStore) unread() int {
	s.t.Helper()
	n, err := s.Count(s.ctx(), view(s.t, "is:unread"), 0)
	s.must(err)
	return n
}

// Many items are marked in several transactions that are one step; the ones
// that were marked before, hidden or not, keep their state through undo.
func TestMarkAllInSlices(t *testing.T) {
	const slice, n = 150, 2*150 + 10
	s := open(t)
	s.markSlice = slice
	s.fill(n)
	s.must(s.Mark(s.ctx(), feed.Mark{Items: []int64{7, slice}, Flag: feed.Read, On: true, At: s.Now()}))
	s.must(s.Mark(s.ctx(), feed.Mark{Items: []int64{9}, Flag: feed.Hidden, On: true, At: s.Now()}))
	marked, err := s.MarkAll(s.ctx(), view(t, ""), feed.Read, "", true, s.Now())
	s.must(err)
	equal(t, "marked", marked, n-3)
	equal(t, "left unread", s.unread(), 0)
	equal(t, "hidden item left unread", len(s.positions("is:hidden is:unread")), 1)
	s.checkCounts()
	step, err := s.Undo(s.ctx(), s.Now())
	s.must(err)
	equal(t, "undone", []any{step.Flag, step.On, step.N, len(step.Items)}, []any{feed.Read, false, n - 3, n - 3})
	equal(t, "unread again", s.unread(), n-3)
	s.checkCounts()
}

func (s testStore) positions(query string) []int64 {
	s.t.Helper()
	p, err := s.Search().Plan(s.ctx(), s.readers, view(s.t, query))
	s.must(err)
	positions, err := db.Integers(s.ctx(), s.readers, p.Members(db.Bottom, db.Top))
	s.must(err)
	return positions
}

// A process that is killed between two slices of an undo leaves a step whose
// rest the next undo takes back, and which redo does again as a whole.
func TestUndoKilledBetweenSlices(t *testing.T) {
	const slice, n = 150, 150 + 10
	s := open(t)
	s.markSlice = slice
	s.fill(n)
	_, err := s.MarkAll(s.ctx(), view(t, ""), feed.Read, "", true, s.Now())
	s.must(err)
	s.must(s.write(s.ctx(), "undo one slice", func(tx *sql.Tx) error {
		entries, err := readSlice(s.ctx(), tx, journalled{step: 1, id: 1}, replayKind{order: `DESC`}, slice)
		s.must(err)
		equal(t, "entries of a slice", len(entries), 1)
		return entries[0].replay(s.ctx(), tx, s.Now(), false)
	}))
	s.checkCounts()
	equal(t, "unread", s.unread(), slice)
	step, err := s.Undo(s.ctx(), s.Now())
	s.must(err)
	equal(t, "rest undone", step.N, n-slice)
	equal(t, "unread", s.unread(), n)
	step, err = s.Redo(s.ctx(), s.Now())
	s.must(err)
	equal(t, "redone", step.N, n)
	equal(t, "unread", s.unread(), 0)
	s.checkCounts()
}

// A step that is undone while it is still being made does not go on, and what
// comes next is not taken for it.
func TestSliceAfterUndo(t *testing.T) {
	s := open(t)
	s.fill(3)
	s.must(s.Mark(s.ctx(), feed.Mark{Items: []int64{1}, Flag: feed.Read, On: true, At: s.Now()}))
	begun := journalled{step: 1, id: 1}
	number := func() (step int64) {
		s.must(s.write(s.ctx(), "ask", func(tx *sql.Tx) (err error) {
			step, err = begun.number(s.ctx(), tx)
			return err
		}))
		return step
	}
	equal(t, "step being made", number(), 1)
	_, err := s.Undo(s.ctx(), s.Now())
	s.must(err)
	equal(t, "undone step", number(), 0)
	s.must(s.Mark(s.ctx(), feed.Mark{Items: []int64{2}, Flag: feed.Read, On: true, At: s.Now()}))
	equal(t, "step of the same number", number(), 0)
}

// An undo looks where the items span, and finds one all the same that has moved
// since, and none that has been marked otherwise.
func TestUndoLooksWhereItemsLay(t *testing.T) {
	const n = 2 * longRange
	s := open(t)
	s.fill(n)
	_, err := s.MarkAll(s.ctx(), view(t, ""), feed.Read, "", true, s.Now())
	s.must(err)
	ends, err := db.Integers(s.ctx(), s.readers, db.SQL(`SELECT first FROM journal UNION ALL SELECT last FROM journal`))
	s.must(err)
	equal(t, "ends", ends, []int64{1000, n * 1000})
	for _, move := range []string{`UPDATE items SET pos = pos + 1000000 WHERE id = 3`, `UPDATE items SET pos = 1 WHERE id = 4`} {
		s.must(s.write(s.ctx(), "move", func(tx *sql.Tx) error { _, err := tx.Exec(move); return err }))
		step, err := s.Undo(s.ctx(), s.advance(time.Second))
		s.must(err)
		equal(t, "undone", []int{step.N, s.unread()}, []int{n, n})
		_, err = s.Redo(s.ctx(), s.advance(time.Second))
		s.must(err)
		equal(t, "unread", s.unread(), 0)
		s.checkCounts()
	}
	s.must(s.Mark(s.ctx(), feed.Mark{Items: []int64{1}, Flag: feed.Starred, On: true, At: s.Now()}))
	kept, err := db.Integers(s.ctx(), s.readers, db.SQL(`SELECT count(*) FROM journal WHERE flag = 'starred' AND first IS NULL`))
	s.must(err)
	equal(t, "few items have no ends", kept, []int64{1})
}
