package remotes

import (
	"context"
	"database/sql"

	"dateline/cache"
)

// The trigger is in the database only as long as there are accounts: SQLite changes many rows
// in one pass only of a table without triggers.
const (
	sqlWatching = `SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name = 'remotes_mark'`

	sqlWatch = `CREATE TRIGGER IF NOT EXISTS remotes_mark AFTER UPDATE OF read, read_at, starred, starred_at ON items
		BEGIN UPDATE remotes SET changed = 1 WHERE item = NEW.id AND changed = 0; END`
)

func (s Store) isWatching(ctx context.Context) (bool, error) {
	n := 0
	err := s.cache.Internals().Readers().QueryRowContext(ctx, sqlWatching).Scan(&n)
	return n > 0, err
}

// Watch makes sure that changed marks are noticed, so that they can be sent at once. If they
// were not, all marks are compared once. If they are, Watch only reads.
func (s Store) Watch(ctx context.Context) error {
	const op = "watch the marks"
	watching, err := s.isWatching(ctx)
	if err != nil || watching {
		return cache.WrapError(ctx, op, err)
	}
	return s.cache.Internals().Write(ctx, op, func(tx *sql.Tx) error {
		for _, query := range []string{sqlWatch, `UPDATE remotes SET changed = 1 WHERE changed = 0 AND item IS NOT NULL`} {
			if _, err := tx.ExecContext(ctx, query); err != nil {
				return err
			}
		}
		return nil
	})
}

// Leave ends that changed marks are noticed. Call it if the configuration has no accounts. If
// it had none before, Leave only reads. What the servers said stays.
func (s Store) Leave(ctx context.Context) error {
	const op = "leave the accounts"
	watching, err := s.isWatching(ctx)
	if err != nil || !watching {
		return cache.WrapError(ctx, op, err)
	}
	return s.cache.Internals().Write(ctx, op, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DROP TRIGGER IF EXISTS remotes_mark`)
		return err
	})
}
