package cache_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"modernc.org/sqlite"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
)

// A replacement is something that another program does to the file of a database. other is a
// whole database.
type replacement struct {
	name string
	do   func(path, other string) error
	// whole reports whether a database is at the path after it.
	whole bool
}

func replacements() []replacement {
	halve := func(path, _ string) error {
		info, err := os.Stat(path)
		return errors.Join(err, os.Truncate(path, info.Size()/2))
	}
	return []replacement{
		{"remove", func(path, _ string) error { return os.Remove(path) }, false},
		{"rename", func(path, _ string) error { return os.Rename(path, path+".old") }, false},
		{"rename another to it", func(path, other string) error { return os.Rename(other, path) }, true},
		{"copy another over it", copyOver, true},
		{"cut off all", func(path, _ string) error { return os.Truncate(path, 0) }, false},
		{"cut off half", halve, false},
		{"cut off within the header", func(path, _ string) error { return os.Truncate(path, 50) }, false},
		{"overwrite the header", func(path, _ string) error { return overwrite(path, "no database at all") }, false},
		{"a directory", func(path, _ string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) }, false},
		{"rename the directory", func(path, _ string) error {
			return os.Rename(filepath.Dir(path), filepath.Dir(path)+"-moved")
		}, false},
	}
}

func copyOver(path, other string) error {
	content, err := os.ReadFile(other)
	if err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}

func overwrite(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt([]byte(text), 0)
	return errors.Join(err, f.Close())
}

// databaseOf makes a closed database with 20 items of a feed.
func databaseOf(t *testing.T, url string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "data", "cache.db")
	s, err := cache.Open(t.Context(), path, cache.Options{Now: cachetest.NewClock(noon).Now})
	if err != nil {
		t.Fatal(err)
	}
	by := testStore{cachetest.Store{Store: s, Clock: cachetest.NewClock(noon), T: t}}
	by.Subscribe(url)
	var items []feed.Article
	for n := range 20 {
		items = append(items, cachetest.Item(fmt.Sprint(url, n), time.Duration(n+1)*time.Hour, fmt.Sprint(url, n), strings.Repeat(fmt.Sprintf("<p>words of item %d</p>", n), 30)))
	}
	by.SaveItems(url, items...)
	by.IndexAll()
	by.Must(s.Close())
	return path
}

