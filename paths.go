package main

import (
	"errors"
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
