//go:build !unix

// Package suspend gives the terminal back and stops the program until it is
// continued, as Ctrl+Z does in a shell.
package suspend

import (
	"os"

	tea "charm.land/bubbletea/v2"
)

// Notify does nothing: no signal suspends a program here.
func Notify(chan os.Signal) {}

// Command returns Bubble Tea's own command.
func Command() tea.Cmd { return tea.Suspend }
