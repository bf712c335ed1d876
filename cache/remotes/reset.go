package remotes

import (
	"context"
	"database/sql"

	"dateline/cache"
	"dateline/feed/account"
)

// Check implements [account.Store].
func (s Store) Check(ctx context.Context, name string, entries []account.Entry) (bool, error) {
	for _, e := range entries {
		var link string
		err := s.cache.Internals().Readers().QueryRowContext(ctx, `SELECT d.link FROM remotes r JOIN details d ON d.id = r.item WHERE r.account = ? AND r.server_id = ?`, name, e.ID).Scan(&link)
		if err == sql.ErrNoRows {
			continue
		}
		if err != nil {
			return false, cache.WrapError(ctx, "compare with account "+name, err)
		}
		if linkHash(link) != linkHash(e.Article.Link) {
			return false, nil
		}
	}
	return true, nil
}

// Sample implements [account.Store].
func (s Store) Sample(ctx context.Context, name string, n int) ([]string, error) {
	rows, err := s.cache.Internals().Readers().QueryContext(ctx, `SELECT r.server_id FROM items i CROSS JOIN remotes r ON r.item = i.id AND r.account = ?1 AND r.gone = 0
		ORDER BY i.pos DESC LIMIT ?2`, name, n)
	if err != nil {
		return nil, cache.WrapError(ctx, "compare with account "+name, err)
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, cache.WrapError(ctx, "compare with account "+name, err)
		}
		ids = append(ids, id)
	}
	return ids, cache.WrapError(ctx, "compare with account "+name, rows.Err())
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
