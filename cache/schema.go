package cache

import (
	"context"
	_ "embed"
	"fmt"
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
// and marks the file as one of dateline's unless marked says that it is.
func (s *Store) prepareSchema(ctx context.Context, marked bool) error {
	var version int
	if err := s.writer.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version == 0 {
		if err := s.createTables(ctx); err != nil {
			return err
		}
		version = SchemaVersion
	}
	switch {
	case version < SchemaVersion:
		return ErrOutdated
	case version > SchemaVersion:
		return ErrNewer
	case marked:
		return nil
	}
	_, _ = s.writer.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID)) // or at the next start
	return nil
}

// createTables makes the tables in one transaction. It reads the version again
// under the write lock, because another process may have made them meanwhile.
func (s *Store) createTables(ctx context.Context) error {
	tx, err := s.writer.BeginTx(ctx, nil)
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
