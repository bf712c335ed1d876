// Package list holds a list of which only some rows are loaded, with a cursor. Each row
// has a key. After a reload the cursor is on the row with the same key, on the same line
// of the screen.
//
// Start with [New]. Load rows if [List.Wants] returns an edge, and drop rows that are far
// from the cursor with [List.Trim]. The package never loads rows itself.
package list

// List is a window of loaded rows with a cursor. T is the type of the rows and K of their
// keys. Create it with [New].
type List[T any, K comparable] struct {
	key    func(T) K
	rows   []T
	cursor int
	top    int
	height int
	// tallTop is the first row on the screen before the list was made short, as an index
	// like top. It is used while short is set.
	tallTop int
	short   bool
	// before is the number of rows before the first loaded row; -1 if it is unknown.
	before int

	headLoaded bool
	tailLoaded bool
}

// Edge is an end of the window beyond which rows are not loaded yet.
type Edge int

// The edges at which a [List] can want more rows.
const (
	NoEdge Edge = iota
	Head
	Tail
)

// Scrolloff is how many rows stay visible above and below the cursor when it moves.
const Scrolloff = 2

// shortHeight is the largest height, in rows, of a list that was made short.
const shortHeight = 3

// New returns an empty list whose rows are identified by key.
func New[T any, K comparable](key func(T) K) List[T, K] {
	return List[T, K]{key: key, height: 1, headLoaded: true, tailLoaded: true}
}

// SetHeight sets how many rows the screen shows. The cursor stays visible and on its line.
// If the list was made short for a while, at most shortHeight rows, it shows the rows again
// that it showed before, unless the cursor has left them.
func (l *List[T, K]) SetHeight(rows int) {
	rows = max(rows, 1)
	switch {
	case rows == l.height:
		return
	case rows <= shortHeight && l.height > shortHeight:
		l.tallTop, l.short = l.top, true
	case rows > shortHeight && l.short:
		l.short = false
		if l.top = l.tallTop; l.cursor < l.top || l.cursor >= l.top+rows {
			l.top = l.cursor - rows/2
		}
	case l.height == 1 && rows > 1:
		l.top = min(l.top, max(l.cursor-rows/2, 0))
	}
	l.height = rows
	if l.height <= shortHeight {
		l.top = l.cursor - l.height/2
	}
	l.clamp()
	l.fill()
}

// Height returns how many rows the screen shows.
func (l *List[T, K]) Height() int { return l.height }

// Replace sets a new window with the cursor at an index. head and tail report whether the
// window has the first and the last row of the whole list.
func (l *List[T, K]) Replace(rows []T, cursor int, head, tail bool) {
	l.rows, l.cursor, l.top, l.short = rows, cursor, max(cursor-l.height/2, 0), false
	l.setEdges(head, tail)
	l.clamp()
	l.fill()
}

// Reload sets a fresh copy of the window and keeps the cursor on its row and on its
// screen line. If that row is gone, the cursor goes to fallback.
func (l *List[T, K]) Reload(rows []T, fallback int, head, tail bool) {
	line := l.cursor - l.top
	at := fallback
	if cur, ok := l.Current(); ok {
		if i := index(rows, l.key, l.key(cur)); i >= 0 {
			at = i
		}
	}
	l.tallTop += at - l.cursor
	l.rows, l.cursor, l.top = rows, at, at-line
	l.setEdges(head, tail)
	l.clamp()
}

// setEdges records which ends of the list are loaded.
func (l *List[T, K]) setEdges(head, tail bool) {
	l.headLoaded, l.tailLoaded, l.before = head, tail, -1
	if head {
		l.before = 0
	}
}

// Append adds rows at the end. done reports whether these are the last rows.
func (l *List[T, K]) Append(rows []T, done bool) {
	l.rows = append(l.rows, rows...)
	l.tailLoaded = done
	l.clamp()
}

// Prepend adds rows at the start. done reports whether these are the first rows.
func (l *List[T, K]) Prepend(rows []T, done bool) {
	l.rows = append(append(make([]T, 0, len(rows)+len(l.rows)), rows...), l.rows...)
	l.cursor += len(rows)
	l.top += len(rows)
	l.tallTop += len(rows)
	l.headLoaded = done
	if l.before >= 0 {
		l.before = max(l.before-len(rows), 0)
	}
	if done {
		l.before = 0
	}
	l.clamp()
}

// Trim drops loaded rows that are more than keep rows away from the cursor, so that
// scrolling through a long list does not load all of it into memory.
func (l *List[T, K]) Trim(keep int) {
	if from := l.cursor - keep; from > 0 {
		l.rows = append([]T(nil), l.rows[from:]...)
		l.cursor, l.top, l.tallTop, l.headLoaded = l.cursor-from, l.top-from, l.tallTop-from, false
		if l.before >= 0 {
			l.before += from
		}
	}
	if to := l.cursor + keep; to < len(l.rows) {
		l.rows, l.tailLoaded = append([]T(nil), l.rows[:to]...), false
	}
	l.clamp()
}

// SetBefore sets the number of rows of the whole list before the first loaded row; -1 means
// that it is unknown.
func (l *List[T, K]) SetBefore(n int) { l.before = n }

