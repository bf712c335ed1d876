package cache

import (
	"archive/zip"
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"dateline/cache/db"
	"dateline/feed"
)

// Restored is what a backup held.
type Restored struct {
	// Subscriptions are for the caller to subscribe to.
	Subscriptions []feed.Subscription
	// Marks counts the lines that were taken in, Waiting those of them whose item
	// is not in the cache: they hold once it is.
	Marks, Waiting int
}

var errNoBackup = errors.New("this is no backup of dateline, or it is damaged: `dateline restore` without a file lists those there are")

// restoreSlice is how many lines are taken in in one transaction.
const restoreSlice = 5_000

// longestLine is how long a line of a backup can be, in bytes.
const longestLine = 1 << 20

// Restore takes in what the reader did according to a backup. Of the backup
// and the cache, the later word on each thing wins, so that a backup can be
// restored at any time and more than once. It is no step for [Store.Undo]. It
// works in several transactions; what is not done when ctx ends is done by the
// next Restore of the same backup.
func (s *Store) Restore(ctx context.Context, from io.ReaderAt, size int64) (Restored, error) {
	const tried = "restore the backup"
	var r Restored
	z, err := zip.NewReader(from, size)
	if err != nil {
		return r, fmt.Errorf("%s: %w", tried, errNoBackup)
	}
	opml, err := z.Open(backupFeeds)
	if err != nil {
		return r, fmt.Errorf("%s: %w", tried, errNoBackup)
	}
	defer opml.Close()
	if r.Subscriptions, err = feed.ParseOPML(opml); err != nil {
		return r, fmt.Errorf("%s: %s: %w", tried, backupFeeds, err)
	}
	marks, err := z.Open(backupMarks)
	if err != nil {
		return r, fmt.Errorf("%s: %w", tried, errNoBackup)
	}
	defer marks.Close()
	lines := bufio.NewScanner(marks)
	lines.Buffer(nil, longestLine)
	for more := true; more; {
		err := s.write(ctx, tried, func(tx *sql.Tx) error {
			n, err := keepLines(ctx, tx, lines, s.now())
			r.Marks += n
			more = n > 0
			return err
		})
		if err != nil {
			return r, err
		}
	}
	return r, border(ctx, tried, s.recallAll(ctx, &r))
}

// keepLines takes the next lines of a backup into waiting.
func keepLines(ctx context.Context, tx *sql.Tx, lines *bufio.Scanner, now time.Time) (n int, err error) {
	k := keeper{ctx: ctx, tx: tx, now: now, feeds: map[string]int64{}}
	for n < restoreSlice && lines.Scan() {
		var l backupLine
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return n, fmt.Errorf("%w (%w)", errNoBackup, err)
		}
		if err := k.keep(l); err != nil {
			return n, err
		}
		n++
	}
	return n, lines.Err()
}

// keeper writes lines into waiting.
type keeper struct {
	ctx   context.Context
	tx    *sql.Tx
	now   time.Time
	feeds map[string]int64
}

// keep takes one line in; of two about the same thing the later word stays, and
// one of days to come, said by a wrong clock, is later than none of today. A
// flag of a later dateline is passed over.
func (k *keeper) keep(l backupLine) error {
	value := db.ToMicros(l.Until)
	switch {
	case l.Flag == flagPlace:
		value = sql.NullInt64{Int64: int64(l.Permille), Valid: true}
	case check(feed.Mark{Flag: feed.Flag(l.Flag), Label: l.Label}) != nil:
		return nil
	}
	identity, err := identityOf(l.Item)
	if err != nil || feed.Clean(l.Feed) != l.Feed || feed.Clean(l.Label) != l.Label {
		return errNoBackup
	}
	id, err := k.feed(l.Feed)
	if err != nil {
		return err
	}
	var at int64
	switch {
	case l.At.After(horizonOf(k.now)):
		at = longSaid(k.now)
	case !l.At.IsZero():
		at = l.At.UnixMicro()
	}
	_, err = k.tx.ExecContext(k.ctx, `INSERT INTO pending_marks (feed, identity, flag, label, is_on, at, value) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET is_on = excluded.is_on, at = excluded.at, value = excluded.value WHERE excluded.at > at`,
		id, identity, l.Flag, l.Label, l.On, at, value)
	return err
}

