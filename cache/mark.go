package cache

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"dateline/feed"
)

// Mark keeps what the reader did. For each item and flag the latest At wins,
// whatever the order in which marks arrive, and of equal ones the last to
// arrive; a zero At is now. All marks of a call are one step for
// [Store.Undo], of the items that they really changed; without any there is no
// step. Items that are gone are passed over.
func (s *Store) Mark(ctx context.Context, marks ...feed.Mark) error {
	return s.write(ctx, "keep your marks", func(tx *sql.Tx) error {
		step, err := beginStep(ctx, tx)
		if err != nil {
			return err
		}
		for _, m := range marks {
			if m.At.IsZero() {
				m.At = s.now()
			}
			if err := check(m); err != nil {
				return err
			}
			c := change{Mark: m, ctx: ctx, tx: tx}
			if _, err := c.run(step, sqlf(`SELECT i.pos FROM json_each(?) j CROSS JOIN items i ON i.id = j.value`, jsonIntegers(m.Items))); err != nil {
				return err
			}
			if err := c.lastWord(); err != nil {
				return err
			}
		}
		return nil
	})
}

// MarkAll marks everything that the view shows and that was in the cache at
// the instant at: what arrived after the key was pressed is not touched. It is
// one step for [Store.Undo]; n counts the items that changed.
func (s *Store) MarkAll(ctx context.Context, v View, flag feed.Flag, label string, on bool, at time.Time) (n int, err error) {
	m := feed.Mark{Flag: flag, Label: label, On: on, At: at}
	return s.markView(ctx, v, m, func(p *plan, _ querier) (sqlText, error) { return p.members(bottom, top), nil })
}

// MarkFrom marks everything above the row at from (or below it), without that
// row, as [Store.MarkAll] does.
func (s *Store) MarkFrom(ctx context.Context, v View, from Pos, above bool, flag feed.Flag, on bool, at time.Time) (n int, err error) {
	m := feed.Mark{Flag: flag, On: on, At: at}
	return s.markView(ctx, v, m, func(p *plan, q querier) (sqlText, error) {
		keys, err := p.keys(ctx, q, from, above, -1)
		places := make([]int64, len(keys))
		for i, k := range keys {
			places[i] = k.At
		}
		return sqlf(`SELECT value AS pos FROM json_each(?)`, jsonIntegers(places)), err
	})
}

func (s *Store) markView(ctx context.Context, v View, m feed.Mark, which func(*plan, querier) (sqlText, error)) (n int, err error) {
	if m.At.IsZero() {
		m.At = s.now()
	}
	if err := check(m); err != nil {
		return 0, err
	}
	err = s.write(ctx, "mark all", func(tx *sql.Tx) error {
		p, err := s.plan(ctx, tx, v)
		if err != nil {
			return err
		}
		members, err := which(p, tx)
		if err != nil {
			return err
		}
		step, err := beginStep(ctx, tx)
		if err != nil {
			return err
		}
		c := change{Mark: m, ctx: ctx, tx: tx, only: sqlf(` AND i.first_seen <= ?`, m.At.UnixMicro())}
		n, err = c.run(step, members)
		return err
	})
	return n, err
}

func check(m feed.Mark) error {
	switch m.Flag {
	case feed.Read, feed.Starred, feed.Hidden, feed.Snooze:
		return nil
	case feed.Label:
		if m.Label != "" {
			return nil
		}
		return fmt.Errorf("mark: a label needs a name")
	}
	return fmt.Errorf("mark: %q is no flag: use read, starred, hidden, label or snooze", m.Flag)
}

// change is a mark being made, or taken back, in a transaction. The items that
// it changes stand in temp.changed meanwhile.
type change struct {
	feed.Mark
	ctx context.Context
	tx  *sql.Tx
	// force lets an older At win: an undo follows what it takes back, whatever
	// the clocks say.
	force bool
	// only is a further condition on the items i.
	only sqlText
}

// run changes those of the items at the places of a query for which the mark
// has the last word and says something new, and journals them in a step.
func (c *change) run(step int64, of sqlText) (int, error) {
	n, err := c.collect(of)
	if err != nil || n == 0 {
		return 0, err
	}
	if err := c.journal(step); err != nil {
		return 0, err
	}
	return n, c.apply()
}

