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

// connector opens connections to a file that cannot be written at the moment. In a
// read-only directory, or on a full disk, SQLite cannot even create the files that it
// needs beside the database for reading.
//
// Then the file is opened with mode=ro and immutable=1, which needs no other files
// (https://www.sqlite.org/uri.html). Each later connection tries the normal way first.
type connector struct {
	path              string
	normal, immutable driver.Connector
	// readOnly is set to the reason if a connection could only be opened for reading.
	readOnly *atomic.Pointer[error]
	// look returns an error if the path does not lead to the file of the other
	// connections. SQLite would open what is there, or make a new file.
	look func() error
}

// Connect implements [driver.Connector].
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	if err := c.look(); err != nil {
		return nil, err
	}
	// Beside a read-only file SQLite would create read-only files, which stay
	// read-only after the file can be written again.
	why := error(ErrReadOnly)
	err := c.writable()
	if err == nil || db.FileSize(c.path+"-wal") > 0 {
		var conn driver.Conn
		conn, err = c.normal.Connect(ctx)
		if why = writeError(WrapError(ctx, "", err)); why == nil {
			return conn, err
		}
	}
	conn, readErr := c.immutable.Connect(ctx)
	if readErr != nil {
		return nil, err
	}
	c.readOnly.Store(&why)
	return conn, nil
}

// writable returns an error if a connection could only be opened for reading before,
// and the file still cannot be written.
func (c connector) writable() error {
	if c.readOnly.Load() == nil {
		return nil
	}
	f, err := os.OpenFile(c.path, os.O_RDWR, 0)
	if err != nil {
		return fileError(err)
	}
	return f.Close()
}

// Driver implements [driver.Connector].
func (c connector) Driver() driver.Driver { return c.normal.Driver() }

// writeError returns which of the errors about a full disk or missing permission err
// is; nil if none.
func writeError(err error) error {
	for _, e := range []error{ErrFull, ErrReadOnly, ErrOpen, ErrIO} {
		if errors.Is(err, e) {
			return e
		}
	}
	return nil
}

// openPool returns a pool of up to conns connections to the file, for writing if
// possible, otherwise for reading.
func (s *Store) openPool(conns int, query string) (*sql.DB, error) {
	normal, err := sqlite.NewConnector(db.DSN(s.path, "mode=rw&"+query))
	if err != nil {
		return nil, err
	}
	immutable, err := sqlite.NewConnector(db.DSN(s.path, "mode=ro&immutable=1&"+db.Pragmas("query_only(1)", "temp_store(memory)", "user_version")))
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(connector{s.path, normal, immutable, &s.readOnly, s.look})
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	return pool, nil
}

// create creates the directory and an empty file that only the user can read. SQLite
// gives the files beside it the same permissions. From existing files create takes the
// permissions of other users: a copy or an archive may have added them. An existing file
// that can only be read is no error.
func (s *Store) create() error {
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return fileError(err)
	}
	if info, err := os.Stat(s.path); err == nil && !info.Mode().IsRegular() {
		return errors.Join(errors.New("it is not a file"), ErrOpen) // reading from a pipe would wait forever
	}
	f, err := os.OpenFile(s.path, os.O_RDWR|os.O_CREATE, 0o600)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if db.MakePrivate(s.path+suffix) != nil {
			s.shared = true
		}
	}
	if err == nil {
		return f.Close()
	}
	err = fileError(err)
	if start, _ := readStart(s.path, db.HeaderSize); errors.Is(err, ErrReadOnly) && len(start) == db.HeaderSize {
		s.readOnly.Store(&err)
		return nil
	}
	return err
}

// fileError returns the error of this package for an error of the file system.
func fileError(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return ErrReadOnly
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return ErrFull
	}
	return errors.Join(err, ErrOpen)
}

// ReadOnly returns why the file could not be written at the last try; nil if it could.
// While it cannot be written, the database can be read, and writing fails.
func (s *Store) ReadOnly() error {
	if why := s.readOnly.Load(); why != nil {
		return *why
	}
	return nil
}

// explainReadOnly returns the error of a write. If the write failed because the file was
// opened for reading, it is the reason for that.
func (s *Store) explainReadOnly(op string, err error) error {
	if why := s.ReadOnly(); why != nil && errors.Is(err, ErrReadOnly) && !errors.Is(why, ErrReadOnly) {
		return fmt.Errorf("%s: %w", op, why)
	}
	return err
}

// readerLifetime is the lifetime of a read connection after the file could not be written once.
// Such a connection may have opened the file as immutable, and then it does not see
// later changes.
const readerLifetime = 10 * time.Second

// noteWrite records whether a write succeeded, and returns its error. After a write
// that failed because of space or permissions, and after the next one that works, all
// connections are opened again, also for reading. Within a process SQLite shares what
// one connection could open only for reading with the next one.
func (s *Store) noteWrite(op string, err error) error {
	if errors.Is(err, ErrReplaced) {
		giveUp(s, err)
		return err
	}
	err = s.explainReadOnly(op, err)
	why := writeError(err)
	if why == nil && (err != nil || s.ReadOnly() == nil) {
		return err
	}
	if s.readOnly.Store(nil); why != nil {
		s.readOnly.Store(&why)
	}
	s.original.Reconnects()
	s.writer.SetMaxIdleConns(0)
	s.writer.SetMaxIdleConns(1)
	if s.readers != nil {
		s.readers.SetConnMaxLifetime(readerLifetime)
		s.readers.SetMaxIdleConns(0)
		s.readers.SetMaxIdleConns(readerConns)
	}
	return err
}
