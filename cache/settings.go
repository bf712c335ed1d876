package cache

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Setting is a text kept under a key between runs; "" when there is none.
func (s *Store) Setting(ctx context.Context, key string) (string, error) {
	var value string
	err := s.readers.QueryRowContext(ctx, `SELECT value FROM settings WHERE key = ?`, key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return value, WrapError(ctx, "read setting "+key, err)
}

func (s *Store) saveSetting(ctx context.Context, key, value string) error {
	return s.write(ctx, "save setting "+key, func(tx *sql.Tx) error { return setSetting(ctx, tx, key, value) })
}

func setSetting(ctx context.Context, tx *sql.Tx, key, value string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	return err
}

// ReadingPosition is how far the user got in an article, in thousandths of
// its length, so that it holds at another width; zero is the top.
func (s *Store) ReadingPosition(ctx context.Context, id int64) (int, error) {
	var permille int
	err := s.readers.QueryRowContext(ctx, `SELECT permille FROM progress WHERE id = ?`, id).Scan(&permille)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return permille, WrapError(ctx, "read the reading position", err)
}

func (s *Store) saveProgress(ctx context.Context, id int64, permille int) error {
	return s.write(ctx, "save the reading progress", func(tx *sql.Tx) error {
		if permille <= 0 {
			_, err := tx.ExecContext(ctx, `DELETE FROM progress WHERE id = ?`, id)
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO progress SELECT id, ?2 FROM items WHERE id = ?1
			ON CONFLICT (id) DO UPDATE SET permille = excluded.permille`, id, min(permille, 1000))
		return err
	})
}

// roundSetting has the start of the last round that brought something new.
const roundSetting = "cache.round"

// LastRefresh is when the last round of polling that brought a new item began,
// what is:new counts from; zero when there was none.
func (s *Store) LastRefresh(ctx context.Context) (time.Time, error) {
	return s.timeSetting(ctx, roundSetting)
}

// keepRound notes a round that brought something new, unless a later one is
// noted already: two processes may be saving two rounds. One that is still to
// come was noted by a wrong clock.
func (w *itemWriter) keepRound(round time.Time) error {
	return w.exec(`INSERT INTO settings VALUES (?1, ?2)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE CAST(value AS INTEGER) NOT BETWEEN ?2 AND ?3`,
		roundSetting, round.UnixMicro(), latestAllowed(w.seen).UnixMicro())
}
