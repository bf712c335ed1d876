//go:build unix

package ui

import (
	"io"
	"os"
	"os/signal"
	"syscall"

	tea "charm.land/bubbletea/v2"
)

// watchStops takes SIGTSTP in hand, whose own effect would leave the terminal
// raw and the screen up.
func watchStops(stops chan os.Signal) { signal.Notify(stops, syscall.SIGTSTP) }

// obeyStops does for a SIGTSTP what the key does, until stops is closed.
func (m *Model) obeyStops() {
	for range m.stops {
		m.program.Send(m.suspend()())
	}
}

// suspend gives the terminal back and stops the job until it is continued.
// [tea.Suspend] would send SIGTSTP, which Go keeps catching once it was asked to.
func (m *Model) suspend() tea.Cmd {
	return tea.Exec(stopped{}, func(error) tea.Msg { return tea.ClearScreen() })
}

// stopped is a program that stops this one.
type stopped struct{}

// Run returns when the job is continued.
func (stopped) Run() error {
	on := make(chan os.Signal, 1)
	signal.Notify(on, syscall.SIGCONT)
	defer signal.Stop(on)
	err := syscall.Kill(0, syscall.SIGSTOP)
	if err == nil {
		<-on
	}
	return err
}

func (stopped) SetStdin(io.Reader)  {}
func (stopped) SetStdout(io.Writer) {}
func (stopped) SetStderr(io.Writer) {}