// copyOf copies a database with its log. Within this process SQLite would use the memory
// that it shares with the stores that were open before.
func copyOf(t *testing.T, path string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "cache.db")
	err := copyOver(to, path)
	if _, missing := os.Stat(path + "-wal"); missing == nil {
		err = errors.Join(err, copyOver(to+"-wal", path+"-wal"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// checkWhole checks that a file is a whole database with the items of a feed, all of them
// unmarked.
func checkWhole(t *testing.T, path, url string) {
	t.Helper()
	d, err := sql.Open("sqlite", copyOf(t, path))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var check, of string
	var items, starred int
	if err := d.QueryRow(`PRAGMA integrity_check`).Scan(&check); err != nil || check != "ok" {
		t.Errorf("%s: %s %v", path, check, err)
	}
	if err := d.QueryRow(`SELECT f.url, count(*), sum(i.starred) FROM items i JOIN feeds f ON f.id = i.feed`).Scan(&of, &items, &starred); err != nil || of != url || items != 20 || starred != 0 {
		t.Errorf("%s: %d items of %s, %d starred, %v", path, items, of, starred, err)
	}
}

// TestNothingIsWrittenToAnotherFile checks that a store whose file was removed, renamed,
// replaced, overwritten or cut off by another program writes nothing more, says so, and
// leaves a database that was put in its place whole: then, and when the store is closed.
func TestNothingIsWrittenToAnotherFile(t *testing.T) {
	for _, r := range replacements() {
		t.Run(r.name, func(t *testing.T) {
			path, other := databaseOf(t, "a"), databaseOf(t, "b")
			s := openAt(t, path, cachetest.NewClock(noon))
			star := func(id int64) error {
				_, err := s.Apply(s.Ctx(), cache.MarkItems{{Items: []int64{id}, Flag: feed.Starred, On: true}})
				return err
			}
			s.Must(star(3)) // it is in the log
			s.Must(r.do(path, other))
			if err := star(4); !errors.Is(err, cache.ErrReplaced) {
				t.Errorf("a mark returns %v", err)
			}
			if err := s.SetFeeds(s.Ctx(), []feed.Subscription{{URL: "c"}}); err == nil {
				t.Error("another write returns no error")
			}
			if err := s.Maintain(s.Ctx()); !errors.Is(err, cache.ErrReplaced) {
				t.Errorf("the maintenance returns %v", err)
			}
			if err := s.Vacuum(s.Ctx()); !errors.Is(err, cache.ErrReplaced) {
				t.Errorf("vacuum returns %v", err)
			}
			if r.whole {
				checkWhole(t, path, "b")
			}
			s.Must(s.Close())
			if r.whole {
				checkWhole(t, path, "b")
				again := openAt(t, copyOf(t, path), s.Clock)
				if n, err := again.Count(s.Ctx(), cachetest.View(t, "is:starred"), 0); n != 0 || err != nil {
					t.Errorf("%d marks of the other database, %v", n, err)
				}
			}
		})
	}
}

// TestARenamedFileIsComplete checks that a database that was renamed under a store has all
// that was written before, in one file.
func TestARenamedFileIsComplete(t *testing.T) {
	path := databaseOf(t, "a")
	s := openAt(t, path, cachetest.NewClock(noon))
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{3}, Flag: feed.Starred, On: true}))
	s.Must(os.Rename(path, path+".old"))
	if err := s.Replaced(); !errors.Is(err, cache.ErrReplaced) {
		t.Fatalf("Replaced returns %v", err)
	}
	if left, err := filepath.Glob(path + "-*"); len(left) > 0 || err != nil {
		t.Errorf("%v are left for the next database", left)
	}
	old := openAt(t, path+".old", s.Clock)
	if n, err := old.Count(s.Ctx(), cachetest.View(t, "is:starred"), 0); n != 1 || err != nil {
		t.Errorf("%d marks, %v", n, err)
	}
}

// TestRestoredBySQLite checks that nothing is written to a database that another program has
// restored into the file by means of SQLite: its items have other IDs.
func TestRestoredBySQLite(t *testing.T) {
	path, other := databaseOf(t, "a"), databaseOf(t, "b")
	s := openAt(t, path, cachetest.NewClock(noon))
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{3}, Flag: feed.Starred, On: true}))
	d, err := sql.Open("sqlite", path)
	s.Must(err)
	defer d.Close()
	conn, err := d.Conn(s.Ctx())
	s.Must(err)
	s.Must(conn.Raw(func(c any) error {
		from, err := c.(interface {
			NewRestore(string) (*sqlite.Backup, error)
		}).NewRestore(other)
		if err != nil {
			return err
		}
		for more := true; more && err == nil; {
			more, err = from.Step(-1)
		}
		return errors.Join(err, from.Finish())
	}))
	s.Must(conn.Close())
	if err := s.Mark(s.Ctx(), feed.Mark{Items: []int64{4}, Flag: feed.Starred, On: true}); !errors.Is(err, cache.ErrReplaced) {
		t.Errorf("a mark returns %v", err)
	}
	s.Must(s.Close())
	checkWhole(t, path, "b")
}

