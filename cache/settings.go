package cache

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Setting returns the text stored under a key by [SetSetting]; empty if there is none.
func (s *Store) Setting(ctx context.Context, key string) (string, error) {
	var value string
	err := s.readers.QueryRowContext(ctx, `SELECT value FROM settings WHERE key = ?`, key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return value, WrapError(ctx, "read where you were and how the screen looked", err)
}

func (s *Store) saveSetting(ctx context.Context, key, value string) error {
	return s.write(ctx, "save where you are and how the screen looks", func(tx *sql.Tx) error { return setSetting(ctx, tx, key, value) })
}

func setSetting(ctx context.Context, tx *sql.Tx, key, value string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	return err
}

// Progress returns the reading progress of an item in thousandths of its
// article, so that it is independent of the width. 0 is the top.
func (s *Store) Progress(ctx context.Context, id int64) (int, error) {
	var permille int
	err := s.readers.QueryRowContext(ctx, `SELECT permille FROM progress WHERE id = ?`, id).Scan(&permille)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return permille, WrapError(ctx, "read the reading progress", err)
}

func (s *Store) saveProgress(ctx context.Context, id int64, permille int) error {
	return s.write(ctx, "save the reading progress", func(tx *sql.Tx) error {
		// Progress that is deleted stays as a row, so that an older one of another computer
		// does not come back.
		at := s.now().UnixMicro()
		if permille <= 0 {
			_, err := tx.ExecContext(ctx, `UPDATE progress SET permille = 0, at = max(?2, at + 1) WHERE id = ?1 AND permille > 0`, id, at)
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO progress (id, permille, at) SELECT id, ?2, ?3 FROM items WHERE id = ?1
			ON CONFLICT (id) DO UPDATE SET permille = excluded.permille, at = max(excluded.at, progress.at + 1)`, id, min(permille, 1000), at)
		return err
	})
}

// refreshSetting holds the start of the last refresh that brought a new item.
const refreshSetting = "cache.round"

// LastRefresh returns the start of the last refresh that brought a new item. The query
// is:new counts from there. It is the zero time if there was none.
func (s *Store) LastRefresh(ctx context.Context) (time.Time, error) {
	return s.timeSetting(ctx, refreshSetting)
}

// saveRefreshStart saves the start of a refresh that brought a new item, unless a later one
// is stored: two processes may save at the same time. A stored start in the future was
// written with a wrong clock and is replaced.
func (w *itemWriter) saveRefreshStart(round time.Time) error {
	return w.exec(`INSERT INTO settings VALUES (?1, ?2)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE CAST(value AS INTEGER) NOT BETWEEN ?2 AND ?3`,
		refreshSetting, round.UnixMicro(), latestAllowed(w.seen).UnixMicro())
}
