package folder

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"

	"dateline/cache"
	"dateline/cache/db"
	"dateline/feed"
)

// Almost all marks of a file are flags of items that are here. They are written straight into
// the rows: the way of a mark that waits for its item takes several times as long.

// flags are the marks of an item that are in its row.
func flags() []feed.Flag { return []feed.Flag{feed.Read, feed.Starred, feed.Hidden} }

// item is which item a mark is about. feed is the ID of the feed; 0 if the database does not
// have it.
type item struct{ feed, identity int64 }

// storedFlags are the flags of an item, in the order of flags.
type storedFlags struct {
	item
	pos, firstSeen int64
	isCopy         bool
	on             [3]bool
	at             [3]sql.NullInt64
}

const (
	sqlFlags = `SELECT i.feed, i.identity, i.pos, i.first_seen, i.copy_of IS NOT NULL, i.read, i.read_at, i.starred, i.starred_at, i.hidden, i.hidden_at FROM json_each(?1) o `

	sqlFlagsOfItems = sqlFlags + `CROSS JOIN items i INDEXED BY items_identity ON i.feed = ?2 AND i.identity = o.value`
	sqlFlagsAt      = sqlFlags + `CROSS JOIN items i ON i.pos = o.value`
)

// loadFlags adds the flags of items to those in into.
func loadFlags(ctx context.Context, q db.Querier, into map[item]*storedFlags, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		s := new(storedFlags)
		if err := rows.Scan(&s.feed, &s.identity, &s.pos, &s.firstSeen, &s.isCopy, &s.on[0], &s.at[0], &s.on[1], &s.at[1], &s.on[2], &s.at[2]); err != nil {
			return err
		}
		into[s.item] = s
	}
	return rows.Err()
}

// covers reports whether a mark changes nothing.
func (s *storedFlags) covers(one mark) bool {
	i := one.flag
	if i < 0 || !s.at[i].Valid || s.at[i].Int64 == s.firstSeen {
		return false
	}
	at := one.micros()
	return s.at[i].Int64 > at || s.at[i].Int64 == at && (s.on[i] || !one.On)
}

// counters returns what the item adds to the counters of its feed.
func (s *storedFlags) counters() (n cache.Counters) {
	if s.on[2] {
		return n
	}
	n[0], n[1] = 1, 1
	if s.on[0] {
		n[1] = 0
	}
	if s.isCopy {
		n[2], n[3] = n[0], n[1]
	}
	return n
}

// takeFlags writes the flags whose items are where they were found, and returns the other
// marks. taken counts the flags that changed, not those that only have another time.
func (m *marksReader) takeFlags(tx *sql.Tx, marks []mark) (rest []mark, taken int, err error) {
	var positions []int64
	for _, one := range marks {
		if one.pos != 0 {
			positions = append(positions, one.pos)
		}
	}
	if len(positions) == 0 {
		return marks, 0, nil
	}
	slices.Sort(positions)
	here := map[item]*storedFlags{}
	if err := loadFlags(m.ctx, tx, here, sqlFlagsAt, db.JSONIntegers(slices.Compact(positions))); err != nil {
		return nil, 0, err
	}
	now := map[item]*storedFlags{}
	for _, one := range marks {
		was := here[one.item]
		if one.flag < 0 || was == nil {
			rest = append(rest, one)
			continue
		}
		if now[one.item] == nil {
			changed := *was
			now[one.item] = &changed
		}
		if s := now[one.item]; !s.covers(one) {
			s.on[one.flag], s.at[one.flag] = one.On, sql.NullInt64{Int64: one.micros(), Valid: true}
		}
	}
	taken, err = m.writeFlags(tx, here, now)
	return rest, taken, err
}

// writeFlags writes the flags that are not as they were. One statement writes all those of a
// flag in the order of the rows: the triggers make a statement for each row expensive.
func (m *marksReader) writeFlags(tx *sql.Tx, was, now map[item]*storedFlags) (taken int, err error) {
	list := slices.SortedFunc(maps.Values(now), func(a, b *storedFlags) int { return cmp.Compare(a.pos, b.pos) })
	for i, f := range flags() {
		var rows [][3]int64
		for _, s := range list {
			old := was[s.item]
			if s.on[i] == old.on[i] && s.at[i] == old.at[i] {
				continue
			}
			on := int64(0)
			if s.on[i] {
				on = 1
			}
			rows = append(rows, [3]int64{s.pos, on, s.at[i].Int64})
			if s.on[i] != old.on[i] {
				taken++
			}
		}
		if len(rows) == 0 {
			continue
		}
		values, err := db.ToJSON(rows)
		if err != nil {
			return 0, err
		}
		if _, err := tx.ExecContext(m.ctx, strings.ReplaceAll(sqlWriteFlags, "$", string(f)), values); err != nil {
			return 0, err
		}
	}
	more := map[int64]cache.Counters{}
	for _, s := range list {
		more[s.feed] = more[s.feed].Add(s.counters()).Subtract(was[s.item].counters())
	}
	for id, n := range more {
		if err := m.store.Internals().AddToCounters(m.ctx, tx, id, n); err != nil {
			return 0, err
		}
	}
	return taken, nil
}

// sqlWriteFlags writes a flag, whose name is in place of $. SQLite evaluates a subquery with a
// limit first; else it might look for the values of each row of the table.
const sqlWriteFlags = `UPDATE items SET $ = v.is_on, $_at = v.at FROM
	(SELECT value ->> 0 AS pos, value ->> 1 AS is_on, value ->> 2 AS at FROM json_each(?1) LIMIT -1) v WHERE items.pos = v.pos`
