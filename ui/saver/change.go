package saver

import (
	"context"
	"errors"
	"time"

	"dateline/cache"
	"dateline/feed"
)

// Change is one thing that the user did: [MarkItems], [MarkView], [MarkFrom],
// [Undo], [Redo], [Progress] or [Setting].
type Change interface{ change() }

// MarkItems sets a flag on items.
type MarkItems struct{ Mark feed.Mark }

// MarkView marks every item of a view read.
type MarkView struct {
	View cache.View
	At   time.Time
}

// MarkFrom marks the items of a view read that stand above or below a row.
type MarkFrom struct {
	View  cache.View
	From  cache.Pos
	Above bool
	At    time.Time
}

// Undo takes back the last step, and Redo repeats what was taken back.
type (
	Undo struct{ At time.Time }
	Redo struct{ At time.Time }
)

// Progress records how far an article has been read, in permille.
type Progress struct {
	Item     int64
	Permille int
}

// Setting records a setting of the screen.
type Setting struct{ Key, Value string }

func (MarkItems) change() {}
func (MarkView) change()  {}
func (MarkFrom) change()  {}
func (Undo) change()      {}
func (Redo) change()      {}
func (Progress) change()  {}
func (Setting) change()   {}

// Outcome is what a change came to in the database.
type Outcome struct {
	Change Change
	// N counts the items that a mark changed.
	N int
	// Step is what an undo or redo did; nil if there was nothing to undo or redo.
	Step *cache.Step
}

// Apply returns the function that carries out changes in a store. It may be
// called again after an error: a change that was half done is completed.
func Apply(s *cache.Store) func(context.Context, Change) (Outcome, error) {
	return func(ctx context.Context, c Change) (Outcome, error) {
		done := Outcome{Change: c}
		var change cache.Change
		switch c := c.(type) {
		case MarkItems:
			change = cache.MarkItems{c.Mark}
		case MarkView:
			change = cache.MarkView{View: c.View, Mark: feed.Mark{Flag: feed.Read, On: true, At: c.At}}
		case MarkFrom:
			change = cache.MarkBeside{View: c.View, From: c.From, Above: c.Above, Mark: feed.Mark{Flag: feed.Read, On: true, At: c.At}}
		case Undo:
			change = cache.UndoLast(c)
		case Redo:
			change = cache.RedoLast(c)
		case Progress:
			change = cache.SetProgress(c)
		case Setting:
			change = cache.SetSetting(c)
		}
		r, err := s.Apply(ctx, change)
		switch c := c.(type) {
		case MarkItems:
			done.N = len(c.Mark.Items)
		case MarkView, MarkFrom:
			done.N = r.N
		case Undo, Redo:
			if errors.Is(err, cache.ErrNothingToUndo) || errors.Is(err, cache.ErrNothingToRedo) {
				return done, nil
			}
			done.Step = &r.Step
		}
		return done, err
	}
}