// collect fills temp.changed: other is the flag that, with this one, decides
// whether an item is counted as unread, was what a snooze replaces.
func (c *change) collect(of sqlText) (int, error) {
	const table = `CREATE TEMP TABLE IF NOT EXISTS changed (pos INTEGER PRIMARY KEY, id INTEGER NOT NULL, feed INTEGER NOT NULL, other INTEGER, was INTEGER)`
	for _, query := range []string{table, `DELETE FROM temp.changed`} {
		if _, err := c.tx.ExecContext(c.ctx, query); err != nil {
			return 0, err
		}
	}
	news, was := c.news()
	other := `NULL`
	switch c.Flag {
	case feed.Read:
		other = `i.hidden`
	case feed.Hidden:
		other = `i.read`
	}
	t := sqlf(`INSERT OR IGNORE INTO temp.changed SELECT i.pos, i.id, i.feed, ` + other + `, ` + was + ` FROM (` + of.text + `) o CROSS JOIN items i ON i.pos = o.pos`)
	t.args = slices.Clone(of.args)
	if c.Flag == feed.Label {
		t.add(` LEFT JOIN labels l ON l.pos = i.pos AND l.name = ?`, c.Label)
	}
	t.add(` WHERE `+news.text, news.args...)
	t.add(c.only.text, c.only.args...)
	result, err := c.tx.ExecContext(c.ctx, t.text, t.args...)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// news is the condition for items i that the mark changes, and what to
// remember of each.
func (c *change) news() (cond sqlText, was string) {
	at := c.At.UnixMicro()
	if c.force {
		at = top
	}
	switch c.Flag {
	case feed.Snooze:
		return sqlf(`i.snoozed_until IS NOT ? AND coalesce(i.snoozed_at, ?) <= ?`, c.until(), int64(bottom), at), `i.snoozed_until`
	case feed.Label:
		return sqlf(`coalesce(l.held, 0) <> ? AND coalesce(l.at, ?) <= ?`, c.On, int64(bottom), at), `NULL`
	}
	f := string(c.Flag)
	return sqlf(`i.`+f+` <> ? AND coalesce(i.`+f+`_at, ?) <= ?`, c.On, int64(bottom), at), `NULL`
}

// until is what snoozed_until becomes.
func (c *change) until() sql.NullInt64 {
	if !c.On {
		return sql.NullInt64{}
	}
	return stamp(c.Until)
}

// apply changes the items in temp.changed.
func (c *change) apply() error {
	const those = ` WHERE pos IN (SELECT pos FROM temp.changed)`
	at := c.At.UnixMicro()
	f := string(c.Flag)
	switch c.Flag {
	case feed.Snooze:
		return c.exec(`UPDATE items SET snoozed_until = ?, snoozed_at = max(?, coalesce(snoozed_at, ?))`+those, c.until(), at, int64(bottom))
	case feed.Label:
		return c.exec(`INSERT INTO labels (name, pos, held, at) SELECT ?, pos, ?, ? FROM temp.changed WHERE 1
			ON CONFLICT (name, pos) DO UPDATE SET held = excluded.held, at = max(excluded.at, at)`, c.Label, c.On, at)
	case feed.Starred:
		return c.exec(`UPDATE items SET starred = ?, starred_at = max(?, coalesce(starred_at, ?))`+those, c.On, at, int64(bottom))
	}
	if err := c.exec(`UPDATE items SET `+f+` = ?, `+f+`_at = max(?, coalesce(`+f+`_at, ?))`+those, c.On, at, int64(bottom)); err != nil {
		return err
	}
	return tally(c.ctx, c.tx, c.Flag, c.On)
}

// lastWord notes when the mark was made on items that were already as it says,
// so that an older opposite mark that arrives later loses.
func (c *change) lastWord() error {
	ids, at := jsonIntegers(c.Items), c.At.UnixMicro()
	const those = ` WHERE id IN (SELECT value FROM json_each(?))`
	switch c.Flag {
	case feed.Snooze:
		return c.exec(`UPDATE items SET snoozed_at = ?`+those+` AND snoozed_until IS ? AND coalesce(snoozed_at, ?) < ?`, at, ids, c.until(), int64(bottom), at)
	case feed.Label:
		return c.exec(`INSERT INTO labels (name, pos, held, at) SELECT ?, pos, ?, ? FROM items`+those+`
			ON CONFLICT (name, pos) DO UPDATE SET at = excluded.at WHERE held = excluded.held AND at < excluded.at`, c.Label, c.On, at, ids)
	}
	f := string(c.Flag)
	return c.exec(`UPDATE items SET `+f+`_at = ?`+those+` AND `+f+` = ? AND coalesce(`+f+`_at, ?) < ?`, at, ids, c.On, int64(bottom), at)
}

func (c *change) exec(query string, args ...any) error {
	_, err := c.tx.ExecContext(c.ctx, query, args...)
	return err
}
