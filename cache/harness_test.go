package cache_test

import (
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
)

// noon is the time at which every test begins.
var noon = cachetest.Noon()

// testStore is a store in the test's own directory, with helpers of these tests.
type testStore struct{ cachetest.Store }

func open(t testing.TB) testStore { t.Helper(); return testStore{cachetest.Open(t)} }

func openAt(t testing.TB, path string, c *cachetest.Clock) testStore {
	t.Helper()
	return testStore{cachetest.OpenAt(t, path, c)}
}

// markAll marks the items of a view and returns how many changed.
func (s testStore) markAll(v cache.View, flag feed.Flag, label string, on bool, at time.Time) (int, error) {
	r, err := s.Apply(s.Ctx(), cache.MarkView{View: v, Mark: feed.Mark{Flag: flag, Label: label, On: on, At: at}})
	return r.N, err
}

// markBeside marks the items of a view above or below a row and returns how many changed.
func (s testStore) markBeside(v cache.View, from cache.Pos, above bool, flag feed.Flag, on bool, at time.Time) (int, error) {
	r, err := s.Apply(s.Ctx(), cache.MarkBeside{View: v, From: from, Above: above, Mark: feed.Mark{Flag: flag, On: on, At: at}})
	return r.N, err
}

func (s testStore) undo(at time.Time) (cache.Step, error) {
	r, err := s.Apply(s.Ctx(), cache.UndoLast{At: at})
	return r.Step, err
}

func (s testStore) redo(at time.Time) (cache.Step, error) {
	r, err := s.Apply(s.Ctx(), cache.RedoLast{At: at})
	return r.Step, err
}

func (s testStore) setProgress(id int64, permille int) error {
	_, err := s.Apply(s.Ctx(), cache.SetProgress{Item: id, Permille: permille})
	return err
}

func (s testStore) setSetting(key, value string) error {
	_, err := s.Apply(s.Ctx(), cache.SetSetting{Key: key, Value: value})
	return err
}
