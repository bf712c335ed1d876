package rescue

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"dateline/cache/cachetest"
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
