package cache

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"dateline/cache/db"
	"dateline/feed"
)

const itemColumns = `i.pos, i.id, f.url, f.account, ` + displayTitle + `,
	i.first_seen, i.future, i.edited, i.has_image, i.has_page_text, i.read, i.starred, i.hidden, i.snoozed_until,
	d.key, d.guid, d.title, d.author, d.summary, d.link, d.comments, d.published, d.updated, d.words, d.categories, d.enclosures,
	iif(i.hidden, d.hidden_by, ''), d.chapters, d.transcript, d.comment_count, d.more,
	coalesce((SELECT json_group_array(l.name) FROM labels l WHERE l.pos = i.pos AND l.held = 1 HAVING count(*) > 0), '')`

const (
	sqlItems = `SELECT ` + itemColumns + `, '', NULL FROM json_each(?) j
		CROSS JOIN items i ON i.pos = j.value JOIN details d ON d.id = i.id JOIN feeds f ON f.id = i.feed`
	sqlArticles = `SELECT ` + itemColumns + `, c.base, c.body FROM json_each(?) j
		CROSS JOIN items i ON i.pos = j.value JOIN details d ON d.id = i.id JOIN feeds f ON f.id = i.feed JOIN contents c ON c.id = i.id`
	sqlArticle = `SELECT ` + itemColumns + `, c.base, c.body FROM items i
		JOIN details d ON d.id = i.id JOIN feeds f ON f.id = i.feed JOIN contents c ON c.id = i.id WHERE i.id = ?`
)

// Article returns an item with its text. If there is no item with this ID, the error
// is [ErrNotFound].
func (s *Store) Article(ctx context.Context, id int64) (feed.Article, error) {
	a, err := s.articleIn(ctx, s.readers, id)
	if err == nil {
		err = fillAlsoIn(ctx, s.readers, []*feed.Item{&a.Item})
	}
	return a, WrapError(ctx, "read an article", err)
}

func (s *bodyCodec) articleIn(ctx context.Context, q db.Querier, id int64) (feed.Article, error) {
	var article feed.Article
	found := false
	err := s.scanArticles(ctx, q, func(_ int64, a feed.Article) error {
		article, found = a, true
		return nil
	}, sqlArticle, id)
	if err == nil && !found {
		err = ErrNotFound
	}
	return article, err
}

// rowsAt returns the items at keys, in the order of keys, without items that are gone.
func (s *bodyCodec) rowsAt(ctx context.Context, q db.Querier, keys []Pos) ([]Row, error) {
	rows := make([]Row, 0, len(keys))
	err := s.articlesAt(ctx, q, keys, sqlItems, func(p Pos, a feed.Article) error {
		rows = append(rows, Row{Item: a.Item, Pos: p})
		return nil
	})
	if err != nil || len(rows) == 0 {
		return rows, err
	}
	items := make([]*feed.Item, len(rows))
	for i := range rows {
		items[i] = &rows[i].Item
	}
	return rows, fillAlsoIn(ctx, q, items)
}

func (s *bodyCodec) articlesAt(ctx context.Context, q db.Querier, keys []Pos, query string, yield func(Pos, feed.Article) error) error {
	if len(keys) == 0 {
		return nil
	}
	positions := make([]int64, len(keys))
	for i, k := range keys {
		positions[i] = k.At
	}
	next := 0
	return s.scanArticles(ctx, q, func(at int64, a feed.Article) error {
		for keys[next].At != at {
			next++
		}
		return yield(keys[next], a)
	}, query, db.JSONIntegers(positions))
}

