package cache

import (
	"cmp"
	"context"
	"database/sql"
	"time"

	"dateline/cache/db"
	"dateline/cache/search"
	"dateline/feed"
	"dateline/feed/query"
	"dateline/feed/text"
)

// target is the feed to which a batch is saved.
type target struct {
	id           int64
	url          string
	info         query.FeedInfo
	unsubscribed bool
	// renew reports whether edited items become unread again, notify whether the user
	// is notified of every new item.
	renew, notify bool
	// checkedBefore reports whether the feed was checked successfully before, or has items.
	checkedBefore bool
	// counts is what is added to the counters of the feed.
	counts FeedCount
	// sharedKeys has the links and titles of the new items that other items have, too.
	sharedKeys storyIndex
}

// targetOf returns the feed of a batch. If there is none, the error is sql.ErrNoRows.
func (w *itemWriter) targetOf(b batch) (*target, error) {
	t := &target{url: b.URL, info: query.FeedInfo{URL: b.URL}}
	var tags string
	err := w.row(`SELECT id, config_order IS NULL, coalesce(nullif(name, ''), title), tags, account, renew_edited, notify, last_ok IS NOT NULL
		FROM feeds WHERE url = ?`, []any{b.URL}, &t.id, &t.unsubscribed, &t.info.Title, &tags, &t.info.Account, &t.renew, &t.notify, &t.checkedBefore)
	if err != nil {
		return nil, err
	}
	if b.Document != nil {
		t.info.Title = cmp.Or(t.info.Title, b.Document.Title)
	}
	return t, db.FromJSON(tags, &t.info.Tags)
}

// insertNew writes a new item with the marks that the rules make, and with those that the
// item has at a server. The time of these marks is the time at which the item was first seen, so that any later mark of the
// user wins. They are not part of a step of undo.
func (w *itemWriter) insertNew(t *target, in incoming, saved *feed.Saved) (known, error) {
	a := in.Article
	a.ID = w.next
	w.next++
	pos, future := w.positionFor(a)
	a.Feed, a.FeedTitle, a.FirstSeen, a.Date, a.Future = t.url, cmp.Or(t.info.Title, t.url), w.seen, db.DateOf(pos), future
	v := w.applyRules(a, t)
	v.read, v.star = v.read || a.Read, v.star || a.Starred
	if err := w.insert(t, in, a, pos, v); err != nil {
		return known{}, err
	}
	done, err := w.linkToStory(t, a.ID, pos, in)
	if err != nil {
		return known{}, err
	}
	if !v.hidden() {
		t.counts.Total++
		if !v.read {
			t.counts.Unread++
		}
		if t.checkedBefore && !done && (v.notify || t.notify && !v.read) {
			saved.Notify = append(saved.Notify, feed.NewItem{Item: a.ID, Title: a.DisplayTitle(), FeedTitle: a.FeedTitle})
		}
	}
	saved.New++
	return known{id: a.ID, pos: pos, source: in.source}, nil
}

// positionFor returns the position of a new item. An item dated in the future gets the
// position of now and is flagged with future. Otherwise it would stay on top of every
// list until its date.
func (w *itemWriter) positionFor(a feed.Article) (pos int64, future bool) {
	future = a.Published.After(w.seen)
	if future || a.Published.IsZero() {
		return db.Position(w.seen, a.ID), future
	}
	return db.Position(a.Published, a.ID), false
}

