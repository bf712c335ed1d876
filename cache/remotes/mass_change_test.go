package remotes

import (
	"strings"
	"testing"

	"dateline/feed"
	"dateline/feed/account"
)

// A list of unread entries that makes most read items unread is not believed, until the user
// says so. The rest of the round goes on.
func TestMassChange(t *testing.T) {
	prepare := func(t *testing.T) (*server, *device, []string) {
		s, d, ids := start(t, 300)
		s.mark(feed.Read, true, ids...)
		d.sync()
		d.sync() // now nothing counts as changed here
		s.mark(feed.Read, false, ids[:210]...)
		s.publish(1)
		d.do(feed.Starred, true, ids[299])
		r := d.round(account.Options{}, "")
		if r.New != 1 || r.Sent != 1 || r.Taken != 0 || !strings.Contains(r.Message, "210") || !strings.Contains(r.Message, "accept") {
			t.Fatalf("the round did %+v", r)
		}
		return s, d, ids
	}
	t.Run("accept", func(t *testing.T) {
		s, d, _ := prepare(t)
		if r := d.round(account.Options{Resolve: account.Accept}, ""); r.Taken != 210 || r.Message != "" {
			t.Errorf("the round did %+v", r)
		}
		checkEqual(t, "the items", d.states(), s.states())
	})
	t.Run("push", func(t *testing.T) {
		s, d, ids := prepare(t)
		if r := d.round(account.Options{Resolve: account.Push}, ""); r.Sent != 210 || r.Message != "" {
			t.Errorf("the round did %+v", r)
		}
		checkEqual(t, "the items", d.states(), s.states())
		if s.states()[ids[0]] != "read" {
			t.Error("the server was not told")
		}
	})
	t.Run("the other way is believed", func(t *testing.T) {
		s, d, ids := start(t, 300)
		s.mark(feed.Read, true, ids...)
		if r := d.sync(); r.Taken != 300 {
			t.Errorf("the round did %+v", r)
		}
	})
}

// The same holds for a list that takes most stars away.
func TestMassChangeOfStars(t *testing.T) {
	for resolve, want := range map[account.Resolve]string{account.Accept: "unread", account.Push: "unread starred"} {
		t.Run("stars", func(t *testing.T) {
			s, d, ids := start(t, 300)
			s.mark(feed.Starred, true, ids...)
			d.sync()
			s.mark(feed.Starred, false, ids[:210]...)
			s.mark(feed.Read, true, ids[299])
			r := d.round(account.Options{}, "")
			if r.Taken != 1 || !strings.Contains(r.Message, "taken 210 stars away") || !strings.Contains(r.Message, "accept") || d.states()[ids[0]] != "unread starred" {
				t.Fatalf("the round did %+v", r)
			}
			if r := d.round(account.Options{Resolve: resolve}, ""); r.Message != "" {
				t.Errorf("the round did %+v", r)
			}
			d.sync()
			if s.states()[ids[0]] != want {
				t.Errorf("the server says %s, want %s", s.states()[ids[0]], want)
			}
			checkEqual(t, "the items", d.states(), s.states())
		})
	}
}
