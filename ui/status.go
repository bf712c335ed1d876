package ui

import (
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dateline/feed/text"
	"dateline/ui/mode"
	"dateline/ui/pane"
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
	// tips are the keys that messages have named since the last key.
	tips []hint
	// spots are the words of the last drawing that can be clicked.
	spots []spot
}

// hint is a key in the status line and the word for what it does.
type hint struct {
	// keys are the keys that a click presses, with spaces between them; empty if it
	// presses none.
	keys string
	// shown is the key as it is shown; empty if the word is not about one key.
	shown, word string
}

// text returns the hint as it is shown.
func (h hint) text() string { return strings.TrimLeft(h.shown+" "+h.word, " ") }

// spot is a hint that can be clicked: its line, counted from the last line of the screen, and
// its first cell and width.
type spot struct {
	keys        string
	up, x, wide int
}

// offer records a tip of a message, so that it can be clicked.
func (s *status) offer(h hint) {
	if !slices.Contains(s.tips, h) {
		s.tips = append(s.tips, h)
	}
}

// locate finds the hints in the lines that were drawn.
func (s *status) locate(lines []string, hints []hint) {
	for i, l := range lines {
		plain := ansi.Strip(l)
		for _, h := range hints {
			at := strings.LastIndex(plain, h.text())
			if at >= 0 && h.keys != "" {
				s.spots = append(s.spots, spot{h.keys, len(lines) - 1 - i, style.Width(plain[:at]), style.Width(h.text())})
			}
		}
	}
}

// at returns the keys of the hint at a cell; empty if there is none. up is the line, counted
// from the last line of the screen.
func (s *status) at(x, up int) string {
	for _, p := range s.spots {
		if p.up == up && x >= p.x && x < p.x+p.wide {
			return p.keys
		}
	}
	return ""
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
	m.status.spots = m.status.spots[:0]
	if p := m.modes.Prompt(); p != nil {
		lines := p.Render(w, m.height, t)
		m.status.locate(lines, promptHints(t))
		return lines
	}
	right := ""
	if m.status.typing != "" {
		right = m.status.typing + " "
	}
	left := m.progress()
	if m.status.text == "" {
		return m.hintLine(left, right, w)
	}
	lines := m.messageLines(left, right, w)
	if top, _ := m.modes.Top(); top == nil {
		m.status.locate(lines, m.status.tips)
	}
	return lines
}

// hintLine draws the line with the keys that make sense now. What is on the left stays, and
// the last keys that do not fit are left out.
func (m *Model) hintLine(left, right string, w int) []string {
	t, hints := m.theme, m.hints()
	if right != "" {
		right = " " + right
	}
	room := w - 3 - style.Width(left) - style.Width(right)
	var shown []string
	used := 0
	for i, h := range hints {
		if used += style.Width(h.text()) + min(i, 1)*2; used > room {
			hints = hints[:i]
			break
		}
		word := style.Paint(t.Dim, h.word)
		if h.shown != "" {
			word = style.Paint(t.Strong, h.shown) + " " + word
		}
		shown = append(shown, word)
	}
	keys := strings.Join(shown, "  ")
	if keys != "" {
		keys += " "
	}
	lines := []string{style.Fit(" "+left+style.Spaces(w-1-style.Width(left)-style.Width(keys)-style.Width(right))+keys+right, w, "")}
	if top, _ := m.modes.Top(); top == nil {
		hints = append(hints, m.status.tips...)
	}
	m.status.locate(lines, hints)
	return lines
}

// messageLines draws the message, beside the progress of a refresh.
func (m *Model) messageLines(left, right string, w int) []string {
	t := m.theme
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
	return m.refresh.progress(m.width, m.theme)
}

// promptHints returns the keys that a prompt shows.
func promptHints(t style.Theme) []hint {
	var hints []hint
	for i, h := range mode.PromptHints(t.Glyphs) {
		hints = append(hints, hint{[]string{"enter", "esc"}[i], h.Key, h.Word})
	}
	return hints
}

// hints returns the keys that make sense now: those of the overlay, those that continue an
// unfinished sequence, or those of the pane.
func (m *Model) hints() []hint {
	if o := m.modes.Overlay(); o != nil {
		var hints []hint
		for _, h := range o.Hints() {
			hints = append(hints, hint{h.Key, m.keyGlyph(h.Key), h.Word})
		}
		return hints
	}
	if len(m.keys.typed) > 0 {
		return m.keys.continuations()
	}
	return m.paneHints()
}

// keyGlyph returns a key as the list of keys shows it.
func (g *geometry) keyGlyph(key string) string {
	if key == "enter" {
		return g.theme.Glyphs.Enter
	}
	return titled(key)
}

// continuations returns the keys that complete the keys typed so far, with the names of their
// actions, which are shorter than what the list of keys says.
func (k *keyboard) continuations() []hint {
	var hints []hint
	prefix := strings.Join(k.typed, " ") + " "
	for i := range k.table {
		a := &k.table[i]
		for _, key := range k.keysOf(a) {
			rest, ok := strings.CutPrefix(mustSplit(key), prefix)
			if !ok || a.why != nil && a.why() != "" {
				continue
			}
			word := strings.TrimPrefix(strings.TrimPrefix(a.name, "go-"), "toggle-")
			hints = append(hints, hint{rest, showKeys(rest), strings.ReplaceAll(word, "-", " ")})
		}
	}
	return hints
}

