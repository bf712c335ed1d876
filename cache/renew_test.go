package cache

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
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
	entries, err := s.entries(s.ctx(), places)
	s.must(err)
	s.must(s.write(s.ctx(), "outdate", func(tx *sql.Tx) error {
		for _, e := range entries {
			if _, err := tx.Exec(`INSERT INTO items_fts (rowid, title, author, body) VALUES (?, ?, ?, ?)`, e.pos, e.title, e.author, e.body); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`DELETE FROM items_text WHERE rowid IN (SELECT pos FROM items); UPDATE items SET renewed = 0; UPDATE renewal SET below = ?`, int64(top))
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
	old, err := texts(s.ctx(), s.readers, `SELECT name FROM sqlite_schema WHERE name LIKE 'items_fts%' OR name = 'items_words'`)
	s.must(err)
	equal(t, "tables of the old index", len(old), 0)
	for _, q := range queries {
		equal(t, "at the end: "+q, s.list(q), s.inGo(q))
	}
	_, err = s.writer.Exec(`INSERT INTO items_text (items_text) VALUES ('integrity-check')`)
	s.must(err)
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

// A cache of the schema before the present index opens with its texts in the
// old one; an empty one has nothing to renew.
func TestOpenBeforeRenewal(t *testing.T) {
	for items, want := range []int64{bottom, top} {
		path := filepath.Join(t.TempDir(), "cache.db")
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		for version, name := range []string{"0001_initial.sql", "0002_understanding.sql"} {
			script, err := migrations.ReadFile("migrations/" + name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(string(script) + fmt.Sprintf("; PRAGMA user_version = %d", version+1)); err != nil {
				t.Fatal(err)
			}
		}
		for range items {
			if _, err := db.Exec(`INSERT INTO feeds (url, place) VALUES ('a', 0);
				INSERT INTO items (pos, id, feed, identity, source, first_seen, indexed) VALUES (?1, 1, 1, 1, 1, 1, 1);
				INSERT INTO details (id, key, guid, title, author, summary, link, comments, words, categories, enclosures) VALUES (1, 'k', '', 'Budget', '', '', '', '', 1, '', '');
				INSERT INTO contents (id, base, body) VALUES (1, '', x'');
				INSERT INTO items_fts (rowid, title, author, body) VALUES (?1, 'budget', '', '')`, place(noon, 1)); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		s := openAt(t, path, &clock{now: noon})
		below, err := renewedTo(s.ctx(), s.readers)
		s.must(err)
		equal(t, "renewed to", below, want)
		for range 3 {
			equal(t, "found", len(s.list("budg")), items)
			s.must(s.Maintain(s.ctx()))
		}
	}
}
