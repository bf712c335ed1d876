package cache

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"dateline/feed"
)

// Step tells what an undo or redo did.
type Step struct {
	Flag  feed.Flag
	Label string
	// On is what holds now; for a step of several marks, of its first.
	On bool
	// Items are the N items that the step is about.
	Items []int64
	N     int
}

// Undo takes back the last step that is not taken back yet, whichever process
// made it and whenever, and says what holds now; [ErrNothingToUndo] when there
// is none. What the reader did at another time with other items stays.
func (s *Store) Undo(ctx context.Context, at time.Time) (Step, error) {
	return s.travel(ctx, "undo", at, `SELECT max(step) FROM journal WHERE undone = 0`, false)
}

// Redo does again what the last undo took back; [ErrNothingToRedo] when there
// is nothing, or something new was done since.
func (s *Store) Redo(ctx context.Context, at time.Time) (Step, error) {
	return s.travel(ctx, "redo", at, `SELECT min(step) FROM journal WHERE undone = 1`, true)
}

func (s *Store) travel(ctx context.Context, tried string, at time.Time, which string, forward bool) (Step, error) {
	if at.IsZero() {
		at = s.now()
	}
	var step Step
	err := s.write(ctx, tried, func(tx *sql.Tx) error {
		var number sql.NullInt64
		if err := tx.QueryRowContext(ctx, which).Scan(&number); err != nil {
			return err
		}
		switch {
		case !number.Valid && forward:
			return ErrNothingToRedo
		case !number.Valid:
			return ErrNothingToUndo
		}
		entries, err := readStep(ctx, tx, number.Int64)
		if err != nil {
			return err
		}
		if !forward {
			slices.Reverse(entries)
		}
		for _, e := range entries {
			if err := e.travel(ctx, tx, at, forward); err != nil {
				return err
			}
		}
		step = summary(entries, forward)
		_, err = tx.ExecContext(ctx, `UPDATE journal SET undone = ? WHERE step = ?`, !forward, number.Int64)
		return err
	})
	return step, err
}

// summary is the Step of entries, in the order in which they were done.
func summary(entries []journalEntry, forward bool) Step {
	if !forward {
		slices.Reverse(entries)
	}
	first := entries[0]
	step := Step{Flag: first.Flag, Label: first.Label, On: first.On == forward}
	for _, e := range entries {
		step.Items = append(step.Items, e.Items...)
	}
	slices.Sort(step.Items)
	step.Items = slices.Compact(step.Items)
	step.N = len(step.Items)
	return step
}

// journalEntry is one mark of a step, with the items that it changed.
type journalEntry struct {
	feed.Mark
	// was has, for snooze, what snoozed_until was for each of Items.
	was []*int64
}

// maxSteps is how many steps can be undone.
const maxSteps = 500

// beginStep gives the number of a new step.
func beginStep(ctx context.Context, tx *sql.Tx) (int64, error) {
	var step int64
	err := tx.QueryRowContext(ctx, `SELECT coalesce(max(step), 0) + 1 FROM journal WHERE undone = 0`).Scan(&step)
	return step, err
}

// journal writes the items in temp.changed as part of a step. What was undone
// before cannot be redone any more, and the oldest steps are forgotten.
func (c *change) journal(step int64) error {
	if err := c.exec(`DELETE FROM journal WHERE undone = 1 OR step <= ?`, step-maxSteps); err != nil {
		return err
	}
	ids, was, err := c.changed()
	if err != nil {
		return err
	}
	return c.exec(`INSERT INTO journal (step, flag, label, is_on, until, at, items, was) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		step, c.Flag, c.Label, c.On, stamp(c.Until), c.At.UnixMicro(), packIDs(ids), was)
}

// changed reads temp.changed; was is empty but for a snooze.
func (c *change) changed() (ids []int64, was string, err error) {
	ids, err = integers(c.ctx, c.tx, sqlf(`SELECT id FROM temp.changed`))
	slices.Sort(ids)
	if err == nil && c.Flag == feed.Snooze {
		err = c.tx.QueryRowContext(c.ctx, `SELECT json_group_array(was ORDER BY id) FROM temp.changed`).Scan(&was)
	}
	return ids, was, err
}

// packIDs writes rising numbers as the distances between them.
func packIDs(ids []int64) []byte {
	b := make([]byte, 0, 2*len(ids)+8)
	last := int64(0)
	for _, id := range ids {
		b = binary.AppendVarint(b, id-last)
		last = id
	}
	return b
}

func unpackIDs(b []byte) ([]int64, error) {
	var ids []int64
	last := int64(0)
	for len(b) > 0 {
		d, n := binary.Varint(b)
		if n <= 0 {
			return nil, ErrCorrupt
		}
		last += d
		ids = append(ids, last)
		b = b[n:]
	}
	return ids, nil
}

func readStep(ctx context.Context, tx *sql.Tx, step int64) ([]journalEntry, error) {
	rows, err := tx.QueryContext(ctx, `SELECT flag, label, is_on, until, at, items, was FROM journal WHERE step = ? ORDER BY id`, step)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var entries []journalEntry
	for rows.Next() {
		var e journalEntry
		var until, at sql.NullInt64
		var items []byte
		var was string
		if err := rows.Scan(&e.Flag, &e.Label, &e.On, &until, &at, &items, &was); err != nil {
			return nil, err
		}
		e.Until, e.At = instant(until), instant(at)
		if e.Items, err = unpackIDs(items); err != nil {
			return nil, err
		}
		if was != "" {
			if err := json.Unmarshal([]byte(was), &e.was); err != nil || len(e.was) != len(e.Items) {
				return nil, errors.Join(err, ErrCorrupt)
			}
		}
		entries = append(entries, e)
	}
	return entries, rows.Err()
}

// travel makes the entry's mark again, or its opposite.
func (e journalEntry) travel(ctx context.Context, tx *sql.Tx, at time.Time, forward bool) error {
	c := change{Mark: e.Mark, ctx: ctx, tx: tx, force: true}
	c.On = e.On == forward
	if at.After(e.At) {
		c.At = at
	}
	if e.Flag == feed.Snooze && !forward {
		return e.wakeAsBefore(c)
	}
	if _, err := c.collect(sqlf(`SELECT i.pos FROM json_each(?) j CROSS JOIN items i ON i.id = j.value`, jsonIntegers(e.Items))); err != nil {
		return err
	}
	return c.apply()
}

// wakeAsBefore gives each item back the instant it was snoozed until.
func (e journalEntry) wakeAsBefore(c change) error {
	was, err := json.Marshal(e.was)
	if err != nil {
		return err
	}
	return c.exec(`UPDATE items SET snoozed_until = b.value, snoozed_at = max(?, coalesce(snoozed_at, ?))
		FROM json_each(?) j JOIN json_each(?) b ON b.key = j.key WHERE items.id = j.value`,
		c.At.UnixMicro(), int64(bottom), jsonIntegers(e.Items), string(was))
}
