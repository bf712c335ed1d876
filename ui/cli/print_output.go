package cli

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dateline/ui/style"
)

// printer writes a command's output.
type printer struct {
	*bufio.Writer
	colors bool
	theme  style.Theme
}

// output is stdout, whose errors say that it is.
type output struct{ w io.Writer }

func (o output) Write(b []byte) (int, error) {
	n, err := o.w.Write(b)
	if err != nil {
		err = fmt.Errorf("write the output: %w", err)
	}
	return n, err
}

// printer prepares stdout. The caller ends with [printer.finish].
func (a *app) printer() *printer {
	return &printer{
		Writer: bufio.NewWriter(output{a.out}),
		theme:  style.CommandLine(),
		colors: isTerminal(a.out) && !a.noColor && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb",
	}
}

// paint is s in a style, where colours are wanted.
func (p *printer) paint(sequence, s string) string {
	if !p.colors {
		return s
	}
	return style.Paint(sequence, s)
}

// isTerminal says whether w is a character device other than the null device.
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

// fit cuts or pads s to a width in terminal columns.
func fit(s string, width int) string {
	s = ansi.Truncate(s, width, "…")
	return s + strings.Repeat(" ", max(width-ansi.StringWidth(s), 0))
}

// progress is a line on a terminal's stderr that tells how far a refresh is.
type progress struct {
	w     io.Writer
	shown bool
}

func (a *app) progress() *progress {
	if !isTerminal(a.err) {
		return &progress{}
	}
	return &progress{w: a.err}
}

func (p *progress) show(text string) {
	if p.w == nil {
		return
	}
	p.shown = true
	_, _ = io.WriteString(p.w, "\r"+text+ansi.EraseLineRight) // nothing depends on it
}

// clear takes the line away, so that output can follow.
func (p *progress) clear() {
	if p.shown {
		_, _ = io.WriteString(p.w, "\r"+ansi.EraseLineRight)
		p.shown = false
	}
}

// finish flushes what a command printed; the first error counts.
func (p *printer) finish(err error) error {
	return cmp.Or(err, p.Flush())
}
