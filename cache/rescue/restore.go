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

// Restore takes in what the user did according to a backup. Of the backup
// and the cache, the later word on each thing wins, so that a backup can be
// restored at any time and more than once. It is no step for [cache.Store.Undo]. It
// works in several transactions; what is not done when ctx ends is done by the
// next Restore of the same backup.
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
	lines.Buffer(nil, longestLine)
	for more := true; more; {
		err := s.Internals().Write(ctx, op, func(tx *sql.Tx) error {
			n, err := keepLines(ctx, tx, lines, s.Internals().Now())
			r.Marks += n
			more = n > 0
			return err
		})
		if err != nil {
			return r, err
		}
	}
	r.Waiting, err = s.Internals().ApplyPendingMarks(ctx)
	return r, err
}

// keepLines takes the next lines of a backup into pending_marks.
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

// keeper writes lines into pending_marks.
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
