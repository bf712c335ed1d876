package cache

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"dateline/feed"
)

// outdate puts the cache back to where it stood before its texts were to move
// to the present index.
func (s testStore) outdate() {
	s.t.Helper()
	places, err := integers(s.ctx(), s.readers, sqlf(`SELECT pos FROM items WHERE indexed = 1 ORDER BY pos DESC`))
	s.must(err)
	entries, err := s.entries(s.ctx(), slices.Clone(places))
	s.must(err)
	s.must(s.write(s.ctx(), "outdate", func(tx *sql.Tx) error {
		for _, e := range entries {
			if _, err := tx.Exec(`INSERT INTO items_text (rowid, title, author, body) VALUES (?, ?, ?, ?)`, e.pos, e.title, e.author, e.body); err != nil {
				return err
			}
		}
		if err := forget(s.ctx(), tx, jsonIntegers(places)); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE items SET indexed = 1 WHERE pos IN (SELECT value FROM json_each(?1)); UPDATE renewal SET below = ?2`, jsonIntegers(places), int64(top))
		return err
	}))
}

// While texts move from the old index to the present one, and when the old one
// has gone, every search finds what it found before; also when items are
// edited, removed, or arrive meanwhile.
func TestSearchWhileIndexIsRenewed(t *testing.T) {
	if testing.Short() {
		t.Skip("long under the race detector")
	}
	r := rand.New(rand.NewPCG(7, 1))
	s := open(t)
	feeds := randomCache(s, r, false)
	s.outdate()
	var queries []string
	for range 40 {
		queries = append(queries, randomQuery(r, feeds, 1))
	}
	queries = append(queries, "bud", "bu", "b", "東京", `"budget café"`, "-bud", "bud or is:starred")
	change := func(round int) {
		s.advance(time.Minute)
		var items []feed.Article
		for n := range 10 {
			items = append(items, randomItem(r, fmt.Sprintf("0-%d", n+round*3)))
		}
		s.save(feeds[0], items...)
		_, err := s.removeSlice(s.ctx(), sqlf(`SELECT pos FROM items WHERE id % 17 = ?`, round), false)
		s.must(err)
	}
	for round := range 6 {
		change(round)
		before := map[string][]string{}
		for _, q := range queries {
			before[q] = s.inGo(q)
		}
		if round > 2 {
			s.index()
		}
		s.must(s.renewIndex(s.ctx(), 30))
		for _, q := range queries {
			equal(t, fmt.Sprintf("round %d: %s", round, q), s.list(q), before[q])
		}
	}
	s.index()
	for range 2 {
		s.must(s.renewIndex(s.ctx(), 1000))
	}
	old, err := texts(s.ctx(), s.readers, `SELECT name FROM sqlite_schema WHERE name LIKE 'items_text%' AND name <> 'items_doc_number' OR name = 'items_terms'`)
	s.must(err)
	equal(t, "tables of the old index", len(old), 0)
	for _, q := range queries {
		equal(t, "at the end: "+q, s.list(q), s.inGo(q))
	}
	s.checkIndex()
	s.must(s.Maintain(s.ctx()))
	s.checkCounts()
}

// inGo lists what a query finds with every text read, and none looked up.
func (s testStore) inGo(query string) []string {
	s.t.Helper()
	s.must(s.write(s.ctx(), "hide the index", func(tx *sql.Tx) error {
		_, err := tx.Exec(`CREATE TABLE kept AS SELECT id, indexed FROM items; UPDATE items SET indexed = 0`)
		return err
	}))
	found := s.list(query)
	s.must(s.write(s.ctx(), "bring it back", func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE items SET indexed = (SELECT k.indexed FROM kept k WHERE k.id = items.id); DROP TABLE kept`)
		return err
	}))
	return found
}

// A cache of an older schema opens with its texts in the index before the present
// one, or waiting if they were in one that is older yet; an empty one has
// nothing to renew.
func TestOpenBeforeRenewal(t *testing.T) {
	for _, c := range []struct {
		version, items int
		table          string
		below          int64
		pending        int
	}{
		{2, 0, "", bottom, 0},
		{2, 1, "items_fts", bottom, 1},
		{3, 1, "items_fts", bottom, 1},
		{3, 1, "items_text", top, 0},
		{5, 1, "items_text", top, 0},
		{5, 0, "", bottom, 0},
	} {
		path := filepath.Join(t.TempDir(), "cache.db")
		old(t, path, c.version)
		if c.items > 0 {
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			fill := `INSERT INTO feeds (url, config_order) VALUES ('a', 0);
				INSERT INTO items (pos, id, feed, identity, source_hash, first_seen, indexed) VALUES (?1, 1, 1, 1, 1, 1, 1);
				INSERT INTO details (id, key, guid, title, author, summary, link, comments, words, categories, enclosures) VALUES (1, 'k', '', 'Budget', '', '', '', '', 1, '', '');
				INSERT INTO contents (id, base, body) VALUES (1, '', x'');
				INSERT INTO ` + c.table + ` (rowid, title, author, body) VALUES (?1, 'budget', '', '')`
			if c.table == "items_text" {
				fill += `; UPDATE items SET renewed = 1; DELETE FROM renewal`
			} else if c.version > 2 {
				fill += fmt.Sprintf(`; UPDATE renewal SET below = %d`, top)
			}
			if _, err := db.Exec(fill, place(noon, 1)); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
		s := openAt(t, path, &clock{now: noon})
		what := fmt.Sprintf("from version %d, %s: ", c.version, c.table)
		below, err := renewedTo(s.ctx(), s.readers)
		s.must(err)
		equal(t, what+"renewed to", below, c.below)
		h, err := s.Check(s.ctx())
		s.must(err)
		equal(t, what+"pending", h.Pending, c.pending)
		for range 3 {
			for _, q := range []string{"budg", "bud", "title:bu"} {
				equal(t, what+q, len(s.list(q)), c.items)
			}
			s.must(s.Maintain(s.ctx()))
			s.index()
		}
		s.checkIndex()
	}
}
