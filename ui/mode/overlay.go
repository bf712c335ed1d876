package mode

import (
	"cmp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dateline/ui/style"
)

// Overlay is a list over the dimmed page: help, a choice, a question or a text to read.
type Overlay struct {
	Title string
	// Footer says what keys do. If it is empty, a usual footer is shown.
	Footer string
	Rows   []Row
	// Choose reports whether Enter chooses a row. If not, the overlay is for
	// reading.
	Choose bool
	// Answers are the keys that answer a question. A question has no filter.
	Answers []string
	// Keys are keys for the selected row. An overlay with Keys has no filter. There j
	// and k move the cursor.
	Keys []string
	// Detail shows the right side of the selected row in full below the rows.
	Detail bool

	filter string
	// shown holds the indexes of the rows that pass the filter.
	shown  []int
	cursor int
	top    int
	height int
	// x and y are the cell of the first row in the last drawing.
	x, y int
}

// detailLines is the height of the right side that is shown in full, in lines.
const detailLines = 3

// Row is a line of an overlay.
type Row struct {
	// Heading is the name of a section. If it is not empty, Left and Right are empty.
	Heading     string
	Left, Right string
}

// Key implements [Mode]: it moves, filters, chooses or answers.
func (o *Overlay) Key(k tea.KeyPressMsg) (Answer, tea.Cmd) { return o.key(KeyName(k), k.Text), nil }

// TakesText reports whether letters filter the rows. Otherwise they are keys.
func (o *Overlay) TakesText() bool { return o.Answers == nil && o.Keys == nil }

// KeyName returns the name of a key as the key bindings write it.
func KeyName(k tea.KeyPressMsg) string {
	if k.Text != "" && k.Text != " " && k.Mod&(tea.ModCtrl|tea.ModAlt) == 0 {
		return k.Text
	}
	return k.Keystroke()
}

// Paste implements [Mode]: the text is added to the filter.
func (o *Overlay) Paste(text string) (Answer, tea.Cmd) {
	o.filterBy(o.filter + text)
	return nil, nil
}

func (o *Overlay) key(name, text string) Answer {
	if slices.Contains(o.Answers, name) {
		return Pressed{Key: name, Row: -1}
	}
	if o.Keys != nil {
		if slices.Contains(o.Keys, name) {
			if row, ok := o.selected(); ok {
				return Pressed{Key: name, Row: row}
			}
			return nil
		}
		name = cmp.Or(map[string]string{"j": "down", "k": "up", "q": "esc"}[name], name)
	}
	switch name {
	case "esc", "ctrl+c":
		return Cancelled{}
	case "enter":
		return o.enter()
	case "down", "ctrl+n", "tab":
		o.Move(1)
	case "up", "ctrl+p", "shift+tab":
		o.Move(-1)
	case "pgdown", "ctrl+f", "ctrl+d":
		o.Move(o.height)
	case "pgup", "ctrl+b", "ctrl+u":
		o.Move(-o.height)
	case "home":
		o.Move(-len(o.Rows))
	case "end":
		o.Move(len(o.Rows))
	case "backspace":
		if r := []rune(o.filter); len(r) > 0 {
			o.filterBy(string(r[:len(r)-1]))
		}
	default:
		if o.TakesText() && text != "" {
			o.filterBy(o.filter + text)
		}
	}
	return nil
}

func (o *Overlay) enter() Answer {
	if !o.Choose {
		return Accepted{}
	}
	if row, ok := o.selected(); ok {
		return Chosen{row}
	}
	return nil
}

// selected returns the index of the row under the cursor; false if there is none.
func (o *Overlay) selected() (row int, ok bool) {
	if len(o.shown) == 0 || o.Rows[o.shown[o.cursor]].Heading != "" {
		return 0, false
	}
	return o.shown[o.cursor], true
}

// Filter returns the text by which the rows are filtered.
func (o *Overlay) Filter() string { return o.filter }

