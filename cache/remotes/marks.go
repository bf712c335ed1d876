package remotes

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"dateline/cache"
	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/account"
)

// sqlChanged selects the entries r of an account whose items i may have pending marks.
const sqlChanged = ` FROM remotes r INDEXED BY remotes_changed CROSS JOIN items i ON i.id = r.item WHERE r.account = ?1 AND r.changed = 1 AND r.gone = 0`

// Differences implements [account.Store]. What the user changed and changed back, and the
// server never changed, counts as agreed afterwards.
func (s Store) Differences(ctx context.Context, name string, unread, starred []string) (found []account.Difference, agreed map[feed.Flag]int, err error) {
	const op = "compare with account "
	if err := s.findAgain(ctx, name, unread, starred); err != nil {
		return nil, nil, err
	}
	if found, err = s.compare(ctx, name, unread, starred); err != nil {
		return nil, nil, cache.WrapError(ctx, op+name, err)
	}
	if err := s.loadWords(ctx, name, found); err != nil {
		return nil, nil, cache.WrapError(ctx, op+name, err)
	}
	if err := s.agreeUnchanged(ctx, name, found); err != nil {
		return nil, nil, err
	}
	read, stars := 0, 0
	err = s.cache.Internals().Readers().QueryRowContext(ctx, `SELECT (SELECT count(*) FROM remotes WHERE account = ?1 AND gone = 0)
		- (SELECT count(*) FROM remotes INDEXED BY remotes_unread WHERE account = ?1 AND read = 0 AND gone = 0),
		(SELECT count(*) FROM remotes INDEXED BY remotes_starred WHERE account = ?1 AND starred = 1 AND gone = 0)`, name).Scan(&read, &stars)
	return found, map[feed.Flag]int{feed.Read: read, feed.Starred: stars}, cache.WrapError(ctx, op+name, err)
}