func (w *itemWriter) insert(t *target, in incoming, a feed.Article, pos int64, v ruleEffect) error {
	seen := w.seen.UnixMicro()
	at := func(on bool) sql.NullInt64 { return sql.NullInt64{Int64: seen, Valid: on} }
	w.exec(`INSERT INTO items (pos, id, feed, identity, source_hash, first_seen, future, has_enclosure, has_image, has_comments, unsubscribed,
			link_hash, title_hash, read, read_at, starred, starred_at, hidden, hidden_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		pos, a.ID, t.id, in.identity, in.source, seen, a.Future, len(a.Enclosures) > 0, a.Image, a.Comments != "", t.unsubscribed,
		in.keys.link, in.keys.title, v.read, at(v.read), v.star, at(v.star), v.hidden(), at(v.hidden()))
	w.exec(`INSERT INTO details (key, guid, title, author, summary, link, link_folded, comments, published, updated, words, categories, enclosures, chapters, transcript, comment_count, more, id, hidden_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, append(in.details(a.ID), v.hiddenBy)...)
	for _, label := range v.labels {
		w.exec(`INSERT INTO labels (name, pos, held, at) VALUES (?, ?, 1, ?)`, label, pos, seen)
	}
	return w.exec(`INSERT INTO contents (base, body, id) VALUES (?, ?, ?)`, in.Body.Base, w.compressedBody(in), a.ID)
}

// markUnread makes an edited item and its story unread again, in a feed with that
// setting. The time of the mark is now, so that a later mark of the user wins. Items
// that a rule marked read on arrival stay read.
func (w *itemWriter) markUnread(id int64) error {
	items, err := wholeStories(w.ctx, w.tx, []int64{id})
	if err != nil {
		return err
	}
	c := markChange{Mark: feed.Mark{Flag: feed.Read, At: w.seen}, ctx: w.ctx, tx: w.tx, now: w.seen, only: db.SQL(` AND i.read_at IS NOT i.first_seen`)}
	if err := c.collect(`i.id`, items); err != nil {
		return err
	}
	return c.apply()
}

// itemWriter writes batches in one transaction. It prepares a statement when it is
// first needed, because most refreshes bring nothing new.
type itemWriter struct {
	*Store
	// ctx is never canceled, because the transaction's own context is. A cancelable
	// context would cost a goroutine for each statement.
	ctx  context.Context
	tx   *sql.Tx
	seen time.Time
	next int64
	// prepared are the statements of this transaction by their text.
	prepared map[string]*sql.Stmt
	// rules are the rules that are active now.
	rules []query.Rule
	// err is the first error. After an error nothing is written.
	err error
}

func newItemWriter(ctx context.Context, s *Store, tx *sql.Tx) (*itemWriter, error) {
	w := &itemWriter{Store: s, ctx: context.WithoutCancel(ctx), tx: tx, seen: s.now(), prepared: map[string]*sql.Stmt{}}
	w.rules = s.activeRules(w.seen)
	return w, w.row(`SELECT next FROM sequence`, nil, &w.next)
}

// row runs a query that returns at most one row. If there is none, the error is
// sql.ErrNoRows.
func (w *itemWriter) row(query string, args []any, into ...any) error {
	stmt, err := w.statement(query)
	if err != nil {
		return err
	}
	return stmt.QueryRowContext(w.ctx, args...).Scan(into...)
}

func (w *itemWriter) saveSequence() error {
	return w.exec(`UPDATE sequence SET next = ?1 WHERE next <> ?1`, w.next)
}

// exec runs a statement and returns the first error of the writer. After an error it
// does nothing.
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

// each calls scan for each row of a query.
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
	if kept, ok := w.statements.Load(query); ok {
		w.prepared[query] = w.tx.StmtContext(w.ctx, kept.(*sql.Stmt))
		return w.prepared[query], nil
	}
	stmt, err := w.tx.PrepareContext(w.ctx, query)
	if err == nil {
		w.prepared[query] = stmt
	}
	return stmt, err
}

// cacheStatements prepares the statements of the transaction for later ones, because
// parsing takes as long as running. It is called after the transaction has ended.
// There are only a few, because their texts are constants.
func (w *itemWriter) cacheStatements() {
	for query := range w.prepared {
		// A statement that cannot be prepared now is prepared when it is needed.
		_, _ = w.cachedStatement(w.ctx, w.writer, query)
	}
}

// cachedStatement returns a prepared statement that lives as long as the store. Each
// query must be used with one pool only.
func (s *Store) cachedStatement(ctx context.Context, db *sql.DB, query string) (*sql.Stmt, error) {
	if kept, ok := s.statements.Load(query); ok {
		return kept.(*sql.Stmt), nil
	}
	stmt, err := db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	kept, again := s.statements.LoadOrStore(query, stmt)
	if again {
		stmt.Close()
	}
	return kept.(*sql.Stmt), nil
}

