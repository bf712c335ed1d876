package ui

import (
	"testing"

	tea "charm.land/bubbletea/v2"
)

// TestTypedTextIsCleaned checks that control characters are removed from text that a terminal
// pastes as keys, and that the cursor keeps its position.
func TestTypedTextIsCleaned(t *testing.T) {
	s := newScreen(t, 80, 24)
	typed := func(text string) {
		for _, r := range text {
			s.send(tea.KeyPressMsg{Code: r, Text: string(r)})
		}
	}
	s.press("/")
	typed("ad ")
	s.press("left", "left")
	typed("b\u202e\u200b\u00ad\u009bc")
	if got, at := s.m.modes.Prompt().Text(); got != "abcd " || at != 3 {
		t.Errorf("the prompt has %q, the cursor at %d", got, at)
	}
	s.press("esc", "?")
	typed("a\u202e \u2028b")
	if got := s.m.modes.Overlay().Filter(); got != "a  b" {
		t.Errorf("the overlay's filter is %q", got)
	}
}

// TestStatusIsCleaned checks that text that the status line quotes is cleaned.
func TestStatusIsCleaned(t *testing.T) {
	s := newScreen(t, 80, 24)
	s.send(tea.KeyPressMsg{Code: tea.KeyExtended, Text: "\u202e\x1b[2J"})
	s.expect("[2J does nothing here")
	if s.m.status.fail("a\u009bb"); s.m.status.text != "ab" {
		t.Errorf("the status is %q", s.m.status.text)
	}
}
