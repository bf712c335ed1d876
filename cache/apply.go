package cache

import (
	"context"
	"errors"
	"time"

	"dateline/cache/db"
	"dateline/cache/search"
	"dateline/feed"
)

// Change is one thing that the user did: [MarkItems], [MarkView], [MarkBeside],
// [UndoLast], [RedoLast], [SetProgress] or [SetSetting]. A Change is a plain value.
// It can be kept, compared, and applied again after an error.
type Change interface {
	apply(ctx context.Context, s *Store) (Result, error)
}

// Result is what a [Change] did.
type Result struct {
	// N is the number of items that a mark, an undo or a redo really changed. It
	// includes the items of the same stories in other feeds. It is 0 for other changes.
	N int
	// Step is what was undone or redone; the zero value for other changes.
	Step Step
}

// Apply makes a change. All marks, undo, redo, reading progress and settings are
// written through Apply. A change that failed can be applied again, because of
// several marks the newest wins, whatever the order.
//
// What the user does now replaces what is stored, whatever time the stored mark has: it may
// have been made with a clock that was ahead. The new mark gets a later time than the
// stored one. Only a mark that another process made after At and before now stays.
func (s *Store) Apply(ctx context.Context, c Change) (Result, error) {
	if c == nil {
		return Result{}, errors.New("apply: no change")
	}
	return c.apply(ctx, s)
}

// MarkItems marks items by their IDs, as one step of undo.
//
// If marks waited to be written, the mark with the latest At wins for each item and flag.
// Of marks with equal At the last to be written wins. If At is zero or later than now, it
// is now. The flags [feed.Read] and [feed.Hidden] belong to a story: the mark holds for
// the story's items in all feeds. The step holds only the items that really changed;
// if there are none, there is no step. IDs without an item are ignored.
type MarkItems []feed.Mark

func (c MarkItems) apply(ctx context.Context, s *Store) (r Result, err error) {
	r.N, err = s.markItems(ctx, c)
	return r, err
}

// MarkView marks all items of a view that were stored at the time Mark.At, as one
// step of undo. Items that arrived later stay as they are, except items of the same
// stories, see [MarkItems]. Mark.Items is not used.
//
// Many items are marked in several transactions. If ctx or the process ends between
// two of them, [Result].N items are marked, and the step has just these items.
type MarkView struct {
	View View
	Mark feed.Mark
}

func (c MarkView) apply(ctx context.Context, s *Store) (r Result, err error) {
	r.N, err = s.markView(ctx, c.View, c.Mark, func(p *search.Plan) ([]int64, error) {
		return db.Integers(ctx, s.readers, p.Members(db.Bottom, db.Top))
	})
	return r, err
}

// MarkBeside marks all items of a view that stand above the row at From if Above is
// set, or below it. The row itself stays as it is. All else is as in [MarkView].
type MarkBeside struct {
	View  View
	From  Pos
	Above bool
	Mark  feed.Mark
}

func (c MarkBeside) apply(ctx context.Context, s *Store) (r Result, err error) {
	r.N, err = s.markView(ctx, c.View, c.Mark, func(p *search.Plan) ([]int64, error) {
		keys, err := p.Keys(ctx, s.readers, c.From, c.Above, -1)
		positions := make([]int64, len(keys))
		for i, k := range keys {
			positions[i] = k.At
		}
		return positions, err
	})
	return r, err
}

// UndoLast takes back the newest step that is not undone yet, whichever process made
// it. If there is none, the error is [ErrNothingToUndo]. Only what the step changed
// goes back; marks of other items stay. If At is zero, it is now.
//
// A step of many items goes back in several transactions. If ctx or the process ends
// between two of them, the next UndoLast takes back the rest.
type UndoLast struct{ At time.Time }

func (c UndoLast) apply(ctx context.Context, s *Store) (Result, error) {
	return s.replay(ctx, c.At, undoKind())
}

// RedoLast repeats the step that was undone last. If there is none, or if there is a
// new step since, the error is [ErrNothingToRedo]. If At is zero, it is now.
type RedoLast struct{ At time.Time }

func (c RedoLast) apply(ctx context.Context, s *Store) (Result, error) {
	return s.replay(ctx, c.At, redoKind())
}

// SetProgress sets the reading progress of an item, in thousandths of the article. 0
// or less deletes the progress. If the item is gone, nothing happens.
type SetProgress struct {
	Item     int64
	Permille int
}

func (c SetProgress) apply(ctx context.Context, s *Store) (Result, error) {
	return Result{}, s.saveProgress(ctx, c.Item, c.Permille)
}

// SetSetting stores a short text under a key. See [Store.Setting].
type SetSetting struct{ Key, Value string }

func (c SetSetting) apply(ctx context.Context, s *Store) (Result, error) {
	return Result{}, s.saveSetting(ctx, c.Key, c.Value)
}
