package rescue

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/cache/db"
	"dateline/feed"
)

// manyItems is how many items a damaged cache of these tests has.
const manyItems = 420

// damage creates a damaged database with many items, every third of them starred, and
// a backup if backup is set. spoil returns the damaged bytes.
func damage(t *testing.T, backup bool, spoil func(file []byte) []byte) (path string, c *cachetest.Clock) {
	t.Helper()
	s := open(t)
	s.Subscribe("https://a.example/")
	s.SaveItems("https://a.example/", manyArticles()...)
	var stars []string
	for i := range manyItems {
		if i%3 == 0 {
			stars = append(stars, fmt.Sprint(i))
		}
	}
	s.Advance(time.Minute)
	s.MarkItems(feed.Starred, true, stars...)
	s.IndexAll()
	if backup {
		_, err := BackUpNow(s.Ctx(), s.Store.Store)
		s.Must(err)
	}
	s.Must(s.Close())
	file, err := os.ReadFile(s.Path())
	s.Must(err)
	s.Must(os.WriteFile(s.Path(), spoil(file), 0o600))
	return s.Path(), s.Clock
}

func manyArticles() []feed.Article {
	var items []feed.Article
	for i := range manyItems {
		items = append(items, cachetest.Item(fmt.Sprint(i), time.Duration(i+1)*time.Minute, fmt.Sprintf("Title %d of many", i), "<p>"+strings.Repeat(fmt.Sprint("word", i, " "), 40)))
	}
	return items
}

// rootOf returns the number of the root page of a table.
func rootOf(t *testing.T, path, table string) int {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var root int
	if err := db.QueryRow(`SELECT rootpage FROM sqlite_schema WHERE name = ?`, table).Scan(&root); err != nil {
		t.Fatal(err)
	}
	return root
}

// pagesOf are the numbers of the pages with rows of a table in the way they
// are laid out.
func pagesOf(file []byte, about string) (pages []int) {
	for n := range len(file) / pageSize {
		page := file[n*pageSize:][:pageSize]
		if n > 0 && page[0] == leafPage && strings.Contains(string(page), about) && !strings.Contains(string(page), "CREATE ") {
			pages = append(pages, n)
		}
	}
	return pages
}

// damaged copy is a way to spoil a file.
type damagedFile struct {
	spoil func([]byte) []byte
	// least is the number of items that must be left before the feed is checked again.
	least int
}

func damages() map[string]damagedFile {
	zero := func(file []byte, page int) { clear(file[page*pageSize:][:pageSize]) }
	return map[string]damagedFile{
		"nothing":                 {func(b []byte) []byte { return b }, manyItems},
		"its header":              {func(b []byte) []byte { copy(b, strings.Repeat("x", db.HeaderSize)); return b }, manyItems},
		"its first page":          {func(b []byte) []byte { clear(b[:pageSize]); return b }, manyItems},
		"half of it gone":         {func(b []byte) []byte { return b[:len(b)/2/pageSize*pageSize+100] }, 0},
		"all but the first pages": {func(b []byte) []byte { return b[:40*pageSize] }, 0},
		"a page of texts": {func(b []byte) []byte {
			pages := pagesOf(b, "of many")
			zero(b, pages[len(pages)/2])
			return b
		}, manyItems - 60},
		"first and last page of texts": {func(b []byte) []byte {
			pages := pagesOf(b, "of many")
			zero(b, pages[0])
			zero(b, pages[len(pages)-1])
			return b
		}, manyItems - 120},
		"every seventh page": {func(b []byte) []byte {
			for n := 7; n < len(b)/pageSize; n += 7 {
				zero(b, n)
			}
			return b
		}, 0},
		"noise everywhere": {func(b []byte) []byte {
			for n := 2 * pageSize; n < len(b); n += 5000 {
				copy(b[n:], "noise noise noise")
			}
			return b
		}, 0},
	}
}

