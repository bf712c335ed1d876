package cache

import (
	"context"
	"fmt"
	"time"

	"dateline/feed"
)

// Change is one thing that the user does to what is stored: [MarkItems],
// [MarkView], [MarkBeside], [UndoLast], [RedoLast], [SetProgress] or [SetSetting].
// It is a value that can be kept, compared in tests, and applied again if it could
// not be saved.
type Change interface {
	// apply makes the change.
	apply(ctx context.Context, s *Store) (Result, error)
}

// Result is what became of a [Change].
type Result struct {
	// N counts the items that changed, of a view or by undo and redo.
	N int
	// Step is what was undone or redone.
	Step Step
}

// MarkItems are marks of items by their IDs, as one step; see [Store.Mark].
type MarkItems []feed.Mark

// MarkView marks all that a view shows; see [Store.MarkAll]. Mark has no Items.
type MarkView struct {
	View View
	Mark feed.Mark
}

// MarkBeside marks all rows of a view above the row at From, or below it; see
// [Store.MarkFrom]. Mark has no Items.
type MarkBeside struct {
	View  View
	From  Pos
	Above bool
	Mark  feed.Mark
}

// UndoLast takes back the last step; see [Store.Undo]. If At is zero it is now.
type UndoLast struct{ At time.Time }

// RedoLast makes the step again that was undone last; see [Store.Redo]. If At is
// zero it is now.
type RedoLast struct{ At time.Time }

// SetProgress sets the reading progress of an item, in thousandths; see
// [Store.SetReadingPosition].
type SetProgress struct {
	Item     int64
	Permille int
}

// SetSetting keeps a text under a key; see [Store.SetSetting].
type SetSetting struct{ Key, Value string }

// Apply makes a change: the one way in which what the user does reaches the
// store. On an error it may be applied again; of several marks the newest wins,
// whatever the order.
func (s *Store) Apply(ctx context.Context, c Change) (Result, error) {
	if c == nil {
		return Result{}, fmt.Errorf("apply: no change")
	}
	return c.apply(ctx, s)
}

func (c MarkItems) apply(ctx context.Context, s *Store) (Result, error) {
	return Result{}, s.Mark(ctx, c...)
}

func (c MarkView) apply(ctx context.Context, s *Store) (r Result, err error) {
	r.N, err = s.markAll(ctx, c.View, c.Mark)
	return r, err
}

func (c MarkBeside) apply(ctx context.Context, s *Store) (r Result, err error) {
	r.N, err = s.markBeside(ctx, c.View, c.From, c.Above, c.Mark)
	return r, err
}

func (c UndoLast) apply(ctx context.Context, s *Store) (r Result, err error) {
	r.Step, err = s.Undo(ctx, c.At)
	r.N = r.Step.N
	return r, err
}

func (c RedoLast) apply(ctx context.Context, s *Store) (r Result, err error) {
	r.Step, err = s.Redo(ctx, c.At)
	r.N = r.Step.N
	return r, err
}

func (c SetProgress) apply(ctx context.Context, s *Store) (Result, error) {
	return Result{}, s.SetReadingPosition(ctx, c.Item, c.Permille)
}

func (c SetSetting) apply(ctx context.Context, s *Store) (Result, error) {
	return Result{}, s.SetSetting(ctx, c.Key, c.Value)
}
