package folder

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
)

// filled returns a computer with n items, all marked read.
func filled(b testing.TB, dir string, n int, read bool) *computer {
	b.Helper()
	s := cachetest.OpenAt(b, filepath.Join(b.TempDir(), "cache.db"), cachetest.NewClock(cachetest.Noon()))
	s.Subscribe(testFeed)
	s.Must(s.Write(b.Context(), "fill", func(tx *sql.Tx) error {
		at := any(nil)
		if read {
			at = cachetest.Noon().UnixMicro()
		}
		_, err := tx.Exec(`INSERT INTO items (pos, id, feed, identity, source_hash, first_seen, read, read_at)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ?1) SELECT i * 1000, i, 1, i * 9007199254741, 0, 0, ?2, ?3 + i * 977 FROM n`, n, read, at)
		return err
	}))
	s.Advance(time.Hour)
	return &computer{Store: s, dir: dir, subs: []feed.Subscription{{URL: testFeed}}}
}

// BenchmarkMillion measures the first write of a million marks (20,000 with -short), and what another computer, with
// the same items, takes to read them.
func BenchmarkMillion(b *testing.B) {
	n := 1_000_000
	if testing.Short() {
		n = 20_000
	}
	for b.Loop() {
		b.StopTimer()
		dir := filepath.Join(b.TempDir(), "shared")
		from, to := filled(b, dir, n, true), filled(b, dir, n, false)
		b.StartTimer()
		start := time.Now()
		if r := from.sync(); r.Sent != n {
			b.Fatalf("%+v", r)
		}
		b.ReportMetric(time.Since(start).Seconds(), "s/write")
		start = time.Now()
		if r := to.sync(); r.Taken != n {
			b.Fatalf("%+v", r)
		}
		b.ReportMetric(time.Since(start).Seconds(), "s/read+write")
		start = time.Now()
		from.sync()
		b.ReportMetric(time.Since(start).Seconds(), "s/echo")
		start = time.Now()
		from.sync()
		b.ReportMetric(float64(time.Since(start).Microseconds()), "us/quiet")
		from.apply(cache.MarkItems{{Items: []int64{7}, Flag: feed.Starred, On: true, At: from.Now()}})
		start = time.Now()
		from.sync()
		b.ReportMetric(float64(time.Since(start).Microseconds()), "us/append")
		start = time.Now()
		to.sync()
		b.ReportMetric(float64(time.Since(start).Microseconds()), "us/read-one")
	}
}

// BenchmarkMark measures marks with and without a folder.
func BenchmarkMark(b *testing.B) {
	for _, n := range []int{1, 10_000} {
		for _, used := range []bool{false, true} {
			b.Run(fmt.Sprintf("%d/folder=%v", n, used), func(b *testing.B) {
				c := filled(b, filepath.Join(b.TempDir(), "shared"), 100_000, false)
				if used {
					c.sync()
				}
				ids := make([]int64, n)
				for i := range ids {
					ids[i] = int64(i + 1)
				}
				on := false
				for b.Loop() {
					on = !on
					_, err := c.Commit(c.Ctx(), cache.MarkItems{{Items: ids, Flag: feed.Read, On: on, At: c.Advance(time.Second)}})
					c.Must(err)
				}
			})
		}
	}
}
