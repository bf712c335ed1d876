package mode

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dateline/ui/style"
)

// drawing is what the last drawing of an overlay has found out.
type drawing struct {
	// x, y, w and h are the cells of the overlay with its frame.
	x, y, w, h int
	// firstRow is the line of the screen with the first line of the rows, height how many
	// there are, and top the line of the rows that is shown there.
	firstRow, height, top int
	// lines are the lines of all rows that pass the filter.
	lines []rowLine
}

// rowLine is a line of a row.
type rowLine struct {
	// shown is the index of the row among those that pass the filter.
	shown       int
	left, right string
	// blank reports whether it is the blank line above a heading.
	blank bool
}

const (
	// detailLines is the height of the right side that is shown in full, in lines.
	detailLines = 3
	// widest and highest bound the text in an overlay, in cells and lines.
	widest, highest = 92, 40
	// narrow is the width of a screen below which an overlay takes all of it.
	narrow = 60
	// airy is the height of a page from which the title has a blank line below it.
	airy = 18
	// margin is the width of the bar of a selected row.
	margin = 2
	// ahead is how many lines of what comes next stay in sight.
	ahead = 2
)

// TextWidth returns the width of the text in an overlay on a screen of w cells, at most.
func TextWidth(w int) int {
	if w >= narrow {
		w -= 4
	}
	return max(min(w-4, widest), 10)
}

// scrolls reports whether the last drawing could not show all lines.
func (o *Overlay) scrolls() bool { return len(o.drawn.lines) > o.drawn.height }

// Scroll moves what is shown by n lines. In a choice the cursor stays in sight.
func (o *Overlay) Scroll(n int) {
	o.drawn.top += n
	o.scrolled = true
}

// Cursor returns the cell where the selected row begins in the last drawing, or the text.
func (o *Overlay) Cursor() (x, y int) {
	d := o.drawn
	if !o.Choose {
		return d.x + 2, d.firstRow
	}
	first, _ := o.linesOf(o.cursor)
	return d.x + 2, d.firstRow + max(min(first-d.top, d.height-1), 0)
}

// Over draws the overlay over the dimmed page.
func (o *Overlay) Over(page []string, w int, t style.Theme) []string {
	inner := o.width(w)
	box := o.box(inner, len(page), t)
	d := &o.drawn
	d.w, d.h = inner+4, len(box)
	d.x, d.y = max((w-d.w)/2, 0), max((len(page)-len(box))/2, 0)
	d.firstRow += d.y
	for i := range page {
		plain := ansi.Strip(page[i])
		if i < d.y || i >= d.y+len(box) {
			page[i] = style.Paint(t.Behind, plain)
			continue
		}
		left := style.Pad(ansi.Truncate(plain, d.x, ""), d.x)
		rest := w - d.x - d.w
		right := ansi.TruncateLeft(plain, d.x+d.w, "")
		for cut := d.x + d.w + 1; style.Width(right) > rest && cut < w; cut++ {
			// A wide character was cut by the edge, or a character is wider without
			// the character before it.
			right = ansi.TruncateLeft(plain, cut, "")
		}
		right = style.Fit(right, rest, "")
		right = style.Spaces(rest-style.Width(right)) + right
		page[i] = style.Paint(t.Behind, left) + box[i-d.y] + style.Paint(t.Behind, right)
	}
	return page
}

// nothingMatches is shown if no row passes the filter. No overlay is narrower, if the screen
// allows it.
const nothingMatches = "nothing matches; Backspace shortens the filter"

// width returns the width of the text on a screen of w cells: as wide as the rows, within
// bounds. All rows count, so that the overlay does not move while the user types.
func (o *Overlay) width(w int) int {
	most := TextWidth(w)
	need := style.Width(o.Title) + len(" 100 of 1000")
	left, right := 0, 0
	for _, r := range o.Rows {
		need = max(need, style.Width(r.Heading))
		if r.Right == "" {
			need = max(need, margin+style.Width(r.Left))
			continue
		}
		left, right = max(left, style.Width(r.Left)), max(right, style.Width(r.Right))
	}
	if right > 0 {
		need = max(need, margin+left+2+right)
	}
	return max(min(need, most), min(len(nothingMatches), most))
}

