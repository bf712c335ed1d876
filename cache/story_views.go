package cache

import (
	"context"
	"slices"

	"dateline/cache/db"
	"dateline/feed"
)

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
