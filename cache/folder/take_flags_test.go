package folder

import (
	"database/sql"
	"testing"
	"time"

	"dateline/cache/cachetest"
	"dateline/feed"
)

// TestCountersOfTakenFlags protects the counters of feeds after flags were taken: those of
// items and of their copies in another feed, also of hidden ones and of several flags at once.
func TestCountersOfTakenFlags(t *testing.T) {
	a, b := pair(t, 4)
	const other = "https://b.example/feed"
	for _, c := range []*computer{a, b} {
		c.subs = append(c.subs, feed.Subscription{URL: other})
		c.Subscribe(testFeed, other)
		c.SaveItems(other, cachetest.Item("item0", time.Hour), cachetest.Item("item1", 2*time.Hour), cachetest.Item("item9", time.Hour))
		c.Advance(time.Second)
	}
	copies := func(c *computer) (n int) {
		c.Must(c.Readers().QueryRow(`SELECT sum(copies) FROM feeds`).Scan(&n))
		return n
	}
	cachetest.Equal(t, "copies", copies(b), 2)
	a.mark(feed.Read, true, "item0", "item2")
	a.mark(feed.Hidden, true, "item0", "item3")
	a.mark(feed.Starred, true, "item2", "item9")
	syncAll(a, b)
	cachetest.Equal(t, "marks", b.marks(), a.marks())
	b.CheckCounts()
	a.mark(feed.Hidden, false, "item0")
	a.mark(feed.Read, false, "item0", "item2")
	syncAll(a, b)
	cachetest.Equal(t, "marks taken back", b.marks(), a.marks())
	b.CheckCounts()
}

// TestFlagsOfMovedRows protects the flags of items whose rows moved between the moment when they
// were found and the transaction that writes them: nothing is written into another item.
func TestFlagsOfMovedRows(t *testing.T) {
	_, b := pair(t, 2)
	b.sync()
	m := &marksReader{round: &round{ctx: b.Ctx(), store: b.Store.Store, present: b.Now()}}
	ids := b.IDs("item0", "item1")
	var pos, feedID, identity int64
	b.Must(b.Readers().QueryRow(`SELECT pos FROM items WHERE id = ?`, ids[0]).Scan(&pos))
	b.Must(b.Readers().QueryRow(`SELECT feed, identity FROM items WHERE id = ?`, ids[1]).Scan(&feedID, &identity))
	one := mark{item: item{feedID, identity}, flag: 0, pos: pos}
	one.Flag, one.On, one.At = string(feed.Read), true, b.Now()
	b.Must(b.Write(b.Ctx(), "test", func(tx *sql.Tx) error {
		rest, taken, err := m.takeFlags(tx, []mark{one})
		cachetest.Equal(t, "taken and left", []int{taken, len(rest)}, []int{0, 1})
		return err
	}))
	cachetest.Equal(t, "read", b.List("is:read"), []string{})
}

// TestManyChangesAreForgotten protects that the changes which are in the file are forgotten to
// the last one, and no later one, although each transaction forgets only some.
func TestManyChangesAreForgotten(t *testing.T) {
	a, b := pair(t, 2)
	syncAll(a, b)
	for _, n := range []int{1, forgetChunk, forgetChunk + 1, 2 * forgetChunk} {
		a.Must(a.Write(a.Ctx(), "test", func(tx *sql.Tx) error {
			_, err := tx.Exec(`INSERT INTO changed_marks (item) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ?2) SELECT ?1 FROM n`, a.IDs("item0")[0], n)
			return err
		}))
		a.sync()
		left := 0
		a.Must(a.Readers().QueryRow(`SELECT count(*) FROM changed_marks`).Scan(&left))
		cachetest.Equal(t, "changes left", left, 0)
	}
	a.mark(feed.Read, true, "item0")
	syncAll(a, b)
	cachetest.Equal(t, "read", b.List("is:read"), []string{"item0"})
}