// feed is the id of a feed, which need not be subscribed yet.
func (k *keeper) feed(url string) (int64, error) {
	if id, ok := k.feeds[url]; ok {
		return id, nil
	}
	var id int64
	err := k.tx.QueryRowContext(k.ctx, `INSERT INTO feeds (url) VALUES (?) ON CONFLICT DO UPDATE SET url = url RETURNING id`, url).Scan(&id)
	k.feeds[url] = id
	return id, err
}

// recallAll lets what waits hold for the items that are here, feed by feed.
func (s *Store) recallAll(ctx context.Context, r *Restored) error {
	feeds, err := db.Integers(ctx, s.readers, db.SQL(`SELECT DISTINCT feed FROM pending_marks`))
	if err != nil {
		return err
	}
	for _, id := range feeds {
		if err := s.write(ctx, "restore the marks of a feed", func(tx *sql.Tx) error { return recall(ctx, tx, id) }); err != nil {
			return err
		}
	}
	return s.readers.QueryRowContext(ctx, `SELECT count(*) FROM pending_marks`).Scan(&r.Waiting)
}

// present are the lines that wait for an item of a feed that is here.
const present = ` FROM pending_marks w CROSS JOIN items i INDEXED BY items_identity ON i.feed = w.feed AND i.identity = w.identity WHERE w.feed = ?1 AND w.flag = ?2`

// recall lets what waits hold for the items of a feed that are here, counts
// the feed's items anew, and forgets it. The later word wins; what a rule said
// when the item arrived is none of the reader's.
func recall(ctx context.Context, tx *sql.Tx, feedID int64) error {
	var errs []error
	exec := func(query string, args ...any) {
		if errors.Join(errs...) == nil {
			_, err := tx.ExecContext(ctx, query, args...)
			errs = append(errs, err)
		}
	}
	for _, f := range []feed.Flag{feed.Read, feed.Starred, feed.Hidden} {
		name := string(f)
		exec(`UPDATE items SET `+name+` = v.is_on, `+name+`_at = v.at FROM (SELECT i.pos, w.is_on, w.at`+present+`
			AND (i.`+name+`_at IS NULL OR i.`+name+`_at < w.at OR i.`+name+`_at = i.first_seen)) v WHERE items.pos = v.pos`, feedID, name)
	}
	exec(`UPDATE items SET snoozed_until = v.value, snoozed_at = v.at FROM (SELECT i.pos, w.value, w.at`+present+`
		AND (i.snoozed_at IS NULL OR i.snoozed_at < w.at)) v WHERE items.pos = v.pos`, feedID, string(feed.Snooze))
	exec(`INSERT INTO labels (name, pos, held, at) SELECT w.label, i.pos, w.is_on, w.at`+present+`
		ON CONFLICT (name, pos) DO UPDATE SET held = excluded.held, at = excluded.at
		WHERE excluded.at > labels.at OR labels.at = (SELECT first_seen FROM items WHERE pos = excluded.pos)`, feedID, string(feed.Label))
	exec(`INSERT INTO progress (id, permille) SELECT i.id, w.value`+present+` ON CONFLICT DO NOTHING`, feedID, flagPlace)
	exec(`DELETE FROM pending_marks WHERE feed = ?1 AND identity IN (SELECT i.identity FROM pending_marks w CROSS JOIN items i INDEXED BY items_identity
		ON i.feed = w.feed AND i.identity = w.identity WHERE w.feed = ?1)`, feedID)
	exec(`UPDATE feeds SET total = c.total, unread = c.unread, copies = c.copies, copies_unread = c.copies_unread FROM (`+sqlCounted+` WHERE f.id = ?1 GROUP BY f.id) c
		WHERE feeds.id = c.id`, feedID)
	return errors.Join(errs...)
}

// recallArrived is recall for a feed that has just brought new items.
func (w *itemWriter) recallArrived(t *target) error {
	var waits bool
	err := w.row(`SELECT EXISTS (SELECT 1 FROM pending_marks WHERE feed = ?)`, []any{t.id}, &waits)
	if err != nil || !waits {
		return err
	}
	t.counts = FeedCount{} // recall counts them
	return recall(w.ctx, w.tx, t.id)
}
