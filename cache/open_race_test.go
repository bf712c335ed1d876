package cache_test

import (
	"path/filepath"
	"sync"
	"testing"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
)

// Whoever closes a database last removes its log. Who opens it at the same moment must not
// take that for a change by another program.
func TestOpenWhileOthersClose(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cache.db")
	subs := []feed.Subscription{{URL: "https://a.example/"}}
	var running sync.WaitGroup
	for range 3 {
		running.Go(func() {
			for range 60 {
				s, err := cache.Open(t.Context(), path, cache.Options{Now: cachetest.Noon})
				if err != nil {
					t.Errorf("open: %v", err)
					return
				}
				if err := s.SetFeeds(t.Context(), subs); err != nil {
					t.Errorf("write: %v", err)
				}
				if err := s.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			}
		})
	}
	running.Wait()
}
