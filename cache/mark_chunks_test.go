package cache_test

import (
	"database/sql"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/cache/db"
	"dateline/feed"
)

func (s testStore) unread() int {
	s.T.Helper()
	n, err := s.Count(s.Ctx(), cachetest.View(s.T, "is:unread"), 0)
	s.Must(err)
	return n
}

// TestMarkViewInChunks checks that items marked in several transactions are one step
// of undo. Items that were marked before, hidden or not, keep their state through
// undo.
func TestMarkViewInChunks(t *testing.T) {
	const chunk, n = 150, 2*150 + 10
	s := open(t)
	s.Internals().SetMarkChunk(chunk)
	s.Fill(n)
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{7, chunk}, Flag: feed.Read, On: true, At: s.Now()}))
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{9}, Flag: feed.Hidden, On: true, At: s.Now()}))
	marked, err := s.markAll(cachetest.View(t, ""), feed.Read, "", true, s.Now())
	s.Must(err)
	cachetest.Equal(t, "marked", marked, n-3)
	cachetest.Equal(t, "left unread", s.unread(), 0)
	cachetest.Equal(t, "hidden item left unread", len(s.positions("is:hidden is:unread")), 1)
	s.CheckCounts()
	step, err := s.undo(s.Now())
	s.Must(err)
	cachetest.Equal(t, "undone", []any{step.Flag, step.On, step.N, len(step.Items)}, []any{feed.Read, false, n - 3, n - 3})
	cachetest.Equal(t, "unread again", s.unread(), n-3)
	s.CheckCounts()
}

func (s testStore) positions(query string) []int64 {
	s.T.Helper()
	p, err := s.Search().Plan(s.Ctx(), s.Readers(), cachetest.View(s.T, query))
	s.Must(err)
	positions, err := db.Integers(s.Ctx(), s.Readers(), p.Members(db.Bottom, db.Top))
	s.Must(err)
	return positions
}

// TestUndoKilledBetweenChunks checks that the next undo takes back the rest of a step
// if the process was killed between two transactions, and that redo repeats the whole
// step.
func TestUndoKilledBetweenChunks(t *testing.T) {
	const chunk, n = 150, 150 + 10
	s := open(t)
	s.Internals().SetMarkChunk(chunk)
	s.Fill(n)
	_, err := s.markAll(cachetest.View(t, ""), feed.Read, "", true, s.Now())
	s.Must(err)
	s.Must(s.Write(s.Ctx(), "undo one slice", func(tx *sql.Tx) error {
		entries, err := cache.UndoChunk(s.Ctx(), tx, chunk, s.Now())
		cachetest.Equal(t, "entries of a slice", entries, 1)
		return err
	}))
	s.CheckCounts()
	cachetest.Equal(t, "unread", s.unread(), chunk)
	step, err := s.undo(s.Now())
	s.Must(err)
	cachetest.Equal(t, "rest undone", step.N, n-chunk)
	cachetest.Equal(t, "unread", s.unread(), n)
	step, err = s.redo(s.Now())
	s.Must(err)
	cachetest.Equal(t, "redone", step.N, n)
	cachetest.Equal(t, "unread", s.unread(), 0)
	s.CheckCounts()
}

// TestChunkAfterUndo checks that a step that is undone while it is being made does not
// continue, and that the next step is not taken for it.
func TestChunkAfterUndo(t *testing.T) {
	s := open(t)
	s.Fill(3)
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{1}, Flag: feed.Read, On: true, At: s.Now()}))
	number := func() (step int64) {
		s.Must(s.Write(s.Ctx(), "ask", func(tx *sql.Tx) (err error) {
			step, err = cache.StepOfFirstEntry(s.Ctx(), tx)
			return err
		}))
		return step
	}
	cachetest.Equal(t, "step being made", number(), 1)
	_, err := s.undo(s.Now())
	s.Must(err)
	cachetest.Equal(t, "undone step", number(), 0)
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{2}, Flag: feed.Read, On: true, At: s.Now()}))
	cachetest.Equal(t, "step of the same number", number(), 0)
}

// TestUndoScansRange checks that an undo scans the range in which the items were,
// finds an item that has moved, and changes no item that was marked otherwise
// meanwhile.
func TestUndoScansRange(t *testing.T) {
	const n = 2 * cache.LongRange
	s := open(t)
	s.Fill(n)
	_, err := s.markAll(cachetest.View(t, ""), feed.Read, "", true, s.Now())
	s.Must(err)
	ends, err := db.Integers(s.Ctx(), s.Readers(), db.SQL(`SELECT first FROM journal UNION ALL SELECT last FROM journal`))
	s.Must(err)
	cachetest.Equal(t, "ends", ends, []int64{1000, n * 1000})
	for _, move := range []string{`UPDATE items SET pos = pos + 1000000 WHERE id = 3`, `UPDATE items SET pos = 1 WHERE id = 4`} {
		s.Must(s.Write(s.Ctx(), "move", func(tx *sql.Tx) error { _, err := tx.Exec(move); return err }))
		step, err := s.undo(s.Advance(time.Second))
		s.Must(err)
		cachetest.Equal(t, "undone", []int{step.N, s.unread()}, []int{n, n})
		_, err = s.redo(s.Advance(time.Second))
		s.Must(err)
		cachetest.Equal(t, "unread", s.unread(), 0)
		s.CheckCounts()
	}
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{1}, Flag: feed.Starred, On: true, At: s.Now()}))
	kept, err := db.Integers(s.Ctx(), s.Readers(), db.SQL(`SELECT count(*) FROM journal WHERE flag = 'starred' AND first IS NULL`))
	s.Must(err)
	cachetest.Equal(t, "few items have no ends", kept, []int64{1})
}
