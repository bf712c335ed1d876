package cache

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"dateline/feed"
)

// Several processes that save the same feed, index, mark and read at once see
// no lock, lose no mark and store no item twice.
func TestManyAtOnce(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	const processes, rounds = 4, 8
	var wg sync.WaitGroup
	for p := range processes {
		by := openAt(t, s.Path(), s.clock)
		wg.Go(func() {
			for r := range rounds {
				var items []feed.Article
				for i := range 5 {
					items = append(items, item(fmt.Sprint(r, "-", i), time.Duration(r*5+i+1)*time.Minute))
				}
				if _, err := by.Save(t.Context(), feed.Fetched{URL: "a", Round: noon, Document: &feed.Document{Items: items}}); err != nil {
					t.Error("save:", err)
				}
				rows, err := by.After(t.Context(), View{}, Pos{}, 100)
				if err != nil || len(rows) < 5 {
					t.Error("list:", len(rows), err)
					return
				}
				if err := by.Mark(t.Context(), feed.Mark{Items: []int64{rows[p].ID}, Flag: feed.Read, On: true, At: noon.Add(time.Minute)}); err != nil {
					t.Error("mark:", err)
				}
				if _, err := by.IndexPending(t.Context(), 10); err != nil {
					t.Error("index:", err)
				}
			}
		})
	}
	wg.Wait()
	s.index()
	equal(t, "items", len(s.list("title:title")), rounds*5)
	equal(t, "read", len(s.list("is:read")), processes)
	s.checkCounts()
}
