package cache

import (
	"context"
	"database/sql"
	"time"

	"dateline/cache/db"
	"dateline/feed"
)

// FeedCount counts the items of a feed that are neither hidden nor snoozed.
type FeedCount struct{ Total, Unread int }

// Counts are the numbers beside the sources of the screen.
type Counts struct {
	// Total and Unread count the items of the subscribed feeds. A story counts once.
	Total, Unread int
	// Starred counts the starred items that are not hidden.
	Starred int
	// Today counts the unread items dated since midnight in the user's time zone, up to
	// [TodayCap]. A story counts once.
	Today int
	// Feeds has the counts of the subscribed feeds by URL.
	Feeds map[string]FeedCount
}

// TodayCap is the largest value of [Counts.Today].
const TodayCap = 10000

// Counts returns the current counts. The day of now, in its Location, is today. It
// reads the counters of the feeds and two short ranges of an index, so it is fast at
// any size.
func (s *Store) Counts(ctx context.Context, now time.Time) (Counts, error) {
	c, err := readCounts(ctx, s.readers, now)
	return c, WrapError(ctx, "count the items", err)
}

func readCounts(ctx context.Context, q db.Querier, now time.Time) (Counts, error) {
	c := Counts{Feeds: map[string]FeedCount{}}
	rows, err := q.QueryContext(ctx, `SELECT url, total, unread, copies, copies_unread FROM feeds WHERE config_order IS NOT NULL`)
	if err != nil {
		return c, err
	}
	defer rows.Close()
	for rows.Next() {
		var url string
		var n, copies FeedCount
		if err := rows.Scan(&url, &n.Total, &n.Unread, &copies.Total, &copies.Unread); err != nil {
			return c, err
		}
		c.add(url, n, copies)
	}
	if err := rows.Err(); err != nil {
		return c, err
	}
	snoozed, err := countSnoozed(ctx, q, now)
	if err != nil {
		return c, err
	}
	err = countStarredToday(ctx, q, &c, snoozed, now)
	return c, err
}

// Sources returns the subscribed feeds in the order of the configuration, and their
// counts. The first screen waits for it.
func (s *Store) Sources(ctx context.Context, now time.Time) ([]feed.Feed, Counts, error) {
	if p, ok := takePrefetched(ctx, &s.screenPrefetch); ok {
		if v, err := s.Version(ctx); err == nil && v == p.version {
			return p.feeds, p.counts, nil
		}
	}
	feeds, c, err := feedsAndCounts(ctx, s.readers, now)
	return feeds, c, WrapError(ctx, "list the feeds", err)
}

func feedsAndCounts(ctx context.Context, q db.Querier, now time.Time) ([]feed.Feed, Counts, error) {
	feeds, copies, err := readFeeds(ctx, q)
	if err != nil {
		return nil, Counts{}, err
	}
	c := Counts{Feeds: make(map[string]FeedCount, len(feeds))}
	for i, f := range feeds {
		c.add(f.URL, FeedCount{f.Total, f.Unread}, copies[i])
	}
	snoozed, err := countSnoozed(ctx, q, now)
	if err == nil {
		subtractSnoozed(feeds, snoozed)
		err = countStarredToday(ctx, q, &c, snoozed, now)
	}
	return feeds, c, err
}

// add adds the counts of a feed, which include its snoozed items.
func (c *Counts) add(url string, all, copies FeedCount) {
	c.Feeds[url] = all
	c.Total += all.Total - copies.Total
	c.Unread += all.Unread - copies.Unread
}

// countStarredToday subtracts the snoozed items from the counts of their feeds, and counts
// starred items and those of today.
func countStarredToday(ctx context.Context, q db.Querier, c *Counts, snoozed map[string]snoozedCount, now time.Time) error {
	for url, out := range snoozed {
		n, subscribed := c.Feeds[url]
		if !subscribed {
			continue
		}
		c.Feeds[url] = FeedCount{n.Total - out.Total, n.Unread - out.Unread}
		c.Total -= out.leads.Total
		c.Unread -= out.leads.Unread
	}
	y, m, d := now.Date()
	midnight := time.Date(y, m, d, 0, 0, 0, 0, now.Location())
	return q.QueryRowContext(ctx, sqlCountStarredToday, db.FirstPosition(midnight), now.UnixMicro(), TodayCap).Scan(&c.Starred, &c.Today)
}

