package ui

import (
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"dateline/feed/text"
)

// prompt is a line of text asked for in the place of the status line.
type prompt struct {
	label string
	input textinput.Model
	// note is what is wrong with the text so far.
	note string
	// insisted says that Enter was pressed on such a text.
	insisted bool
	// changed is called at each change, accept at Enter, cancel at Esc.
	changed func(m *Model, text string) tea.Cmd
	accept  func(m *Model, text string) tea.Cmd
	cancel  func(m *Model) tea.Cmd
}

func newPrompt(label, text string) *prompt {
	in := textinput.New()
	in.Prompt = ""
	in.SetVirtualCursor(false)
	in.SetStyles(textinput.Styles{})
	in.SetValue(text)
	in.CursorEnd()
	in.Focus()
	return &prompt{label: label, input: in}
}

func (m *Model) openPrompt(p *prompt) {
	m.prompt = p
	p.input.SetWidth(max(m.width-cells(p.label)-4, 8))
}

// promptKey sends a key to the prompt.
func (m *Model) promptKey(k tea.KeyPressMsg) tea.Cmd {
	p := m.prompt
	switch k.Keystroke() {
	case "enter":
		p.insisted = true
		return p.accept(m, p.input.Value())
	case "esc", "ctrl+c":
		m.prompt = nil
		return p.cancel(m)
	}
	return m.promptInput(k)
}

// promptInput lets the text change and follows it.
func (m *Model) promptInput(msg tea.Msg) tea.Cmd {
	p := m.prompt
	before := p.input.Value()
	var cmd tea.Cmd
	p.input, cmd = p.input.Update(msg)
	p.clean()
	if p.input.Value() == before || p.changed == nil {
		return cmd
	}
	p.insisted = false
	return tea.Batch(cmd, p.changed(m, p.input.Value()))
}

// clean takes out of the text what a screen must not be given. Where a terminal
// does not mark what is pasted, it comes as keys.
func (p *prompt) clean() {
	text := p.input.Value()
	if fit := cleanTyped(text); fit != text {
		before := string([]rune(text)[:p.input.Position()])
		p.input.SetValue(fit)
		p.input.SetCursor(utf8.RuneCountInString(cleanTyped(before)))
	}
}

// cleanTyped cleans what is being typed, whose blanks stay, also at the end.
func cleanTyped(s string) string {
	return strings.NewReplacer("\n", " ", "\t", " ").Replace(text.CleanText(s))
}

// paste puts pasted text where text is asked for, and nowhere else.
func (m *Model) paste(s string) tea.Cmd {
	s = text.Clean(s)
	switch {
	case m.prompt != nil:
		return m.promptInput(tea.PasteMsg{Content: s})
	case m.sheet != nil:
		m.sheet.filterBy(m.sheet.filter + s)
	}
	return nil
}

// render draws the prompt over the status line. What is wrong with the text
// stands beside it, cut off if need be while the reader is typing, and above it
// in full once they have pressed Enter.
func (p *prompt) render(w, h int, t theme) []string {
	left := " " + paint(t.accent, p.label) + " " + strings.TrimRight(p.input.View(), " ")
	room := w - cells(left) - 3
	if p.insisted && cells(p.note) > room && h >= boxedHeight {
		return append(boxed(p.note, t.failed, w, t), pad(left, w))
	}
	note := fit(p.note, room, t.glyphs.ellipsis)
	if room < 8 {
		note = ""
	}
	return []string{pad(left, w-cells(note)-1) + paint(t.failed, note) + " "}
}

// cursor is where the terminal's cursor stands in the prompt.
func (p *prompt) cursor(y int) *tea.Cursor {
	c := p.input.Cursor()
	if c == nil {
		return nil
	}
	c.Position.X += cells(p.label) + 2
	c.Position.Y = y
	return c
}