// box draws the overlay without the page: the frame, the title, the rows and the detail.
func (o *Overlay) box(inner, page int, t style.Theme) []string {
	g := t.Glyphs
	line := func(text string) string {
		return style.Paint(t.Dim, g.Column) + " " + style.Pad(text, inner) + " " + style.Paint(t.Dim, g.Column)
	}
	edge := func(left, right string) string {
		return style.Paint(t.Dim, left+strings.Repeat(g.Rule, inner+2)+right)
	}
	left, detail := o.leftWidth(inner), o.detailHeight(inner, page)
	o.layout(inner, left, page, detail)
	d := &o.drawn
	out := []string{edge(g.TopLeft, g.TopRight), line(o.header(inner, t))}
	if page >= airy {
		out = append(out, line(""))
	}
	d.firstRow = len(out)
	for i := d.top; i < d.top+d.height; i++ {
		switch {
		case i < len(d.lines):
			out = append(out, line(o.drawLine(d.lines[i], left, inner, t)))
		case i == 0 && len(o.Rows) > 0:
			out = append(out, line(style.Paint(t.Dim, style.Fit(nothingMatches, inner, g.Ellipsis))))
		default:
			out = append(out, line(""))
		}
	}
	if detail > 0 {
		out = append(out, edge(g.TeeLeft, g.TeeRight))
		for _, l := range o.detail(inner, detail-1, g.Ellipsis) {
			out = append(out, line(l))
		}
	}
	return append(out, edge(g.BottomLeft, g.BottomRight))
}

// detailHeight returns the lines that the detail and the rule above it take on a page: as many
// as the longest right side needs, within bounds.
func (o *Overlay) detailHeight(inner, page int) int {
	if !o.Detail {
		return 0
	}
	longest := ""
	for _, r := range o.Rows {
		if len(r.Right) > len(longest) {
			longest = r.Right
		}
	}
	return 1 + max(min(detailLines, page-8, len(style.Wrap(longest, inner))), 1)
}

// layout breaks the rows into lines, and scrolls so that the selected row is in sight. left
// is the width of the left column, and detail the height of the detail.
func (o *Overlay) layout(inner, left, page, detail int) {
	d := &o.drawn
	d.lines = d.lines[:0]
	for i := range o.shown {
		if r := o.Rows[o.shown[i]]; i > 0 && r.Heading != "" && page >= airy {
			d.lines = append(d.lines, rowLine{shown: i, blank: true})
		}
		d.lines = o.appendLines(d.lines, i, o.Rows[o.shown[i]], inner, left)
	}
	// The height depends on all rows and not on the shown rows, so that the overlay does
	// not jump while the user types.
	all := len(d.lines)
	if len(o.shown) < len(o.Rows) {
		all = 0
		for i, r := range o.Rows {
			all += len(o.appendLines(nil, 0, r, inner, left))
			if i > 0 && r.Heading != "" && page >= airy {
				all++
			}
		}
	}
	room := page - 3 - detail
	if page >= airy {
		room--
	}
	if page > 2*airy {
		room -= 4
	}
	d.height = max(min(room, all, highest), 1)
	most := max(len(d.lines)-d.height, 0)
	d.top = max(min(d.top, most), 0)
	if !o.Choose || len(o.shown) == 0 {
		return
	}
	near := min(ahead, (d.height-1)/2)
	if o.scrolled {
		o.keepInSight(near)
		return
	}
	first, behind := o.linesOf(o.cursor)
	d.top = max(d.top, behind+near-d.height)
	d.top = max(min(d.top, first-near, most), 0)
}

// keepInSight moves the cursor to a row that is shown, with near lines before or after it.
func (o *Overlay) keepInSight(near int) {
	d := &o.drawn
	low, high := d.top+near, d.top+d.height-1-near
	if d.top == 0 {
		low = 0
	}
	if d.top+d.height >= len(d.lines) {
		high = len(d.lines) - 1
	}
	first, behind := o.linesOf(o.cursor)
	switch {
	case first < low:
		o.cursor = d.lines[min(low, len(d.lines)-1)].shown
		o.skipHeading(1)
	case behind-1 > high:
		o.cursor = d.lines[max(high, 0)].shown
		o.skipHeading(-1)
	}
}

// linesOf returns the first line of a row, and the line behind its last one.
func (o *Overlay) linesOf(shown int) (first, behind int) {
	lines := o.drawn.lines
	first = len(lines)
	for i, l := range lines {
		if l.shown == shown {
			first, behind = min(first, i), i+1
		}
	}
	return min(first, behind), behind
}

// wraps reports whether long rows take several lines.
func (o *Overlay) wraps() bool { return o.Wrap || !o.Choose }