// TestALogPulledAway checks that what was written before the log, or the memory that
// processes share, was removed is not lost, and that nothing is written without them.
func TestALogPulledAway(t *testing.T) {
	for _, files := range [][]string{{"-wal"}, {"-shm"}, {"-wal", "-shm"}} {
		path := databaseOf(t, "a")
		s := openAt(t, path, cachetest.NewClock(noon))
		s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{3}, Flag: feed.Starred, On: true}))
		for _, f := range files {
			s.Must(os.Remove(path + f))
		}
		if err := s.Mark(s.Ctx(), feed.Mark{Items: []int64{4}, Flag: feed.Starred, On: true}); !errors.Is(err, cache.ErrReplaced) {
			t.Errorf("%v: a mark returns %v", files, err)
		}
		s.Must(s.Close())
		next := openAt(t, copyOf(t, path), s.Clock)
		var check string
		s.Must(next.Readers().QueryRow(`PRAGMA integrity_check`).Scan(&check))
		if n, err := next.Count(s.Ctx(), cachetest.View(t, "is:starred"), 0); n != 1 || err != nil || check != "ok" {
			t.Errorf("%v: %d marks, %v, %s", files, n, err, check)
		}
	}
}

// TestALogCutOff checks that nothing is written to a file whose log was cut off, and that
// the file is whole after it, whether SQLite had copied a part of the log into it or not.
func TestALogCutOff(t *testing.T) {
	for _, copied := range []bool{false, true} {
		for _, left := range []int64{0, 20, 4096 + 56, 1 << 14} {
			path := databaseOf(t, "a")
			s := openAt(t, path, cachetest.NewClock(noon))
			mark := func(id int64) error {
				return s.Mark(s.Ctx(), feed.Mark{Items: []int64{id}, Flag: feed.Starred, On: true})
			}
			s.Must(mark(1))
			s.Must(mark(2))
			if copied {
				other, err := sql.Open("sqlite", path)
				s.Must(err)
				_, err = other.Exec(`PRAGMA wal_checkpoint(PASSIVE)`)
				s.Must(err)
				s.Must(other.Close())
			}
			s.Must(mark(3))
			s.Must(os.Truncate(path+"-wal", left))
			if err := mark(4); !errors.Is(err, cache.ErrReplaced) {
				t.Errorf("%d bytes left: a mark returns %v", left, err)
			}
			s.Must(s.Close())
			next := openAt(t, copyOf(t, path), s.Clock)
			var check string
			s.Must(next.Readers().QueryRow(`PRAGMA integrity_check`).Scan(&check))
			n, err := next.Count(s.Ctx(), cachetest.View(t, "is:starred"), 0)
			if err != nil || check != "ok" || copied && n != 2 {
				t.Errorf("%d bytes left, copied %t: %d marks, %v, %s", left, copied, n, err, check)
			}
		}
	}
}

// TestALinkThatChanges checks that nothing more is written to a database after the symbolic
// link to it was removed or leads to another one, and that the watcher tells of it. The
// marks before that are in the database.
func TestALinkThatChanges(t *testing.T) {
	for name, change := range map[string]func(link, other string) error{
		"removed": func(link, _ string) error { return os.Remove(link) },
		"changed": func(link, other string) error { return errors.Join(os.Remove(link), os.Symlink(other, link)) },
		"a file":  func(link, other string) error { return os.Rename(other, link) },
	} {
		path, other := databaseOf(t, "a"), databaseOf(t, "b")
		link := filepath.Join(t.TempDir(), "link.db")
		if err := os.Symlink(path, link); err != nil {
			t.Skip("this system has no symbolic links")
		}
		s := openAt(t, link, cachetest.NewClock(noon))
		changes, err := s.Changes(s.Ctx())
		s.Must(err)
		s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{1}, Flag: feed.Starred, On: true}))
		s.Must(change(link, other))
		select {
		case <-changes:
		case <-time.After(10 * time.Second):
			t.Errorf("%s: the watcher does not tell of it", name)
		}
		if err := s.Mark(s.Ctx(), feed.Mark{Items: []int64{2}, Flag: feed.Starred, On: true}); !errors.Is(err, cache.ErrReplaced) {
			t.Errorf("%s: a mark returns %v", name, err)
		}
		s.Must(s.Close())
		next := openAt(t, path, s.Clock)
		if n, err := next.Count(s.Ctx(), cachetest.View(t, "is:starred"), 0); n != 1 || err != nil {
			t.Errorf("%s: %d marks, %v", name, n, err)
		}
		if name == "changed" {
			checkWhole(t, other, "b")
		}
	}
}

