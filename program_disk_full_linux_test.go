package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// diskScript runs commands in a home directory on a small file system. "run" checks the
// exit code of a command, "says" checks its output.
const diskScript = `
mount -t tmpfs -o size=6m none "$HOME"
run() { code=$1; shift; "$PROGRAM" "$@" --config "$CONFIG" --db "$HOME/data/dateline.db" >"$OUT" 2>&1 && got=0 || got=$?
	test $got = $code || { echo "$STEP: $* ended with $got:"; cat "$OUT"; exit 1; }; }
says() { grep -q "$1" "$OUT" || { echo "$STEP: it does not say $1:"; cat "$OUT"; exit 1; }; }

STEP="with room"
run 0 refresh
run 0 list; says "First steps"

STEP="on a full disk"
dd if=/dev/zero of="$HOME/full" bs=4096 2>/dev/null || true
run 0 list; says "First steps"
run 1 mark starred "First steps"; says "the disk is full: free some space"
run 1 refresh --all; says "the disk is full: free some space"

STEP="with room again"
rm "$HOME/full"
run 0 refresh --all
run 0 mark starred "First steps"
run 0 list is:starred; says "First steps"

STEP="in a read-only home"
touch "$HOME/data/dateline.db.unsaved-1.jsonl"
mount -o remount,ro "$HOME"
run 0 list is:starred; says "First steps"; says "read-only for now: .*; the changes of an earlier run still wait"
run 1 mark read "First steps"; says "cannot be written: check the permissions"
run 1 refresh --all; says "cannot be written: check the permissions"

STEP="in a writable home again"
mount -o remount,rw "$HOME"
rm "$HOME/data/dateline.db.unsaved-1.jsonl"
run 0 mark read "First steps"
run 0 refresh --all
run 0 doctor; says "No problems found"
`

// TestDiskFullOrReadOnly checks that dateline can be read on a full disk and in a
// read-only home directory, that it says what is wrong, that it sends no requests for
// items that it could not save, and that it saves again as soon as it can.
func TestDiskFullOrReadOnly(t *testing.T) {
	if out, err := exec.Command("unshare", "-Urm", "mount", "-t", "tmpfs", "none", t.TempDir()).CombinedOutput(); err != nil {
		t.Skipf("no file system can be mounted here: %v, %s", err, out)
	}
	var requests atomic.Int64
	feeds := feedServer()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		feeds.ServeHTTP(w, r)
	}))
	defer server.Close()
	dir := t.TempDir()
	home, config := filepath.Join(dir, "home"), filepath.Join(dir, "config.toml")
	text := fmt.Sprintf("[[feeds]]\nurl = \"builtin:guide\"\n[[feeds]]\nurl = %q\n", server.URL+"/rss")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", "-Urm", "sh", "-eu", "-c", diskScript)
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME=", "XDG_DATA_HOME=", "XDG_STATE_HOME=",
		"PROGRAM="+datelineCommand(t).Args[0], "CONFIG="+config, "OUT="+filepath.Join(dir, "out"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, strings.TrimSpace(string(out)))
	}
	if n := requests.Load(); n != 3 {
		t.Errorf("the server got %d requests, want one for each refresh that could be saved", n)
	}
}
