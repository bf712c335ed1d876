package cache

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"dateline/feed"
)

// explaining is a querier that looks at the plan of each query it runs.
type explaining struct {
	testStore
	view string
}

func (e explaining) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	e.explain(query, args...)
	return e.readers.QueryContext(ctx, query, args...)
}

func (e explaining) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	e.explain(query, args...)
	return e.readers.QueryRowContext(ctx, query, args...)
}

// explain fails the test when the query would read a whole table of items or
// sort what it reads.
func (e explaining) explain(query string, args ...any) {
	e.t.Helper()
	rows, err := e.readers.QueryContext(e.ctx(), "EXPLAIN QUERY PLAN "+query, args...)
	e.must(err)
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		e.must(rows.Scan(&id, &parent, &unused, &detail))
		plan = append(plan, detail)
	}
	e.must(rows.Err())
	for _, step := range plan {
		table := strings.Fields(strings.TrimPrefix(step, "SCAN ") + " ")
		scan := strings.HasPrefix(step, "SCAN ") && len(table) > 0 && (table[0] == "i" || table[0] == "items" || table[0] == "d" || table[0] == "l" || table[0] == "details" || table[0] == "labels" || table[0] == "c")
		if scan || strings.Contains(step, "TEMP B-TREE") {
			e.t.Errorf("%s: %s\n  of %s\n  plan:\n    %s", e.view, step, query, strings.Join(plan, "\n    "))
		}
	}
}

// Nothing that a key waits for scans the items or sorts them: pages of every
// kind from both ends and the middle, the item at the cursor, the counts.
func TestPlansNeitherScanNorSort(t *testing.T) {
	s := open(t)
	s.subscribe("a", "b", "c", "d")
	s.save("a", item("1", time.Minute, "one", "text"), item("2", 2*time.Minute, "two", "text"))
	s.save("b", item("3", 3*time.Minute, "three", "text"))
	s.must(s.Mark(s.ctx(), feed.Mark{Items: s.ids("1"), Flag: feed.Label, Label: "later", On: true, At: s.Now()}))
	for _, indexed := range []bool{false, true} {
		if indexed {
			s.index()
		}
		for _, query := range []string{
			"", "is:unread", "is:read", "is:starred", "is:hidden", "is:edited", "is:new", "is:new is:unread", "is:labelled", "label:later", "is:snoozed",
			"feed:=a", "feed:=a is:unread", "feed:a or feed:b", "is:unread (feed:=a or feed:=b or feed:=c)", "tag:none is:unread", "-feed:=a", "-feed:=a is:unread",
			"since:today", "since:2d is:unread", "before:2d feed:=b", "has:enclosure", "link:example",
			"text", "te", "t", `"text"`, "title:one text", "text -title:one", "text is:unread", "text feed:=a", "(text or title:two) is:unread", "東京", "text since:2d",
			"is:unread has:image", "is:unread -label:later", "is:unread is:unstarred", "is:unread (is:starred or has:image)", "tag:none title:text", "-feed:=a -title:text is:unread",
		} {
			e := explaining{s, query}
			v := view(t, query)
			v.Opened = s.Now()
			p, err := s.plan(s.ctx(), e, v)
			s.must(err)
			for _, from := range []Pos{{}, {At: place(noon, 2)}} {
				for _, back := range []bool{false, true} {
					_, err := p.keys(s.ctx(), e, from, back, 50)
					s.must(err)
				}
			}
			_, _, err = p.find(s.ctx(), e, 1)
			s.must(err)
		}
	}
	e := explaining{s, "fixed"}
	e.explain(sqlItems, "[1,2]")
	e.explain(sqlArticles, "[1,2]")
	e.explain(sqlArticle, 1)
	e.explain(sqlCountStarredToday, 1, 2, 3)
	e.explain(sqlKnown, 1, "[1]")
	e.explain(sqlSameInstant, 1, "[1]", 1, 2, "title")
	e.explain(sqlSameLink, 1, "[1]", 1)
	e.explain(sqlUnlisted, 1, "[1]", 500, idBits, "[1]", `["title"]`)
	e.explain(sqlUnindexed, 100)
	e.explain(sqlPageTexts, "[1,2]")
	e.explain(sqlWantFulltext, "a", 200, 20)
	e.explain(sqlKeepRevision, 1, 2)
	e.explain(sqlRuleHits, 1)
	e.explain(sqlAlsoIn, "[1,2]")
	e.explain(sqlLinkTwins, 1, 1, 2, 3, maxTwins)
	e.explain(sqlTitleTwins, 1, 1, 2, 3, maxTwins, 4, 5)
}
