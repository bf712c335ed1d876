package search_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"dateline/cache/db"
	"dateline/cache/search"
	"dateline/feed"
)

// docNumbers returns the document numbers of the items by their IDs.
func (s testStore) docNumbers() map[int64]int64 {
	s.t.Helper()
	rows, err := s.Readers().Query(`SELECT id, doc_number FROM items WHERE doc_number IS NOT NULL`)
	s.must(err)
	defer rows.Close()
	numbers := map[int64]int64{}
	for rows.Next() {
		var id, n int64
		s.must(rows.Scan(&id, &n))
		numbers[id] = n
	}
	s.must(rows.Err())
	return numbers
}

// indexThese indexes the items with these IDs, whatever else is pending.
func (s testStore) indexThese(ids []int64) {
	s.t.Helper()
	positions, err := db.Integers(s.ctx(), s.Readers(), db.SQL(`SELECT pos FROM items WHERE id IN (SELECT value FROM json_each(?)) ORDER BY pos DESC`, db.JSONIntegers(ids)))
	s.must(err)
	s.must(s.Search().IndexThese(s.ctx(), positions))
}

// at returns an item with a short text that was published at a time.
func at(key int, when time.Time) feed.Article {
	a := item(fmt.Sprint(key), 0, "word", "text")
	a.Published = when
	return a
}

// changedNumbers returns how many items have another document number than before.
func changedNumbers(before, now map[int64]int64) (n int) {
	for id, number := range before {
		if now[id] != number {
			n++
		}
	}
	return n
}

// TestDocNumbersDoNotChange tests that items which arrive as usual, many of them in
// one second, get document numbers in the order of their positions, and that no
// number changes afterwards. That also holds for items of the next second and for
// late ones.
func TestDocNumbersDoNotChange(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.advance(time.Hour)
	key := 0
	for round, second := range []int{0, 0, 1, -1, 300, -3600, 400, 300} {
		var items []feed.Article
		for range 300 {
			items = append(items, at(key, noon.Add(time.Duration(second)*time.Second)))
			key++
		}
		s.save("a", items...)
		before := s.docNumbers()
		s.index()
		equal(t, fmt.Sprint("round ", round, ": document numbers that changed"), changedNumbers(before, s.docNumbers()), 0)
	}
	s.checkIndex()
	equal(t, "found", len(s.list("te")), key)
}

// TestRenumber tests what happens when a few items at a time, in no order, come
// into one second: document numbers must change, but few of them, and they are
// always in order.
func TestRenumber(t *testing.T) {
	n := 2000
	if testing.Short() {
		n = 300
	}
	s := open(t)
	s.subscribe("a")
	s.advance(time.Hour)
	var items []feed.Article
	for i := range n {
		items = append(items, at(i, noon))
	}
	s.save("a", items...)
	ids, err := db.Integers(s.ctx(), s.Readers(), db.SQL(`SELECT id FROM items`))
	s.must(err)
	r := rand.New(rand.NewPCG(3, 1))
	r.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	changed, times := 0, 0
	for len(ids) > 0 {
		k := min(1+r.IntN(12), len(ids))
		before := s.docNumbers()
		s.indexThese(ids[:k])
		if m := changedNumbers(before, s.docNumbers()); m > 0 {
			changed += m
			times++
		}
		ids = ids[k:]
	}
	s.checkIndex()
	equal(t, "documents", len(s.docNumbers()), n)
	equal(t, "found", len(s.list("te")), n)
	t.Logf("%d document numbers changed, at %d times", changed, times)
	if times == 0 || changed > 12*n {
		t.Errorf("%d document numbers changed for %d items, at %d times", changed, n, times)
	}
}

// TestDocNumbersFollowEdits tests that document numbers stay in order when dates
// change, items are removed and others come between.
func TestDocNumbersFollowEdits(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.advance(time.Hour)
	r := rand.New(rand.NewPCG(5, 1))
	for round := range 12 {
		s.advance(time.Minute)
		var items []feed.Article
		for range 60 {
			items = append(items, at(r.IntN(300), noon.Add(time.Duration(r.IntN(5))*time.Second)))
		}
		slices.SortFunc(items, func(a, b feed.Article) int { return len(a.Key) - len(b.Key) })
		items = slices.CompactFunc(items, func(a, b feed.Article) bool { return a.Key == b.Key })
		s.save("a", items...)
		s.RemoveItems(`id % 13 = ?`, round)
		_, err := s.IndexPending(s.ctx(), 40)
		s.must(err)
		s.checkIndex()
	}
	s.index()
	s.checkIndex()
	equal(t, "found", s.list("te"), s.list(""))
}

// TestNeighbors tests that the neighbors of a position are found whether the
// document numbers are the preferred ones, far away, close together or missing.
func TestNeighbors(t *testing.T) {
	const n = 200
	r := rand.New(rand.NewPCG(6, 1))
	for round, steps := range []int64{1, 5, 1 << 20, 1 << 32} {
		s := open(t)
		s.Fill(n)
		var all []search.NumberedItem
		var pos, number int64 = 0, -steps * n / 2
		s.must(s.Write(s.ctx(), "number", func(tx *sql.Tx) error {
			for id := int64(1); id <= n; id++ {
				pos += 1 + r.Int64N(3)<<(db.IDBits-1)
				number += 1 + r.Int64N(steps)
				if _, err := tx.Exec(`UPDATE items SET pos = ?, doc_number = iif(?1 % 3 = 0, NULL, ?2) WHERE id = ?3`, -pos-1, number, id); err != nil {
					return err
				}
			}
			_, err := tx.Exec(`UPDATE items SET pos = -pos`)
			return err
		}))
		rows, err := s.Readers().Query(`SELECT doc_number, pos FROM items WHERE doc_number IS NOT NULL ORDER BY pos`)
		s.must(err)
		for rows.Next() {
			var number, pos int64
			s.must(rows.Scan(&number, &pos))
			all = append(all, search.NewNumberedItem(number, pos))
		}
		rows.Close()
		for p := int64(-1); p < pos+10; p += 1 + r.Int64N(pos/100) {
			i, _ := slices.BinarySearchFunc(all, p, func(x search.NumberedItem, p int64) int { return int(min(max(x.Position()-p, -1), 1)) })
			wantLow, wantHigh := search.NewNumberedItem(-search.OutsideNumbers, db.Bottom), search.NewNumberedItem(search.OutsideNumbers, db.Top)
			if i > 0 {
				wantLow = all[i-1]
			}
			if i < len(all) {
				wantHigh = all[i]
			}
			low, high, err := search.Neighbors(s.ctx(), s.Readers(), p)
			s.must(err)
			equal(t, fmt.Sprint(round, ": neighbors of ", p), [2]search.NumberedItem{low, high}, [2]search.NumberedItem{wantLow, wantHigh})
		}
	}
}
