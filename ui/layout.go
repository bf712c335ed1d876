package ui

import (
	"dateline/ui/pane"
	"dateline/ui/style"
)

// geometry is the size of the screen, how it is divided, and what has the focus.
type geometry struct {
	// option is the layout of the configuration, maxWidth the most cells a line of
	// an article takes.
	option   string
	maxWidth int

	width, height int
	layout        layout
	splits        splits
	focus         area
	// reading reports whether an article is open. Then it has most of a stack, and the
	// list is a strip above it. Opening an article and going back change it, moving the
	// focus does not.
	reading bool
	// zen gives an opened article the whole screen, noPreview gives the list the room of
	// the article while none is open.
	zen, noPreview bool
	// list is what the layout must know of the list.
	list  listSize
	theme style.Theme
}

// listSize says how much room a list needs.
type listSize struct {
	// header is the number of lines above the rows, and row the number of lines of a row.
	header, row int
	// rows is the number of rows when the list was opened, or more. Rows that arrive later
	// do not move a border.
	rows int
}

// arrange computes the layout again.
func (g *geometry) arrange() {
	g.layout = arrange(max(g.width, 1), max(g.height, 2), *g)
}

// shows reports whether a part of the screen is visible.
func (g *geometry) shows(a area) bool { return g.layout.areas[a].W > 0 }

// lineWidth returns the width of an article's lines: the pane's, up to the option.
func (g *geometry) lineWidth() int {
	w := g.layout.areas[areaArticle].W
	if w == 0 {
		w = g.width
	}
	return max(min(g.maxWidth, w-2*pane.ArticleMargin), 10)
}

// areaAt returns the pane at a cell; false if there is none.
func (g *geometry) areaAt(x, y int) (area, bool) {
	for a, r := range g.layout.areas {
		if r.Contains(x, y) {
			return area(a), true
		}
	}
	return 0, false
}

// borderAt returns the border at a cell that can be dragged.
func (g *geometry) borderAt(x, y int) paneBorder {
	l := g.layout
	switch {
	case x == l.column[0]:
		return borderSources
	case x == l.column[1]:
		return borderHeadlines
	case l.border >= 0 && y == l.border && x > l.column[0]:
		return borderRule
	}
	return borderNone
}

// area is one of the three parts of the screen.
type area int

const (
	areaSources area = iota
	areaHeadlines
	areaArticle
)

// shape says which panes are shown and how they are arranged.
type shape int

const (
	// shapeSingle shows the focused pane alone.
	shapeSingle shape = iota
	// shapeStack shows the headlines above the article. The sources replace both while
	// they have the focus.
	shapeStack
	// shapeSide puts sources beside the stack.
	shapeSide
	// shapeColumns puts all three side by side.
	shapeColumns
)

// splits are the borders that the user has moved: the width of the sources, the width of the
// headlines in columns, and the height of the headlines in a stack, in the list and while an
// article is open. 0 means the default of the layout.
type splits struct {
	Sources   int `json:"sources,omitempty"`
	Headlines int `json:"headlines,omitempty"`
	Stack     int `json:"stack,omitempty"`
	Reading   int `json:"reading,omitempty"`
}

// layout holds the rectangle of each pane. A hidden pane has an empty rectangle.
type layout struct {
	shape  shape
	areas  [3]pane.Rect
	status pane.Rect
	// column holds the x of the line to the right of the sources and of the
	// headlines, rule the y of the line above the article. -1 means no line.
	column [2]int
	rule   int
	// border is the y of the line that moves the border above the article: the rule, or
	// the list if it has only one line. -1 means that there is none.
	border int
	// strip reports whether the list is only a strip above an open article.
	strip bool
}

// Sizes at which the screen changes its shape.
const (
	columnsWidth = 160
	sideWidth    = 100
	stackWidth   = 60
	stackHeight  = 20
	// stripHeight is the height from which the list above an open article has a header and
	// stripRows rows. On a lower screen it has one line.
	stripHeight = 30
	stripRows   = 3
	// listPercent is the share of a stack that the list has, and listRows the fewest rows.
	listPercent = 65
	listRows    = 8
	// previewLines is the fewest lines of an article below a list, and openLines those of
	// an open article.
	previewLines = 4
	openLines    = 6
)

