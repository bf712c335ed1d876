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

// schema makes the tables of a new file.
//
//go:embed schema.sql
var schema string

const (
	// SchemaVersion is the PRAGMA user_version of a file with this schema. Smaller
	// ones are those of schemas that were never released.
	SchemaVersion = 101

	// applicationID marks a file as a database of dateline (PRAGMA application_id):
	// "dtln".
	applicationID = 0x64746c6e
)

// prepareSchema makes the tables of a new file, checks the version of any other,
// and marks the file as one of dateline's unless marked reports whether it is.
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
	_, _ = writer.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID)) // or at the next start
	return nil
}

// createTables makes the tables in one transaction. It reads the version again
// under the write lock, because another process may have made them meanwhile.
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

// inspect checks whose file it is before anything is written to it. marked reports
// whether the file says that it is one of dateline's; then only its header is read.
func (s *Store) inspect(ctx context.Context) (marked bool, err error) {
	header, err := readStart(s.path, db.HeaderSize)
	switch {
	case err != nil || len(header) == 0:
		return false, err
	case len(header) < db.HeaderSize, string(header[:len(db.Magic)]) != db.Magic:
		return false, ErrForeign
	case db.BigEndian(header[db.ApplicationAt:]) == applicationID:
		return true, nil
	}
	conn, err := s.connections(1, db.Pragmas("user_version"))
	if err != nil {
		return false, err
	}
	defer conn.Close()
	var id, tables, ours int
	err = conn.QueryRowContext(ctx, `SELECT application_id, (SELECT count(*) FROM sqlite_schema), (SELECT count(*) FROM sqlite_schema WHERE name = '`+db.OurIndex+`')
		FROM pragma_application_id`).Scan(&id, &tables, &ours)
	if err == nil && id != applicationID && (id != 0 || tables > 0 && ours == 0) {
		err = ErrForeign
	}
	return id == applicationID, err
}

// resemblance is how much of a file is searched for a schema like ours.
const resemblance = 1 << 20

// orDamaged is err, or ErrCorrupt where it reports whether the file is none of ours
// although it is one whose beginning is destroyed.
func orDamaged(path string, err error) error {
	if !errors.Is(err, ErrForeign) {
		return err
	}
	if start, _ := readStart(path, resemblance); bytes.Contains(start, []byte(db.OurIndex)) {
		return ErrCorrupt
	}
	return err
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
