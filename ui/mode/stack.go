// Package mode holds prompts and overlays. They lie over the page on a [Stack], and the
// mode on top gets the keys. A mode turns a key into an [Answer].
//
// Start with [Stack], [NewPrompt] and [Overlay]. A mode never acts itself: the opener,
// which is stored with it on the stack, decides what an answer does.
package mode

import tea "charm.land/bubbletea/v2"

// Mode is a prompt, an overlay or the choice of a link by its letters.
type Mode interface {
	// Key handles a key. The answer is nil if there is nothing to decide.
	Key(tea.KeyPressMsg) (Answer, tea.Cmd)
	// Paste handles pasted text.
	Paste(text string) (Answer, tea.Cmd)
}

// Answer is what a key means: [Cancelled], [Accepted], [Changed], [Chosen], [Pressed] or
// [Left].
type Answer interface{ answer() }

// Cancelled reports that Esc was pressed.
type Cancelled struct{}

// Accepted reports that Enter was pressed in a prompt with this text, or on an overlay
// for reading.
type Accepted struct{ Text string }

// Changed reports that the text of a prompt has changed.
type Changed struct{ Text string }

// Left reports that the user goes from a prompt down to what it has found.
type Left struct{}

// Chosen reports that Enter was pressed on a row of an overlay, or that the letters of a
// link were typed.
type Chosen struct{ Row int }

// Pressed reports that one of the overlay's Answers or Keys was pressed, or one of the Keys of
// a prompt. Row is the selected row; -1 for a question and a prompt.
type Pressed struct {
	Key string
	Row int
}

func (Cancelled) answer() {}
func (Accepted) answer()  {}
func (Changed) answer()   {}
func (Left) answer()      {}
func (Chosen) answer()    {}
func (Pressed) answer()   {}

// Stack holds the open modes. The mode on top gets the keys. O is the type of the
// openers. The zero Stack is empty and ready to use.
type Stack[O any] struct{ entries []entry[O] }

type entry[O any] struct {
	mode   Mode
	opener O
}

// OpenPrompt puts a prompt on top.
func (s *Stack[O]) OpenPrompt(p *Prompt, opener O) {
	s.entries = append(s.entries, entry[O]{p, opener})
}

// OpenOverlay puts an overlay on top, but below an open prompt, so that the user can
// continue typing.
func (s *Stack[O]) OpenOverlay(o *Overlay, opener O) {
	at := len(s.entries)
	for at > 0 && isPrompt(s.entries[at-1].mode) {
		at--
	}
	o.filterBy("")
	s.entries = append(s.entries[:at], append([]entry[O]{{o, opener}}, s.entries[at:]...)...)
}

// OpenHints puts the choice of a link on top.
func (s *Stack[O]) OpenHints(h *Hints, opener O) {
	s.entries = append(s.entries, entry[O]{h, opener})
}

// Hints returns the choice of a link on top; nil if there is none.
func (s *Stack[O]) Hints() *Hints {
	m, _ := s.Top()
	h, _ := m.(*Hints)
	return h
}

func isPrompt(m Mode) bool {
	_, ok := m.(*Prompt)
	return ok
}

// Top returns the mode that gets the keys, and its opener. The mode is nil if the stack
// is empty.
func (s *Stack[O]) Top() (m Mode, opener O) {
	if len(s.entries) == 0 {
		return nil, opener
	}
	top := s.entries[len(s.entries)-1]
	return top.mode, top.opener
}

// Close closes the mode on top.
func (s *Stack[O]) Close() {
	if len(s.entries) > 0 {
		s.entries = s.entries[:len(s.entries)-1]
	}
}

// CloseOverlays closes every overlay and leaves a prompt open.
func (s *Stack[O]) CloseOverlays() {
	kept := s.entries[:0]
	for _, e := range s.entries {
		if isPrompt(e.mode) {
			kept = append(kept, e)
		}
	}
	s.entries = kept
}

// Prompt returns the open prompt; nil if there is none.
func (s *Stack[O]) Prompt() *Prompt {
	for i := len(s.entries) - 1; i >= 0; i-- {
		if p, ok := s.entries[i].mode.(*Prompt); ok {
			return p
		}
	}
	return nil
}

// Overlay returns the overlay that is shown; nil if there is none.
func (s *Stack[O]) Overlay() *Overlay {
	for i := len(s.entries) - 1; i >= 0; i-- {
		if o, ok := s.entries[i].mode.(*Overlay); ok {
			return o
		}
	}
	return nil
}

// Rebuild replaces overlays whose content has changed. fresh returns the new overlay of
// an opener. If it returns nil and true, the overlay is closed. If it returns false, the
// overlay stays as it is. The cursor and the filter stay.
func (s *Stack[O]) Rebuild(fresh func(O) (*Overlay, bool)) {
	kept := s.entries[:0]
	for _, e := range s.entries {
		old, isOverlay := e.mode.(*Overlay)
		if o, rebuilt := fresh(e.opener); isOverlay && rebuilt {
			if o == nil {
				continue
			}
			o.filterBy(old.filter)
			o.Move(old.cursor - o.cursor)
			o.filtering, o.drawn.top = old.filtering, old.drawn.top
			e.mode = o
		}
		kept = append(kept, e)
	}
	s.entries = kept
}
