package cache

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dateline/cache/db"
	"dateline/cache/search"
)

// Vacuum makes the file as small as possible by writing it again. It needs free space
// of the same size, and keeps other processes from writing.
func (s *Store) Vacuum(ctx context.Context) error {
	const op = "vacuum the database"
	if err := s.Replaced(); err != nil {
		return WrapError(ctx, op, err)
	}
	if err := search.Optimize(ctx, s.writer); err != nil {
		return WrapError(ctx, op, err)
	}
	for _, query := range []string{`VACUUM`, `PRAGMA wal_checkpoint(TRUNCATE)`} {
		if _, err := s.writer.ExecContext(ctx, query); err != nil {
			return WrapError(ctx, op, err)
		}
	}
	return nil
}

// ReleaseMemory releases the memory of cached pages. SQLite reads them again when it needs
// them.
func (s *Store) ReleaseMemory(ctx context.Context) {
	_, _ = s.writer.ExecContext(ctx, `PRAGMA shrink_memory`) // if it fails, the memory stays in use
}

// vacuumPages is the number of free pages that one step of [Store.Maintain] gives
// back.
const vacuumPages = 256

// Maintain does the housekeeping for a moment without other work. It corrects dates of
// a wrong clock, removes items that retention does not keep, gives free pages back to
// the system, empties the write-ahead log and updates the statistics of the indexes.
//
// It works in short steps. If ctx ends, it stops after a step. A step that another
// process blocks is left for the next time and is not an error.
func (s *Store) Maintain(ctx context.Context) error {
	if err := s.maintain(ctx); !errors.Is(err, ErrLocked) {
		return err
	}
	return nil
}

func (s *Store) maintain(ctx context.Context) error {
	const op = "maintain the database"
	if err := s.Replaced(); err != nil {
		return WrapError(ctx, op, err)
	}
	if err := s.correctFutureTimes(ctx); err != nil {
		return WrapError(ctx, op, err)
	}
	present, err := s.certainTime(ctx)
	if err != nil {
		return err
	}
	if _, err := s.Retain(ctx, present); err != nil {
		return err
	}
	for before := -1; ; {
		var free int
		if err := s.writer.QueryRowContext(ctx, `PRAGMA freelist_count`).Scan(&free); err != nil {
			return WrapError(ctx, op, err)
		}
		if free == 0 || free == before {
			break
		}
		before = free
		if err := s.Replaced(); err != nil {
			return WrapError(ctx, op, err)
		}
		if _, err := s.writer.ExecContext(ctx, fmt.Sprintf(`PRAGMA incremental_vacuum(%d)`, vacuumPages)); err != nil {
			return WrapError(ctx, op, err)
		}
	}
	if _, err := s.writer.ExecContext(ctx, `PRAGMA optimize`); err != nil {
		return WrapError(ctx, op, err)
	}
	return WrapError(ctx, op, s.checkpoint(ctx))
}

// maxWAL is the size, in bytes, from which the write-ahead log is emptied even if
// readers have to wait. SQLite does it by itself only when nobody reads from the log,
// which may never happen during a large refresh.
const maxWAL = 32 << 20

// walTimeout is how long emptying the log waits for readers, while new readers wait
// for it.
const walTimeout = 250 * time.Millisecond

// limitWAL empties a log that is too large. If readers or another process prevent it,
// a later write tries again.
func (s *Store) limitWAL(ctx context.Context) {
	if db.FileSize(s.path+"-wal") < maxWAL || s.walWrites.Add(1)%walRetryWrites != 1 {
		return
	}
	s.checkpoint(ctx)
}

// walRetryWrites is the number of writes between two attempts to empty a log that is too
// large, so that not every write waits.
const walRetryWrites = 8

// checkpoint copies the log to the file and truncates it, if all readers of the log
// finish soon. It takes all read connections of this store first. Otherwise its
// readers could take turns and use the log forever.
func (s *Store) checkpoint(ctx context.Context) error {
	if err := s.Replaced(); err != nil {
		return err
	}
	soon, cancel := context.WithTimeout(ctx, walTimeout)
	defer cancel()
	for range readerConns {
		reader, err := s.readers.Conn(soon)
		if err != nil {
			return ctx.Err()
		}
		defer reader.Close()
	}
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := setBusyTimeout(ctx, conn, walTimeout); err != nil {
		return err
	}
	defer setBusyTimeout(context.WithoutCancel(ctx), conn, db.LockTimeout)
	_, err = conn.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return err
}
