package cache

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"dateline/cache/db"
	"dateline/feed"
)

// storyTime is the largest difference of the dates of two items that only the title
// makes one story.
const storyTime = 48 * time.Hour

// maxCandidates is the number of items with the same link or title that are compared.
const maxCandidates = 64

// storyKeys are the hashes by which items of one story are found.
type storyKeys struct{ link, title sql.NullInt64 }

func keysOfStory(a feed.Article) storyKeys {
	key := func(text string) sql.NullInt64 { return sql.NullInt64{Int64: hash(text), Valid: text != ""} }
	return storyKeys{key(feed.StoryPage(a.Link)), key(feed.StoryTitle(a.Title))}
}

// meet reports whether items with these keys can be one story.
func (k storyKeys) meet(o storyKeys) bool {
	return k.link.Valid && k.link == o.link || k.title.Valid && k.title == o.title
}

// storyIndex holds the link hashes and title hashes that stored items have.
type storyIndex struct{ links, titles map[int64]bool }

const sqlSharedKeys = `SELECT 0, value FROM json_each(?1) j WHERE EXISTS (SELECT 1 FROM items i INDEXED BY items_link_hash WHERE i.link_hash = j.value)
	UNION ALL SELECT 1, value FROM json_each(?2) j WHERE EXISTS (SELECT 1 FROM items i INDEXED BY items_title_hash WHERE i.title_hash = j.value)`

// findSharedKeys returns which links and titles of new and changed items the database already
// has. It asks once for a whole batch. Items of the batch itself are not compared with
// each other, because a story has only one item of a feed. It sets the keys of these
// items.
func (w *itemWriter) findSharedKeys(items []incoming, have map[int64]known) (storyIndex, error) {
	// If an identity occurs twice, the item that is unchanged may replace the changed one.
	changed := map[int64]bool{}
	for _, in := range items {
		if old, isKnown := have[in.identity]; !isKnown || old.source != in.source {
			changed[in.identity] = true
		}
	}
	var links, titles []int64
	for i := range items {
		in := &items[i]
		if !changed[in.identity] {
			continue
		}
		in.setKeys()
		if in.keys.link.Valid {
			links = append(links, in.keys.link.Int64)
		}
		if in.keys.title.Valid {
			titles = append(titles, in.keys.title.Int64)
		}
	}
	found := [2]map[int64]bool{{}, {}}
	if len(links)+len(titles) == 0 {
		return storyIndex{}, nil
	}
	err := w.each(sqlSharedKeys, []any{db.JSONIntegers(links), db.JSONIntegers(titles)}, func(rows *sql.Rows) error {
		var which int
		var key int64
		err := rows.Scan(&which, &key)
		found[which][key] = true
		return err
	})
	return storyIndex{found[0], found[1]}, err
}

// linkToStory makes the new item of a feed, at pos, a copy if it is a story that
// another feed has brought before. done reports whether the user has read or hidden
// the story already.
func (w *itemWriter) linkToStory(t *target, id, pos int64, in incoming) (done bool, err error) {
	var lead int64
	keys := in.keys
	if keys.link.Valid && t.sharedKeys.links[keys.link.Int64] {
		lead, err = w.storyAmong(t.id, in.Item, sqlLinkCandidates, id, t.id, keys.link, keys.title, maxCandidates)
	}
	if err == nil && lead == 0 && keys.title.Valid && t.sharedKeys.titles[keys.title.Int64] {
		date := db.DateOf(pos)
		lead, err = w.storyAmong(t.id, in.Item, sqlTitleCandidates, id, t.id, keys.link, keys.title, maxCandidates,
			db.FirstPosition(date.Add(-storyTime)), db.FirstPosition(date.Add(storyTime+time.Second))-1)
	}
	if err != nil || lead == 0 {
		return false, err
	}
	return stories{w.ctx, w.tx}.join(id, lead)
}