func chooseShape(w, h int, option string) shape {
	switch option {
	case "columns":
		return shapeColumns
	case "stack":
		return shapeStack
	case "single":
		return shapeSingle
	}
	switch {
	case w < stackWidth || h < stackHeight:
		return shapeSingle
	case w < sideWidth:
		return shapeStack
	case w < columnsWidth:
		return shapeSide
	}
	return shapeColumns
}

// arrange returns the layout of a screen of w by h cells.
func arrange(w, h int, g geometry) layout {
	l := layout{shape: chooseShape(w, h, g.option), column: [2]int{-1, -1}, rule: -1, border: -1}
	l.status = pane.Rect{Y: h - 1, W: w, H: 1}
	body := pane.Rect{W: w, H: max(h-1, 1)}
	if g.zen && g.focus == areaArticle {
		l.shape = shapeSingle
	}
	switch l.shape {
	case shapeSingle:
		l.areas[g.focus] = body
	case shapeStack:
		if g.focus == areaSources {
			l.areas[areaSources] = body
			break
		}
		l.stack(body, h, g)
	case shapeSide:
		l.stack(l.beside(body, g.splits), h, g)
	case shapeColumns:
		l.columns(l.beside(body, g.splits), g)
	}
	return l
}

// hidesPreview reports whether the list has the room of the article.
func (g *geometry) hidesPreview() bool {
	return g.noPreview && !g.reading && g.focus != areaArticle
}

// columns places the headlines beside the article.
func (l *layout) columns(rest pane.Rect, g geometry) {
	if g.hidesPreview() {
		l.areas[areaHeadlines] = rest
		return
	}
	left := bound(g.splits.Headlines, rest.W*44/100, 30, rest.W-40)
	l.areas[areaHeadlines] = pane.Rect{X: rest.X, Y: rest.Y, W: left, H: rest.H}
	l.column[1] = rest.X + left
	l.areas[areaArticle] = pane.Rect{X: rest.X + left + 1, Y: rest.Y, W: rest.W - left - 1, H: rest.H}
}

// beside places the sources in a column on the left and returns the remaining rectangle.
func (l *layout) beside(body pane.Rect, s splits) pane.Rect {
	w := bound(s.Sources, min(max(body.W/5, 26), 34), 14, body.W-60)
	l.areas[areaSources] = pane.Rect{X: body.X, Y: body.Y, W: w, H: body.H}
	l.column[0] = body.X + w
	return pane.Rect{X: body.X + w + 1, Y: body.Y, W: body.W - w - 1, H: body.H}
}

// stack places the headlines above the article on a screen of h lines.
func (l *layout) stack(body pane.Rect, h int, g geometry) {
	if g.hidesPreview() {
		l.areas[areaHeadlines] = body
		return
	}
	top := g.listHeight(body.H)
	if g.reading {
		top = g.stripLines(body.H, h)
		l.strip = true
	}
	l.areas[areaHeadlines] = pane.Rect{X: body.X, Y: body.Y, W: body.W, H: top}
	l.border = body.Y + top
	if l.strip && top == 1 {
		l.border = body.Y // the line of the list is the border
		l.areas[areaArticle] = pane.Rect{X: body.X, Y: body.Y + 1, W: body.W, H: body.H - 1}
		return
	}
	l.rule = l.border
	l.areas[areaArticle] = pane.Rect{X: body.X, Y: body.Y + top + 1, W: body.W, H: body.H - top - 1}
}

// listHeight returns the lines of the list in a stack of h lines: what the user has chosen, or
// its share, but no more than its rows need.
func (g *geometry) listHeight(h int) int {
	least := g.list.header + listRows*g.list.row
	if least > h-1-previewLines {
		least = g.list.header + listRows
	}
	want := bound(g.splits.Stack, max(h*listPercent/100, least), 3, h-1-previewLines)
	return max(min(want, g.list.header+max(g.list.rows, 1)*g.list.row), min(want, 3))
}

// stripLines returns the lines of the list above an open article, in a stack of h lines on a
// screen of that height.
func (g *geometry) stripLines(h, screen int) int {
	usual := 1
	if screen >= stripHeight {
		usual = 1 + min(stripRows, max(g.list.rows, 1))
	}
	return max(min(bound(g.splits.Reading, usual, 1, h-1-openLines), 1+max(g.list.rows, 1)), 1)
}

// bound limits want to the range from low to high. If want is 0, it limits usual.
func bound(want, usual, low, high int) int {
	if want == 0 {
		want = usual
	}
	return max(min(want, high), min(low, high), 1)
}
