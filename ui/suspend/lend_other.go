//go:build !unix

package suspend

import (
	"context"
	"os/exec"

	tea "charm.land/bubbletea/v2"
)

// Lend returns the command that runs a program on the terminal, such as a browser without a
// window, and then takes the terminal back. done makes the message from how the program
// ended: nil, or an error after another exit status than 0.
func Lend(_ context.Context, program *exec.Cmd, done func(error) tea.Msg) tea.Cmd {
	return tea.ExecProcess(program, done)
}
