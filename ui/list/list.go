// Package list holds a cursor and a window over rows of which only some are loaded.
// It knows rows by identity only: a reload keeps the row under the cursor, on the
// screen line where it was.
//
// Start with [New]. The caller loads rows when [List.Wants] names an edge.
package list

// List is a window of loaded rows with a cursor. K identifies a row. Make it
// with [New].
type List[T any, K comparable] struct {
	key    func(T) K
	rows   []T
	cursor int
	top    int
	height int

	headLoaded bool
	tailLoaded bool
}

// Edge is a side of the window behind which rows are not loaded yet.
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

// SetHeight sets how many rows the screen shows. The cursor stays visible and on
// its line. If the list had a single line before, some rows are shown above the
// cursor.
func (l *List[T, K]) SetHeight(rows int) {
	if l.height == 1 && rows > 1 {
		l.top = min(l.top, max(l.cursor-rows/2, 0))
	}
	l.height = max(rows, 1)
	l.clamp()
}

// Height returns how many rows the screen shows.
func (l *List[T, K]) Height() int { return l.height }

// Replace sets a new window, with the cursor at the given index. head and tail say
// whether the window contains the first and the last row there is.
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

// Append adds rows after the last one. done says that none follow.
func (l *List[T, K]) Append(rows []T, done bool) {
	l.rows = append(l.rows, rows...)
	l.tailLoaded = done
	l.clamp()
}

// Prepend adds rows before the first one. done says that none precede.
func (l *List[T, K]) Prepend(rows []T, done bool) {
	l.rows = append(append(make([]T, 0, len(rows)+len(l.rows)), rows...), l.rows...)
	l.cursor += len(rows)
	l.top += len(rows)
	l.headLoaded = done
	l.clamp()
}

// Trim drops loaded rows further than keep from the cursor, so that a long walk
// does not load the whole list into memory.
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

// Wants returns the edge at which rows should be loaded, because the cursor or the
// screen is within margin rows of an edge that is not the end.
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

// Go puts the cursor on a loaded row and reports whether it moved. If i is out of
// range, it is the nearest one.
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

// Scroll moves the screen by n rows and moves the cursor only if it
// would leave the screen.
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
