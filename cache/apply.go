package cache

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
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
//
// After Apply returns, a power cut loses no mark. Reading progress and settings may be
// lost: see [Store.Commit].
func (s *Store) Apply(ctx context.Context, c Change) (Result, error) {
	r, err := s.Commit(ctx, c)
	if err != nil {
		return r, err
	}
	switch c.(type) {
	case SetProgress, SetSetting:
		return r, nil
	}
	return r, s.Sync(ctx)
}

// Commit makes a change like [Store.Apply], but leaves it to the system when to write it to
// the disk. After Commit returns, other processes see the change, and it stays if this
// process is killed. A power cut may lose it until [Store.Sync] has returned. Commit is
// faster by the time that the disk takes.
func (s *Store) Commit(ctx context.Context, c Change) (Result, error) {
	if c == nil {
		return Result{}, errors.New("apply: no change")
	}
	return c.apply(ctx, s)
}

// BeginLog writes a setting if the write-ahead log is empty. When SQLite begins a log, it
// waits for the disk before it writes the first change. The first mark of the user would
// wait, too, and be lost if the process is killed meanwhile. Errors are ignored, because
// nothing depends on the setting.
func BeginLog(ctx context.Context, s *Store) {
	if db.FileSize(s.path+"-wal") > 0 {
		return
	}
	_ = s.transact(ctx, "begin the log", func(tx *sql.Tx) error { return setSetting(ctx, tx, "cache.log", "") })
}

// Sync waits until everything that is committed is on the disk. All of it is in the
// write-ahead log, or was synchronized when SQLite emptied the log.
func (s *Store) Sync(ctx context.Context) error {
	const op = "save your marks"
	log, err := os.OpenFile(s.path+"-wal", os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return WrapError(ctx, op, err)
	}
	if err := errors.Join(log.Sync(), log.Close()); err != nil {
		return fmt.Errorf("%s: %w (%w)", op, ErrIO, err)
	}
	return nil
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

// CheckMark returns an error unless the flag of a mark is known and a label has a
// name.
func CheckMark(m feed.Mark) error {
	switch m.Flag {
	case feed.Read, feed.Starred, feed.Hidden, feed.Snooze:
		return nil
	case feed.Label:
		if m.Label != "" {
			return nil
		}
		return fmt.Errorf("mark: a label needs a name")
	}
	return fmt.Errorf("mark: unknown flag %q: use read, starred, hidden, label or snooze", m.Flag)
}