// Position returns the number of the row under the cursor in the whole list, from 1; 0 if
// it is unknown or there is no row.
func (l *List[T, K]) Position() int {
	if l.before < 0 || len(l.rows) == 0 {
		return 0
	}
	return l.before + l.cursor + 1
}

// Wants returns the edge at which rows should be loaded: the cursor or the screen is less
// than margin rows away, and the list continues beyond it. It returns [NoEdge] if there is
// none.
func (l *List[T, K]) Wants(margin int) Edge {
	if !l.tailLoaded && max(l.cursor, l.top+l.height)+margin >= len(l.rows) {
		return Tail
	}
	if !l.headLoaded && l.top-margin < 0 {
		return Head
	}
	return NoEdge
}

// HeadLoaded reports whether the first row is loaded.
func (l *List[T, K]) HeadLoaded() bool { return l.headLoaded }

// TailLoaded reports whether the last row is loaded.
func (l *List[T, K]) TailLoaded() bool { return l.tailLoaded }

// Len returns the number of loaded rows.
func (l *List[T, K]) Len() int { return len(l.rows) }

// Rows returns the loaded rows. A caller may change them in place.
func (l *List[T, K]) Rows() []T { return l.rows }

// Index returns the cursor's index among the loaded rows.
func (l *List[T, K]) Index() int { return l.cursor }

// Top returns the index of the first row on the screen among the loaded rows.
func (l *List[T, K]) Top() int { return l.top }

// Current returns the row under the cursor; false if there is none.
func (l *List[T, K]) Current() (T, bool) {
	if l.cursor < 0 || l.cursor >= len(l.rows) {
		var none T
		return none, false
	}
	return l.rows[l.cursor], true
}

// Visible returns the rows on the screen.
func (l *List[T, K]) Visible() []T {
	return l.rows[min(l.top, len(l.rows)):min(l.top+l.height, len(l.rows))]
}

// Move moves the cursor by n rows and reports whether it moved.
func (l *List[T, K]) Move(n int) bool { return l.Go(l.cursor + n) }

// Go puts the cursor on the loaded row with index i, or on the nearest row if i is out of
// range. Up to [Scrolloff] rows stay visible on either side of it. It reports whether the
// cursor moved.
func (l *List[T, K]) Go(i int) bool {
	moved := l.Select(i)
	l.keepMargin()
	return moved
}

// Select puts the cursor on the loaded row with index i, like [List.Go], and scrolls only if
// that row is not on the screen. A click selects, so that a second click finds the same row.
func (l *List[T, K]) Select(i int) bool {
	was := l.cursor
	l.cursor = i
	l.clamp()
	return l.cursor != was
}

// Turn scrolls by n rows and moves the cursor with the rows, so that it stays on its line. At
// the end of the list the cursor goes to the last row, and at its start to the first. It
// reports whether the cursor moved.
func (l *List[T, K]) Turn(n int) bool {
	line := l.cursor - l.top
	top := max(min(l.top+n, len(l.rows)-l.height), 0)
	if top == l.top {
		return l.Go(l.cursor + n)
	}
	was := l.cursor
	l.cursor = top + line
	l.Scroll(top - l.top)
	return l.cursor != was
}

// Find puts the cursor on the row with this key and reports whether it is loaded.
func (l *List[T, K]) Find(k K) bool {
	i := index(l.rows, l.key, k)
	if i < 0 {
		return false
	}
	l.Go(i)
	return true
}

// Scroll scrolls by n rows. The cursor moves only if it would come too near to the edge of
// the screen.
func (l *List[T, K]) Scroll(n int) {
	l.top = max(min(l.top+n, len(l.rows)-l.height), 0)
	above, below := l.margins()
	l.cursor = max(min(l.cursor, l.top+l.height-1-below, len(l.rows)-1), min(l.top+above, max(len(l.rows)-1, 0)), 0)
}

// margins returns how many rows must be visible above and below the cursor. At the ends of
// the list there are none to show.
func (l *List[T, K]) margins() (above, below int) {
	m := min(Scrolloff, (l.height-1)/2)
	return min(m, l.top), min(m, max(len(l.rows)-l.top-l.height, 0))
}

// keepMargin scrolls so that the rows next to the cursor are visible.
func (l *List[T, K]) keepMargin() {
	m := min(Scrolloff, (l.height-1)/2)
	l.top = min(l.top, max(l.cursor-m, 0))
	l.top = max(l.top, min(l.cursor+m, len(l.rows)-1)-l.height+1, 0)
}

// fill scrolls back if there is room below the last row.
func (l *List[T, K]) fill() {
	if l.tailLoaded {
		l.top = max(min(l.top, len(l.rows)-l.height), 0)
	}
}

func (l *List[T, K]) clamp() {
	l.cursor = max(min(l.cursor, len(l.rows)-1), 0)
	if l.cursor < l.top {
		l.top = l.cursor
	}
	if l.cursor >= l.top+l.height {
		l.top = l.cursor - l.height + 1
	}
	l.top = max(l.top, 0)
}

func index[T any, K comparable](rows []T, key func(T) K, k K) int {
	for i, r := range rows {
		if key(r) == k {
			return i
		}
	}
	return -1
}
