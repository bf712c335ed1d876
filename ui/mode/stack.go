// Package mode holds what lies over the page and takes the keys: prompts and
// overlays, in a [Stack]. A mode handles keys and says what they mean in an
// [Answer]. It never acts: whoever opened it decides what an answer does.
package mode

import tea "charm.land/bubbletea/v2"

// Mode is a prompt or an overlay.
type Mode interface {
	// Key handles a key. The answer is nil if there is nothing to decide.
	Key(tea.KeyPressMsg) (Answer, tea.Cmd)
	// Paste handles pasted text.
	Paste(text string) (Answer, tea.Cmd)
}

// Answer is what a key means: [Cancelled], [Accepted], [Changed], [Chosen] or
// [Pressed].
type Answer interface{ answer() }

// Cancelled says that Esc was pressed.
type Cancelled struct{}

// Accepted says that Enter was pressed in a prompt with that text, or on an
// overlay for reading.
type Accepted struct{ Text string }

// Changed says that the text of a prompt is another one now.
type Changed struct{ Text string }

// Chosen says that Enter was pressed on a row of an overlay.
type Chosen struct{ Row int }

// Pressed says that one of the keys was pressed that an overlay has for its
// question or for its rows. Row is the selected row.
type Pressed struct {
	Key string
	Row int
}

func (Cancelled) answer() {}
func (Accepted) answer()  {}
func (Changed) answer()   {}
func (Chosen) answer()    {}
func (Pressed) answer()   {}

// Stack holds the open modes, the one that gets the keys on top. O is who opened
// a mode. The zero Stack is empty.
type Stack[O any] struct{ entries []entry[O] }

type entry[O any] struct {
	mode   Mode
	opener O
}

// OpenPrompt puts a prompt on top.
func (s *Stack[O]) OpenPrompt(p *Prompt, opener O) {
	s.entries = append(s.entries, entry[O]{p, opener})
}

// OpenOverlay puts an overlay on top, but below a prompt in which somebody is
// typing.
func (s *Stack[O]) OpenOverlay(o *Overlay, opener O) {
	at := len(s.entries)
	for at > 0 && isPrompt(s.entries[at-1].mode) {
		at--
	}
	o.filterBy("")
	s.entries = append(s.entries[:at], append([]entry[O]{{o, opener}}, s.entries[at:]...)...)
}

func isPrompt(m Mode) bool {
	_, ok := m.(*Prompt)
	return ok
}

// Top returns the mode that gets the keys and who opened it. The mode is nil if
// the stack is empty.
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

// Prompt returns the open prompt, nil if there is none.
func (s *Stack[O]) Prompt() *Prompt {
	for i := len(s.entries) - 1; i >= 0; i-- {
		if p, ok := s.entries[i].mode.(*Prompt); ok {
			return p
		}
	}
	return nil
}

// Overlay returns the overlay that is shown, nil if there is none.
func (s *Stack[O]) Overlay() *Overlay {
	for i := len(s.entries) - 1; i >= 0; i-- {
		if o, ok := s.entries[i].mode.(*Overlay); ok {
			return o
		}
	}
	return nil
}

// Rebuild replaces overlays whose content has changed. fresh returns the overlay
// to show instead, nil to close it, and false to leave it as it is. The cursor
// stays where it was.
func (s *Stack[O]) Rebuild(fresh func(O) (*Overlay, bool)) {
	kept := s.entries[:0]
	for _, e := range s.entries {
		old, isOverlay := e.mode.(*Overlay)
		if o, rebuilt := fresh(e.opener); isOverlay && rebuilt {
			if o == nil {
				continue
			}
			o.filterBy("")
			o.Move(old.cursor - o.cursor)
			e.mode = o
		}
		kept = append(kept, e)
	}
	s.entries = kept
}
