package mode

import (
	"cmp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"dateline/feed/text"
)

// Overlay is a list over the dimmed page: help, a choice, a question or a text to read. Its
// keys are shown in the status line, see [Overlay.Hints].
type Overlay struct {
	Title string
	Rows  []Row
	// Choose reports whether Enter and a click choose a row. If not, the overlay is for
	// reading: it has no cursor, and keys scroll it.
	Choose bool
	// Wrap shows long rows of a choice on several lines. Rows for reading always wrap.
	Wrap bool
	// Numbers puts the right sides at the right edge.
	Numbers bool
	// Detail shows the right side of the selected row in full below the rows.
	Detail bool
	// Answers are the keys that answer a question.
	Answers []string
	// Keys are keys for the selected row.
	Keys []string
	// Tips are the keys to show; nil for those that every overlay has.
	Tips []Hint
	// Acts reports whether one of Keys would do something with a row, so that it is shown;
	// nil if each would with every row.
	Acts func(key string, row int) bool

	filter string
	// filtering reports whether letters filter the rows of an overlay in which they are
	// keys otherwise.
	filtering bool
	// shown holds the indexes of the rows that pass the filter.
	shown  []int
	cursor int
	// scrolled reports whether the wheel has scrolled since the cursor has moved. Then the
	// cursor follows what is shown.
	scrolled bool
	drawn    drawing
}

// Row is a line of an overlay.
type Row struct {
	// Heading is the name of a section. If it is not empty, Left and Right are empty.
	Heading     string
	Left, Right string
}

// Hint is a key and the word for what it does. Key is a name as [KeyName] returns it; empty
// if the word is about all keys.
type Hint struct{ Key, Word string }

// Hints returns the keys that make sense now.
func (o *Overlay) Hints() []Hint {
	if o.filtering {
		return []Hint{{"enter", "done"}, {"esc", "all rows"}}
	}
	row, _ := o.selected()
	hints := slices.DeleteFunc(slices.Clone(o.Tips), func(h Hint) bool {
		return o.Acts != nil && slices.Contains(o.Keys, h.Key) && !o.Acts(h.Key, row)
	})
	if hints == nil && o.Choose {
		hints = []Hint{{"enter", "choose"}}
	}
	if o.scrolls() && !o.TakesText() && !slices.Contains(o.Keys, "space") {
		hints = append([]Hint{{"space", "page"}}, hints...)
	}
	if !slices.ContainsFunc(hints, func(h Hint) bool { return h.Key == "esc" }) && o.Answers == nil {
		hints = append(hints, Hint{"esc", "close"})
	}
	switch {
	case o.TakesText() && len(o.Rows) > 1:
		hints = append(hints, Hint{"", "type to filter"})
	case o.Answers == nil && (o.scrolls() || o.filter != ""):
		hints = append(hints, Hint{"/", "filter"})
	}
	return hints
}

// Key implements [Mode]: it moves, filters, chooses or answers.
func (o *Overlay) Key(k tea.KeyPressMsg) (Answer, tea.Cmd) { return o.key(KeyName(k), k.Text), nil }

// TakesText reports whether letters filter the rows. Otherwise they are keys.
func (o *Overlay) TakesText() bool {
	return o.filtering || o.Choose && o.Answers == nil && o.Keys == nil
}

// KeyName returns the name of a key as the key bindings write it.
func KeyName(k tea.KeyPressMsg) string {
	if k.Text != "" && k.Text != " " && k.Mod&(tea.ModCtrl|tea.ModAlt) == 0 {
		return k.Text
	}
	return k.Keystroke()
}

// KeyNamed returns the key with a name that a [Hint] has.
func KeyNamed(name string) tea.KeyPressMsg {
	switch name {
	case "enter":
		return tea.KeyPressMsg{Code: tea.KeyEnter}
	case "esc":
		return tea.KeyPressMsg{Code: tea.KeyEscape}
	case "space":
		name = " "
	}
	return tea.KeyPressMsg{Code: []rune(name + " ")[0], Text: name}
}

// Paste implements [Mode]: the text is added to the filter.
func (o *Overlay) Paste(text string) (Answer, tea.Cmd) {
	if o.TakesText() {
		o.filterBy(o.filter + text)
	}
	return nil, nil
}

