//go:build !unix

// Package suspend suspends the program, as Ctrl+Z does in a shell: the terminal is
// restored, and the program stops until the shell continues it.
//
// Start with [Command] for the key and [Notify] for the signal SIGTSTP.
package suspend

import (
	"os"

	tea "charm.land/bubbletea/v2"
)

// Notify does nothing, because this system has no signal that suspends a program.
func Notify(chan os.Signal) {}

// Stop does nothing, for the same reason.
func Stop() error { return nil }

// Command returns the command of Bubble Tea.
func Command() tea.Cmd { return tea.Suspend }