// appendLines appends the lines of a row. The lines after the first hang below its right
// side.
func (o *Overlay) appendLines(lines []rowLine, shown int, r Row, inner, leftWidth int) []rowLine {
	if r.Heading != "" || !o.wraps() {
		return append(lines, rowLine{shown: shown, left: r.Left, right: r.Right})
	}
	room := inner - o.indent()
	if r.Right == "" {
		for _, l := range style.Wrap(r.Left, room) {
			lines = append(lines, rowLine{shown: shown, left: l})
		}
		return lines
	}
	left, right := style.Wrap(r.Left, leftWidth), style.Wrap(r.Right, room-leftWidth-2)
	for i := range max(len(left), len(right)) {
		l := rowLine{shown: shown}
		if i < len(left) {
			l.left = left[i]
		}
		if i < len(right) {
			l.right = right[i]
		}
		lines = append(lines, l)
	}
	return lines
}

// indent returns the width before a row: room for the bar of the selection, or the indent
// below headings.
func (o *Overlay) indent() int {
	if o.Choose {
		return margin
	}
	for _, r := range o.Rows {
		if r.Heading != "" {
			return margin
		}
	}
	return 0
}

// leftWidth returns the width of the left column: the width of its longest entry, but at
// most two fifths of inner.
func (o *Overlay) leftWidth(inner int) int {
	w, right := 0, 0
	for _, r := range o.Rows {
		if r.Right != "" || o.Choose {
			w = max(w, style.Width(r.Left))
		}
		right = max(right, style.Width(r.Right))
	}
	room := inner - o.indent()
	switch {
	case right == 0:
		return room
	case o.Numbers:
		return max(room-2-right, room*2/5)
	}
	return min(w, inner*2/5)
}

// header draws the title, what was typed, and where the cursor is if not all rows are shown.
func (o *Overlay) header(inner int, t style.Theme) string {
	where := ""
	if o.scrolls() {
		where = o.position()
	}
	room := inner
	if where != "" {
		room -= style.Width(where) + 2
	}
	title := style.Paint(t.Accent, style.Fit(o.Title, room, t.Glyphs.Ellipsis))
	if o.filter != "" || o.filtering {
		title = style.Paint(t.Accent, style.Fit(o.Title+": "+o.filter, room-1, t.Glyphs.Ellipsis)) + style.Paint(t.Match, " ")
	}
	if where == "" {
		return title
	}
	return style.Pad(title, inner-style.Width(where)) + style.Paint(t.Dim, where)
}

// position returns which of the rows is selected, or how many lines of a text have been shown.
func (o *Overlay) position() string {
	d := o.drawn
	if !o.Choose {
		return fmt.Sprintf("%d of %d", min(d.top+d.height, len(d.lines)), len(d.lines))
	}
	at, all := 0, 0
	for i, row := range o.shown {
		if o.Rows[row].Heading != "" {
			continue
		}
		if all++; i <= o.cursor {
			at++
		}
	}
	return fmt.Sprintf("%d of %d", at, all)
}

// drawLine draws a line of a row. Labels are dim and values plain. In a choice the names are
// plain, and what is said of them is dim.
func (o *Overlay) drawLine(l rowLine, left, inner int, t style.Theme) string {
	r, dots := o.Rows[o.shown[l.shown]], t.Glyphs.Ellipsis
	switch {
	case l.blank:
		return ""
	case r.Heading != "":
		return style.Paint(t.Strong, style.Fit(r.Heading, inner, dots))
	}
	selected := o.Choose && l.shown == o.cursor
	bar, leftStyle, rightStyle := style.Spaces(o.indent()), "", ""
	switch {
	case !o.Choose && r.Right != "":
		leftStyle = t.Dim
	case o.Choose && o.Wrap:
		leftStyle = t.Strong
	case o.Choose:
		rightStyle = t.Dim
	}
	if selected {
		bar, leftStyle = style.Paint(t.Accent, t.Glyphs.Bar)+" ", t.Selected
	}
	if r.Right == "" {
		left = inner - o.indent()
	}
	shown := style.Fit(l.left, left, dots)
	text := bar + style.Paint(leftStyle, shown) + style.Spaces(left-style.Width(shown))
	if l.right != "" {
		room := inner - o.indent() - left - 2
		right := style.Fit(l.right, room, dots)
		gap := "  "
		if o.Numbers {
			gap += style.Spaces(room - style.Width(right))
		}
		text += gap + style.Paint(rightStyle, right)
	}
	if selected {
		return t.Band(style.Pad(text, inner))
	}
	return text
}

// detail returns the right side of the selected row in full, on n lines of w cells.
func (o *Overlay) detail(w, n int, dots string) []string {
	lines := make([]string, n)
	if len(o.shown) == 0 {
		return lines
	}
	wrapped := style.Wrap(o.Rows[o.shown[o.cursor]].Right, w)
	copy(lines, wrapped)
	if len(wrapped) > n {
		lines[n-1] = style.Fit(wrapped[n-1]+" "+strings.Join(wrapped[n:], " "), w, dots)
	}
	return lines
}
