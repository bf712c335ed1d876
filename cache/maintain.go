package cache

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dateline/cache/db"
	"dateline/cache/search"
)

// Vacuum rewrites the whole file as small as it can be; it needs as much room
// again meanwhile and keeps other processes from writing.
func (s *Store) Vacuum(ctx context.Context) error {
	const op = "vacuum the cache"
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

// Shrink gives back the memory in which pages are kept that were written; they
// are read again when they are needed.
func (s *Store) Shrink(ctx context.Context) {
	_, _ = s.writer.ExecContext(ctx, `PRAGMA shrink_memory`) // or they stay
}

// vacuumPages is how many free pages one slice of Maintain gives back.
const vacuumPages = 256

// Maintain is for moments when nothing else is going on: it puts right what a
// wrong clock dated, removes what is not kept, gives free pages back in short slices, empties the write-ahead log
// and looks after the statistics of the indexes. It stops between two slices
// when ctx ends. What another process holds up is left for another time and is
// no error.
func (s *Store) Maintain(ctx context.Context) error {
	if err := s.maintain(ctx); !errors.Is(err, ErrLocked) {
		return err
	}
	return nil
}

func (s *Store) maintain(ctx context.Context) error {
	const op = "tidy up the cache"
	if err := s.correctFutureTimes(ctx); err != nil {
		return WrapError(ctx, op, err)
	}
	present, err := s.reachedTime(ctx)
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
		if _, err := s.writer.ExecContext(ctx, fmt.Sprintf(`PRAGMA incremental_vacuum(%d)`, vacuumPages)); err != nil {
			return WrapError(ctx, op, err)
		}
	}
	if _, err := s.writer.ExecContext(ctx, `PRAGMA optimize`); err != nil {
		return WrapError(ctx, op, err)
	}
	return WrapError(ctx, op, s.checkpoint(ctx))
}

// maxLog is how large the write-ahead log may grow before readers wait for it.
// SQLite starts it anew only at a moment when nobody reads what is in it, which
// in the course of a large refresh may never come by itself.
const maxLog = 32 << 20

// logPatience is how long a writer waits for the readers of the log, and new
// ones for it.
const logPatience = 250 * time.Millisecond

// limitWAL starts the log anew where it has become too large. That readers, or
// another process, keep it from that is no error: the next write tries again.
func (s *Store) limitWAL(ctx context.Context) {
	if db.FileSize(s.path+"-wal") < maxLog || s.logTried.Add(1)%logEvery != 1 {
		return
	}
	s.checkpoint(ctx)
}

// logEvery is how many writes pass between two attempts at a log that is too
// large, lest each of them waits.
const logEvery = 8

// checkpoint copies the log to the file and cuts it, if all who read it come to
// an end soon. Those of this process then wait in line: taking turns they could
// keep the log in use for ever.
func (s *Store) checkpoint(ctx context.Context) error {
	soon, cancel := context.WithTimeout(ctx, logPatience)
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
	if err := waitFor(ctx, conn, logPatience); err != nil {
		return err
	}
	defer waitFor(context.WithoutCancel(ctx), conn, db.LockPatience)
	_, err = conn.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return err
}
