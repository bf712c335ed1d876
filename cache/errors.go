package cache

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// Errors of the file. Each says what the user can do. They are wrapped with the name
// of the operation; test for them with [errors.Is].
var (
	ErrFull     = errors.New("the disk is full: free some space; saved data is safe")
	ErrReadOnly = errors.New("the database cannot be written: check the permissions of the file and its directory, or choose another file with --db")
	ErrCorrupt  = errors.New("the database is damaged: close all running dateline windows and commands and run `dateline doctor --repair`, which saves what can be read and keeps the old file")
	ErrForeign  = errors.New("this is not a dateline database, or its header is damaged: choose another file with --db, or move it away")
	ErrOutdated = errors.New("the database was written by an older, unreleased version of dateline: start dateline or run any command, which converts it")
	ErrNewer    = errors.New("the database was written by a newer version of dateline: install that version, or choose another file with --db")
	ErrLocked   = errors.New("another program keeps the database locked: close it and try again")
	ErrOpen     = errors.New("the database cannot be opened: check that the directory exists and can be written, or choose another file with --db")
	ErrReplaced = errors.New("another program changed the database while dateline had it open, so nothing more is written to it: quit and start dateline again")
	ErrIO       = errors.New("the disk reports an error: check it, then run `dateline doctor`")
)

// Errors about something that the database does not have.
var (
	ErrNotFound      = errors.New("no such item in the database: `dateline list` shows the IDs")
	ErrNoFeed        = errors.New("no such feed in the database: `dateline feeds` shows the URLs")
	ErrNothingToUndo = errors.New("nothing to undo")
	ErrNothingToRedo = errors.New("nothing to redo")
)

// WrapError turns errors of the driver into the errors of this package, wrapped with
// op, the name of the operation. If ctx has ended, the error is that of ctx, not that
// of an interrupted query or of an ended transaction. If err is nil, it returns nil.
func WrapError(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	var se *sqlite.Error
	coded := errors.As(err, &se)
	if coded && meaning(se.Code()) != nil {
		return fmt.Errorf("%s: %w", op, meaning(se.Code()))
	}
	if ctx.Err() != nil && (coded || errors.Is(err, sql.ErrTxDone)) {
		return fmt.Errorf("%s: %w", op, context.Cause(ctx))
	}
	return fmt.Errorf("%s: %w", op, err)
}

// meaning returns the error for a result code of SQLite, extended or not; nil if there
// is none that helps the user. See https://www.sqlite.org/rescode.html.
func meaning(code int) error {
	if code == lib.SQLITE_IOERR_SHMSIZE {
		return ErrFull // SQLite could not give the shared-memory file its size
	}
	switch code & 0xff {
	case lib.SQLITE_FULL:
		return ErrFull
	case lib.SQLITE_READONLY, lib.SQLITE_PERM:
		return ErrReadOnly
	case lib.SQLITE_CORRUPT:
		return ErrCorrupt
	case lib.SQLITE_NOTADB:
		return ErrForeign
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return ErrLocked
	case lib.SQLITE_CANTOPEN:
		return ErrOpen
	case lib.SQLITE_IOERR:
		return ErrIO
	}
	return nil
}
