package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"dateline/feed/account/greadertest"
)

// TestTerminalIsRestored runs the program on a pseudo-terminal, without a network. It
// checks that the guide is shown, and that the terminal is restored when a key or a
// signal ends the program.
func TestTerminalIsRestored(t *testing.T) {
	send := func(s syscall.Signal) func(*terminal) {
		return func(p *terminal) {
			if signal.Ignored(s) {
				p.t.Skipf("%v is ignored here, as under nohup, so the program ignores it too", s)
			}
			p.cmd.Process.Signal(s)
		}
	}
	for name, quit := range map[string]func(*terminal){
		"by key":  func(p *terminal) { p.write("Q") },
		"by TERM": send(syscall.SIGTERM),
		"by HUP":  send(syscall.SIGHUP),
		"by INT":  send(syscall.SIGINT),
		"by QUIT": send(syscall.SIGQUIT),
	} {
		t.Run(name, func(t *testing.T) {
			p := startOnTerminal(t, 120, 40)
			before := p.before
			p.expect("First steps")
			p.write("\r")
			p.expect("Welcome. You are reading the guide")
			quit(p)
			p.expect("\x1b[?1049l")
			err := p.cmd.Wait()
			if name == "by key" && err != nil {
				t.Errorf("the program ended with %v", err)
			}
			p.checkRestored(before)
		})
	}
}

