package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"github.com/charmbracelet/x/ansi"

	"dateline/feed/text"
	"dateline/ui/style"
)

// minuteFormat is how times are printed for people.
const minuteFormat = "2006-01-02 15:04"

// printer writes the output of a command.
type printer struct {
	*bufio.Writer
	colors bool
	theme  style.Theme
}

// stdout adds to the errors of a writer that they concern the output.
type stdout struct{ w io.Writer }

func (o stdout) Write(b []byte) (int, error) {
	n, err := o.w.Write(b)
	if err != nil {
		err = fmt.Errorf("write the output: %w", err)
	}
	return n, err
}

// printer returns a printer for the standard output. The caller must call
// [printer.finish].
func (a *app) printer() *printer {
	return &printer{
		Writer: bufio.NewWriter(stdout{a.out}),
		theme:  style.CommandLine(os.Getenv("COLORFGBG")),
		colors: isTerminal(a.out) && !a.noColor && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb",
	}
}

// finish flushes the output. It returns err, or the error of the flush if err is nil.
func (p *printer) finish(err error) error {
	return cmp.Or(err, p.Flush())
}

// print writes a text to the standard output.
func (a *app) print(text string) error {
	out := a.printer()
	_, err := out.WriteString(text)
	return out.finish(err)
}

// paint returns s in a style, or s itself if the output has no colours.
func (p *printer) paint(sequence, s string) string {
	if !p.colors {
		return s
	}
	return style.Paint(sequence, s)
}

// isTerminal reports whether w is a character device other than the null device.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// fit returns s cut or padded to a width in columns of the terminal.
func fit(s string, width int) string {
	s = ansi.Truncate(s, width, "…")
	return s + strings.Repeat(" ", max(width-ansi.StringWidth(s), 0))
}

// progress shows the progress of a command in one line on stderr. It shows nothing if
// stderr is not a terminal.
type progress struct {
	// w is stderr, nil if nothing is shown.
	w     io.Writer
	shown bool
}

func (a *app) progress() *progress {
	if !isTerminal(a.err) {
		return &progress{}
	}
	return &progress{w: a.err}
}

// show replaces the line by text.
func (p *progress) show(text string) {
	if p.w == nil {
		return
	}
	p.shown = true
	_, _ = io.WriteString(p.w, "\r"+text+ansi.EraseLineRight) // the command goes on without the line
}

// clear removes the line. Call it before output is written.
func (p *progress) clear() {
	if p.shown {
		_, _ = io.WriteString(p.w, "\r"+ansi.EraseLineRight)
		p.shown = false
	}
}

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
