package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// interruptLimit is how long a command may take to end after a signal: two seconds, and
// some more because tests share a machine. Without a signal the commands of the test wait
// for at least ten seconds.
const interruptLimit = 6 * time.Second

// waiting is a command that waits. Its files are in the directory home: config.toml,
// dateline.db, fifo (a named pipe that nobody opens), and other ones.
type waiting struct {
	// config is the configuration. $HOME and $SRV are replaced.
	config string
	args   string
	// begun is the file in home that exists as soon as the command waits, or soon after.
	begun string
	// onTerminal runs the command on a terminal instead of with closed input.
	onTerminal bool
	// prepare runs before the command. Its result runs afterwards.
	prepare func(t *testing.T, home string, cmd *exec.Cmd) (end func())
}

func waitingCommands() map[string]waiting {
	const guide = "[[feeds]]\nurl = \"builtin:guide\"\n"
	const program = `["sh", "-c", "trap '' INT TERM; touch $HOME/begun; sleep 100"]`
	return map[string]waiting{
		"input from a terminal":       {config: guide, args: "import -", begun: "dateline.db", onTerminal: true},
		"a list in a pipe":            {config: guide, args: "import $HOME/fifo", begun: "dateline.db"},
		"a backup in a pipe":          {config: guide, args: "restore $HOME/fifo", begun: "dateline.db"},
		"a configuration in a pipe":   {args: "feeds --config $HOME/fifo"},
		"the screen, before it shows": {args: "--config $HOME/fifo", onTerminal: true},
		"output that nobody reads":    {args: "config example", prepare: fullPipe},
		"a locked database":           {config: guide, args: "mark read is:unread", prepare: lockDatabase},
		"a locked configuration":      {config: guide, args: "remove builtin:guide", begun: "dateline.db", prepare: lockConfig},
		"a program": {config: "[[feeds]]\nurl = '''exec:sh -c \"trap '' INT TERM; touch $HOME/begun; sleep 100\"'''\n",
			args: "refresh", begun: "begun"},
		"a password command": {config: "[[feeds]]\nurl = \"$SRV/members/feed\"\nuser = \"ann\"\npassword_command = " + program,
			args: "refresh", begun: "begun"},
		"a filter":        {config: "[[feeds]]\nurl = \"$SRV/rss\"\nfilter = " + program, args: "refresh", begun: "begun"},
		"a notification":  {config: "notify_command = " + program + "\n[defaults]\nnotify = true\n[[feeds]]\nurl = \"$SRV/grows\"\n", args: "refresh --all", begun: "begun", prepare: refreshOnce},
		"a silent server": {config: "[[feeds]]\nurl = \"$SRV/hangs\"\n", args: "refresh", begun: "dateline.db"},
	}
}

// TestEverySignalEndsEveryCommand checks that SIGINT and SIGTERM end every command in
// good order within two seconds, wherever it waits.
func TestEverySignalEndsEveryCommand(t *testing.T) {
	server := httptest.NewServer(feedServer())
	t.Cleanup(server.CloseClientConnections)
	for name, w := range waitingCommands() {
		if testing.Short() && w.begun == "" {
			continue // nothing tells when it waits, and under the race detector a program takes long to start
		}
		for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
			t.Run(fmt.Sprint(name, ", ", s), func(t *testing.T) {
				t.Parallel()
				w.check(t, server.URL, s)
			})
		}
	}
}

// check starts the command, sends a signal as soon as it waits, and checks how it ends.
func (w waiting) check(t *testing.T, server string, s syscall.Signal) {
	cmd := datelineCommand(t)
	home := filepath.Dir(cmd.Path)
	fill := strings.NewReplacer("$HOME", home, "$SRV", server)
	if err := os.WriteFile(filepath.Join(home, "config.toml"), []byte(fill.Replace(w.config)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(home, "fifo"), 0o600); err != nil {
		t.Skip(err)
	}
	cmd.Env = append(cmd.Env, "XDG_STATE_HOME="+filepath.Join(home, "state"))
	cmd.Args = append(cmd.Args, strings.Fields(fill.Replace(w.args))...)
	if w.prepare != nil {
		defer w.prepare(t, home, cmd)()
	}
	var stderr bytes.Buffer
	report := stderr.String
	if w.onTerminal {
		p := runOnTerminal(t, cmd, 80, 24)
		report = func() string { return string(p.shown()) }
	} else {
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for end := time.Now().Add(30 * time.Second); w.begun != "" && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(home, w.begun)); err == nil {
			break
		}
	}
	select {
	case err := <-ended:
		t.Fatalf("the command did not wait: %v\n%s", err, report())
	case <-time.After(time.Second):
	}
	sent := time.Now()
	if err := cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
	case <-time.After(interruptLimit):
		_ = cmd.Process.Kill()
		t.Fatalf("the command still waited after %v\n%s", interruptLimit, report())
	}
	t.Logf("ended after %v", time.Since(sent))
	if code := cmd.ProcessState.ExitCode(); code != 1 && code != 2 {
		t.Errorf("the command ended with %v", cmd.ProcessState)
	}
	if w.onTerminal {
		time.Sleep(100 * time.Millisecond) // the terminal has the message, but perhaps not the test
	}
	if got := report(); !strings.Contains(got, "dateline: interrupted; everything done so far is saved") {
		t.Errorf("the command reported %q", got)
	}
}

// fullPipe connects the output to a pipe that is full.
func fullPipe(t *testing.T, _ string, cmd *exec.Cmd) func() {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	for written := true; written; {
		_ = w.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		_, err := w.Write(make([]byte, 4096))
		written = err == nil
	}
	cmd.Stdout = w
	return func() { r.Close(); w.Close() }
}

// refreshOnce refreshes all feeds. The items of a new feed cause no notification.
func refreshOnce(t *testing.T, _ string, cmd *exec.Cmd) func() {
	refresh := exec.Command(cmd.Path, append(slices.Clone(cmd.Args[1:5]), "refresh")...)
	refresh.Env = cmd.Env
	if out, err := refresh.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return func() {}
}

// lockDatabase creates the database and keeps it locked for writing.
func lockDatabase(t *testing.T, home string, cmd *exec.Cmd) func() {
	refreshOnce(t, home, cmd)
	pool, err := sql.Open("sqlite", filepath.Join(home, "dateline.db"))
	if err != nil {
		t.Fatal(err)
	}
	pool.SetMaxOpenConns(1)
	if _, err := pool.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return func() { pool.Close() }
}

// lockConfig locks the configuration, as an edit does.
func lockConfig(t *testing.T, home string, _ *exec.Cmd) func() {
	lock := filepath.Join(home, "state", "dateline", "config.lock")
	if err := os.MkdirAll(filepath.Dir(lock), 0o700); err != nil {
		t.Fatal(err)
	}
	unlock, err := lockedfile.MutexAt(lock).Lock()
	if err != nil {
		t.Fatal(err)
	}
	return unlock
}
