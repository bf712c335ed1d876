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

// New returns an empty list whose rows are identified by key.
func New[T any, K comparable](key func(T) K) List[T, K] {
	return List[T, K]{key: key, height: 1, headLoaded: true, tailLoaded: true}
}

// SetHeight sets how many rows the screen shows. The cursor stays visible and on its line.
// If the height was 1 before, rows above the cursor are shown, too.
func (l *List[T, K]) SetHeight(rows int) {
	if l.height == 1 && rows > 1 {
		l.top = min(l.top, max(l.cursor-rows/2, 0))
	}
	l.height = max(rows, 1)
	l.clamp()
}

// Height returns how many rows the screen shows.
func (l *List[T, K]) Height() int { return l.height }

// Replace sets a new window with the cursor at an index. head and tail report whether the
// window has the first and the last row of the whole list.
func (l *List[T, K]) Replace(rows []T, cursor int, head, tail bool) {
	l.rows, l.cursor, l.top = rows, cursor, max(cursor-l.height/2, 0)
	l.headLoaded, l.tailLoaded = head, tail
	l.clamp()
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
	l.rows, l.cursor, l.top = rows, at, at-line
	l.headLoaded, l.tailLoaded = head, tail
	l.clamp()
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
	l.headLoaded = done
	l.clamp()
}

// Trim drops loaded rows that are more than keep rows away from the cursor, so that
// scrolling through a long list does not load all of it into memory.
func (l *List[T, K]) Trim(keep int) {
	if from := l.cursor - keep; from > 0 {
		l.rows = append([]T(nil), l.rows[from:]...)
		l.cursor, l.top, l.headLoaded = l.cursor-from, l.top-from, false
	}
	if to := l.cursor + keep; to < len(l.rows) {
		l.rows, l.tailLoaded = append([]T(nil), l.rows[:to]...), false
	}
	l.clamp()
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
// range. It reports whether the cursor moved.
func (l *List[T, K]) Go(i int) bool {
	was := l.cursor
	l.cursor = i
	l.clamp()
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

// Scroll scrolls by n rows. The cursor moves only if it would leave the screen.
func (l *List[T, K]) Scroll(n int) {
	l.top = max(min(l.top+n, len(l.rows)-l.height), 0)
	l.cursor = max(min(l.cursor, l.top+l.height-1, len(l.rows)-1), min(l.top, max(len(l.rows)-1, 0)), 0)
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
