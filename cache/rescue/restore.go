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
	"io/fs"
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
	// Marks counts the marks of the backup, and Changed those that changed an item. For
	// the others the database has the same mark, or a newer one.
	Marks, Changed int
	// Pending counts the marks in the database whose items are not there, of this backup
	// and of earlier ones. They are applied when the items arrive.
	Pending int
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
// A mark that is ahead of the servers' clocks counts as made when its backup is restored
// for the first time, or before that: see [cache.CopiedMarkTime].
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
		return r, fmt.Errorf("%s: %w (%s: %w)", op, errNoBackup, backupFeeds, err)
	}
	if err := checkWhole(z, backupMarks); err != nil {
		return r, fmt.Errorf("%s: %w (%s: %w)", op, errNoBackup, backupMarks, err)
	}
	marks, err := z.Open(backupMarks)
	if err != nil {
		return r, fmt.Errorf("%s: %w", op, errNoBackup)
	}
	defer marks.Close()
	present, err := s.Internals().Present(ctx)
	if err != nil {
		return r, err
	}
	info, err := marks.Stat()
	if err != nil {
		return r, fmt.Errorf("%s: %w", op, errNoBackup)
	}
	key := contentKey(info)
	lines := bufio.NewScanner(marks)
	lines.Buffer(nil, maxLine)
	for more := true; more; {
		err := s.Internals().Write(ctx, op, func(tx *sql.Tx) error {
			first, err := firstRestored(ctx, tx, key, present)
			if err != nil {
				return err
			}
			n, err := storeLines(&PendingWriter{ctx: ctx, tx: tx, present: first, key: key, feeds: map[string]int64{}}, lines)
			r.Marks += n
			more = n > 0
			return err
		})
		if err != nil {
			return r, err
		}
	}
	r.Changed, r.Pending, err = s.Internals().ApplyPendingMarks(ctx)
	return r, err
}

// checkWhole reads a file of a backup up to its checksum, so that nothing of a damaged one
// is used.
func checkWhole(z *zip.Reader, name string) error {
	f, err := z.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(io.Discard, f)
	return err
}

// contentKey returns the key of the setting that holds when marks with this content were
// restored for the first time.
func contentKey(marks fs.FileInfo) string {
	var checksum uint32
	if h, ok := marks.Sys().(*zip.FileHeader); ok {
		checksum = h.CRC32
	}
	return fmt.Sprintf("rescue.restored.%08x-%d", checksum, marks.Size())
}

// firstRestored returns when a backup with marks ahead of the servers' clocks was restored
// for the first time; present if it was not yet.
func firstRestored(ctx context.Context, tx *sql.Tx, key string, present time.Time) (time.Time, error) {
	at := present.UnixMicro()
	err := tx.QueryRowContext(ctx, `SELECT min(?2, coalesce(max(CAST(value AS INTEGER)), ?2)) FROM settings WHERE key = ?1`, key, at).Scan(&at)
	return time.UnixMicro(at).UTC(), err
}

// storeLines stores the next lines of a backup in pending_marks and returns how many
// there were.
func storeLines(k *PendingWriter, lines *bufio.Scanner) (n int, err error) {
	for n < restoreChunk && lines.Scan() {
		var l MarkLine
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return n, fmt.Errorf("%w (%w)", errNoBackup, err)
		}
		if _, err := k.Add(l); err != nil {
			return n, err
		}
		n++
	}
	return n, lines.Err()
}

// PendingWriter stores lines in pending_marks.
type PendingWriter struct {
	ctx context.Context
	tx  *sql.Tx
	// present is the latest time that a mark can have been made at. If a mark is later,
	// present is stored under key, unless key is empty.
	present time.Time
	key     string
	feeds   map[string]int64
	put     *sql.Stmt
}

// NewPendingWriter returns a writer of lines in a transaction. Marks that are later than
// present count as [cache.CopiedMarkTime] says. feeds are the IDs of feeds by their
// addresses. The writer adds those that it looks up; it may be nil.
func NewPendingWriter(ctx context.Context, tx *sql.Tx, present time.Time, feeds map[string]int64) *PendingWriter {
	if feeds == nil {
		feeds = map[string]int64{}
	}
	return &PendingWriter{ctx: ctx, tx: tx, present: present, feeds: feeds}
}

// maxProgress is the reading progress of a whole article.
const maxProgress = 1000

// Check returns the identity of the item. ok is false if the line cannot be one of
// dateline, not even of a later version with other flags.
func (l MarkLine) Check() (identity int64, ok bool) {
	identity, err := identityOf(l.Item)
	ok = err == nil && text.Clean(l.Feed) == l.Feed && text.Clean(l.Label) == l.Label && 0 <= l.Permille && l.Permille <= maxProgress
	return identity, ok
}

// Known reports whether this version knows the flag of the line.
func (l MarkLine) Known() bool {
	return l.Flag == cache.FlagProgress || cache.CheckMark(feed.Mark{Flag: feed.Flag(l.Flag), Label: l.Label}) == nil
}

// Add stores one line, and returns the ID of its feed. Of two lines about the same flag of
// an item the newest mark wins. A line with an unknown flag, from a later dateline, is
// ignored; its feed is 0.
func (k *PendingWriter) Add(l MarkLine) (feedID int64, err error) {
	if !l.Known() {
		return 0, nil
	}
	value := db.ToMicros(l.Until)
	if l.Flag == cache.FlagProgress {
		value = sql.NullInt64{Int64: int64(l.Permille), Valid: true}
	}
	identity, ok := l.Check()
	if !ok {
		return 0, errNoBackup
	}
	id, err := k.feed(l.Feed)
	if err != nil {
		return 0, err
	}
	at, err := k.time(l.At)
	if err != nil {
		return 0, err
	}
	if k.put == nil {
		k.put, err = k.tx.PrepareContext(k.ctx, `INSERT INTO pending_marks (feed, identity, flag, label, is_on, at, value) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET is_on = excluded.is_on, at = excluded.at, value = excluded.value
			WHERE excluded.at > at OR excluded.at = at AND (excluded.is_on, coalesce(excluded.value, 0)) > (is_on, coalesce(value, 0))`)
		if err != nil {
			return 0, err
		}
	}
	_, err = k.put.ExecContext(k.ctx, id, identity, l.Flag, l.Label, l.On, at, value)
	return id, err
}

// time returns the time, in microseconds, that the mark of a line counts as made at; 0 if
// the line has no time.
func (k *PendingWriter) time(at time.Time) (int64, error) {
	if at.IsZero() {
		return 0, nil
	}
	counts := cache.CopiedMarkTime(at, k.present)
	if counts.Equal(at) {
		return at.UnixMicro(), nil
	}
	if k.key == "" {
		return counts.UnixMicro(), nil
	}
	_, err := k.tx.ExecContext(k.ctx, `INSERT INTO settings VALUES (?, ?) ON CONFLICT DO NOTHING`, k.key, k.present.UnixMicro())
	return counts.UnixMicro(), err
}

// feed returns the ID of a feed. If there is none, it adds an unsubscribed one.
func (k *PendingWriter) feed(url string) (int64, error) {
	if id, ok := k.feeds[url]; ok {
		return id, nil
	}
	var id int64
	err := k.tx.QueryRowContext(k.ctx, `INSERT INTO feeds (url) VALUES (?) ON CONFLICT DO UPDATE SET url = url RETURNING id`, url).Scan(&id)
	k.feeds[url] = id
	return id, err
}
