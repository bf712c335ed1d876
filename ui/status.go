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
	if len(hints) == 0 {
		return
	}
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

// statusLine draws the status line. It knows what the keys would do.
type statusLine struct {
	*env
	*geometry
	sources   *sourceList
	headlines *headlineList
	article   *articleView
	selected  *selection
	marks     *marker
	refresh   *refresher
	pageText  *pageFetcher
	pictures  *pictures
	keys      *keyboard
	modes     *mode.Stack[opener]
	jumps     *jumper
	accounts  *accounts
}

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
		m.status.locate(lines, hintsOf(mode.PromptHints(), t.Glyphs))
		return lines
	}
	right := ""
	if m.status.typing != "" {
		right = m.status.typing + " "
	}
	left := m.line.progress()
	if walking := m.jumps.searchStatus(); m.status.text == "" && walking != "" {
		left = strings.TrimSpace(left + "  " + walking)
	}
	if hints := m.modes.Hints(); hints != nil {
		right = hints.Typed() + right
	}
	if left == "" && m.status.text == "" {
		left = m.navigate.readingPosition(w*2/5 - 1)
	}
	if m.status.text == "" {
		return m.line.hintLine(left, right, w)
	}
	lines := m.line.messageLines(left, right, w)
	if top, _ := m.modes.Top(); top == nil {
		m.status.locate(lines, m.status.tips)
	}
	return lines
}

// hintGap is the number of blanks between two hints, and between what is on the left and the
// first hint.
const hintGap = 2

