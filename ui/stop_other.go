//go:build !unix

package ui

import (
	"os"

	tea "charm.land/bubbletea/v2"
)

// Nothing stops a program here but its end.
func watchStops(chan os.Signal) {}

func (m *Model) obeyStops() {}

func (m *Model) suspend() tea.Cmd { return tea.Suspend }