// These queries return the items with the same link or title, except those of feeds
// with the setting Separate.
const (
	sqlCandidates = `SELECT i.feed, coalesce(i.copy_of, i.id), coalesce(i.link_hash = ?3 AND i.title_hash = ?4, 0), d.link, d.title FROM items i `
	ofOthers      = ` AND i.id <> ?1 AND NOT EXISTS (SELECT 1 FROM feeds f WHERE f.id IN (i.feed, ?2) AND f.separate = 1) LIMIT ?5`

	sqlLinkCandidates  = sqlCandidates + `INDEXED BY items_link_hash JOIN details d ON d.id = i.id WHERE i.link_hash = ?3` + ofOthers
	sqlTitleCandidates = sqlCandidates + `INDEXED BY items_title_hash JOIN details d ON d.id = i.id WHERE i.title_hash = ?4 AND i.pos BETWEEN ?6 AND ?7` + ofOthers
)

// storyCandidate is an item that has the link or the title of a new item.
type storyCandidate struct {
	feed, lead int64
	// both reports whether it has the link and the title.
	both bool
	// item has the link and the title.
	item feed.Item
}

// storyAmong returns the lead of the oldest story among the items that a query
// returns, if the story has no item of the feed yet; 0 if there is none. Items that are
// different parts of a page are not one story.
func (w *itemWriter) storyAmong(feedID int64, item feed.Item, query string, args ...any) (int64, error) {
	found, err := w.storyCandidates(query, args)
	others := map[int64]bool{}
	for _, t := range found {
		if feed.DifferentParts(item, t.item) {
			others[t.lead] = true
		}
	}
	found = slices.DeleteFunc(found, func(t storyCandidate) bool { return others[t.lead] })
	if err != nil || len(found) == 0 {
		return 0, err
	}
	// A feed that has the link or the title several times uses it for several stories.
	// Then an item must have both.
	if ambiguous(feedID, found) {
		found = slices.DeleteFunc(found, func(t storyCandidate) bool { return !t.both })
		if ambiguous(feedID, found) {
			return 0, nil
		}
	}
	slices.SortFunc(found, func(a, b storyCandidate) int { return cmp.Compare(a.lead, b.lead) })
	for _, t := range slices.CompactFunc(found, func(a, b storyCandidate) bool { return a.lead == b.lead }) {
		var has bool
		err := w.row(`SELECT EXISTS (SELECT 1 FROM items WHERE id = ?1 AND feed = ?2)
			OR EXISTS (SELECT 1 FROM items INDEXED BY items_copies WHERE copy_of = ?1 AND feed = ?2)`, []any{t.lead, feedID}, &has)
		if err != nil || !has {
			return t.lead, err
		}
	}
	return 0, nil
}

func (w *itemWriter) storyCandidates(query string, args []any) ([]storyCandidate, error) {
	var found []storyCandidate
	err := w.each(query, args, func(rows *sql.Rows) error {
		var t storyCandidate
		err := rows.Scan(&t.feed, &t.lead, &t.both, &t.item.Link, &t.item.Title)
		found = append(found, t)
		return err
	})
	return found, err
}

// ambiguous reports whether a feed would have two of the items in one story.
func ambiguous(feedID int64, found []storyCandidate) bool {
	seen := map[int64]bool{feedID: true}
	for _, t := range found {
		if seen[t.feed] {
			return true
		}
		seen[t.feed] = true
	}
	return false
}

// updateStoryKeys updates the keys of an edited item. It leaves its story if both its
// link and its title are new, or if it has become another part of its page.
func (w *itemWriter) updateStoryKeys(id int64, keys storyKeys, isOtherPart bool) error {
	if w.err != nil {
		return w.err
	}
	var before storyKeys
	w.err = w.tx.QueryRowContext(w.ctx, `SELECT link_hash, title_hash FROM items WHERE id = ?`, id).Scan(&before.link, &before.title)
	if w.err != nil || before == keys && !isOtherPart {
		return w.err
	}
	w.exec(`UPDATE items SET link_hash = ?, title_hash = ? WHERE id = ?`, keys.link, keys.title, id)
	if w.err == nil && (isOtherPart || !keys.meet(before)) {
		w.err = stories{w.ctx, w.tx}.leave(id)
	}
	return w.err
}

