package cache

import (
	"bytes"
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"

	"dateline/cache/db"
)

// schema is the SQL that creates the tables of a new file.
//
//go:embed schema.sql
var schema string

const (
	// SchemaVersion is the PRAGMA user_version of a file with this schema. Smaller
	// versions were never released.
	SchemaVersion = 104

	// applicationID is the PRAGMA application_id of every database of dateline:
	// "dtln".
	applicationID = 0x64746c6e
)

// prepareSchema creates the tables of a new file, or checks the version of an existing
// one. It sets the application ID unless marked is set.
func prepareSchema(ctx context.Context, writer *sql.DB, marked bool) error {
	var version int
	if err := writer.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version == 0 {
		if err := createTables(ctx, writer); err != nil {
			return err
		}
		if err := writer.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
			return err
		}
	}
	switch {
	case version < SchemaVersion:
		return ErrOutdated
	case version > SchemaVersion:
		return ErrNewer
	case marked:
		return nil
	}
	_, _ = writer.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID)) // if it fails, the next start tries again
	return nil
}

// createTables creates the tables in one transaction. It reads the version again under
// the write lock, because another process may have created them meanwhile.
func createTables(ctx context.Context, writer *sql.DB) error {
	tx, err := writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var version, tables int
	if err := tx.QueryRowContext(ctx, "SELECT user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_user_version").Scan(&version, &tables); err != nil {
		return err
	}
	switch {
	case version > 0:
		return nil
	case tables > 0:
		return ErrForeign
	}
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", SchemaVersion)); err != nil {
		return err
	}
	return tx.Commit()
}

// inspect checks that the file is a database of dateline, or new, before anything is
// written to it. marked reports whether the file has the application ID. Of such a file,
// and of one with an older schema, inspect reads only the start.
func (s *Store) inspect(ctx context.Context) (marked bool, err error) {
	header, err := readStart(s.path, db.HeaderSize)
	switch {
	case err != nil || len(header) == 0:
		return false, err
	case len(header) < db.HeaderSize, string(header[:len(db.Magic)]) != db.Magic:
		return false, ErrForeign
	}
	marked = db.BigEndian(header[db.ApplicationAt:]) == applicationID
	version := db.BigEndian(header[db.UserVersionAt:])
	if version > 0 && version < SchemaVersion && (marked || hasSchema(s.path)) {
		// SQLite must not open the file: another process may be replacing it, and the log
		// of the new file would be taken for that of the old one.
		return marked, ErrOutdated
	}
	if marked {
		return true, nil
	}
	conn, err := s.openPool(1, db.Pragmas("user_version"))
	if err != nil {
		return false, err
	}
	defer conn.Close()
	var id, tables, ours int
	err = conn.QueryRowContext(ctx, `SELECT application_id, (SELECT count(*) FROM sqlite_schema), (SELECT count(*) FROM sqlite_schema WHERE name = '`+db.KnownIndex+`')
		FROM pragma_application_id`).Scan(&id, &tables, &ours)
	if err == nil && id != applicationID && (id != 0 || tables > 0 && ours == 0) {
		err = ErrForeign
	}
	return id == applicationID, err
}

// schemaSearchBytes is the number of bytes of a file in which hasSchema searches for the
// schema.
const schemaSearchBytes = 1 << 20

// orDamaged returns [ErrCorrupt] instead of [ErrForeign] if the file contains the
// schema of dateline. Then only its header is destroyed.
func orDamaged(path string, err error) error {
	if !errors.Is(err, ErrForeign) {
		return err
	}
	if hasSchema(path) {
		return ErrCorrupt
	}
	return err
}

// hasSchema reports whether the start of a file contains the schema of dateline.
func hasSchema(path string) bool {
	start, _ := readStart(path, schemaSearchBytes)
	return bytes.Contains(start, []byte(db.KnownIndex))
}

// readStart returns up to n bytes of a file.
func readStart(path string, n int64) ([]byte, error) {
	b, err := db.ReadStart(path, n)
	var at *fs.PathError
	switch {
	case err == nil:
		return b, nil
	case errors.As(err, &at) && at.Op == "open":
		return nil, errors.Join(err, ErrOpen)
	}
	return nil, errors.Join(err, ErrIO)
}