// paneHints returns the keys of the focused pane that would do something now.
func (m *Model) paneHints() []hint {
	var hints []hint
	add := func(a *action) {
		key := m.keys.keyFor(a.name)
		if key == "" || a.hint == "" || !slices.Contains(a.in, m.focus) || a.why != nil && a.why() != "" {
			return
		}
		if word := m.hintWord(a); word != "" {
			hints = append(hints, hint{mustSplit(key), m.keyGlyph(key), word})
		}
	}
	order := hintOrder(m.focus)
	for _, name := range order {
		for i := range m.keys.table {
			if m.keys.table[i].name == name {
				add(&m.keys.table[i])
			}
		}
	}
	for i := range m.keys.table {
		if !slices.Contains(order, m.keys.table[i].name) {
			add(&m.keys.table[i])
		}
	}
	return hints
}

// hintOrder returns the names of actions in the order in which the status line of a pane shows
// them. All others follow in the order of their table.
func hintOrder(a area) []string {
	switch a {
	case areaArticle:
		return []string{"page-down", "next-unread", "escape", "links", "open-browser", "out", "help", "toggle-fulltext", "toggle-star", "toggle-read"}
	case areaHeadlines:
		return []string{"page-down", "open", "next-unread", "escape", "toggle-read", "mark-all-read", "toggle-star", "search", "help", "refresh", "undo"}
	}
	return []string{"open", "mark-all-read", "choose-source", "refresh-all", "add-feed", "search", "help"}
}

// hintWord returns the word for an action in the status line; empty if the action would do
// nothing now.
func (m *Model) hintWord(a *action) string {
	h := &m.headlines
	switch a.name {
	case "page-down":
		return m.pageWord(a.hint)
	case "next-unread":
		return m.nextWord(a.hint)
	case "escape":
		switch {
		case h.Filter != nil:
			return "end filter"
		case h.Search == nil:
			return ""
		}
	case "open":
		if m.focus == areaHeadlines && h.List.Len() == 0 {
			return ""
		}
	case "toggle-read":
		if i, _ := m.selected.item(); i.Read {
			return "unread"
		}
	case "toggle-star":
		if i, _ := m.selected.item(); i.Starred {
			return "unstar"
		}
	case "toggle-fulltext":
		if m.article.key.version == versionPage {
			return "feed's text"
		}
	case "mark-all-read":
		if !slices.ContainsFunc(h.List.Rows(), func(r pane.Row) bool { return !r.Read }) && (h.List.TailLoaded() || h.List.Len() == 0) {
			return ""
		}
	case "undo":
		return onlyIf(m.marks.undoable, a.hint)
	case "refresh", "refresh-all":
		return onlyIf(!m.refresh.running && len(m.sources.Feeds) > 0, a.hint)
	case "add-feed":
		return onlyIf(m.focus == areaSources || len(m.sources.Feeds) == 0, a.hint)
	case "search", "choose-source":
		return onlyIf(len(m.sources.Feeds) > 0, a.hint)
	}
	return a.hint
}

// onlyIf returns a word if a condition holds, or else nothing.
func onlyIf(holds bool, word string) string {
	if holds {
		return word
	}
	return ""
}

// pageWord returns what the key for a page down does; empty if it does nothing.
func (m *Model) pageWord(page string) string {
	if m.focus != areaArticle {
		l := &m.headlines.List
		return onlyIf(l.Index() < l.Len()-1 || !l.TailLoaded() && l.Len() > 0, page)
	}
	if m.article.AtEnd() {
		return onlyIf(m.nextWord("next") != "", "next")
	}
	return onlyIf(m.article.ID != 0, page)
}

// nextWord returns what the key for the next unread item does; empty if it does nothing. In a
// list without a search, the keys that move are enough.
func (m *Model) nextWord(next string) string {
	l := &m.headlines.List
	switch {
	case m.headlines.Search != nil:
		return onlyIf(l.Index() < l.Len()-1 || !l.TailLoaded() && l.Len() > 0, "next hit")
	case m.focus == areaHeadlines:
		return ""
	}
	others := m.sources.Counts.Unread
	if !m.article.Item.Read {
		others--
	}
	return onlyIf(others > 0, next)
}

// clickStatus presses the key whose word was clicked in the status line; false if there is
// none at this cell.
func (m *Model) clickStatus(x, y int) (cmd tea.Cmd, hit bool) {
	keys := m.status.at(x, m.height-1-y)
	if keys == "" {
		return nil, false
	}
	m.begin()
	if top, by := m.modes.Top(); top != nil {
		answer, cmd := top.Key(mode.KeyNamed(keys))
		return m.answered(by, answer, cmd), true
	}
	var cmds []tea.Cmd
	for key := range strings.FieldsSeq(keys) {
		cmds = append(cmds, m.keys.press(key))
	}
	return tea.Batch(cmds...), true
}
