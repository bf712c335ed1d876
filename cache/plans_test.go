package cache_test

import (
	"strings"
	"testing"

	"dateline/cache"
	"dateline/cache/cachetest"
)

// TestFixedPlansNeitherScanNorSort checks the query plans of the queries that are
// always the same.
func TestFixedPlansNeitherScanNorSort(t *testing.T) {
	s := open(t)
	for _, q := range cache.FixedQueries() {
		plan := s.Plan(q.SQL, q.Args...)
		for _, step := range plan {
			if cachetest.ScansOrSorts(step) {
				t.Errorf("%s: %s\n  plan:\n    %s", q.SQL, step, strings.Join(plan, "\n    "))
			}
		}
	}
}
