package cache_test

import (
	"context"
	"testing"
	"time"

	"dateline/cache/cachetest"
)

// patience is how long a test waits for a change that is reported at once.
const patience = 30 * time.Second

// arrives fails the test unless a change is reported.
func arrives(t *testing.T, what string, changes <-chan struct{}) {
	t.Helper()
	select {
	case _, open := <-changes:
		if !open {
			t.Fatal(what, ": the channel is closed")
		}
	case <-time.After(patience):
		t.Fatal(what, ": no change is reported")
	}
}

// TestChangesOfOthers checks that writes of other processes are reported, whether
// their log is new, exists already, or was removed by the last of them.
func TestChangesOfOthers(t *testing.T) {
	s := open(t)
	ctx, stop := context.WithCancel(s.Ctx())
	changes, err := s.Changes(ctx)
	s.Must(err)
	other := openAt(t, s.Path(), s.Clock)
	other.Subscribe("a")
	arrives(t, "first", changes)
	s.Must(s.setSetting("own", "1"))
	s.Must(s.setSetting("own", "2"))
	other.SaveItems("a", cachetest.Item("1", time.Minute))
	arrives(t, "after own writes", changes)
	s.Must(s.Maintain(s.Ctx())) // empties the log
	other.SaveItems("a", cachetest.Item("2", time.Minute))
	arrives(t, "after the log was emptied", changes)
	s.Must(other.Close())
	third := openAt(t, s.Path(), s.Clock)
	third.SaveItems("a", cachetest.Item("3", time.Minute))
	arrives(t, "by a third process", changes)
	stop()
	for range changes { // what was left
	}
}

// TestChangesAreOthersOnly checks that own writes are not reported, and that a burst
// of writes of others is reported at least once after its end.
func TestChangesAreOthersOnly(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	changes, err := s.Changes(s.Ctx())
	s.Must(err)
	other := openAt(t, s.Path(), s.Clock)
	for range 50 {
		s.Must(s.setSetting("own", "1"))
	}
	version, err := s.Version(s.Ctx())
	s.Must(err)
	look, changed := s.Watcher(version)
	s.Must(s.setSetting("own", "3"))
	cachetest.Equal(t, "version read", look(s.Ctx()), true)
	cachetest.Equal(t, "reported own writes", len(changed), 0)
	for range 50 {
		s.Must(other.setSetting("theirs", "1"))
	}
	cachetest.Equal(t, "version read", look(s.Ctx()), true)
	cachetest.Equal(t, "reported", len(changed), 1)
	s.Must(other.setSetting("theirs", "2"))
	cachetest.Equal(t, "version read", look(s.Ctx()), true)
	cachetest.Equal(t, "reported once while it is not taken", len(changed), 1)
	arrives(t, "a burst", changes)
}

// TestChangesWithoutADirectory checks that a directory that cannot be watched is an
// error.
func TestChangesWithoutADirectory(t *testing.T) {
	s := open(t)
	s.SetPath(s.Path() + "-no/such.db")
	if _, err := s.Changes(s.Ctx()); err == nil {
		t.Error("a directory that does not exist is watched")
	}
}
