package rescue

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"dateline/cache/cachetest"
	"dateline/cache/db"
)

// TestBackUpToReplacesOnlyFiles checks that a backup replaces no directory, no device, no
// socket, no broken link, and no file that dateline uses, and that it follows links.
func TestBackUpToReplacesOnlyFiles(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	config := path("config.toml")
	s.Must(os.WriteFile(config, []byte("width = 80"), 0o600))
	s.Must(os.WriteFile(path("old.zip"), []byte("old"), 0o600))
	for link, to := range map[string]string{"db.zip": s.Path(), "broken.zip": path("none"), "null.zip": os.DevNull, "link.zip": path("old.zip")} {
		if err := os.Symlink(to, path(link)); err != nil {
			t.Skip("this system has no symbolic links")
		}
	}
	if err := os.Link(config, path("again.toml")); err != nil {
		t.Log(err)
	}
	write := func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }
	for _, refused := range []string{dir, dir + string(filepath.Separator), path("new") + string(filepath.Separator), s.Path(), path("db.zip"),
		path("broken.zip"), path("null.zip"), os.DevNull, config} {
		before, _ := os.Lstat(refused)
		if err := BackUpTo(t.Context(), s.Store.Store, refused, write, config); err == nil {
			t.Errorf("a backup was written to %s", refused)
		}
		after, _ := os.Lstat(refused)
		if (before == nil) != (after == nil) || before != nil && !os.SameFile(before, after) {
			t.Errorf("%s was replaced", refused)
		}
	}
	for _, good := range []string{path("link.zip"), path("new.zip"), filepath.Join(dir, "deep", "new.zip")} {
		s.Must(BackUpTo(t.Context(), s.Store.Store, good, write, config))
		data, err := os.ReadFile(good)
		s.Must(err)
		cachetest.Equal(t, good, string(data), "new")
	}
	info, err := os.Lstat(path("link.zip"))
	s.Must(err)
	cachetest.Equal(t, "the link is a link", info.Mode().Type(), os.ModeSymlink)
}

// TestNothingOfADamagedBackup checks that a backup with a wrong checksum changes nothing, even
// if most of it can be read, and that the message says what to do.
func TestNothingOfADamagedBackup(t *testing.T) {
	old := open(t)
	old.doEverything()
	whole, err := io.ReadAll(old.backup())
	old.Must(err)
	for n := 0; n < len(whole); n += 41 { // a new database for each costs time
		damaged := bytes.Clone(whole)
		damaged[n] ^= 4
		s := open(t)
		_, err := Restore(t.Context(), s.Store.Store, bytes.NewReader(damaged), int64(len(damaged)))
		if err == nil {
			continue // a bit that means nothing, such as of a date
		}
		if !errors.Is(err, errNoBackup) {
			t.Errorf("bit of byte %d: %v", n, err)
		}
		left, err := db.Integers(s.Ctx(), s.Readers(), db.SQL(`SELECT count(*) FROM pending_marks`))
		s.Must(err)
		if left[0] != 0 {
			t.Errorf("bit of byte %d: %d marks are left", n, left[0])
		}
		s.Must(s.Close())
	}
}
