package main

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"

	"github.com/adrg/xdg"
)

// paths are the files that dateline uses.
type paths struct {
	config string
	db     string
	// lock is locked while the configuration is edited.
	lock string
	// crashes is the log of panics.
	crashes string
	// pictures is the directory of the pictures that were shown; empty if there is none.
	pictures string
}

var errNoHome = errors.New("HOME is not set, so dateline cannot find its files; set HOME, or use both --config and --db")

// findHome sets HOME from the system's list of users if HOME is not set. Services and
// some versions of cron do not set it.
func findHome() {
	if _, err := os.UserHomeDir(); err == nil {
		return
	}
	if u, err := user.Current(); err == nil && filepath.IsAbs(u.HomeDir) && os.Setenv("HOME", u.HomeDir) == nil {
		xdg.Reload()
	}
}

// findPaths returns the files to use. config and db are the files named on the command
// line. If they are empty, the directories of the XDG base directory specification
// are used (https://specifications.freedesktop.org/basedir-spec/latest/).
func findPaths(config, db string) (paths, error) {
	home, _ := os.UserHomeDir()
	known := func(variable string) bool { return home != "" || filepath.IsAbs(os.Getenv(variable)) }
	p := paths{config: config, db: db}
	if config == "" {
		if !known("XDG_CONFIG_HOME") {
			return paths{}, errNoHome
		}
		p.config = filepath.Join(xdg.ConfigHome, "dateline", "config.toml")
	}
	if db == "" {
		if !known("XDG_DATA_HOME") {
			return paths{}, errNoHome
		}
		p.db = filepath.Join(xdg.DataHome, "dateline", "dateline.db")
	}
	if isSamePath(p.config, p.db) {
		return paths{}, fmt.Errorf("%s is named as the configuration and as the database; choose another file with --config or --db", p.db)
	}
	p.lock = filepath.Join(filepath.Dir(p.db), "config.lock")
	if known("XDG_STATE_HOME") {
		p.lock = filepath.Join(xdg.StateHome, "dateline", "config.lock")
	}
	p.crashes = filepath.Join(filepath.Dir(p.lock), "crash.log")
	if known("XDG_CACHE_HOME") {
		p.pictures = filepath.Join(xdg.CacheHome, "dateline", "pictures")
	}
	return p, nil
}

// isSamePath reports whether two paths lead to the same file, or would if the file existed.
func isSamePath(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	if errX == nil && errY == nil {
		return os.SameFile(x, y)
	}
	return inRealDir(a) == inRealDir(b)
}

// inRealDir returns a path without symbolic links in its directory.
func inRealDir(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		path = full
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(dir, filepath.Base(path))
	}
	return path
}
