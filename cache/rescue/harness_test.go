package rescue

import (
	"testing"

	"dateline/cache"
	"dateline/cache/cachetest"
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

// testStoreOf makes an open store one of the tests'.
func testStoreOf(s *cache.Store, c *cachetest.Clock, t testing.TB) testStore {
	return testStore{cachetest.Store{Store: s, Clock: c, T: t}}
}
