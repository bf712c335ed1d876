package cache

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"dateline/cache/db"
	"dateline/feed"
)

// maxPolls is the number of entries in the poll log of a feed.
const maxPolls = 30

// storedHints is the column poll_hints: the polling hints, and what else is known of the
// last document.
type storedHints struct {
	feed.PollHints
	LastFull  time.Time `json:"last_full,omitzero"`
	Shortened bool      `json:"shortened,omitempty"`
}

// saveState saves the poll state of a feed, and its title and description if there is
// a document.
func (w *itemWriter) saveState(t *target, f feed.Fetched, saved feed.Saved) error {
	p := f.State
	hints, err := json.Marshal(storedHints{p.Hints, p.LastFull, p.Shortened})
	if err != nil {
		return err
	}
	w.exec(`UPDATE feeds SET etag = ?, last_modified = ?, body_hash = ?, last_checked = ?, last_ok = ?,
		next_check = ?, status = ?, failures = ?, error = ?, gone = ?, final_url = ?,
		poll_hints = ?, reason = ?, post_interval = ?, newest = ?, moved_to = ?, moved_since = ?, moved_times = ?, claimed_until = NULL,
		total = total + ?, unread = unread + ? WHERE id = ?`,
		p.ETag, p.LastModified, p.BodyHash, db.ToMicros(p.LastChecked), db.ToMicros(p.LastOK),
		db.ToMicros(p.NextCheck), p.Status, p.Failures, p.Error, p.Gone, p.FinalURL,
		string(hints), p.Reason, p.PostInterval.Microseconds(), db.ToMicros(p.Newest), p.MovedTo, db.ToMicros(p.MovedSince), p.MovedTimes,
		t.counts.Total, t.counts.Unread, t.id)
	w.logPoll(t.id, f.Log, saved)
	if f.Document == nil {
		return w.err
	}
	d := f.Document
	return w.exec(`UPDATE feeds SET title = ?, description = ?, site = ?, updated = ? WHERE id = ?`,
		d.Title, d.Description, d.Site, db.ToMicros(d.Updated), t.id)
}

// logPoll adds an entry to the poll log, with what was saved. It deletes the oldest
// entries, and those that a wrong clock dated in the future.
func (w *itemWriter) logPoll(id int64, l feed.PollLogEntry, saved feed.Saved) {
	if l.At.IsZero() {
		return
	}
	w.exec(`INSERT OR REPLACE INTO polls (feed, at, outcome, status, bytes, arrived, updated, reissued, duration, error)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, db.ToMicros(l.At), l.Outcome, l.Status, l.Bytes, saved.New, saved.Updated, saved.Reissued, l.Duration.Microseconds(), l.Error)
	w.exec(sqlTrimPolls, id, latestAllowed(l.At).UnixMicro(), maxPolls)
}

const sqlTrimPolls = `DELETE FROM polls WHERE feed = ?1 AND (at > ?2 OR at <=
	(SELECT at FROM polls WHERE feed = ?1 AND at <= ?2 ORDER BY at DESC LIMIT 1 OFFSET ?3))`

// PollLog returns the last entries of the poll log of a feed, newest first: up to max,
// and at most [maxPolls].
func (s *Store) PollLog(ctx context.Context, url string, max int) ([]feed.PollLogEntry, error) {
	polls, err := readPolls(ctx, s.readers, url, max)
	return polls, WrapError(ctx, "read the poll log of "+url, err)
}

func readPolls(ctx context.Context, q db.Querier, url string, max int) ([]feed.PollLogEntry, error) {
	rows, err := q.QueryContext(ctx, `SELECT at, outcome, status, bytes, arrived, updated, reissued, duration, error FROM polls
		WHERE feed = (SELECT id FROM feeds WHERE url = ?) ORDER BY at DESC LIMIT ?`, url, max)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var polls []feed.PollLogEntry
	for rows.Next() {
		var p feed.PollLogEntry
		var at sql.NullInt64
		var duration int64
		if err := rows.Scan(&at, &p.Outcome, &p.Status, &p.Bytes, &p.New, &p.Updated, &p.Reissued, &duration, &p.Error); err != nil {
			return nil, err
		}
		p.At, p.Duration = db.FromMicros(at), time.Duration(duration)*time.Microsecond
		polls = append(polls, p)
	}
	return polls, rows.Err()
}

// sqlClaim claims the feeds that nobody has claimed, or whose claim has ended, if they
// were not checked since their state was read. A claim that lasts more than a minute longer
// than the new one was made by a wrong clock, and does not count. This process may have
// waited for the database since it read its clock, so a right claim can last a little
// longer, too.
const sqlClaim = `UPDATE feeds SET claimed_until = ?1 FROM json_each(?2) j WHERE feeds.url = j.value ->> 0 AND
	(?4 OR (claimed_until IS NULL OR claimed_until <= ?3 OR claimed_until > ?1 + 60000000) AND last_checked IS j.value ->> 1 AND next_check IS j.value ->> 2) RETURNING url`

// Claim claims feeds for this process until a time, and returns the URLs of those it
// got. Only these may be fetched. It does not get a feed that another process has
// claimed, or has checked since the feed was read. If anyway is set, it gets all.
//
// A claim ends when the result is saved, with [Store.Release], or at until. So a
// process that is killed does not block a feed for long.
func (s *Store) Claim(ctx context.Context, feeds []feed.Feed, until time.Time, anyway bool) ([]string, error) {
	const op = "prepare the refresh"
	list := make([][3]any, len(feeds))
	for i, f := range feeds {
		list[i] = [3]any{f.URL, micros(f.Poll.LastChecked), micros(f.Poll.NextCheck)}
	}
	wanted, err := json.Marshal(list)
	if err != nil {
		return nil, WrapError(ctx, op, err)
	}
	var granted []string
	err = s.write(ctx, op, func(tx *sql.Tx) (err error) {
		granted, err = db.Strings(ctx, tx, sqlClaim, until.UnixMicro(), string(wanted), s.now().UnixMicro(), anyway)
		return err
	})
	return granted, err
}

// Release ends claims that were made until a time, of feeds that were not fetched
// after all.
func (s *Store) Release(ctx context.Context, urls []string, until time.Time) error {
	const op = "finish the refresh"
	list, err := json.Marshal(urls)
	if err != nil {
		return WrapError(ctx, op, err)
	}
	return s.write(ctx, op, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE feeds SET claimed_until = NULL WHERE url IN (SELECT value FROM json_each(?)) AND claimed_until = ?`, string(list), until.UnixMicro())
		return err
	})
}

// micros returns a time in microseconds for JSON; nil for the zero time.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}