// hintLine draws the line with the keys that make sense now. What is on the left stays, and
// the last keys that do not fit are left out.
func (l *statusLine) hintLine(left, right string, w int) []string {
	t, hints := l.theme, l.hints()
	if right += l.accounts.pendingText(t); right != "" {
		right = " " + right
	}
	room := w - 2*hintGap - style.Width(left) - style.Width(right)
	var shown []string
	var spots []spot
	used := 0
	for i, h := range hints {
		wide := style.Width(h.text())
		used += min(i, 1) * hintGap
		if used+wide > room {
			break
		}
		spots = append(spots, spot{keys: h.keys, x: used, wide: wide})
		used += wide
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
	x := w - style.Width(keys) - style.Width(right)
	lines := []string{style.Fit(" "+left+style.Spaces(x-1-style.Width(left))+keys+right, w, "")}
	for _, s := range spots {
		s.x += x
		l.status.spots = append(l.status.spots, s)
	}
	if top, _ := l.modes.Top(); top == nil {
		l.status.locate(lines, l.status.tips)
	}
	return lines
}

// messageLines draws the message, beside the progress of a refresh.
func (l *statusLine) messageLines(left, right string, w int) []string {
	t := l.theme
	weight, gap := "", ""
	if l.status.failed {
		weight = t.Failed
	}
	if left != "" {
		gap = "  "
	}
	if !l.refresh.running && style.Width(left)+style.Width(gap)+style.Width(l.status.text)+2 > w {
		// The counts also show what the refresh brought.
		left, gap = "", ""
	}
	if pending := l.accounts.pendingText(t); style.Width(left+gap+l.status.text+right+pending)+3 <= w {
		right += pending
	}
	if room := w - 2 - style.Width(left) - style.Width(gap) - style.Width(right); style.Width(l.status.text) <= room {
		return []string{style.Pad(" "+left+gap+style.Paint(weight, l.status.text), w-style.Width(right)) + right}
	}
	if l.height < style.BoxedHeight {
		return []string{style.Pad(" "+style.Paint(weight, style.Fit(l.status.text, w-2, t.Glyphs.Ellipsis)), w)}
	}
	lines := t.Boxed(l.status.text, weight, w)
	if left+right == "" {
		return lines
	}
	return append(lines, style.Pad(" "+left, w-style.Width(right))+right)
}

// progress returns what is being fetched, or what the last refresh brought.
func (l *statusLine) progress() string {
	if !l.refresh.running && l.pageText.item != 0 {
		return l.withTips("fetching the page of "+l.pageText.host+l.theme.Glyphs.Ellipsis, " ", "escape", "stops")
	}
	if s := l.pictures.progress(); s != "" && !l.refresh.running {
		return s
	}
	return l.refresh.progress(l.width, l.theme)
}

// hintsOf returns the hints of a prompt or an overlay as the status line shows them.
func hintsOf(modes []mode.Hint, g style.Glyphs) []hint {
	var hints []hint
	for _, h := range modes {
		hints = append(hints, hint{h.Key, g.Key(h.Key), h.Word})
	}
	return hints
}

// hints returns the keys that make sense now: those of the overlay, those that continue an
// unfinished sequence, or those of the pane.
func (l *statusLine) hints() []hint {
	if o := l.modes.Overlay(); o != nil {
		return hintsOf(o.Hints(), l.theme.Glyphs)
	}
	if l.modes.Hints() != nil {
		return nil
	}
	if len(l.keys.typed) > 0 {
		return l.keys.continuations()
	}
	return l.paneHints()
}

// continuations returns the keys that complete the keys typed so far, with the names of their
// actions, which are shorter than what the list of keys says.
func (k *keyboard) continuations() []hint {
	var hints []hint
	prefix := strings.Join(k.typed, " ") + " "
	for i := range k.table {
		a := &k.table[i]
		for _, key := range k.keys[a.name] {
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

// paneHints returns the keys of the focused pane that would do something now. Of two with the
// same word it returns the first.
func (l *statusLine) paneHints() []hint {
	var hints []hint
	for _, a := range l.keys.hinted[l.focus] {
		if a.why != nil && a.why() != "" {
			continue
		}
		word := l.hintWord(a.action)
		if word != "" && !slices.ContainsFunc(hints, func(h hint) bool { return h.word == word }) {
			hints = append(hints, hint{a.keys, l.theme.Glyphs.Key(a.key), word})
		}
	}
	return hints
}

// hintedIn returns the actions that the status line of a pane may show: first those of
// [hintOrder], then the others in the order of their table.
func (k *keymap) hintedIn(in area) []hintedAction {
	var hinted []hintedAction
	for i := range k.table {
		a := &k.table[i]
		if key := k.keyFor(a.name); key != "" && a.hint != "" && slices.Contains(a.in, in) {
			hinted = append(hinted, hintedAction{a, key, mustSplit(key)})
		}
	}
	order := hintOrder(in)
	rank := func(a hintedAction) int {
		if i := slices.Index(order, a.name); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(hinted, func(a, b hintedAction) int { return rank(a) - rank(b) })
	return hinted
}

// hintOrder returns the names of actions in the order in which the status line of a pane shows
// them. All others follow in the order of their table.
func hintOrder(a area) []string {
	switch a {
	case areaArticle:
		return []string{"page-down", "next-unread", "follow-link", "links", "open-browser", "out", "help", "toggle-fulltext", "toggle-star", "toggle-read"}
	case areaHeadlines:
		return []string{"page-down", "open", "next-unread", "toggle-read", "mark-all-read", "toggle-star", "search", "help", "refresh", "undo"}
	}
	return []string{"open", "mark-all-read", "choose-source", "refresh-all", "add-feed", "search", "help"}
}

// hintWord returns the word for an action in the status line; empty if the action would do
// nothing now.
func (l *statusLine) hintWord(a *action) string {
	h := l.headlines
	switch a.name {
	case "page-down":
		return l.pageWord(a.hint)
	case "next-unread":
		return onlyIf(!l.jumps.finding(), l.nextWord(a.hint)) // [jumper.searchStatus] names the key
	case "open":
		if l.focus == areaHeadlines && h.List.Len() == 0 {
			return ""
		}
	case "toggle-read":
		if i, _ := l.selected.item(); i.Read {
			return "unread"
		}
	case "toggle-star":
		if i, _ := l.selected.item(); i.Starred {
			return "unstar"
		}
	case "toggle-fulltext":
		if l.article.key.version == versionPage {
			return "feed's text"
		}
	case "mark-all-read":
		return onlyIf(!h.List.TailLoaded() && h.List.Len() > 0 || anyUnread(h.List.Rows()), a.hint)
	case "undo":
		return onlyIf(l.marks.undoable, a.hint)
	case "refresh", "refresh-all":
		return onlyIf(!l.refresh.running && len(l.sources.Feeds)+len(l.sources.Accounts) > 0, a.hint)
	case "add-feed":
		return onlyIf(l.focus == areaSources || len(l.sources.Feeds) == 0, a.hint)
	case "search", "choose-source":
		return onlyIf(len(l.sources.Feeds) > 0, a.hint)
	}
	return a.hint
}

// anyUnread reports whether one of the rows is unread. Rows are large, so it copies none.
func anyUnread(rows []pane.Row) bool {
	for i := range rows {
		if !rows[i].Read {
			return true
		}
	}
	return false
}

// onlyIf returns a word if a condition holds, or else nothing.
func onlyIf(holds bool, word string) string {
	if holds {
		return word
	}
	return ""
}

// pageWord returns what the key for a page down does; empty if it does nothing.
func (l *statusLine) pageWord(page string) string {
	if l.focus != areaArticle {
		return onlyIf(l.headlines.hasNext(), page)
	}
	if l.article.AtEnd() {
		return onlyIf(l.nextWord("next") != "", "next")
	}
	return onlyIf(l.article.ID != 0, page)
}

// hasNext reports whether a row follows the selected one.
func (h *headlineList) hasNext() bool {
	return h.List.Index() < h.List.Len()-1 || !h.List.TailLoaded() && h.List.Len() > 0
}

// nextWord returns what the key for the next unread item does; empty if it does nothing. In a
// list without a search, the keys that move are enough.
func (l *statusLine) nextWord(next string) string {
	switch {
	case l.headlines.Search != nil || l.headlines.Filter != nil:
		return onlyIf(l.headlines.hasNext(), "next hit")
	case l.focus == areaHeadlines:
		return ""
	}
	others := l.sources.Counts.Unread
	if !l.article.Item.Read {
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

// readingPosition returns how much of the open article is above the screen, and the title that
// comes next, in at most w cells; empty if no article is open.
func (n *navigator) readingPosition(w int) string {
	if n.focus != areaArticle && !n.layout.strip || !n.shows(areaArticle) || n.article.ID == 0 {
		return ""
	}
	position := n.article.Position()
	next, ok := n.nextTitle()
	if room := w - style.Width(position) - 2; ok && room >= 16 {
		next = style.Fit("next: "+next, room, n.theme.Glyphs.Ellipsis)
	} else {
		next = ""
	}
	if position != "" && next != "" {
		position += "  "
	}
	return style.Paint(n.theme.Dim, style.Fit(position+next, max(w, 0), ""))
}

// nextTitle returns the title of the item to which the key for the next unread goes, among the
// loaded rows; false if there is none.
func (n *navigator) nextTitle() (string, bool) {
	rows := n.headlines.List.Rows()
	for i := n.headlines.List.Index() + 1; i < len(rows); i++ {
		if n.headlines.Search != nil || n.headlines.Filter != nil || !rows[i].Read {
			return rows[i].DisplayTitle(), true
		}
	}
	return "", false
}
