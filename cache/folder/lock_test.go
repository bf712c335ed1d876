package folder

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"dateline/cache/cachetest"
)

// TestLockEndsWithContext protects that nobody waits for another process that syncs longer than
// is allowed, and that a sync works as soon as that one is done.
func TestLockEndsWithContext(t *testing.T) {
	c := newComputer(t, filepath.Join(t.TempDir(), "shared"), cachetest.NewClock(cachetest.Noon()), 1)
	unlock, err := lock(c.Ctx(), c.Store.Store)
	c.Must(err)
	ctx, cancel := context.WithTimeout(c.Ctx(), 50*time.Millisecond)
	defer cancel()
	if _, err := Sync(ctx, c.Store.Store, c.dir, c.subs, c.Now()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("beside another sync: %v", err)
	}
	unlock()
	c.sync()
}
