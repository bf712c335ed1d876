package cache_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
)

// TestConcurrentStores checks that several stores that save the same feed, index, mark
// and read at the same time report no lock, lose no mark and store no item twice.
func TestConcurrentStores(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	const processes, rounds = 4, 8
	var wg sync.WaitGroup
	for p := range processes {
		by := openAt(t, s.Path(), s.Clock)
		wg.Go(func() {
			for r := range rounds {
				var items []feed.Article
				for i := range 5 {
					items = append(items, cachetest.Item(fmt.Sprint(r, "-", i), time.Duration(r*5+i+1)*time.Minute))
				}
				if _, err := by.Save(t.Context(), feed.Fetched{URL: "a", RefreshStart: noon, Document: &feed.Document{Items: items}}); err != nil {
					t.Error("save:", err)
				}
				rows, err := by.After(t.Context(), cache.View{}, cache.Pos{}, 100)
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
	s.IndexAll()
	cachetest.Equal(t, "items", len(s.List("title:title")), rounds*5)
	cachetest.Equal(t, "read", len(s.List("is:read")), processes)
	s.CheckCounts()
}
