package cache

import (
	"context"
	"database/sql"
	"errors"

	"dateline/cache/db"
)

// MoveFeed gives a feed a new address; its items, marks and poll log stay. What
// the cache has under the new address already, from an earlier subscription, is
// joined with it. The validators are forgotten, for they are the old address's,
// and so is the end of a feed that was gone. [ErrNoFeed] when the cache does not
// know from.
func (s *Store) MoveFeed(ctx context.Context, from, to string) error {
	tried := "move " + from
	if from == to {
		return nil
	}
	var id, other int64
	err := s.write(ctx, tried, func(tx *sql.Tx) error {
		var err error
		if id, _, err = feedByURL(ctx, tx, from); errors.Is(err, sql.ErrNoRows) {
			return ErrNoFeed
		} else if err != nil {
			return err
		}
		if other, _, err = feedByURL(ctx, tx, to); errors.Is(err, sql.ErrNoRows) {
			return rename(ctx, tx, id, to)
		} else if err != nil {
			return err
		}
		return adopt(ctx, tx, id, other)
	})
	if err != nil || other == 0 {
		return err
	}
	// The items that both have are left; each step can be repeated, should this
	// be cut short.
	for {
		n, err := s.removeSlice(ctx, db.SQL(`SELECT i.pos FROM items i INDEXED BY items_identity WHERE i.feed = ? LIMIT ?`, other, removeSlice), false)
		if err != nil {
			return err
		}
		if n < removeSlice {
			break
		}
	}
	return s.write(ctx, tried, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM feeds WHERE id = ?`, other); err != nil {
			return err
		}
		return rename(ctx, tx, id, to)
	})
}

func rename(ctx context.Context, tx *sql.Tx, id int64, to string) error {
	_, err := tx.ExecContext(ctx, `UPDATE feeds SET url = ?, etag = '', last_modified = '', final_url = '',
		moved_to = '', moved_since = NULL, moved_times = 0,
		next_check = iif(gone OR failures > 0, NULL, next_check), gone = 0, failures = 0, error = '' WHERE id = ?`, to, id)
	return err
}

// adopt gives a feed the items of another. Of an item in both, its own copy
// stays, with the marks of either.
func adopt(ctx context.Context, tx *sql.Tx, id, other int64) error {
	for _, query := range []string{
		`UPDATE items SET
			(starred, starred_at) = (max(items.starred, o.starred), max(coalesce(items.starred_at, o.starred_at), coalesce(o.starred_at, items.starred_at))),
			(read, read_at) = (max(items.read, o.read), max(coalesce(items.read_at, o.read_at), coalesce(o.read_at, items.read_at)))
			FROM items o WHERE items.feed = ?1 AND o.feed = ?2 AND o.identity = items.identity`,
		`INSERT OR IGNORE INTO labels SELECT l.name, i.pos, l.held, l.at FROM items i
			JOIN items o ON o.feed = ?2 AND o.identity = i.identity JOIN labels l ON l.pos = o.pos WHERE i.feed = ?1`,
		`UPDATE items SET feed = ?1 WHERE feed = ?2 AND identity NOT IN (SELECT identity FROM items WHERE feed = ?1)`,
		`UPDATE items SET unsubscribed = (SELECT config_order IS NULL FROM feeds WHERE id = ?1) WHERE feed = ?1`,
		`UPDATE OR IGNORE pending_marks SET feed = ?1 WHERE feed = ?2`,
		`INSERT OR IGNORE INTO removed_items SELECT ?1, identity FROM removed_items WHERE feed = ?2`,
		`UPDATE feeds SET (total, unread, copies, copies_unread) = (SELECT ` + sumItems + ` FROM items i WHERE i.feed = feeds.id) WHERE id IN (?1, ?2)`,
	} {
		if _, err := tx.ExecContext(ctx, query, id, other); err != nil {
			return err
		}
	}
	return stories{ctx, tx}.settle()
}

func feedByURL(ctx context.Context, tx *sql.Tx, url string) (id int64, away bool, err error) {
	err = tx.QueryRowContext(ctx, `SELECT id, config_order IS NULL FROM feeds WHERE url = ?`, url).Scan(&id, &away)
	return id, away, err
}
