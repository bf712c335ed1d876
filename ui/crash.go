package ui

import (
	tea "charm.land/bubbletea/v2"

	"dateline/feed"
)

// crashed says that a command has panicked.
type crashed struct{ crash *feed.PanicError }

// guard makes the panic of a command, or of those it leads to, a message:
// Bubble Tea would end the program.
func (m *Model) guard(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	tell := m.deps.Crashed
	return func() (msg tea.Msg) {
		crash := feed.Recover("working in the background", tell, func() { msg = cmd() })
		if crash != nil {
			return crashed{crash}
		}
		if batch, ok := msg.(tea.BatchMsg); ok {
			for i := range batch {
				batch[i] = m.guard(batch[i])
			}
		}
		return msg
	}
}

// fall ends the program in good order after Update or View has panicked: the
// state is not to be trusted any more, but the terminal is to be had back.
func (m *Model) fall(crash *feed.PanicError) tea.Cmd {
	m.fallen = crash
	if m.program != nil {
		go m.program.Quit()
	}
	return tea.Quit
}
