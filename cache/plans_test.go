package cache

import (
	"slices"
	"strings"
	"testing"

	"dateline/cache/db"
)

// The queries of the store that are always the same neither scan the items nor
// sort them.
func TestFixedPlansNeitherScanNorSort(t *testing.T) {
	e := open(t)
	e.explain(sqlItems, "[1,2]")
	e.explain(sqlArticles, "[1,2]")
	e.explain(sqlArticle, 1)
	e.explain(sqlCountStarredToday, 1, 2, 3)
	e.explain(sqlKnown, 1, "[1]")
	e.explain(sqlSources, "a", "[1]")
	e.explain(sqlSameInstant, 1, "[1]", 1, 2, "title")
	e.explain(sqlSameLink, 1, "[1]", 1)
	e.explain(sqlUnlisted, 1, "[1]", 500, db.IDBits, "[1]", `["title"]`)
	e.explain(sqlPageTexts, "[1,2]")
	e.explain(sqlWantFulltext, "a", 200, 20)
	e.explain(sqlKeepRevision, 1, 2)
	e.explain(sqlRuleHits, 1)
	e.explain(sqlAlsoIn, "[1,2]")
	for _, ahead := range []string{sqlFuturePlaces, sqlFutureSeen, sqlFutureRead, sqlFutureSnoozed} {
		e.explain(ahead, 1, correctSlice)
	}
	e.explain(sqlLinkCandidates, 1, 1, 2, 3, maxCandidates)
	e.explain(sqlMet, "[1,2]", "[3]")
	e.explain(sqlTitleCandidates, 1, 1, 2, 3, maxCandidates, 4, 5)
}

// explain fails the test when the query would read a whole table of items or sort
// what it reads.
func (s testStore) explain(query string, args ...any) {
	s.t.Helper()
	rows, err := s.readers.QueryContext(s.ctx(), "EXPLAIN QUERY PLAN "+query, args...)
	s.must(err)
	defer rows.Close()
	var plan []string
	bad := false
	for rows.Next() {
		var id, parent, unused int
		var step string
		s.must(rows.Scan(&id, &parent, &unused, &step))
		plan = append(plan, step)
		table := strings.Fields(strings.TrimPrefix(step, "SCAN ") + " ")
		scan := strings.HasPrefix(step, "SCAN ") && len(table) > 0 && slices.Contains([]string{"i", "items", "d", "details", "l", "labels", "c"}, table[0])
		bad = bad || scan || strings.Contains(step, "TEMP B-TREE")
	}
	s.must(rows.Err())
	if bad {
		s.t.Errorf("%s\n  plan:\n    %s", query, strings.Join(plan, "\n    "))
	}
}
