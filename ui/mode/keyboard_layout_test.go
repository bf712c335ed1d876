package mode

import (
	"testing"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// TestTyped checks what keys of other layouts are called, and which keys of a US keyboard
// stand at their place.
func TestTyped(t *testing.T) {
	text := func(s string) tea.KeyPressMsg {
		r, _ := utf8.DecodeRuneInString(s)
		return tea.KeyPressMsg{Code: r, Text: s}
	}
	for _, c := range []struct {
		key       tea.KeyPressMsg
		name, use string
	}{
		{text("о"), "о", "j"}, {text("О"), "О", "J"}, {text("л"), "л", "k"}, {text("х"), "х", "["}, {text("Х"), "Х", "{"},
		{text("э"), "э", "'"}, {text("Э"), "Э", `"`}, {text("Б"), "Б", "<"}, {text("ё"), "ё", "`"}, {text("Ё"), "Ё", "~"},
		{text("і"), "і", "s"}, {text("ї"), "ї", "]"}, {text("є"), "є", "'"}, {text("ґ"), "ґ", `\`}, {text("Ґ"), "Ґ", "|"}, {text("ў"), "ў", "o"},
		{text("ξ"), "ξ", "j"}, {text("Ξ"), "Ξ", "J"}, {text("ς"), "ς", "w"}, {text("ν"), "ν", "n"},
		{text("j"), "j", ""}, {text("é"), "é", ""}, {text("."), ".", ""}, {text("日"), "日", ""},
		{tea.KeyPressMsg{Code: 'о', Mod: tea.ModCtrl}, "ctrl+о", "ctrl+j"},
		{tea.KeyPressMsg{Code: tea.KeyDown}, "down", ""},
		{tea.KeyPressMsg{Code: 'О', ShiftedCode: 'О', Text: "О", Mod: tea.ModShift}, "О", "J"},

		// As Bubble Tea reads the kitty keyboard protocol.
		{tea.KeyPressMsg{Code: 'о', BaseCode: 'j', ShiftedCode: 'j', Text: "о"}, "о", "j"},
		{tea.KeyPressMsg{Code: 'о', BaseCode: 'j', ShiftedCode: 'j', Text: "j", Mod: tea.ModShift}, "О", "J"},
		{tea.KeyPressMsg{Code: 'о', BaseCode: 'j', Mod: tea.ModCtrl}, "ctrl+j", "ctrl+j"},
		{tea.KeyPressMsg{Code: '.', BaseCode: '/', Text: "."}, ".", "/"},
		{tea.KeyPressMsg{Code: 'ש', BaseCode: 'a', Text: "ש"}, "ש", "a"},
		{tea.KeyPressMsg{Code: 'a', BaseCode: 'q', ShiftedCode: 'q', Text: "q", Mod: tea.ModShift}, "A", "Q"},
		{tea.KeyPressMsg{Code: 'z', BaseCode: 'w', Mod: tea.ModCtrl}, "ctrl+z", "ctrl+w"},
		{tea.KeyPressMsg{Code: '&', BaseCode: '1', ShiftedCode: '1', Text: "1", Mod: tea.ModShift}, "1", "!"},
	} {
		typed, at, known := Typed(c.key)
		use := ""
		if known {
			use = KeyName(at)
		}
		if name := KeyName(typed); name != c.name || use != c.use {
			t.Errorf("%+v is %q at the place of %q; want %q and %q", c.key, name, use, c.name, c.use)
		}
	}
}
