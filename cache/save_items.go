package cache

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"dateline/cache/db"
	"dateline/cache/search"
	"dateline/feed"
	"dateline/feed/query"
	"dateline/feed/text"
)

// target is the feed that an answer is saved to.
type target struct {
	id           int64
	url          string
	info         query.FeedInfo
	unsubscribed bool
	// renew makes edited items unread again; notify tells of every new one.
	renew, notify bool
	// asked reports whether the feed has answered before.
	asked bool
	// counts are what its counters change by.
	counts FeedCount
	// met are the keys of its new items that others may share.
	met storyIndex
}

// targetOf finds the feed of an answer; sql.ErrNoRows when there is none.
func (w *itemWriter) targetOf(b batch) (*target, error) {
	t := &target{url: b.URL, info: query.FeedInfo{URL: b.URL}}
	var tags string
	err := w.row(`SELECT id, config_order IS NULL, coalesce(nullif(name, ''), title), tags, renew_edited, notify, last_ok IS NOT NULL
		FROM feeds WHERE url = ?`, []any{b.URL}, &t.id, &t.unsubscribed, &t.info.Title, &tags, &t.renew, &t.notify, &t.asked)
	if err != nil {
		return nil, err
	}
	if b.Document != nil {
		t.info.Title = cmp.Or(t.info.Title, b.Document.Title)
	}
	return t, db.FromJSON(tags, &t.info.Tags)
}

// ruleEffect is what the rules say of an item that arrives.
type ruleEffect struct {
	read, star, notify bool
	// hiddenBy is the first rule that hides it; empty when none does.
	hiddenBy string
	labels   []string
}

func (v ruleEffect) hidden() bool { return v.hiddenBy != "" }

// applyRules asks every rule that is active about the item as it arrived, whatever
// the others did.
func (w *itemWriter) applyRules(a feed.Article, t *target) ruleEffect {
	var v ruleEffect
	for _, r := range w.rules {
		if !r.Query.Match(a, t.info, arrival(w.seen)) {
			continue
		}
		v.read = v.read || r.Read
		v.star = v.star || r.Star
		v.notify = v.notify || r.Notify
		if r.Hide {
			v.hiddenBy = cmp.Or(v.hiddenBy, r.Name)
		}
		v.labels = append(v.labels, r.Labels...)
	}
	slices.Sort(v.labels)
	v.labels = slices.Compact(v.labels)
	return v
}

// insertNew writes a new item with the marks that the rules put on it. These
// count as made when the item was first seen, so that the user's word, always
// a later one, wins; they are no step of the journal.
func (w *itemWriter) insertNew(t *target, in incoming, saved *feed.Saved) (known, error) {
	a := in.Article
	a.ID = w.next
	w.next++
	pos, future := w.positionFor(a)
	a.Feed, a.FeedTitle, a.FirstSeen, a.Date, a.Future = t.url, cmp.Or(t.info.Title, t.url), w.seen, db.DateOf(pos), future
	v := w.applyRules(a, t)
	if err := w.insert(t, in, a, pos, v); err != nil {
		return known{}, err
	}
	done, err := w.linkToStory(t, a.ID, pos, in.keys)
	if err != nil {
		return known{}, err
	}
	if !v.hidden() {
		t.counts.Total++
		if !v.read {
			t.counts.Unread++
		}
		if t.asked && !done && (v.notify || t.notify && !v.read) {
			saved.Notify = append(saved.Notify, feed.NewItem{Item: a.ID, Title: a.DisplayTitle(), FeedTitle: a.FeedTitle})
		}
	}
	saved.New++
	return known{id: a.ID, pos: pos, source: in.source}, nil
}

// positionFor is where a new item belongs. A date that lies in the future would
// keep it on top of every list until then: it counts as seen now, and says so.
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
	w.exec(`INSERT INTO details (key, guid, title, author, summary, link, link_folded, comments, published, updated, words, categories, enclosures, chapters, transcript, comment_count, id, hidden_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, append(in.details(a.ID), v.hiddenBy)...)
	for _, label := range v.labels {
		w.exec(`INSERT INTO labels (name, pos, held, at) VALUES (?, ?, 1, ?)`, label, pos, seen)
	}
	return w.exec(`INSERT INTO contents (base, body, id) VALUES (?, ?, ?)`, in.Body.Base, w.packed(in), a.ID)
}

// markUnread makes an item unread again whose publisher edited it, in a feed that
// is to be read so, and with it its story: as of now, so that a later word of
// the user's wins. What the user said later already stays, and so does what
// a rule read on arrival.
func (w *itemWriter) markUnread(id int64) error {
	items, err := wholeStories(w.ctx, w.tx, []int64{id})
	if err != nil {
		return err
	}
	c := markChange{Mark: feed.Mark{Flag: feed.Read, At: w.seen}, ctx: w.ctx, tx: w.tx, latest: LatestPlausible(w.seen), only: db.SQL(` AND i.read_at IS NOT i.first_seen`)}
	if err := c.collect(`i.id`, items); err != nil {
		return err
	}
	return c.apply()
}

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
	rules []query.Rule
	// err is the first failure; nothing is written after it.
	err error
}

func newItemWriter(ctx context.Context, s *Store, tx *sql.Tx) (*itemWriter, error) {
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
	if f := text.Fold(in.Link); f != db.LowerASCII(in.Link) {
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
		for _, query := range search.RemoveQueries() {
			w.exec(query, db.JSONIntegers([]int64{old.pos}))
		}
	}
	w.exec(`UPDATE items SET pos = ?, identity = ?, source_hash = ?, future = ?, edited = ?, has_enclosure = ?, has_image = ?, has_comments = ?, indexed = ? WHERE id = ?`,
		pos, in.identity, in.source, future, edited, len(in.Enclosures) > 0, in.Image, in.Comments != "", indexed, old.id)
	w.exec(`UPDATE details SET key = ?, guid = ?, title = ?, author = ?, summary = ?, link = ?, link_folded = ?, comments = ?,
		published = ?, updated = ?, words = ?, categories = ?, enclosures = ?, chapters = ?, transcript = ?, comment_count = ? WHERE id = ?`, in.details(old.id)...)
	w.exec(`UPDATE contents SET base = ?, body = ? WHERE id = ?`, in.Body.Base, w.packed(in), old.id)
	if err := w.updateStoryKeys(old.id, in.keys); err != nil {
		return known{}, err
	}
	if changed && t.renew && !reissued {
		if err := w.markUnread(old.id); err != nil {
			return known{}, err
		}
	}
	return known{id: old.id, pos: pos, source: in.source, indexed: indexed}, w.err
}

// moved is where an item belongs once its publisher reports whether it was published
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
