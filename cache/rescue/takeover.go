package rescue

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"runtime"
	"time"

	"dateline/cache"
	"dateline/cache/db"
)

// TakeOver replaces the database of an older version at path by a new one with the
// same content. The old file is kept beside it. Other processes that start at the same
// time wait. If TakeOver fails or is killed, the old file keeps its name and its content,
// and the next start tries again.
func TakeOver(ctx context.Context, path string, o cache.Options) (Replacement, error) {
	path = db.ResolveLink(path)
	op := "convert " + path
	return replace(ctx, op, path, func() (r Replacement, err error) {
		if current, err := isCurrent(path); current || err != nil {
			return r, err // another process was faster
		}
		r, err = takeOverWhole(ctx, path, o)
		if errors.Is(cache.WrapError(ctx, op, err), cache.ErrCorrupt) {
			return salvageDamaged(ctx, path, o)
		}
		return r, err
	})
}

// takeOverWhole fills a new file from the old one itself, and keeps every other process
// from using the old one until the new one has its name.
func takeOverWhole(ctx context.Context, path string, o cache.Options) (r Replacement, err error) {
	r.Outdated = true
	old, err := lockOld(ctx, path, db.LockTimeout)
	if err != nil {
		return r, err
	}
	defer old.Close()
	f := filler{ctx: ctx, old: old, whole: true, r: &r}
	if err := f.run(path, o); err != nil {
		return r, err
	}
	if runtime.GOOS == "windows" {
		// Windows renames no open file. Elsewhere the lock holds until both have their names.
		if err := old.Close(); err != nil {
			return r, err
		}
	}
	r.Old, err = swap(path, path+freshSuffix, "outdated", f.now())
	return r, err
}

// inUseError is a lock that does not go away, because the program that has it is open.
type inUseError struct{}

func (inUseError) Error() string {
	return "an older version of dateline is using the database: close all its windows and commands, then start this one again"
}

func (inUseError) Unwrap() error { return cache.ErrLocked }

// lockOld opens the file of an older version for this process alone. If another process
// still has it open after patience, lockOld returns [inUseError]. That process would go on
// writing to the old file, and its marks would be lost.
//
// To find out, lockOld leaves WAL mode. SQLite does that only for the last connection, and
// empties the log (https://www.sqlite.org/wal.html#persistence_of_wal_mode). In exclusive
// locking mode the lock then stays until the connection is closed.
func lockOld(ctx context.Context, path string, patience time.Duration) (*sql.DB, error) {
	old, err := db.Open(path, 1, db.Pragmas("cache_size(-8000)", "locking_mode(exclusive)"))
	if err != nil {
		return nil, err
	}
	for end := time.Now().Add(patience); ; {
		var mode string
		err = old.QueryRowContext(ctx, `PRAGMA journal_mode = DELETE`).Scan(&mode)
		if err == nil && mode == "delete" {
			if _, err = old.ExecContext(ctx, `BEGIN EXCLUSIVE`); err == nil {
				return old, nil
			}
		}
		locked := err == nil || errors.Is(cache.WrapError(ctx, "", err), cache.ErrLocked)
		if locked && time.Now().After(end) {
			err = inUseError{}
		}
		if !locked || errors.Is(err, inUseError{}) || ctx.Err() != nil {
			return nil, errors.Join(cmp.Or(ctx.Err(), err), old.Close())
		}
		time.Sleep(lockRetry)
	}
}

// lockRetry is the time between two attempts to lock the old file.
const lockRetry = 50 * time.Millisecond
