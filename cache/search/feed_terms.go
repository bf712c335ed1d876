package search

import (
	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/query"
)

// chooseFeeds finds the feeds that can have an item in the view. It reads no feeds
// if the query asks nothing about feeds.
func (c *compiler) chooseFeeds() error {
	root := c.view.Query.Root
	if !mentions(root, isFeedTerm) {
		c.everyFeed = true
		return nil
	}
	unsubscribed := includesUnsubscribed(c.view.Query)
	if err := c.loadFeeds(); err != nil {
		return err
	}
	all := c.feeds
	c.feeds = nil
	subscribed := 0
	for _, f := range all {
		if f.unsubscribed && !unsubscribed {
			continue
		}
		subscribed++
		if c.mayShow(f) {
			c.feeds = append(c.feeds, f)
		}
	}
	c.knownFeeds = all
	c.everyFeed = len(c.feeds) == subscribed && !unsubscribed
	return nil
}

// mayShow reports whether no top-level condition excludes the feed.
func (c *compiler) mayShow(f feedInfo) bool {
	for _, n := range c.view.Query.Conjuncts() {
		if c.onlyFeedTerms(n) && !c.matches(n, feed.Article{}, f.FeedInfo) {
			return false
		}
	}
	return true
}

// onlyFeedTerms reports whether the condition depends on the feed alone.
func (c *compiler) onlyFeedTerms(n *query.Node) bool {
	return !mentions(n, func(t query.Term) bool { return !isFeedTerm(t) })
}

// feedsMatching returns the IDs of the feeds for which the condition holds.
func (c *compiler) feedsMatching(n *query.Node) []int64 {
	var ids []int64
	for _, f := range c.knownFeeds {
		if c.matches(n, feed.Article{}, f.FeedInfo) {
			ids = append(ids, f.id)
		}
	}
	return ids
}

const sqlFeedInfos = `SELECT id, url, coalesce(nullif(name, ''), title), tags, account, config_order IS NULL FROM feeds`

// loadFeeds reads all feeds, or only one if the query names its URL.
func (c *compiler) loadFeeds() error {
	expr, args := sqlFeedInfos, []any(nil)
	for _, n := range c.view.Query.Conjuncts() {
		if n.Op == query.Leaf && n.Term.Field == query.FieldFeedURL {
			expr, args = sqlFeedInfos+` WHERE url = ?`, []any{n.Term.Text}
		}
	}
	rows, err := c.q.QueryContext(c.ctx, expr, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var f feedInfo
		var tags string
		if err := rows.Scan(&f.id, &f.URL, &f.Title, &tags, &f.Account, &f.unsubscribed); err != nil {
			return err
		}
		if err := db.FromJSON(tags, &f.Tags); err != nil {
			return err
		}
		c.feeds = append(c.feeds, f)
	}
	return rows.Err()
}
