//go:build linux && (amd64 || arm64)

package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// sweepAll is the environment variable that, if it is "all", sweeps over every call.
const sweepAll = "DATELINE_SWEEP"

// sweepLimit only ends a process that hangs. Waiting for a lock takes seconds.
const sweepLimit = 90 * time.Second

// sweep is a command whose system calls on files fail one after the other.
type sweep struct {
	command string
	// prepare makes the home directory in which the command runs. It has one feed with
	// a star already.
	prepare func(h sweepHome)
	// next is the command after that with the failed call. If it is empty, it is doctor.
	next string
	// again is what repeats the command. If it is empty, it is the command. For ten
	// minutes a refresh leaves the feeds to a process that was killed, unless they are
	// named.
	again string
	// says is the beginning of what the command says if it did everything. If it is empty,
	// it says what it says without a fault.
	says string
	// inSteps is true if the configuration may have the new feeds, and the database not
	// yet their items or marks.
	inSteps bool
}

func (s sweep) nextCommand() string { return cmp.Or(s.next, "doctor") }

func sweeps() map[string]sweep {
	two := func(h sweepHome) { h.does("add $SRV/atom", "refresh", "mark read Match") }
	return map[string]sweep{
		"mark one": {command: "mark label:later Third"},
		"mark all": {command: "mark read is:unread", prepare: func(h sweepHome) { h.does("add $SRV/many", "refresh") }},
		"add":      {command: "add --tag sport $SRV/atom"},
		"remove":   {command: "remove $SRV/atom", prepare: two},
		"move":     {command: "move $SRV/atom $SRV/elsewhere", prepare: two},
		"import": {command: "import $HOME/list.opml", prepare: func(h sweepHome) {
			h.write("list.opml", `<opml version="2.0"><body><outline text="a"><outline xmlUrl="$SRV/atom"/></outline><outline xmlUrl="$SRV/json"/></body></opml>`)
		}},
		"refresh":       {command: "refresh", again: "refresh $SRV/atom", prepare: func(h sweepHome) { h.does("add $SRV/atom") }},
		"first refresh": {command: "refresh", again: "refresh $SRV/rss", prepare: func(h sweepHome) { h.remove("dateline.db", "backups") }},
		"backup":        {command: "backup", prepare: func(h sweepHome) { h.remove("backups") }},
		"backup of a name": {command: "backup $HOME/marks/marks.zip", prepare: func(h sweepHome) {
			h.write("marks/other", "")
		}},
		"restore": {command: "restore $HOME/marks.zip", inSteps: true, prepare: func(h sweepHome) {
			two(h)
			h.does("mark label:later Third", "backup $HOME/marks.zip", "remove $SRV/atom", "doctor --purge $SRV/atom --yes", "mark unlabel:later Third")
			h.remove("dateline.db", "backups")
			h.does("refresh", "mark starred Second")
		}},
		"repair": {command: "doctor --repair", next: "doctor --repair", says: "Repaired: ", prepare: func(h sweepHome) {
			h.sql("UPDATE feeds SET unread = 77; DELETE FROM contents WHERE id = 99")
		}},
		"salvage": {command: "doctor --repair", next: "doctor --repair", says: "Repaired: ", prepare: func(h sweepHome) {
			h.overwrite("dateline.db", make([]byte, 4096))
		}},
		"vacuum": {command: "doctor --vacuum"},
		"purge": {command: "doctor --purge $SRV/atom --yes", prepare: func(h sweepHome) {
			two(h)
			h.does("remove $SRV/atom")
		}},
	}
}

// TestSweepOverCalls runs commands and lets each of their system calls on files be the one
// at which the process is killed, the disk fails, the disk is full, or half of the bytes are
// written. Then it starts dateline again. Nothing may be lost or half done, and no command
// may say that it did what it did not. Without DATELINE_SWEEP=all some of the calls are
// taken, evenly spread.
func TestSweepOverCalls(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes many minutes under the race detector")
	}
	server := httptest.NewServer(feedServer())
	t.Cleanup(server.Close)
	for name, s := range sweeps() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.run(t, server.URL)
		})
	}
}

