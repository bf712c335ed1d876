//go:build unix

// Package suspend suspends the program, as Ctrl+Z does in a shell: the terminal is
// restored, and the program stops until the shell continues it.
//
// Start with [Command] for the key and [Notify] for the signal SIGTSTP.
package suspend

import (
	"os"
	"os/signal"
	"syscall"

	tea "charm.land/bubbletea/v2"
)

// Notify relays SIGTSTP to the channel. Without it, the signal would stop the program
// while the terminal is in raw mode and shows the screen.
func Notify(signals chan os.Signal) { signal.Notify(signals, syscall.SIGTSTP) }

// Command returns the command that suspends the program. [tea.Suspend] cannot be used: it
// sends SIGTSTP, which does not stop the program after [Notify] was called.
func Command() tea.Cmd {
	return tea.Exec(OnTerminal(Stop), func(error) tea.Msg { return tea.ClearScreen() })
}

// Stop stops dateline's process group. It returns when the shell continues it.
func Stop() error {
	on := make(chan os.Signal, 1)
	signal.Notify(on, syscall.SIGCONT)
	defer signal.Stop(on)
	err := syscall.Kill(0, syscall.SIGSTOP)
	if err == nil {
		<-on
	}
	return err
}
