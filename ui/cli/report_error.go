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

// partError says that a command was done in part.
type partError struct{ err error }

func (e *partError) Error() string { return e.err.Error() }
func (e *partError) Unwrap() error { return e.err }

// printError tells an error in plain words on stderr. A reader of the output
// who has left, as head does, is not told anything.
func printError(w io.Writer, err error) {
	if errors.Is(err, syscall.EPIPE) {
		return
	}
	s := err.Error()
	if errors.Is(err, context.Canceled) {
		s = "interrupted; what was done is kept"
	}
	// Whoever reads stderr has no other place to be told that it can't be written.
	_, _ = fmt.Fprintln(w, "dateline: "+text.CleanText(strings.TrimRight(s, "\n")))
}
