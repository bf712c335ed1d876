package cache

import (
	"context"
	"time"

	"dateline/cache/db"
)

// maxLog is how large the write-ahead log may grow before readers wait for it.
// SQLite starts it anew only at a moment when nobody reads what is in it, which
// in the course of a large refresh may never come by itself.
const maxLog = 32 << 20

// logPatience is how long a writer waits for the readers of the log, and new
// ones for it.
const logPatience = 250 * time.Millisecond

// boundLog starts the log anew where it has become too large. That readers, or
// another process, keep it from that is no error: the next write tries again.
func (s *Store) boundLog(ctx context.Context) {
	if db.FileSize(s.path+"-wal") < maxLog || s.logTried.Add(1)%logEvery != 1 {
		return
	}
	s.emptyLog(ctx)
}

// logEvery is how many writes pass between two attempts at a log that is too
// large, lest each of them waits.
const logEvery = 8

// emptyLog copies the log to the file and cuts it, if all who read it come to
// an end soon. Those of this process then wait in line: taking turns they could
// keep the log in use for ever.
func (s *Store) emptyLog(ctx context.Context) error {
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