// run runs the command without a fault, and then with each fault.
func (s sweep) run(t *testing.T, server string) {
	h := newSweepHome(t, server)
	h.write("config.toml", "[[feeds]]\nurl = \"$SRV/rss\"\n")
	h.does("refresh", "mark starred Second")
	if s.prepare != nil {
		s.prepare(h)
	}
	clean := h.copy()
	count := tracer{}
	good := clean.trace(&count, s.command)
	if errors.Is(good.err, errNoTrace) {
		t.Skip(good.err)
	}
	if good.err != nil || good.code != 0 {
		t.Fatalf("%s without a fault: %v, exit code %d\n%s%s", s.command, good.err, good.code, good.stdout, good.stderr)
	}
	before, after := h.copy().started(s), clean.started(s)
	// After an error of the disk in the database it is salvaged, and the old file kept.
	before.files = append(before.files, append(h.state().files, "dateline.db.damaged-DATE")...)
	for _, f := range faults() {
		points := s.points(count.seen[f])
		if len(points) == 0 {
			t.Errorf("no call can suffer %s", f)
		}
		for _, at := range points {
			tr := &tracer{fault: f, at: at}
			there := h.copy()
			got := there.trace(tr, s.command)
			wrong := s.judge(there, tr, got, good, before, after)
			if wrong != nil {
				t.Errorf("%s at call %d of %d (%s): %v\nexit code %d\n%s%s", f, at, count.seen[f], tr.hit, wrong, got.code, got.stdout, got.stderr)
			}
			there.clear(wrong != nil)
		}
		t.Logf("%s: %d of %d calls", f, len(points), count.seen[f])
	}
}

// points returns the calls to try, of 1 to n.
func (s sweep) points(n int) (points []int) {
	most := 3
	if os.Getenv(sweepAll) == "all" {
		most = n
	}
	most = min(n, most)
	for i := range most {
		points = append(points, (2*i+1)*n/(2*most)+1)
	}
	return points
}

// judge starts dateline after a command with a fault and returns what is wrong, nil if
// nothing is. good is the result of the command without a fault. before and after are the
// states around that.
func (s sweep) judge(h sweepHome, tr *tracer, got, good ran, before, after sweepState) error {
	switch {
	case got.err != nil:
		return got.err
	case tr.hung.Load():
		return errors.New("the command hung")
	case strings.Contains(got.stderr, "panic") || strings.Contains(got.stderr, "goroutine "):
		return errors.New("the command panicked")
	case got.code == 0 && got.stdout != good.stdout && (s.says == "" || !strings.HasPrefix(got.stdout, s.says)):
		return fmt.Errorf("the command ended well, but did not say %q", good.stdout)
	case got.code != 0 && got.code != -1 && got.stderr == "":
		return errors.New("the command does not say what failed")
	}
	if next := h.runs(s.nextCommand()); next.code != 0 {
		return fmt.Errorf("the next start ended with %d:\n%s%s", next.code, next.stdout, next.stderr)
	}
	then := h.state()
	if err := s.isWhole(then, before, after); err != nil {
		return err
	}
	done := then.config == after.config && then.feeds == after.feeds && then.items == after.items
	claimed := got.code == 0 || strings.Contains(got.stdout, good.stdout)
	if claimed && !done {
		return fmt.Errorf("it is not done, as the command said\n%s", then.diff(after))
	}
	for _, file := range after.files {
		if got.code == 0 && !slices.Contains(then.files, file) && s.says == "" {
			return fmt.Errorf("there is no file %s", file)
		}
	}
	again := h.runs(cmp.Or(s.again, s.command))
	if again.code != 0 && !done {
		return fmt.Errorf("the command again ended with %d:\n%s%s", again.code, again.stdout, again.stderr)
	}
	if end := h.state(); end.config != after.config || end.feeds != after.feeds || end.items != after.items {
		return fmt.Errorf("after the command again\n%s", end.diff(after))
	}
	return nil
}