// stories changes in a transaction which items are copies of which lead.
type stories struct {
	ctx context.Context
	tx  *sql.Tx
}

// join makes a new item a copy of the lead, and gives it the marks read and hidden
// that the user gave the story. If the lead is not shown, because its feed is
// unsubscribed or it is hidden, the new item becomes the lead. done reports whether
// the item was marked.
func (s stories) join(id, lead int64) (done bool, err error) {
	type state struct {
		feed                               int64
		read, hidden, unsubscribed, byRule bool
		readAt, hiddenAt                   sql.NullInt64
	}
	load := func(id int64) (t state, err error) {
		err = s.tx.QueryRowContext(s.ctx, `SELECT i.feed, i.read, i.read_at, i.hidden, i.hidden_at, i.unsubscribed, d.hidden_by <> ''
			FROM items i JOIN details d ON d.id = i.id WHERE i.id = ?`, id).Scan(&t.feed, &t.read, &t.readAt, &t.hidden, &t.hiddenAt, &t.unsubscribed, &t.byRule)
		return t, err
	}
	old, err := load(lead)
	if err != nil {
		return false, err
	}
	own, err := load(id)
	if err != nil {
		return false, err
	}
	now := own
	if old.read && !own.read {
		now.read, now.readAt = true, old.readAt
	}
	if old.hidden && !old.byRule && !own.hidden {
		now.hidden, now.hiddenAt = true, old.hiddenAt
	}
	err = s.exec(`UPDATE items SET copy_of = ?, read = ?, read_at = ?, hidden = ?, hidden_at = ? WHERE id = ?`,
		lead, now.read, now.readAt, now.hidden, now.hiddenAt, id)
	if err != nil {
		return false, err
	}
	if now != own {
		isUnread := func(t state) bool { return !t.hidden && !t.read }
		err = s.exec(`UPDATE feeds SET total = total - ?, unread = unread - ? WHERE id = ?`, now.hidden != own.hidden, isUnread(now) != isUnread(own), own.feed)
	}
	if err == nil {
		err = s.count(id, 1)
	}
	if err == nil && !now.unsubscribed && !now.hidden && (old.unsubscribed || old.hidden) {
		err = s.promote(lead, id)
	}
	return now != own, err
}

// count adds the item by times to the counters of copies of its feed.
func (s stories) count(id int64, by int) error {
	return s.exec(`UPDATE feeds SET copies = copies + ?2 * (i.hidden = 0), copies_unread = copies_unread + ?2 * (i.hidden = 0 AND i.read = 0)
		FROM items i WHERE i.id = ?1 AND feeds.id = i.feed`, id, by)
}

