package cache

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"time"

	"dateline/cache/db"
	"dateline/feed"
)

// Step is what an undo or redo did.
type Step struct {
	Flag  feed.Flag
	Label string
	// On is the state after it. If the step has several marks, it is the state of the
	// first one.
	On bool
	// Items are the IDs of the N items that changed. Items of the step that were marked
	// otherwise since, and already have the state, are not among them.
	Items []int64
	N     int
}

// replayKind is undo or redo. nothing is the error if there is no step. which selects
// the step, order is the order of its entries.
type replayKind struct {
	forward      bool
	op           string
	nothing      error
	which, order string
}

func undoKind() replayKind {
	return replayKind{op: "undo", nothing: ErrNothingToUndo, which: `SELECT max(step) FROM journal WHERE undone = 0`, order: `DESC`}
}

func redoKind() replayKind {
	return replayKind{forward: true, op: "redo", nothing: ErrNothingToRedo, which: `SELECT min(step) FROM journal WHERE undone = 1`, order: `ASC`}
}

func (s *Store) replay(ctx context.Context, at time.Time, w replayKind) (Result, error) {
	var of journalRef
	var done []journalEntry
	for more := true; more; {
		err := s.write(ctx, w.op, func(tx *sql.Tx) error {
			if of.step == 0 {
				err := tx.QueryRowContext(ctx, `SELECT step, max(id) FROM journal WHERE step = (`+w.which+`) GROUP BY step`).Scan(&of.step, &of.id)
				if errors.Is(err, sql.ErrNoRows) {
					return w.nothing
				}
				if err != nil {
					return err
				}
			}
			entries, err := readChunk(ctx, tx, of, w, s.markChunk)
			if err != nil {
				return err
			}
			more = itemsIn(entries) >= s.markChunk
			now := s.now()
			for n, e := range entries {
				if entries[n].Items, err = e.replay(ctx, tx, at, now, w.forward); err != nil {
					return err
				}
			}
			done = append(done, entries...)
			return nil
		})
		if err != nil {
			return Result{}, err
		}
	}
	step := summary(done, w.forward)
	return Result{N: step.N, Step: step}, nil
}

// summary returns the Step for entries in the order in which they were replayed. Their
// Items are those that changed.
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

// journalEntry is one mark of a step, or a part of it, with the items that it changed.
type journalEntry struct {
	feed.Mark
	id int64
	// was has the snooze time that each of Items had before; empty for other flags.
	was  []*int64
	span span
}

// JournalStep is a step of the journal. Entry is the ID of its last entry and Made the
// time of that. Marks are what undo or redo makes of it.
type JournalStep struct {
	Entry int64
	Made  time.Time
	Marks []feed.Mark
}

