package search_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/db"
)

// TestSearchForPrefixes tests that prefixes are found in their field, with words,
// phrases and negations, whether few words begin with them or more than a search
// completes.
func TestSearchForPrefixes(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Hour, "budget", "zebra 東京 "+manyWords("zo"), "Anna"),
		item("2", 2*time.Hour, "zebra", "budget", "Zoe"), item("3", 3*time.Hour, "other", "café budget zonal", "Buddha"), item("4", 4*time.Hour, "§bu", "¶an", "x"))
	for _, state := range []string{"pending", "some indexed", "indexed"} {
		switch state {
		case "some indexed":
			_, err := s.IndexPending(s.ctx(), 2)
			s.must(err)
		case "indexed":
			s.index()
		}
		for query, want := range map[string][]string{
			"bu": {"1", "2", "3", "4"}, "title:bu": {"1", "4"}, "text:bu": {"2", "3"}, "author:bu": {"3"}, "author:zoe": {"2"}, "ze": {"1", "2"}, "zo": {"1", "3"},
			"budget zo": {"1", "3"}, "budget -zo": {"2"}, "zo -budget": {}, "title:bu zo": {"1"}, "bu -zo": {"2", "4"}, "-zo": {"2", "4"}, "budget -(zo or title:ze)": {},
			"(zo or author:zo) budget": {"1", "2", "3"}, "(zo or zebra)": {"1", "2", "3"}, "(title:bu or zebra) -author:an": {"2", "4"}, `"東京" bu`: {"1"},
			"(zo ze) or author:bu": {"1", "3"}, "zo or budget": {"1", "2", "3"}, "(zo or budget) -(zo or zebra)": {}, "(zo or title:zebra) (zo or text:other)": {"1", "3"},
			"zebra (zo or other)": {"1"}, "(zo or (bu zebra)) -title:zebra": {"1", "3"}, "((zo bu) or (zo zebra) or nothing)": {"1", "3"}, "budget -(zo or nothing)": {"2"}, "limit:2 zo or budget": {"1", "2"}, "ca": {"3"}, "caf -zo": {}, "an": {"4"}, "b": {}, "zq": {}, "budget zq": {}, "-zq bu -xq": {"1", "2", "3", "4"},
			"is:unread zo": {"1", "3"}, "is:unread or zo": {"1", "2", "3", "4"}, "sort:title zo": {"1", "3"}, "limit:1 zo": {"1"},
		} {
			got := s.list(query)
			if !strings.Contains(query, "sort:") {
				e := explaining{s, state + ": " + query}
				p, err := s.Search().Plan(s.ctx(), e, view(t, query))
				s.must(err)
				_, err = p.Keys(s.ctx(), e, cache.Pos{At: db.Position(noon, 2)}, false, 50)
				s.must(err)
			}
			n, err := s.Count(s.ctx(), view(t, query), 0)
			s.must(err)
			equal(t, state+": "+query+": counted", n, len(got))
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s: %q, want %q", state, query, got, want)
			}
		}
	}
}