func (s *bodyCodec) scanArticles(ctx context.Context, q db.Querier, yield func(int64, feed.Article) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		at, a, err := s.scanArticle(rows)
		if err != nil {
			return err
		}
		if err := yield(at, a); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s *bodyCodec) scanArticle(rows *sql.Rows) (int64, feed.Article, error) {
	var a feed.Article
	var at int64
	var firstSeen, snoozed, published, updated sql.NullInt64
	var categories, enclosures, labels, more string
	var body sql.RawBytes
	if err := rows.Scan(&at, &a.ID, &a.Feed, &a.Account, &a.FeedTitle,
		&firstSeen, &a.Future, &a.Edited, &a.Image, &a.HasPageText, &a.Read, &a.Starred, &a.Hidden, &snoozed,
		&a.Key, &a.GUID, &a.Title, &a.Author, &a.Summary, &a.Link, &a.Comments, &published, &updated, &a.Words, &categories, &enclosures,
		&a.HiddenBy, &a.Chapters, &a.Transcript, &a.CommentCount, &more, &labels, &a.Body.Base, &body); err != nil {
		return 0, a, err
	}
	a.Date, a.FirstSeen, a.Snoozed = db.DateOf(at), db.FromMicros(firstSeen), db.FromMicros(snoozed)
	a.Published, a.Updated = db.FromMicros(published), db.FromMicros(updated)
	for _, list := range []struct {
		text string
		into any
	}{{categories, &a.Categories}, {enclosures, &a.Enclosures}, {labels, &a.Labels}, {more, &a.More}} {
		if list.text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(list.text), list.into); err != nil {
			return 0, a, err
		}
	}
	slices.Sort(a.Labels)
	s.shown.add(a.Item)
	var err error
	a.Body.Raw, err = s.decompress(body)
	return at, a, err
}

// Revision returns what an item said before its publisher changed its title or text.
// If it was never edited, the error is [ErrNotFound].
//
// If there were several versions, it is the one that the user may have read last. So
// the edits of an unread item add up to one difference.
func (s *Store) Revision(ctx context.Context, id int64) (feed.Revision, error) {
	r, _, err := s.revisionIn(ctx, s.readers, id)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return r, WrapError(ctx, "read an earlier version", err)
}

// revisionIn returns the revision of an item. outdated reports whether the user has
// read the version that replaced it.
func (s *bodyCodec) revisionIn(ctx context.Context, q db.Querier, id int64) (r feed.Revision, outdated bool, err error) {
	var replaced sql.NullInt64
	var body []byte
	err = q.QueryRowContext(ctx, `SELECT r.replaced, r.title, r.base, r.body, i.read = 1 AND coalesce(i.read_at, ?2) >= r.replaced
		FROM revisions r JOIN items i ON i.id = r.id WHERE r.id = ?1`, id, int64(db.Bottom)).
		Scan(&replaced, &r.Title, &r.Body.Base, &body, &outdated)
	if err != nil {
		return r, false, err
	}
	r.Replaced = db.FromMicros(replaced)
	r.Body.Raw, err = s.decompress(body)
	return r, outdated, err
}

// sqlSaveRevision copies the current text of an item, compressed as it is, to its
// revision.
const sqlSaveRevision = `INSERT INTO revisions (id, replaced, title, base, body)
	SELECT d.id, ?2, d.title, c.base, c.body FROM details d JOIN contents c ON c.id = d.id WHERE d.id = ?1
	ON CONFLICT (id) DO UPDATE SET (replaced, title, base, body) = (excluded.replaced, excluded.title, excluded.base, excluded.body)`

// saveRevision saves the text of an item that is about to be replaced as its revision, and
// reports whether the item counts as edited afterwards. An edit that restores what the
// user read last does not count.
func (w *itemWriter) saveRevision(id int64, in incoming) (edited bool, err error) {
	r, outdated, err := w.revisionIn(w.ctx, w.tx, id)
	switch {
	case errors.Is(err, sql.ErrNoRows) || err == nil && outdated:
		return true, w.exec(sqlSaveRevision, id, w.seen.UnixMicro())
	case err != nil:
		return false, err
	}
	kept := feed.Article{Item: feed.Item{Title: r.Title}, Body: r.Body}
	if kept.Fingerprint() != in.Fingerprint() {
		return true, nil
	}
	return false, w.exec(`DELETE FROM revisions WHERE id = ?`, id)
}
