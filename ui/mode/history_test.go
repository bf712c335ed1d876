package mode

import (
	"fmt"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// TestHistoryWalks checks which keys walk the history of a prompt, and that what was typed comes
// back.
func TestHistoryWalks(t *testing.T) {
	h := &History{}
	for _, s := range []string{"one", "two", "one", "three", ""} {
		h.Add(s)
	}
	h.Before([]string{"old", "two\x1b"})
	if got := fmt.Sprint(h.Entries()); got != "[old two one three]" {
		t.Fatal(got)
	}
	p := NewPrompt("/", "", 80)
	p.History, p.Results = h, true
	up, down := tea.KeyPressMsg{Code: tea.KeyUp}, tea.KeyPressMsg{Code: tea.KeyDown}
	older, newer := tea.KeyPressMsg{Code: 'p', Mod: tea.ModCtrl}, tea.KeyPressMsg{Code: 'n', Mod: tea.ModCtrl}
	for i, step := range []struct {
		key  tea.KeyPressMsg
		want Answer
	}{
		{up, Changed{"three"}}, {up, Changed{"one"}}, {down, Changed{"three"}}, {down, Changed{""}}, {down, Left{}},
		{tea.KeyPressMsg{Code: 'x', Text: "x"}, Changed{"x"}}, {up, nil}, {down, Left{}}, {older, Changed{"three"}},
		{newer, Changed{"x"}}, {newer, nil},
	} {
		if got, _ := p.Key(step.key); got != step.want {
			t.Errorf("step %d answers %#v, want %#v", i, got, step.want)
		}
	}
	for i := range 300 {
		h.Add(fmt.Sprint(i))
	}
	if n := len(h.Entries()); n != maxHistory || h.Entries()[n-1] != "299" {
		t.Errorf("%d entries, the last %s", n, h.Entries()[n-1])
	}
}
