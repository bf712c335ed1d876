package rescue

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/markup"
)

// oldSchemas returns the schemas before the first release, which were applied one
// after the other.
func oldSchemas(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("testdata/schema/*.sql")
	if err != nil || len(names) != 7 {
		t.Fatal(names, err)
	}
	return names
}

// packedBody returns a body as it is stored.
func packedBody(t *testing.T, text string) []byte {
	t.Helper()
	e, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return e.EncodeAll([]byte(text), nil)
}

const (
	oldFeed  = "https://a.example/"
	leftFeed = "https://left.example/"
)

// markedAt is when the marks of an old database were made.
var markedAt = noon.Add(-time.Hour)

// makeOld creates a database of an older version, with marks of every kind.
func makeOld(t *testing.T, path string, version int) {
	t.Helper()
	conn, err := db.Open(path, 1, db.Pragmas("auto_vacuum(incremental)", "journal_mode(wal)"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	run := func(query string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(query, args...); err != nil {
			t.Fatalf("version %d: %v\n%s", version, err, query)
		}
	}
	for v, name := range oldSchemas(t)[:version] {
		script, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		run(string(script) + fmt.Sprintf("; PRAGMA user_version = %d", v+1))
	}
	at := markedAt.UnixMicro()
	run(`INSERT INTO feeds (id, url, place, name, tags, title, etag, last_modified, body_hash, last_checked, last_ok, next_check, status, failures, final_url)
		VALUES (1, ?, 0, 'Mine', '["world"]', 'Theirs', 'tag', 'then', 'hash', ?2, ?2, ?3, 200, 0, 'https://a.example/final')`, oldFeed, at, at+60e6)
	run(`INSERT INTO feeds (id, url, title) VALUES (2, ?, 'Left')`, leftFeed)
	for id := int64(1); id <= 9; id++ {
		of := 1
		if id == 9 {
			of = 2
		}
		run(`INSERT INTO items (pos, id, feed, identity, source, first_seen, indexed, away) VALUES (?1, ?2, ?3, ?2 + 1000, 5, ?4, 1, ?3 = 2)`,
			db.Position(noon.Add(-time.Duration(id)*time.Hour), id), id, of, at-60e6)
		run(`INSERT INTO details (id, key, guid, title, author, summary, link, comments, words, categories, enclosures) VALUES (?1, ?2, ?2, 'Title ' || ?2, 'Anna', 's', 'https://a.example/' || ?2, '', 3, '["news"]', '')`, id, fmt.Sprint(id))
		run(`INSERT INTO contents (id, base, body) VALUES (?, 'https://a.example/', ?)`, id, packedBody(t, fmt.Sprintf("<p>zebra word%d</p>", id)))
	}
	run(`UPDATE items SET read = 1, read_at = ? WHERE id = 1`, at)
	run(`UPDATE items SET starred = 1, starred_at = ? WHERE id IN (2, 9)`, at)
	run(`UPDATE items SET hidden = 1, hidden_at = ? WHERE id = 3`, at)
	run(`UPDATE items SET snoozed_until = ?, snoozed_at = ? WHERE id = 5`, noon.Add(48*time.Hour).UnixMicro(), at)
	run(`UPDATE items SET read_at = ? WHERE id = 8`, at) // unread again
	run(`INSERT INTO labels SELECT 'later', pos, 1, ?1 FROM items WHERE id = 4 UNION ALL SELECT 'once', pos, 0, ?1 FROM items WHERE id = 4`, at)
	run(`INSERT INTO positions VALUES (6, 321)`)
	run(`INSERT INTO gone VALUES (1, 77)`)
	run(`INSERT INTO settings VALUES ('screen', '{"pane":1}')`)
	run(`INSERT INTO journal (id, step, flag, label, is_on, at, items) VALUES (1, 1, 'starred', '', 1, ?, x'04')`, at)
	run(`UPDATE sequence SET next = 500`)
	run(`UPDATE feeds SET total = 7, unread = 6 WHERE id = 1`)
	run(`UPDATE feeds SET total = 1, unread = 1 WHERE id = 2`)
	if version >= 2 {
		run(`UPDATE feeds SET wishes = '{}', reason = 'because', rhythm = 3600000000 WHERE id = 1`)
		run(`INSERT INTO polls VALUES (1, ?, 'ok', 200, 10, 1, 2, 0, 5, '')`, at)
		run(`INSERT INTO revisions VALUES (7, ?, 'Before', '', ?)`, at, packedBody(t, "older"))
		run(`INSERT INTO fulltexts VALUES (7, ?, '', ?, '')`, at, packedBody(t, "<p>wholepage</p>"))
		run(`UPDATE items SET fulltext = 1, edited = 1, pictured = 1 WHERE id = 7`)
	}
	if version >= 4 {
		run(`INSERT INTO waiting (feed, identity, flag, label, is_on, at) VALUES (1, 2000, 'starred', '', 1, ?)`, at)
	}
}

// hasOld checks that a store has what makeOld wrote.
func (s testStore) hasOld(version int) {
	s.T.Helper()
	s.sound()
	s.IndexAll()
	for query, want := range map[string][]string{
		"": {"1", "2", "4", "6", "7", "8"}, "is:read": {"1"}, "is:starred": {"2", "9"}, "is:hidden": {"3"}, "label:later": {"4"}, "label:once": {}, "is:snoozed": {"5"},
		"feed:=" + leftFeed: {"9"}, "word6": {"6"}, "zebra is:unread": {"2", "4", "6", "7", "8"}, "author:anna is:hidden": {"3"}, "tag:world is:read": {"1"},
	} {
		cachetest.Equal(s.T, fmt.Sprint(version, ": ", query), s.List(query), want)
	}
	at := markedAt.UnixMicro()
	times, err := db.Integers(s.Ctx(), s.Readers(), db.SQL(`SELECT read_at FROM items WHERE id IN (1, 8) UNION ALL SELECT starred_at FROM items WHERE id IN (2, 9) UNION ALL
		SELECT hidden_at FROM items WHERE id = 3 UNION ALL SELECT snoozed_at FROM items WHERE id = 5 UNION ALL SELECT at FROM labels`))
	s.Must(err)
	cachetest.Equal(s.T, "times of marks", times, []int64{at, at, at, at, at, at, at, at})
	a, err := s.Article(s.Ctx(), 5)
	s.Must(err)
	cachetest.Equal(s.T, "snoozed until", a.Snoozed, noon.Add(48*time.Hour))
	cachetest.Equal(s.T, "body", a.Body, markup.Body{Raw: "<p>zebra word5</p>", Base: oldFeed})
	permille, err := s.Progress(s.Ctx(), 6)
	s.Must(err)
	cachetest.Equal(s.T, "reading progress", permille, 321)
	screen, err := s.Setting(s.Ctx(), "screen")
	s.Must(err)
	cachetest.Equal(s.T, "setting", screen, `{"pane":1}`)
	feeds, err := s.Feeds(s.Ctx())
	s.Must(err)
	f := feeds[0]
	cachetest.Equal(s.T, "feeds", []any{len(feeds), f.URL, f.Title, f.Tags, f.Total, f.Unread, f.Account}, []any{1, oldFeed, "Mine", []string{"world"}, 6, 5, ""})
	cachetest.Equal(s.T, "poll state", []any{f.Poll.ETag, f.Poll.LastModified, f.Poll.BodyHash, f.Poll.LastChecked, f.Poll.NextCheck, f.Poll.Status, f.Poll.FinalURL},
		[]any{"tag", "then", "hash", markedAt, markedAt.Add(time.Minute), 200, "https://a.example/final"})
	if version >= 2 {
		cachetest.Equal(s.T, "reason and interval", []any{f.Poll.Reason, f.Poll.PostInterval}, []any{"because", time.Hour})
		polls, err := s.PollLog(s.Ctx(), oldFeed, 9)
		s.Must(err)
		cachetest.Equal(s.T, "polls", len(polls), 1)
		r, err := s.Revision(s.Ctx(), 7)
		s.Must(err)
		cachetest.Equal(s.T, "revision", []any{r.Title, r.Body.Raw}, []any{"Before", "older"})
		cachetest.Equal(s.T, "found in the page", s.List("wholepage"), []string{"7"})
		cachetest.Equal(s.T, "has", s.List("has:image is:edited has:fulltext"), []string{"7"})
	}
	s.keepsTheRest(version)
}

// keepsTheRest checks pending marks, undo, IDs and removed items.
func (s testStore) keepsTheRest(version int) {
	s.T.Helper()
	if version >= 4 {
		pending, err := db.Integers(s.Ctx(), s.Readers(), db.SQL(`SELECT identity FROM pending_marks`))
		s.Must(err)
		cachetest.Equal(s.T, "pending marks", pending, []int64{2000})
	}
	removed, err := db.Integers(s.Ctx(), s.Readers(), db.SQL(`SELECT identity FROM removed_items`))
	s.Must(err)
	cachetest.Equal(s.T, "removed items", removed, []int64{77})
	undone, err := s.Apply(s.Ctx(), cache.UndoLast{At: s.Now()})
	s.Must(err)
	cachetest.Equal(s.T, "undone", []any{undone.Step.Flag, undone.Step.On, undone.Step.Items}, []any{feed.Starred, false, []int64{2}})
	s.SaveItems(oldFeed, cachetest.Item("fresh", time.Minute))
	cachetest.Equal(s.T, "next id", s.ID("fresh"), 500)
}

// openOld opens a database like main.
func openOld(t *testing.T, path string) (testStore, Replacement) {
	t.Helper()
	c := open(t).Clock
	s, r, err := Open(t.Context(), path, cache.Options{Now: c.Now}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return testStoreOf(s, c, t), r
}

// TestTakeOver checks that a database of every older version is converted
// completely. The old file stays as it was, and only the user can read it. The next
// start has nothing to do.
func TestTakeOver(t *testing.T) {
	for version := 1; version <= len(oldSchemas(t)); version++ {
		path := filepath.Join(t.TempDir(), "dateline.db")
		makeOld(t, path, version)
		if _, err := cache.Open(t.Context(), path, cache.Options{}); !errors.Is(err, cache.ErrOutdated) {
			t.Fatalf("version %d: %v", version, err)
		}
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s, r := openOld(t, path)
		s.hasOld(version)
		if !strings.Contains(r.UserMessage(), "older version of dateline") || !strings.Contains(r.UserMessage(), r.Old) || r.Items != 9 {
			t.Errorf("version %d: %q", version, r.UserMessage())
		}
		after, err := os.ReadFile(r.Old)
		if err != nil || string(withoutMode(after)) != string(withoutMode(before)) {
			t.Errorf("version %d: the old file is not what it was: %v", version, err)
		}
		info, err := os.Stat(r.Old)
		s.Must(err)
		cachetest.Equal(t, "permissions of the old file", info.Mode().Perm(), fs.FileMode(0o600))
		if _, again := openOld(t, path); again.Old != "" {
			t.Errorf("version %d: converted twice", version)
		}
		left, _ := filepath.Glob(path + ".salvaging*")
		cachetest.Equal(t, "left behind", left, nil)
	}
}

// withoutMode returns the bytes of a database without those of its header that say
// whether it has a log: the format versions and the change counters.
func withoutMode(file []byte) []byte {
	file = slices.Clone(file)
	for _, part := range [][2]int{{18, 20}, {24, 28}, {92, 100}} {
		clear(file[part[0]:part[1]])
	}
	return file
}

// TestTakeOverKeepsEmptyTexts protects the rows whose text is empty: the page that had
// no article, and the revision of an item that had no text before.
func TestTakeOverKeepsEmptyTexts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dateline.db")
	makeOld(t, path, 7)
	conn, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		`INSERT INTO revisions VALUES (6, 1, 'Before', '', x'')`,
		`INSERT INTO fulltexts VALUES (6, 1, '', x'', 'no article')`,
		`UPDATE contents SET body = x'' WHERE id = 9`,
	} {
		if _, err := conn.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
	conn.Close()
	s, _ := openOld(t, path)
	for table, want := range map[string]int64{"revisions": 2, "page_texts": 2} {
		got, err := db.Integers(s.Ctx(), s.Readers(), db.SQL(`SELECT count(*) FROM `+table))
		s.Must(err)
		cachetest.Equal(t, "rows of "+table, got, []int64{want})
	}
	base, err := db.Strings(s.Ctx(), s.Readers(), `SELECT base FROM contents WHERE id = 9`)
	s.Must(err)
	cachetest.Equal(t, "base of an empty text", base, []string{"https://a.example/"})
}

// TestTakeOverInUse protects the marks of an older version that is still running. It
// would go on writing to the old file, so nothing is converted while it has that open.
func TestTakeOverInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dateline.db")
	makeOld(t, path, 7)
	running, err := db.Open(path, 1, db.Pragmas("journal_mode(wal)"))
	if err != nil {
		t.Fatal(err)
	}
	defer running.Close()
	star := func(id int) {
		t.Helper()
		if _, err := running.Exec(`UPDATE items SET starred = 1, starred_at = 1 WHERE id = ?`, id); err != nil {
			t.Fatal(err)
		}
	}
	star(7)
	if old, err := lockOld(t.Context(), path, time.Millisecond); !errors.Is(err, inUseError{}) {
		if err == nil {
			old.Close()
		}
		t.Fatalf("a file in use: %v", err)
	}
	star(8)
	if err := running.Close(); err != nil {
		t.Fatal(err)
	}
	s, _ := openOld(t, path)
	cachetest.Equal(t, "starred", s.List("is:starred"), []string{"2", "7", "8", "9"})
}

// TestTakeOverThroughALink protects a database in another directory, to which a symbolic
// link leads: the file itself is converted, and the link stays.
func TestTakeOverThroughALink(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real.db"), filepath.Join(dir, "link.db")
	makeOld(t, real, 7)
	if err := os.Symlink("real.db", link); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	s, r := openOld(t, link)
	s.hasOld(7)
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v", err)
	}
	cachetest.Equal(t, "directory and name of the old file", strings.HasPrefix(r.Old, real+".outdated-"), true)
}

