package remotes

import (
	"context"
	"database/sql"

	"dateline/cache"
	"dateline/cache/db"
	"dateline/feed/account"
)

// Check implements [account.Store]. A publisher may give articles other addresses, all of them
// if its site moves, and then title and date stay the same.
func (s Store) Check(ctx context.Context, name string, entries []account.Entry) (bool, error) {
	for _, e := range entries {
		var link, title string
		var published sql.NullInt64
		err := s.cache.Internals().Readers().QueryRowContext(ctx, `SELECT d.link, d.title, d.published FROM remotes r JOIN details d ON d.id = r.item
			WHERE r.account = ? AND r.server_id = ?`, name, e.ID).Scan(&link, &title, &published)
		if err == sql.ErrNoRows {
			continue
		}
		if err != nil {
			return false, cache.WrapError(ctx, "compare with account "+name, err)
		}
		sameText := title != "" && title == e.Article.Title && published.Valid && db.FromMicros(published).Unix() == e.Article.Published.Unix()
		if linkHash(link) != linkHash(e.Article.Link) && !sameText {
			return false, nil
		}
	}
	return true, nil
}

// Sample implements [account.Store].
func (s Store) Sample(ctx context.Context, name string, n int, feeds []account.Feed) ([]string, error) {
	const newest = `SELECT r.server_id FROM items i CROSS JOIN remotes r ON r.item = i.id AND r.account = ?1 AND r.gone = 0 `
	q := s.cache.Internals().Readers()
	ids, err := db.Strings(ctx, q, newest+`WHERE i.feed IN (SELECT feed FROM account_feeds WHERE account = ?1 AND server_id IN (SELECT value FROM json_each(?3)))
		ORDER BY i.pos DESC LIMIT ?2`, name, n, jsonTexts(idsOfFeeds(feeds)))
	if err == nil && len(ids) == 0 {
		ids, err = db.Strings(ctx, q, newest+`ORDER BY i.pos DESC LIMIT ?2`, name, n)
	}
	return ids, cache.WrapError(ctx, "compare with account "+name, err)
}

// Forget implements [account.Store].
func (s Store) Forget(ctx context.Context, name string) error {
	return s.write(ctx, name, func(tx *sql.Tx) error {
		for _, query := range []string{
			`DELETE FROM remotes WHERE account = ?`,
			`DELETE FROM account_feeds WHERE account = ?`,
			`UPDATE accounts SET last_synced = NULL, next_sync = NULL, backlog = 0 WHERE name = ?`,
		} {
			if _, err := tx.ExecContext(ctx, query, name); err != nil {
				return err
			}
		}
		return nil
	})
}
