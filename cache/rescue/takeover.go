package rescue

import (
	"context"
	"database/sql"
	"errors"

	"dateline/cache"
	"dateline/cache/db"
)

// TakeOver replaces the database of an older version at path by a new one with the
// same content. The old file is kept beside it. Other processes that start at the same
// time wait. If TakeOver fails or is killed, nothing is changed, and the next start
// tries again.
func TakeOver(ctx context.Context, path string, o cache.Options) (Replacement, error) {
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

// takeOverWhole fills a new file from the old one itself, and keeps older versions
// from writing to it meanwhile.
func takeOverWhole(ctx context.Context, path string, o cache.Options) (r Replacement, err error) {
	r.Outdated = true
	old, err := lockOld(ctx, path)
	if err != nil {
		return r, err
	}
	defer old.Close()
	f := filler{ctx: ctx, old: old, whole: true, r: &r}
	if err := f.run(path, o); err != nil {
		return r, err
	}
	// The last connection to close removes the log, which is empty.
	if err := old.Close(); err != nil {
		return r, err
	}
	if db.FileSize(path+"-wal") > 0 {
		discard(path + freshSuffix)
		return r, cache.ErrLocked
	}
	r.Old, err = swap(path, path+freshSuffix, "outdated", f.now())
	return r, err
}

// lockOld opens the file of an older version and takes its write lock, with an empty
// log. So if the process is killed while the files are renamed, each of them is
// complete.
func lockOld(ctx context.Context, path string) (*sql.DB, error) {
	old, err := db.Open(path, 1, db.Pragmas("cache_size(-8000)"))
	if err != nil {
		return nil, err
	}
	for range 3 {
		var busy, log, done int
		err = old.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &done)
		if err == nil {
			_, err = old.ExecContext(ctx, `BEGIN IMMEDIATE`)
		}
		if err != nil || db.FileSize(path+"-wal") == 0 {
			break
		}
		_, err = old.ExecContext(ctx, `ROLLBACK`)
		err = errors.Join(err, cache.ErrLocked)
	}
	if err != nil {
		old.Close()
		return nil, err
	}
	return old, nil
}