// TestConfigurationVanishes checks that an open dateline keeps its feeds if the
// configuration vanishes or gets a mistake, says so, and uses it again once it is mended.
func TestConfigurationVanishes(t *testing.T) {
	p := startOnTerminal(t, 160, 40)
	p.expect("First steps")
	config := p.cmd.Args[2]
	refresh := func(text string) {
		from := p.written()
		p.write("R")
		p.expectAfter(from, text)
	}
	if err := os.Rename(config, config+".away"); err != nil {
		t.Fatal(err)
	}
	refresh("is gone; put it back")
	if err := os.WriteFile(config, []byte("[[feeds]]\nurl = \"builtin:guide\"\noops = [\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	refresh("config.toml:3:9: array is incomplete")
	if err := os.Rename(config+".away", config); err != nil {
		t.Fatal(err)
	}
	refresh("nothing new")
	if bytes.Contains(p.shown(), []byte("Hacker News")) {
		t.Error("the example's feeds were shown")
	}
	p.write("Q")
	p.expect("\x1b[?1049l")
}

// TestTerminalIsGone takes the terminal away while hangups are ignored, as under nohup. The
// program must end, and keep what the user has marked.
func TestTerminalIsGone(t *testing.T) {
	program := datelineCommand(t)
	shell := exec.Command("sh", append([]string{"-c", `trap "" HUP; exec "$0" "$@"`}, program.Args...)...)
	shell.Env = program.Env
	p := runOnTerminal(t, shell, 120, 40)
	p.expect("First steps")
	p.write("s")
	p.expect("starred")
	if err := p.ptmx.Close(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the program ended with %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the program lives on without a terminal")
	}
	list := exec.Command(program.Path, append(slices.Clone(program.Args[1:]), "list", "is:starred")...)
	list.Env = program.Env
	if out, err := list.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("First steps")) {
		t.Errorf("the star is lost: %v, %s", err, out)
	}
}

// TestLoginOnATerminal checks that a secret is not shown while it is typed, that what was
// typed is what the server gets, and that the terminal is as before.
func TestLoginOnATerminal(t *testing.T) {
	server := greadertest.New(t, greadertest.FreshRSS, nil)
	cmd := datelineCommand(t)
	cmd.Args = append(cmd.Args, "login", server.URL)
	cmd.Env = append(cmd.Env, "XDG_STATE_HOME="+t.TempDir())
	p := runOnTerminal(t, cmd, 100, 30)
	p.expect("Name of the account")
	p.write("home\r")
	p.expect("User: ")
	p.write(greadertest.User + "\r")
	p.expect("[command]: ")
	p.write("file\r")
	p.expect("Password:")
	p.write("x\x7f" + greadertest.Password + "\r")
	p.expect("Write it? yes or no [no]: ")
	p.write("yes\r")
	p.expect("Logged in to ")
	if err := p.cmd.Wait(); err != nil {
		t.Error(err)
	}
	for _, part := range []string{greadertest.Password, greadertest.Password[:10]} {
		if bytes.Contains(p.shown(), []byte(part)) {
			t.Errorf("%q was shown: %q", part, p.shown())
		}
	}
	p.checkRestored(p.before)
}

// TestLeaveLogin checks that ctrl+c and ctrl+d end a login at each question with one sentence,
// that nothing is written, and that the terminal is as before.
func TestLeaveLogin(t *testing.T) {
	server := greadertest.New(t, greadertest.FreshRSS, nil)
	questions := []struct{ question, answer string }{
		{"Name of the account", "home\r"}, {"User: ", greadertest.User + "\r"}, {"[command]: ", "file\r"}, {"Password:", greadertest.Password + "\r"}, {"Write it? ", ""},
	}
	for i, left := range questions {
		for _, key := range []string{"\x03", "\x04"} {
			cmd := datelineCommand(t)
			config := filepath.Join(t.TempDir(), "config.toml")
			cmd.Args = append(cmd.Args, "--config", config, "login", server.URL)
			cmd.Env = append(cmd.Env, "XDG_STATE_HOME="+t.TempDir())
			p := runOnTerminal(t, cmd, 100, 30)
			for _, q := range questions[:i] {
				p.expect(q.question)
				p.write(q.answer)
			}
			p.expect(left.question)
			p.write(key)
			p.expect("dateline: interrupted; ")
			if err := p.cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != 1 {
				t.Errorf("%q at %q: %v", key, left.question, err)
			}
			if _, err := os.Stat(config); err == nil {
				t.Errorf("%q at %q: there is a configuration", key, left.question)
			}
			p.checkRestored(p.before)
		}
	}
}

// TestTextBrowser checks that a browser without a window gets the terminal, that the keys for
// signals are for the browser alone, that both stop and continue together, and that the screen
// is drawn again.
func TestTextBrowser(t *testing.T) {
	program := datelineCommand(t)
	dir := t.TempDir()
	browser := filepath.Join(dir, "w3m")
	script := "#!/bin/sh\ntrap 'echo interrupted' INT\ntest -t 0 && test -t 1 || exit 9\necho page of $1\n" +
		"for n in 1 2 3 4 5 6 7 8; do read line && echo read $line; case $line in end) exit 0;; bad) exit 7;; esac; done\n"
	if err := os.WriteFile(browser, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	feed := filepath.Join(dir, "feed.xml")
	if err := os.WriteFile(feed, []byte(`<rss version="2.0"><channel><title>Feed</title><item><title>With a link</title><link>http://a.example/x</link></item></channel></rss>`), 0o600); err != nil {
		t.Fatal(err)
	}
	config := program.Args[2]
	if err := os.WriteFile(config, fmt.Appendf(nil, "browser = [%q, \"%%u\"]\n[[feeds]]\nurl = \"file://%s\"\n", browser, feed), 0o600); err != nil {
		t.Fatal(err)
	}
	shell := exec.Command("sh", append([]string{"-m", "-c", `"$0" "$@"; echo shell"-"stopped; read line; fg; echo shell"-"left`}, program.Args...)...)
	shell.Env = program.Env
	p := runOnTerminal(t, shell, 120, 40)
	p.expect("With a link")
	p.write("o")
	p.expect("page of http://a.example/x")
	p.write("hello\n")
	p.expect("read hello")
	p.write("\x03")
	p.expect("interrupted")
	p.write("\x1a")
	p.expect("shell-stopped")
	p.write("\n")
	p.write("back\n")
	p.expect("read back")
	from := p.written()
	p.write("end\n")
	p.expectAfter(from, "\x1b[?1049h")
	p.expectAfter(from, "With a link")
	p.write("o")
	p.expectAfter(from, "page of http://a.example/x")
	p.write("bad\n")
	p.expectAfter(from, "the browser failed: exit status 7")
	p.write("Q")
	p.expect("shell-left")
	p.checkRestored(p.before)
}

// terminal is a pseudo-terminal with a program on it.
type terminal struct {
	t    testing.TB
	ptmx *os.File
	cmd  *exec.Cmd
	// before has the settings of the terminal at the start of the program.
	before syscall.Termios

	mu  sync.Mutex
	out bytes.Buffer
}

func startOnTerminal(t *testing.T, cols, rows uint16) *terminal {
	t.Helper()
	return runOnTerminal(t, datelineCommand(t), cols, rows)
}

// runOnTerminal runs a program on a new pseudo-terminal.
func runOnTerminal(t testing.TB, cmd *exec.Cmd, cols, rows uint16) *terminal {
	t.Helper()
	ptmx, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("this machine has no pseudo-terminals:", err)
	}
	t.Cleanup(func() { ptmx.Close() })
	var number, unlock uint32
	ioctl(t, ptmx, syscall.TIOCSPTLCK, unsafe.Pointer(&unlock))
	ioctl(t, ptmx, syscall.TIOCGPTN, unsafe.Pointer(&number))
	size := [4]uint16{rows, cols}
	ioctl(t, ptmx, syscall.TIOCSWINSZ, unsafe.Pointer(&size))
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	p := &terminal{t: t, ptmx: ptmx, cmd: cmd}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = tty, tty, tty
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	p.before = p.termios()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill() })
	go p.read()
	return p
}

