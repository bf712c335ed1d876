package cache

import (
	"context"
	"time"

	"dateline/feed"
)

// FeedCount counts a feed's items that are neither hidden nor snoozed.
type FeedCount struct{ Total, Unread int }

// Counts are the numbers beside the sources.
type Counts struct {
	// Total and Unread are the sums over the subscribed feeds.
	Total, Unread int
	// Starred counts every starred item that is not hidden.
	Starred int
	// Today counts the items dated since midnight where the reader is, up to
	// [TodayCap].
	Today int
	// Feeds has the subscribed feeds by URL.
	Feeds map[string]FeedCount
}

// TodayCap is where counting today's items stops.
const TodayCap = 10000

// Counts reads the counters that every change keeps, and two short stretches
// of an index; now, in the reader's Location, says what today is.
func (s *Store) Counts(ctx context.Context, now time.Time) (Counts, error) {
	c, err := s.counts(ctx, now)
	return c, border(ctx, "count the items", err)
}

func (s *Store) counts(ctx context.Context, now time.Time) (Counts, error) {
	c := Counts{Feeds: map[string]FeedCount{}}
	rows, err := s.readers.QueryContext(ctx, `SELECT url, total, unread FROM feeds WHERE place IS NOT NULL`)
	if err != nil {
		return c, err
	}
	defer rows.Close()
	for rows.Next() {
		var url string
		var n FeedCount
		if err := rows.Scan(&url, &n.Total, &n.Unread); err != nil {
			return c, err
		}
		c.Feeds[url] = n
	}
	if err := rows.Err(); err != nil {
		return c, err
	}
	snoozed, err := s.snoozed(ctx, now)
	if err != nil {
		return c, err
	}
	for url, n := range c.Feeds {
		n.Total -= snoozed[url].Total
		n.Unread -= snoozed[url].Unread
		c.Feeds[url] = n
		c.Total += n.Total
		c.Unread += n.Unread
	}
	y, m, d := now.Date()
	midnight := time.Date(y, m, d, 0, 0, 0, 0, now.Location())
	err = s.readers.QueryRowContext(ctx, sqlCountStarredToday, floor(midnight), now.UnixMicro(), TodayCap).Scan(&c.Starred, &c.Today)
	return c, err
}

const sqlCountStarredToday = `SELECT
	(SELECT count(*) FROM items INDEXED BY items_starred WHERE starred = 1 AND hidden = 0),
	(SELECT count(*) FROM (SELECT 1 FROM items WHERE pos >= ?1 AND hidden = 0 AND away = 0
		AND (snoozed_until IS NULL OR snoozed_until <= ?2) LIMIT ?3))`

const sqlSnoozed = `SELECT f.url, count(*), sum(i.read = 0) FROM items i INDEXED BY items_snoozed JOIN feeds f ON f.id = i.feed
	WHERE i.snoozed_until IS NOT NULL AND i.snoozed_until > ? AND i.hidden = 0 GROUP BY i.feed`

// snoozed counts, by the feed's URL, the items that the kept counters have and
// that do not show now. They are few: the reader snoozed each of them.
func (s *Store) snoozed(ctx context.Context, now time.Time) (map[string]FeedCount, error) {
	rows, err := s.readers.QueryContext(ctx, sqlSnoozed, now.UnixMicro())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	counts := map[string]FeedCount{}
	for rows.Next() {
		var url string
		var n FeedCount
		if err := rows.Scan(&url, &n.Total, &n.Unread); err != nil {
			return nil, err
		}
		counts[url] = n
	}
	return counts, rows.Err()
}

// leaveOutSnoozed takes the snoozed items out of the counts of feeds.
func (s *Store) leaveOutSnoozed(ctx context.Context, feeds []feed.Feed) error {
	snoozed, err := s.snoozed(ctx, s.now())
	for i, f := range feeds {
		feeds[i].Total -= snoozed[f.URL].Total
		feeds[i].Unread -= snoozed[f.URL].Unread
	}
	return err
}

// tally brings the counters of the feeds up to date with a change of read or
// hidden.
func (c *change) tally() error {
	if c.Flag != feed.Read && c.Flag != feed.Hidden {
		return nil
	}
	sign := 1
	if c.On {
		sign = -1
	}
	feeds := map[int64]FeedCount{}
	for _, i := range c.items {
		n := feeds[i.feed]
		if c.Flag == feed.Hidden {
			n.Total += sign
		}
		if !i.other {
			n.Unread += sign
		}
		feeds[i.feed] = n
	}
	put, err := c.tx.PrepareContext(c.ctx, `UPDATE feeds SET total = total + ?, unread = unread + ? WHERE id = ?`)
	if err != nil {
		return err
	}
	defer put.Close()
	for id, n := range feeds {
		if _, err := put.ExecContext(c.ctx, n.Total, n.Unread, id); err != nil {
			return err
		}
	}
	return nil
}
