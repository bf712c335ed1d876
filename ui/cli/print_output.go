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
