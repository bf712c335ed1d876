package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"dateline/feed/text"
)

// Roles of the programs that a configuration can name. Messages show them.
const (
	roleFeed     = "feed's program"
	roleFilter   = "feed's filter"
	rolePassword = "feed's password_command"
	roleSecret   = "command that prints its password or token"
)

// outputWait is how long to wait after a program's end for its output to be
// closed. A process that it started may hold the output open.
const outputWait = time.Second

// program is a program to run. It runs without a shell, in the environment and
// the directory of dateline.
type program struct {
	// role is what the program is for.
	role  string
	argv  []string
	input []byte
	out   *cappedOutput
}

// programError is a program that failed. Its text never contains the program's
// input or output.
type programError struct {
	role string
	why  string
}

func (e *programError) Error() string { return e.why }

// run runs p until it ends. If ctx is canceled, it kills p and all that p
// started.
func run(ctx context.Context, p program) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p.out.stop = cancel
	argv := make([]string, len(p.argv))
	for i, word := range p.argv {
		argv[i] = expandHome(word)
	}
	stderr := &firstLine{}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(p.input), p.out, stderr
	cmd.WaitDelay = outputWait
	runInGroup(cmd)
	err := cmd.Run()
	var exited *exec.ExitError
	switch {
	case p.out.full:
		return &Error{Kind: KindTooLarge, Err: fmt.Errorf("more than %s", text.Size(p.out.max))}
	case ctx.Err() != nil:
		return &programError{p.role, "it did not end"}
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		return nil
	case errors.As(err, &exited):
		why := exited.ProcessState.String()
		// The error output of a password command may contain the password.
		if line := stderr.String(); line != "" && p.role != rolePassword {
			why += ": " + line
		}
		return &programError{p.role, why}
	}
	// EAGAIN means that there are too many processes.
	if isShortage(err) || errors.Is(err, syscall.EAGAIN) {
		return &Error{Kind: KindShortage, Err: err}
	}
	return &programError{p.role, err.Error()}
}

// cappedOutput collects the output of a program up to max bytes. Large output
// waits for memory, as large responses do.
type cappedOutput struct {
	body []byte
	max  int64
	full bool
	// claim is nil if max is small.
	claim *claim
	stop  func()
}

// Write appends output. It stops a program that writes too much.
func (c *cappedOutput) Write(p []byte) (int, error) {
	if int64(len(c.body)+len(p)) > c.max {
		c.full = true
		c.stop()
		return 0, errTooLarge
	}
	if c.claim != nil {
		if _, err := c.claim.acquire(); err != nil {
			return 0, err
		}
		c.claim.received(len(p))
	}
	c.body = append(c.body, p...)
	return len(p), nil
}

// firstLine collects the start of a program's error output.
type firstLine struct{ text []byte }

// Write never fails. It drops what exceeds its limit.
func (f *firstLine) Write(p []byte) (int, error) {
	const enough = 1 << 10
	f.text = append(f.text, p[:min(len(p), enough-min(len(f.text), enough))]...)
	return len(p), nil
}

// String returns the first line.
func (f *firstLine) String() string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(f.text)), "\n")
	return strings.TrimSpace(line)
}

// commandArgs returns the program in an exec: address and its arguments.
func commandArgs(address string) ([]string, error) {
	argv := text.SplitCommand(strings.TrimPrefix(address, "exec:"))
	if len(argv) == 0 || argv[0] == "" {
		return nil, fmt.Errorf("%q names no program; write exec: and a command, such as exec:~/bin/feed", address)
	}
	return argv, nil
}

// execFeed runs the program of an exec: feed and returns its output.
func (c *Client) execFeed(ctx context.Context, limit *deadline, r Request) (Response, error) {
	argv, err := commandArgs(r.URL)
	if err != nil {
		return Response{}, &Error{Kind: KindScheme, Err: err}
	}
	claim := c.claimMemory(ctx, limit, r, nil)
	out := &cappedOutput{max: c.maxBody, claim: claim}
	if err := run(ctx, program{role: roleFeed, argv: argv, out: out}); err != nil {
		claim.release()
		return Response{}, err
	}
	claim.complete()
	return Response{Status: http.StatusOK, Body: out.body, Bytes: int64(len(out.body)), FinalURL: r.URL, claim: claim}, nil
}
