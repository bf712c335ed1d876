package cli

import (
	"context"
	"errors"
	"io"
	"time"
)

// After a signal, a command has endGrace to end in good order, for instance to save what
// was fetched. What it still waits for then may never come: a system call that opens a
// named pipe or reads a terminal knows no context. So the process ends without it. That is
// as safe as a kill: every transaction and every file is written as a whole.
const (
	endGrace = 1500 * time.Millisecond
	// reportGrace is how long stderr may take to accept the last message.
	reportGrace = 200 * time.Millisecond
)

// errAbandoned is the error of a command that did not end in good order in time.
var errAbandoned = errors.New("the command did not end")

// runCommand returns the error of execute. After ctx has ended, it does not wait longer
// than endGrace, and returns errAbandoned. It waits without limit if waits returns true.
func runCommand(ctx context.Context, execute func() error, waits func() bool) error {
	done := make(chan error, 1)
	go func() { done <- execute() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(endGrace):
	}
	if waits() {
		return <-done
	}
	return errAbandoned
}

// reportAbandoned writes the message of an abandoned command. Stderr may be what the
// command waits for.
func reportAbandoned(w io.Writer) {
	ctx, cancel := context.WithTimeout(context.Background(), reportGrace)
	defer cancel()
	_, _ = orInterrupted(ctx, func() (struct{}, error) {
		reportError(w, context.Canceled)
		return struct{}{}, nil
	})
}

// orInterrupted returns what f returns. If ctx ends first, it returns the error of ctx at
// once. f is for system calls that know no context. It may go on after that, so it must not
// change a file.
func orInterrupted[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
