package cache

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dateline/feed"
)

// A cache in a directory that cannot be written is read all the same, says with
// what error nothing can be saved, and takes marks again, without being opened
// anew, as soon as it can be.
func TestReadOnlyCache(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := filepath.Join(t.TempDir(), "data")
	s := openAt(t, filepath.Join(dir, "cache.db"), &clock{now: noon})
	s.subscribe("a")
	s.save("a", item("1", time.Minute), item("2", time.Minute))
	s.must(s.Close())
	for _, lock := range [][2]os.FileMode{{0o500, 0o400}, {0o500, 0o600}, {0o700, 0o400}} {
		s.must(os.Chmod(s.Path(), lock[1]))
		s.must(os.Chmod(dir, lock[0]))
		s := openAt(t, s.Path(), s.clock)
		equal(t, "items", len(s.list("")), 2)
		mark := feed.Mark{Items: s.ids("1"), Flag: feed.Starred, On: true, At: s.advance(time.Minute)}
		if err := s.Mark(s.ctx(), mark); writeError(err) == nil {
			t.Errorf("%v: mark: %v", lock, err)
		}
		if s.ReadOnly() == nil {
			t.Errorf("%v: not known to be unwritable", lock)
		}
		equal(t, "items after that", len(s.list("")), 2)
		s.must(os.Chmod(dir, 0o700))
		s.must(os.Chmod(s.Path(), 0o600))
		s.must(s.Mark(s.ctx(), mark))
		equal(t, "starred", s.list("is:starred"), []string{"1"})
		equal(t, "readOnly", s.ReadOnly(), nil)
		s.mark(feed.Starred, false, "1")
		s.must(s.Close())
	}
}

// A directory that cannot be made, and a new file that cannot be, are told by
// their own errors.
func TestNowhereToWrite(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "cache.db"), filepath.Join(dir, "data", "cache.db")} {
		if _, err := Open(t.Context(), path, Options{}); !errors.Is(err, ErrReadOnly) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// After a full disk the next write begins anew, and what was refused is taken.
func TestRoomAgain(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Minute))
	s.must(s.Vacuum(s.ctx())) // free pages are room, too
	_, err := s.writer.Exec(`PRAGMA max_page_count = 1`)
	s.must(err)
	if _, err := s.writer.Exec(`CREATE TABLE filler (a)`); err == nil {
		t.Fatal("there is room")
	}
	if err := s.noteWrite("save", ErrFull); !errors.Is(err, ErrFull) {
		t.Error(err)
	}
	equal(t, "readOnly", s.ReadOnly(), ErrFull)
	s.mark(feed.Starred, true, "1")
	equal(t, "starred", s.list("is:starred"), []string{"1"})
	equal(t, "readOnly", s.ReadOnly(), nil)
}