const sqlCountStarredToday = `SELECT
	(SELECT count(*) FROM items INDEXED BY items_starred WHERE starred = 1 AND hidden = 0),
	(SELECT count(*) FROM (SELECT 1 FROM items INDEXED BY items_unread_all WHERE read = 0 AND pos >= ?1 AND hidden = 0 AND unsubscribed = 0 AND copy_of IS NULL
		AND (snoozed_until IS NULL OR snoozed_until <= ?2) LIMIT ?3))`

// sumItems has the four counters of a feed for the items i.
const sumItems = `count(*) FILTER (WHERE i.hidden = 0) AS total, count(*) FILTER (WHERE i.hidden = 0 AND i.read = 0) AS unread,
	count(*) FILTER (WHERE i.hidden = 0 AND i.copy_of IS NOT NULL) AS copies,
	count(*) FILTER (WHERE i.hidden = 0 AND i.read = 0 AND i.copy_of IS NOT NULL) AS copies_unread`

// Counters are the counters of a feed: its items, the unread ones, the copies of items of
// other feeds, and the unread copies. Hidden items do not count.
type Counters [4]int

// Add returns the sum of two counters.
func (c Counters) Add(other Counters) Counters {
	for i := range c {
		c[i] += other[i]
	}
	return c
}

// Subtract returns the difference of two counters.
func (c Counters) Subtract(other Counters) Counters {
	for i := range c {
		c[i] -= other[i]
	}
	return c
}

// addTo adds the counters to those of a feed.
func (c Counters) addTo(ctx context.Context, tx *sql.Tx, feed int64) error {
	if c == (Counters{}) {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE feeds SET total = total + ?, unread = unread + ?, copies = copies + ?, copies_unread = copies_unread + ? WHERE id = ?`,
		c[0], c[1], c[2], c[3], feed)
	return err
}

const sqlSnoozed = `SELECT f.url, count(*), sum(i.read = 0), sum(i.copy_of IS NULL), sum(i.read = 0 AND i.copy_of IS NULL) FROM items i INDEXED BY items_snoozed JOIN feeds f ON f.id = i.feed
	WHERE i.snoozed_until IS NOT NULL AND i.snoozed_until > ? AND i.hidden = 0 GROUP BY i.feed`

// snoozedCount counts the snoozed items of a feed. leads counts those that are leads of
// their stories.
type snoozedCount struct {
	FeedCount
	leads FeedCount
}

// countSnoozed counts, by the URL of the feed, the snoozed items. The counters of the
// feeds include them. They are few, because the user snoozes each of them.
func countSnoozed(ctx context.Context, q db.Querier, now time.Time) (map[string]snoozedCount, error) {
	rows, err := q.QueryContext(ctx, sqlSnoozed, now.UnixMicro())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	counts := map[string]snoozedCount{}
	for rows.Next() {
		var url string
		var n snoozedCount
		if err := rows.Scan(&url, &n.Total, &n.Unread, &n.leads.Total, &n.leads.Unread); err != nil {
			return nil, err
		}
		counts[url] = n
	}
	return counts, rows.Err()
}

// SnoozeEnded reports whether the snooze of an item ended later than after and not later
// than until. It reads one entry of an index.
func (s *Store) SnoozeEnded(ctx context.Context, after, until time.Time) (bool, error) {
	var ended bool
	err := s.readers.QueryRowContext(ctx, sqlSnoozeEnded, after.UnixMicro(), until.UnixMicro()).Scan(&ended)
	return ended, WrapError(ctx, "look for snoozes that have ended", err)
}

const sqlSnoozeEnded = `SELECT EXISTS (SELECT 1 FROM items INDEXED BY items_snoozed
	WHERE snoozed_until IS NOT NULL AND snoozed_until > ? AND snoozed_until <= ?)`

// updateCounters updates the counters of the feeds after a change of read or hidden.
func (c *markChange) updateCounters() error {
	if c.Flag != feed.Read && c.Flag != feed.Hidden {
		return nil
	}
	sign := 1
	if c.On {
		sign = -1
	}
	feeds := map[int64]*struct{ all, copies FeedCount }{}
	for _, i := range c.items {
		n := feeds[i.feed]
		if n == nil {
			n = new(struct{ all, copies FeedCount })
			feeds[i.feed] = n
		}
		c.count(&n.all, i, sign)
		if i.lead != i.id {
			c.count(&n.copies, i, sign)
		}
	}
	put, err := c.tx.PrepareContext(c.ctx, `UPDATE feeds SET total = total + ?, unread = unread + ?, copies = copies + ?, copies_unread = copies_unread + ? WHERE id = ?`)
	if err != nil {
		return err
	}
	defer put.Close()
	for id, n := range feeds {
		if _, err := put.ExecContext(c.ctx, n.all.Total, n.all.Unread, n.copies.Total, n.copies.Unread, id); err != nil {
			return err
		}
	}
	return nil
}

// count adds an item that changes to n, or subtracts it.
func (c *markChange) count(n *FeedCount, i changed, by int) {
	if c.Flag == feed.Hidden {
		n.Total += by
	}
	if !i.other {
		n.Unread += by
	}
}

// sqlCounted counts the items of the feeds f. Add a GROUP BY f.id.
const sqlCounted = `SELECT f.id, f.url, ` + sumItems + `
	FROM feeds f LEFT JOIN items i INDEXED BY items_feed ON i.feed = f.id AND i.hidden = 0`

// repairCounts counts the items of each feed again and returns the URLs of the feeds
// whose counts were wrong.
func (s *Store) repairCounts(ctx context.Context) (wrong []string, err error) {
	err = s.write(ctx, "repair the counters", func(tx *sql.Tx) error {
		wrong, err = db.Strings(ctx, tx, `SELECT c.url FROM (`+sqlCounted+` GROUP BY f.id) c JOIN feeds f ON f.id = c.id WHERE (f.total, f.unread, f.copies, f.copies_unread) <> (c.total, c.unread, c.copies, c.copies_unread)`)
		if err != nil || len(wrong) == 0 {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE feeds SET total = c.total, unread = c.unread, copies = c.copies, copies_unread = c.copies_unread FROM (`+sqlCounted+` GROUP BY f.id) c WHERE c.id = feeds.id`)
		return err
	})
	return wrong, err
}

