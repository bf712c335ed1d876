package cache

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"time"
)

// The schema: files applied in the order of their names, never edited once
// released. PRAGMA user_version has the number of the last one applied.
//
//go:embed migrations/*.sql
var migrations embed.FS

// longMigration is how long the reader waits for a new schema without a word.
const longMigration = time.Second

// migrate brings the schema up to date, and marks the file as ours.
func (s *Store) migrate(ctx context.Context, stamped bool) error {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	var version int
	if err := s.writer.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	s.behind = version < len(names)
	if s.behind && version > 0 {
		told := time.AfterFunc(longMigration, func() {
			s.waiting("the database is being brought up to date; where it is large this takes a minute, once")
		})
		defer told.Stop()
	}
	for version < len(names) {
		if version, err = s.migrateOnce(ctx, names); err != nil {
			return err
		}
	}
	if version > len(names) {
		return ErrNewer
	}
	if stamped {
		return nil
	}
	_, _ = s.writer.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID)) // another time, where it cannot be now
	return nil
}

// migrateOnce applies the next migration in its own transaction and returns
// the version it leads to. The version is read again under the write lock:
// another process may have come first.
func (s *Store) migrateOnce(ctx context.Context, names []string) (int, error) {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	var version int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return 0, err
	}
	if version >= len(names) {
		return version, nil
	}
	var tables int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return 0, err
	}
	if version == 0 && tables > 0 {
		return 0, ErrForeign
	}
	if err := apply(ctx, tx, names[version], version+1); err != nil {
		return 0, err
	}
	return version + 1, tx.Commit()
}

func apply(ctx context.Context, tx *sql.Tx, name string, version int) error {
	script, err := migrations.ReadFile(name)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, string(script)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version))
	return err
}
