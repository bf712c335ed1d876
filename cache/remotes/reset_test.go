package remotes

import (
	"testing"

	"dateline/feed"
	"dateline/feed/account"
)

// Marks that were sent before are sent again if the user says so.
func TestPushSendsWhatWasSent(t *testing.T) {
	s, d, ids := start(t, 300)
	d.do(feed.Read, true, ids...)
	d.sync()
	d.sync()
	s.mark(feed.Read, false, ids[:210]...)
	d.round(account.Options{}, "")
	if r := d.round(account.Options{Resolve: account.Push}, ""); r.Sent != 210 || r.Message != "" {
		t.Errorf("the round did %+v", r)
	}
	checkEqual(t, "the server", s.states(), d.states())
	if d.pending() != 0 {
		t.Errorf("%d marks are pending", d.pending())
	}
}
