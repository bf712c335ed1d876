package mode

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// Hints is the choice of one of several things on the screen by the letters that are shown
// on them, such as links. It answers [Chosen] with the index of the one whose letters were
// typed.
type Hints struct {
	labels []string
	typed  string
}

// hintLetters are the letters of the home row, those under the strongest fingers first.
const hintLetters = "fjdkslagh"

// NewHints returns the choice of one of n things.
func NewHints(n int) *Hints { return &Hints{labels: hintLabels(n)} }

// hintLabels returns n labels of letters. None is the prefix of another. Their lengths
// differ by one letter at most, and the shorter ones come first. The best letters are those
// that are enough alone.
func hintLabels(n int) []string {
	labels := []string{""}
	from := 0
	for ; len(labels)-from < n || labels[from] == ""; from++ {
		for i := len(hintLetters) - 1; i >= 0; i-- {
			labels = append(labels, labels[from]+hintLetters[i:i+1])
		}
	}
	labels = labels[from:]
	slices.SortFunc(labels, func(a, b string) int {
		for i := range min(len(a), len(b)) {
			if d := strings.IndexByte(hintLetters, a[i]) - strings.IndexByte(hintLetters, b[i]); d != 0 && len(a) == len(b) {
				return d
			}
		}
		return len(a) - len(b)
	})
	return labels[:n]
}

// Labels returns the letters that are left to type for each thing; empty for those that
// begin with other letters than those typed.
func (h *Hints) Labels() []string {
	left := make([]string, len(h.labels))
	for i, label := range h.labels {
		if rest, ok := strings.CutPrefix(label, h.typed); ok {
			left[i] = rest
		}
	}
	return left
}

// Typed returns the letters typed so far.
func (h *Hints) Typed() string { return h.typed }

// Key implements [Mode]. A letter that leads to nothing is ignored.
func (h *Hints) Key(k tea.KeyPressMsg) (Answer, tea.Cmd) {
	switch name := KeyName(k); name {
	case "esc", "ctrl+c":
		return Cancelled{}, nil
	case "backspace":
		h.typed = h.typed[:max(len(h.typed)-1, 0)]
	default:
		return h.add(strings.ToLower(name)), nil
	}
	return nil, nil
}

// add adds a letter.
func (h *Hints) add(letter string) Answer {
	typed := h.typed + letter
	for i, label := range h.labels {
		if label == typed {
			h.typed = ""
			return Chosen{i}
		}
		if strings.HasPrefix(label, typed) {
			h.typed = typed
			return nil
		}
	}
	return nil
}

// Takes reports whether a letter leads to one of the things.
func (h *Hints) Takes(letter string) bool {
	for _, label := range h.labels {
		if letter != "" && strings.HasPrefix(label, h.typed+strings.ToLower(letter)) {
			return true
		}
	}
	return false
}

// Paste implements [Mode]: it does nothing.
func (h *Hints) Paste(string) (Answer, tea.Cmd) { return nil, nil }
