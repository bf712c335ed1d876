package mode

import (
	"testing"

	tea "charm.land/bubbletea/v2"
)

func press(t *testing.T, s *Stack[string], key tea.KeyPressMsg) (Answer, string) {
	t.Helper()
	top, opener := s.Top()
	if top == nil {
		t.Fatal("the stack is empty")
	}
	a, _ := top.Key(key)
	return a, opener
}

// TestTheStackGivesKeysToTheTop checks that an overlay that opens late lies below the prompt, and
// that each mode has its own opener.
func TestTheStackGivesKeysToTheTop(t *testing.T) {
	var s Stack[string]
	s.OpenPrompt(NewPrompt("/", "", 80), "search")
	s.OpenOverlay(&Overlay{Title: "Info", Rows: []Row{{Left: "a"}}}, "info")
	if a, by := press(t, &s, tea.KeyPressMsg{Code: 'x', Text: "x"}); a != (Changed{"x"}) || by != "search" {
		t.Errorf("%v to %s", a, by)
	}
	if a, _ := press(t, &s, tea.KeyPressMsg{Code: tea.KeyEscape}); a != (Cancelled{}) {
		t.Errorf("Esc is %v", a)
	}
	s.Close()
	if a, by := press(t, &s, tea.KeyPressMsg{Code: tea.KeyEnter}); a != (Accepted{}) || by != "info" {
		t.Errorf("%v to %s", a, by)
	}
	s.CloseOverlays()
	if top, _ := s.Top(); top != nil {
		t.Error("something is open still")
	}
}

// TestAnOverlayAnswers checks the answers of an overlay: to the keys of a question, to keys with a
// row, and that headings are never chosen.
func TestAnOverlayAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		overlay Overlay
		keys    string
		want    Answer
	}{
		"a question":        {Overlay{Rows: []Row{{Left: "sure?"}}, Answers: []string{"y", "n"}}, "xy", Pressed{"y", -1}},
		"a key for a row":   {Overlay{Rows: []Row{{Heading: "h"}, {Left: "a"}, {Left: "b"}}, Choose: true, Keys: []string{"r"}}, "jr", Pressed{"r", 2}},
		"a choice":          {Overlay{Rows: []Row{{Heading: "h"}, {Left: "a"}, {Left: "b"}}, Choose: true}, "b\r", Chosen{2}},
		"nothing to choose": {Overlay{Rows: []Row{{Left: "a"}}, Choose: true}, "z\r", nil},
		"q among rows":      {Overlay{Rows: []Row{{Left: "a"}}, Choose: true, Keys: []string{"r"}}, "q", Cancelled{}},
	} {
		var s Stack[string]
		s.OpenOverlay(&c.overlay, "")
		var last Answer
		for _, r := range c.keys {
			key := tea.KeyPressMsg{Code: r, Text: string(r)}
			if r == '\r' {
				key = tea.KeyPressMsg{Code: tea.KeyEnter}
			}
			last, _ = press(t, &s, key)
		}
		if last != c.want {
			t.Errorf("%s: %q gives %#v, want %#v", name, c.keys, last, c.want)
		}
	}
}

// TestRebuildKeepsTheCursor checks that rebuilding keeps the cursor and other overlays, and closes
// an overlay with nothing left.
func TestRebuildKeepsTheCursor(t *testing.T) {
	var s Stack[string]
	rows := []Row{{Left: "a"}, {Left: "b"}, {Left: "c"}}
	s.OpenOverlay(&Overlay{Title: "Help"}, "help")
	s.OpenOverlay(&Overlay{Title: "Problems", Rows: rows, Choose: true}, "problems")
	s.Overlay().Move(2)
	s.Rebuild(func(by string) (*Overlay, bool) {
		return &Overlay{Title: "Fresh", Rows: rows, Choose: true}, by == "problems"
	})
	if a, _ := press(t, &s, tea.KeyPressMsg{Code: tea.KeyEnter}); s.Overlay().Title != "Fresh" || a != (Chosen{2}) {
		t.Errorf("%s answers %v", s.Overlay().Title, a)
	}
	s.Rebuild(func(by string) (*Overlay, bool) { return nil, by == "problems" })
	if s.Overlay().Title != "Help" {
		t.Errorf("%s is on top", s.Overlay().Title)
	}
}
