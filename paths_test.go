package main

import (
	"errors"
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
