package cache

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"modernc.org/sqlite"

	"dateline/cache/db"
)

// connector opens connections to a file that may not be writable at the moment: in
// a directory that is read-only, or on a disk that is full, SQLite cannot even
// make the files it needs beside the database to read it. Then the file is read
// as it is, and each connection opened later tries the usual way first.
type connector struct {
	path                string
	usual, readOnlyConn driver.Connector
	// readOnly is why a connection had to read the file as it is.
	readOnly *atomic.Pointer[error]
}

// Connect implements [driver.Connector].
func (r connector) Connect(ctx context.Context) (driver.Conn, error) {
	// Beside a file that may only be read, SQLite would make files that may only
	// be read, too, and stay so.
	why := error(ErrReadOnly)
	err := r.writable()
	if err == nil || db.FileSize(r.path+"-wal") > 0 {
		var conn driver.Conn
		conn, err = r.usual.Connect(ctx)
		if why = writeError(WrapError(ctx, "", err)); why == nil {
			return conn, err
		}
	}
	conn, readOnlyConn := r.readOnlyConn.Connect(ctx)
	if readOnlyConn != nil {
		return nil, err
	}
	r.readOnly.Store(&why)
	return conn, nil
}

// writable is nil unless the file is there and may only be read.
func (r connector) writable() error {
	if r.readOnly.Load() == nil {
		return nil
	}
	f, err := os.OpenFile(r.path, os.O_RDWR, 0)
	if err != nil {
		return reason(err)
	}
	return f.Close()
}

// Driver implements [driver.Connector].
func (r connector) Driver() driver.Driver { return r.usual.Driver() }

// writeError is which error about the room or the right to write err is; nil
// for none.
func writeError(err error) error {
	for _, e := range []error{ErrFull, ErrReadOnly, ErrOpen, ErrIO} {
		if errors.Is(err, e) {
			return e
		}
	}
	return nil
}

// connections prepares a pool of conns connections that reach the file however it
// can be had.
func (s *Store) connections(conns int, query string) (*sql.DB, error) {
	usual, err := sqlite.NewConnector(db.DSN(s.path, query))
	if err != nil {
		return nil, err
	}
	readOnlyConn, err := sqlite.NewConnector(db.DSN(s.path, "mode=ro&immutable=1&"+db.Pragmas("query_only(1)", "temp_store(memory)", "user_version")))
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector{s.path, usual, readOnlyConn, &s.readOnly})
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// create makes the directory and an empty file with the user's eyes only;
// SQLite gives its side files the same permissions. A file that can only be
// read is let be.
func (s *Store) create() error {
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return reason(err)
	}
	f, err := os.OpenFile(s.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil {
		return f.Close()
	}
	err = reason(err)
	if start, _ := readStart(s.path, db.HeaderSize); errors.Is(err, ErrReadOnly) && len(start) == db.HeaderSize {
		s.readOnly.Store(&err)
		return nil
	}
	return err
}

// reason is the error of the cache behind one of the file system's.
func reason(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return ErrReadOnly
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return ErrFull
	}
	return errors.Join(err, ErrOpen)
}

// ReadOnly is why the file could not be written when it was last op, and nil
// otherwise: what is in it can be read, and writing fails until it can be again.
func (s *Store) ReadOnly() error {
	if why := s.readOnly.Load(); why != nil {
		return *why
	}
	return nil
}

// because is the error of a write; one that failed because the file is read as
// it is, tells why that is so.
func (s *Store) because(op string, err error) error {
	if why := s.ReadOnly(); why != nil && errors.Is(err, ErrReadOnly) && !errors.Is(why, ErrReadOnly) {
		return fmt.Errorf("%s: %w", op, why)
	}
	return err
}

// stale is how long a connection is used in a Store whose file could not be
// written once: it may read the file as it was.
const stale = 10 * time.Second

// noteWrite notes how a write ended, and gives its error. After one that could
// not be, all open the file anew, the readers as well: within a process, SQLite
// shares what one connection could only open for reading with the next.
func (s *Store) noteWrite(op string, err error) error {
	err = s.because(op, err)
	why := writeError(err)
	if why == nil && (err != nil || s.ReadOnly() == nil) {
		return err
	}
	if s.readOnly.Store(nil); why != nil {
		s.readOnly.Store(&why)
	}
	s.writer.SetMaxIdleConns(0)
	s.writer.SetMaxIdleConns(1)
	if s.readers != nil {
		s.readers.SetConnMaxLifetime(stale)
		s.readers.SetMaxIdleConns(0)
		s.readers.SetMaxIdleConns(readerConns)
	}
	return err
}
