// Package cache stores what was fetched and what the user did, in one SQLite file
// that any number of dateline processes share. Only this package and those below
// its directory use SQL.
//
// Start at [Open]. [Store.Save] stores what polling brought, [Store.After] and
// [Store.Before] return windows of a [View], and [Store.Apply] stores what the user
// did. [Store.Changes] reports what other processes write.
//
// The file has one writer, and readers beside it. The upsert of an item never names
// a column that holds the user's marks: nothing that a publisher says may overwrite
// a mark. Of two marks the newest wins, in whatever order they arrive.
//
// How a view is answered is in package search below. Backups, repair and the
// takeover of older databases are in package rescue above.
package cache

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"dateline/cache/db"
	"dateline/cache/search"
	"dateline/feed/query"
)

// Options are what a [Store] needs to be told.
type Options struct {
	// Now is the clock, and its Location the user's; nil means [time.Now].
	Now func() time.Time
}

// Store is an open cache. Its methods may be called from any goroutine; they
// end early when their context does, and then change nothing, but for those
// that work in several transactions and say so.
type Store struct {
	path string
	now  func() time.Time
	// writer has one connection, and data_version is counted by it: that makes
	// the changes of other processes stand out from our own.
	writer  *sql.DB
	readers *sql.DB
	bodyCodec
	// markSlice is how many items are marked in one transaction, so that another
	// mark never waits long for its turn.
	markSlice int
	// index answers views.
	index *search.Index
	// readOnly reports whether the file could not be written when last op.
	readOnly atomic.Pointer[error]
	// logTried counts the writes that found the log too large.
	logTried atomic.Int64
	// kept has prepared statements by their text.
	kept sync.Map
	// listPrefetch and screenPrefetch are what Prefetch reads; screenPrefetch is dropped
	// by the first write.
	listPrefetch   atomic.Pointer[prefetched[string]]
	screenPrefetch atomic.Pointer[prefetched[screen]]
	// endPrefetch ends the reading ahead; nil when there was none.
	endPrefetch func()
	// rules are those of SetRules.
	rules atomic.Pointer[[]query.Rule]
}

// readerConns is how many queries run side by side: a list, a search that is
// being replaced by the next one, and an article or the counts.
const readerConns = 3

// Open opens the database at path, or creates it (the directory 0700, the file
// 0600). It reads little of an existing file, whatever its size. If the file
// cannot be written at the moment it is opened for reading, see [Store.ReadOnly].
// A database of an older dateline is [ErrOutdated]; package rescue takes it over.
// One of a newer dateline is [ErrNewer].
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	op := "open " + path
	s := &Store{path: path, now: o.Now, bodyCodec: bodyCodec{sync.OnceValue(newEncoder), sync.OnceValue(newDecoder)}, markSlice: 10_000}
	if err := s.create(); err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	if err := s.connectPatiently(ctx); err != nil {
		s.Close()
		return nil, orDamaged(path, s.because(op, WrapError(ctx, op, err)))
	}
	return s, nil
}

// waitFor sets how long the queries of a connection wait for other processes.
func waitFor(ctx context.Context, conn *sql.Conn, patience time.Duration) error {
	_, err := conn.ExecContext(ctx, fmt.Sprintf(`PRAGMA busy_timeout = %d`, patience.Milliseconds()))
	return err
}

// connectPatiently connects again while the file is locked. Two processes that
// make one new file into a WAL at once would wait for each other for ever, so
// SQLite fails one of them at once instead of letting it wait.
func (s *Store) connectPatiently(ctx context.Context) error {
	patience := time.After(db.LockPatience)
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		err := s.connect(ctx)
		if !errors.Is(WrapError(ctx, "", err), ErrLocked) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-patience:
			return err
		case <-time.After(wait):
		}
		s.Close()
	}
}

func (s *Store) connect(ctx context.Context) (err error) {
	marked, err := s.inspect(ctx)
	if err != nil {
		return err
	}
	// Both bounds of the log are 16 MB: pages of indexes, which every transaction of
	// a refresh writes, are copied from it to the file once for many of them.
	settings := []string{"journal_mode(wal)", "synchronous(normal)", "foreign_keys(1)", "temp_store(memory)", "cache_size(-8000)",
		"journal_size_limit(16777216)", "wal_autocheckpoint(4000)"}
	if db.FileSize(s.path) == 0 {
		// In a file that has it SQLite would write it anew, wait for the disk and
		// have every other process look for what changed.
		settings = append([]string{"auto_vacuum(incremental)"}, settings...)
	}
	if s.writer, err = s.connections(1, "_txlock=immediate&"+db.Pragmas(settings...)); err != nil {
		return err
	}
	if err = prepareSchema(ctx, s.writer, marked); err != nil {
		return err
	}
	// user_version makes a connection that cannot read fail when it is opened.
	if s.readers, err = s.connections(readerConns, db.Pragmas("query_only(1)", "temp_store(memory)", "cache_size(-2000)", "user_version")); err != nil {
		return err
	}
	s.index = search.New(s.readers, s.write, texts{s}, s.now)
	return nil
}

// Close ends all queries and closes the file. A Store that failed to open
// halfway can be closed, too.
func (s *Store) Close() error {
	if s.endPrefetch != nil {
		s.endPrefetch()
	}
	var errs []error
	for _, db := range []*sql.DB{s.readers, s.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// Path is the file the store was opened with.
func (s *Store) Path() string { return s.path }

// write runs f in one transaction of the only writer. The transaction takes
// the file's write lock at its start, so it never fails halfway because
// another process wrote in between.
func (s *Store) write(ctx context.Context, op string, f func(tx *sql.Tx) error) error {
	return s.noteWrite(op, s.transact(ctx, op, f))
}

func (s *Store) transact(ctx context.Context, op string, f func(tx *sql.Tx) error) error {
	defer s.screenPrefetch.Store(nil)
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return WrapError(ctx, op, err)
	}
	defer tx.Rollback() // for errors and for panics; without a meaning once committed
	if err := f(tx); err != nil {
		return WrapError(ctx, op, err)
	}
	err = tx.Commit()
	s.limitWAL(ctx)
	return WrapError(ctx, op, err)
}

// writeDurably is write for what the user did: once it returns, not even a
// power cut takes that back. What feeds sent comes again, so write leaves it to
// the system when the disk has it.
func (s *Store) writeDurably(ctx context.Context, op string, f func(tx *sql.Tx) error) error {
	return s.noteWrite(op, s.transactDurably(ctx, op, f))
}

func (s *Store) transactDurably(ctx context.Context, op string, f func(tx *sql.Tx) error) error {
	defer s.screenPrefetch.Store(nil)
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return WrapError(ctx, op, err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `PRAGMA synchronous = FULL`); err != nil {
		return WrapError(ctx, op, err)
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), `PRAGMA synchronous = NORMAL`)
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return WrapError(ctx, op, err)
	}
	defer tx.Rollback()
	if err := f(tx); err != nil {
		return WrapError(ctx, op, err)
	}
	return WrapError(ctx, op, tx.Commit())
}

// Version changes when another process has changed the file; what this store
// writes does not show in it. It costs some microseconds, but waits while a
// write is under way.
func (s *Store) Version(ctx context.Context) (int64, error) {
	var v int64
	err := s.writer.QueryRowContext(ctx, "PRAGMA data_version").Scan(&v)
	return v, WrapError(ctx, "ask whether the cache changed", err)
}
