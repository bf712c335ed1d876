package remotes

import (
	"context"
	"strings"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/account"
)

// TestClaimOfKilled protects that a process which was killed while it synced keeps others from
// the account for seconds only, and that a refresh that the user asked for waits so long.
func TestClaimOfKilled(t *testing.T) {
	s, d, ids := start(t, 2)
	d.do(feed.Read, true, ids[0])
	_, ok, err := d.remotes.Claim(d.Ctx(), "home", d.Now().Add(20*time.Second))
	d.Must(err)
	if r := d.round(account.Options{}, ""); !ok || !r.Skipped || !strings.Contains(r.Message, "another dateline") {
		t.Errorf("a plain round did %+v", r)
	}
	time.AfterFunc(200*time.Millisecond, func() { d.Advance(20 * time.Second) })
	if r := d.round(account.Options{Asked: true}, ""); r.Skipped || r.Sent != 1 || s.states()[ids[0]] != "read" {
		t.Errorf("a round that was asked for did %+v", r)
	}
}

// TestClaimOfBusy protects that a refresh that the user asked for does not wait for a process
// that goes on, and says why nothing was synced.
func TestClaimOfBusy(t *testing.T) {
	s, d, _ := start(t, 2)
	end := d.Now().Add(20 * time.Second)
	_, ok, err := d.remotes.Claim(d.Ctx(), "home", end)
	d.Must(err)
	s.requests = nil
	time.AfterFunc(200*time.Millisecond, func() {
		renewed, err := d.remotes.Renew(d.Ctx(), "home", end, d.Advance(4*time.Second).Add(20*time.Second))
		if err != nil || !renewed {
			t.Errorf("%t, %v", renewed, err)
		}
	})
	r := d.round(account.Options{Asked: true}, "")
	if !ok || !r.Skipped || !strings.Contains(r.Message, "account home: another dateline is syncing it") || len(s.requests) > 0 {
		t.Errorf("the round did %+v and asked %q", r, s.requests)
	}
}

// TestLateClaim protects that a process which read its clock, and then waited for the
// database, does not take the claim that another one made meanwhile for one of a wrong clock.
func TestLateClaim(t *testing.T) {
	_, d, _ := start(t, 2)
	early := d.Now().Add(20 * time.Second)
	d.Advance(time.Second)
	if _, ok, err := d.remotes.Claim(d.Ctx(), "home", d.Now().Add(20*time.Second)); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if _, ok, err := d.remotes.Claim(d.Ctx(), "home", early); ok || err != nil {
		t.Errorf("the claim was taken away: %v", err)
	}
}

// TestClaimTakenOver protects that a process which slept through the end of its claim neither
// ends the claim of the one that has the account since, nor stores its own state.
func TestClaimTakenOver(t *testing.T) {
	s, d, _ := start(t, 2)
	var until time.Time
	s.after = func(op string) error {
		if op != "feeds" {
			return nil
		}
		s.after = nil
		until = d.Advance(time.Minute).Add(20 * time.Second)
		_, ok, err := d.remotes.Claim(context.Background(), "home", until)
		if err != nil || !ok {
			t.Errorf("the account could not be claimed: %v", err)
		}
		return errOffline
	}
	d.round(account.Options{}, "cannot be reached")
	state, err := d.remotes.State(d.Ctx(), "home")
	d.Must(err)
	if !state.Claimed.Equal(until) || state.Error != "" {
		t.Errorf("the state is %+v", state)
	}
}
