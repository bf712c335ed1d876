package search_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"dateline/cache/cachetest"
	"dateline/cache/db"
	"dateline/cache/search"
	"dateline/feed/query"
)

// manyWords returns more words with a prefix than a search completes the prefix to.
func manyWords(prefix string) string {
	return cachetest.ManyWords(prefix, search.MaxCompletions+10)
}

// TestQueriesAgree tests that the SQL and [query.Query.Match] choose the same
// items, whether they are indexed or not, with every kind of plan. Counts and lists
// agree. If there are stories, the view leaves out only copies.
func TestQueriesAgree(t *testing.T) {
	if testing.Short() {
		t.Skip("long under the race detector, and runs nothing side by side that others do not")
	}
	matched := 0
	for seed := range uint64(2) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := open(t)
		separate := seed == 0
		feeds := s.FillRandom(r, separate)
		env := query.Env{Now: s.Now()}
		var err error
		env.NewSince, err = s.LastRefresh(s.ctx())
		s.must(err)
		everything := s.EveryArticle()
		infos := map[string]query.FeedInfo{}
		list, err := s.Feeds(s.ctx())
		s.must(err)
		for _, f := range list {
			infos[f.URL] = query.FeedInfo{Title: f.Title, URL: f.URL, Tags: f.Tags, Account: f.Account}
		}
		for n := range 150 {
			s.indexStep(n)
			text := cachetest.RandomQuery(r, feeds, 2)
			v := view(t, text)
			// Every word is rare, so that each item is looked up, or common, so that its
			// posting list is read in chunks.
			s.Search().SetFewPostings(search.FewPostings * (n % 2))
			s.Search().SetChunk(5)
			want := []string{}
			for _, a := range everything {
				if v.Query.Match(a, infos[a.Feed], env) {
					want = append(want, a.Key)
				}
			}
			matched += min(len(want), 1)
			got := s.all(v)
			count, err := s.Count(s.ctx(), v, 0)
			s.must(err)
			equal(t, text+": counted", count, len(got))
			count, err = s.Count(s.ctx(), v, 3)
			s.must(err)
			equal(t, text+": counted up to 3", count, min(len(got), 3))
			if !separate {
				want = s.withoutCopies(want, got)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d, %s (%s):\n sql %q\nwant %q", seed, text, v.Query, got, want)
			}
		}
		s.CheckCounts()
	}
	if matched < 80 {
		t.Errorf("only %d queries matched anything: too few for the test to mean something", matched)
	}
}

// indexStep indexes the items of a random store: none at first, then some of them,
// then all.
func (s testStore) indexStep(n int) {
	s.t.Helper()
	switch n {
	case 30:
		_, err := s.IndexPending(s.ctx(), 40)
		s.must(err)
	case 60:
		s.index()
		s.checkIndex()
	}
}

// withoutCopies returns all keys without those of copies that are not shown. A copy
// may be left out if another item of its story is in the store.
func (s testStore) withoutCopies(all, shown []string) []string {
	s.t.Helper()
	copies, err := db.Strings(s.ctx(), s.Readers(), `SELECT d.key FROM items i JOIN details d ON d.id = i.id WHERE i.copy_of IS NOT NULL`)
	s.must(err)
	return slices.DeleteFunc(all, func(key string) bool { return slices.Contains(copies, key) && !slices.Contains(shown, key) })
}
