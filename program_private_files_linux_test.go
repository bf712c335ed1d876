package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestWrittenFilesArePrivate checks that only the user can read the files that dateline
// writes, whatever the umask is.
func TestWrittenFilesArePrivate(t *testing.T) {
	program := datelineCommand(t).Args[0]
	home := t.TempDir()
	config := filepath.Join(home, ".config", "dateline", "config.toml")
	if err := os.MkdirAll(filepath.Dir(config), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, []byte("[[feeds]]\nurl = \"builtin:guide\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) *exec.Cmd {
		cmd := exec.Command("sh", append([]string{"-c", `umask 0; exec "$0" "$@"`, program}, args...)...)
		for _, v := range os.Environ() {
			if !strings.HasPrefix(v, "XDG_") {
				cmd.Env = append(cmd.Env, v)
			}
		}
		cmd.Env = append(cmd.Env, "HOME="+home, "TERM=xterm-256color")
		return cmd
	}
	list := filepath.Join(t.TempDir(), "list.opml")
	if err := os.WriteFile(list, []byte(`<opml version="2.0"><body><outline xmlUrl="https://a.example/"/></body></opml>`), 0o600); err != nil {
		t.Fatal(err)
	}
	commands := [][]string{{"refresh"}, {"backup"}, {"doctor"}, {"import", list}, {"move", "a.example", "https://b.example/"}, {"remove", "b.example"}}
	for _, args := range commands {
		if out, err := run(args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	p := runOnTerminal(t, run(), 120, 40)
	p.expect("First steps")
	p.write("\r")
	p.expect("Welcome. You are reading the guide")
	checkPrivate(t, home)
	p.write("Q")
	p.expect("\x1b[?1049l")
	_ = p.cmd.Wait()
	checkPrivate(t, home)
}

// checkPrivate checks the modes of all files below the home directory of a test.
func checkPrivate(t *testing.T, home string) {
	t.Helper()
	shared := map[string]bool{home: true}
	for _, dir := range []string{".config", ".local", ".local/share", ".local/state", ".cache"} {
		shared[filepath.Join(home, dir)] = true
	}
	files := 0
	err := filepath.WalkDir(home, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil || shared[path] {
			return err
		}
		if !e.IsDir() {
			files++
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return nil
	})
	if err != nil || files < 3 {
		t.Errorf("%d files were written, %v", files, err)
	}
}
