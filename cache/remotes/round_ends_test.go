package remotes

import (
	"fmt"
	"testing"

	"dateline/feed"
	"dateline/feed/account"
)

// A round that fails anywhere, before or after the server did something, loses nothing: the
// next one completes it. Before the comparison nothing changes.
func TestRoundEndsAnywhere(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 5
	}
	for _, when := range []string{"before", "after"} {
		for at := 0; at < 12; at += step {
			s, d, ids := start(t, 40)
			d.do(feed.Read, true, ids[:10]...)
			d.do(feed.Starred, true, ids[5:15]...)
			s.mark(feed.Read, true, ids[20:30]...)
			s.publish(3)
			n, failed := 0, false
			fail := func(string) error {
				if n++; n == at+1 {
					failed = true
					return errOffline
				}
				return nil
			}
			if when == "before" {
				s.before = fail
			} else {
				s.after = fail
			}
			r, err := d.account.Sync(d.Ctx(), account.Options{})
			d.Must(err)
			if r.Failed != failed {
				t.Fatalf("%s request %d: %+v", when, at, r)
			}
			s.before, s.after = nil, nil
			d.sync()
			d.sync()
			checkEqual(t, fmt.Sprintf("the items, %s request %d", when, at), d.states(), s.states())
			for i, id := range ids {
				want := marksOf(i < 10 || 20 <= i && i < 30, 5 <= i && i < 15)
				if got := s.states()[id]; got != want {
					t.Errorf("%s request %d: entry %s is %s at the server, want %s", when, at, id, got, want)
				}
			}
			if !failed {
				break
			}
		}
	}
}
