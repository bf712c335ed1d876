package cache

import (
	"context"
	"database/sql"
	"errors"

	"dateline/cache/db"
	"dateline/feed"
)

// FlagProgress is the flag of a pending mark that holds reading progress.
const FlagProgress = "place"

// applyPendingMarks applies the pending marks of all items that are here, feed by
// feed, and returns how many marks are still pending.
func (s *Store) applyPendingMarks(ctx context.Context) (left int, err error) {
	const op = "restore the marks of a feed"
	feeds, err := db.Integers(ctx, s.readers, db.SQL(`SELECT DISTINCT feed FROM pending_marks`))
	if err != nil {
		return 0, WrapError(ctx, op, err)
	}
	for _, id := range feeds {
		if err := s.write(ctx, op, func(tx *sql.Tx) error { return applyPending(ctx, tx, id) }); err != nil {
			return 0, err
		}
	}
	err = s.readers.QueryRowContext(ctx, `SELECT count(*) FROM pending_marks`).Scan(&left)
	return left, WrapError(ctx, op, err)
}

// pendingHere selects the pending marks of a feed whose items are here.
const pendingHere = ` FROM pending_marks w CROSS JOIN items i INDEXED BY items_identity ON i.feed = w.feed AND i.identity = w.identity WHERE w.feed = ?1 AND w.flag = ?2`

// applyPending applies the pending marks of the items of a feed that are here, counts
// the items of the feed again, and deletes these marks. The newest mark wins. A mark
// that a rule made on arrival counts as older than any mark of the user.
func applyPending(ctx context.Context, tx *sql.Tx, feedID int64) error {
	var errs []error
	exec := func(query string, args ...any) {
		if errors.Join(errs...) == nil {
			_, err := tx.ExecContext(ctx, query, args...)
			errs = append(errs, err)
		}
	}
	for _, f := range []feed.Flag{feed.Read, feed.Starred, feed.Hidden} {
		name := string(f)
		exec(`UPDATE items SET `+name+` = v.is_on, `+name+`_at = v.at FROM (SELECT i.pos, w.is_on, w.at`+pendingHere+`
			AND (i.`+name+`_at IS NULL OR i.`+name+`_at < w.at OR i.`+name+`_at = i.first_seen)) v WHERE items.pos = v.pos`, feedID, name)
	}
	exec(`UPDATE items SET snoozed_until = v.value, snoozed_at = v.at FROM (SELECT i.pos, w.value, w.at`+pendingHere+`
		AND (i.snoozed_at IS NULL OR i.snoozed_at < w.at)) v WHERE items.pos = v.pos`, feedID, string(feed.Snooze))
	exec(`INSERT INTO labels (name, pos, held, at) SELECT w.label, i.pos, w.is_on, w.at`+pendingHere+`
		ON CONFLICT (name, pos) DO UPDATE SET held = excluded.held, at = excluded.at
		WHERE excluded.at > labels.at OR labels.at = (SELECT first_seen FROM items WHERE pos = excluded.pos)`, feedID, string(feed.Label))
	exec(`INSERT INTO progress (id, permille) SELECT i.id, w.value`+pendingHere+` ON CONFLICT DO NOTHING`, feedID, FlagProgress)
	exec(`DELETE FROM pending_marks WHERE feed = ?1 AND identity IN (SELECT i.identity FROM pending_marks w CROSS JOIN items i INDEXED BY items_identity
		ON i.feed = w.feed AND i.identity = w.identity WHERE w.feed = ?1)`, feedID)
	exec(`UPDATE feeds SET total = c.total, unread = c.unread, copies = c.copies, copies_unread = c.copies_unread FROM (`+sqlCounted+` WHERE f.id = ?1 GROUP BY f.id) c
		WHERE feeds.id = c.id`, feedID)
	return errors.Join(errs...)
}

// applyPendingToArrived calls [applyPending] for a feed that has just brought new
// items.
func (w *itemWriter) applyPendingToArrived(t *target) error {
	var waits bool
	err := w.row(`SELECT EXISTS (SELECT 1 FROM pending_marks WHERE feed = ?)`, []any{t.id}, &waits)
	if err != nil || !waits {
		return err
	}
	t.counts = FeedCount{} // applyPending counts them
	return applyPending(w.ctx, w.tx, t.id)
}
