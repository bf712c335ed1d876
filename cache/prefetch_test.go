package cache_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"testing"
	"time"

	"dateline/cache/cachetest"
	"dateline/feed"
)

// prefetch prefetches and waits until everything is read.
func (s testStore) prefetch() {
	s.T.Helper()
	s.Prefetch(s.Ctx())
	list, screen := s.Prefetching()
	<-list
	<-screen
}

// TestPrefetchedSourcesAreCurrent protects the first screen: a prefetched result is
// used once, and only while neither this process nor another one has changed the
// database.
func TestPrefetchedSourcesAreCurrent(t *testing.T) {
	s := open(t)
	other := openAt(t, s.Path(), s.Clock)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("1", time.Minute), cachetest.Item("2", time.Minute), cachetest.Item("3", time.Minute), cachetest.Item("4", time.Minute))
	unread := func() [2]int {
		t.Helper()
		feeds, counts, err := s.Sources(s.Ctx(), s.Now())
		s.Must(err)
		return [2]int{feeds[0].Unread, counts.Unread}
	}

	s.prefetch()
	s.SetPrefetchedUnread(99)
	cachetest.Equal(t, "prefetched", unread(), [2]int{4, 99})
	cachetest.Equal(t, "read again", unread(), [2]int{4, 4})

	for _, change := range []struct {
		by    testStore
		key   string
		after int
	}{{s, "1", 3}, {other, "2", 2}} {
		s.prefetch()
		change.by.MarkItems(feed.Read, true, change.key)
		cachetest.Equal(t, "after a mark", unread(), [2]int{change.after, change.after})
	}
	s.prefetch()
	s.SaveItems("a", cachetest.Item("5", time.Minute))
	cachetest.Equal(t, "after a save", unread(), [2]int{3, 3})
}

// TestSetFeedsAfterPrefetch protects the subscriptions: the prefetched text is
// compared once, and not with later subscriptions.
func TestSetFeedsAfterPrefetch(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.prefetch()
	for _, url := range []string{"a", "b", "a"} {
		s.Subscribe(url)
		feeds, _, err := s.Sources(s.Ctx(), s.Now())
		s.Must(err)
		if len(feeds) != 1 || feeds[0].URL != url {
			t.Errorf("subscribed to %s: %+v", url, feeds)
		}
	}
}

// TestCloseEndsPrefetch protects the files: a database that is closed at once, as
// after an error in the configuration, leaves no log.
func TestCloseEndsPrefetch(t *testing.T) {
	s := open(t)
	var urls []string
	for i := range 3000 {
		urls = append(urls, fmt.Sprintf("https://%d.example/", i))
	}
	s.Subscribe(urls...)
	s.Prefetch(s.Ctx())
	list, reading := s.Prefetching()
	<-list
	s.Must(s.Close())
	select {
	case <-reading:
	default:
		t.Error("the closed database is still being read")
	}
	if _, err := os.Stat(s.Path() + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the log is left: %v", err)
	}
}
