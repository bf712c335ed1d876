package list

import (
	"slices"
	"testing"
)

func numbers(from, to int) []int {
	var out []int
	for i := from; i < to; i++ {
		out = append(out, i)
	}
	return out
}

func ints() List[int, int] { return New(func(i int) int { return i }) }

// TestReloadKeepsRowAndLine checks that new rows do not move the selected row.
func TestReloadKeepsRowAndLine(t *testing.T) {
	l := ints()
	l.SetHeight(5)
	l.Replace(numbers(100, 120), 7, true, true)
	line := l.Index() - l.Top()
	l.Reload(append([]int{1, 2, 3}, numbers(100, 120)...), 0, true, true)
	if cur, _ := l.Current(); cur != 107 || l.Index()-l.Top() != line {
		t.Errorf("cursor on %d at line %d, want 107 at %d", cur, l.Index()-l.Top(), line)
	}
	l.Reload(numbers(0, 3), 2, true, true)
	if cur, _ := l.Current(); cur != 2 {
		t.Errorf("with its row gone the cursor is on %d, want the fallback 2", cur)
	}
}

// TestALongListStaysSmall protects memory: moving through a long list keeps only a window of it
// loaded, and wants rows at the right edge.
func TestALongListStaysSmall(t *testing.T) {
	const total, page, keep = 10000, 90, 200
	l := ints()
	l.SetHeight(20)
	l.Replace(numbers(0, page), 0, true, false)
	for want := 1; want < total; want++ {
		if l.Wants(30) == Tail {
			from := l.Rows()[l.Len()-1] + 1
			to := min(from+page, total)
			l.Append(numbers(from, to), to == total)
			l.Trim(keep)
		}
		l.Move(1)
		if cur, _ := l.Current(); cur != want {
			t.Fatalf("step %d is on row %d", want, cur)
		}
		if l.Len() > 2*keep+page {
			t.Fatalf("%d rows in memory", l.Len())
		}
		if !slices.Contains(l.Visible(), want) {
			t.Fatalf("row %d is not on the screen", want)
		}
	}
	for want := total - 2; want >= 0; want-- {
		if l.Wants(30) == Head {
			to := l.Rows()[0]
			from := max(to-page, 0)
			l.Prepend(numbers(from, to), from == 0)
			l.Trim(keep)
		}
		l.Move(-1)
		if cur, _ := l.Current(); cur != want {
			t.Fatalf("back at step %d the cursor is on row %d", want, cur)
		}
	}
}

// TestEmptyList protects against an index out of range in an empty list.
func TestEmptyList(t *testing.T) {
	l := ints()
	l.SetHeight(10)
	l.Move(3)
	l.Scroll(-4)
	l.Go(9)
	l.Trim(1)
	if _, ok := l.Current(); ok || len(l.Visible()) != 0 || l.Wants(5) != NoEdge {
		t.Error("an empty list shows rows")
	}
}

// TestScrollTakesTheCursorAlong protects the wheel: the cursor never leaves
// the screen.
func TestScrollTakesTheCursorAlong(t *testing.T) {
	l := ints()
	l.SetHeight(10)
	l.Replace(numbers(0, 50), 0, true, true)
	for range 30 {
		l.Scroll(3)
		if i := l.Index(); i < l.Top() || i >= l.Top()+10 {
			t.Fatalf("cursor %d is off the screen at %d", i, l.Top())
		}
	}
	if l.Top() != 40 {
		t.Errorf("scrolled to %d, want the last page at 40", l.Top())
	}
	for range 30 {
		l.Scroll(-3)
	}
	if l.Top() != 0 || l.Index() != 9-Scrolloff {
		t.Errorf("back at top %d with the cursor at %d", l.Top(), l.Index())
	}
}

