package cache

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"dateline/cache/db"
	"dateline/feed"
)

// storedSubscription is what the database has of one subscription.
type storedSubscription struct {
	url, account, name, tags                        string
	keepDays, keepItems                             int
	keepUnread                                      bool
	paused, renewEdited, fulltext, notify, separate bool
}

// SetFeeds sets the subscriptions and their order. If two have the same URL, the first
// is used. If nothing changed, nothing is written.
//
// A feed that is missing becomes unsubscribed: it is neither listed nor checked. Its
// items show only in views that ask for them: starred, labelled, or by the URL of the
// feed. They stay until [Store.Purge] or until the feed is subscribed again.
func (s *Store) SetFeeds(ctx context.Context, subs []feed.Subscription) error {
	const op = "save the list of feeds"
	want, err := toStored(subs)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	have, known := takePrefetched(ctx, &s.listPrefetch)
	if !known {
		if have, err = readSubscribed(ctx, s.readers); err != nil {
			return WrapError(ctx, op, err)
		}
	}
	if have == joinSubscriptions(want) {
		return nil
	}
	return s.write(ctx, op, func(tx *sql.Tx) error { return replaceFeeds(ctx, tx, want) })
}

// readSubscribed returns the stored subscriptions as one text, see [sqlSubscribed].
func readSubscribed(ctx context.Context, q db.Querier) (have string, err error) {
	err = q.QueryRowContext(ctx, sqlSubscribed).Scan(&have)
	return have, err
}

func toStored(subs []feed.Subscription) ([]storedSubscription, error) {
	var want []storedSubscription
	seen := map[string]bool{}
	for _, sub := range subs {
		if seen[sub.URL] {
			continue
		}
		seen[sub.URL] = true
		tags, err := db.ToJSON(sub.Tags)
		if err != nil {
			return nil, err
		}
		set := sub.Settings
		want = append(want, storedSubscription{url: sub.URL, account: sub.Account, name: sub.Name, tags: tags,
			keepDays: set.KeepDays, keepItems: set.KeepItems, keepUnread: set.KeepUnread,
			paused: set.Paused, renewEdited: set.RenewEdited, fulltext: set.Fulltext, notify: set.Notify, separate: set.Separate})
	}
	return want, nil
}

const subscribedColumns = `account, name, tags, keep_days, keep_items, keep_unread, paused, renew_edited, fulltext, notify, separate`

// fields returns pointers to the values of subscribedColumns.
func (w *storedSubscription) fields() []any {
	return []any{&w.account, &w.name, &w.tags, &w.keepDays, &w.keepItems, &w.keepUnread, &w.paused, &w.renewEdited, &w.fulltext, &w.notify, &w.separate}
}

// sqlSubscribed joins all subscriptions into one text, in the format of [joinSubscriptions].
// Every start compares them before anything shows, and reading a thousand rows of many
// columns one by one takes several times longer.
const sqlSubscribed = `SELECT coalesce(group_concat(concat_ws(char(31), url, ` + subscribedColumns + `), char(30) ORDER BY config_order), '')
	FROM feeds WHERE config_order IS NOT NULL`

