package ui

import (
	"math/rand/v2"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// TestAnyKeysAtAnySize presses, clicks and resizes at random. Every line must stay as wide
// as the terminal.
func TestAnyKeysAtAnySize(t *testing.T) {
	for _, seed := range []uint64{0, 1, 2, 7} {
		monkey(t, seed, 400)
	}
}

func monkey(t *testing.T, seed uint64, presses int) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	s := newScreen(t, 120, 40)
	var keys []string
	for _, a := range actions(new(Model)) {
		if a.name != "quit" && a.name != "suspend" && a.name != "redraw" {
			keys = append(keys, a.keys...)
		}
	}
	keys = append(keys, "type:nato", "type:is:unread (", "enter", "enter", "esc", "esc", "backspace", "3", "y", "n")
	for range presses {
		switch r.IntN(20) {
		case 0:
			s.send(tea.WindowSizeMsg{Width: 20 + r.IntN(200), Height: 6 + r.IntN(60)})
		case 1:
			at := tea.Mouse{X: r.IntN(s.m.width), Y: r.IntN(s.m.height), Button: tea.MouseLeft}
			s.send(tea.MouseClickMsg(at))
			at.X += r.IntN(9) - 4
			s.send(tea.MouseMotionMsg(at))
			s.send(tea.MouseReleaseMsg(at))
		case 2:
			s.send(tea.MouseWheelMsg{X: r.IntN(s.m.width), Y: r.IntN(s.m.height), Button: tea.MouseWheelDown})
		default:
			s.pressWritten(keys[r.IntN(len(keys))])
		}
		if s.m.width >= 40 && s.m.height >= 12 {
			s.expectWidth()
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// pressWritten presses a key, or the keys of a sequence such as "gg".
func (s *screen) pressWritten(key string) {
	if named := keyPress(key); len(key) > 1 && named.Text != "" && len([]rune(key)) != 1 && key[0] != 't' {
		for _, r := range key {
			s.press(string(r))
		}
		return
	}
	s.press(key)
}
