package cache

import (
	"context"
	"database/sql"
	"time"

	"dateline/cache/db"
	"dateline/feed"
)

// Limits of the package, for its tests.
const (
	MaxPolls    = maxPolls
	LongRange   = longRange
	MaxWAL      = maxWAL
	MaxSteps    = maxSteps
	RemoveChunk = removeChunk
)

// WriteError is writeError.
func WriteError(err error) error { return writeError(err) }

// SetClock replaces the store's clock.
func (s *Store) SetClock(now func() time.Time) { s.now = now }

// SetPath changes the path of the open store.
func (s *Store) SetPath(path string) { s.path = path }

// NoteWrite is noteWrite.
func (s *Store) NoteWrite(op string, err error) error { return s.noteWrite(op, err) }

// Prefetching returns channels that are closed when the subscriptions and the first
// screen are read.
func (s *Store) Prefetching() (list, screen <-chan struct{}) {
	return s.listPrefetch.Load().done, s.screenPrefetch.Load().done
}

// SetPrefetchedUnread changes a number of the prefetched screen.
func (s *Store) SetPrefetchedUnread(n int) { s.screenPrefetch.Load().result.counts.Unread = n }

// Watcher returns the function that looks for changes of other processes, and the
// channel it reports them to.
func (s *Store) Watcher(version int64) (look func(context.Context) bool, changed chan struct{}) {
	w := &changeWatcher{store: s, version: version, changed: make(chan struct{}, 1)}
	return w.look, w.changed
}

// UndoChunk undoes the first slice of step 1, whose last journal entry is 1, and
// returns how many journal entries the slice has.
func UndoChunk(ctx context.Context, tx *sql.Tx, chunk int, at time.Time) (int, error) {
	entries, err := readChunk(ctx, tx, journalRef{step: 1, id: 1}, undoKind(), chunk)
	if err != nil {
		return 0, err
	}
	_, err = entries[0].replay(ctx, tx, at, at, false)
	return len(entries), err
}

// MarkWithoutStep marks items, but not the other items of their stories, and adds no
// step of undo.
func MarkWithoutStep(ctx context.Context, tx *sql.Tx, m feed.Mark) error {
	c := markChange{Mark: m, ctx: ctx, tx: tx, now: m.At}
	if err := c.collect(`i.id`, m.Items); err != nil {
		return err
	}
	return c.apply()
}

// StepOfFirstEntry returns the step to which more of the same mark as the first
// journal entry belongs; 0 if that step is undone.
func StepOfFirstEntry(ctx context.Context, tx *sql.Tx) (int64, error) {
	return journalRef{step: 1, id: 1}.number(ctx, tx)
}

// FixedQuery is a query of the store that is always the same.
type FixedQuery struct {
	SQL  string
	Args []any
}

// FixedQueries returns the queries that read items and are always the same.
func FixedQueries() []FixedQuery {
	list := []FixedQuery{
		{sqlItems, []any{"[1,2]"}},
		{sqlArticles, []any{"[1,2]"}},
		{sqlArticle, []any{1}},
		{sqlCountStarredToday, []any{1, 2, 3}},
		{sqlFeedStats, []any{"a", db.IDBits}},
		{sqlSnoozeEnded, []any{1, 2}},
		{sqlKnown, []any{1, "[1]"}},
		{sqlHasItems, []any{"a"}},
		{sqlSameInstant, []any{1, "[1]", 1, 2, "title", 3}},
		{sqlSameLink, []any{1, "[1]", 1, baseCandidates}},
		{sqlStored, []any{1, "[1]"}},
		{sqlUnlisted, []any{1, "[1]", 500, db.IDBits, "[1]", `["title"]`}},
		{sqlDocuments, []any{"[1,2]"}},
		{sqlWantFulltext, []any{"a", 200, 20}},
		{sqlSaveRevision, []any{1, 2}},
		{sqlRuleHits, []any{1}},
		{sqlAlsoIn, []any{"[1,2]"}},
		{sqlLinkCandidates, []any{1, 1, 2, 3, maxCandidates}},
		{sqlSharedKeys, []any{"[1,2]", "[3]"}},
		{sqlTitleCandidates, []any{1, 1, 2, 3, maxCandidates, 4, 5}},
	}
	for _, query := range []string{sqlFuturePositions, sqlFutureSeen, sqlFutureRead, sqlFutureSnoozed} {
		list = append(list, FixedQuery{query, []any{1, correctChunk}})
	}
	return list
}
