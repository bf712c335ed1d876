package account

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dateline/feed"
)

// claims is a store that has only the claim of an account.
type claims struct {
	Store
	mu      sync.Mutex
	until   time.Time
	renewed int
	// taken is set if another process has the account.
	taken    bool
	finished int
}

func (*claims) Feeds(context.Context, string) ([]Feed, error) { return nil, nil }

func (c *claims) Claim(_ context.Context, _ string, until time.Time) (State, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = until
	return State{Claimed: until}, true, nil
}

func (c *claims) Renew(_ context.Context, _ string, end, later time.Time) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.taken || !end.Equal(c.until) {
		return false, nil
	}
	c.until, c.renewed = later, c.renewed+1
	return true, nil
}

func (c *claims) Finish(_ context.Context, _ string, s State) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.Claimed.Equal(c.until) {
		c.finished++
	}
	return nil
}

// TestRoundRenewsClaim protects that the claim of a round never ends while the round runs,
// and that the round ends when another process has the account.
func TestRoundRenewsClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &claims{}
		a := &Account{Settings: feed.AccountSettings{Name: "home"}, Server: &badServer{}, Store: store, Now: time.Now}
		go func() {
			for range 100 {
				time.Sleep(time.Second)
				store.mu.Lock()
				if time.Now().After(store.until) {
					t.Errorf("the claim ended at %v", store.until)
				}
				store.mu.Unlock()
			}
			store.mu.Lock()
			defer store.mu.Unlock()
			store.taken = true
		}()
		begun := time.Now()
		r, err := a.Sync(t.Context(), Options{})
		if took := time.Since(begun); err != nil || !r.Skipped || took > 100*time.Second+claimRenewal || store.renewed < 20 || store.finished != 0 {
			t.Errorf("after %v: %+v, %v; %d renewals, %d ends", took, r, err, store.renewed, store.finished)
		}
	})
}