// TestTakeOverKilledBetweenRenames protects a file system without hard links: the new
// file is complete then, and gets its name at the next start.
func TestTakeOverKilledBetweenRenames(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dateline.db")
	makeOld(t, path, 7)
	s, _ := openOld(t, path)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path, path+freshSuffix); err != nil {
		t.Fatal(err)
	}
	s, _ = openOld(t, path)
	s.hasOld(7)
}

// TestTakeOverWithLog checks that what an older version that was killed left in its
// log is converted, too.
func TestTakeOverWithLog(t *testing.T) {
	dir := t.TempDir()
	live, path := filepath.Join(dir, "live.db"), filepath.Join(dir, "dateline.db")
	makeOld(t, live, 7)
	conn, err := db.Open(live, 1, db.Pragmas("journal_mode(wal)", "wal_autocheckpoint(0)"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Exec(`UPDATE items SET starred = 1, starred_at = 1 WHERE id = 8`); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal"} {
		if err := copyFile(live+suffix, path+suffix); err != nil {
			t.Fatal(err)
		}
	}
	s, _ := openOld(t, path)
	cachetest.Equal(t, "starred", s.List("is:starred"), []string{"2", "8", "9"})
}

// TestTakeOverAtOnce checks that of several processes that start at the same time one
// converts the file, and the others use the new file.
func TestTakeOverAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dateline.db")
	makeOld(t, path, 7)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var kept []string
	for range 6 {
		wg.Go(func() {
			s, r, err := Open(t.Context(), path, cache.Options{}, func(string) {})
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			mu.Lock()
			defer mu.Unlock()
			if r.Old != "" {
				kept = append(kept, r.Old)
			}
		})
	}
	wg.Wait()
	cachetest.Equal(t, "processes that took over", len(kept), 1)
	files, _ := filepath.Glob(path + ".outdated*")
	cachetest.Equal(t, "old files", files, kept)
	s, _ := openOld(t, path)
	s.hasOld(7)
}

