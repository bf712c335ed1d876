package cache

import (
	"context"
	"database/sql"
	"time"

	"dateline/cache/db"
	"dateline/cache/search"
	"dateline/feed"
)

// itemWriter writes answers within one transaction. Its statements are prepared
// when they are first needed: most rounds bring nothing new.
type itemWriter struct {
	*Store
	// ctx does not end, for that of the transaction does: watching it for each
	// statement would take a goroutine every time.
	ctx  context.Context
	tx   *sql.Tx
	seen time.Time
	next int64
	// prepared are the statements by their text.
	prepared map[string]*sql.Stmt
	// rules are those that are active.
	rules []feed.Rule
	// err is the first failure; nothing is written after it.
	err error
}

func (s *Store) newItemWriter(ctx context.Context, tx *sql.Tx) (*itemWriter, error) {
	w := &itemWriter{Store: s, ctx: context.WithoutCancel(ctx), tx: tx, seen: s.now(), prepared: map[string]*sql.Stmt{}}
	w.rules = s.activeRules(w.seen)
	return w, w.row(`SELECT next FROM sequence`, nil, &w.next)
}

// row runs a query that has one row at most; sql.ErrNoRows when it has none.
func (w *itemWriter) row(query string, args []any, into ...any) error {
	stmt, err := w.statement(query)
	if err != nil {
		return err
	}
	return stmt.QueryRowContext(w.ctx, args...).Scan(into...)
}

func (w *itemWriter) keepSequence() error {
	return w.exec(`UPDATE sequence SET next = ?1 WHERE next <> ?1`, w.next)
}

// exec runs a statement unless one failed before, and returns w.err.
func (w *itemWriter) exec(query string, args ...any) error {
	if w.err != nil {
		return w.err
	}
	stmt, err := w.statement(query)
	if err == nil {
		_, err = stmt.ExecContext(w.ctx, args...)
	}
	w.err = err
	return err
}

// each hands the rows of a query to scan, one after the other.
func (w *itemWriter) each(query string, args []any, scan func(*sql.Rows) error) error {
	stmt, err := w.statement(query)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(w.ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (w *itemWriter) statement(query string) (*sql.Stmt, error) {
	if stmt, ok := w.prepared[query]; ok {
		return stmt, nil
	}
	if kept, ok := w.kept.Load(query); ok {
		w.prepared[query] = w.tx.StmtContext(w.ctx, kept.(*sql.Stmt))
		return w.prepared[query], nil
	}
	stmt, err := w.tx.PrepareContext(w.ctx, query)
	if err == nil {
		w.prepared[query] = stmt
	}
	return stmt, err
}

// keepPrepared prepares, outside the transaction that has ended, the statements
// it used for those to come: parsing them took as long as running them. Their
// texts are constants, so they are a few.
func (w *itemWriter) keepPrepared() {
	for query := range w.prepared {
		// One that cannot be prepared now is prepared when it is needed.
		_, _ = w.keptStatement(w.ctx, w.writer, query)
	}
}

// keptStatement prepares a query, of which no other pool has the like, once for
// the life of the store.
func (s *Store) keptStatement(ctx context.Context, db *sql.DB, query string) (*sql.Stmt, error) {
	if kept, ok := s.kept.Load(query); ok {
		return kept.(*sql.Stmt), nil
	}
	stmt, err := db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	kept, again := s.kept.LoadOrStore(query, stmt)
	if again {
		stmt.Close()
	}
	return kept.(*sql.Stmt), nil
}

// details are the values of the details columns, the id last.
func (in incoming) details(id int64) []any {
	var folded sql.NullString
	if f := feed.Fold(in.Link); f != db.LowerASCII(in.Link) {
		folded = sql.NullString{String: f, Valid: true}
	}
	return []any{in.Key, in.GUID, in.Title, in.Author, in.Summary, in.Link, folded, in.Comments,
		db.ToMicros(in.Published), db.ToMicros(in.Updated), in.Words, in.categories, in.enclosures, in.Chapters, in.Transcript, in.CommentCount, id}
}

// update writes what the publisher changed of an item. One whose publisher
// gave it a new identity is not unread again for a text that other software
// writes differently.
func (w *itemWriter) update(t *target, old known, in incoming, before feed.Article, reissued bool) (known, error) {
	pos, future := moved(before, in.Published, w.seen)
	edited, changed := before.Edited, before.Fingerprint() != in.Fingerprint()
	if changed {
		var err error
		if edited, err = w.revise(old.id, in); err != nil {
			return known{}, err
		}
	}
	indexed := old.indexed && !changed && pos == old.pos && in.Author == before.Author
	if old.indexed && !indexed {
		for _, query := range search.ForgetQueries() {
			w.exec(query, db.JSONIntegers([]int64{old.pos}))
		}
	}
	w.exec(`UPDATE items SET pos = ?, identity = ?, source_hash = ?, future = ?, edited = ?, has_enclosure = ?, has_image = ?, has_comments = ?, indexed = ? WHERE id = ?`,
		pos, in.identity, in.source, future, edited, len(in.Enclosures) > 0, in.Image, in.Comments != "", indexed, old.id)
	w.exec(`UPDATE details SET key = ?, guid = ?, title = ?, author = ?, summary = ?, link = ?, link_folded = ?, comments = ?,
		published = ?, updated = ?, words = ?, categories = ?, enclosures = ?, chapters = ?, transcript = ?, comment_count = ? WHERE id = ?`, in.details(old.id)...)
	w.exec(`UPDATE contents SET base = ?, body = ? WHERE id = ?`, in.Body.Base, w.packed(in), old.id)
	if err := w.retell(old.id, in.keys); err != nil {
		return known{}, err
	}
	if changed && t.renew && !reissued {
		if err := w.renew(old.id); err != nil {
			return known{}, err
		}
	}
	return known{id: old.id, pos: pos, source: in.source, indexed: indexed}, w.err
}

// moved is where an item belongs once its publisher says that it was published
// then: where it was, unless that is news and lies not in the future.
func moved(before feed.Article, then, now time.Time) (pos int64, future bool) {
	switch {
	case then.UnixMicro() == before.Published.UnixMicro(), then.IsZero():
		return db.Position(before.Date, before.ID), before.Future
	case then.After(now):
		return db.Position(before.Date, before.ID), true
	}
	return db.Position(then, before.ID), false
}
