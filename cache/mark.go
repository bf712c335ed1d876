package cache

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"dateline/cache/db"
	"dateline/cache/search"
	"dateline/feed"
)

// markItems makes the marks of a [MarkItems].
func (s *Store) markItems(ctx context.Context, marks []feed.Mark) (n int, err error) {
	err = s.write(ctx, "save your marks", func(tx *sql.Tx) error {
		step, err := beginStep(ctx, tx)
		if err != nil {
			return err
		}
		var ids []int64
		now := s.now()
		for _, m := range marks {
			m.At = madeAt(m.At, now)
			if err := CheckMark(m); err != nil {
				return err
			}
			if ofStory(m.Flag) {
				if m.Items, err = wholeStories(ctx, tx, m.Items); err != nil {
					return err
				}
			}
			c := markChange{Mark: m, ctx: ctx, tx: tx, now: now}
			if err := c.run(step, `i.id`, m.Items); err != nil {
				return err
			}
			if err := c.recordTime(); err != nil {
				return err
			}
			for _, i := range c.items {
				ids = append(ids, i.id)
			}
		}
		slices.Sort(ids)
		n = len(slices.Compact(ids))
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// markView makes the mark m on the items of a view at the positions that which
// returns. It returns the number of items that changed.
func (s *Store) markView(ctx context.Context, v View, m feed.Mark, which func(*search.Plan) ([]int64, error)) (n int, err error) {
	const op = "mark all"
	if m.At.IsZero() {
		m.At = s.now()
	}
	made := m.At
	if err := CheckMark(m); err != nil {
		return 0, err
	}
	p, err := s.index.Plan(ctx, s.readers, v)
	if err != nil {
		return 0, WrapError(ctx, op, err)
	}
	positions, err := which(p)
	if err != nil {
		return 0, WrapError(ctx, op, err)
	}
	slices.Sort(positions)
	var begun journalRef
	for chunk := range slices.Chunk(slices.Compact(positions), s.markChunk) {
		done := 0
		err := s.write(ctx, op, func(tx *sql.Tx) error {
			step, err := begun.number(ctx, tx)
			if err != nil || step == 0 {
				return err
			}
			now := s.now()
			m.At = madeAt(made, now)
			c := markChange{Mark: m, ctx: ctx, tx: tx, now: now, only: db.SQL(` AND (i.first_seen <= ? OR i.first_seen > ?)`, m.At.UnixMicro(), now.UnixMicro())}
			if err := c.run(step, `i.pos`, chunk); err != nil {
				return err
			}
			rest := markChange{Mark: m, ctx: ctx, tx: tx, now: now}
			err = rest.runStoryItems(step, c.items)
			done, begun = len(c.items)+len(rest.items), cmp.Or(begun, c.ref)
			return err
		})
		if err != nil {
			return n, err
		}
		n += done
	}
	return n, nil
}

// takeMark makes a mark that was made elsewhere, such as at a server. It is no step of undo.
// It holds for the whole stories of the items, and a later mark stays.
func takeMark(ctx context.Context, tx *sql.Tx, m feed.Mark, now time.Time) (n int, err error) {
	if ofStory(m.Flag) {
		if m.Items, err = wholeStories(ctx, tx, m.Items); err != nil {
			return 0, err
		}
	}
	c := markChange{Mark: m, ctx: ctx, tx: tx, now: now}
	if err := c.collect(`i.id`, m.Items); err != nil {
		return 0, err
	}
	return len(c.items), c.apply()
}

// markChange is a mark that is being made or undone in a transaction.
type markChange struct {
	feed.Mark
	ctx context.Context
	tx  *sql.Tx
	// now is the time by this computer's clock when the mark is written. A stored mark
	// with a later time was made before this one, with another clock.
	now time.Time
	// force makes the mark replace all others. Undo sets it, because an undo comes
	// after what it undoes, even if it waited to be written.
	force bool
	// only is one more condition on the items i; empty if there is none.
	only db.Text
	// items are the items that change, in the order of their positions.
	items []changed
	// isRange reports whether items are all items between the first and the last of
	// them that the mark could change, and lie close together.
	isRange bool
	// span is where the items were when the mark was made that is undone now.
	span span
	// ref is the entry of the mark in the journal.
	ref journalRef
}

// span is the first and the last position of items that lie close together. Neither is
// valid if they do not.
type span struct{ first, last sql.NullInt64 }

// madeAt returns when a change was made, by the clock that shows now when the change is
// written. A change may have waited to be written, but it was never made after now. If at
// has a monotonic clock reading, it does not matter whether the clock was set meanwhile.
// If at is zero, the change is made now.
func madeAt(at, now time.Time) time.Time {
	if at.IsZero() {
		return now
	}
	return now.Add(-max(now.Sub(at), 0))
}

// changed is an item before a change.
type changed struct {
	pos, id, feed int64
	// lead is the ID of the lead of the item's story. For most items it is the item
	// itself.
	lead int64
	// other is the second flag on which the unread count depends: hidden if read
	// changes, read if hidden changes.
	other bool
	// was is the end of the snooze that a new snooze replaces.
	was sql.NullInt64
}

// run makes the mark on those of the items with the given keys that it changes, and
// adds them to a step of the journal.
func (c *markChange) run(step int64, key string, keys []int64) error {
	if err := c.collect(key, keys); err != nil || len(c.items) == 0 {
		return err
	}
	if err := c.journal(step); err != nil {
		return err
	}
	return c.apply()
}

// collect finds the items that the mark changes.
func (c *markChange) collect(key string, keys []int64) error {
	cond, was := c.needsChange()
	other := `0`
	switch c.Flag {
	case feed.Read:
		other = `i.hidden`
	case feed.Hidden:
		other = `i.read`
	}
	t := db.SQL(`SELECT i.pos, i.id, i.feed, coalesce(i.copy_of, i.id), ` + other + was + ` FROM `)
	of := db.SQL(`json_each(?) o CROSS JOIN items i ON `+key+` = o.value`, db.JSONIntegers(keys))
	first, last, err := c.dense(key, keys)
	if err != nil {
		return err
	}
	if c.isRange {
		of = db.SQL(`(SELECT * FROM items WHERE pos BETWEEN ? AND ?) i`, first, last)
	}
	t.Add(of.SQL, of.Args...)
	if c.Flag == feed.Label {
		t.Add(` LEFT JOIN labels l ON l.pos = i.pos AND l.name = ?`, c.Label)
	}
	t.Add(` WHERE `+cond.SQL, cond.Args...)
	t.Add(c.only.SQL, c.only.Args...)
	err = c.scan(t, key, keys)
	if c.span.first.Valid && len(c.items) < len(keys) && err == nil { // an item may have moved out of the span
		c.items, c.span = nil, span{}
		return c.collect(key, keys)
	}
	return err
}

// dense returns the range of positions that the items span, and sets c.isRange if they
// are at least half of its rows. Then scanning the range is faster than looking up
// each item.
func (c *markChange) dense(key string, keys []int64) (first, last int64, err error) {
	if len(keys) < longRange {
		return 0, 0, nil
	}
	if c.span.first.Valid {
		first, last = c.span.first.Int64, c.span.last.Int64
	} else if key == `i.pos` {
		first, last = slices.Min(keys), slices.Max(keys)
	} else if first, last, err = c.ends(key, keys); err != nil {
		return 0, 0, err
	}
	var n int
	err = c.tx.QueryRowContext(c.ctx, `SELECT count(*) FROM (SELECT 1 FROM items WHERE pos BETWEEN ? AND ? LIMIT ?)`,
		first, last, 2*len(keys)+1).Scan(&n)
	c.isRange = 0 < n && n <= 2*len(keys)
	return first, last, err
}

// ends returns the first and the last position of the items with the keys. If there
// are no such items, first is after last.
func (c *markChange) ends(key string, keys []int64) (first, last int64, err error) {
	err = c.tx.QueryRowContext(c.ctx, `SELECT coalesce(min(i.pos), ?), coalesce(max(i.pos), ?) FROM json_each(?) o CROSS JOIN items i ON `+key+` = o.value`,
		int64(db.Top), int64(db.Bottom), db.JSONIntegers(keys)).Scan(&first, &last)
	return first, last, err
}

// scan reads the items of a query. If c.isRange is set, it keeps only those with the
// keys, and clears c.isRange if there are others.
func (c *markChange) scan(t db.Text, key string, keys []int64) error {
	wanted := func(i changed) bool { return true }
	if c.isRange {
		keys = slices.Sorted(slices.Values(keys))
		wanted = func(i changed) bool {
			has := i.pos
			if key != `i.pos` {
				has = i.id
			}
			_, found := slices.BinarySearch(keys, has)
			return found
		}
	}
	rows, err := c.tx.QueryContext(c.ctx, t.SQL, t.Args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var i changed
	into := []any{&i.pos, &i.id, &i.feed, &i.lead, &i.other}
	if c.Flag == feed.Snooze {
		into = append(into, &i.was)
	}
	all := true
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if !wanted(i) {
			all = false
			continue
		}
		c.items = append(c.items, i)
	}
	c.isRange = c.isRange && all
	slices.SortFunc(c.items, func(a, b changed) int { return cmp.Compare(a.pos, b.pos) })
	c.items = slices.Compact(c.items)
	return rows.Err()
}

// needsChange returns the condition for items i that the mark changes, and the column,
// after the other ones, that holds what was there before.
func (c *markChange) needsChange() (cond db.Text, was string) {
	at := c.At.UnixMicro()
	if c.force {
		at = db.Top
	}
	// A stored mark is newer only if another process made it while this one waited to be
	// written. A mark that a rule made on arrival is never newer.
	older := func(column string) db.Text {
		return db.SQL(`(coalesce(`+column+`, ?) <= ? OR `+column+` > ? OR `+column+` = i.first_seen)`, int64(db.Bottom), at, c.now.UnixMicro())
	}
	switch c.Flag {
	case feed.Snooze:
		cond, was = db.SQL(`i.snoozed_until IS NOT ?`, c.until()), `, i.snoozed_until`
		cond.And(older(`i.snoozed_at`))
	case feed.Label:
		cond = db.SQL(`coalesce(l.held, 0) <> ?`, c.On)
		cond.And(older(`l.at`))
	default:
		f := string(c.Flag)
		cond = db.SQL(`i.`+f+` <> ?`, c.On)
		cond.And(older(`i.` + f + `_at`))
	}
	return cond, was
}

// until returns the new value of snoozed_until.
func (c *markChange) until() sql.NullInt64 {
	if !c.On {
		return sql.NullInt64{}
	}
	return db.ToMicros(c.Until)
}

// newerThan returns the SQL for the time of a mark that replaces the mark in a column: the
// time of the new mark, but at least a microsecond after the mark that it replaces. So a
// copy of the replaced mark, such as in a backup, does not come back. A replaced mark that
// is later than [latestPlausible] does not count.
func (c *markChange) newerThan(column string) db.Text {
	at := c.At.UnixMicro()
	return db.SQL(`iif(`+column+` > ?, ?, max(?, coalesce(`+column+` + 1, ?)))`, latestPlausible(c.now).UnixMicro(), at, at, int64(db.Bottom))
}

// timeColumn returns the column that holds the time of the mark.
func (c *markChange) timeColumn() string {
	switch c.Flag {
	case feed.Label:
		return `at`
	case feed.Snooze:
		return `snoozed_at`
	}
	return string(c.Flag) + `_at`
}

// apply changes the items that collect has found.
func (c *markChange) apply() error {
	if len(c.items) == 0 {
		return nil
	}
	newer := c.newerThan(c.timeColumn())
	var t db.Text
	switch c.Flag {
	case feed.Label:
		return c.exec(`INSERT INTO labels (name, pos, held, at) SELECT ?, value, ?, ? FROM json_each(?) WHERE 1
			ON CONFLICT (name, pos) DO UPDATE SET held = excluded.held, at = `+newer.SQL, append([]any{c.Label, c.On, c.At.UnixMicro(), c.positions()}, newer.Args...)...)
	case feed.Snooze:
		t = db.SQL(`UPDATE items AS i NOT INDEXED SET snoozed_until = ?, snoozed_at = `, c.until())
	default:
		t = db.SQL(`UPDATE items AS i NOT INDEXED SET `+string(c.Flag)+` = ?, `+string(c.Flag)+`_at = `, c.On)
	}
	t.Add(newer.SQL, newer.Args...)
	rows := c.changedRows()
	t.Add(` WHERE `+rows.SQL, rows.Args...)
	if err := c.exec(t.SQL, t.Args...); err != nil {
		return err
	}
	return c.updateCounters()
}

// positions returns the positions of the items as a JSON array.
func (c *markChange) positions() string {
	positions := make([]int64, len(c.items))
	for n, i := range c.items {
		positions[n] = i.pos
	}
	return db.JSONIntegers(positions)
}

// longRange is the number of items from which it is worth checking how close they lie.
const longRange = 100

// changedRows returns the condition for the items i that change. If all items of a range
// change, it is the range, because SQLite then writes the rows as it scans them, in
// half the time that a list of positions takes.
func (c *markChange) changedRows() db.Text {
	if !c.isRange {
		return db.SQL(`i.pos IN (SELECT value FROM json_each(?))`, c.positions())
	}
	t := db.SQL(`i.pos BETWEEN ? AND ?`, c.items[0].pos, c.items[len(c.items)-1].pos)
	cond, _ := c.needsChange()
	t.And(cond)
	t.Add(c.only.SQL, c.only.Args...)
	return t
}

// recordTime raises the mark time of items that already have the state. Otherwise an
// older opposite mark that arrives later would win.
func (c *markChange) recordTime() error {
	ids, at := db.JSONIntegers(c.Items), c.At.UnixMicro()
	const ofItems = ` WHERE id IN (SELECT value FROM json_each(?))`
	switch c.Flag {
	case feed.Snooze:
		return c.exec(`UPDATE items SET snoozed_at = ?`+ofItems+` AND snoozed_until IS ? AND coalesce(snoozed_at, ?) < ?`, at, ids, c.until(), int64(db.Bottom), at)
	case feed.Label:
		return c.exec(`INSERT INTO labels (name, pos, held, at) SELECT ?, pos, ?, ? FROM items`+ofItems+`
			ON CONFLICT (name, pos) DO UPDATE SET at = excluded.at WHERE held = excluded.held AND at < excluded.at`, c.Label, c.On, at, ids)
	}
	f := string(c.Flag)
	return c.exec(`UPDATE items SET `+f+`_at = ?`+ofItems+` AND `+f+` = ? AND coalesce(`+f+`_at, ?) < ?`, at, ids, c.On, int64(db.Bottom), at)
}

func (c *markChange) exec(query string, args ...any) error {
	_, err := c.tx.ExecContext(c.ctx, query, args...)
	return err
}

// FlagProgress is the flag of a pending mark that holds reading progress.
const FlagProgress = "place"

// applyPendingMarks applies the pending marks of all items that are here, feed by
// feed. It returns how many of them changed an item, and how many are still pending.
func (s *Store) applyPendingMarks(ctx context.Context) (changed, left int, err error) {
	const op = "restore the marks of a feed"
	feeds, err := db.Integers(ctx, s.readers, db.SQL(`SELECT DISTINCT feed FROM pending_marks`))
	if err != nil {
		return 0, 0, WrapError(ctx, op, err)
	}
	for _, id := range feeds {
		n := 0
		err := s.write(ctx, op, func(tx *sql.Tx) (err error) {
			n, err = pendingMarks{ctx: ctx, tx: tx, feed: id}.applyAndCount()
			return err
		})
		if err != nil {
			return changed, 0, err
		}
		changed += n
	}
	err = s.readers.QueryRowContext(ctx, `SELECT count(*) FROM pending_marks`).Scan(&left)
	return changed, left, WrapError(ctx, op, err)
}

// pendingMarks are the pending marks of a feed.
type pendingMarks struct {
	ctx  context.Context
	tx   *sql.Tx
	feed int64
	// identities is a JSON array of the identities of the items whose marks are meant;
	// empty means those of all items.
	identities string
}

const (
	// pendingHere selects the pending marks of a feed whose items are here.
	pendingHere = ` FROM pending_marks w CROSS JOIN items i INDEXED BY items_identity ON i.feed = w.feed AND i.identity = w.identity WHERE w.feed = ?1 AND w.flag = ?2`

	// flagIsOlder is the condition that a pending mark replaces a flag of its item. $ is
	// the flag. Of two marks with the same time, everywhere the same one wins.
	flagIsOlder = ` AND (i.$_at IS NULL OR i.$_at < w.at OR i.$_at = w.at AND i.$ < w.is_on OR i.$_at = i.first_seen)`

	// firstOfAll ends a subquery of an UPDATE that SQLite has to evaluate first. Otherwise it
	// scans all items and looks for the marks of each.
	firstOfAll = ` ORDER BY i.pos LIMIT -1`

	snoozeIsOlder = ` AND (i.snoozed_at IS NULL OR i.snoozed_at < w.at OR i.snoozed_at = w.at AND coalesce(i.snoozed_until, 0) < coalesce(w.value, 0))`
)

// ofFlag puts the name of a flag into SQL.
func ofFlag(query string, f feed.Flag) string { return strings.ReplaceAll(query, "$", string(f)) }

// here returns the SQL that selects the pending marks of a flag whose items are here, with
// more conditions, and its arguments.
func (p pendingMarks) here(flag string, conditions string) (query string, args []any) {
	if p.identities == "" {
		return pendingHere + conditions, []any{p.feed, flag}
	}
	return pendingHere + ` AND w.identity IN (SELECT value FROM json_each(?3))` + conditions, []any{p.feed, flag, p.identities}
}

// applyAndCount applies the marks. It returns how many of them changed an item.
func (p pendingMarks) applyAndCount() (changed int, err error) {
	flags, err := p.flags()
	if err != nil || len(flags) == 0 {
		return 0, err
	}
	if changed, err = p.count(flags); err != nil {
		return 0, err
	}
	return changed, p.apply(flags)
}

// flags returns the flags of which there are marks.
func (p pendingMarks) flags() ([]string, error) {
	t := db.SQL(`SELECT DISTINCT flag FROM pending_marks WHERE feed = ?1`, p.feed)
	if p.identities != "" {
		t.Add(` AND identity IN (SELECT value FROM json_each(?2))`, p.identities)
	}
	return db.Strings(p.ctx, p.tx, t.SQL, t.Args...)
}

// count returns how many marks apply will change, not only give another time.
func (p pendingMarks) count(flags []string) (total int, err error) {
	count := func(flag string, conditions string) {
		n := 0
		if err == nil && slices.Contains(flags, flag) {
			here, args := p.here(flag, conditions)
			err = p.tx.QueryRowContext(p.ctx, `SELECT count(*)`+here, args...).Scan(&n)
		}
		total += n
	}
	for _, f := range []feed.Flag{feed.Read, feed.Starred, feed.Hidden} {
		count(string(f), ofFlag(flagIsOlder+` AND i.$ <> w.is_on`, f))
	}
	count(string(feed.Snooze), snoozeIsOlder+` AND i.snoozed_until IS NOT w.value`)
	count(string(feed.Label), ` AND w.is_on <> coalesce((SELECT iif(w.at > l.at OR w.at = l.at AND w.is_on > l.held OR l.at = i.first_seen, l.held, w.is_on) FROM labels l
		WHERE l.name = w.label AND l.pos = i.pos), 0)`)
	count(FlagProgress, ` AND w.value <> coalesce((SELECT iif(w.at > p.at OR w.at = p.at AND w.at > 0 AND w.value > p.permille, p.permille, w.value)
		FROM progress p WHERE p.id = i.id), 0)`)
	return total, err
}

// apply applies the marks with the flags of the items that are here, updates the counters of
// the feed, and deletes these marks. The newest mark wins. A mark that a rule made on arrival
// counts as older than any mark of the user.
func (p pendingMarks) apply(flags []string) error {
	before, err := p.counters()
	if err != nil {
		return err
	}
	exec := func(query string, args ...any) {
		if err == nil {
			_, err = p.tx.ExecContext(p.ctx, query, args...)
		}
	}
	for _, flag := range flags {
		switch flag {
		case string(feed.Read), string(feed.Starred), string(feed.Hidden):
			here, args := p.here(flag, ofFlag(flagIsOlder, feed.Flag(flag)))
			exec(ofFlag(`UPDATE items SET $ = v.is_on, $_at = v.at FROM (SELECT i.pos, w.is_on, w.at`+here+firstOfAll+`) v WHERE items.pos = v.pos`, feed.Flag(flag)), args...)
		case string(feed.Snooze):
			here, args := p.here(flag, snoozeIsOlder)
			exec(`UPDATE items SET snoozed_until = v.value, snoozed_at = v.at FROM (SELECT i.pos, w.value, w.at`+here+firstOfAll+`) v WHERE items.pos = v.pos`, args...)
		case string(feed.Label):
			here, args := p.here(flag, "")
			exec(`INSERT INTO labels (name, pos, held, at) SELECT w.label, i.pos, w.is_on, w.at`+here+`
				ON CONFLICT (name, pos) DO UPDATE SET held = excluded.held, at = excluded.at
				WHERE excluded.at > labels.at OR excluded.at = labels.at AND excluded.held > labels.held
					OR labels.at = (SELECT first_seen FROM items WHERE pos = excluded.pos)`, args...)
		case FlagProgress:
			here, args := p.here(flag, "")
			exec(`INSERT INTO progress (id, permille, at) SELECT i.id, w.value, w.at`+here+` ON CONFLICT DO UPDATE SET permille = excluded.permille, at = excluded.at
				WHERE excluded.at > progress.at OR excluded.at = progress.at AND excluded.at > 0 AND excluded.permille > progress.permille`, args...)
		}
	}
	applied, args := `SELECT i.identity FROM pending_marks w CROSS JOIN items i INDEXED BY items_identity ON i.feed = w.feed AND i.identity = w.identity WHERE w.feed = ?1`, []any{p.feed}
	if p.identities != "" {
		applied, args = applied+` AND w.identity IN (SELECT value FROM json_each(?2))`, append(args, p.identities)
	}
	exec(`DELETE FROM pending_marks WHERE feed = ?1 AND identity IN (`+applied+`)`, args...)
	if err != nil {
		return err
	}
	return p.updateCounters(before)
}

// counters returns the counters of the feed for the items that are meant. It counts nothing
// if those are all: then it is cheaper to count once.
func (p pendingMarks) counters() (n Counters, err error) {
	if p.identities == "" {
		return n, nil
	}
	err = p.tx.QueryRowContext(p.ctx, `SELECT `+sumItems+` FROM items i INDEXED BY items_identity WHERE i.feed = ?1 AND i.identity IN (SELECT value FROM json_each(?2))`,
		p.feed, p.identities).Scan(&n[0], &n[1], &n[2], &n[3])
	return n, err
}

// updateCounters updates the counters of the feed, for some items by what is different from
// the counters before.
func (p pendingMarks) updateCounters(before Counters) error {
	if p.identities == "" {
		_, err := p.tx.ExecContext(p.ctx, `UPDATE feeds SET total = c.total, unread = c.unread, copies = c.copies, copies_unread = c.copies_unread
			FROM (`+sqlCounted+` WHERE f.id = ?1 GROUP BY f.id) c WHERE feeds.id = c.id`, p.feed)
		return err
	}
	after, err := p.counters()
	if err != nil {
		return err
	}
	return after.Subtract(before).addTo(p.ctx, p.tx, p.feed)
}