// isWhole returns an error unless the state is one of two, or between them if that is
// allowed.
func (s sweep) isWhole(then, before, after sweepState) error {
	for _, file := range then.files {
		if !slices.Contains(before.files, file) && !slices.Contains(after.files, file) {
			return fmt.Errorf("the file %s is left", file)
		}
	}
	is := func(a sweepState, items string) bool {
		return then.config == a.config && then.feeds == a.feeds && then.items == items
	}
	switch {
	case then.wrong != "":
		return errors.New(then.wrong)
	case is(before, before.items), is(after, after.items), s.inSteps && is(after, before.items), s.inSteps && is(before, after.items):
		return nil
	}
	return fmt.Errorf("it is neither done nor undone: from before\n%sfrom after\n%s", then.diff(before), then.diff(after))
}

// sweepHome is a home directory.
type sweepHome struct {
	t                    *testing.T
	server, dir, program string
}

func newSweepHome(t *testing.T, server string) sweepHome {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "dateline")
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	return sweepHome{t, server, t.TempDir(), program}
}

func (h sweepHome) check(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// copy returns a copy of the directory.
func (h sweepHome) copy() sweepHome {
	from := h.dir
	dir, err := os.MkdirTemp(h.t.TempDir(), "")
	h.check(err)
	h.dir = dir
	h.check(filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == from {
			return err
		}
		to := filepath.Join(dir, strings.TrimPrefix(path, from))
		if e.IsDir() {
			return os.Mkdir(to, 0o700)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, text, 0o600)
	}))
	return h
}

// clear removes the directory unless it is to be kept for a look at it.
func (h sweepHome) clear(keep bool) {
	if !keep {
		h.check(os.RemoveAll(h.dir))
	}
}

func (h sweepHome) fill(text string) string {
	return strings.NewReplacer("$SRV", h.server, "$HOME", h.dir).Replace(text)
}

func (h sweepHome) write(name, text string) {
	path := filepath.Join(h.dir, name)
	h.check(os.MkdirAll(filepath.Dir(path), 0o700))
	h.check(os.WriteFile(path, []byte(h.fill(text)), 0o600))
}

func (h sweepHome) overwrite(name string, start []byte) {
	f, err := os.OpenFile(filepath.Join(h.dir, name), os.O_WRONLY, 0)
	h.check(err)
	_, err = f.Write(start)
	h.check(errors.Join(err, f.Close()))
}

func (h sweepHome) remove(names ...string) {
	for _, name := range names {
		h.check(os.RemoveAll(filepath.Join(h.dir, name)))
	}
}

func (h sweepHome) sql(text string) {
	pool, err := sql.Open("sqlite", filepath.Join(h.dir, "dateline.db"))
	h.check(err)
	_, err = pool.Exec(text)
	h.check(errors.Join(err, pool.Close()))
}

// started returns the state after the next start.
func (h sweepHome) started(s sweep) sweepState {
	h.does(s.nextCommand())
	return h.state()
}

// ran is a command that has ended. What depends on the directory or the time is replaced in
// its output.
type ran struct {
	code           int
	stdout, stderr string
	err            error
}

func (h sweepHome) cmd(line string) (cmd *exec.Cmd, end func(int, error) ran) {
	cmd = exec.Command(h.program, "--config", filepath.Join(h.dir, "config.toml"), "--db", filepath.Join(h.dir, "dateline.db"))
	for _, word := range strings.Fields(line) {
		cmd.Args = append(cmd.Args, h.fill(word))
	}
	cmd.Env = append(os.Environ(), "HOME="+h.dir, "XDG_STATE_HOME="+filepath.Join(h.dir, "state"))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	return cmd, func(code int, err error) ran {
		return ran{code, h.general(stdout.String()), h.general(stderr.String()), err}
	}
}