// details returns the values of the columns of details, with the ID last.
func (in incoming) details(id int64) []any {
	var folded sql.NullString
	if f := text.Fold(in.Link); f != db.LowerASCII(in.Link) {
		folded = sql.NullString{String: f, Valid: true}
	}
	return []any{in.Key, in.GUID, in.Title, in.Author, in.Summary, in.Link, folded, in.Comments,
		db.ToMicros(in.Published), db.ToMicros(in.Updated), in.Words, in.categories, in.enclosures, in.Chapters, in.Transcript, in.CommentCount, in.more, id}
}

// lostSource is the source_hash of an item of which a rescue could not read the texts.
const lostSource = 0

// update writes the changes of a publisher to an item. A reissued item does not become
// unread again, because other software may write the same text differently. An item of
// which a rescue could not read the texts takes them without counting as edited.
func (w *itemWriter) update(t *target, old known, in incoming, before feed.Article, reissued bool) (known, error) {
	pos, future := moved(before, in.Published, w.seen)
	lost := old.source == lostSource
	edited, changed := before.Edited, !lost && before.Fingerprint() != in.Fingerprint()
	if changed {
		var err error
		if edited, err = w.saveRevision(old.id, in); err != nil {
			return known{}, err
		}
	}
	indexed := old.indexed && !changed && !lost && pos == old.pos && in.Author == before.Author && in.Link == before.Link
	if old.indexed && !indexed {
		for _, query := range search.RemoveQueries() {
			w.exec(query, db.JSONIntegers([]int64{old.pos}))
		}
	}
	w.exec(`UPDATE items SET pos = ?, identity = ?, source_hash = ?, future = ?, edited = ?, has_enclosure = ?, has_image = ?, has_comments = ?, indexed = ? WHERE id = ?`,
		pos, in.identity, in.source, future, edited, len(in.Enclosures) > 0, in.Image, in.Comments != "", indexed, old.id)
	w.exec(`UPDATE details SET key = ?, guid = ?, title = ?, author = ?, summary = ?, link = ?, link_folded = ?, comments = ?,
		published = ?, updated = ?, words = ?, categories = ?, enclosures = ?, chapters = ?, transcript = ?, comment_count = ?, more = ? WHERE id = ?`, in.details(old.id)...)
	w.exec(`UPDATE contents SET base = ?, body = ? WHERE id = ?`, in.Body.Base, w.compressedBody(in), old.id)
	if err := w.updateStoryKeys(old.id, in.keys, feed.DifferentParts(before.Item, in.Item)); err != nil {
		return known{}, err
	}
	if changed && t.renew && !reissued {
		if err := w.markUnread(old.id); err != nil {
			return known{}, err
		}
	}
	return known{id: old.id, pos: pos, source: in.source, indexed: indexed}, w.err
}

// moved returns the position of an item whose publisher now dates it at then. The item
// stays at its position if then is unchanged, zero or in the future.
func moved(before feed.Article, then, now time.Time) (pos int64, future bool) {
	switch {
	case then.UnixMicro() == before.Published.UnixMicro(), then.IsZero():
		return db.Position(before.Date, before.ID), before.Future
	case then.After(now):
		return db.Position(before.Date, before.ID), true
	}
	return db.Position(then, before.ID), false
}

// applyPendingToArrived calls [pendingMarks.apply] for a feed that has just brought new
// items. A mark may wait under another key of an item, as [feed.Article.StoredKeys] has.
func (w *itemWriter) applyPendingToArrived(t *target, b batch) error {
	p := pendingMarks{ctx: w.ctx, tx: w.tx, feed: t.id}
	flags, err := p.flags()
	if err != nil || len(flags) == 0 {
		return err
	}
	for identity, owners := range b.otherKeysOf(nil, nil).narrow {
		if len(owners) == 1 {
			w.exec(`UPDATE OR IGNORE pending_marks SET identity = ? WHERE feed = ? AND identity = ?`, b.items[owners[0]].identity, t.id, identity)
		}
	}
	t.counts = FeedCount{} // apply counts them
	if w.err != nil {
		return w.err
	}
	return p.apply(flags)
}
