package cache_test

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
)

// TestOpenCreatesPrivateFiles checks that only the user can read a new database, its
// log and its directory.
func TestOpenCreatesPrivateFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "dateline", "cache.db")
	s := openAt(t, path, cachetest.NewClock(noon))
	s.Subscribe("a")
	for file, want := range map[string]fs.FileMode{path: 0o600, path + "-wal": 0o600, filepath.Dir(path): 0o700} {
		info, err := os.Stat(file)
		s.Must(err)
		cachetest.Equal(t, file, info.Mode().Perm(), want)
	}
}

// TestOpenWritesNothing checks that opening an existing database writes nothing.
// Otherwise a start would wait for the disk, and every other process would read again.
func TestOpenWritesNothing(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	before, err := s.Version(s.Ctx())
	s.Must(err)
	other := openAt(t, s.Path(), s.Clock)
	_, err = other.Feeds(s.Ctx())
	s.Must(err)
	after, err := s.Version(s.Ctx())
	s.Must(err)
	if before != after {
		t.Error("opening the database has changed it")
	}
	var vacuum int
	s.Must(other.Writer().QueryRowContext(s.Ctx(), `PRAGMA auto_vacuum`).Scan(&vacuum))
	cachetest.Equal(t, "auto_vacuum", vacuum, 2)
}

// TestOpenAtOnce checks that several processes can open a database at the same time,
// also one that does not exist yet.
func TestOpenAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cache.db")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			s, err := cache.Open(t.Context(), path, cache.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.SetFeeds(t.Context(), []feed.Subscription{{URL: "a"}}); err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// TestOpenRefuses checks that a database of a newer version and files of other
// programs are refused and left as they are.
func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	newer := filepath.Join(dir, "newer.db")
	s := openAt(t, newer, cachetest.NewClock(noon))
	_, err := s.Writer().Exec(`PRAGMA user_version = 1000`)
	s.Must(err)
	s.Must(s.Close())
	garbage := filepath.Join(dir, "garbage.db")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(dir, "foreign.db")
	other, err := sql.Open("sqlite", foreign)
	s.Must(err)
	_, err = other.Exec(`CREATE TABLE bookmarks (url TEXT)`)
	s.Must(err)
	s.Must(other.Close())
	for path, want := range map[string]error{newer: cache.ErrNewer, garbage: cache.ErrForeign, foreign: cache.ErrForeign, filepath.Join(garbage, "cache.db"): cache.ErrOpen, dir: cache.ErrOpen} {
		_, err := cache.Open(t.Context(), path, cache.Options{})
		if !errors.Is(err, want) || !strings.Contains(err.Error(), path) {
			t.Errorf("open %s: %v, want the path and %v", filepath.Base(path), err, want)
		}
	}
	data, err := os.ReadFile(garbage)
	if err != nil || !strings.HasPrefix(string(data), "no database") {
		t.Errorf("a file that is not a database was changed: %v", err)
	}
}

// TestFullDisk checks that a full disk fails the write with its own error, and that
// saved data stays.
func TestFullDisk(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("1", time.Minute))
	_, err := s.Writer().Exec(`PRAGMA max_page_count = 1`)
	s.Must(err)
	var many []feed.Article
	for i := range 200 {
		many = append(many, cachetest.Item(strings.Repeat("x", i+100), time.Minute))
	}
	_, err = s.Save(s.Ctx(), feed.Fetched{URL: "a", Document: &feed.Document{Items: many}})
	if !errors.Is(err, cache.ErrFull) {
		t.Errorf("save on a full disk: %v", err)
	}
	cachetest.Equal(t, "kept", s.List(""), []string{"1"})
	s.CheckCounts()
}

// TestVersion checks that Version changes with the writes of another process, and not
// with own writes.
func TestVersion(t *testing.T) {
	s := open(t)
	other := openAt(t, s.Path(), s.Clock)
	before, err := s.Version(s.Ctx())
	s.Must(err)
	again, err := s.Version(s.Ctx())
	s.Must(err)
	cachetest.Equal(t, "version without a change", again, before)
	s.Must(s.setSetting("screen", "own"))
	own, err := s.Version(s.Ctx())
	s.Must(err)
	cachetest.Equal(t, "version after an own change", own, before)
	other.Subscribe("a")
	after, err := s.Version(s.Ctx())
	s.Must(err)
	if after == before {
		t.Error("a change by another process does not change Version")
	}
}

// TestSettings checks that settings, texts of any kind, are there after a restart.
func TestSettings(t *testing.T) {
	s := open(t)
	s.Must(s.setSetting("screen", `{"pane":1}`))
	s.Must(s.setSetting("screen", `{"pane":2}`))
	s.Must(s.Close())
	s = openAt(t, s.Path(), s.Clock)
	got, err := s.Setting(s.Ctx(), "screen")
	s.Must(err)
	cachetest.Equal(t, "setting", got, `{"pane":2}`)
	got, err = s.Setting(s.Ctx(), "other")
	s.Must(err)
	cachetest.Equal(t, "setting never made", got, "")
}

// TestOpenWhileAnotherCreatesTheFile checks that a process waits while another one has
// locked the new file, although SQLite does not wait when it switches a file to WAL.
func TestOpenWhileAnotherCreatesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dateline.db")
	other, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.SetMaxOpenConns(1)
	for _, q := range []string{"CREATE TABLE t (a)", "DROP TABLE t", "BEGIN IMMEDIATE"} {
		if _, err := other.Exec(q); err != nil {
			t.Fatal(q, err)
		}
	}
	opened := make(chan error)
	go func() {
		s, err := cache.Open(t.Context(), path, cache.Options{})
		if err == nil {
			err = s.Close()
		}
		opened <- err
	}()
	select {
	case err := <-opened:
		t.Fatal("while the file is locked:", err)
	case <-time.After(100 * time.Millisecond):
	}
	if _, err := other.Exec("COMMIT"); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Error("after it is free:", err)
	}
}
