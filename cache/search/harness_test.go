package search_test

import (
	"context"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
)

// noon is the time at which every test begins.
var noon = cachetest.Noon()

type clock = cachetest.Clock

// testStore is a store in a directory of the test.
type testStore struct {
	cachetest.Store
	t testing.TB
}

func open(t testing.TB) testStore { t.Helper(); return testStore{cachetest.Open(t), t} }

func openAt(t testing.TB, path string, c *clock) testStore {
	t.Helper()
	return testStore{cachetest.OpenAt(t, path, c), t}
}

func (s testStore) subscribe(urls ...string) { s.t.Helper(); s.Subscribe(urls...) }

func (s testStore) ctx() context.Context { return s.t.Context() }

func (s testStore) must(err error) { s.t.Helper(); s.Must(err) }

func (s testStore) save(url string, items ...feed.Article) feed.Saved {
	s.t.Helper()
	return s.SaveItems(url, items...)
}

func (s testStore) index() { s.t.Helper(); s.IndexAll() }

func (s testStore) advance(d time.Duration) time.Time { return s.Advance(d) }

func (s testStore) all(v cache.View) []string { s.t.Helper(); return s.All(v) }

func (s testStore) list(query string) []string { s.t.Helper(); return s.List(query) }

func (s testStore) id(key string) int64 { s.t.Helper(); return s.ID(key) }

func (s testStore) ids(keys ...string) []int64 { s.t.Helper(); return s.IDs(keys...) }

func (s testStore) mark(flag feed.Flag, on bool, keys ...string) {
	s.t.Helper()
	s.MarkItems(flag, on, keys...)
}

func item(key string, age time.Duration, texts ...string) feed.Article {
	return cachetest.Item(key, age, texts...)
}

func view(t testing.TB, query string) cache.View { t.Helper(); return cachetest.View(t, query) }

func equal[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	cachetest.Equal(t, what, got, want)
}
