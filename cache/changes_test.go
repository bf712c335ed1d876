package cache

import (
	"context"
	"testing"
	"time"
)

// patience is how long a test waits for what should come at once.
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

// What others write is reported, whether their log is new, is there already, or
// was removed by the last of them; what the store writes itself is not.
func TestChangesOfOthers(t *testing.T) {
	s := open(t)
	ctx, stop := context.WithCancel(s.ctx())
	changes, err := s.Changes(ctx)
	s.must(err)
	other := openAt(t, s.Path(), s.clock)
	other.subscribe("a")
	arrives(t, "first", changes)
	s.must(s.SetSetting(s.ctx(), "own", "1"))
	s.must(s.SetSetting(s.ctx(), "own", "2"))
	other.save("a", item("1", time.Minute))
	arrives(t, "after own writes", changes)
	s.must(s.Maintain(s.ctx())) // empties the log
	other.save("a", item("2", time.Minute))
	arrives(t, "after the log was emptied", changes)
	s.must(other.Close())
	third := openAt(t, s.Path(), s.clock)
	third.save("a", item("3", time.Minute))
	arrives(t, "by a third process", changes)
	stop()
	for range changes { // what was left
	}
}

// Own writes alone are no change, and a burst of others' is reported at least
// once, after its end.
func TestChangesAreOthersOnly(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	changes, err := s.Changes(s.ctx())
	s.must(err)
	other := openAt(t, s.Path(), s.clock)
	for range 50 {
		s.must(s.SetSetting(s.ctx(), "own", "1"))
	}
	w := changeWatcher{store: s.Store, changed: make(chan struct{}, 1)}
	w.version, err = s.Version(s.ctx())
	s.must(err)
	s.must(s.SetSetting(s.ctx(), "own", "3"))
	equal(t, "could look", w.look(s.ctx()), true)
	equal(t, "reported own writes", len(w.changed), 0)
	for range 50 {
		s.must(other.SetSetting(s.ctx(), "theirs", "1"))
	}
	equal(t, "could look", w.look(s.ctx()), true)
	equal(t, "reported", len(w.changed), 1)
	s.must(other.SetSetting(s.ctx(), "theirs", "2"))
	equal(t, "could look", w.look(s.ctx()), true)
	equal(t, "reported once while it is not taken", len(w.changed), 1)
	arrives(t, "a burst", changes)
}

// A directory that cannot be watched is an error, and nothing is left running.
func TestChangesWithoutADirectory(t *testing.T) {
	s := open(t)
	s.path = s.path + "-no/such.db"
	if _, err := s.Changes(s.ctx()); err == nil {
		t.Error("a directory that does not exist is watched")
	}
}
