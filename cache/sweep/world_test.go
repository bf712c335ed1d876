package sweep

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/cache/db"
	"dateline/cache/rescue"
	"dateline/feed"
)

// world is a database with its files in a directory of its own.
type world struct {
	t     testing.TB
	dir   string
	clock *cachetest.Clock
	store *cache.Store
	// marked compares the last result of marking all with the items; nil if there is none.
	marked func(ctx context.Context) error
}

// chunk is the number of items that one transaction marks here, so that a few items need
// several of them.
const chunk = 7

func (w *world) path() string { return filepath.Join(w.dir, "cache.db") }

func (w *world) options() cache.Options { return cache.Options{Now: w.clock.Now} }

// open opens the database.
func (w *world) open(ctx context.Context) error {
	s, _, err := rescue.Open(ctx, w.path(), w.options(), func(string) {})
	if err != nil {
		return err
	}
	s.Internals().SetMarkChunk(chunk)
	w.store = s
	return nil
}

// close closes the database. After a kill, closing cannot work.
func (w *world) close() {
	if w.store != nil {
		_ = w.store.Close()
		w.store = nil
	}
}

// discard closes the database and removes its files.
func (w *world) discard() {
	w.close()
	_ = os.RemoveAll(filepath.Dir(w.dir))
}

// tools returns the store with the helpers of the tests.
func (w *world) tools() cachetest.Store {
	return cachetest.Store{Store: w.store, Clock: w.clock, T: w.t}
}

const (
	feedA, feedB, feedC = "https://a.example/", "https://b.example/", "https://c.example/"
	// movedTo is where feedA moves to.
	movedTo = "https://moved.example/"
)

func subscriptions(urls ...string) []feed.Subscription {
	var subs []feed.Subscription
	for _, u := range urls {
		subs = append(subs, feed.Subscription{URL: u, Settings: feed.Settings{KeepUnread: true}})
	}
	return subs
}

// articles returns n items of a feed, numbered from first.
func articles(name string, first, n int) []feed.Article {
	var list []feed.Article
	for i := first; i < first+n; i++ {
		key := fmt.Sprint(name, i)
		list = append(list, cachetest.Item(key, time.Duration(i+1)*time.Hour, "Title "+key, "<p>common unique"+key+"end"+strings.Repeat(" word"+key, 30)))
	}
	return list
}

// fill makes the database that every operation begins with: three feeds, two of which
// have a story in common, and marks of all kinds.
func (w *world) fill() {
	s := w.tools()
	s.Subscribe(feedA, feedB, feedC)
	shared := cachetest.Item("shared", time.Hour, "A story that two feeds have in common", "<p>common uniquesharedend")
	s.SaveItems(feedA, append(articles("a", 0, 24), shared)...)
	s.SaveItems(feedB, append(articles("b", 0, 12), shared)...)
	s.SaveItems(feedC, articles("c", 0, 3)...)
	s.IndexAll()
	s.Advance(time.Minute)
	s.MarkItems(feed.Starred, true, "a1", "b1", "c1")
	s.MarkItems(feed.Read, true, "a2", "a3", "b2")
	s.MarkItems(feed.Hidden, true, "a4")
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: s.IDs("a5", "c2"), Flag: feed.Label, Label: "kept", On: true, At: s.Now()},
		feed.Mark{Items: s.IDs("a6"), Flag: feed.Snooze, On: true, Until: s.Now().Add(48 * time.Hour), At: s.Now()}))
	for _, c := range []cache.Change{cache.SetProgress{Item: s.ID("a7"), Permille: 300}, cache.SetSetting{Key: "test", Value: "kept"}} {
		_, err := s.Apply(s.Ctx(), c)
		s.Must(err)
	}
	s.Advance(time.Minute)
}

// queries are what the user has in the database. Each row begins with the table.
func queries() []string {
	return []string{
		`SELECT 'feed', url, config_order, name, title, keep_items FROM feeds`,
		`SELECT 'item', f.url, d.key, d.title, i.edited, i.unsubscribed, length(c.body) FROM items i JOIN feeds f ON f.id = i.feed LEFT JOIN details d ON d.id = i.id LEFT JOIN contents c ON c.id = i.id`,
		`SELECT 'read', f.url, i.identity, i.read FROM items i JOIN feeds f ON f.id = i.feed`,
		`SELECT 'starred', f.url, i.identity, i.starred FROM items i JOIN feeds f ON f.id = i.feed`,
		`SELECT 'hidden', f.url, i.identity, i.hidden FROM items i JOIN feeds f ON f.id = i.feed`,
		`SELECT 'snoozed', f.url, i.identity, i.snoozed_until FROM items i JOIN feeds f ON f.id = i.feed`,
		`SELECT 'label', f.url, i.identity, l.name, l.held FROM labels l JOIN items i ON i.pos = l.pos JOIN feeds f ON f.id = i.feed`,
		`SELECT 'progress', i.identity, p.permille FROM progress p JOIN items i ON i.id = p.id`,
		`SELECT 'revision', i.identity, r.title FROM revisions r JOIN items i ON i.id = r.id`,
		`SELECT 'copy', f.url, i.identity, l.identity FROM items i JOIN feeds f ON f.id = i.feed JOIN items l ON l.id = i.copy_of`,
		`SELECT 'pending', f.url, p.identity, p.flag, p.label, p.is_on, p.value FROM pending_marks p JOIN feeds f ON f.id = p.feed`,
		`SELECT 'removed', f.url, r.identity FROM removed_items r JOIN feeds f ON f.id = r.feed`,
		`SELECT 'journal', step, flag, label, is_on, undone, hex(items) FROM journal`,
		`SELECT 'setting', key, value FROM settings WHERE key NOT IN ('cache.log')`,
	}
}

