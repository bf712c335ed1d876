// Yardstick links the same libraries as dateline, draws one frame and waits for a key.
// Its start is what the libraries cost.
package main

import (
	"fmt"
	"os"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	_ "modernc.org/sqlite"

	_ "dateline/cache"
	_ "dateline/feed/fetch"
	_ "dateline/feed/poll"
	_ "dateline/ui"
	_ "dateline/ui/cli"
)

type frame struct{}

func (frame) Init() tea.Cmd { return nil }

func (f frame) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, pressed := msg.(tea.KeyPressMsg); pressed {
		return f, tea.Quit
	}
	return f, nil
}

func (frame) View() tea.View {
	v := tea.NewView(lipgloss.NewStyle().Bold(true).Render("yardstick"))
	v.AltScreen = true
	return v
}

func main() {
	// With Bubble Tea's default of 60 frames a second the frame would wait up to 16 ms.
	if _, err := tea.NewProgram(frame{}, tea.WithFPS(120)).Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
