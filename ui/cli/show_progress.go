package cli

import (
	"io"

	"github.com/charmbracelet/x/ansi"
)

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
