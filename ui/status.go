package ui

import (
	"errors"
	"strings"

	"dateline/feed/text"
	"dateline/ui/style"
)

// status is the line at the bottom. It shows a message about the last action, or the
// progress of a refresh, or else the keys that make sense now.
type status struct {
	// text is the message; empty if there is none. failed reports whether it is an
	// error.
	text   string
	failed bool
	// typing holds the keys of an unfinished sequence.
	typing string
}

// say shows a message, and fail an error. Both clean the text, because it may quote a
// server, a program or a file.
func (s *status) say(content string)  { s.text, s.failed = text.Clean(content), false }
func (s *status) fail(content string) { s.text, s.failed = text.Clean(content), true }
func (s *status) waiting(keys string) { s.typing = keys }
func (s *status) clear()              { *s = status{} }

// userMessage returns what the user sees of an error: its own message for users, or
// else its text.
func userMessage(err error) string {
	var known interface{ UserMessage() string }
	if errors.As(err, &known) {
		return text.Clean(known.UserMessage())
	}
	return text.Clean(err.Error())
}

// statusLines draws the status line. A message that is longer than the screen is wide
// gets more lines above it, so that the end of the message is not cut off.
func (m *Model) statusLines(w int) []string {
	t := m.theme
	if p := m.modes.Prompt(); p != nil {
		return p.Render(w, m.height, t)
	}
	right := ""
	if m.status.typing != "" {
		right = m.status.typing + " "
	}
	left := m.progress()
	if left == "" && m.status.text == "" {
		left = m.navigate.readingPosition(w * 2 / 5)
	}
	if m.status.text == "" {
		hints := m.keys.footer(m.focus, t, w-4-style.Width(left)-style.Width(right))
		return []string{style.Fit(" "+left+style.Spaces(w-1-style.Width(left)-style.Width(hints)-style.Width(right))+hints+right, w, "")}
	}
	weight, gap := "", ""
	if m.status.failed {
		weight = t.Failed
	}
	if left != "" {
		gap = "  "
	}
	if !m.refresh.running && style.Width(left)+style.Width(gap)+style.Width(m.status.text)+2 > w {
		// The counts also show what the refresh brought.
		left, gap = "", ""
	}
	if room := w - 2 - style.Width(left) - style.Width(gap) - style.Width(right); style.Width(m.status.text) <= room {
		return []string{style.Pad(" "+left+gap+style.Paint(weight, m.status.text), w-style.Width(right)) + right}
	}
	if m.height < style.BoxedHeight {
		return []string{style.Pad(" "+style.Paint(weight, style.Fit(m.status.text, w-2, t.Glyphs.Ellipsis)), w)}
	}
	lines := t.Boxed(m.status.text, weight, w)
	if left+right == "" {
		return lines
	}
	return append(lines, style.Pad(" "+left, w-style.Width(right))+right)
}

// progress returns what is being fetched, or what the last refresh brought.
func (m *Model) progress() string {
	if !m.refresh.running && m.pageText.item != 0 {
		return m.withTips("fetching the page of "+m.pageText.host+m.theme.Glyphs.Ellipsis, " ", "escape", "stops")
	}
	if s := m.pictures.progress(); s != "" && !m.refresh.running {
		return s
	}
	return m.refresh.progress(m.width, m.theme)
}

// footer returns the keys of a pane that make sense now, as many as fit into w cells.
func (k keymap) footer(in area, t style.Theme, w int) string {
	var parts []string
	used := 0
	for _, h := range k.hints[in] {
		key := h.key
		if key == "enter" {
			key = t.Glyphs.Enter
		}
		n := style.Width(key) + 1 + style.Width(h.word) + 2
		if used+n > w {
			continue
		}
		used += n
		parts = append(parts, style.Paint(t.Strong, key)+" "+style.Paint(t.Dim, h.word))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, "  ") + " "
}
