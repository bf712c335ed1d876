// Package folder syncs a database with those of other computers through a folder that some
// other program copies between them, such as Syncthing, Dropbox, iCloud or git. It decides
// what the files of the folder say, and what becomes of the files of others.
//
// Start at [Sync]. Each database has an ID of its own and writes two files, which only it
// writes: its marks (write_marks.go) and its subscriptions (subscription_files.go). It reads
// the files of the other databases (read_marks.go). Of marks and subscriptions the newest
// wins, see [Merge] for the latter. The format is described in docs/decisions/folder.md.
//
// Never trust a file of the folder: another program may copy it while it is written, and
// anybody may put anything there. Never take what is missing for removed.
package folder

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"dateline/cache"
	"dateline/cache/db"
	"dateline/feed"
)

// Result is what [Sync] did.
type Result struct {
	// Changes are the changes of other computers that the caller makes in the
	// configuration. A change that it does not make is in the next result again.
	Changes
	// Taken counts the marks of other computers that changed an item, Waiting those marks that
	// were read and whose items are not here yet. Sent counts the marks that were written.
	Taken, Waiting, Sent int
	// Away is set if the folder cannot be used now. Then marks and subscriptions wait.
	Away bool
	// Problems are user messages. Each is returned once, until it is mended.
	Problems []string
}

// round is one [Sync].
type round struct {
	ctx     context.Context
	store   *cache.Store
	dir     string
	now     time.Time
	present time.Time
	// own is what is known about the files of this database.
	own ownFiles
	// files are the files of the folder by their names.
	files map[string]fs.FileInfo
	// problems are user messages under a key that is the same as long as the problem is.
	problems map[string]string
	result   Result
}

// Sync exchanges marks and subscriptions with the other computers that use the folder dir. If
// it is used for the first time, Sync creates it. subs are the subscriptions of the
// configuration; local feeds with an http or https address are synced. now is the time of
// changes of the subscriptions that Sync notices.
//
// An error is one of the database, or of ctx. Sync works in several transactions, and may be
// called again after an error. Two processes with the same database sync one after the other.
func Sync(ctx context.Context, s *cache.Store, dir string, subs []feed.Subscription, now time.Time) (Result, error) {
	const op = "sync with the folder"
	if err := s.ReadOnly(); err != nil {
		return Result{}, fmt.Errorf("%s: %w", op, err)
	}
	unlock, err := lock(ctx, s)
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", op, err)
	}
	defer unlock()
	r := &round{ctx: ctx, store: s, dir: dir, now: now.UTC(), problems: map[string]string{}}
	if r.present, err = s.Internals().Present(ctx); err != nil {
		return Result{}, err
	}
	if err = r.run(subs); err == nil {
		err = r.noteTime()
	}
	if why := folderProblem(dir, err); why != "" {
		r.problems["folder"], r.result.Away, err = why, true, nil
	}
	if err != nil {
		return r.result, cache.WrapError(ctx, op, err)
	}
	return r.result, cache.WrapError(ctx, op, r.tell())
}

// lock waits until no other process syncs the database, or until ctx ends: a first sync with a
// large folder takes minutes.
func lock(ctx context.Context, s *cache.Store) (unlock func(), err error) {
	path := s.Path() + ".folder-lock"
	type result struct {
		unlock func()
		err    error
	}
	locked := make(chan result)
	go func() {
		release, err := db.LockFile(path)
		unlock := func() {
			_ = os.Remove(path)
			release()
		}
		select {
		case locked <- result{unlock, err}:
		case <-ctx.Done():
			if err == nil {
				unlock()
			}
		}
	}()
	select {
	case r := <-locked:
		return r.unlock, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (r *round) run(subs []feed.Subscription) error {
	if err := watchMarks(r.ctx, r.store); err != nil {
		return err
	}
	if err := r.open(); err != nil {
		return errors.Join(err, limitChanges(r.ctx, r.store))
	}
	if err := r.loadOwn(); err != nil {
		return err
	}
	others := r.others()
	for _, o := range others {
		if err := r.readMarks(o); err != nil {
			return err
		}
	}
	// Who cannot write, because the disk is full, still gets the subscriptions of the others.
	wrote := r.writeMarks()
	if wrote != nil && !errors.As(wrote, new(awayError)) {
		return wrote
	}
	if err := r.syncSubscriptions(subs, others); err != nil {
		return err
	}
	return wrote
}

// dirSetting holds the folder that was used last.
const dirSetting = "folder.dir"

// open lists the folder. It creates the folder only before its first use: later it may be on
// a disk that is away, and another folder at its place would be lost below that disk. The
// folder around it must be there: no program copies the folder of a misspelled path.
func (r *round) open() error {
	used, err := r.store.Setting(r.ctx, dirSetting)
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(r.dir)
	if errors.Is(err, fs.ErrNotExist) && used != r.dir {
		if err = os.Mkdir(r.dir, 0o700); err == nil {
			entries, err = os.ReadDir(r.dir)
		}
	}
	if err != nil {
		return awayError{err}
	}
	r.files = map[string]fs.FileInfo{}
	for _, e := range entries {
		if info, err := e.Info(); err == nil { // else it was removed meanwhile
			r.files[e.Name()] = info
		}
	}
	if used != r.dir {
		return r.save(dirSetting, r.dir)
	}
	return nil
}

// save stores a setting.
func (r *round) save(key, value string) error {
	return r.store.Internals().Write(r.ctx, "save the state of the sync folder", func(tx *sql.Tx) error {
		return putSetting(r.ctx, tx, key, value)
	})
}

func putSetting(ctx context.Context, tx *sql.Tx, key, value string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	return err
}

// awayError is an error of the folder, not of the database.
type awayError struct{ error }

func (e awayError) Unwrap() error { return e.error }

// folderProblem returns the user message about an error of the folder; empty if err is none.
func folderProblem(dir string, err error) string {
	var away awayError
	if !errors.As(err, &away) {
		return ""
	}
	what := "cannot be used: " + reason(away.error) + "; make it possible to read and write it"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		what = "is not there: mount or create it, or correct its path in [sync]"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		what = "is full: free some space on its disk"
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		what = "cannot be read and written: make it writable for you"
	case errors.Is(err, syscall.ENOTDIR):
		what = "is not a directory: set another folder in the section [sync] of the configuration"
	}
	return "the sync folder " + short(dir) + " " + what + "; your marks wait"
}

// reason returns the reason of an error of a file without its path.
func reason(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}
