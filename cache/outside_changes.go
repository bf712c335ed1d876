package cache

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"dateline/cache/db"
	"dateline/feed"
)

// Replaced returns an [ErrReplaced] with what happened if another program has removed,
// renamed, replaced or overwritten the file; nil if not. Then nothing more is written to
// the file or to what is in its place, and the log goes out of the way of what is there.
// That holds until the store is opened again.
func (s *Store) Replaced() error {
	err := s.look()
	if err != nil {
		giveUp(s, err)
	}
	return err
}

// Notice returns a message for the user about what was done when the file was opened; empty
// if there is none.
func (s *Store) Notice() string {
	var notices []string
	if s.logAside != "" {
		notices = append(notices, "the log beside the database was of another database, or of another state of it, and is kept as "+s.logAside)
	}
	if s.shared {
		notices = append(notices, "the database belongs to another user and is not private: choose another file with --db, or change its mode")
	}
	return strings.Join(notices, "; ")
}

// look is Replaced, but leaves the log where it is.
func (s *Store) look() error {
	if s.original == nil {
		return nil
	}
	if err := s.original.Look(); err != nil {
		return fmt.Errorf("%s: %w: %w", s.path, err, ErrReplaced)
	}
	return nil
}

// giveUp takes the log out of the way, once. A file that was renamed, or whose log was
// removed, first gets what is in its log. A log cannot be copied into a file with another
// content.
//
// A log stays if another process already uses it for the file, or if the database in the file
// was restored by means of SQLite. What is left of a log that was cut off stays if the file
// has no more of it. The log of a file that was cut off stays, too: it belongs to what is
// left, and [rescue.Salvage] reads it.
func giveUp(s *Store, why error) {
	s.given.Do(func() {
		moved := errors.Is(why, db.ErrGone) || errors.Is(why, db.ErrOther)
		switch {
		case errors.Is(why, db.ErrLink): // the file and its log are where they were
		case errors.Is(why, db.ErrLog) && !s.original.LogIsGone():
		case (moved || errors.Is(why, db.ErrLog)) && copyLog(context.Background(), s.writer):
			s.original.RemoveLog()
		case errors.Is(why, db.ErrRestore), errors.Is(why, db.ErrContent) && s.writer != nil && s.original.HasCount(currentCount(s.writer)):
		case errors.Is(why, db.ErrLogCut) && s.original.LogCanStay():
		case errors.Is(why, db.ErrCut) && db.FileSize(s.path) >= db.HeaderSize:
		default:
			s.original.SetLogAside(s.now())
		}
	})
}

// copyLog copies the log into a file that may have been renamed, and empties it. It
// reports whether that was done.
func copyLog(ctx context.Context, writer *sql.DB) bool {
	if writer == nil {
		return false
	}
	conn, err := writer.Conn(ctx)
	if err != nil {
		return false
	}
	defer conn.Close()
	if setBusyTimeout(ctx, conn, time.Second) != nil {
		return false
	}
	defer setBusyTimeout(ctx, conn, db.LockTimeout)
	var busy, frames, copied int
	err = conn.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &frames, &copied)
	return err == nil && busy == 0
}

