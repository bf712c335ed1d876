package remotes

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"dateline/cache/cachetest"
	"dateline/feed"
	"dateline/feed/account"
)

// BenchmarkRound makes rounds against a server with 100,000 entries, 20,000 of them unread:
// one in which nothing is new, and one after the server marked 1,000 entries read.
func BenchmarkRound(b *testing.B) {
	clock := cachetest.NewClock(cachetest.Noon())
	s := newServer(clock.Now)
	ids := s.publish(100_000)
	for _, id := range ids[20_000:] {
		s.entries[id].read = true
	}
	d := &device{Store: cachetest.OpenAt(b, b.TempDir()+"/cache.db", clock)}
	d.remotes = New(d.Store.Store)
	d.account = &account.Account{Server: s, Store: d.remotes, Now: clock.Now, Settings: feed.AccountSettings{Name: "home", Kind: "miniflux", Interval: time.Hour}}
	began := time.Now()
	for d.sync(); ; d.sync() {
		state, err := d.remotes.State(d.Ctx(), "home")
		d.Must(err)
		if state.Backlog == 0 {
			break
		}
	}
	b.Logf("100,000 entries were saved in %v", time.Since(began))
	b.Run("nothing new", func(b *testing.B) {
		for b.Loop() {
			d.sync()
		}
	})
	b.Run("1,000 read there", func(b *testing.B) {
		n := 0
		for b.Loop() {
			part := ids[n%20_000 : n%20_000+1000]
			n += 1000
			s.mark(feed.Read, !s.entries[part[0]].read, part...)
			d.sync()
		}
	})
	b.Run("pending", func(b *testing.B) {
		d.do(feed.Read, true, ids[slices.Index(ids, strconv.Itoa(5))])
		for b.Loop() {
			d.pending()
		}
	})
}