// TestSalvage checks that everything readable of a damaged file is in the new one,
// that the new file is undamaged, and that the old file is kept unchanged. If there is
// a backup, no mark is lost after the feed has brought its items again.
func TestSalvage(t *testing.T) {
	if testing.Short() {
		t.Skip("long under the race detector")
	}
	for name, c := range damages() {
		t.Run(name, func(t *testing.T) {
			var spoiled []byte
			path, clock := damage(t, true, func(b []byte) []byte { spoiled = bytes.Clone(c.spoil(b)); return spoiled })
			r, err := Salvage(t.Context(), path, cache.Options{Now: clock.Now})
			if err != nil {
				t.Fatal(err)
			}
			kept, err := os.ReadFile(r.Old)
			if err != nil || !bytes.Equal(kept, spoiled) {
				t.Errorf("the damaged file was not kept as it was: %v", err)
			}
			s := openAt(t, path, clock)
			s.sound()
			if r.Items < c.least {
				t.Errorf("%d items are left, want at least %d", r.Items, c.least)
			}
			s.Advance(time.Hour)
			s.Subscribe("https://a.example/")
			s.SaveItems("https://a.example/", manyArticles()...)
			s.IndexAll()
			cachetest.Equal(t, "items", len(s.List("")), manyItems)
			cachetest.Equal(t, "starred", len(s.List("is:starred")), manyItems/3)
			cachetest.Equal(t, "found", s.List("word77"), []string{"77"})
			s.sound()
			left, err := filepath.Glob(path + ".salvaging*")
			if err != nil || len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// sound checks that a full check finds no problems.
func (s testStore) sound() {
	s.T.Helper()
	h, err := Check(s.Ctx(), s.Store.Store)
	s.Must(err)
	cachetest.Equal(s.T, "problems", h.Problems, nil)
}

// TestSalvageWithoutBackup checks that the loss of a page of marks costs only these
// marks if there is no backup.
func TestSalvageWithoutBackup(t *testing.T) {
	var root int
	path, clock := damage(t, false, func(b []byte) []byte { return b })
	root = rootOf(t, path, "items")
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	// The root of a table of this size points to its leaves: the first one is
	// taken out.
	page := make([]byte, pageSize)
	if _, err := f.ReadAt(page, int64(root-1)*pageSize); err != nil {
		t.Fatal(err)
	}
	cell := int(page[12])<<8 | int(page[13])
	if _, err := f.WriteAt(make([]byte, pageSize), int64(db.BigEndian(page[cell:])-1)*pageSize); err != nil {
		t.Fatal(err)
	}
	f.Close()
	r, err := Salvage(t.Context(), path, cache.Options{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	if r.Items < manyItems-100 || r.Items == manyItems || r.Backup != "" {
		t.Errorf("salvaged %+v", r)
	}
	s := openAt(t, path, clock)
	s.sound()
	if n := len(s.List("is:starred")); n < (manyItems-100)/3 {
		t.Errorf("%d items are starred", n)
	}
}

// TestOpenTellsDamagedFromForeign checks that a database with a destroyed header is
// not taken for a file of another program, and that such a file is not salvaged.
func TestOpenTellsDamagedFromForeign(t *testing.T) {
	path, clock := damage(t, false, func(b []byte) []byte { clear(b[:pageSize]); return b })
	_, err := cache.Open(t.Context(), path, cache.Options{Now: clock.Now})
	if !errors.Is(err, cache.ErrCorrupt) {
		t.Errorf("a database without its first page: %v", err)
	}
}

// TestOpenLeavesForeignFilesAlone checks that the database of another program is left
// unchanged, whatever its version is.
func TestOpenLeavesForeignFilesAlone(t *testing.T) {
	for _, setup := range []string{"PRAGMA user_version = 3", "PRAGMA application_id = 77", "PRAGMA user_version = 99"} {
		path := filepath.Join(t.TempDir(), "other.db")
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range []string{"CREATE TABLE bookmarks (url TEXT)", setup} {
			if _, err := db.Exec(q); err != nil {
				t.Fatal(err)
			}
		}
		db.Close()
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cache.Open(t.Context(), path, cache.Options{}); !errors.Is(err, cache.ErrForeign) {
			t.Errorf("%s: %v", setup, err)
		}
		after, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(before, after) {
			t.Errorf("%s: the file was changed (%v)", setup, err)
		}
		if left, _ := filepath.Glob(path + "-*"); len(left) > 0 {
			t.Errorf("%s: left beside it: %v", setup, left)
		}
	}
}

// TestRepair checks that damaged indexes are built again and nothing is lost.
func TestRepair(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("1", time.Minute, "One", "alpha"), cachetest.Item("2", time.Minute, "Two", "beta"))
	s.IndexAll()
	s.MarkItems(feed.Starred, true, "1")
	for _, q := range []string{
		`PRAGMA writable_schema = 1`,
		`DELETE FROM items_index_data WHERE id > 10`,
		`UPDATE feeds SET unread = 7`,
	} {
		_, err := s.Writer().Exec(q)
		s.Must(err)
	}
	h, err := Repair(s.Ctx(), s.Store.Store)
	s.Must(err)
	cachetest.Equal(t, "problems", h.Problems, nil)
	s.IndexAll()
	cachetest.Equal(t, "found", s.List("alpha"), []string{"1"})
	cachetest.Equal(t, "starred", s.List("is:starred"), []string{"1"})
	s.CheckCounts()
}

// TestLostTextsComeAgain checks that an item whose texts could not be read takes them from
// the next response of its feed, keeps its marks, and does not count as edited. The next
// request must be one for the whole document.
func TestLostTextsComeAgain(t *testing.T) {
	for _, c := range []struct {
		name, spoil string
		replace     func(*testing.T, string, cache.Options) (Replacement, error)
	}{
		{"body of a damaged file", `UPDATE contents SET body = x'28b52ffd00deadbeef' WHERE id = ?`, salvageOf},
		{"lists of a damaged file", `UPDATE details SET enclosures = '[{' WHERE id = ?`, salvageOf},
		{"row of a damaged file", `DELETE FROM contents WHERE id = ?`, salvageOf},
		{"body of an older file", `UPDATE contents SET body = x'28b52ffd00deadbeef' WHERE id = ?`, takeOverOf},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			s.Subscribe("a")
			items := []feed.Article{cachetest.Item("1", time.Minute, "One", "alpha"), cachetest.Item("2", time.Minute, "Two", "beta")}
			items[0].Enclosures = []feed.Enclosure{{URL: "https://a.example/1.mp3", Type: "audio/mpeg"}}
			s.SaveItems("a", items...)
			s.Advance(time.Minute)
			s.MarkItems(feed.Read, true, "1")
			s.MarkItems(feed.Starred, true, "1")
			for _, q := range []string{c.spoil, `UPDATE feeds SET etag = 'x', body_hash = 'y' WHERE ? > 0`} {
				_, err := s.Writer().Exec(q, s.ID("1"))
				s.Must(err)
			}
			s.Must(s.Close())
			_, err := c.replace(t, s.Path(), cache.Options{Now: s.Clock.Now})
			s.Must(err)
			s = openAt(t, s.Path(), s.Clock)
			s.Subscribe("a")
			s.IndexAll()
			feeds, err := s.Feeds(s.Ctx())
			s.Must(err)
			cachetest.Equal(t, "validators", feeds[0].Poll.ETag+feeds[0].Poll.BodyHash, "")
			s.Advance(time.Hour)
			s.SaveItems("a", items...)
			s.IndexAll()
			a, err := s.Article(s.Ctx(), s.ID("1"))
			s.Must(err)
			cachetest.Equal(t, "body", a.Body.Raw, items[0].Body.Raw)
			cachetest.Equal(t, "enclosures", a.Enclosures, items[0].Enclosures)
			cachetest.Equal(t, "read, starred, edited", []bool{a.Read, a.Starred, a.Edited}, []bool{true, true, false})
			cachetest.Equal(t, "found", s.List("alpha"), []string{"1"})
			s.sound()
		})
	}
}

func salvageOf(t *testing.T, path string, o cache.Options) (Replacement, error) {
	return Salvage(t.Context(), path, o)
}

// takeOverOf makes the file one of an older version first.
func takeOverOf(t *testing.T, path string, o cache.Options) (Replacement, error) {
	old, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := old.Exec(`PRAGMA user_version = 1`); err != nil {
		t.Fatal(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	return TakeOver(t.Context(), path, o)
}
