package mode

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// TestHintLabels checks that labels are of the home row, different, short, and none the prefix of
// another.
func TestHintLabels(t *testing.T) {
	for _, n := range []int{1, 2, 9, 10, 17, 81, 82, 700} {
		labels := hintLabels(n)
		if len(labels) != n {
			t.Fatalf("%d labels for %d", len(labels), n)
		}
		longest := 1
		for room := len(hintLetters); room < n; room *= len(hintLetters) {
			longest++
		}
		for i, a := range labels {
			if a == "" || len(a) > longest || strings.Trim(a, hintLetters) != "" || i > 0 && len(a) < len(labels[i-1]) {
				t.Errorf("%d: label %d is %q", n, i, a)
			}
			for k, b := range labels {
				if i != k && strings.HasPrefix(a, b) {
					t.Errorf("%d: %q begins with %q", n, a, b)
				}
			}
		}
	}
}

// TestHintsAnswer checks that letters choose, others are ignored, and Backspace and Esc work.
func TestHintsAnswer(t *testing.T) {
	h := NewHints(20)
	key := func(s string) Answer {
		k := tea.KeyPressMsg{Code: []rune(s)[0], Text: s}
		switch s {
		case "<":
			k = tea.KeyPressMsg{Code: tea.KeyBackspace}
		case "!":
			k = tea.KeyPressMsg{Code: tea.KeyEscape}
		}
		a, _ := h.Key(k)
		return a
	}
	labels := hintLabels(20)
	for i, label := range labels {
		var last Answer
		for _, r := range label {
			if a := key("x"); a != nil {
				t.Errorf("x answers %v", a)
			}
			last = key(strings.ToUpper(string(r)))
		}
		if last != (Chosen{i}) {
			t.Errorf("%q answers %v, want %d", label, last, i)
		}
	}
	if a := key("!"); a != (Cancelled{}) {
		t.Errorf("Esc answers %v", a)
	}
	key(labels[19][:1])
	key("<")
	if first := labels[19][:1]; h.Typed() != "" || key(first) != nil || h.Typed() != first || h.Labels()[0] != "" || h.Labels()[19] != labels[19][1:] {
		t.Errorf("after %q: %q", first, h.Labels())
	}
	if !h.Takes("f") || h.Takes("x") || h.Takes("") {
		t.Error("Takes is wrong")
	}
}
