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
	// zen gives an opened article the whole screen.
	zen   bool
	theme style.Theme
}

// arrange computes the layout again.
func (g *geometry) arrange() {
	g.layout = arrange(max(g.width, 1), max(g.height, 2), g.option, g.focus, g.zen, g.splits)
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
	case y == l.rule && l.rule >= 0 && x > l.column[0]:
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

// splits are the borders that the user has dragged: the width of the sources, the width
// of the headlines in columns, and the height of the headlines in a stack. 0 means the
// default of the layout.
type splits struct {
	Sources   int `json:"sources,omitempty"`
	Headlines int `json:"headlines,omitempty"`
	Stack     int `json:"stack,omitempty"`
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
}

// Sizes at which the screen changes its shape.
const (
	columnsWidth = 160
	sideWidth    = 100
	stackWidth   = 60
	stackHeight  = 20
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

// arrange returns the layout of a screen of w by h cells. zen gives the article the
// whole screen while it has the focus.
func arrange(w, h int, option string, focus area, zen bool, s splits) layout {
	l := layout{shape: chooseShape(w, h, option), column: [2]int{-1, -1}, rule: -1}
	l.status = pane.Rect{Y: h - 1, W: w, H: 1}
	body := pane.Rect{W: w, H: max(h-1, 1)}
	if zen && focus == areaArticle {
		l.shape = shapeSingle
	}
	switch l.shape {
	case shapeSingle:
		l.areas[focus] = body
	case shapeStack:
		if focus == areaSources {
			l.areas[areaSources] = body
			break
		}
		l.stack(body, s)
	case shapeSide:
		l.stack(l.beside(body, s), s)
	case shapeColumns:
		rest := l.beside(body, s)
		left := bound(s.Headlines, rest.W*44/100, 30, rest.W-40)
		l.areas[areaHeadlines] = pane.Rect{X: rest.X, Y: rest.Y, W: left, H: rest.H}
		l.column[1] = rest.X + left
		l.areas[areaArticle] = pane.Rect{X: rest.X + left + 1, Y: rest.Y, W: rest.W - left - 1, H: rest.H}
	}
	return l
}

// beside places the sources in a column on the left and returns the remaining rectangle.
func (l *layout) beside(body pane.Rect, s splits) pane.Rect {
	w := bound(s.Sources, min(max(body.W/5, 26), 34), 14, body.W-60)
	l.areas[areaSources] = pane.Rect{X: body.X, Y: body.Y, W: w, H: body.H}
	l.column[0] = body.X + w
	return pane.Rect{X: body.X + w + 1, Y: body.Y, W: body.W - w - 1, H: body.H}
}

// stack places the headlines above the article.
func (l *layout) stack(body pane.Rect, s splits) {
	top := bound(s.Stack, body.H*45/100, 5, body.H-6)
	l.areas[areaHeadlines] = pane.Rect{X: body.X, Y: body.Y, W: body.W, H: top}
	l.rule = body.Y + top
	l.areas[areaArticle] = pane.Rect{X: body.X, Y: body.Y + top + 1, W: body.W, H: body.H - top - 1}
}

// bound limits want to the range from low to high. If want is 0, it limits usual.
func bound(want, usual, low, high int) int {
	if want == 0 {
		want = usual
	}
	return max(min(want, high), min(low, high), 1)
}