func (o *Overlay) key(name, text string) Answer {
	if !o.filtering && slices.Contains(o.Answers, name) {
		return Pressed{Key: name, Row: -1}
	}
	if !o.filtering && slices.Contains(o.Keys, name) {
		if row, ok := o.selected(); ok {
			return Pressed{Key: name, Row: row}
		}
		return nil
	}
	if o.filtering && (name == "enter" || name == "esc") {
		if o.filtering = false; name == "esc" {
			o.filterBy("")
		}
		return nil
	}
	if !o.TakesText() {
		name = cmp.Or(letterKeys()[name], name)
	}
	switch name {
	case "esc", "ctrl+c":
		return Cancelled{}
	case "enter":
		return o.enter()
	case "/":
		if !o.TakesText() && o.Answers == nil {
			o.filtering = true
			return nil
		}
	case "backspace":
		if r := []rune(o.filter); o.TakesText() && len(r) > 0 {
			o.filterBy(string(r[:len(r)-1]))
		}
		return nil
	}
	if n, moves := o.step(name); moves {
		o.Move(n)
	} else if o.TakesText() && text != "" {
		o.filterBy(o.filter + text)
	}
	return nil
}

// letterKeys names the keys that act like others where letters are keys.
func letterKeys() map[string]string {
	return map[string]string{
		"j": "down", "k": "up", "q": "esc", "space": "pgdown", "b": "pgup", "shift+space": "pgup", "g": "home", "G": "end",
	}
}

// step returns by how many rows or lines a key moves; false if it does not.
func (o *Overlay) step(name string) (n int, moves bool) {
	page := max(o.drawn.height-1, 1)
	switch name {
	case "down", "ctrl+n", "tab":
		return 1, true
	case "up", "ctrl+p", "shift+tab":
		return -1, true
	case "pgdown", "ctrl+f":
		return page, true
	case "pgup", "ctrl+b":
		return -page, true
	case "ctrl+d":
		return max(page/2, 1), true
	case "ctrl+u":
		return -max(page/2, 1), true
	case "home":
		return -len(o.drawn.lines) - len(o.shown), true
	case "end":
		return len(o.drawn.lines) + len(o.shown), true
	}
	return 0, false
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

// filterBy shows only the rows that match every word of the text, and the headings of their
// sections. Without sections the best row of a choice comes first. In sections rows that have
// only the letters of the words are shown if no row contains the words. It removes control
// characters from the text, because not every terminal marks pasted text.
func (o *Overlay) filterBy(typed string) {
	typed = cleanTyped(typed)
	o.filter, o.shown, o.cursor, o.scrolled = typed, o.shown[:0], 0, false
	o.drawn.top = 0
	words := strings.Fields(text.Fold(typed))
	scores, anyExact := make([]int, len(o.Rows)), false
	exact := make([]bool, len(o.Rows))
	sections := false
	for i, r := range o.Rows {
		if r.Heading != "" {
			sections = true
			continue
		}
		scores[i], exact[i] = rowScore(r, words)
		anyExact = anyExact || exact[i]
	}
	head := -1
	for i, r := range o.Rows {
		switch {
		case r.Heading != "":
			head = i
		case scores[i] == 0 || (sections || !o.Choose) && anyExact && !exact[i]:
		default:
			if head >= 0 {
				o.shown = append(o.shown, head)
				head = -1
			}
			o.shown = append(o.shown, i)
		}
	}
	if len(words) > 0 && o.Choose && !sections {
		slices.SortStableFunc(o.shown, func(a, b int) int { return scores[b] - scores[a] })
	}
	o.skipHeading(1)
}

// Move moves the cursor by n rows, or scrolls a text by n lines.
func (o *Overlay) Move(n int) {
	if !o.Choose {
		o.Scroll(n)
		return
	}
	o.scrolled = false
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

// Click handles a click on a cell. inside reports whether the cell belongs to the overlay. A
// click on a row chooses it.
func (o *Overlay) Click(x, y int) (a Answer, inside bool) {
	d := o.drawn
	if x < d.x || x >= d.x+d.w || y < d.y || y >= d.y+d.h {
		return nil, false
	}
	line := y - d.firstRow + d.top
	if !o.Choose || y < d.firstRow || y >= d.firstRow+d.height || line >= len(d.lines) {
		return nil, true
	}
	at := d.lines[line].shown
	if at >= len(o.shown) || o.Rows[o.shown[at]].Heading != "" {
		return nil, true
	}
	o.cursor, o.scrolled = at, false
	return o.enter(), true
}

func sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}