// filterBy shows only the rows that match the text, and the headings of their sections. It
// removes control characters from the text, because not every terminal
// marks pasted text.
func (o *Overlay) filterBy(typed string) {
	typed = cleanTyped(typed)
	o.filter, o.shown, o.cursor, o.top = typed, o.shown[:0], 0, 0
	if o.fuzzy() && typed != "" {
		o.rank(typed)
		return
	}
	words := strings.Fields(strings.ToLower(typed))
	head := -1
	for i, r := range o.Rows {
		if r.Heading != "" {
			head = i
			continue
		}
		if !containsAll(strings.ToLower(r.Left+" "+r.Right), words) {
			continue
		}
		if head >= 0 {
			o.shown = append(o.shown, head)
			head = -1
		}
		o.shown = append(o.shown, i)
	}
	o.skipHeading(1)
}

// fuzzy reports whether the rows are filtered by [FuzzyScore]. The rows of sections stay
// in order and are filtered by whole words.
func (o *Overlay) fuzzy() bool {
	return o.Choose && !slices.ContainsFunc(o.Rows, func(r Row) bool { return r.Heading != "" })
}

// rank shows the rows whose left side matches what was typed, the best first, then those
// that only contain its words. Of two that match equally well, the shorter is first.
func (o *Overlay) rank(typed string) {
	words := strings.Fields(strings.ToLower(typed))
	scores := make([]int, len(o.Rows))
	for i, r := range o.Rows {
		score, ok := FuzzyScore(typed, r.Left)
		if ok {
			scores[i] = score
		} else if !containsAll(strings.ToLower(r.Left+" "+r.Right), words) {
			continue
		}
		o.shown = append(o.shown, i)
	}
	slices.SortStableFunc(o.shown, func(a, b int) int {
		return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(len(o.Rows[a].Left), len(o.Rows[b].Left)))
	})
}

func containsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// Move moves the cursor by n rows.
func (o *Overlay) Move(n int) {
	o.cursor = max(min(o.cursor+n, len(o.shown)-1), 0)
	o.skipHeading(n)
}

// skipHeading moves the cursor off a heading, in the direction of n.
func (o *Overlay) skipHeading(n int) {
	isHeading := func() bool { return len(o.shown) > 0 && o.Rows[o.shown[o.cursor]].Heading != "" }
	if !isHeading() {
		return
	}
	if step := sign(n); o.cursor+step >= 0 && o.cursor+step < len(o.shown) {
		o.cursor += step
	} else if o.cursor+1 < len(o.shown) {
		o.cursor++
	}
}

// Cursor returns the cell where the selected row begins in the last drawing.
func (o *Overlay) Cursor() (x, y int) { return o.x, o.y + o.cursor - o.top }

// TextWidth returns the width of the text in an overlay on a screen of w cells.
func TextWidth(w int) int { return max(min(w-4, 92), 10) }

// Over draws the overlay over the dimmed page.
func (o *Overlay) Over(page []string, w int, t style.Theme) []string {
	inner := TextWidth(w)
	// The height depends on all rows and not on the shown rows, so that the overlay
	// does not jump while the user types.
	room := len(page) - 6
	if o.Detail {
		room -= detailLines
	}
	o.height = max(min(room, len(o.Rows)), 1)
	box := o.box(inner, t)
	x, y := max((w-inner-4)/2, 0), max((len(page)-len(box))/2, 0)
	o.x, o.y = x+2, y+2
	for i := range page {
		plain := ansi.Strip(page[i])
		if i < y || i >= y+len(box) {
			page[i] = style.Paint(t.Behind, plain)
			continue
		}
		left := style.Pad(ansi.Truncate(plain, x, ""), x)
		rest := w - x - inner - 4
		right := ansi.TruncateLeft(plain, x+inner+4, "")
		for cut := x + inner + 5; style.Width(right) > rest && cut < w; cut++ {
			// A wide character was cut by the edge, or a character is wider without
			// the character before it.
			right = ansi.TruncateLeft(plain, cut, "")
		}
		right = style.Fit(right, rest, "")
		right = style.Spaces(rest-style.Width(right)) + right
		page[i] = style.Paint(t.Behind, left) + box[i-y] + style.Paint(t.Behind, right)
	}
	return page
}