// findAgain records that entries of the lists are not gone.
func (s Store) findAgain(ctx context.Context, name string, unread, starred []string) error {
	gone, err := db.Strings(ctx, s.cache.Internals().Readers(), `SELECT server_id FROM remotes INDEXED BY remotes_gone WHERE account = ? AND gone = 1`, name)
	if err != nil || len(gone) == 0 {
		return cache.WrapError(ctx, "compare with account "+name, err)
	}
	again := without(gone, without(without(gone, unread), starred))
	if len(again) == 0 {
		return nil
	}
	return s.write(ctx, name, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE remotes SET gone = 0, changed = 1 WHERE account = ? AND server_id IN (SELECT value FROM json_each(?))`, name, jsonTexts(again))
		return err
	})
}

// compare returns the entries whose agreed state differs from the lists. Only ID, Flag and
// Server are set.
func (s Store) compare(ctx context.Context, name string, unread, starred []string) ([]account.Difference, error) {
	q := s.cache.Internals().Readers()
	agreedUnread, err := db.Strings(ctx, q, `SELECT server_id FROM remotes INDEXED BY remotes_unread WHERE account = ? AND read = 0 AND gone = 0`, name)
	if err != nil {
		return nil, err
	}
	agreedStarred, err := db.Strings(ctx, q, `SELECT server_id FROM remotes INDEXED BY remotes_starred WHERE account = ? AND starred = 1 AND gone = 0`, name)
	if err != nil {
		return nil, err
	}
	var found []account.Difference
	add := func(flag feed.Flag, on bool, ids []string) {
		for _, id := range ids {
			found = append(found, account.Difference{ID: id, Flag: flag, Server: on})
		}
	}
	// An ID in a list that is not agreed is either unknown, which the next rounds fetch, or
	// has the other state.
	add(feed.Read, true, without(agreedUnread, unread))
	add(feed.Starred, false, without(agreedStarred, starred))
	again, err := s.known(ctx, name, without(unread, agreedUnread), `read = 1`)
	if err != nil {
		return nil, err
	}
	add(feed.Read, false, again)
	again, err = s.known(ctx, name, without(starred, agreedStarred), `starred = 0`)
	add(feed.Starred, true, again)
	return found, err
}

// without returns the elements of a that are not in b.
func without(a, b []string) []string {
	in := make(map[string]bool, len(b))
	for _, s := range b {
		in[s] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return in[s] })
}

// known returns those of the IDs that are recorded with a state.
func (s Store) known(ctx context.Context, name string, ids []string, state string) ([]string, error) {
	var found []string
	for part := range slices.Chunk(ids, chunk) {
		some, err := db.Strings(ctx, s.cache.Internals().Readers(), `SELECT r.server_id FROM json_each(?2) j
			CROSS JOIN remotes r ON r.account = ?1 AND r.server_id = j.value WHERE `+state, name, jsonTexts(part))
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	return found, nil
}

// loadWords sets the other fields of differences.
func (s Store) loadWords(ctx context.Context, name string, list []account.Difference) error {
	at := map[string][]int{}
	ids := make([]string, 0, len(list))
	for i, d := range list {
		if at[d.ID] == nil {
			ids = append(ids, d.ID)
		}
		at[d.ID] = append(at[d.ID], i)
	}
	for part := range slices.Chunk(ids, chunk) {
		err := s.eachWord(ctx, name, part, func(id string, w words) {
			for _, i := range at[id] {
				d := &list[i]
				d.Agreed, d.Ours = w.of(d.Flag)
				d.HasItem, d.FirstSeen, d.Lost = w.hasItem, w.firstSeen, w.lost
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// words are the marks of an entry and of its item.
type words struct {
	agreedRead, agreedStarred, read, starred account.Word
	hasItem, lost                            bool
	firstSeen                                time.Time
}

func (w words) of(flag feed.Flag) (agreed, ours account.Word) {
	if flag == feed.Starred {
		return w.agreedStarred, w.starred
	}
	return w.agreedRead, w.read
}

func (s Store) eachWord(ctx context.Context, name string, ids []string, yield func(id string, w words)) error {
	rows, err := s.cache.Internals().Readers().QueryContext(ctx, `SELECT r.server_id, r.read, r.read_at, r.starred, r.starred_at, i.id IS NOT NULL,
			coalesce(i.read, 0), i.read_at, coalesce(i.starred, 0), i.starred_at, i.first_seen, r.read_lost OR r.starred_lost
		FROM json_each(?2) j CROSS JOIN remotes r ON r.account = ?1 AND r.server_id = j.value LEFT JOIN items i ON i.id = r.item`, name, jsonTexts(ids))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var w words
		var agreedRead, agreedStarred, read, starred, seen sql.NullInt64
		err := rows.Scan(&id, &w.agreedRead.On, &agreedRead, &w.agreedStarred.On, &agreedStarred, &w.hasItem, &w.read.On, &read, &w.starred.On, &starred, &seen, &w.lost)
		if err != nil {
			return err
		}
		w.agreedRead.At, w.agreedStarred.At = db.FromMicros(agreedRead), db.FromMicros(agreedStarred)
		w.read.At, w.starred.At, w.firstSeen = db.FromMicros(read), db.FromMicros(starred), db.FromMicros(seen)
		yield(id, w)
	}
	return rows.Err()
}

// agreeUnchanged agrees about the marks that were changed and changed back, except those about
// which the server says something else.
func (s Store) agreeUnchanged(ctx context.Context, name string, differences []account.Difference) error {
	for _, flag := range []feed.Flag{feed.Read, feed.Starred} {
		ids, err := db.Strings(ctx, s.cache.Internals().Readers(), ofFlag(`SELECT r.server_id`+sqlChanged+` AND i.$ = r.$`, string(flag)), name)
		if err != nil {
			return cache.WrapError(ctx, "compare with account "+name, err)
		}
		var other []string
		for _, d := range differences {
			if d.Flag == flag {
				other = append(other, d.ID)
			}
		}
		for part := range slices.Chunk(without(ids, other), chunk) {
			err := s.write(ctx, name, func(tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, ofFlag(`UPDATE remotes SET $_at = i.$_at, $_lost = 0 FROM items i
					WHERE remotes.account = ? AND remotes.server_id IN (SELECT value FROM json_each(?)) AND i.id = remotes.item AND i.$ = remotes.$`, string(flag)), name, jsonTexts(part))
				if err != nil {
					return err
				}
				return clearChanged(ctx, tx, name, jsonTexts(part))
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// clearChanged records of entries whose marks are all agreed that nothing changed. ids is a
// JSON array.
func clearChanged(ctx context.Context, tx *sql.Tx, name, ids string) error {
	_, err := tx.ExecContext(ctx, `UPDATE remotes SET changed = 0 FROM items i WHERE remotes.account = ? AND remotes.server_id IN (SELECT value FROM json_each(?))
		AND i.id = remotes.item AND i.read = remotes.read AND i.read_at IS remotes.read_at AND i.starred = remotes.starred AND i.starred_at IS remotes.starred_at`, name, ids)
	return err
}

// Settle implements [account.Store].
func (s Store) Settle(ctx context.Context, name string, list []account.Settlement) (changed int, err error) {
	// Marks of one flag, state and time are made together.
	slices.SortStableFunc(list, func(a, b account.Settlement) int {
		return cmp.Or(cmp.Compare(a.Flag, b.Flag), compareBool(a.Take, b.Take), compareBool(a.Server, b.Server), a.At.Compare(b.At))
	})
	for part := range slices.Chunk(list, chunk) {
		n := 0
		err := s.write(ctx, name, func(tx *sql.Tx) (err error) {
			n, err = settle(ctx, tx, s.cache.Internals(), name, part)
			return err
		})
		if changed += n; err != nil {
			return changed, err
		}
	}
	return changed, nil
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// settle makes settlements whose items still have the marks that were compared.
func settle(ctx context.Context, tx *sql.Tx, in cache.Internals, name string, list []account.Settlement) (changed int, err error) {
	for len(list) > 0 {
		first := list[0]
		n := slices.IndexFunc(list, func(s account.Settlement) bool {
			return s.Flag != first.Flag || s.Take != first.Take || s.Server != first.Server || !s.At.Equal(first.At)
		})
		if n < 0 {
			n = len(list)
		}
		some, err := settleAlike(ctx, tx, in, name, list[:n])
		if changed += some; err != nil {
			return changed, err
		}
		list = list[n:]
	}
	return changed, nil
}

// settleAlike makes settlements that differ in their entries and in what counts as agreed.
func settleAlike(ctx context.Context, tx *sql.Tx, in cache.Internals, name string, list []account.Settlement) (changed int, err error) {
	first := list[0]
	flag := string(first.Flag)
	values, err := settlementRows(list)
	if err != nil {
		return 0, err
	}
	// Whoever changed a mark since it was compared is asked again in the next round.
	const still = ` FROM json_each(?2) j CROSS JOIN remotes r ON r.account = ?1 AND r.server_id = j.value ->> 0 LEFT JOIN items i ON i.id = r.item
		WHERE (i.id IS NULL OR i.$ IS j.value ->> 1 AND i.$_at IS j.value ->> 2)`
	if first.Take {
		items, err := db.Integers(ctx, tx, db.SQL(ofFlag(`SELECT i.id`+still+` AND i.id IS NOT NULL`, flag), name, values))
		if err != nil {
			return 0, err
		}
		if changed, err = in.TakeMark(ctx, tx, feed.Mark{Items: items, Flag: first.Flag, On: first.Server, At: first.At}); err != nil {
			return 0, err
		}
		// A later mark of another item of the story may have stayed.
		_, err = tx.ExecContext(ctx, ofFlag(`UPDATE remotes SET $ = ?3, $_at = i.$_at, $_lost = 0 FROM items i
			WHERE remotes.account = ?1 AND i.id = remotes.item AND i.id IN (SELECT value FROM json_each(?2)) AND i.$ = ?3`, flag), name, db.JSONIntegers(items), first.Server)
		return changed, err
	}
	// Our mark may differ from what is agreed from now on, although nobody changed it here.
	_, err = tx.ExecContext(ctx, ofFlag(`UPDATE remotes SET $ = v.agreed, $_at = v.at, $_lost = 0, changed = max(changed, v.pending) FROM
		(SELECT r.server_id AS id, j.value ->> 3 AS agreed, j.value ->> 4 AS at, coalesce(i.$ <> j.value ->> 3, 0) AS pending`+still+`) v
		WHERE remotes.account = ?1 AND remotes.server_id = v.id`, flag), name, values)
	return 0, err
}

// settlementRows returns a JSON array with an array for each settlement: the entry, the state
// and the time of our mark, and those that are agreed from now on.
func settlementRows(list []account.Settlement) (string, error) {
	rows := make([][5]any, len(list))
	for i, s := range list {
		rows[i] = [5]any{s.ID, bit(s.Ours.On), micros(s.Ours.At), bit(s.Agree.On), micros(s.Agree.At)}
	}
	b, err := json.Marshal(rows)
	return string(b), err
}

func bit(on bool) int {
	if on {
		return 1
	}
	return 0
}

// micros returns a time in microseconds for JSON; nil for the zero time.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// ofFlag puts the name of a flag into SQL.
func ofFlag(query, flag string) string { return strings.ReplaceAll(query, "$", flag) }

// Gone implements [account.Store].
func (s Store) Gone(ctx context.Context, name string, ids []string) error {
	return s.setGone(ctx, name, ids, true)
}

// setGone records whether the server does not have entries any more.
func (s Store) setGone(ctx context.Context, name string, ids []string, gone bool) error {
	s.free.end(name) // their items become free, or are taken
	for part := range slices.Chunk(ids, chunk) {
		err := s.write(ctx, name, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE remotes SET gone = ?3 WHERE account = ?1 AND server_id IN (SELECT value FROM json_each(?2))`, name, jsonTexts(part), gone)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Pending implements [account.Store].
func (s Store) Pending(ctx context.Context, name string, max int) ([]account.Pending, error) {
	const op = "read the pending marks of account "
	rows, err := s.cache.Internals().Readers().QueryContext(ctx, `SELECT r.server_id, i.read <> r.read, i.read, i.read_at, i.starred <> r.starred, i.starred, i.starred_at`+
		sqlChanged+` AND (i.read <> r.read OR i.starred <> r.starred) LIMIT ?2`, name, max)
	if err != nil {
		return nil, cache.WrapError(ctx, op+name, err)
	}
	defer rows.Close()
	var list []account.Pending
	for rows.Next() {
		var id string
		var sendRead, sendStar bool
		var read, star account.Word
		var readAt, starAt sql.NullInt64
		if err := rows.Scan(&id, &sendRead, &read.On, &readAt, &sendStar, &star.On, &starAt); err != nil {
			return nil, cache.WrapError(ctx, op+name, err)
		}
		read.At, star.At = db.FromMicros(readAt), db.FromMicros(starAt)
		if sendRead {
			list = append(list, account.Pending{ID: id, Flag: feed.Read, Ours: read})
		}
		if sendStar {
			list = append(list, account.Pending{ID: id, Flag: feed.Starred, Ours: star})
		}
	}
	return list, cache.WrapError(ctx, op+name, rows.Err())
}

// Unclear implements [account.Store].
func (s Store) Unclear(ctx context.Context, name string) (unclear bool, err error) {
	err = s.cache.Internals().Readers().QueryRowContext(ctx, `SELECT EXISTS (SELECT 1`+sqlChanged+` AND
		(i.read <> r.read AND i.starred = r.starred AND i.starred_at IS NOT r.starred_at OR i.starred <> r.starred AND i.read = r.read AND i.read_at IS NOT r.read_at))`, name).Scan(&unclear)
	return unclear, cache.WrapError(ctx, "read the pending marks of account "+name, err)
}

// Agree implements [account.Store]. A mark that was changed while it was sent stays pending.
func (s Store) Agree(ctx context.Context, name string, sent []account.Pending) error {
	return s.write(ctx, name, func(tx *sql.Tx) error {
		for flag, list := range byFlag(sent) {
			rows := make([][3]any, len(list))
			for i, p := range list {
				rows[i] = [3]any{p.ID, bit(p.Ours.On), micros(p.Ours.At)}
			}
			values, err := json.Marshal(rows)
			if err != nil {
				return err
			}
			_, err = tx.ExecContext(ctx, ofFlag(`UPDATE remotes SET $ = j.value ->> 1, $_at = j.value ->> 2, $_lost = 0 FROM json_each(?2) j
				WHERE remotes.account = ?1 AND remotes.server_id = j.value ->> 0`, string(flag)), name, string(values))
			if err != nil {
				return err
			}
			if err := clearChanged(ctx, tx, name, jsonTexts(idsOf(list))); err != nil {
				return err
			}
		}
		return nil
	})
}

// Lost implements [account.Store].
func (s Store) Lost(ctx context.Context, name string, sent []account.Pending) error {
	return s.write(ctx, name, func(tx *sql.Tx) error {
		for flag, list := range byFlag(sent) {
			_, err := tx.ExecContext(ctx, ofFlag(`UPDATE remotes SET $_lost = 1 WHERE account = ? AND server_id IN (SELECT value FROM json_each(?))`, string(flag)), name, jsonTexts(idsOf(list)))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func idsOf(list []account.Pending) []string {
	ids := make([]string, len(list))
	for i, p := range list {
		ids[i] = p.ID
	}
	return ids
}

func byFlag(list []account.Pending) map[feed.Flag][]account.Pending {
	out := map[feed.Flag][]account.Pending{}
	for _, p := range list {
		out[p.Flag] = append(out[p.Flag], p)
	}
	return out
}
