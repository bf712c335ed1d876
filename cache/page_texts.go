package cache

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"dateline/cache/db"
	"dateline/cache/search"
	"dateline/feed"
	"dateline/feed/markup"
)

// PageText returns the page text of an item, or the message that says why there is
// none. Fetched is zero if the page was never fetched.
func (s *Store) PageText(ctx context.Context, id int64) (feed.PageText, error) {
	var t feed.PageText
	var fetched sql.NullInt64
	var body []byte
	err := s.readers.QueryRowContext(ctx, `SELECT fetched, base, body, error FROM page_texts WHERE id = ?`, id).
		Scan(&fetched, &t.Body.Base, &body, &t.Error)
	if errors.Is(err, sql.ErrNoRows) {
		return t, nil
	}
	if err == nil {
		t.Fetched = db.FromMicros(fetched)
		t.Body.Raw, err = s.decompress(body)
	}
	return t, WrapError(ctx, "read the page text", err)
}

// SetPageText saves the page text of an item, or the message that says why there is
// none. If Fetched is zero, it is now. A failure does not replace a text. If the item
// is gone, the error is [ErrNotFound].
//
// Searches find the words of the page text beside those of the feed's own text. They
// are slower until [Store.IndexPending] has indexed it.
func (s *Store) SetPageText(ctx context.Context, id int64, t feed.PageText) error {
	if t.Fetched.IsZero() {
		t.Fetched = s.now()
	}
	good := t.Error == ""
	if !good {
		t.Body = markup.Body{}
	}
	packed := s.compress(t.Body.Raw)
	return s.write(ctx, "save the page text", func(tx *sql.Tx) error {
		var pos int64
		var indexed, had bool
		err := tx.QueryRowContext(ctx, `SELECT pos, indexed, has_page_text FROM items WHERE id = ?`, id).Scan(&pos, &indexed, &had)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return ErrNotFound
		case err != nil:
			return err
		case !good && had:
			return nil
		}
		_, err = tx.ExecContext(ctx, `INSERT OR REPLACE INTO page_texts (id, fetched, base, body, error) VALUES (?, ?, ?, ?, ?)`,
			id, db.ToMicros(t.Fetched), t.Body.Base, packed, t.Error)
		if err != nil || !good {
			return err
		}
		if indexed {
			if err := search.Remove(ctx, tx, db.JSONIntegers([]int64{pos})); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `UPDATE items SET has_page_text = 1 WHERE id = ?`, id)
		return err
	})
}

// pageTextNewest is the number of newest items of a feed that [Store.ItemsWithoutPageText] looks
// at. Older items are not fetched, such as the archive from before the option was set.
const pageTextNewest = 200

const sqlWantFulltext = `SELECT n.pos FROM (SELECT i.pos FROM items i INDEXED BY items_feed
		WHERE i.feed = (SELECT id FROM feeds WHERE url = ?) AND i.hidden = 0 ORDER BY i.pos DESC LIMIT ?) n
	CROSS JOIN items i ON i.pos = n.pos JOIN details d ON d.id = i.id
	WHERE d.link <> '' AND NOT EXISTS (SELECT 1 FROM page_texts t WHERE t.id = i.id) LIMIT ?`

// ItemsWithoutPageText returns items of a feed whose page was never fetched: up to max of the
// newest that have a link, newest first.
func (s *Store) ItemsWithoutPageText(ctx context.Context, url string, max int) ([]feed.Item, error) {
	const op = "list items without a page text"
	positions, err := db.Integers(ctx, s.readers, db.SQL(sqlWantFulltext, url, pageTextNewest, max))
	if err != nil {
		return nil, WrapError(ctx, op, err)
	}
	slices.Sort(positions)
	slices.Reverse(positions)
	var items []feed.Item
	err = s.scanArticles(ctx, s.readers, func(_ int64, a feed.Article) error {
		items = append(items, a.Item)
		return nil
	}, sqlItems, db.JSONIntegers(positions))
	return items, WrapError(ctx, op, err)
}

// texts implements [search.Texts].
type texts struct{ *Store }

const sqlDocuments = `SELECT i.pos, i.source_hash, d.title, d.author, d.link, c.base, c.body, t.fetched, t.base, t.body FROM json_each(?) j
	CROSS JOIN items i ON i.pos = j.value JOIN details d ON d.id = i.id JOIN contents c ON c.id = i.id
	LEFT JOIN page_texts t ON t.id = i.id AND i.has_page_text = 1`

// ReadDocuments implements [search.Texts].
func (t texts) ReadDocuments(ctx context.Context, q db.Querier, positions []int64, yield func(search.Document) bool) error {
	rows, err := q.QueryContext(ctx, sqlDocuments, db.JSONIntegers(positions))
	if err != nil {
		return err
	}
	defer rows.Close()
	for more := true; more && rows.Next(); {
		var d search.Document
		var page markup.Body
		var base sql.NullString
		var fetched sql.NullInt64
		var body, pageBody sql.RawBytes
		if err := rows.Scan(&d.Pos, &d.Source, &d.Title, &d.Author, &d.Link, &d.Body.Base, &body, &fetched, &base, &pageBody); err != nil {
			return err
		}
		if d.Body.Raw, err = t.decompress(body); err != nil {
			return err
		}
		if fetched.Valid {
			if page.Raw, err = t.decompress(pageBody); err != nil {
				return err
			}
			page.Base = base.String
			d.Page = search.PageText{Fetched: fetched.Int64, Text: page.Text()}
		}
		more = yield(d)
	}
	return rows.Err()
}
