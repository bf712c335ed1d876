// Package prompt asks on a terminal for a secret: what is typed is not shown.
//
// Start at [Secret]. Bubble Tea reads the keys, so that pasting, editing and the state of
// the terminal afterwards are as on the screen. Never keep or print an answer here.
package prompt

import (
	"context"
	"errors"
	"io"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// longest is the length of the longest secret in characters.
const longest = 4096

// Secret shows a question on out, which is a terminal, and returns the line that is typed on
// in. If the user presses ctrl+c or Esc, or ctx ends, the error is [context.Canceled].
func Secret(ctx context.Context, in io.Reader, out io.Writer, question string) (string, error) {
	input := textinput.New()
	input.Prompt = question
	input.EchoMode = textinput.EchoNone
	input.CharLimit = longest
	input.SetStyles(textinput.Styles{})
	input.SetVirtualCursor(false)
	input.Focus()
	p := tea.NewProgram(secret{input: input}, tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(out), tea.WithoutSignalHandler())
	end, err := p.Run()
	switch s, ok := end.(secret); {
	case errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil:
		return "", context.Canceled
	case err != nil:
		return "", err
	case !ok || !s.entered:
		return "", context.Canceled
	default:
		return s.input.Value(), nil
	}
}

// secret is the program that reads one line.
type secret struct {
	input textinput.Model
	// entered is set if the line was ended with Enter.
	entered bool
}

// Init implements [tea.Model].
func (s secret) Init() tea.Cmd { return nil }

// Update implements [tea.Model].
func (s secret) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if key, ok := msg.(tea.KeyPressMsg); ok {
		switch key.Keystroke() {
		case "enter":
			s.entered = true
			return s, tea.Quit
		case "esc", "ctrl+c", "ctrl+d":
			return s, tea.Quit
		}
	}
	var cmd tea.Cmd
	s.input, cmd = s.input.Update(msg)
	return s, cmd
}

// View implements [tea.Model]. The cursor stays where it is: it would show how many
// characters are typed.
func (s secret) View() tea.View {
	view := tea.NewView(s.input.View())
	view.Cursor = tea.NewCursor(ansi.StringWidth(s.input.Prompt), 0)
	return view
}