// promote makes a copy the lead of its story, and the lead a copy.
func (s stories) promote(lead, next int64) error {
	for _, step := range []func() error{
		func() error { return s.count(next, -1) },
		func() error { return s.exec(`UPDATE items SET copy_of = ?2 WHERE copy_of = ?1`, lead, next) },
		func() error {
			return s.exec(`UPDATE items SET copy_of = nullif(?2, id) WHERE id IN (?1, ?2)`, lead, next)
		},
		func() error { return s.count(lead, 1) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// next returns the copy that becomes the lead if the lead goes: the first that is
// shown and is not at one of the positions without. It is 0 if there is none.
func (s stories) next(lead int64, without []int64) (int64, error) {
	list, err := db.Integers(s.ctx, s.tx, db.SQL(`SELECT id FROM items INDEXED BY items_copies
		WHERE copy_of = ? AND pos NOT IN (SELECT value FROM json_each(?)) ORDER BY unsubscribed, hidden, pos LIMIT 1`, lead, db.JSONIntegers(without)))
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return list[0], nil
}

// leave takes an item out of its story.
func (s stories) leave(id int64) error {
	next, err := s.next(id, nil)
	if err == nil && next != 0 {
		err = s.promote(id, next)
	}
	var isCopy bool
	if err == nil {
		err = s.tx.QueryRowContext(s.ctx, `SELECT copy_of IS NOT NULL FROM items WHERE id = ?`, id).Scan(&isCopy)
	}
	if err != nil || !isCopy {
		return err
	}
	if err := s.count(id, -1); err != nil {
		return err
	}
	return s.exec(`UPDATE items SET copy_of = NULL WHERE id = ?`, id)
}

// remove makes other items the leads of the stories whose leads are at the positions.
// These leads are about to be deleted.
func (s stories) remove(positions []int64) error {
	leads, err := db.Integers(s.ctx, s.tx, db.SQL(`SELECT i.id FROM json_each(?) j CROSS JOIN items i ON i.pos = j.value
		WHERE EXISTS (SELECT 1 FROM items c INDEXED BY items_copies WHERE c.copy_of = i.id)`, db.JSONIntegers(positions)))
	if err != nil {
		return err
	}
	for _, lead := range leads {
		next, err := s.next(lead, positions)
		if err != nil {
			return err
		}
		if next == 0 {
			continue
		}
		if err := s.promote(lead, next); err != nil {
			return err
		}
	}
	return nil
}

// regroup updates the stories after a change of the subscriptions. Items of feeds with
// the setting Separate leave their stories. A lead of an unsubscribed feed is replaced
// if the story has an item of a subscribed feed.
func (s stories) regroup() error {
	const items = `SELECT i.id FROM feeds f CROSS JOIN items i INDEXED BY items_identity ON i.feed = f.id WHERE `
	leaving, err := db.Integers(s.ctx, s.tx, db.SQL(items+`f.separate = 1
		AND (i.copy_of IS NOT NULL OR EXISTS (SELECT 1 FROM items c INDEXED BY items_copies WHERE c.copy_of = i.id))`))
	if err != nil {
		return err
	}
	for _, id := range leaving {
		if err := s.leave(id); err != nil {
			return err
		}
	}
	leads, err := db.Integers(s.ctx, s.tx, db.SQL(items+`f.config_order IS NULL AND i.copy_of IS NULL
		AND EXISTS (SELECT 1 FROM items c INDEXED BY items_copies WHERE c.copy_of = i.id AND c.unsubscribed = 0)`))
	if err != nil {
		return err
	}
	for _, lead := range leads {
		next, err := s.next(lead, nil)
		if err != nil {
			return err
		}
		if err := s.promote(lead, next); err != nil {
			return err
		}
	}
	return nil
}

func (s stories) exec(query string, args ...any) error {
	_, err := s.tx.ExecContext(s.ctx, query, args...)
	return err
}

// ofStory reports whether a flag belongs to all items of a story.
func ofStory(f feed.Flag) bool { return f == feed.Read || f == feed.Hidden }

// wholeStories returns the items and all other items of their stories.
func wholeStories(ctx context.Context, q db.Querier, ids []int64) ([]int64, error) {
	return db.Integers(ctx, q, db.SQL(`WITH leads(id) AS (SELECT DISTINCT coalesce(i.copy_of, i.id) FROM json_each(?) j CROSS JOIN items i ON i.id = j.value)
		SELECT id FROM leads UNION ALL SELECT c.id FROM leads CROSS JOIN items c INDEXED BY items_copies ON c.copy_of = leads.id`, db.JSONIntegers(ids)))
}

// runStoryItems makes the mark on the other items of the stories of items that have changed.
func (c *markChange) runStoryItems(step int64, items []changed) error {
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

// fillAlsoIn sets AlsoIn of items: the titles of the other subscribed feeds that have
// the same story.
func fillAlsoIn(ctx context.Context, q db.Querier, items []*feed.Item) error {
	ids := make([]int64, len(items))
	byID := make(map[int64]*feed.Item, len(items))
	for n, i := range items {
		ids[n], byID[i.ID] = i.ID, i
	}
	rows, err := q.QueryContext(ctx, sqlAlsoIn, db.JSONIntegers(ids))
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
