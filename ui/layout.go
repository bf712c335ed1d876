package ui

// rect is a part of the screen in cells.
type rect struct{ x, y, w, h int }

func (r rect) contains(x, y int) bool {
	return x >= r.x && x < r.x+r.w && y >= r.y && y < r.y+r.h
}

// pane names one of the three parts of the screen.
type pane int

const (
	paneSources pane = iota
	paneHeadlines
	paneArticle
)

// shape is how many panes stand side by side.
type shape int

const (
	// shapeSingle shows the focused pane alone.
	shapeSingle shape = iota
	// shapeStack shows headlines over the article; sources take their place
	// while they have the focus.
	shapeStack
	// shapeSide puts sources beside the stack.
	shapeSide
	// shapeColumns puts all three side by side.
	shapeColumns
)

// splits are the borders the reader dragged: the width of the sources, the
// width of the headlines in columns and their height in a stack. Zero leaves
// the choice to the layout.
type splits struct {
	Sources   int `json:"sources,omitempty"`
	Headlines int `json:"headlines,omitempty"`
	Stack     int `json:"stack,omitempty"`
}

// layout says where everything stands. A pane that is not shown has an empty
// rectangle.
type layout struct {
	shape  shape
	panes  [3]rect
	status rect
	// column is the x of the line right of the sources and right of the
	// headlines, rule the y of the line above the article; -1 where there is none.
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

// arrange computes the layout from numbers alone. zen gives the article the
// whole screen while it has the focus.
func arrange(w, h int, option string, focus pane, zen bool, s splits) layout {
	l := layout{shape: chooseShape(w, h, option), column: [2]int{-1, -1}, rule: -1}
	l.status = rect{0, h - 1, w, 1}
	body := rect{0, 0, w, max(h-1, 1)}
	if zen && focus == paneArticle {
		l.shape = shapeSingle
	}
	switch l.shape {
	case shapeSingle:
		l.panes[focus] = body
	case shapeStack:
		if focus == paneSources {
			l.panes[paneSources] = body
			break
		}
		l.stack(body, s)
	case shapeSide:
		l.stack(l.beside(body, s), s)
	case shapeColumns:
		rest := l.beside(body, s)
		left := bound(s.Headlines, rest.w*44/100, 30, rest.w-40)
		l.panes[paneHeadlines] = rect{rest.x, rest.y, left, rest.h}
		l.column[1] = rest.x + left
		l.panes[paneArticle] = rect{rest.x + left + 1, rest.y, rest.w - left - 1, rest.h}
	}
	return l
}

// beside gives the sources their column and returns what is left.
func (l *layout) beside(body rect, s splits) rect {
	w := bound(s.Sources, min(max(body.w/5, 26), 34), 14, body.w-60)
	l.panes[paneSources] = rect{body.x, body.y, w, body.h}
	l.column[0] = body.x + w
	return rect{body.x + w + 1, body.y, body.w - w - 1, body.h}
}

func (l *layout) stack(body rect, s splits) {
	top := bound(s.Stack, body.h*45/100, 5, body.h-6)
	l.panes[paneHeadlines] = rect{body.x, body.y, body.w, top}
	l.rule = body.y + top
	l.panes[paneArticle] = rect{body.x, body.y + top + 1, body.w, body.h - top - 1}
}

// bound is want, or usual when want is zero, kept between low and high.
func bound(want, usual, low, high int) int {
	if want == 0 {
		want = usual
	}
	return max(min(want, high), min(low, high), 1)
}