// sqlFeedStats lists the items of a feed: the second of the date, whether it is starred, when
// the user read it, and the size of its texts. SQLite reads the sizes without the texts.
const sqlFeedStats = `SELECT i.pos >> ?2, i.starred, iif(i.read = 1 AND i.read_at IS NOT i.first_seen, i.read_at, NULL),
	coalesce(length(c.body), 0) + coalesce(length(r.body), 0) + coalesce(length(p.body), 0)
	FROM items i INDEXED BY items_identity LEFT JOIN contents c ON c.id = i.id LEFT JOIN revisions r ON r.id = i.id LEFT JOIN page_texts p ON p.id = i.id
	WHERE i.feed = (SELECT id FROM feeds WHERE url = ?1)`

// FeedStats returns the statistics of a feed up to now. It reads all items of the feed, and
// no others. A URL that is unknown has no items.
func FeedStats(ctx context.Context, s *Store, url string, now time.Time) (feed.Stats, error) {
	stats, err := readFeedStats(ctx, s.readers, url, now)
	return stats, WrapError(ctx, "count the items of "+url, err)
}

func readFeedStats(ctx context.Context, q db.Querier, url string, now time.Time) (feed.Stats, error) {
	var stats feed.Stats
	rows, err := q.QueryContext(ctx, sqlFeedStats, url, db.IDBits)
	if err != nil {
		return stats, err
	}
	defer rows.Close()
	for rows.Next() {
		var second, size int64
		var starred bool
		var read sql.NullInt64
		if err := rows.Scan(&second, &starred, &read, &size); err != nil {
			return stats, err
		}
		stats.Items++
		stats.Bytes += size
		if starred {
			stats.Starred++
		}
		if week, ok := feed.StatsWeek(time.Unix(second, 0), now); ok {
			stats.Posts[week]++
		}
		if week, ok := feed.StatsWeek(db.FromMicros(read), now); ok && read.Valid {
			stats.Read[week]++
		}
	}
	return stats, rows.Err()
}
