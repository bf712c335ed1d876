package cache

import (
	"context"
	"database/sql"
	"errors"

	"dateline/cache/db"
	"dateline/feed"
)

// Revision is what an item said before its publisher changed its title or
// text; [ErrNotFound] when it was never edited. Of several earlier versions it
// is the one that the reader may have read last: while an item stays unread
// its edits add up to one difference.
func (s *Store) Revision(ctx context.Context, id int64) (feed.Revision, error) {
	r, _, err := s.revisionIn(ctx, s.readers, id)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return r, WrapError(ctx, "read an earlier version", err)
}

// revisionIn also says whether the reader has read the version that replaced it.
func (s *Store) revisionIn(ctx context.Context, q db.Querier, id int64) (r feed.Revision, outdated bool, err error) {
	var replaced sql.NullInt64
	var body []byte
	err = q.QueryRowContext(ctx, `SELECT r.replaced, r.title, r.base, r.body, i.read = 1 AND coalesce(i.read_at, ?2) >= r.replaced
		FROM revisions r JOIN items i ON i.id = r.id WHERE r.id = ?1`, id, int64(db.Bottom)).
		Scan(&replaced, &r.Title, &r.Body.Base, &body, &outdated)
	if err != nil {
		return r, false, err
	}
	r.Replaced = db.FromMicros(replaced)
	r.Body.Raw, err = s.unpack(body)
	return r, outdated, err
}

// sqlKeepRevision copies the present text as it is stored.
const sqlKeepRevision = `INSERT INTO revisions (id, replaced, title, base, body)
	SELECT d.id, ?2, d.title, c.base, c.body FROM details d JOIN contents c ON c.id = d.id WHERE d.id = ?1
	ON CONFLICT (id) DO UPDATE SET (replaced, title, base, body) = (excluded.replaced, excluded.title, excluded.base, excluded.body)`

// revise keeps the text of an item that is about to be replaced by another
// one, and says whether the item counts as edited afterwards. An edit that
// brings back what the reader last read is none.
func (w *itemWriter) revise(id int64, in incoming) (edited bool, err error) {
	r, outdated, err := w.revisionIn(w.ctx, w.tx, id)
	switch {
	case errors.Is(err, sql.ErrNoRows) || err == nil && outdated:
		return true, w.exec(sqlKeepRevision, id, w.seen.UnixMicro())
	case err != nil:
		return false, err
	}
	kept := feed.Article{Item: feed.Item{Title: r.Title}, Body: r.Body}
	if kept.Fingerprint() != in.Fingerprint() {
		return true, nil
	}
	return false, w.exec(`DELETE FROM revisions WHERE id = ?`, id)
}
