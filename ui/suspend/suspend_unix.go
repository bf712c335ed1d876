//go:build unix

// Package suspend gives the terminal back and stops the program until it is
// continued, as Ctrl+Z does in a shell.
package suspend

import (
	"io"
	"os"
	"os/signal"
	"syscall"

	tea "charm.land/bubbletea/v2"
)

// Notify sends SIGTSTP to the channel. Its own effect would leave the terminal in
// raw mode with the screen up.
func Notify(signals chan os.Signal) { signal.Notify(signals, syscall.SIGTSTP) }

// Command returns the command that suspends the program. [tea.Suspend] would send
// SIGTSTP, which Go keeps catching once [Notify] was called.
func Command() tea.Cmd {
	return tea.Exec(suspended{}, func(error) tea.Msg { return tea.ClearScreen() })
}

// suspended is a program that stops this one.
type suspended struct{}

// Run returns when the job is continued.
func (suspended) Run() error {
	on := make(chan os.Signal, 1)
	signal.Notify(on, syscall.SIGCONT)
	defer signal.Stop(on)
	err := syscall.Kill(0, syscall.SIGSTOP)
	if err == nil {
		<-on
	}
	return err
}

func (suspended) SetStdin(io.Reader)  {}
func (suspended) SetStdout(io.Writer) {}
func (suspended) SetStderr(io.Writer) {}
