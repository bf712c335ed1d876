package main

import (
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"dateline/cache/rescue"
)

// TestDatabaseReplacedUnderTheScreen runs the program on a pseudo-terminal. While it runs,
// another database takes the place of its own, by a rename and by a copy over it. It checks
// that the user is told at once, that what is marked after that is kept in a file and the
// program fails, and that the new database is whole.
func TestDatabaseReplacedUnderTheScreen(t *testing.T) {
	for name, replace := range map[string]func(from, to string) error{
		"by a rename": os.Rename,
		"by a copy": func(from, to string) error {
			content, err := os.ReadFile(from)
			return errors.Join(err, os.WriteFile(to, content, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			other := datelineCommand(t)
			if out, err := exec.Command(other.Args[0], append(other.Args[1:], "refresh")...).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			p := startOnTerminal(t, 120, 40)
			path := p.cmd.Args[4]
			p.expect("First steps")
			p.write("s")
			p.expect("starred")
			if err := replace(other.Args[4], path); err != nil {
				t.Fatal(err)
			}
			p.expect("quit and start")
			p.write("s")
			p.expect("kept for")
			p.write("Q")
			p.expect("\x1b[?1049l")
			var failed *exec.ExitError
			if err := p.cmd.Wait(); !errors.As(err, &failed) || failed.ExitCode() != 1 {
				t.Errorf("the program ended with %v", err)
			}
			if files := rescue.ListUnsaved(path); len(files) != 1 {
				t.Errorf("the mark is in %v", files)
			}
			checkIntegrity(t, path)
		})
	}
}

// TestEndWhileTheDatabaseIsLocked checks that marks that another process keeps from being
// written are kept in a file when a signal or a key ends the program, and that the next
// command takes them in.
func TestEndWhileTheDatabaseIsLocked(t *testing.T) {
	for name, end := range map[string]func(*terminal){
		"by key":  func(p *terminal) { p.write("Q") },
		"by TERM": func(p *terminal) { p.cmd.Process.Signal(syscall.SIGTERM) },
	} {
		t.Run(name, func(t *testing.T) {
			p := startOnTerminal(t, 120, 40)
			path := p.cmd.Args[4]
			p.expect("First steps")
			d, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			d.SetMaxOpenConns(1)
			if _, err := d.Exec(`PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE`); err != nil {
				t.Fatal(err)
			}
			p.write("s")
			p.expect("starred")
			end(p)
			p.expect("\x1b[?1049l")
			if err := p.cmd.Wait(); err == nil {
				t.Error("the program ended without an error")
			}
			if _, err := d.Exec(`ROLLBACK`); err != nil {
				t.Fatal(err)
			}
			if files := rescue.ListUnsaved(path); len(files) != 1 {
				t.Fatalf("the mark is in %v", files)
			}
			out, err := exec.Command(p.cmd.Args[0], append(p.cmd.Args[1:], "list", "is:starred")...).CombinedOutput()
			if err != nil || !strings.Contains(string(out), "First steps") || !strings.Contains(string(out), "1 mark") {
				t.Errorf("%v\n%s", err, out)
			}
			if left, err := filepath.Glob(path + ".unsaved-*"); len(left) > 0 || err != nil {
				t.Errorf("%v are left", left)
			}
			checkIntegrity(t, path)
		})
	}
}

func checkIntegrity(t *testing.T, path string) {
	t.Helper()
	d, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var check string
	if err := d.QueryRow(`PRAGMA integrity_check`).Scan(&check); err != nil || check != "ok" {
		t.Errorf("the database: %s %v", check, err)
	}
}
