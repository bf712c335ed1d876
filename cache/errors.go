package cache

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// What can go wrong with the file. Each is a sentence that ends in a way out
// and is wrapped with what was op; ask for it with [errors.Is].
var (
	ErrFull     = errors.New("the disk is full: make room, nothing that was saved is lost")
	ErrReadOnly = errors.New("the cache cannot be written: check the permissions of the file and its directory, or name another one with --db")
	ErrCorrupt  = errors.New("the cache is damaged: close dateline wherever it runs and run `dateline doctor --repair`, which saves what can be read and keeps the old file")
	ErrForeign  = errors.New("the file is not a cache of dateline, or its beginning is destroyed: name another one with --db, or move it away")
	ErrOutdated = errors.New("the database was written by an older, unreleased dateline: start the reader or run any command, which takes it over")
	ErrNewer    = errors.New("the cache was written by a newer dateline: install that version, or name another file with --db")
	ErrLocked   = errors.New("another program keeps the cache locked: close it and try again")
	ErrOpen     = errors.New("the cache cannot be opened: check that the directory exists and can be written, or name another file with --db")
	ErrIO       = errors.New("the disk reports an error: check it, then run `dateline doctor`")
)

// What a caller asked for and the cache does not have.
var (
	ErrNotFound      = errors.New("no such item in the cache: list the items to see their numbers")
	ErrNoFeed        = errors.New("no such feed in the cache: list the feeds to see their addresses")
	ErrNothingToUndo = errors.New("nothing to undo")
	ErrNothingToRedo = errors.New("nothing to redo")
)

// WrapError turns what the driver says into the errors above, once, with what was
// op. The end of ctx is told as ctx tells it, not as an interrupted query or
// as the end of the transaction.
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

// meaning is the error behind a result code, extended or not; nil when the
// code says nothing a reader could act on.
func meaning(code int) error {
	if code == lib.SQLITE_IOERR_SHMSIZE {
		return ErrFull // the file that the processes share could not be given its size
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
