package folder

import (
	"context"
	"database/sql"
	"strings"

	"dateline/cache"
	"dateline/cache/db"
)

// Times do not tell which marks changed since they were written: a mark of a backup or of a
// server may be years old. So triggers add the items to a table. They are in the database only
// as long as there is a folder, because SQLite changes many rows in one pass only of a table
// without triggers.

// watchTriggers returns the triggers by their names.
func watchTriggers() map[string]string {
	const into = ` BEGIN INSERT INTO changed_marks (item) `
	return map[string]string{
		"folder_marks":    `AFTER UPDATE OF read, read_at, starred, starred_at, hidden, hidden_at, snoozed_until, snoozed_at ON items` + into + `VALUES (new.id); END`,
		"folder_items":    `AFTER UPDATE OF feed, identity ON items WHEN old.feed <> new.feed OR old.identity <> new.identity` + into + `VALUES (new.id); END`,
		"folder_feeds":    `AFTER UPDATE OF url ON feeds WHEN old.url <> new.url` + into + `SELECT id FROM items WHERE feed = new.id; END`,
		"folder_label":    `AFTER INSERT ON labels` + into + `SELECT id FROM items WHERE pos = new.pos; END`,
		"folder_labels":   `AFTER UPDATE OF held, at ON labels` + into + `SELECT id FROM items WHERE pos = new.pos; END`,
		"folder_progress": `AFTER INSERT ON progress` + into + `VALUES (new.id); END`,
		"folder_reading":  `AFTER UPDATE OF permille, at ON progress` + into + `VALUES (new.id); END`,
	}
}

const sqlWatching = `SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name IN (SELECT value FROM json_each(?))`

func triggerNames() (string, error) {
	var names []string
	for name := range watchTriggers() {
		names = append(names, name)
	}
	return db.ToJSON(names)
}

// watchMarks makes sure that the triggers are there. If one was missing, nobody knows what
// changed. Then all marks are written.
func watchMarks(ctx context.Context, s *cache.Store) error {
	names, err := triggerNames()
	if err != nil {
		return err
	}
	n := 0
	if err := s.Internals().Readers().QueryRowContext(ctx, sqlWatching, names).Scan(&n); err != nil || n == len(watchTriggers()) {
		return err
	}
	return s.Internals().Write(ctx, "watch the marks", func(tx *sql.Tx) error {
		for name, trigger := range watchTriggers() {
			if _, err := tx.ExecContext(ctx, `CREATE TRIGGER IF NOT EXISTS `+name+` `+trigger); err != nil {
				return err
			}
		}
		// Without its state a file of marks is written anew, with all marks.
		_, err := tx.ExecContext(ctx, `DELETE FROM settings WHERE key >= ? AND key < ?`, ownMarksSetting, strings.TrimSuffix(ownMarksSetting, " ")+"!")
		return err
	})
}

// Leave ends that changed marks are recorded. Call it if the configuration has no folder. If
// there was none, it only reads. The files in the folder stay.
func Leave(ctx context.Context, s *cache.Store) error {
	const op = "leave the sync folder"
	names, err := triggerNames()
	if err != nil {
		return err
	}
	n := 0
	if err := s.Internals().Readers().QueryRowContext(ctx, sqlWatching, names).Scan(&n); err != nil || n == 0 {
		return cache.WrapError(ctx, op, err)
	}
	return s.Internals().Write(ctx, op, func(tx *sql.Tx) error {
		for name := range watchTriggers() {
			if _, err := tx.ExecContext(ctx, `DROP TRIGGER IF EXISTS `+name); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM changed_marks`)
		return err
	})
}

// mostChanges is the number of changes that wait for a folder that is away. If there are
// more, all marks are written when it is back.
const mostChanges = 200_000

// limitChanges forgets which marks changed if they are too many.
func limitChanges(ctx context.Context, s *cache.Store) error {
	var n int
	err := s.Internals().Readers().QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM changed_marks LIMIT ?)`, mostChanges+1).Scan(&n)
	if err != nil || n <= mostChanges {
		return err
	}
	return Leave(ctx, s) // the next sync finds that it does not know what changed
}