// box draws the overlay without the page: the title, the rows, the detail and the footer.
func (o *Overlay) box(inner int, t style.Theme) []string {
	line := func(text string) string {
		return style.Paint(t.Dim, t.Glyphs.Column) + " " + style.Pad(text, inner) + " " + style.Paint(t.Dim, t.Glyphs.Column)
	}
	rule := style.Paint(t.Dim, strings.Repeat(t.Glyphs.Rule, inner+4))
	title := style.Paint(t.Accent, style.Fit(o.Title, inner, t.Glyphs.Ellipsis))
	if o.filter != "" {
		title = style.Paint(t.Accent, style.Fit(o.Title+": "+o.filter, inner-1, t.Glyphs.Ellipsis)) + style.Paint(t.Match, " ")
	}
	out := []string{rule, line(title)}
	if o.cursor < o.top {
		o.top = o.cursor
	}
	o.top = max(o.top, o.cursor-o.height+1)
	if o.cursor == 1 {
		o.top = 0
	}
	left := o.leftWidth(inner)
	for i := o.top; i < o.top+o.height; i++ {
		switch {
		case i < len(o.shown):
			out = append(out, line(o.row(o.Rows[o.shown[i]], i == o.cursor, left, inner, t)))
		case i == 0:
			out = append(out, line(style.Paint(t.Dim, style.Fit("nothing matches; Backspace shortens the filter", inner, t.Glyphs.Ellipsis))))
		default:
			out = append(out, line(""))
		}
	}
	if o.Detail {
		for _, l := range o.detail(inner) {
			out = append(out, line(style.Fit(l, inner, t.Glyphs.Ellipsis)))
		}
	}
	return append(out, line(style.Paint(t.Dim, style.Fit(o.footer(), inner, t.Glyphs.Ellipsis))), rule)
}

// detail returns the right side of the selected row in full, on lines of w cells.
func (o *Overlay) detail(w int) []string {
	lines := make([]string, detailLines)
	if len(o.shown) == 0 {
		return lines
	}
	wrapped := strings.Split(ansi.Wrap(o.Rows[o.shown[o.cursor]].Right, max(w-2, 1), ""), "\n")
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

func (o *Overlay) footer() string {
	switch {
	case o.Footer != "":
		return o.Footer
	case o.Choose:
		return "type to filter, Enter chooses, Esc closes"
	}
	return "type to filter, arrows move, Esc closes"
}

// leftWidth returns the width of the left column: the width of its longest entry, but at
// most two fifths of inner.
func (o *Overlay) leftWidth(inner int) int {
	w := 0
	both := false
	for _, r := range o.Rows {
		w = max(w, style.Width(r.Left))
		both = both || r.Right != ""
	}
	if !both {
		return inner - 2
	}
	return min(w, inner*2/5)
}

func (o *Overlay) row(r Row, selected bool, left, inner int, t style.Theme) string {
	if r.Heading != "" {
		return style.Paint(t.Strong, style.Fit(r.Heading, inner, t.Glyphs.Ellipsis))
	}
	bar, weight := "  ", ""
	if selected && o.Choose {
		bar, weight = style.Paint(t.Accent, t.Glyphs.Bar)+" ", t.Selected
	} else if selected && o.Answers == nil {
		bar = style.Paint(t.Dim, t.Glyphs.Bar) + " "
	}
	text := style.Paint(weight, style.Fit(r.Left, left, t.Glyphs.Ellipsis)) + style.Spaces(left-style.Width(r.Left))
	if r.Right != "" {
		text += "  " + style.Paint(t.Dim, style.Fit(r.Right, inner-left-4, t.Glyphs.Ellipsis))
	}
	if selected && o.Choose {
		return t.Band(style.Pad(bar+text, inner))
	}
	return bar + text
}

// Wrap breaks long right sides into several rows of w cells, for an overlay for reading.
func Wrap(rows []Row, w int) []Row {
	o := Overlay{Rows: rows}
	room := max(w-o.leftWidth(w)-4, 8)
	var out []Row
	for _, r := range rows {
		for part := range strings.SplitSeq(ansi.Wrap(r.Right, room, ""), "\n") {
			out = append(out, Row{Heading: r.Heading, Left: r.Left, Right: part})
			r.Left = ""
		}
	}
	return out
}

func sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}