func (h sweepHome) trace(tr *tracer, line string) ran {
	tr.dir, tr.limit = h.dir, sweepLimit
	cmd, end := h.cmd(line)
	return end(tr.run(cmd))
}

func (h sweepHome) runs(line string) ran {
	cmd, end := h.cmd(line)
	err := cmd.Run()
	return end(cmd.ProcessState.ExitCode(), err)
}

func (h sweepHome) does(lines ...string) {
	h.t.Helper()
	for _, line := range lines {
		if r := h.runs(line); r.code != 0 {
			h.t.Fatalf("%s: exit code %d\n%s%s", line, r.code, r.stdout, r.stderr)
		}
	}
}

// general replaces what depends on the directory or the time.
func (h sweepHome) general(text string) string {
	text = strings.ReplaceAll(text, h.dir, "$HOME")
	text = regexp.MustCompile(`[0-9.,]+ ([KM]?B\b|bytes)`).ReplaceAllString(text, "SIZE")
	return regexp.MustCompile(`\d{4}-\d\d-\d\d(-\d)?`).ReplaceAllString(text, "DATE")
}

// sweepState is what a home directory holds.
type sweepState struct {
	config       string
	feeds, items string
	files        []string
	// wrong is what is wrong in any state, empty if nothing is.
	wrong string
}

func (h sweepHome) state() (s sweepState) {
	if text, err := os.ReadFile(filepath.Join(h.dir, "config.toml")); err == nil {
		s.config = string(text)
	}
	err := filepath.WalkDir(h.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		s.files = append(s.files, strings.TrimPrefix(h.general(path), "$HOME/"))
		info, err := e.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			err = fmt.Errorf("%s has mode %v", e.Name(), info.Mode())
		}
		if filepath.Ext(path) == ".zip" {
			err = errors.Join(err, readZip(path))
		}
		return err
	})
	s.files = slices.Compact(s.files)
	pool, openErr := sql.Open("sqlite", "file:"+filepath.Join(h.dir, "dateline.db")+"?mode=ro&immutable=1")
	h.check(openErr)
	defer pool.Close()
	lines := func(query string) string {
		var text sql.NullString
		err = cmp.Or(err, pool.QueryRow(query).Scan(&text))
		return text.String
	}
	if check := lines("PRAGMA integrity_check"); check != "ok" && err == nil {
		err = errors.New(check)
	}
	s.feeds = lines("SELECT group_concat(url, char(10)) FROM (SELECT url FROM feeds WHERE config_order IS NOT NULL ORDER BY url)")
	s.items = lines(`SELECT group_concat(line, char(10)) FROM (SELECT url || ' ' || guid || iif(read, ' read', '') || iif(starred, ' starred', '') ||
		coalesce((SELECT ' ' || name FROM labels l WHERE l.pos = i.pos AND held), '') || iif(length(body), '', ' empty') AS line
		FROM items i JOIN details d USING (id) JOIN feeds f ON f.id = i.feed LEFT JOIN contents c USING (id) ORDER BY 1)`)
	if err != nil {
		s.wrong = err.Error()
	}
	return s
}

// readZip reads a backup as a whole.
func readZip(path string) error {
	z, err := zip.OpenReader(path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	defer z.Close()
	for _, f := range z.File {
		r, err := f.Open()
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// diff returns the lines that only one of two states has.
func (s sweepState) diff(other sweepState) string {
	var b strings.Builder
	lines := func(s sweepState) []string {
		return strings.Split(s.config+"\n"+s.feeds+"\n"+s.items, "\n")
	}
	one, two := lines(s), lines(other)
	for _, line := range one {
		if !slices.Contains(two, line) {
			fmt.Fprintf(&b, "it has       %s\n", line)
		}
	}
	for _, line := range two {
		if !slices.Contains(one, line) {
			fmt.Fprintf(&b, "it has not   %s\n", line)
		}
	}
	return b.String()
}