// TestFirstHeightShowsRowsAbove checks a pane whose cursor was set before it was shown: rows above
// the cursor are shown. A pane that only grows keeps the line.
func TestFirstHeightShowsRowsAbove(t *testing.T) {
	for cursor, top := range map[int]int{3: 0, 50: 40} {
		l := ints()
		l.Replace(numbers(0, 100), cursor, true, true)
		l.SetHeight(20)
		if l.Index() != cursor || l.Top() != top {
			t.Errorf("cursor %d with %d on top, want %d with %d", l.Index(), l.Top(), cursor, top)
		}
		l.Scroll(cursor - top)
		l.Select(cursor)
		l.SetHeight(30)
		if l.Index() != cursor || l.Top() != cursor {
			t.Errorf("cursor %d with %d on top after it grew, want both %d", l.Index(), l.Top(), cursor)
		}
	}
}

// TestTheCursorKeepsRowsInSight checks that rows next to the cursor stay visible when it moves,
// but that a click does not scroll.
func TestTheCursorKeepsRowsInSight(t *testing.T) {
	l := ints()
	l.SetHeight(10)
	l.Replace(numbers(0, 50), 0, true, true)
	for range 8 {
		l.Move(1)
	}
	if l.Index() != 8 || l.Top() != 1 {
		t.Errorf("cursor %d with %d on top, want 8 with 1", l.Index(), l.Top())
	}
	l.Go(30)
	if l.Top() != 30+Scrolloff-9 {
		t.Errorf("row %d on top after a jump to 30", l.Top())
	}
	if top := l.Top(); !l.Select(top) || l.Top() != top {
		t.Errorf("a click on the first row scrolled from %d to %d", top, l.Top())
	}
	l.Go(49)
	if l.Top() != 40 {
		t.Errorf("row %d on top at the end, want 40", l.Top())
	}
	l.Go(0)
	if l.Top() != 0 {
		t.Errorf("row %d on top at the start", l.Top())
	}
}

// TestTurnMovesAPage checks that a turn moves a page from the first one on, that the cursor stays
// on its line, and that it reaches both ends.
func TestTurnMovesAPage(t *testing.T) {
	l := ints()
	l.SetHeight(10)
	l.Replace(numbers(0, 35), 0, true, true)
	for i, want := range []struct{ top, cursor int }{{9, 11}, {18, 20}, {25, 27}, {25, 34}, {25, 34}} {
		l.Turn(9)
		if l.Top() != want.top || l.Index() != want.cursor {
			t.Errorf("turn %d: cursor %d with %d on top, want %+v", i, l.Index(), l.Top(), want)
		}
	}
	for range 5 {
		l.Turn(-9)
	}
	if l.Top() != 0 || l.Index() != 0 {
		t.Errorf("cursor %d with %d on top, want the start", l.Index(), l.Top())
	}
}

// TestAShortListComesBack checks that a list which is short for a while has its selection in the
// middle, and shows the same rows as before when it is tall again.
func TestAShortListComesBack(t *testing.T) {
	l := ints()
	l.SetHeight(14)
	l.Replace(numbers(0, 100), 0, true, true)
	l.Go(40)
	l.Go(36)
	top := l.Top()
	l.SetHeight(3)
	if l.Top() != 35 {
		t.Errorf("row %d on top of three, want the selection 36 in their middle", l.Top())
	}
	l.Move(1)
	if l.Top() != 36 {
		t.Errorf("row %d on top of three after a step, want 36", l.Top())
	}
	l.Prepend(numbers(-5, 0), true)
	l.SetHeight(14)
	if got := l.Top() - 5; got != top {
		t.Errorf("row %d on top again, want %d", got, top)
	}
	l.SetHeight(1)
	l.Go(90)
	l.SetHeight(14)
	if i := l.Index(); i < l.Top() || i >= l.Top()+14 {
		t.Errorf("cursor %d is off the screen at %d", i, l.Top())
	}
}

// TestPositionCountsRowsThatAreNotLoaded checks the number of the selected row while only a part
// of the list is loaded.
func TestPositionCountsRowsThatAreNotLoaded(t *testing.T) {
	l := ints()
	l.Replace(numbers(500, 600), 50, false, false)
	if l.Position() != 0 {
		t.Errorf("position %d, want it unknown", l.Position())
	}
	l.SetBefore(500)
	l.Prepend(numbers(400, 500), false)
	l.Append(numbers(600, 700), false)
	l.Trim(20)
	l.Move(3)
	if l.Position() != 554 {
		t.Errorf("position %d, want 554", l.Position())
	}
}
