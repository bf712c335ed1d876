package rescue

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

	"dateline/cache"
	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/opml"
	"dateline/feed/text"
)

// Restored is what [Restore] found in a backup.
type Restored struct {
	// Subscriptions are the subscriptions. Restore does not subscribe to them; the
	// caller may.
	Subscriptions []feed.Subscription
	// Marks counts the marks that were read. Waiting counts those whose items are not
	// in the database; they are applied when the items arrive.
	Marks, Pending int
}

var errNoBackup = errors.New("this is not a backup of dateline, or it is damaged: `dateline restore` without a file lists the backups")

// restoreChunk is the number of lines that one transaction stores.
const restoreChunk = 5_000

// maxLine is the largest length of a line of a backup, in bytes.
const maxLine = 1 << 20

// Restore applies the marks of a backup. Of the marks in the backup and in the
// database the newest wins. So a backup can be restored at any time, and more than
// once. It is not a step of undo.
//
// Restore works in several transactions. If ctx ends, the next Restore of the same
// backup does the rest.
func Restore(ctx context.Context, s *cache.Store, from io.ReaderAt, size int64) (Restored, error) {
	const op = "restore the backup"
	var r Restored
	z, err := zip.NewReader(from, size)
	if err != nil {
		return r, fmt.Errorf("%s: %w", op, errNoBackup)
	}
	list, err := z.Open(backupFeeds)
	if err != nil {
		return r, fmt.Errorf("%s: %w", op, errNoBackup)
	}
	defer list.Close()
	if r.Subscriptions, err = opml.Parse(list); err != nil {
		return r, fmt.Errorf("%s: %s: %w", op, backupFeeds, err)
	}
	marks, err := z.Open(backupMarks)
	if err != nil {
		return r, fmt.Errorf("%s: %w", op, errNoBackup)
	}
	defer marks.Close()
	lines := bufio.NewScanner(marks)
	lines.Buffer(nil, maxLine)
	for more := true; more; {
		err := s.Internals().Write(ctx, op, func(tx *sql.Tx) error {
			n, err := storeLines(ctx, tx, lines, s.Internals().Now())
			r.Marks += n
			more = n > 0
			return err
		})
		if err != nil {
			return r, err
		}
	}
	r.Pending, err = s.Internals().ApplyPendingMarks(ctx)
	return r, err
}

// storeLines stores the next lines of a backup in pending_marks and returns how many
// there were.
func storeLines(ctx context.Context, tx *sql.Tx, lines *bufio.Scanner, now time.Time) (n int, err error) {
	k := pendingWriter{ctx: ctx, tx: tx, now: now, feeds: map[string]int64{}}
	for n < restoreChunk && lines.Scan() {
		var l backupLine
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return n, fmt.Errorf("%w (%w)", errNoBackup, err)
		}
		if err := k.add(l); err != nil {
			return n, err
		}
		n++
	}
	return n, lines.Err()
}

// pendingWriter stores lines in pending_marks.
type pendingWriter struct {
	ctx   context.Context
	tx    *sql.Tx
	now   time.Time
	feeds map[string]int64
}

// add stores one line. Of two lines about the same flag of an item the newest mark
// wins. A mark with a time in the future was made with a wrong clock, and any mark of
// today replaces it. A line with an unknown flag, from a later dateline, is ignored.
func (k *pendingWriter) add(l backupLine) error {
	value := db.ToMicros(l.Until)
	switch {
	case l.Flag == cache.FlagProgress:
		value = sql.NullInt64{Int64: int64(l.Permille), Valid: true}
	case cache.CheckMark(feed.Mark{Flag: feed.Flag(l.Flag), Label: l.Label}) != nil:
		return nil
	}
	identity, err := identityOf(l.Item)
	if err != nil || text.Clean(l.Feed) != l.Feed || text.Clean(l.Label) != l.Label {
		return errNoBackup
	}
	id, err := k.feed(l.Feed)
	if err != nil {
		return err
	}
	var at int64
	switch {
	case l.At.After(cache.LatestPlausible(k.now)):
		at = cache.UndatedMarkTime(k.now)
	case !l.At.IsZero():
		at = l.At.UnixMicro()
	}
	_, err = k.tx.ExecContext(k.ctx, `INSERT INTO pending_marks (feed, identity, flag, label, is_on, at, value) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET is_on = excluded.is_on, at = excluded.at, value = excluded.value WHERE excluded.at > at`,
		id, identity, l.Flag, l.Label, l.On, at, value)
	return err
}

// feed returns the ID of a feed. If there is none, it adds an unsubscribed one.
func (k *pendingWriter) feed(url string) (int64, error) {
	if id, ok := k.feeds[url]; ok {
		return id, nil
	}
	var id int64
	err := k.tx.QueryRowContext(k.ctx, `INSERT INTO feeds (url) VALUES (?) ON CONFLICT DO UPDATE SET url = url RETURNING id`, url).Scan(&id)
	k.feeds[url] = id
	return id, err
}
