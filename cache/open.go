// Package cache stores what was fetched and what the user did, in one SQLite file
// that any number of dateline processes share. Only this package and those below
// its directory use SQL.
//
// Start at [Open]. [Store.Save] stores what polling brought, [Store.After] and
// [Store.Before] return windows of a [View], and [Store.Apply] stores what the user
// did. [Store.Changes] reports what other processes write.
//
// The file has one writer, and readers beside it. Of two marks the newest wins, in
// whatever order they arrive.
//
// Never name a column of the user's marks in the upsert of an item: a document of a
// publisher must not overwrite a mark.
//
// Package search below this one finds the items of a view. Package rescue above it
// writes backups, repairs databases and converts older ones.
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
	"dateline/feed"
	"dateline/feed/query"
)

// Options are the options of [Open].
type Options struct {
	// Now returns the current time. Its Location is the time zone of the user. If nil,
	// it is [time.Now].
	Now func() time.Time
}

// Store is an open database. Its methods may be called from several goroutines.
//
// If ctx ends, a method returns early and has changed nothing. The methods that work
// in several transactions say so; they keep what the finished transactions changed.
type Store struct {
	path string
	// named is the path that was given to Open. It may be a symbolic link to path.
	named string
	now   func() time.Time
	// writer has one connection. It also runs PRAGMA data_version, which counts only
	// the changes of other connections, so that writes of this store do not change
	// [Store.Version].
	writer  *sql.DB
	readers *sql.DB
	bodyCodec
	// markChunk is the number of items that one transaction marks. It is bounded so
	// that another mark does not wait long.
	markChunk int
	// index answers the queries of views.
	index *search.Index
	// original tells whether the file is still the one that was opened. given is done
	// once, when it is not.
	original *db.Original
	given    sync.Once
	// logAside is the new name of a log that belonged to another file; empty if there
	// was none.
	logAside string
	// shared reports whether other users can read or write the file, and this one cannot
	// change that.
	shared bool
	// readOnly is why the file could not be written at the last try; nil if it could.
	readOnly atomic.Pointer[error]
	// walWrites counts the writes that found the write-ahead log too large.
	walWrites atomic.Int64
	// statements holds prepared statements by their text.
	statements sync.Map
	// listPrefetch and screenPrefetch hold what [Store.Prefetch] reads. The first
	// write drops screenPrefetch.
	listPrefetch   atomic.Pointer[prefetched[string]]
	screenPrefetch atomic.Pointer[prefetched[firstScreen]]
	// endPrefetch ends the prefetch. It is nil if there was none.
	endPrefetch func()
	// rules are the rules of [Store.SetRules].
	rules atomic.Pointer[[]query.Rule]
}

// readerConns is the number of queries that can run at the same time: a list, a search
// that the next one replaces, and an article or the counts.
const readerConns = 3

// Open opens the database at path, or creates it: the directory with mode 0700, the
// file with 0600. It reads little of an existing file, whatever its size.
//
// If the file cannot be written now, it is opened for reading; see [Store.ReadOnly]. A
// database of an older version is [ErrOutdated]; package rescue converts it. A database
// of a newer version is [ErrNewer].
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	op, named := "open "+path, path
	path = db.ResolveLink(path)
	s := &Store{path: path, named: named, now: o.Now, bodyCodec: bodyCodec{sync.OnceValue(newEncoder), sync.OnceValue(newDecoder), &shownItems{}}, markChunk: 10_000}
	if err := s.create(); err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	if err := s.connectWithRetry(ctx); err != nil {
		s.Close()
		return nil, orDamaged(path, s.explainReadOnly(op, WrapError(ctx, op, err)))
	}
	return s, nil
}

// setBusyTimeout sets how long a query of the connection waits for other processes.
func setBusyTimeout(ctx context.Context, conn *sql.Conn, patience time.Duration) error {
	_, err := conn.ExecContext(ctx, fmt.Sprintf(`PRAGMA busy_timeout = %d`, patience.Milliseconds()))
	return err
}

// WaitForOthers sets how long a write waits for other processes; at first it is
// [db.LockTimeout]. If ctx ends or a write runs until then, nothing changes.
func (s *Store) WaitForOthers(ctx context.Context, patience time.Duration) {
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return
	}
	defer conn.Close()
	_ = setBusyTimeout(ctx, conn, patience) // if it fails, the write waits longer
}

// connectWithRetry connects, and tries again as long as the file is locked. Two
// processes that switch a new file to WAL at the same time would wait for each other
// forever. So SQLite fails one of them at once, whatever its timeout.
func (s *Store) connectWithRetry(ctx context.Context) error {
	patience := time.After(db.LockTimeout)
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
	if err = db.CheckLogFiles(s.path); err != nil {
		return err
	}
	if s.logAside, err = db.SetForeignLogAside(s.path, s.now()); err != nil {
		return err
	}
	if s.original, err = db.OpenOriginal(s.path, s.named); err != nil {
		return fileError(err)
	}
	// Both limits of the log are 16 MB. Every transaction of a refresh writes the same
	// pages of the indexes. With a large log SQLite copies them to the file less often.
	settings := []string{"journal_mode(wal)", "synchronous(normal)", "foreign_keys(1)", "temp_store(memory)", "cache_size(-8000)",
		"journal_size_limit(16777216)", "wal_autocheckpoint(4000)"}
	if db.FileSize(s.path) == 0 {
		// Only for a new file. In an existing one SQLite would write the setting again and
		// wait for the disk, and every other process would see a change.
		settings = append([]string{"auto_vacuum(incremental)"}, settings...)
	}
	if s.writer, err = s.openPool(1, "_txlock=immediate&"+db.Pragmas(settings...)); err != nil {
		return err
	}
	if err = prepareSchema(ctx, s.writer, marked); err != nil {
		return err
	}
	// Reading user_version makes a connection that cannot read fail when it is opened.
	if s.readers, err = s.openPool(readerConns, db.Pragmas("query_only(1)", "temp_store(memory)", "cache_size(-2000)", "user_version")); err != nil {
		return err
	}
	s.index = search.New(s.readers, s.write, texts{s}, s.now)
	writes, err := writeCount(ctx, s.readers)
	if err != nil {
		return err
	}
	if err := s.original.Follow(writes); err != nil {
		return err
	}
	return s.look()
}