// inOriginal runs f in a transaction of the writer, and counts the transaction in the file.
// It looks at the file before and after f. The count tells databases from each other, and
// says to which state of a database a log belongs; see [db.SetForeignLogAside].
func (s *Store) inOriginal(ctx context.Context, tx *sql.Tx, f func(tx *sql.Tx) error) error {
	// Without a part of its log SQLite would read anything.
	if err := s.look(); err != nil {
		return err
	}
	if err := canWrite(ctx, tx, s.ReadOnly()); err != nil {
		return err
	}
	writes, err := writeCount(ctx, tx)
	if err != nil {
		return err
	}
	if s.original.Follow(writes) != nil {
		return s.look()
	}
	if writes == 0 {
		writes = rand.Uint32() & db.WritesMask
	}
	writes = max(1, (writes+1)&db.WritesMask)
	// The first pragma also sets the size of the connection's cache.
	cache, err := db.Integers(ctx, tx, db.SQL(`PRAGMA cache_size`))
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA default_cache_size = %d; PRAGMA cache_size = %d`, writes, cache[0])); err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return err
	}
	return s.look()
}

// canWrite returns why the connection of a transaction cannot write, nil if it can. why is
// why the store was read-only last. A connection that was opened on a full disk may read the
// file without its log, and so an earlier count of writes.
func canWrite(ctx context.Context, tx *sql.Tx, why error) error {
	if why == nil {
		return nil
	}
	only, err := db.Integers(ctx, tx, db.SQL(`PRAGMA query_only`))
	if err != nil || only[0] == 0 {
		return err
	}
	return why
}

// currentCount is writeCount; 0 if the count cannot be read.
func currentCount(writer *sql.DB) uint32 {
	n, _ := writeCount(context.Background(), writer)
	return n
}

// writeCount returns the count of writes in the database; 0 if it has none yet.
func writeCount(ctx context.Context, q db.Querier) (uint32, error) {
	n, err := db.Integers(ctx, q, db.SQL(`PRAGMA default_cache_size`))
	if err != nil || len(n) == 0 {
		return 0, err
	}
	return uint32(max(n[0], 0)), nil // without a count it is SQLite's own default, which is negative
}

const (
	// changesDelay is the time between the first write of another process and the
	// check. Writes that follow each other quickly, such as those of a refresh, are
	// reported together.
	changesDelay = 150 * time.Millisecond
	// changesRetry is the time until the next check after one that failed because a
	// write was running.
	changesRetry = time.Second
)

// Changes returns a channel that receives a value within a second after another
// process has changed the database, or removed or replaced its file. The channel is
// closed when ctx ends.
//
// Changes watches the directory for writes to the database and its log, so nothing
// wakes up while nobody writes. If the system cannot watch the directory, now or
// later, the channel stays silent. So a caller should also check [Store.Version] from
// time to time.
func (s *Store) Changes(ctx context.Context) (<-chan struct{}, error) {
	const op = "watch the database"
	version, err := s.Version(ctx)
	if err != nil {
		return nil, err
	}
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, WrapError(ctx, op, err)
	}
	// The log may not exist yet, and the last process that closes removes it. So the
	// directory is watched. Events name files by the path of the directory given here.
	dir, err := filepath.EvalSymlinks(filepath.Dir(s.path))
	if err == nil {
		err = watcher.Add(dir)
	}
	link := ""
	if s.named != s.path {
		// If the link cannot be watched, the next write finds that it has changed.
		if linkDir, err := filepath.EvalSymlinks(filepath.Dir(s.named)); err == nil && watcher.Add(linkDir) == nil {
			link = filepath.Join(linkDir, filepath.Base(s.named))
		}
	}
	if err != nil {
		watcher.Close()
		return nil, WrapError(ctx, op, err)
	}
	w := changeWatcher{store: s, dir: dir, link: link, watcher: watcher, version: version, changed: make(chan struct{}, 1)}
	go func() {
		defer close(w.changed)
		defer watcher.Close()
		// After a panic the caller's own checks of Version remain.
		feed.Recover("watching the database", nil, func() { w.run(ctx) })
	}()
	return w.changed, nil
}

// changeWatcher reports the writes of other processes, but not those of its own store.
type changeWatcher struct {
	store *Store
	// dir is the directory of the database, as it is watched.
	dir string
	// link is the symbolic link to the database, as it is watched; empty if there is
	// none.
	link    string
	watcher *fsnotify.Watcher
	// version is [Store.Version] at the last check.
	version int64
	changed chan struct{}
}

// run checks for changes until ctx ends or the system stops reporting writes.
func (w *changeWatcher) run(ctx context.Context) {
	name := filepath.Base(w.store.path)
	look := time.NewTimer(0)
	look.Stop()
	waiting := false
	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-w.watcher.Events:
			if !ok {
				return
			}
			base := filepath.Base(e.Name)
			gone := e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename)
			if (base == name || e.Name == w.dir || e.Name == w.link || gone && strings.HasPrefix(base, name)) && w.store.Replaced() != nil {
				w.look(ctx)
			}
			if base != name && base != name+"-wal" || waiting {
				continue
			}
			waiting = true
			look.Reset(changesDelay)
		case err, ok := <-w.watcher.Errors:
			if !ok {
				return
			}
			// Events were lost. One of them may have been a change.
			if err != nil && !waiting {
				waiting = true
				look.Reset(changesDelay)
			}
		case <-look.C:
			waiting = false
			if !w.look(ctx) {
				waiting = true
				look.Reset(changesRetry)
			}
		}
	}
}

// look sends to the channel if another process has changed the database. It reports
// whether the version could be read.
func (w *changeWatcher) look(ctx context.Context) bool {
	version := w.version
	if w.store.Replaced() == nil {
		var err error
		if version, err = w.store.Version(ctx); err != nil {
			return ctx.Err() != nil
		}
		if version == w.version {
			return true
		}
	}
	w.version = version
	select {
	case w.changed <- struct{}{}:
	default: // the caller has not received the last one yet
	}
	return true
}
