package remotes

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"dateline/cache"
	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/account"
)

// SetFeeds implements [account.Store]. A feed that is missing becomes unsubscribed by the
// next [cache.Store.SetFeeds]; its items and marks stay. A feed that got another address
// takes them along. If an ID is there twice, the first is used.
func (s Store) SetFeeds(ctx context.Context, name string, feeds []account.Feed) error {
	old, err := s.Feeds(ctx, name)
	if err != nil {
		return err
	}
	if feeds = withoutRepeated(feeds); same(old, feeds) {
		return cache.WrapError(ctx, "save the errors of account "+name, s.storeErrors(ctx, name, feeds))
	}
	if err := s.moveFeeds(ctx, name, old, feeds); err != nil {
		return err
	}
	return s.write(ctx, name, func(tx *sql.Tx) error {
		if err := endFeeds(ctx, tx, name, feeds); err != nil {
			return err
		}
		for i, f := range feeds {
			if err := putFeed(ctx, tx, name, i, f); err != nil {
				return err
			}
		}
		// Entries may have come before their feed, if somebody subscribed during a round.
		// They are fetched again, because nothing of them was kept.
		_, err := tx.ExecContext(ctx, `DELETE FROM remotes WHERE account = ? AND feed IS NULL AND item IS NULL`, name)
		return err
	})
}

// withoutRepeated returns the feeds whose ID was not there before.
func withoutRepeated(feeds []account.Feed) []account.Feed {
	seen := make(map[string]bool, len(feeds))
	return slices.DeleteFunc(slices.Clone(feeds), func(f account.Feed) bool {
		again := seen[f.ID]
		seen[f.ID] = true
		return again
	})
}

// sqlOthers counts the subscriptions of others to an address. An account that was due a day
// before this one was synced last, and was not synced, is in no configuration any more: it was
// removed or renamed.
const sqlOthers = `SELECT count(*) FROM feeds f WHERE f.url = ?2 AND (f.account <> ?1 AND f.config_order IS NOT NULL
	OR EXISTS (SELECT 1 FROM account_feeds a JOIN accounts s ON s.name = a.account WHERE a.feed = f.id AND a.account <> ?1
		AND (s.next_sync IS NULL OR s.next_sync > coalesce((SELECT last_synced FROM accounts WHERE name = ?1), 0) - 86400000000)))`

// moveFeeds moves the items of feeds that the server has given another address, unless
// somebody else is subscribed to the old one.
func (s Store) moveFeeds(ctx context.Context, name string, old, feeds []account.Feed) error {
	before, there := map[string]string{}, map[string]bool{}
	for _, f := range old {
		before[f.ID] = f.URL
	}
	for _, f := range feeds {
		there[f.URL] = true
	}
	for _, f := range feeds {
		from := before[f.ID]
		if from == "" || from == f.URL || there[from] {
			continue
		}
		others := 0
		err := s.cache.Internals().Readers().QueryRowContext(ctx, sqlOthers, name, from).Scan(&others)
		if err != nil {
			return cache.WrapError(ctx, "move "+from, err)
		}
		if others > 0 {
			continue
		}
		if err := s.cache.MoveFeed(ctx, from, f.URL); err != nil && !errors.Is(err, cache.ErrNoFeed) {
			return err
		}
	}
	return nil
}

// endFeeds removes the subscriptions. The entries of those that are not among feeds any more
// count as gone until the server lists one again: it may have sent a list without them.
func endFeeds(ctx context.Context, tx *sql.Tx, name string, feeds []account.Feed) error {
	for _, query := range []string{
		`UPDATE remotes SET gone = 1 WHERE account = ?1 AND feed IN (SELECT feed FROM account_feeds
			WHERE account = ?1 AND server_id NOT IN (SELECT value FROM json_each(?2)))`,
		`DELETE FROM account_feeds WHERE account = ?1`,
	} {
		if _, err := tx.ExecContext(ctx, query, name, jsonTexts(idsOfFeeds(feeds))); err != nil {
			return err
		}
	}
	return nil
}

func idsOfFeeds(feeds []account.Feed) []string {
	ids := make([]string, len(feeds))
	for i, f := range feeds {
		ids[i] = f.ID
	}
	return ids
}

// same reports whether nothing that is stored of the feeds differs.
func same(a, b []account.Feed) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].ID != b[i].ID || a[i].URL != b[i].URL || a[i].Title != b[i].Title || jsonTexts(a[i].Folders) != jsonTexts(b[i].Folders) {
			return false
		}
	}
	return true
}

func putFeed(ctx context.Context, tx *sql.Tx, name string, position int, f account.Feed) error {
	var id int64
	err := tx.QueryRowContext(ctx, `INSERT INTO feeds (url, title, site, description) VALUES (?, ?, ?, ?) ON CONFLICT (url) DO UPDATE SET
		site = iif(site = '', excluded.site, site), description = iif(description = '', excluded.description, description) RETURNING id`,
		f.URL, f.Title, f.Site, f.Description).Scan(&id)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT OR REPLACE INTO account_feeds (account, server_id, feed, position, title, folders) VALUES (?, ?, ?, ?, ?, ?)`,
		name, f.ID, id, position, f.Title, jsonTexts(f.Folders))
	return err
}

// Feeds returns the subscriptions of an account as the server listed them last, without
// what is not stored: when they were checked, and their errors.
func (s Store) Feeds(ctx context.Context, name string) ([]account.Feed, error) {
	const op = "read the feeds of account "
	rows, err := s.cache.Internals().Readers().QueryContext(ctx, `SELECT a.server_id, f.url, a.title, a.folders FROM account_feeds a JOIN feeds f ON f.id = a.feed
		WHERE a.account = ? ORDER BY a.position`, name)
	if err != nil {
		return nil, cache.WrapError(ctx, op+name, err)
	}
	defer rows.Close()
	var feeds []account.Feed
	for rows.Next() {
		var f account.Feed
		var folders string
		if err := rows.Scan(&f.ID, &f.URL, &f.Title, &folders); err != nil {
			return nil, cache.WrapError(ctx, op+name, err)
		}
		if err := db.FromJSON(folders, &f.Folders); err != nil {
			return nil, cache.WrapError(ctx, op+name, err)
		}
		feeds = append(feeds, f)
	}
	return feeds, cache.WrapError(ctx, op+name, rows.Err())
}

// Subscriptions returns the subscriptions of an account for [cache.Store.SetFeeds].
func (s Store) Subscriptions(ctx context.Context, settings feed.AccountSettings) ([]feed.Subscription, error) {
	feeds, err := s.Feeds(ctx, settings.Name)
	subs := make([]feed.Subscription, len(feeds))
	for i, f := range feeds {
		subs[i] = feed.Subscription{URL: f.URL, Account: settings.Name, Name: f.Title, Tags: f.Folders, Settings: settings.Feeds}
	}
	return subs, err
}
