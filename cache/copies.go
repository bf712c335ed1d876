package cache

import (
	"context"
	"slices"

	"dateline/cache/db"
	"dateline/feed"
)

// chooseCopies says which items of a story the view shows. A view of one feed
// shows what that feed brought, and one that asks for what the reader starred,
// labelled, hid or snoozed shows just these items. Any other shows one item of
// each story: the lead, or where the query leaves that out (by its feed, its
// words …), the first copy that it does not.
func (c *compiler) chooseCopies() error {
	root := c.view.Query.Root
	switch {
	case c.asksItems():
		return nil
	case root == nil || ofWholeStory(root, true):
		c.leads = true
		c.copies = db.SQL("i.copy_of IS NULL")
		return nil
	}
	c.others = true
	others, err := c.nodes(nil)
	if c.others = false; err != nil {
		return err
	}
	others.And(db.SQL("i.unsubscribed = 0"))
	if !c.view.Query.ShowsHidden() {
		others.And(db.SQL("i.hidden = 0"))
	}
	const none = " AND NOT EXISTS (SELECT 1 FROM (SELECT i.copy_of AS lead, i.pos AS place) story CROSS JOIN items i "
	c.copies = db.SQL("(i.copy_of IS NULL OR (1" + none + "ON i.id = story.lead WHERE ")
	c.copies.Add(others.SQL+")", others.Args...)
	c.copies.Add(none + "INDEXED BY items_copies ON i.copy_of = story.lead AND i.pos < story.place WHERE ")
	c.copies.Add(others.SQL+")))", others.Args...)
	return nil
}

// asksItems says that the view is about single items, not stories.
func (c *compiler) asksItems() bool {
	if mentions(c.view.Query.Root, ofFeed) && len(c.feeds) < 2 {
		return true
	}
	return slices.ContainsFunc(c.view.Query.Conjuncts(), func(n *feed.Node) bool {
		if n.Op != feed.Leaf {
			return false
		}
		switch n.Term.Is {
		case feed.IsStarred, feed.IsLabelled, feed.IsHidden, feed.IsSnoozed:
			return true
		}
		return n.Term.Field == feed.FieldLabel
	})
}

// ofWholeStory says that a condition is about the story and not about the feed
// or the words of one of its items, so that the lead can speak for all: whether
// and when it is news, whether it is read, and that it does not have one of the
// marks that hold for one item.
func ofWholeStory(n *feed.Node, positive bool) bool {
	switch n.Op {
	case feed.Not:
		return ofWholeStory(n.Kids[0], !positive)
	case feed.And, feed.Or:
		return !slices.ContainsFunc(n.Kids, func(k *feed.Node) bool { return !ofWholeStory(k, positive) })
	}
	switch n.Term.Field {
	case feed.FieldSince, feed.FieldBefore:
		return true
	}
	switch n.Term.Is {
	case feed.IsUnread, feed.IsRead, feed.IsNew:
		return true
	}
	return ofUnmarked(n.Term, positive)
}

// ofUnmarked says that a term asks for items without one of the marks that hold
// for one item. No item takes the place of another for having no such mark:
// a row that is starred or snoozed does not bring up its copy.
func ofUnmarked(t feed.Term, positive bool) bool {
	switch t.Is {
	case feed.IsStarred, feed.IsLabelled, feed.IsSnoozed:
		return !positive
	case feed.IsUnstarred:
		return positive
	}
	return t.Field == feed.FieldLabel && !positive
}

// ofStory says that a mark holds for all items of a story.
func ofStory(f feed.Flag) bool { return f == feed.Read || f == feed.Hidden }

// wholeStories are the items with the rest of their stories.
func wholeStories(ctx context.Context, q db.Querier, ids []int64) ([]int64, error) {
	return db.Integers(ctx, q, db.SQL(`WITH leads(id) AS (SELECT DISTINCT coalesce(i.copy_of, i.id) FROM json_each(?) j CROSS JOIN items i ON i.id = j.value)
		SELECT id FROM leads UNION ALL SELECT c.id FROM leads CROSS JOIN items c INDEXED BY items_copies ON c.copy_of = leads.id`, db.JSONIntegers(ids)))
}

// runRest makes a mark on the rest of the stories of items that it changed.
func (c *change) runRest(step int64, items []changed) error {
	if !ofStory(c.Flag) || len(items) == 0 {
		return nil
	}
	var leads, rest []int64
	for _, i := range items {
		leads = append(leads, i.lead)
		if i.lead != i.id {
			rest = append(rest, i.lead)
		}
	}
	copies, err := db.Integers(c.ctx, c.tx, db.SQL(`SELECT c.id FROM json_each(?) j CROSS JOIN items c INDEXED BY items_copies ON c.copy_of = j.value`, db.JSONIntegers(leads)))
	if err != nil {
		return err
	}
	return c.run(step, `i.id`, append(rest, copies...))
}

const (
	displayTitle = `coalesce(nullif(f.name, ''), nullif(f.title, ''), f.url)`

	sqlAlsoIn = `SELECT i.id, ` + displayTitle + ` FROM json_each(?1) j CROSS JOIN items i ON i.id = j.value
		CROSS JOIN items o INDEXED BY items_copies ON o.copy_of = coalesce(i.copy_of, i.id) AND o.id <> i.id AND o.unsubscribed = 0 JOIN feeds f ON f.id = o.feed
		UNION ALL SELECT i.id, ` + displayTitle + ` FROM json_each(?1) j CROSS JOIN items i ON i.id = j.value
		CROSS JOIN items o ON o.id = i.copy_of AND o.unsubscribed = 0 JOIN feeds f ON f.id = o.feed`
)

// fillAlsoIn tells of each item which other subscribed feeds have its story.
func (s *Store) fillAlsoIn(ctx context.Context, items []*feed.Item) error {
	ids := make([]int64, len(items))
	byID := make(map[int64]*feed.Item, len(items))
	for n, i := range items {
		ids[n], byID[i.ID] = i.ID, i
	}
	rows, err := s.readers.QueryContext(ctx, sqlAlsoIn, db.JSONIntegers(ids))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var title string
		if err := rows.Scan(&id, &title); err != nil {
			return err
		}
		byID[id].AlsoIn = append(byID[id].AlsoIn, title)
	}
	for _, i := range items {
		slices.Sort(i.AlsoIn)
	}
	return rows.Err()
}