// TestReplacedUnderAnotherProcess does the same to the database of another process, which
// then ends in good order.
func TestReplacedUnderAnotherProcess(t *testing.T) {
	for _, r := range replacements() {
		if !r.whole {
			continue
		}
		path, other := databaseOf(t, "a"), databaseOf(t, "b")
		child := exec.Command(os.Args[0], "-test.run=^TestOneReplaced$", "-test.count=1")
		child.Env = append(os.Environ(), "DATELINE_TEST_REPLACED="+path)
		in, err := child.StdinPipe()
		out, err2 := child.StdoutPipe()
		if err := errors.Join(err, err2, child.Start()); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		lines.Scan()
		if lines.Text() != "marked" {
			t.Errorf("%s: the first mark: %s", r.name, lines.Text())
		}
		err = r.do(path, other)
		_, err2 = io.WriteString(in, "go on\n")
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		lines.Scan()
		if lines.Text() != "replaced" {
			t.Errorf("%s: the second mark: %s", r.name, lines.Text())
		}
		in.Close()
		_ = child.Wait()
		checkWhole(t, path, "b")
	}
}

// TestOneReplaced is the other process of TestReplacedUnderAnotherProcess. By itself it does
// nothing.
func TestOneReplaced(t *testing.T) {
	path := os.Getenv("DATELINE_TEST_REPLACED")
	if path == "" {
		t.Skip("a part of TestReplacedUnderAnotherProcess")
	}
	ctx := context.Background()
	s, err := cache.Open(ctx, path, cache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	in := bufio.NewScanner(os.Stdin)
	for n := range 2 {
		_, err = s.Apply(ctx, cache.MarkItems{{Items: []int64{int64(n + 1)}, Flag: feed.Starred, On: true}})
		switch {
		case err == nil:
			fmt.Println("marked")
		case errors.Is(err, cache.ErrReplaced):
			fmt.Println("replaced")
		default:
			fmt.Println(err)
		}
		in.Scan()
	}
	s.Close()
}

// TestAForeignLogIsSetAside checks that a log that a killed process has left is not applied
// to another database, or to an earlier state of the same one, and that its own database
// gets it.
func TestAForeignLogIsSetAside(t *testing.T) {
	path, other := databaseOf(t, "a"), databaseOf(t, "b")
	earlier := path + ".earlier"
	s := openAt(t, path, cachetest.NewClock(noon))
	s.Must(copyOver(earlier, path))
	for id := range int64(3) {
		s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{id + 1}, Flag: feed.Read, On: true}))
	}
	s.Must(s.Close()) // the marks are in the file
	s = openAt(t, path, s.Clock)
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{7}, Flag: feed.Starred, On: true}))
	for _, c := range []struct {
		name, file    string
		starred, read int
		aside         bool
	}{
		{"its own", path, 1, 3, false},
		{"another database", other, 0, 0, true},
		{"an earlier state", earlier, 0, 0, true},
	} {
		killed := filepath.Join(t.TempDir(), "cache.db")
		s.Must(copyOver(killed, c.file))
		s.Must(copyOver(killed+"-wal", path+"-wal"))
		next := openAt(t, killed, s.Clock)
		for query, want := range map[string]int{"is:starred": c.starred, "is:read": c.read} {
			if n, err := next.Count(s.Ctx(), cachetest.View(t, query), 0); n != want || err != nil {
				t.Errorf("%s: %d items %s, %v, want %d", c.name, n, query, err, want)
			}
		}
		var check string
		s.Must(next.Readers().QueryRow(`PRAGMA integrity_check`).Scan(&check))
		kept, err := filepath.Glob(killed + ".log-*")
		if check != "ok" || err != nil || (len(kept) == 1) != c.aside || (next.Notice() != "") != c.aside {
			t.Errorf("%s: %s; the log is kept as %v, %q", c.name, check, kept, next.Notice())
		}
	}
}

