package mode

import "slices"

// maxHistory is how many texts a history keeps.
const maxHistory = 100

// History holds what was typed in prompts, the newest last. The zero History is empty and
// ready to use.
type History struct{ entries []string }

// Entries returns the texts, the newest last.
func (h *History) Entries() []string { return h.entries }

// Add adds a text as the newest and drops an equal one, and the oldest if there are too many.
// An empty text is not added.
func (h *History) Add(text string) {
	if text == "" {
		return
	}
	h.entries = slices.DeleteFunc(h.entries, func(s string) bool { return s == text })
	h.entries = append(h.entries, text)
	h.entries = h.entries[max(len(h.entries)-maxHistory, 0):]
}

// Before adds texts that are older than all others. Control characters are removed from them.
func (h *History) Before(older []string) {
	newer := h.entries
	h.entries = nil
	for _, text := range slices.Concat(older, newer) {
		h.Add(cleanTyped(text))
	}
}

// walk moves a prompt by a number of texts back in its history; below zero forward. It
// reports whether the prompt shows another text.
func (p *Prompt) walk(by int) bool {
	if p.History == nil {
		return false
	}
	at := max(min(p.back+by, len(p.History.entries)), 0)
	if at == p.back {
		return false
	}
	if p.back == 0 {
		p.draft = p.input.Value()
	}
	text := p.draft
	if at > 0 {
		text = p.History.entries[len(p.History.entries)-at]
	}
	p.back, p.insisted = at, false
	p.input.SetValue(text)
	p.input.CursorEnd()
	return true
}

// walkKey handles a key that walks the history, or leads from the prompt to what it has
// found. handled reports whether the key did.
func (p *Prompt) walkKey(key string) (a Answer, handled bool) {
	by := 0
	switch {
	case key == "ctrl+p", key == "up" && (p.back > 0 || p.input.Value() == ""):
		by = 1
	case key == "ctrl+n", key == "down" && p.back > 0:
		by = -1
	case key == "down" && p.Results:
		return Left{}, true
	default:
		return nil, false
	}
	if p.History == nil {
		return nil, false
	}
	if p.walk(by) {
		return Changed{p.input.Value()}, true
	}
	return nil, true
}