// JournalStep returns the step that undo takes back after it has taken back n others, or
// the one that redo repeats after n others. ok is false if there is none.
func (i Internals) JournalStep(ctx context.Context, redo bool, n int) (s JournalStep, ok bool, err error) {
	w := undoKind()
	if redo {
		w = redoKind()
	}
	var of journalRef
	err = i.s.readers.QueryRowContext(ctx, `SELECT step, max(id) FROM journal WHERE undone = ? GROUP BY step ORDER BY step `+w.order+` LIMIT 1 OFFSET ?`, redo, n).Scan(&of.step, &of.id)
	if errors.Is(err, sql.ErrNoRows) {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	entries, err := readChunk(ctx, i.s.readers, of, w, math.MaxInt)
	if err != nil {
		return s, false, err
	}
	s.Entry = of.id
	for _, e := range entries {
		if e.id == of.id {
			s.Made = e.At
		}
		s.Marks = append(s.Marks, e.marks(redo)...)
	}
	return s, true, nil
}

// marks returns the marks of a redo or an undo of the entry.
func (e journalEntry) marks(redo bool) []feed.Mark {
	m := e.Mark
	m.On = e.On == redo
	if e.Flag != feed.Snooze || redo {
		return []feed.Mark{m}
	}
	marks := make([]feed.Mark, len(e.Items))
	for n, id := range e.Items {
		m.Items, m.On, m.Until = []int64{id}, e.was[n] != nil, time.Time{}
		if m.On {
			m.Until = time.UnixMicro(*e.was[n]).UTC()
		}
		marks[n] = m
	}
	return marks
}

// IsUndone reports whether an entry of the journal, made at a time, is undone. ok is false
// if there is no such entry.
func (i Internals) IsUndone(ctx context.Context, entry int64, made time.Time) (undone, ok bool, err error) {
	err = i.s.readers.QueryRowContext(ctx, `SELECT undone FROM journal WHERE id = ? AND at = ?`, entry, made.UnixMicro()).Scan(&undone)
	if errors.Is(err, sql.ErrNoRows) {
		return false, false, nil
	}
	return undone, err == nil, err
}

// maxSteps is the number of steps that can be undone.
const maxSteps = 500

// beginStep returns the number of a new step.
func beginStep(ctx context.Context, tx *sql.Tx) (int64, error) {
	var step int64
	err := tx.QueryRowContext(ctx, `SELECT coalesce(max(step), 0) + 1 FROM journal WHERE undone = 0`).Scan(&step)
	return step, err
}

// journalRef identifies a journal entry; the zero value is none. Step numbers are
// reused after an undo, entry IDs are not.
type journalRef struct{ step, id int64 }

// number returns the step to which more of the same mark belongs: a new one if j is
// zero, 0 if the step was undone meanwhile.
func (j journalRef) number(ctx context.Context, tx *sql.Tx) (int64, error) {
	if j.step == 0 {
		return beginStep(ctx, tx)
	}
	var step int64
	err := tx.QueryRowContext(ctx, `SELECT coalesce(max(step), 0) FROM journal WHERE id = ? AND undone = 0`, j.id).Scan(&step)
	return step, err
}

// journal adds the items that change to a step. Undone steps are deleted and cannot be
// redone after that. The oldest steps are deleted, too.
func (c *markChange) journal(step int64) error {
	if err := c.exec(`DELETE FROM journal WHERE undone = 1 OR step <= ?`, step-maxSteps); err != nil {
		return err
	}
	was, err := c.before()
	if err != nil {
		return err
	}
	ids := make([]int64, len(c.items))
	for n, i := range c.items {
		ids[n] = i.id
	}
	slices.Sort(ids)
	var at span
	if c.isRange {
		at.first = sql.NullInt64{Int64: c.items[0].pos, Valid: true}
		at.last = sql.NullInt64{Int64: c.items[len(c.items)-1].pos, Valid: true}
	}
	c.ref.step = step
	return c.tx.QueryRowContext(c.ctx, `INSERT INTO journal (step, flag, label, is_on, until, at, items, was, first, last) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		step, c.Flag, c.Label, c.On, db.ToMicros(c.Until), c.At.UnixMicro(), encodeIDs(ids), was, at.first, at.last).Scan(&c.ref.id)
}

// before returns the snooze times that a snooze replaces, as a JSON array in the order
// of the item IDs; empty for other flags.
func (c *markChange) before() (string, error) {
	if c.Flag != feed.Snooze {
		return "", nil
	}
	var was []*int64
	for _, i := range slices.SortedFunc(slices.Values(c.items), func(a, b changed) int { return cmp.Compare(a.id, b.id) }) {
		if was = append(was, nil); i.was.Valid {
			was[len(was)-1] = &i.was.Int64
		}
	}
	return db.ToJSON(was)
}

// encodeIDs encodes sorted IDs as varints, each the difference to the one before.
func encodeIDs(ids []int64) []byte {
	b := make([]byte, 0, 2*len(ids)+8)
	last := int64(0)
	for _, id := range ids {
		b = binary.AppendVarint(b, id-last)
		last = id
	}
	return b
}

// decodeIDs decodes what encodeIDs returns.
func decodeIDs(b []byte) ([]int64, error) {
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

// readChunk returns the next entries of a step to replay, until they have most items
// or more.
func readChunk(ctx context.Context, tx db.Querier, of journalRef, w replayKind, most int) ([]journalEntry, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, flag, label, is_on, until, at, items, was, first, last FROM journal
		WHERE step = ? AND id <= ? AND undone = ? ORDER BY id `+w.order, of.step, of.id, w.forward)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var entries []journalEntry
	for rows.Next() && itemsIn(entries) < most {
		var e journalEntry
		var until, at sql.NullInt64
		var items []byte
		var was string
		if err := rows.Scan(&e.id, &e.Flag, &e.Label, &e.On, &until, &at, &items, &was, &e.span.first, &e.span.last); err != nil {
			return nil, err
		}
		e.Until, e.At = db.FromMicros(until), db.FromMicros(at)
		if e.Items, err = decodeIDs(items); err != nil {
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

func itemsIn(entries []journalEntry) int {
	n := 0
	for _, e := range entries {
		n += len(e.Items)
	}
	return n
}

// replay makes the mark of the entry again if forward is set, or the opposite mark,
// and records that in the journal. The undo or redo was made at the time at. replay
// returns the IDs of the items that changed.
func (e journalEntry) replay(ctx context.Context, tx *sql.Tx, at, now time.Time, forward bool) (ids []int64, err error) {
	c := markChange{Mark: e.Mark, ctx: ctx, tx: tx, now: now, force: true, span: e.span}
	if err := c.exec(`UPDATE journal SET undone = ? WHERE id = ?`, !forward, e.id); err != nil {
		return nil, err
	}
	c.On, c.At = e.On == forward, madeAt(at, now)
	if e.Flag == feed.Snooze && !forward {
		return e.restoreSnooze(c)
	}
	if err := c.collect(`i.id`, e.Items); err != nil {
		return nil, err
	}
	for _, i := range c.items {
		ids = append(ids, i.id)
	}
	return ids, c.apply()
}

// restoreSnooze gives each item the snooze time that it had before. It returns the IDs of
// the items that changed.
func (e journalEntry) restoreSnooze(c markChange) ([]int64, error) {
	was, err := json.Marshal(e.was)
	if err != nil {
		return nil, err
	}
	t := db.SQL(`UPDATE items SET snoozed_until = b.value, snoozed_at = `)
	newer := c.newerThan(c.timeColumn())
	t.Add(newer.SQL, newer.Args...)
	t.Add(` FROM json_each(?) j JOIN json_each(?) b ON b.key = j.key WHERE items.id = j.value AND items.snoozed_until IS NOT b.value RETURNING items.id`,
		db.JSONIntegers(e.Items), string(was))
	return db.Integers(c.ctx, c.tx, t)
}