// TestChangesTellOfAReplacedFile checks that a store that watches its file tells of its
// replacement without being asked to write.
func TestChangesTellOfAReplacedFile(t *testing.T) {
	for _, r := range replacements() {
		path, other := databaseOf(t, "a"), databaseOf(t, "b")
		s := openAt(t, path, cachetest.NewClock(noon))
		s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{3}, Flag: feed.Starred, On: true}))
		changes, err := s.Changes(s.Ctx())
		s.Must(err)
		s.Must(r.do(path, other))
		select {
		case <-changes:
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: nothing was reported", r.name)
		}
		if err := s.Replaced(); !errors.Is(err, cache.ErrReplaced) {
			t.Errorf("%s: Replaced returns %v", r.name, err)
		}
	}
}

// TestOwnWorkIsNoReplacement checks that what dateline itself does to the file, in this or
// in another process, is not taken for the work of another program.
func TestOwnWorkIsNoReplacement(t *testing.T) {
	path := databaseOf(t, "a")
	s, by := openAt(t, path, cachetest.NewClock(noon)), openAt(t, path, cachetest.NewClock(noon))
	for round := range 12 {
		var gone []feed.Article
		for n := range 40 {
			gone = append(gone, cachetest.Item(fmt.Sprint("more", round, "-", n), time.Hour, "more", strings.Repeat(fmt.Sprint(round, n, " "), 2000)))
		}
		by.SaveItems("a", gone...)
		by.IndexAll()
		s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{int64(round + 1)}, Flag: feed.Starred, On: true}))
		if round%3 == 2 {
			s.Must(by.Maintain(s.Ctx()))
			s.Must(s.Vacuum(s.Ctx()))
			_, err := by.Purge(s.Ctx(), "a")
			s.Must(err)
			s.Must(by.Maintain(s.Ctx()))
		}
		if round%4 == 3 {
			s.Must(by.Close())
			by = openAt(t, path, s.Clock)
		}
		s.Must(s.Replaced())
		s.Must(by.Replaced())
	}
}

// TestOpenMakesFilesPrivate checks that an existing database that others can read, such as a
// copy, is private after it was opened.
func TestOpenMakesFilesPrivate(t *testing.T) {
	path := databaseOf(t, "a")
	s := openAt(t, path, cachetest.NewClock(noon))
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{3}, Flag: feed.Starred, On: true}))
	files := []string{path, path + "-shm", path + "-wal"}
	for _, f := range files {
		s.Must(os.Chmod(f, 0o644))
	}
	openAt(t, path, s.Clock)
	for _, f := range files {
		info, err := os.Stat(f)
		s.Must(err)
		cachetest.Equal(t, f, info.Mode().Perm(), 0o600)
	}
}

// TestTheCountOfWritesIsInTheHeader checks what recognizes a database: each write
// transaction changes the count in the first page, and the log begins with that page.
func TestTheCountOfWritesIsInTheHeader(t *testing.T) {
	path := databaseOf(t, "a")
	count := func() []byte {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return content[48:52]
	}
	before := count()
	s := openAt(t, path, cachetest.NewClock(noon))
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{3}, Flag: feed.Starred, On: true}))
	log, err := os.ReadFile(path + "-wal")
	s.Must(err)
	if page := log[32:36]; !bytes.Equal(page, []byte{0, 0, 0, 1}) {
		t.Errorf("the log begins with page %x", page)
	}
	s.Must(s.Close())
	if after := count(); bytes.Equal(before, []byte{0, 0, 0, 0}) || slices.Equal(before, after) {
		t.Errorf("the count was %x and is %x", before, after)
	}
}
