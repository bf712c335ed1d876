package suspend

import "io"

// OnTerminal runs something for which Bubble Tea gives the terminal away and takes it back.
// It does not use the files that Bubble Tea offers. It implements [tea.ExecCommand].
type OnTerminal func() error

// Run runs f.
func (f OnTerminal) Run() error { return f() }

func (OnTerminal) SetStdin(io.Reader)  {}
func (OnTerminal) SetStdout(io.Writer) {}
func (OnTerminal) SetStderr(io.Writer) {}