// datelineCommand returns a command that runs this program with an empty home directory.
// It runs the test binary under the name dateline.
func datelineCommand(t *testing.T) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	program := filepath.Join(home, "dateline")
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(home, "config.toml")
	if err := os.WriteFile(config, []byte("[[feeds]]\nurl = \"builtin:guide\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "--config", config, "--db", filepath.Join(home, "dateline.db"))
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_STATE_HOME="+home, "TERM=xterm-256color")
	return cmd
}

// ioctl does not use [os.File.Fd]: after that a file closes only when its reader returns.
func ioctl(t testing.TB, f *os.File, request uintptr, argument unsafe.Pointer) {
	t.Helper()
	c, err := f.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var errno syscall.Errno
	err = c.Control(func(fd uintptr) {
		_, _, errno = syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(argument))
	})
	if err != nil || errno != 0 {
		t.Fatalf("ioctl %x: %v, %v", request, err, errno)
	}
}

func (p *terminal) read() {
	chunk := make([]byte, 8192)
	for {
		n, err := p.ptmx.Read(chunk)
		p.mu.Lock()
		p.out.Write(chunk[:n])
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (p *terminal) shown() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return bytes.Clone(p.out.Bytes())
}

// written returns the number of bytes that the program has written so far.
func (p *terminal) written() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Len()
}

func (p *terminal) write(keys string) {
	if _, err := p.ptmx.WriteString(keys); err != nil {
		p.t.Fatal(err)
	}
}

func (p *terminal) expect(text string) {
	p.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if bytes.Contains(p.shown(), []byte(text)) {
			return
		}
	}
	p.t.Fatalf("%q was not written: %q", text, p.shown())
}

// TestSuspendAndContinue checks that the terminal is restored when a key or a signal
// suspends the program, and that the screen is drawn again when the program continues.
// The texts that the shell prints are in no article of the guide.
func TestSuspendAndContinue(t *testing.T) {
	for name, c := range map[string]struct {
		suspend func(*terminal)
		quit    string
	}{
		"by key":             {func(p *terminal) { p.write("\x1a") }, "Q"},
		"by key in a prompt": {func(p *terminal) { p.write("a\x1a") }, "\x03Q"},
		"by signal":          {func(p *terminal) { syscall.Kill(p.child(), syscall.SIGTSTP) }, "Q"},
	} {
		t.Run(name, func(t *testing.T) {
			program := datelineCommand(t)
			shell := exec.Command("sh", append([]string{"-m", "-c", `"$0" "$@"; echo shell"-"stopped; read line; fg; echo shell"-"left`}, program.Args...)...)
			shell.Env = program.Env
			p := runOnTerminal(t, shell, 120, 40)
			p.expect("First steps")
			c.suspend(p)
			p.expect("shell-stopped")
			p.checkRestored(p.before)
			from := len(p.shown())
			p.write("\n")
			p.expectAfter(from, "\x1b[?1049h")
			p.expectAfter(from, "First steps")
			p.write(c.quit)
			p.expect("shell-left")
			p.checkRestored(p.before)
		})
	}
}

// child returns the ID of the process that the shell has started.
func (p *terminal) child() int {
	p.t.Helper()
	id := p.cmd.Process.Pid
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", id, id))
	if err != nil {
		p.t.Skip("this system does not list a process's children:", err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		p.t.Fatalf("the children are %q", text)
	}
	return child
}

func (p *terminal) expectAfter(from int, text string) {
	p.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if bytes.Contains(p.shown()[from:], []byte(text)) {
			return
		}
	}
	p.t.Fatalf("%q was not written: %q", text, p.shown()[from:])
}

// termios returns the settings of the terminal.
func (p *terminal) termios() (set syscall.Termios) {
	ioctl(p.t, p.ptmx, syscall.TCGETS, unsafe.Pointer(&set))
	return set
}

// checkRestored checks that the terminal has the settings before, and that every mode
// that was switched on is off.
func (p *terminal) checkRestored(before syscall.Termios) {
	p.t.Helper()
	if now := p.termios(); now != before {
		p.t.Errorf("the settings of the terminal were %+v and are %+v", before, now)
	}
	shown := p.shown()
	for what, mode := range map[string]struct{ on, off string }{
		"the other screen":  {"\x1b[?1049h", "\x1b[?1049l"},
		"a hidden cursor":   {"\x1b[?25l", "\x1b[?25h"},
		"bracketed paste":   {"\x1b[?2004h", "\x1b[?2004l"},
		"reports of focus":  {"\x1b[?1004h", "\x1b[?1004l"},
		"reports of clicks": {"\x1b[?1002h", "\x1b[?1002l"},
	} {
		if bytes.LastIndex(shown, []byte(mode.on)) > bytes.LastIndex(shown, []byte(mode.off)) {
			p.t.Errorf("%s is still on", what)
		}
	}
}
