package fetch

import (
	"bytes"
	"context"
	"dateline/feed/text"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"time"
)

// The programs that a configuration can name for a feed.
const (
	roleFeed     = "program"
	roleFilter   = "filter"
	rolePassword = "password_command"
)

// outputWait is how long a program's output may stay open after its end, held by
// something it started.
const outputWait = time.Second

// program is a program to be run: without a shell, in the environment and the
// directory of this one.
type program struct {
	// role is what the program is for.
	role  string
	argv  []string
	input []byte
	out   *cappedOutput
}

// programError is a program that did not do what it is for. Its text never has
// in it what the program was given or printed to its output.
type programError struct {
	role string
	why  string
}

func (e *programError) Error() string { return e.why }

// run runs p to its end or, with all that it started, to the end of ctx.
func run(ctx context.Context, p program) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p.out.stop = cancel
	argv := make([]string, len(p.argv))
	for i, word := range p.argv {
		argv[i] = expandHome(word)
	}
	said := &firstLine{}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(p.input), p.out, said
	cmd.WaitDelay = outputWait
	runInGroup(cmd)
	err := cmd.Run()
	var ended *exec.ExitError
	switch {
	case p.out.full:
		return &Error{Kind: KindTooLarge, Err: fmt.Errorf("more than %s", size(p.out.max))}
	case ctx.Err() != nil:
		return &programError{p.role, "it did not end"}
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		return nil
	case errors.As(err, &ended):
		why := ended.ProcessState.String()
		// What goes wrong with a password can have the password in it.
		if line := said.String(); line != "" && p.role != rolePassword {
			why += ": " + line
		}
		return &programError{p.role, why}
	}
	return &programError{p.role, err.Error()}
}

// cappedOutput is what a program printed, which it may not do without end. Beyond a
// few bytes it waits for the gate, as every large body does.
type cappedOutput struct {
	body []byte
	max  int64
	full bool
	// slot is nil where max is small.
	slot *bodySlot
	stop func()
}

// Write ends the program that writes too much.
func (c *cappedOutput) Write(p []byte) (int, error) {
	if int64(len(c.body)+len(p)) > c.max {
		c.full = true
		c.stop()
		return 0, errTooLarge
	}
	if c.slot != nil {
		if err := c.slot.acquire(); err != nil {
			return 0, err
		}
		c.slot.free -= len(p)
	}
	c.body = append(c.body, p...)
	return len(p), nil
}

// firstLine keeps the start of what a program says about itself.
type firstLine struct{ text []byte }

// Write never fails: what is not kept is not worth an error.
func (f *firstLine) Write(p []byte) (int, error) {
	const enough = 1 << 10
	f.text = append(f.text, p[:min(len(p), enough-min(len(f.text), enough))]...)
	return len(p), nil
}

func (f *firstLine) String() string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(f.text)), "\n")
	return strings.TrimSpace(line)
}

// commandArgs is the program that an exec: address names, with its arguments.
func commandArgs(address string) ([]string, error) {
	argv := text.SplitCommand(strings.TrimPrefix(address, "exec:"))
	if len(argv) == 0 || argv[0] == "" {
		return nil, fmt.Errorf("%q names no program; write exec: and a command, such as exec:~/bin/feed", address)
	}
	return argv, nil
}

func (c *Client) execFeed(ctx context.Context, limit *deadline, r Request) (Response, error) {
	argv, err := commandArgs(r.URL)
	if err != nil {
		return Response{}, &Error{Kind: KindScheme, Err: err}
	}
	g := &bodySlot{ctx: ctx, limit: limit, free: largeBody, slots: c.largeSlots}
	out := &cappedOutput{max: c.maxBody, slot: g}
	if err := run(ctx, program{role: roleFeed, argv: argv, out: out}); err != nil {
		g.release()
		return Response{}, err
	}
	return Response{Status: http.StatusOK, Body: out.body, Bytes: int64(len(out.body)), FinalURL: r.URL, slot: g}, nil
}
