package ui

import (
	"errors"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/text"
)

// status is the line at the bottom: it answers the last action, shows progress
// while there is any, and otherwise the keys that make sense now.
type status struct {
	text   string
	failed bool
	typing string
}

// say and fail clean what they are given: what a server, a program or a file
// said is quoted in it.
func (s *status) say(content string)  { s.text, s.failed = text.Clean(content), false }
func (s *status) fail(content string) { s.text, s.failed = text.Clean(content), true }
func (s *status) waiting(keys string) { s.typing = keys }
func (s *status) clear()              { *s = status{} }

// sentence is what the reader sees of an error.
func sentence(err error) string {
	var told interface{ Sentence() string }
	if errors.As(err, &told) {
		return text.Clean(told.Sentence())
	}
	return text.Clean(err.Error())
}

// showSaved tells what the cache did with the last writes, and brings the
// counts and, where more than one row changed, the list up to date.
func (m *Model) showSaved(msg saved) tea.Cmd {
	reload, counted := false, false
	for _, o := range msg.outcomes {
		counted = counted || o.n > 0 || o.step != nil
		switch {
		case o.what == "undo" || o.what == "redo":
			reload = m.showStep(o) || reload
		case o.what != "" && o.n == 0:
			m.status.say("nothing was left to mark")
		case o.what != "":
			m.status.say(fmt.Sprintf(o.what, number(o.n)))
		}
	}
	var crash *feed.PanicError
	if errors.As(msg.err, &crash) {
		m.status.fail(crash.UserMessage())
		return tea.Batch(m.loadCounts(), m.reloadRows())
	}
	if msg.err != nil {
		if told := sentence(msg.err); told != m.unsaved {
			m.unsaved = told
			m.status.fail("not saved yet, kept and tried again until it works: " + told)
		}
		return m.retryWrites()
	}
	if m.unsaved != "" && !m.saver.unsaved() {
		m.unsaved = ""
		m.status.say("what you did is saved now")
	}
	var cmds []tea.Cmd
	if counted {
		cmds = append(cmds, m.loadCounts())
	}
	if reload {
		cmds = append(cmds, m.reloadRows())
	}
	return tea.Batch(cmds...)
}

// showStep puts what an undo or redo changed on the screen.
func (m *Model) showStep(o outcome) bool {
	if o.step == nil {
		m.status.say("there is nothing to " + o.what)
		return false
	}
	m.showMark(o.step.Items, o.step.Flag, o.step.On)
	m.status.say(stepWords(o.what, *o.step))
	return true
}

// stepWords says what holds after an undo or redo.
func stepWords(what string, s cache.Step) string {
	state := map[feed.Flag][2]string{
		feed.Read:    {"unread", "read"},
		feed.Starred: {"not starred", "starred"},
		feed.Hidden:  {"shown", "hidden"},
		feed.Snooze:  {"awake", "snoozed"},
		feed.Label:   {"without the label " + s.Label, "labelled " + s.Label},
	}[s.Flag]
	now := state[0]
	if s.On {
		now = state[1]
	}
	other := "ctrl+r redoes"
	if what == "redo" {
		other = "u undoes"
	}
	return fmt.Sprintf("%s: %s now %s, %s", strings.Replace(what, "do", "done", 1), plural(s.N, "item"), now, other)
}

// statusLines draws the line, and lines above it for an answer that is longer
// than the screen is wide: it ends in a way out, which must not be cut off.
func (m *Model) statusLines(w int) []string {
	t := m.theme
	if m.prompt != nil {
		return m.prompt.render(w, m.height, t)
	}
	right := ""
	if m.status.typing != "" {
		right = m.status.typing + " "
	}
	left := m.progress()
	if m.status.text == "" {
		hints := m.hints(w - 4 - cells(left) - cells(right))
		return []string{fit(" "+left+blanks(w-1-cells(left)-cells(hints)-cells(right))+hints+right, w, "")}
	}
	style, gap := "", ""
	if m.status.failed {
		style = t.failed
	}
	if left != "" {
		gap = "  "
	}
	if !m.refresh.running && cells(left)+cells(gap)+cells(m.status.text)+2 > w {
		// What a round brought shows in the counts as well.
		left, gap = "", ""
	}
	if room := w - 2 - cells(left) - cells(gap) - cells(right); cells(m.status.text) <= room {
		return []string{pad(" "+left+gap+paint(style, m.status.text), w-cells(right)) + right}
	}
	if m.height < boxedHeight {
		return []string{pad(" "+paint(style, fit(m.status.text, w-2, t.glyphs.ellipsis)), w)}
	}
	lines := boxed(m.status.text, style, w, t)
	if left+right == "" {
		return lines
	}
	return append(lines, pad(" "+left, w-cells(right))+right)
}

// boxedLines is how many lines an answer may take, on screens of at least
// boxedHeight lines.
const (
	boxedLines  = 3
	boxedHeight = 8
)

// boxed sets a long answer under a rule.
func boxed(text, style string, w int, t theme) []string {
	wrapped := strings.Split(ansi.Wrap(text, max(w-2, 1), ""), "\n")
	if len(wrapped) > boxedLines {
		wrapped = append(wrapped[:boxedLines-1], strings.Join(wrapped[boxedLines-1:], " "))
	}
	lines := []string{paint(t.dim, strings.Repeat(t.glyphs.rule, w))}
	for _, l := range wrapped {
		lines = append(lines, pad(" "+paint(style, fit(l, w-2, t.glyphs.ellipsis)), w))
	}
	return lines
}

// progress draws the bar of a running refresh, or what the last one brought.
func (m *Model) progress() string {
	r := &m.refresh
	t, room := m.theme, 8
	switch {
	case !r.running && m.fetching.item != 0:
		return "fetching the page of " + m.fetching.host + t.glyphs.ellipsis + " Esc stops"
	case !r.running:
		return r.result
	case r.total == 0 && r.byKey:
		return "refreshing" + t.glyphs.ellipsis + " Esc stops"
	case r.total == 0:
		return ""
	}
	if m.width < 60 {
		room = 4
	}
	done := r.done * room / r.total
	bar := t.glyphs.left + strings.Repeat(t.glyphs.full, done) + strings.Repeat(t.glyphs.empty, room-done) + t.glyphs.right
	text := fmt.Sprintf("refreshing %d/%d %s", r.done, r.total, bar)
	if r.fresh > 0 {
		text += " +" + number(r.fresh) + " new"
	}
	if r.byKey {
		text += " Esc stops"
	}
	return text
}

// hints are the keys of the focused pane, as many as fit.
func (m *Model) hints(w int) string {
	t := m.theme
	var parts []string
	used := 0
	for _, a := range m.keys.hinted(m.focus) {
		key := a.key
		if key == "enter" {
			key = t.glyphs.enter
		}
		n := cells(key) + 1 + cells(a.word) + 2
		if used+n > w {
			continue
		}
		used += n
		parts = append(parts, paint(t.strong, key)+" "+paint(t.dim, a.word))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, "  ") + " "
}

// hint is a key and the word for what it does.
type hint struct{ key, word string }

// hinted lists the hints of a pane in the table's order.
func (k keymap) hinted(p pane) []hint { return k.hints[p] }
