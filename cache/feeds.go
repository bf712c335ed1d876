package cache

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"dateline/feed"
)

// subscribed is what the cache keeps of one subscription.
type subscribed struct {
	url, name, tags                                 string
	keepDays, keepItems                             int
	keepUnread                                      bool
	paused, renewEdited, fulltext, notify, separate bool
}

// SetFeeds makes the subscriptions these, in this order; of two with the same
// URL the first holds. Feeds that are missing become unsubscribed: they are
// not listed or polled any more, and their items show only where they are
// asked for (starred, labelled, or by the feed's URL), until [Store.Purge] or
// the feed comes back. Nothing is written when nothing changed.
func (s *Store) SetFeeds(ctx context.Context, subs []feed.Subscription) error {
	const tried = "keep the list of feeds"
	want, err := wanted(subs)
	if err != nil {
		return fmt.Errorf("%s: %w", tried, err)
	}
	var have string
	if err := s.readers.QueryRowContext(ctx, sqlSubscribed).Scan(&have); err != nil {
		return border(ctx, tried, err)
	}
	if have == written(want) {
		return nil
	}
	return s.write(ctx, tried, func(tx *sql.Tx) error { return replaceFeeds(ctx, tx, want) })
}

func wanted(subs []feed.Subscription) ([]subscribed, error) {
	var want []subscribed
	seen := map[string]bool{}
	for _, sub := range subs {
		if seen[sub.URL] {
			continue
		}
		seen[sub.URL] = true
		tags, err := jsonList(sub.Tags)
		if err != nil {
			return nil, err
		}
		set := sub.Settings
		want = append(want, subscribed{url: sub.URL, name: sub.Name, tags: tags,
			keepDays: set.KeepDays, keepItems: set.KeepItems, keepUnread: set.KeepUnread,
			paused: set.Paused, renewEdited: set.RenewEdited, fulltext: set.Fulltext, notify: set.Notify, separate: set.Separate})
	}
	return want, nil
}

const subscribedColumns = `name, tags, keep_days, keep_items, keep_unread, paused, renew_edited, fulltext, notify, separate`

// fields are the values of subscribedColumns.
func (w *subscribed) fields() []any {
	return []any{&w.name, &w.tags, &w.keepDays, &w.keepItems, &w.keepUnread, &w.paused, &w.renewEdited, &w.fulltext, &w.notify, &w.separate}
}

// sqlSubscribed writes all subscriptions into one text, as written does: a start
// compares them before anything shows, and a thousand rows of many columns take
// several times longer to be read one by one.
const sqlSubscribed = `SELECT coalesce(group_concat(concat_ws(char(31), url, ` + subscribedColumns + `), char(30) ORDER BY place), '')
	FROM feeds WHERE place IS NOT NULL`

// written is the text that sqlSubscribed gives for these subscriptions.
func written(list []subscribed) string {
	var b strings.Builder
	for i, w := range list {
		if i > 0 {
			b.WriteByte(30)
		}
		b.WriteString(w.url)
		for _, field := range w.fields() {
			b.WriteByte(31)
			switch v := field.(type) {
			case *string:
				b.WriteString(*v)
			case *int:
				b.WriteString(strconv.Itoa(*v))
			case *bool:
				b.WriteByte(bit(*v))
			}
		}
	}
	return b.String()
}

func bit(on bool) byte {
	if on {
		return '1'
	}
	return '0'
}

func replaceFeeds(ctx context.Context, tx *sql.Tx, want []subscribed) error {
	if _, err := tx.ExecContext(ctx, `UPDATE feeds SET place = NULL`); err != nil {
		return err
	}
	put, err := tx.PrepareContext(ctx, `INSERT INTO feeds (url, place, `+subscribedColumns+`)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (url) DO UPDATE SET (place, `+subscribedColumns+`) =
			(excluded.place, excluded.`+strings.ReplaceAll(subscribedColumns, ", ", ", excluded.")+`)`)
	if err != nil {
		return err
	}
	defer put.Close()
	for i, w := range want {
		if _, err := put.ExecContext(ctx, append([]any{w.url, i}, w.fields()...)...); err != nil {
			return err
		}
	}
	for away, feeds := range []string{`place IS NOT NULL`, `place IS NULL`} {
		_, err := tx.ExecContext(ctx, `UPDATE items SET away = ?1 WHERE away <> ?1 AND feed IN (SELECT id FROM feeds WHERE `+feeds+`)`, away)
		if err != nil {
			return err
		}
	}
	return stories{ctx, tx}.settle()
}

const feedColumns = `coalesce(nullif(name, ''), title), url, description, site, tags, updated,
	etag, last_modified, body_hash, last_checked, last_ok, next_check, status, failures, error, gone, final_url,
	wishes, reason, rhythm, newest, moved_to, moved_since, moved_times, asking, paused, fulltext, total, unread`

// Feeds are the subscribed feeds in the order of the configuration.
func (s *Store) Feeds(ctx context.Context) ([]feed.Feed, error) {
	feeds, err := s.feeds(ctx)
	return feeds, border(ctx, "list the feeds", err)
}

func (s *Store) feeds(ctx context.Context) ([]feed.Feed, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT `+feedColumns+` FROM feeds WHERE place IS NOT NULL ORDER BY place`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var feeds []feed.Feed
	for rows.Next() {
		f, err := scanFeed(rows)
		if err != nil {
			return nil, err
		}
		feeds = append(feeds, f)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return feeds, s.leaveOutSnoozed(ctx, feeds)
}

func scanFeed(rows *sql.Rows) (feed.Feed, error) {
	var f feed.Feed
	var tags, wishes string
	var updated, lastChecked, lastOK, nextCheck, newest, movedSince, asking sql.NullInt64
	var rhythm int64
	p := &f.Poll
	if err := rows.Scan(&f.Title, &f.URL, &f.Description, &f.Site, &tags, &updated,
		&p.ETag, &p.LastModified, &p.BodyHash, &lastChecked, &lastOK, &nextCheck,
		&p.Status, &p.Failures, &p.Error, &p.Gone, &p.FinalURL,
		&wishes, &p.Reason, &rhythm, &newest, &p.MovedTo, &movedSince, &p.MovedTimes, &asking, &f.Paused, &f.Fulltext, &f.Total, &f.Unread); err != nil {
		return f, err
	}
	f.Updated, p.LastChecked, p.LastOK, p.NextCheck = instant(updated), instant(lastChecked), instant(lastOK), instant(nextCheck)
	f.Asking = instant(asking)
	p.Newest, p.MovedSince, p.Rhythm = instant(newest), instant(movedSince), time.Duration(rhythm)*time.Microsecond
	return f, cmp.Or(fromJSON(tags, &f.Tags), fromJSON(wishes, &p.Wishes))
}

// jsonList writes a list as a JSON array, an empty one as "".
func jsonList[T any](list []T) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	b, err := json.Marshal(list)
	return string(b), err
}

// fromJSON reads what jsonList wrote, or any JSON; "" leaves into as it is.
func fromJSON(text string, into any) error {
	return json.Unmarshal([]byte(cmp.Or(text, "null")), into)
}
