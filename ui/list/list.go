// Package list is a cursor and a window over rows that may be far more than
// are loaded. It knows rows by identity only: a reload keeps the row under the
// cursor, on the screen line where it was.
package list

// List is a window of loaded rows with a cursor. K identifies a row. The zero
// value needs New.
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

// The edges a [List] can want more rows at.
const (
	NoEdge Edge = iota
	Head
	Tail
)

// New makes an empty list whose rows are told apart by key.
func New[T any, K comparable](key func(T) K) List[T, K] {
	return List[T, K]{key: key, height: 1, headLoaded: true, tailLoaded: true}
}

// SetHeight tells how many rows the screen shows; the cursor stays visible, and
// on its line unless there was no other: then some rows come before it.
func (l *List[T, K]) SetHeight(rows int) {
	if l.height == 1 && rows > 1 {
		l.top = min(l.top, max(l.cursor-rows/2, 0))
	}
	l.height = max(rows, 1)
	l.clamp()
}

// Height is the number of rows the screen shows.
func (l *List[T, K]) Height() int { return l.height }

// Replace puts a new window in place, with the cursor at the given index. The
// two booleans say whether the window begins at the first and ends at the last
// row there is.
func (l *List[T, K]) Replace(rows []T, cursor int, head, tail bool) {
	l.rows, l.cursor, l.top = rows, cursor, max(cursor-l.height/2, 0)
	l.headLoaded, l.tailLoaded = head, tail
	l.clamp()
}

// Reload puts a fresh copy of the window in place and keeps the cursor on the
// row it was on, on the same screen line. When that row is gone, the cursor
// goes to fallback.
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

// Append adds rows behind the last one; done says that none follow.
func (l *List[T, K]) Append(rows []T, done bool) {
	l.rows = append(l.rows, rows...)
	l.tailLoaded = done
	l.clamp()
}

// Prepend adds rows before the first one; done says that none precede.
func (l *List[T, K]) Prepend(rows []T, done bool) {
	l.rows = append(append(make([]T, 0, len(rows)+len(l.rows)), rows...), l.rows...)
	l.cursor += len(rows)
	l.top += len(rows)
	l.headLoaded = done
	l.clamp()
}

// Trim drops loaded rows further than keep from the cursor, so that a long walk
// does not gather the whole list in memory.
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

// Wants says at which edge rows should be loaded, because the cursor or the
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

// HeadLoaded and TailLoaded say whether the first and the last row are loaded.
func (l *List[T, K]) HeadLoaded() bool { return l.headLoaded }

// TailLoaded says whether the last row is loaded.
func (l *List[T, K]) TailLoaded() bool { return l.tailLoaded }

// Len is the number of loaded rows.
func (l *List[T, K]) Len() int { return len(l.rows) }

// Rows are the loaded rows; a caller may change them in place.
func (l *List[T, K]) Rows() []T { return l.rows }

// Index is the cursor's place among the loaded rows.
func (l *List[T, K]) Index() int { return l.cursor }

// Top is the place of the first row on the screen among the loaded rows.
func (l *List[T, K]) Top() int { return l.top }

// Current is the row under the cursor; false when there is none.
func (l *List[T, K]) Current() (T, bool) {
	if l.cursor < 0 || l.cursor >= len(l.rows) {
		var none T
		return none, false
	}
	return l.rows[l.cursor], true
}

// Visible are the rows on the screen.
func (l *List[T, K]) Visible() []T {
	return l.rows[min(l.top, len(l.rows)):min(l.top+l.height, len(l.rows))]
}

// Move moves the cursor by n rows and says whether it moved.
func (l *List[T, K]) Move(n int) bool { return l.Go(l.cursor + n) }

// Go puts the cursor on a loaded row, the nearest one when i is out of range.
func (l *List[T, K]) Go(i int) bool {
	was := l.cursor
	l.cursor = i
	l.clamp()
	return l.cursor != was
}

// Find puts the cursor on the row with this key, if it is loaded.
func (l *List[T, K]) Find(k K) bool {
	i := index(l.rows, l.key, k)
	if i < 0 {
		return false
	}
	l.Go(i)
	return true
}

// Scroll moves the screen by n rows and takes the cursor along only when it
// would leave it.
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
