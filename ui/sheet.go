package ui

import (
	"cmp"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// sheet is a list over the dimmed page: help, links, a choice, a question. It
// answers with the row chosen; its owner acts.
type sheet struct {
	title string
	// foot says which keys do what; the usual ones when it is empty.
	foot   string
	rows   []sheetRow
	filter string
	shown  []int
	cursor int
	top    int
	height int
	// choose acts on a row; nil makes the sheet for reading only.
	choose func(m *Model, row int) tea.Cmd
	// answers are keys that end the sheet; a sheet with answers has no filter.
	answers map[string]func(m *Model) tea.Cmd
	// acts are keys that do something with the row in hand; a sheet with acts has
	// no filter either, and j and k move in it.
	acts map[string]func(m *Model, row int) tea.Cmd
	// accept answers Enter on a sheet for reading, back Esc; nil closes the sheet.
	accept, back func(m *Model) tea.Cmd
	// detail shows the right side of the row in hand in full below the rows.
	detail bool
	// again makes the sheet anew when the feeds have changed; nil leaves it.
	again func(m *Model) *sheet
}

// detailLines is how many lines the text in full may take.
const detailLines = 3

type sheetRow struct {
	// head is a section's name, above a run of rows; the other two are empty.
	head        string
	left, right string
}

func (m *Model) openSheet(s *sheet) {
	m.sheet = s
	s.filterBy("")
}

// sheetKey moves, filters, chooses or closes.
func (m *Model) sheetKey(k tea.KeyPressMsg) tea.Cmd {
	s := m.sheet
	name := keyName(k)
	if do, ok := s.answers[name]; ok {
		m.sheet = nil
		return do(m)
	}
	if s.acts != nil {
		if do, ok := s.acts[name]; ok {
			return s.act(m, do)
		}
		name = cmp.Or(map[string]string{"j": "down", "k": "up", "q": "esc"}[name], name)
	}
	switch name {
	case "esc", "ctrl+c":
		m.sheet = nil
		if s.back != nil {
			return s.back(m)
		}
	case "enter":
		return m.chooseRow()
	case "down", "ctrl+n", "tab":
		s.move(1)
	case "up", "ctrl+p", "shift+tab":
		s.move(-1)
	case "pgdown", "ctrl+f", "ctrl+d":
		s.move(s.height)
	case "pgup", "ctrl+b", "ctrl+u":
		s.move(-s.height)
	case "home":
		s.move(-len(s.rows))
	case "end":
		s.move(len(s.rows))
	case "backspace":
		if r := []rune(s.filter); len(r) > 0 {
			s.filterBy(string(r[:len(r)-1]))
		}
	default:
		if s.answers == nil && s.acts == nil && k.Text != "" {
			s.filterBy(s.filter + k.Text)
		}
	}
	return nil
}

// act does something with the row in hand.
func (s *sheet) act(m *Model, do func(m *Model, row int) tea.Cmd) tea.Cmd {
	if len(s.shown) == 0 || s.rows[s.shown[s.cursor]].head != "" {
		return nil
	}
	return do(m, s.shown[s.cursor])
}

// renewSheet makes the sheet anew from changed feeds, the cursor where it was.
func (m *Model) renewSheet() {
	old := m.sheet
	if old == nil || old.again == nil {
		return
	}
	m.sheet = old.again(m)
	if m.sheet != nil {
		m.sheet.filterBy("")
		m.sheet.move(old.cursor - m.sheet.cursor)
	}
}

func (m *Model) chooseRow() tea.Cmd {
	s := m.sheet
	if s.choose == nil {
		m.sheet = nil
		if s.accept != nil {
			return s.accept(m)
		}
		return nil
	}
	return s.act(m, func(m *Model, row int) tea.Cmd {
		m.sheet = nil
		return s.choose(m, row)
	})
}

// filterBy keeps the rows that contain every word of the text, and the heads
// of their sections. The text is cleaned: where a terminal does not mark what is
// pasted, it comes as keys.
func (s *sheet) filterBy(text string) {
	text = cleanTyped(text)
	s.filter, s.shown, s.cursor, s.top = text, s.shown[:0], 0, 0
	words := strings.Fields(strings.ToLower(text))
	head := -1
	for i, r := range s.rows {
		if r.head != "" {
			head = i
			continue
		}
		if !containsAll(strings.ToLower(r.left+" "+r.right), words) {
			continue
		}
		if head >= 0 {
			s.shown = append(s.shown, head)
			head = -1
		}
		s.shown = append(s.shown, i)
	}
	s.skipHead(1)
}

func containsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

func (s *sheet) move(n int) {
	s.cursor = max(min(s.cursor+n, len(s.shown)-1), 0)
	s.skipHead(n)
}

// skipHead keeps the cursor off the heads of sections.
func (s *sheet) skipHead(n int) {
	isHead := func() bool { return len(s.shown) > 0 && s.rows[s.shown[s.cursor]].head != "" }
	if !isHead() {
		return
	}
	if step := sign(n); s.cursor+step >= 0 && s.cursor+step < len(s.shown) {
		s.cursor += step
	} else if s.cursor+1 < len(s.shown) {
		s.cursor++
	}
}

// sheetWidth is the room for text in a sheet on a screen of w cells.
func sheetWidth(w int) int { return max(min(w-4, 92), 10) }

// over draws the sheet over the dimmed page.
func (s *sheet) over(page []string, w int, t theme) []string {
	inner := sheetWidth(w)
	// By all rows and not those shown: typing must not make the sheet jump.
	room := len(page) - 6
	if s.detail {
		room -= detailLines
	}
	s.height = max(min(room, len(s.rows)), 1)
	box := s.box(inner, t)
	x, y := max((w-inner-4)/2, 0), max((len(page)-len(box))/2, 0)
	for i := range page {
		plain := ansi.Strip(page[i])
		if i < y || i >= y+len(box) {
			page[i] = paint(t.dim, plain)
			continue
		}
		left := pad(ansi.Truncate(plain, x, ""), x)
		rest := w - x - inner - 4
		right := ansi.TruncateLeft(plain, x+inner+4, "")
		for cut := x + inner + 5; cells(right) > rest && cut < w; cut++ {
			// A character stood across the edge that is wide, or wider by itself
			// than behind the one before it.
			right = ansi.TruncateLeft(plain, cut, "")
		}
		right = fit(right, rest, "")
		right = blanks(rest-cells(right)) + right
		page[i] = paint(t.dim, left) + box[i-y] + paint(t.dim, right)
	}
	return page
}

// box draws the sheet itself: a rule with the title, rows, a rule with the keys.
func (s *sheet) box(inner int, t theme) []string {
	line := func(text string) string {
		return paint(t.dim, t.glyphs.column) + " " + pad(text, inner) + " " + paint(t.dim, t.glyphs.column)
	}
	rule := paint(t.dim, strings.Repeat(t.glyphs.rule, inner+4))
	title := paint(t.accent, fit(s.title, inner, t.glyphs.ellipsis))
	if s.filter != "" {
		title = paint(t.accent, fit(s.title+": "+s.filter, inner-1, t.glyphs.ellipsis)) + paint(t.match, " ")
	}
	out := []string{rule, line(title)}
	if s.cursor < s.top {
		s.top = s.cursor
	}
	s.top = max(s.top, s.cursor-s.height+1)
	if s.cursor == 1 {
		s.top = 0
	}
	left := s.leftWidth(inner)
	for i := s.top; i < s.top+s.height; i++ {
		switch {
		case i < len(s.shown):
			out = append(out, line(s.row(s.rows[s.shown[i]], i == s.cursor, left, inner, t)))
		case i == 0:
			out = append(out, line(paint(t.dim, fit("nothing matches; Backspace widens the filter", inner, t.glyphs.ellipsis))))
		default:
			out = append(out, line(""))
		}
	}
	if s.detail {
		for _, l := range s.inFull(inner) {
			out = append(out, line(fit(l, inner, t.glyphs.ellipsis)))
		}
	}
	return append(out, line(paint(t.dim, fit(s.keys(), inner, t.glyphs.ellipsis))), rule)
}

// inFull is the right side of the row in hand on lines of w cells.
func (s *sheet) inFull(w int) []string {
	lines := make([]string, detailLines)
	if len(s.shown) == 0 {
		return lines
	}
	wrapped := strings.Split(ansi.Wrap(s.rows[s.shown[s.cursor]].right, max(w-2, 1), ""), "\n")
	for i := range lines {
		if i < len(wrapped) {
			lines[i] = "  " + wrapped[i]
		}
	}
	if len(wrapped) > detailLines {
		lines[detailLines-1] += " " + strings.Join(wrapped[detailLines:], " ")
	}
	return lines
}

func (s *sheet) keys() string {
	switch {
	case s.foot != "":
		return s.foot
	case s.choose != nil:
		return "type to filter, Enter chooses, Esc closes"
	}
	return "type to filter, arrows move, Esc closes"
}

// leftWidth is the width of the left column: what its longest entry needs, up
// to two fifths.
func (s *sheet) leftWidth(inner int) int {
	w := 0
	both := false
	for _, r := range s.rows {
		w = max(w, cells(r.left))
		both = both || r.right != ""
	}
	if !both {
		return inner - 2
	}
	return min(w, inner*2/5)
}

func (s *sheet) row(r sheetRow, selected bool, left, inner int, t theme) string {
	if r.head != "" {
		return paint(t.strong, fit(r.head, inner, t.glyphs.ellipsis))
	}
	bar, style := "  ", ""
	if selected && s.choose != nil {
		bar, style = paint(t.accent, t.glyphs.bar)+" ", t.selected
	} else if selected && s.answers == nil {
		bar = paint(t.dim, t.glyphs.bar) + " "
	}
	text := paint(style, fit(r.left, left, t.glyphs.ellipsis)) + blanks(left-cells(r.left))
	if r.right != "" {
		text += "  " + paint(t.dim, fit(r.right, inner-left-4, t.glyphs.ellipsis))
	}
	return bar + text
}
