package cache

import (
	"context"
	"database/sql"
	"time"

	"dateline/cache/db"
	"dateline/cache/search"
)

// removeChunk is the number of items that one transaction removes.
const removeChunk = 200

// Retain removes the items that the settings of the feeds do not keep: items dated
// more than KeepDays before now, and all but the KeepItems newest items of a feed. If
// now is zero, the time is not known and no item is removed because of its date.
//
// Starred and labelled items always stay. Unread items stay if KeepUnread is set.
// Hidden items are treated like read ones. Items of unsubscribed feeds stay. A removed
// item does not come back while its feed still lists it. Retain works in several
// transactions.
func (s *Store) Retain(ctx context.Context, now time.Time) (removed int, err error) {
	const op = "remove old items"
	limits, err := readRetention(ctx, s.readers)
	if err != nil {
		return 0, WrapError(ctx, op, err)
	}
	for _, k := range limits {
		n, err := s.retain(ctx, k, now)
		removed += n
		if err != nil {
			return removed, WrapError(ctx, op, err)
		}
	}
	return removed, nil
}

// retention is the retention of a feed: how many days and items are kept, 0 means no
// limit, and whether unread items always stay.
type retention struct {
	feed        int64
	days, items int
	unread      bool
}

func readRetention(ctx context.Context, q db.Querier) ([]retention, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, keep_days, keep_items, keep_unread FROM feeds
		WHERE config_order IS NOT NULL AND (keep_days > 0 OR keep_items > 0)`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var limits []retention
	for rows.Next() {
		var k retention
		if err := rows.Scan(&k.feed, &k.days, &k.items, &k.unread); err != nil {
			return nil, err
		}
		limits = append(limits, k)
	}
	return limits, rows.Err()
}

// sqlRemovable returns the removable items of a feed below a position, oldest first.
// It names no index, because items_feed has no hidden items.
const sqlRemovable = `SELECT i.pos FROM items i WHERE i.feed = ? AND i.pos < ? AND i.starred = 0 AND (i.read = 1 OR i.hidden = 1 OR ?)
	AND NOT EXISTS (SELECT 1 FROM labels l WHERE l.pos = i.pos AND l.held = 1) ORDER BY i.pos LIMIT ?`

func (s *Store) retain(ctx context.Context, k retention, now time.Time) (removed int, err error) {
	below := int64(db.Bottom)
	if k.days > 0 && !now.IsZero() {
		below = db.FirstPosition(now.AddDate(0, 0, -k.days))
	}
	if k.items > 0 {
		var oldest sql.NullInt64
		err := s.readers.QueryRowContext(ctx, `SELECT min(pos) FROM (SELECT i.pos FROM items i INDEXED BY items_feed
			WHERE i.feed = ? AND i.hidden = 0 ORDER BY i.pos DESC LIMIT ?)`, k.feed, k.items).Scan(&oldest)
		if err != nil {
			return 0, err
		}
		below = max(below, oldest.Int64)
		if !oldest.Valid {
			below = db.Bottom
		}
	}
	if below == db.Bottom {
		return 0, nil
	}
	for {
		n, err := s.removeChunk(ctx, db.SQL(sqlRemovable, k.feed, below, !k.unread, removeChunk), true)
		removed += n
		if err != nil || n < removeChunk {
			return removed, err
		}
	}
}

// removeChunk removes the items at the positions that a query returns, with everything
// that belongs to them, and returns how many there were. If remember is set, Save does
// not store them again.
func (s *Store) removeChunk(ctx context.Context, of db.Text, remember bool) (int, error) {
	n := 0
	err := s.write(ctx, "remove items", func(tx *sql.Tx) error {
		positions, err := db.Integers(ctx, tx, of)
		if err != nil || len(positions) == 0 {
			return err
		}
		n = len(positions)
		if err := (stories{ctx, tx}).remove(positions); err != nil {
			return err
		}
		list := db.JSONIntegers(positions)
		var queries []string
		if remember {
			queries = append(queries, `INSERT OR IGNORE INTO removed_items SELECT feed, identity FROM items WHERE pos IN (SELECT value FROM json_each(?))`)
		}
		queries = append(queries,
			`UPDATE feeds SET total = feeds.total - t.total, unread = feeds.unread - t.unread,
				copies = feeds.copies - t.copies, copies_unread = feeds.copies_unread - t.copies_unread
				FROM (SELECT i.feed AS id, `+sumItems+`
					FROM json_each(?) j CROSS JOIN items i ON i.pos = j.value GROUP BY i.feed) t WHERE feeds.id = t.id`)
		queries = append(queries, search.RemoveQueries()...)
		queries = append(queries, `DELETE FROM items WHERE pos IN (SELECT value FROM json_each(?))`)
		for _, query := range queries {
			if _, err := tx.ExecContext(ctx, query, list); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// Purge deletes the items of a feed with their marks, and returns how many there were.
// A feed that is not subscribed is deleted, too. A subscribed feed loses its state, so
// that the next check reads it like a new one. If the database has no such feed, the
// error is [ErrNoFeed]. Purge works in several transactions.
func (s *Store) Purge(ctx context.Context, url string) (n int, err error) {
	op := "delete the items of " + url
	var id int64
	err = s.readers.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM feeds WHERE url = ?`, url).Scan(&id)
	if err == nil && id == 0 {
		err = ErrNoFeed
	}
	for err == nil {
		var removed int
		removed, err = s.removeChunk(ctx, db.SQL(`SELECT i.pos FROM items i INDEXED BY items_identity WHERE i.feed = ? LIMIT ?`, id, removeChunk), false)
		n += removed
		if removed < removeChunk {
			break
		}
	}
	if err != nil {
		return n, WrapError(ctx, op, err)
	}
	return n, s.write(ctx, op, func(tx *sql.Tx) error {
		const reset = `UPDATE feeds SET etag = '', last_modified = '', body_hash = '', last_checked = NULL, last_ok = NULL, next_check = NULL,
			status = 0, failures = 0, error = '', gone = 0, final_url = '', poll_hints = '', reason = '', post_interval = 0, newest = NULL,
			moved_to = '', moved_since = NULL, moved_times = 0, claimed_until = NULL, title = '', description = '', site = '', updated = NULL WHERE id = ?`
		for _, query := range []string{`DELETE FROM removed_items WHERE feed = ?`, `DELETE FROM polls WHERE feed = ?`, `DELETE FROM feeds WHERE config_order IS NULL AND id = ?`, reset} {
			if _, err := tx.ExecContext(ctx, query, id); err != nil {
				return err
			}
		}
		return nil
	})
}
