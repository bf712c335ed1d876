package remotes

import (
	"path/filepath"
	"testing"
	"time"

	"dateline/cache/cachetest"
	"dateline/feed"
	"dateline/feed/account"
)

// TestDiskFailsInRound protects that a database that cannot be written in the middle of a round
// ends it with the reason, and that the next round with room completes it: no mark is lost and
// no item comes twice.
func TestDiskFailsInRound(t *testing.T) {
	points := []string{"feeds", "starred", "entries", "exist", "mark read true"}
	if testing.Short() {
		points = points[2:3]
	}
	for name, c := range map[string]struct{ fail, mend string }{
		"full":      {"PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000"},
		"read-only": {"PRAGMA query_only = 1", "PRAGMA query_only = 0"},
	} {
		for _, at := range points {
			t.Run(name+" after "+at, func(t *testing.T) {
				s, d, ids := start(t, 40)
				d.do(feed.Read, true, ids[:10]...)
				s.mark(feed.Read, true, ids[20:30]...)
				s.publish(300)
				set := func(pragma string) {
					if _, err := d.Writer().ExecContext(d.Ctx(), pragma); err != nil {
						t.Error(err)
					}
				}
				reached := false
				s.after = func(op string) error {
					if op == at && !reached {
						reached = true
						set(c.fail)
					}
					return nil
				}
				r, err := d.account.Sync(d.Ctx(), account.Options{})
				set(c.mend)
				s.after = nil
				if name == "read-only" && err == nil && !r.Failed || !reached {
					t.Errorf("the round ended with %+v, %v", r, err)
				}
				// The claim could not be ended.
				d.Advance(time.Minute)
				d.sync()
				d.sync()
				checkEqual(t, "the items", d.states(), s.states())
				for i, id := range ids {
					if want := marksOf(i < 10 || 20 <= i && i < 30, false); s.states()[id] != want {
						t.Errorf("entry %s is %s at the server, want %s", id, s.states()[id], want)
					}
				}
				d.CheckCounts()
			})
		}
	}
}

// TestRestoredDatabase protects that a database which was restored from an older one syncs
// right afterwards: the marks since are at the server, and come back from there.
func TestRestoredDatabase(t *testing.T) {
	s, d, ids := start(t, 30)
	d.do(feed.Read, true, ids[0])
	d.do(feed.Starred, true, ids[1])
	old := filepath.Join(t.TempDir(), "old.db")
	_, err := d.Writer().ExecContext(d.Ctx(), `VACUUM INTO ?`, old)
	d.Must(err)
	d.sync()
	d.do(feed.Read, true, ids[2:9]...)
	d.Advance(time.Minute)
	s.mark(feed.Starred, true, ids[10:20]...)
	s.publish(5)
	d.sync()
	want := s.states()
	b := &device{Store: cachetest.OpenAt(t, old, d.Clock), ofEntry: map[string]int64{}}
	b.remotes = New(b.Store.Store)
	again := *d.account
	again.Store = b.remotes
	b.account = &again
	b.do(feed.Starred, true, ids[25])
	want[ids[25]] = "unread starred"
	d.Advance(time.Minute)
	b.sync()
	b.sync()
	checkEqual(t, "the server", s.states(), want)
	checkEqual(t, "the restored database", b.states(), want)
	if n := b.pending(); n != 0 {
		t.Errorf("%d marks are pending", n)
	}
}
