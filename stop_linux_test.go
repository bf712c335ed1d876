package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// TestStoppedAndContinued protects the shell that a stopped reader leaves its
// terminal to, and the screen that comes back: by the key and by the signal.
func TestStoppedAndContinued(t *testing.T) {
	for name, stop := range map[string]func(*terminal){
		"by key":    func(p *terminal) { p.write("\x1a") },
		"by signal": func(p *terminal) { syscall.Kill(p.child(), syscall.SIGTSTP) },
	} {
		t.Run(name, func(t *testing.T) {
			program := datelineCommand(t)
			shell := exec.Command("sh", append([]string{"-m", "-c", `"$0" "$@"; echo sto""pped; read line; fg; echo le""ft`}, program.Args...)...)
			shell.Env = program.Env
			p := runOnTerminal(t, shell, 120, 40)
			p.expect("First steps")
			stop(p)
			p.expect("stopped")
			p.checkRestored(p.before)
			from := len(p.shown())
			p.write("\n")
			p.expectAfter(from, "\x1b[?1049h")
			p.expectAfter(from, "First steps")
			p.write("Q")
			p.expect("left")
			p.checkRestored(p.before)
		})
	}
}

// child is the one process that the shell has started.
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
	p.t.Fatalf("%q never came out: %q", text, p.shown()[from:])
}

// termios is how the terminal is set now.
func (p *terminal) termios() (set syscall.Termios) {
	ioctl(p.t, p.ptmx, syscall.TCGETS, unsafe.Pointer(&set))
	return set
}

// checkRestored compares the terminal with what it was: its settings, and each
// mode that was switched.
func (p *terminal) checkRestored(before syscall.Termios) {
	p.t.Helper()
	if now := p.termios(); now != before {
		p.t.Errorf("the terminal was set to %+v, and is left at %+v", before, now)
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
			p.t.Errorf("%s is left on", what)
		}
	}
}
