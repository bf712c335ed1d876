package cache_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/cache/db"
	"dateline/feed"
)

// TestWALIsBounded checks that the write-ahead log stays small while others read all
// the time. SQLite alone would let it grow.
func TestWALIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 150 MB")
	}
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("first", time.Hour, "first"))
	var stop atomic.Bool
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for !stop.Load() {
				rows, err := s.Readers().QueryContext(s.Ctx(), `SELECT i.id FROM items i, json_each('[1,2,3,4,5,6,7,8,9]') ORDER BY i.id LIMIT 40`)
				if err != nil {
					t.Error(err)
					return
				}
				for rows.Next() {
					time.Sleep(20 * time.Microsecond)
				}
				rows.Close()
			}
		})
	}
	r := rand.New(rand.NewPCG(1, 2))
	var largest int64
	for n := range 100 {
		var items []feed.Article
		for i := range 50 {
			noise := make([]byte, 30_000)
			for i := range noise {
				noise[i] = byte('!' + r.IntN(94))
			}
			items = append(items, cachetest.Item(fmt.Sprint(n, "-", i), time.Duration(n*50+i)*time.Minute, "title", string(noise)))
		}
		s.SaveItems("a", items...)
		largest = max(largest, db.FileSize(s.Path()+"-wal"))
	}
	stop.Store(true)
	readers.Wait()
	if limit := int64(3 * cache.MaxWAL); largest > limit {
		t.Errorf("the log grew to %d MB, more than %d", largest>>20, limit>>20)
	}
	s.Must(s.Maintain(s.Ctx()))
	if left := db.FileSize(s.Path() + "-wal"); left > 1<<20 {
		t.Errorf("Maintain leaves %d KB of log", left>>10)
	}
}