// Close ends all queries and closes the file. A Store that [Open] could not open
// completely can be closed, too. If another program has changed the file, it stays open
// until the process ends: SQLite would copy its log into the file.
func (s *Store) Close() error {
	if s.endPrefetch != nil {
		s.endPrefetch()
	}
	if s.Replaced() != nil {
		return nil
	}
	var errs []error
	for _, db := range []*sql.DB{s.readers, s.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.original != nil {
		errs = append(errs, s.original.Close())
		s.original = nil
	}
	return errors.Join(errs...)
}

// Path returns the path of the file.
func (s *Store) Path() string { return s.path }

// write runs f in one transaction of the writer. The transaction takes the write lock
// at its start. So it never fails halfway because another process wrote meanwhile.
func (s *Store) write(ctx context.Context, op string, f func(tx *sql.Tx) error) error {
	return s.noteWrite(op, s.transact(ctx, op, f))
}

func (s *Store) transact(ctx context.Context, op string, f func(tx *sql.Tx) error) error {
	defer s.screenPrefetch.Store(nil)
	if err := s.look(); err != nil {
		return WrapError(ctx, op, err)
	}
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return WrapError(ctx, op, err)
	}
	defer tx.Rollback() // after an error or a panic; does nothing after a commit
	if err := s.inOriginal(ctx, tx, f); err != nil {
		return WrapError(ctx, op, err)
	}
	err = tx.Commit()
	s.limitWAL(ctx)
	return WrapError(ctx, op, err)
}

// Version returns a number that changes when another process has changed the file.
// Writes of this store do not change it. Version takes some microseconds, but waits
// while a write is running.
func (s *Store) Version(ctx context.Context) (int64, error) {
	var v int64
	err := s.writer.QueryRowContext(ctx, "PRAGMA data_version").Scan(&v)
	return v, WrapError(ctx, "check for changes of the database", err)
}

// Internals is the part of a [Store] that package rescue and the tests below this
// directory need besides the exported methods. All other packages use the methods of
// Store.
type Internals struct{ s *Store }

// Internals returns access to the file behind the store.
func (s *Store) Internals() Internals { return Internals{s} }

// Readers returns the connections for reading.
func (i Internals) Readers() *sql.DB { return i.s.readers }

// Writer returns the only connection for writing. Use it for statements that cannot
// run in a transaction, and [Internals.Write] for all others.
func (i Internals) Writer() *sql.DB { return i.s.writer }

// Write runs f in one transaction of the writer. op names the operation in errors.
func (i Internals) Write(ctx context.Context, op string, f func(tx *sql.Tx) error) error {
	return i.s.write(ctx, op, f)
}

// Named returns the path that was given to [Open], which may be a symbolic link.
func (i Internals) Named() string { return i.s.named }

// Now returns the time by the store's clock.
func (i Internals) Now() time.Time { return i.s.now() }

// Present returns the time up to which marks of a copy of the database can have been made,
// by this computer's clock and the clocks of the servers.
func (i Internals) Present(ctx context.Context) (time.Time, error) { return i.s.present(ctx) }

// Index returns the index that answers the queries of views.
func (i Internals) Index() *search.Index { return i.s.index }

// RepairCounts counts the items of each feed again and returns the URLs of the feeds
// whose counts were wrong.
func (i Internals) RepairCounts(ctx context.Context) (wrong []string, err error) {
	return i.s.repairCounts(ctx)
}

// ApplyPendingMarks applies the pending marks of all items that are in the database. It
// returns how many of them changed an item, and how many marks are still pending.
func (i Internals) ApplyPendingMarks(ctx context.Context) (changed, left int, err error) {
	return i.s.applyPendingMarks(ctx)
}

// TakeMark makes a mark that was made elsewhere, such as at a server, in a transaction of
// [Internals.Write]. It is no step of undo. It holds for the whole stories of the items, and
// a later mark stays. It returns how many items changed.
func (i Internals) TakeMark(ctx context.Context, tx *sql.Tx, m feed.Mark) (n int, err error) {
	return takeMark(ctx, tx, m, i.s.now())
}

// Identity returns what identifies an item with this key in its feed.
func (i Internals) Identity(key string) int64 { return hash(key) }

// ApplyMarksOf applies the pending marks of some items of a feed in a transaction, given by
// their identities. It returns how many of them changed an item. Marks of items that are not
// in the database stay pending.
func (i Internals) ApplyMarksOf(ctx context.Context, tx *sql.Tx, feed int64, identities []int64) (changed int, err error) {
	return pendingMarks{ctx, tx, feed, db.JSONIntegers(identities)}.applyAndCount()
}

// AddToCounters adds to the counters of a feed, whose items a transaction changed.
func (i Internals) AddToCounters(ctx context.Context, tx *sql.Tx, feed int64, n Counters) error {
	return n.addTo(ctx, tx, feed)
}

// SetMarkChunk sets how many items are marked in one transaction. Tests make it small.
func (i Internals) SetMarkChunk(n int) { i.s.markChunk = n }

// Decompresses reports whether a stored body can be read.
func (i Internals) Decompresses(body []byte) bool {
	_, err := i.s.decompress(body)
	return err == nil
}
