// Package remotes keeps what the servers of accounts said, in the same database as the
// items: the subscriptions, which item an entry is, and the marks that were last agreed. It
// implements [account.Store].
//
// The table remotes has a row for each entry that was ever seen. A row without an item stays,
// so that the entry is not fetched again after retention has removed its item. Whatever
// changes a mark of an item, a trigger (watch.go) sets remotes.changed; nothing else makes a
// mark pending.
package remotes

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"dateline/cache"
	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/account"
)

// Store keeps the accounts of a database. Several goroutines may use it.
type Store struct {
	cache *cache.Store
	free  *freeOf
}

// New returns the accounts of an open database.
func New(s *cache.Store) Store {
	return Store{s, &freeOf{rounds: map[string]freeInRound{}}}
}

const sqlState = `SELECT kind, url, server_user, last_synced, next_sync, backlog, held_back, error, refused, paused_until, claimed_until FROM accounts WHERE name = ?`

func scanState(row *sql.Row) (s account.State, err error) {
	var synced, next, paused, claimed sql.NullInt64
	err = row.Scan(&s.Kind, &s.URL, &s.User, &synced, &next, &s.Backlog, &s.HeldBack, &s.Error, &s.Refused, &paused, &claimed)
	if errors.Is(err, sql.ErrNoRows) {
		return s, nil
	}
	s.LastSynced, s.NextSync, s.Pause, s.Claimed = db.FromMicros(synced), db.FromMicros(next), db.FromMicros(paused), db.FromMicros(claimed)
	return s, err
}

// State returns the state of an account; the zero value if it was never synced.
func (s Store) State(ctx context.Context, name string) (account.State, error) {
	state, err := scanState(s.cache.Internals().Readers().QueryRowContext(ctx, sqlState, name))
	return state, cache.WrapError(ctx, "read the state of account "+name, err)
}

// Claim implements [account.Store]. A claim that lasts more than a minute longer than the new
// one was made by a wrong clock, and does not count. This process may have waited for the
// database since it read its clock, so a right claim can last a little longer, too.
func (s Store) Claim(ctx context.Context, name string, until time.Time) (state account.State, ok bool, err error) {
	if err := s.Watch(ctx); err != nil {
		return state, false, err
	}
	err = s.write(ctx, name, func(tx *sql.Tx) error {
		now := s.cache.Internals().Now().UnixMicro()
		ok, err = didChange(tx.ExecContext(ctx, `INSERT INTO accounts (name, claimed_until) VALUES (?1, ?2)
			ON CONFLICT DO UPDATE SET claimed_until = ?2 WHERE claimed_until IS NULL OR claimed_until <= ?3 OR claimed_until > ?2 + 60000000`, name, until.UnixMicro(), now))
		if err != nil {
			return err
		}
		state, err = scanState(tx.QueryRowContext(ctx, sqlState, name))
		return err
	})
	return state, ok, err
}

// Renew implements [account.Store].
func (s Store) Renew(ctx context.Context, name string, end, later time.Time) (ok bool, err error) {
	err = s.write(ctx, name, func(tx *sql.Tx) (err error) {
		ok, err = didChange(tx.ExecContext(ctx, `UPDATE accounts SET claimed_until = ? WHERE name = ? AND claimed_until = ?`, later.UnixMicro(), name, end.UnixMicro()))
		return err
	})
	return ok, err
}

// didChange reports whether a statement changed a row.
func didChange(result sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// Finish implements [account.Store].
func (s Store) Finish(ctx context.Context, name string, state account.State) error {
	s.free.end(name)
	posts, err := s.posts(ctx, name)
	if err != nil {
		return cache.WrapError(ctx, "finish the sync of account "+name, err)
	}
	return s.write(ctx, name, func(tx *sql.Tx) error {
		ok, err := didChange(tx.ExecContext(ctx, `UPDATE accounts SET kind = ?, url = ?, server_user = ?, last_synced = ?, next_sync = ?, backlog = ?, held_back = ?, error = ?, refused = ?,
			paused_until = ?, claimed_until = NULL WHERE name = ? AND claimed_until = ?`, state.Kind, state.URL, state.User, db.ToMicros(state.LastSynced), db.ToMicros(state.NextSync),
			state.Backlog, state.HeldBack, state.Error, state.Refused, db.ToMicros(state.Pause), name, db.ToMicros(state.Claimed)))
		if err != nil || !ok {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE feeds SET next_check = ?1, reason = ?2, last_checked = coalesce(?4, last_checked), last_ok = iif(error = '', coalesce(?4, last_ok), last_ok)
			WHERE account = ?3 AND config_order IS NOT NULL`, db.ToMicros(state.NextSync), "synced with "+name, name, db.ToMicros(state.LastSynced))
		if err != nil {
			return err
		}
		return storePosts(ctx, tx, posts)
	})
}

// Status returns what users see of an account. Its name, kind and address are those of the
// settings.
func (s Store) Status(ctx context.Context, settings feed.AccountSettings) (feed.Account, error) {
	a := feed.Account{Name: settings.Name, Kind: settings.Kind, URL: settings.URL}
	state, err := s.State(ctx, a.Name)
	if err != nil {
		return a, err
	}
	a.LastSynced, a.NextSync, a.Backlog, a.Error, a.HeldBack = state.LastSynced, state.NextSync, state.Backlog, state.Error, state.HeldBack
	q := s.cache.Internals().Readers()
	err = q.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(unread), 0) FROM feeds WHERE id IN (SELECT feed FROM account_feeds WHERE account = ?) AND config_order IS NOT NULL`,
		a.Name).Scan(&a.Feeds, &a.Unread)
	if err == nil {
		err = q.QueryRowContext(ctx, `SELECT coalesce(sum((i.read <> r.read) + (i.starred <> r.starred)), 0)`+sqlChanged, a.Name).Scan(&a.Pending)
	}
	return a, cache.WrapError(ctx, "read the state of account "+a.Name, err)
}

// write runs f in one transaction.
func (s Store) write(ctx context.Context, name string, f func(tx *sql.Tx) error) error {
	return s.cache.Internals().Write(ctx, "sync account "+name, f)
}

// jsonTexts returns texts as a JSON array for json_each.
func jsonTexts(list []string) string {
	s, err := db.ToJSON(list)
	if err != nil || s == "" {
		return "[]"
	}
	return s
}

// chunk is how many entries one transaction changes.
const chunk = 2_000
