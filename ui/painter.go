package ui

import (
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dateline/feed"
	"dateline/ui/frame"
)

// screenFile is the terminal as Bubble Tea sees it: what it writes passes the
// painter.
type screenFile struct {
	*os.File
	painter *frame.Painter
}

func (f screenFile) Write(b []byte) (int, error) { return f.painter.Write(b) }

// paintOn has a painter of our own on a terminal, beside the program.
func (m *Model) paintOn(terminal *os.File) tea.ProgramOption {
	m.painter = frame.NewPainter(terminal)
	go func() {
		if crash := feed.Recover("painting the screen", m.deps.Crashed, m.painter.Run); crash != nil {
			m.program.Kill()
		}
	}()
	return tea.WithOutput(screenFile{terminal, m.painter})
}

// learnTerminal tells the painter what Bubble Tea has found out.
func (m *Model) learnTerminal(msg tea.Msg) {
	if m.painter == nil {
		return
	}
	switch msg := msg.(type) {
	case tea.ModeReportMsg:
		if msg.Mode == ansi.ModeSynchronizedOutput && msg.Value == ansi.ModeReset {
			m.painter.Synced()
		}
	case tea.ColorProfileMsg:
		writer := *lipgloss.Writer
		if writer.Profile = msg.Profile; writer.Profile.String() == "TrueColor" {
			return
		}
		m.painter.Lower(func(text string) string {
			var b strings.Builder
			w := writer
			w.Forward = &b
			_, _ = w.WriteString(text)
			return b.String()
		})
	}
}
