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

// BenchmarkRound makes rounds against a server with 100,000 entries (10,000 with -short) of
// 20 feeds, a fifth of them unread: the first, whose time it logs beside that of a refresh with as many items, one in which nothing is new, and one after the server marked 1,000 entries read.
func BenchmarkRound(b *testing.B) {
	clock := cachetest.NewClock(cachetest.Noon())
	s := newServer(clock.Now)
	n := 100_000
	if testing.Short() {
		n = 10_000
	}
	s.feeds = nil
	for i := range 20 {
		s.feeds = append(s.feeds, account.Feed{ID: strconv.Itoa(i), URL: "https://news.example/" + strconv.Itoa(i)})
	}
	ids := s.publish(n)
	for i, id := range ids {
		e := s.entries[id]
		e.feed, e.published, e.read = strconv.Itoa(i%20), clock.Now().Add(time.Duration(i-n)*time.Minute), i >= n/5
	}
	logLocal(b, clock, s, ids)
	d := &device{Store: cachetest.OpenAt(b, b.TempDir()+"/cache.db", clock), ofEntry: map[string]int64{}}
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
	b.Logf("%d entries were saved in %v", n, time.Since(began))
	b.Run("nothing new", func(b *testing.B) {
		for b.Loop() {
			d.sync()
		}
	})
	b.Run("1,000 read there", func(b *testing.B) {
		done := 0
		for b.Loop() {
			part := ids[done : done+1000]
			done = (done + 1000) % (n / 5)
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

// logLocal logs how long a refresh takes that saves the entries as items of local feeds, in
// parts of the same size.
func logLocal(b *testing.B, clock *cachetest.Clock, s *server, ids []string) {
	local := cachetest.OpenAt(b, b.TempDir()+"/cache.db", clock)
	for _, f := range s.feeds {
		local.Subscribe(f.URL)
	}
	began := time.Now()
	for part := range slices.Chunk(ids, 100) {
		byFeed := map[string][]feed.Article{}
		for _, id := range part {
			e := s.entry(id, s.entries[id])
			e.Article.Identify()
			byFeed[e.Feed] = append(byFeed[e.Feed], e.Article)
		}
		for _, f := range s.feeds {
			_, err := local.Store.Save(local.Ctx(), feed.Fetched{URL: f.URL, RefreshStart: clock.Now(), Document: &feed.Document{Items: byFeed[f.ID], Truncated: true}})
			local.Must(err)
		}
	}
	b.Logf("%d items of local feeds were saved in %v", len(ids), time.Since(began))
}
