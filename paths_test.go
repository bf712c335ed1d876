package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestFindPaths checks that named files are preferred, and that there is an error if HOME
// is not set.
func TestFindPaths(t *testing.T) {
	for _, v := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"} {
		t.Setenv(v, "")
	}
	for _, c := range [][2]string{{"", ""}, {"c.toml", ""}, {"", "d.db"}} {
		if p, err := findPaths(c[0], c[1]); !errors.Is(err, errNoHome) {
			t.Errorf("findPaths(%q) = %+v, %v", c, p, err)
		}
	}
	p, err := findPaths("c.toml", "dir/d.db")
	if err != nil || p != (paths{config: "c.toml", db: "dir/d.db", lock: "dir/config.lock", crashes: "dir/crash.log"}) {
		t.Errorf("got %+v, %v", p, err)
	}
}

// TestConfigIsNotDatabase checks that one file cannot be both the configuration and the
// database, however it is named, before and after it exists.
func TestConfigIsNotDatabase(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.Mkdir("real", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real", "link"); err != nil {
		t.Skip("this system has no symbolic links")
	}
	same := [][2]string{{"f", "./f"}, {"f", filepath.Join(dir, "f")}, {"real/f", "link/f"}, {"real/../f", "f"}}
	check := func() {
		t.Helper()
		for _, c := range same {
			if p, err := findPaths(c[0], c[1]); err == nil {
				t.Errorf("findPaths(%q) = %+v", c, p)
			}
		}
	}
	check()
	for _, name := range []string{"f", "real/f"} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link("f", "hard"); err == nil {
		same = append(same, [2]string{"hard", "f"})
	}
	check()
	if _, err := findPaths("f", "g"); err != nil {
		t.Error(err)
	}
}