// joinSubscriptions returns the text that sqlSubscribed returns for these subscriptions.
func joinSubscriptions(list []storedSubscription) string {
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

func replaceFeeds(ctx context.Context, tx *sql.Tx, want []storedSubscription) error {
	if _, err := tx.ExecContext(ctx, `UPDATE feeds SET config_order = NULL`); err != nil {
		return err
	}
	put, err := tx.PrepareContext(ctx, `INSERT INTO feeds (url, config_order, `+subscribedColumns+`)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (url) DO UPDATE SET (config_order, `+subscribedColumns+`) =
			(excluded.config_order, excluded.`+strings.ReplaceAll(subscribedColumns, ", ", ", excluded.")+`)`)
	if err != nil {
		return err
	}
	defer put.Close()
	for i, w := range want {
		if _, err := put.ExecContext(ctx, append([]any{w.url, i}, w.fields()...)...); err != nil {
			return err
		}
	}
	for unsubscribed, feeds := range []string{`config_order IS NOT NULL`, `config_order IS NULL`} {
		_, err := tx.ExecContext(ctx, `UPDATE items SET unsubscribed = ?1 WHERE unsubscribed <> ?1 AND feed IN (SELECT id FROM feeds WHERE `+feeds+`)`, unsubscribed)
		if err != nil {
			return err
		}
	}
	return stories{ctx, tx}.regroup()
}

// packedFeed are the columns of a feed, in the order in which setFeed reads them.
var packedFeed = db.Packed{
	Numbers: []string{"updated", "last_checked", "last_ok", "next_check", "status", "failures", "gone", "post_interval", "newest",
		"moved_since", "moved_times", "claimed_until", "paused", "fulltext", "total", "unread", "copies", "copies_unread"},
	Texts: []string{"coalesce(nullif(name, ''), title)", "url", "description", "site", "tags",
		"etag", "last_modified", "body_hash", "error", "final_url", "poll_hints", "reason", "moved_to", "account"},
}

// Feeds returns the subscribed feeds in the order of the configuration.
func (s *Store) Feeds(ctx context.Context) ([]feed.Feed, error) {
	feeds, _, err := readFeeds(ctx, s.readers)
	if err != nil {
		return nil, WrapError(ctx, "list the feeds", err)
	}
	snoozed, err := countSnoozed(ctx, s.readers, s.now())
	subtractSnoozed(feeds, snoozed)
	return feeds, WrapError(ctx, "list the feeds", err)
}

// subtractSnoozed subtracts the snoozed items from the counts of feeds.
func subtractSnoozed(feeds []feed.Feed, snoozed map[string]snoozedCount) {
	for i := range feeds {
		f := &feeds[i]
		f.Total -= snoozed[f.URL].Total
		f.Unread -= snoozed[f.URL].Unread
	}
}

// readFeeds returns the subscribed feeds, and how many items of each are copies of a
// lead. The counts include snoozed items.
func readFeeds(ctx context.Context, q db.Querier) ([]feed.Feed, []FeedCount, error) {
	kept, err := feedRows(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	feeds, copies := make([]feed.Feed, len(kept)), make([]FeedCount, len(kept))
	numbers, texts := make([]sql.NullInt64, len(packedFeed.Numbers)), make([]string, len(packedFeed.Texts))
	for i, row := range kept {
		if packedFeed.Unpack(row, numbers, texts) != nil {
			return nil, nil, ErrCorrupt
		}
		if err := setFeed(&feeds[i], &copies[i], numbers, texts); err != nil {
			return nil, nil, err
		}
	}
	return feeds, copies, nil
}

// feedRows reads all rows before the first is unpacked, so that the number of feeds is
// known when their memory is allocated.
func feedRows(ctx context.Context, q db.Querier) ([]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+packedFeed.SQL()+` FROM feeds WHERE config_order IS NOT NULL ORDER BY config_order`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var kept []string
	for rows.Next() {
		var row string
		if err := rows.Scan(&row); err != nil {
			return nil, err
		}
		kept = append(kept, row)
	}
	return kept, rows.Err()
}

// setFeed sets f and copies from the columns of packedFeed.
func setFeed(f *feed.Feed, copies *FeedCount, n []sql.NullInt64, t []string) error {
	number := func(i int) int { return int(n[i].Int64) }
	*f = feed.Feed{
		Title: t[0], URL: t[1], Account: t[13], Description: t[2], Site: t[3],
		Updated: db.FromMicros(n[0]), ClaimedUntil: db.FromMicros(n[11]), Paused: number(12) != 0, Fulltext: number(13) != 0,
		Total: number(14), Unread: number(15),
		Poll: feed.PollState{
			LastChecked: db.FromMicros(n[1]), LastOK: db.FromMicros(n[2]), NextCheck: db.FromMicros(n[3]),
			Status: number(4), Failures: number(5), Gone: number(6) != 0,
			PostInterval: time.Duration(n[7].Int64) * time.Microsecond, Newest: db.FromMicros(n[8]),
			MovedSince: db.FromMicros(n[9]), MovedTimes: number(10), MovedTo: t[12],
			ETag: t[5], LastModified: t[6], BodyHash: t[7], Error: t[8], FinalURL: t[9], Reason: t[11],
		},
	}
	*copies = FeedCount{number(16), number(17)}
	var hints storedHints
	err := cmp.Or(db.FromJSON(t[4], &f.Tags), db.FromJSON(t[10], &hints))
	f.Poll.Hints, f.Poll.LastFull, f.Poll.Shortened = hints.PollHints, hints.LastFull, hints.Shortened
	return err
}

// MoveFeed gives a feed a new address. Its items, marks and poll log stay. The
// validators are deleted, because they belong to the old address. A feed that was gone
// or failing is due at once.
//
// If the database has a feed with the new address, from an earlier subscription, its
// items are merged. If it has none with the address from, the error is [ErrNoFeed].
//
// MoveFeed works in several transactions. The last one ends the plan of [Store.PlanMove].
func (s *Store) MoveFeed(ctx context.Context, from, to string) error {
	op := "move " + from
	if from == to {
		return nil
	}
	var id, other int64
	err := s.write(ctx, op, func(tx *sql.Tx) error {
		var err error
		if id, _, err = feedByURL(ctx, tx, from); errors.Is(err, sql.ErrNoRows) {
			return ErrNoFeed
		} else if err != nil {
			return err
		}
		if other, _, err = feedByURL(ctx, tx, to); errors.Is(err, sql.ErrNoRows) {
			return changeURL(ctx, tx, id, from, to)
		} else if err != nil {
			return err
		}
		return mergeFeed(ctx, tx, id, other)
	})
	if err != nil || other == 0 {
		return err
	}
	// The items that both feeds have are left at the other one. If this ends early,
	// MoveFeed can be called again.
	for {
		n, err := s.removeChunk(ctx, db.SQL(`SELECT i.pos FROM items i INDEXED BY items_identity WHERE i.feed = ? LIMIT ?`, other, removeChunk), false)
		if err != nil {
			return err
		}
		if n < removeChunk {
			break
		}
	}
	return s.write(ctx, op, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM feeds WHERE id = ?`, other); err != nil {
			return err
		}
		return changeURL(ctx, tx, id, from, to)
	})
}

// movePrefix is the start of the keys of the settings that hold planned moves. The old
// address follows. The value is the new address.
const movePrefix = "cache.move "

// PlannedMoves are the feeds that are about to move in the configuration. A process can be
// killed between the change of the configuration and [Store.MoveFeed], which ends the plan.
// Then the next process finds it. The addresses have no user and no password.
type PlannedMoves struct{ Store *Store }

// Add plans to move a feed. After Add returns, not even a power cut loses the plan.
func (p PlannedMoves) Add(ctx context.Context, from, to string) error {
	err := p.Store.write(ctx, "plan the move of "+from, func(tx *sql.Tx) error { return setSetting(ctx, tx, movePrefix+from, to) })
	if err != nil {
		return err
	}
	return p.Store.Sync(ctx)
}

// Drop removes the plan to move a feed. If there is none, it does nothing.
func (p PlannedMoves) Drop(ctx context.Context, from string) error {
	return p.Store.write(ctx, "drop the move of "+from, func(tx *sql.Tx) error { return dropMove(ctx, tx, from) })
}

func dropMove(ctx context.Context, tx *sql.Tx, from string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM settings WHERE key = ?`, movePrefix+from)
	return err
}

// All returns the old and the new addresses of the moves that are running, or that a
// process did not complete.
func (p PlannedMoves) All(ctx context.Context) (map[string]string, error) {
	const op = "read the planned moves"
	// Compared as bytes, "!" is the next character after the space that ends movePrefix.
	rows, err := p.Store.readers.QueryContext(ctx, `SELECT key, value FROM settings WHERE key >= ? AND key < ?`, movePrefix, strings.TrimSuffix(movePrefix, " ")+"!")
	if err != nil {
		return nil, WrapError(ctx, op, err)
	}
	defer rows.Close()
	moves := map[string]string{}
	for rows.Next() {
		var key, to string
		if err := rows.Scan(&key, &to); err != nil {
			return nil, WrapError(ctx, op, err)
		}
		moves[strings.TrimPrefix(key, movePrefix)] = to
	}
	return moves, WrapError(ctx, op, rows.Err())
}

// changeURL gives a feed the address to and ends the plan to move it from another one.
func changeURL(ctx context.Context, tx *sql.Tx, id int64, from, to string) error {
	if err := dropMove(ctx, tx, from); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE feeds SET url = ?, etag = '', last_modified = '', final_url = '',
		moved_to = '', moved_since = NULL, moved_times = 0,
		next_check = iif(gone OR failures > 0, NULL, next_check), gone = 0, failures = 0, error = '' WHERE id = ?`, to, id)
	return err
}

// mergeFeed gives a feed the items of another one. An item that both have stays as it is
// in the feed, with the marks of both.
func mergeFeed(ctx context.Context, tx *sql.Tx, id, other int64) error {
	for _, query := range []string{
		`UPDATE items SET
			(starred, starred_at) = (max(items.starred, o.starred), max(coalesce(items.starred_at, o.starred_at), coalesce(o.starred_at, items.starred_at))),
			(read, read_at) = (max(items.read, o.read), max(coalesce(items.read_at, o.read_at), coalesce(o.read_at, items.read_at)))
			FROM items o WHERE items.feed = ?1 AND o.feed = ?2 AND o.identity = items.identity`,
		`INSERT OR IGNORE INTO labels SELECT l.name, i.pos, l.held, l.at FROM items i
			JOIN items o ON o.feed = ?2 AND o.identity = i.identity JOIN labels l ON l.pos = o.pos WHERE i.feed = ?1`,
		`UPDATE remotes SET item = v.id, changed = 1 FROM (SELECT i.id, o.id AS other FROM items i JOIN items o ON o.feed = ?2 AND o.identity = i.identity WHERE i.feed = ?1) v
			WHERE remotes.item = v.other`,
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
	return stories{ctx, tx}.regroup()
}

func feedByURL(ctx context.Context, tx *sql.Tx, url string) (id int64, unsubscribed bool, err error) {
	err = tx.QueryRowContext(ctx, `SELECT id, config_order IS NULL FROM feeds WHERE url = ?`, url).Scan(&id, &unsubscribed)
	return id, unsubscribed, err
}