// TestTakeOverKilledAtTheEnd checks that a conversion that was killed while the files
// were renamed starts again.
func TestTakeOverKilledAtTheEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dateline.db")
	makeOld(t, path, 7)
	if err := os.Link(path, path+".outdated-"+noon.Format(time.DateOnly)); err != nil {
		t.Skip("no hard links here:", err)
	}
	for _, rest := range []string{".salvaging-new", ".salvaging-new-wal", ".salvaging.lock"} {
		if err := os.WriteFile(path+rest, []byte("rest"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, r := openOld(t, path)
	s.hasOld(7)
	cachetest.Equal(t, "old file", r.Old, path+".outdated-"+noon.Format(time.DateOnly))
}

// TestTakeOverDamaged checks that a damaged database of an older version is salvaged.
func TestTakeOverDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dateline.db")
	makeOld(t, path, 7)
	conn, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	var root int64
	if err := conn.QueryRow(`SELECT rootpage FROM sqlite_schema WHERE name = 'details'`).Scan(&root); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(make([]byte, pageSize), (root-1)*pageSize); err != nil {
		t.Fatal(err)
	}
	f.Close()
	s, r := openOld(t, path)
	s.sound()
	if r.Outdated || !strings.Contains(r.UserMessage(), "damaged") {
		t.Errorf("%+v", r)
	}
	pending, err := db.Integers(s.Ctx(), s.Readers(), db.SQL(`SELECT DISTINCT identity FROM pending_marks ORDER BY 1`))
	s.Must(err)
	cachetest.Equal(t, "items with pending marks", pending, []int64{1001, 1002, 1003, 1004, 1005, 1006, 1008, 1009, 2000})
}
