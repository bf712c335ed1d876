package remotes

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/account"
	"dateline/feed/schedule"
)

// datedItems is how many of the newest items of a feed say how often it posts: somewhat more
// than [schedule.PostInterval] uses, because some may be dated in the future.
const datedItems = 40

// feedPosts is how often a feed posts.
type feedPosts struct {
	feed     int64
	newest   time.Time
	interval time.Duration
}

// posts returns how often the feeds of an account post, those for which something else is
// stored. A server sends entries in no order, so their dates are read from the items.
func (s Store) posts(ctx context.Context, name string) ([]feedPosts, error) {
	rows, err := s.cache.Internals().Readers().QueryContext(ctx, `SELECT f.id, coalesce(f.newest, 0), f.post_interval,
		(SELECT json_group_array(seconds) FROM (SELECT i.pos >> 29 AS seconds FROM items i INDEXED BY items_feed WHERE i.feed = f.id AND i.hidden = 0 ORDER BY i.pos DESC LIMIT ?2))
		FROM feeds f WHERE f.account = ?1 AND f.config_order IS NOT NULL`, name, datedItems)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	now := s.cache.Internals().Now()
	var changed []feedPosts
	for rows.Next() {
		var id, newest, interval int64
		var dates string
		if err := rows.Scan(&id, &newest, &interval, &dates); err != nil {
			return nil, err
		}
		p, err := postsOf(id, dates, now)
		if err != nil {
			return nil, err
		}
		if !p.newest.IsZero() && (p.newest.UnixMicro() != newest || p.interval.Microseconds() != interval) {
			changed = append(changed, p)
		}
	}
	return changed, rows.Err()
}

// postsOf returns how often a feed posts. dates are the dates of items in seconds, as JSON.
func postsOf(id int64, dates string, now time.Time) (feedPosts, error) {
	var seconds []int64
	if err := json.Unmarshal([]byte(dates), &seconds); err != nil {
		return feedPosts{}, err
	}
	items := make([]feed.Article, len(seconds))
	for i, at := range seconds {
		items[i].Published = time.Unix(at, 0)
	}
	return feedPosts{id, schedule.NewestDate(items, now), schedule.PostInterval(items, now)}, nil
}

func storePosts(ctx context.Context, tx *sql.Tx, posts []feedPosts) error {
	for _, p := range posts {
		if _, err := tx.ExecContext(ctx, `UPDATE feeds SET newest = ?, post_interval = ? WHERE id = ?`, db.ToMicros(p.newest), p.interval.Microseconds(), p.feed); err != nil {
			return err
		}
	}
	return nil
}

// storeErrors stores why the server could not fetch feeds. Those that dateline fetches itself
// have their own.
func (s Store) storeErrors(ctx context.Context, name string, feeds []account.Feed) error {
	stored, err := s.errors(ctx, name)
	if err != nil {
		return err
	}
	changed := map[string]string{}
	for _, f := range feeds {
		if before, ours := stored[f.ID]; ours && before != f.Error {
			changed[f.ID] = f.Error
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return s.write(ctx, name, func(tx *sql.Tx) error {
		for id, message := range changed {
			_, err := tx.ExecContext(ctx, `UPDATE feeds SET error = ?3, failures = ?3 <> '' WHERE account = ?1 AND id = (SELECT feed FROM account_feeds WHERE account = ?1 AND server_id = ?2)`,
				name, id, message)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// errors returns the stored errors of the feeds of an account by the server's IDs.
func (s Store) errors(ctx context.Context, name string) (map[string]string, error) {
	rows, err := s.cache.Internals().Readers().QueryContext(ctx, `SELECT a.server_id, f.error FROM account_feeds a JOIN feeds f ON f.id = a.feed
		WHERE a.account = ?1 AND f.account = ?1 AND f.config_order IS NOT NULL`, name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	stored := map[string]string{}
	for rows.Next() {
		var id, message string
		if err := rows.Scan(&id, &message); err != nil {
			return nil, err
		}
		stored[id] = message
	}
	return stored, rows.Err()
}
