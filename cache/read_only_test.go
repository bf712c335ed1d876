package cache_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
)

// TestReadOnlyDirectory checks that a database in a directory that cannot be written
// can be read, reports why nothing can be saved, and saves marks again without being
// opened again as soon as it can be written.
func TestReadOnlyDirectory(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := filepath.Join(t.TempDir(), "data")
	s := openAt(t, filepath.Join(dir, "cache.db"), cachetest.NewClock(noon))
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("1", time.Minute), cachetest.Item("2", time.Minute))
	s.Must(s.Close())
	for _, lock := range [][2]os.FileMode{{0o500, 0o400}, {0o500, 0o600}, {0o700, 0o400}} {
		s.Must(os.Chmod(s.Path(), lock[1]))
		s.Must(os.Chmod(dir, lock[0]))
		s := openAt(t, s.Path(), s.Clock)
		cachetest.Equal(t, "items", len(s.List("")), 2)
		mark := feed.Mark{Items: s.IDs("1"), Flag: feed.Starred, On: true, At: s.Advance(time.Minute)}
		if err := s.Mark(s.Ctx(), mark); cache.WriteError(err) == nil {
			t.Errorf("%v: mark: %v", lock, err)
		}
		if s.ReadOnly() == nil {
			t.Errorf("%v: ReadOnly returns nil", lock)
		}
		cachetest.Equal(t, "items after that", len(s.List("")), 2)
		s.Must(os.Chmod(dir, 0o700))
		s.Must(os.Chmod(s.Path(), 0o600))
		s.Must(s.Mark(s.Ctx(), mark))
		cachetest.Equal(t, "starred", s.List("is:starred"), []string{"1"})
		cachetest.Equal(t, "ReadOnly", s.ReadOnly(), nil)
		s.MarkItems(feed.Starred, false, "1")
		s.Must(s.Close())
	}
}

// TestNowhereToWrite checks the errors for a directory and for a new file that cannot
// be created.
func TestNowhereToWrite(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "cache.db"), filepath.Join(dir, "data", "cache.db")} {
		if _, err := cache.Open(t.Context(), path, cache.Options{}); !errors.Is(err, cache.ErrReadOnly) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestWriteAfterFullDisk checks that writing works again after a full disk.
func TestWriteAfterFullDisk(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("1", time.Minute))
	s.Must(s.Vacuum(s.Ctx())) // free pages are room, too
	_, err := s.Writer().Exec(`PRAGMA max_page_count = 1`)
	s.Must(err)
	if _, err := s.Writer().Exec(`CREATE TABLE filler (a)`); err == nil {
		t.Fatal("the disk is not full")
	}
	if err := s.NoteWrite("save", cache.ErrFull); !errors.Is(err, cache.ErrFull) {
		t.Error(err)
	}
	cachetest.Equal(t, "ReadOnly", s.ReadOnly(), cache.ErrFull)
	s.MarkItems(feed.Starred, true, "1")
	cachetest.Equal(t, "starred", s.List("is:starred"), []string{"1"})
	cachetest.Equal(t, "ReadOnly", s.ReadOnly(), nil)
}
