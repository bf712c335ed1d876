package mode

import (
	"slices"
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"dateline/feed/text"
	"dateline/ui/style"
)

// Prompt asks for a line of text in place of the status line.
type Prompt struct {
	Label string
	// Note says what is wrong with the text typed so far; empty if it is valid.
	Note string
	// Info is shown beside the text if there is no Note.
	Info string
	// History holds the texts to which Up leads; nil if there is none.
	History *History
	// Results reports whether Down leads to what the prompt has found: it answers [Left].
	Results bool
	// Keys are keys that the opener handles: they answer [Pressed].
	Keys  []string
	input textinput.Model
	// back is how many texts back in the history the prompt is, and draft what was typed
	// before.
	back  int
	draft string
	// insisted reports whether Enter was pressed since the text changed last.
	insisted bool
}

// NewPrompt returns a prompt on a screen of w cells.
func NewPrompt(label, text string, w int) *Prompt {
	in := textinput.New()
	in.CharLimit = maxTyped
	in.Prompt = ""
	in.SetVirtualCursor(false)
	in.SetStyles(textinput.Styles{})
	in.SetValue(text)
	in.CursorEnd()
	in.Focus()
	p := &Prompt{Label: label, input: in}
	p.Resize(w)
	return p
}

// Resize fits the prompt to a screen of w cells.
func (p *Prompt) Resize(w int) { p.input.SetWidth(max(w-style.Width(p.Label)-4, 8)) }

// Text returns the text typed so far, and the offset of the cursor in characters.
func (p *Prompt) Text() (text string, cursor int) { return p.input.Value(), p.input.Position() }

// Key implements [Mode].
func (p *Prompt) Key(k tea.KeyPressMsg) (Answer, tea.Cmd) {
	if a, handled := p.walkKey(k.Keystroke()); handled {
		return a, nil
	}
	if slices.Contains(p.Keys, k.Keystroke()) {
		return Pressed{Key: k.Keystroke(), Row: -1}, nil
	}
	switch k.Keystroke() {
	case "enter":
		p.insisted = true
		return Accepted{p.input.Value()}, nil
	case "esc", "ctrl+c":
		return Cancelled{}, nil
	}
	return p.edit(k)
}

// maxTyped is the length of the longest text in a prompt, in characters. Drawing takes the
// time of the whole text.
const maxTyped = 4096

// Paste implements [Mode].
func (p *Prompt) Paste(text string) (Answer, tea.Cmd) { return p.edit(tea.PasteMsg{Content: text}) }

// edit passes a message to the input and reports a change of the text.
func (p *Prompt) edit(msg tea.Msg) (Answer, tea.Cmd) {
	before := p.input.Value()
	var cmd tea.Cmd
	p.input, cmd = p.input.Update(msg)
	p.clean()
	if p.input.Value() == before {
		return nil, cmd
	}
	p.insisted, p.back = false, 0
	return Changed{p.input.Value()}, cmd
}

// clean removes control characters from the text. Pasted text may have some: not every
// terminal marks pasted text, so it may come as keys.
func (p *Prompt) clean() {
	text := p.input.Value()
	if fit := cleanTyped(text); fit != text {
		before := string([]rune(text)[:p.input.Position()])
		p.input.SetValue(fit)
		p.input.SetCursor(utf8.RuneCountInString(cleanTyped(before)))
	}
}

// cleanTyped removes control characters from text that is being typed. Spaces stay, also
// at the end.
func cleanTyped(s string) string {
	return strings.NewReplacer("\n", " ", "\t", " ").Replace(text.CleanText(s))
}

// Render draws the prompt on a screen of w by h cells. The note is shown beside the text
// and may be cut off. After Enter a long note is shown in full above the text.
func (p *Prompt) Render(w, h int, t style.Theme) []string {
	left := " " + style.Paint(t.Accent, p.Label) + " " + strings.TrimRight(p.input.View(), " ")
	room := w - style.Width(left) - 3
	if p.insisted && style.Width(p.Note) > room && h >= style.BoxedHeight {
		return append(t.Boxed(p.Note, t.Failed, w), style.Pad(left, w))
	}
	note, weight := p.Note, t.Failed
	if note == "" {
		note, weight = p.Info, t.Dim
	}
	if note = style.Paint(weight, style.Fit(note, room, t.Glyphs.Ellipsis)); room < 8 {
		note = ""
	}
	if p.Note == "" && p.input.Value() != "" && room-style.Width(note) >= 30 {
		for _, h := range PromptHints() {
			note += style.Spaces(2*min(len(note), 1)) + style.Paint(t.Strong, t.Glyphs.Key(h.Key)) + " " + style.Paint(t.Dim, h.Word)
		}
	}
	return []string{style.Pad(left, w-style.Width(note)-1) + note + " "}
}

// PromptHints returns the keys that end a prompt.
func PromptHints() []Hint { return []Hint{{"enter", "accept"}, {"esc", "cancel"}} }

// Cursor returns the terminal's cursor if the prompt is on line y.
func (p *Prompt) Cursor(y int) *tea.Cursor {
	c := p.input.Cursor()
	if c == nil {
		return nil
	}
	c.Position.X += style.Width(p.Label) + 2
	c.Position.Y = y
	return c
}
