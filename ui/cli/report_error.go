package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"dateline/feed/text"
)

// partialError is the error of a command that was done in part. Its exit code is 2.
type partialError struct{ err error }

func (e *partialError) Error() string { return e.err.Error() }
func (e *partialError) Unwrap() error { return e.err }

// reportError writes an error as one message. It writes nothing if the program that
// reads the output has closed it, as head does.
func reportError(w io.Writer, err error) {
	if errors.Is(err, syscall.EPIPE) {
		return
	}
	s := err.Error()
	if errors.Is(err, context.Canceled) {
		s = "interrupted; everything done so far is saved"
	}
	// If stderr cannot be written, the error cannot be shown anywhere else.
	_, _ = fmt.Fprintln(w, "dateline: "+text.CleanText(strings.TrimRight(s, "\n")))
}
