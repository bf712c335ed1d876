package remotes

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"dateline/cache/cachetest"
	"dateline/feed"
	"dateline/feed/account"
)

// seeds returns how many random courses a test takes.
func seeds() uint64 {
	if testing.Short() {
		return 2
	}
	return 12
}

// Two datelines and the web mark at random, requests and their answers get lost, and entries
// come and go. After some quiet rounds all are equal.
func TestAllBecomeEqual(t *testing.T) {
	for seed := range seeds() {
		r := rand.New(rand.NewPCG(seed, 1))
		clock := cachetest.NewClock(cachetest.Noon())
		s := newServer(clock.Now)
		s.timed = seed%2 == 0
		s.publish(20)
		devices := []*device{newDevice(t, "a", clock, s), newDevice(t, "b", clock, s)}
		for _, d := range devices {
			d.sync()
		}
		randomDays(r, s, devices)
		s.before, s.after = nil, nil
		for range 3 {
			for _, d := range devices {
				clock.Advance(time.Hour)
				d.sync()
			}
		}
		for i, d := range devices {
			got := d.states()
			for id, want := range s.states() {
				if got[id] != want {
					t.Errorf("seed %d: dateline %d has %s as %q, the server as %q", seed, i, id, got[id], want)
				}
			}
			if n := d.pending(); n != 0 {
				t.Errorf("seed %d: %d pending", seed, n)
			}
			d.CheckCounts()
		}
	}
}

// randomDays marks, publishes, deletes and syncs at random.
func randomDays(r *rand.Rand, s *server, devices []*device) {
	lose := func(string) error {
		if r.IntN(6) == 0 {
			return errOffline
		}
		return nil
	}
	s.before, s.after = lose, lose
	id := func() string { return fmt.Sprint(1 + r.IntN(s.next-1)) }
	flag := func() feed.Flag { return []feed.Flag{feed.Read, feed.Starred}[r.IntN(2)] }
	for range 60 {
		devices[0].Advance(time.Duration(1+r.IntN(600)) * time.Second)
		d := devices[r.IntN(2)]
		switch r.IntN(8) {
		case 0, 1, 2:
			d.do(flag(), r.IntN(2) == 0, id(), id(), id())
		case 3, 4:
			s.mark(flag(), r.IntN(2) == 0, id(), id())
		case 5:
			if r.IntN(2) == 0 {
				s.publish(1 + r.IntN(3))
			} else {
				delete(s.entries, id())
			}
		case 6:
			_, _ = d.account.Send(d.Ctx()) // requests of it get lost, too
		default:
			_, err := d.account.Sync(d.Ctx(), account.Options{FeedsStored: func(ctx context.Context) error {
				subs, err := d.remotes.Subscriptions(ctx, d.account.Settings)
				if err != nil {
					return err
				}
				return d.SetFeeds(ctx, subs)
			}})
			d.Must(err)
		}
	}
}

// If the server says when marks changed, each flag ends as the last word said, whichever side
// said it and however long it was offline.
func TestLastWordWins(t *testing.T) {
	for seed := range seeds() {
		r := rand.New(rand.NewPCG(seed, 2))
		s, d, ids := start(t, 30)
		want := s.states()
		for range 4 {
			ours, web := d.states(), map[string]bool{}
			for range 25 {
				d.Advance(time.Duration(1+r.IntN(600)) * time.Second)
				id := ids[r.IntN(len(ids))]
				read := strings.HasPrefix(want[id], "read")
				if on := ours[id] != marksOf(true, false); r.IntN(3) > 0 {
					d.do(feed.Read, on, id)
					read, ours[id] = on, marksOf(on, false)
				} else if e := s.entries[id]; !web[id] {
					// A second change there within a round could not be told from none.
					web[id] = true
					s.mark(feed.Read, !e.read, id)
					read = e.read
				}
				want[id] = marksOf(read, false)
			}
			d.Advance(time.Minute)
			d.sync()
		}
		checkEqual(t, fmt.Sprintf("seed %d, the items", seed), d.states(), want)
		checkEqual(t, fmt.Sprintf("seed %d, the server", seed), s.states(), want)
	}
}