// state returns what the user has in a database, sorted.
func (w *world) state(ctx context.Context) ([]string, error) {
	var state []string
	for _, q := range queries() {
		rows, err := w.store.Internals().Readers().QueryContext(ctx, q)
		if err != nil {
			return nil, err
		}
		columns, err := rows.Columns()
		for err == nil && rows.Next() {
			row, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range row {
				into[i] = &row[i]
			}
			err = rows.Scan(into...)
			state = append(state, strings.TrimSuffix(fmt.Sprintln(row...), "\n"))
		}
		if err = errors.Join(err, rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	slices.Sort(state)
	return state, nil
}

func (w *world) mustState() []string {
	w.t.Helper()
	state, err := w.state(w.t.Context())
	must(w.t, err)
	return state
}

// sound returns an error if the database is damaged, if counts are wrong, or if a search
// does not find what is there.
func (w *world) sound(ctx context.Context) error {
	r, err := rescue.Check(ctx, w.store)
	if err != nil {
		return err
	}
	if len(r.Problems) > 0 {
		return fmt.Errorf("problems: %v", r.Problems)
	}
	readers := w.store.Internals().Readers()
	astray, err := db.Integers(ctx, readers, db.SQL(`SELECT c.id FROM items c LEFT JOIN items l ON l.id = c.copy_of
		WHERE c.copy_of IS NOT NULL AND (l.id IS NULL OR l.copy_of IS NOT NULL OR l.unsubscribed > c.unsubscribed)`))
	if err != nil || len(astray) > 0 {
		return errors.Join(err, fmt.Errorf("copies without a lead: %v", astray))
	}
	headless, err := db.Integers(ctx, readers, db.SQL(`SELECT id FROM items WHERE id NOT IN (SELECT id FROM details) OR id NOT IN (SELECT id FROM contents)`))
	if err != nil || len(headless) > 0 {
		return errors.Join(err, fmt.Errorf("items without texts: %v", headless))
	}
	return w.searchable(ctx)
}

// searchable compares the search index with the items.
func (w *world) searchable(ctx context.Context) error {
	readers := w.store.Internals().Readers()
	keys, err := db.Strings(ctx, readers, `SELECT d.key FROM details d JOIN items i ON i.id = d.id WHERE i.unsubscribed = 0 AND i.copy_of IS NULL AND i.hidden = 0 AND i.snoozed_until IS NULL`)
	if err != nil {
		return err
	}
	for _, key := range keys[:min(1, len(keys))] {
		rows, err := w.store.After(ctx, cachetest.View(w.t, "unique"+key+"end"), cache.Pos{}, 10)
		if err != nil {
			return err
		}
		if got := cachetest.KeysOf(rows); !slices.Equal(got, []string{key}) {
			return fmt.Errorf("a search for %s finds %q", key, got)
		}
	}
	rows, err := w.store.After(ctx, cachetest.View(w.t, "common"), cache.Pos{}, 1000)
	if err != nil {
		return err
	}
	found := cachetest.KeysOf(rows)
	slices.Sort(found)
	slices.Sort(keys)
	if !slices.Equal(found, keys) {
		return fmt.Errorf("a search finds %q, there are %q", found, keys)
	}
	var documents, indexed int
	err = readers.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM items_index_docsize), (SELECT count(*) FROM items WHERE doc_number IS NOT NULL)`).Scan(&documents, &indexed)
	if err == nil && documents != indexed {
		err = fmt.Errorf("the search index has %d documents for %d items", documents, indexed)
	}
	return err
}

// copyFiles replaces what is in the directory to by the files in from. Shared memory is
// not copied: the next process makes it again.
func copyFiles(from, to string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || strings.HasSuffix(path, "-shm") {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		if d.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		b, err := os.ReadFile(path)
		if err != nil && strings.HasSuffix(path, "lock") {
			err = nil // it is empty, and Windows reads no locked file
		}
		if err != nil {
			return err
		}
		return os.WriteFile(target, b, 0o600)
	})
}
