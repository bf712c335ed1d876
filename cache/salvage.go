package cache

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Salvaged tells what became of a damaged cache.
type Salvaged struct {
	// Old is where the damaged file is kept.
	Old string
	// Items counts those that were saved, Lost those that were seen to be there
	// and could not be read.
	Items, Lost int
	// Backup is the backup whose marks were taken in as well; empty for none.
	Backup string
}

// Sentence tells the reader.
func (s Salvaged) Sentence() string {
	text := fmt.Sprintf("the database was damaged: %d items with their marks were saved from it", s.Items)
	if s.Backup != "" {
		text += ", and the marks of the last backup"
	}
	return text + "; the old file is kept as " + s.Old
}

// Salvage replaces the damaged cache at path by a new one with all that can be
// read of it and the marks of its newest backup, and keeps the old file beside
// it. The feeds bring the rest again as far as they still list it. No other
// process should have the cache open. It needs room for two more files of the
// same size; when it fails, nothing is changed.
func Salvage(ctx context.Context, path string, o Options) (Salvaged, error) {
	tried := "salvage " + path
	before, err := os.Stat(path)
	if err != nil {
		return Salvaged{}, fmt.Errorf("%s: %w", tried, err)
	}
	lock := path + ".salvaging.lock"
	unlock, err := lockedfile.MutexAt(lock).Lock()
	if err != nil {
		return Salvaged{}, fmt.Errorf("%s: %w", tried, err)
	}
	defer os.Remove(lock)
	defer unlock()
	if now, err := os.Stat(path); err == nil && !os.SameFile(before, now) {
		return Salvaged{}, nil // another process was faster
	}
	r, err := salvage(ctx, path, o)
	return r, border(ctx, tried, err)
}

func salvage(ctx context.Context, path string, o Options) (r Salvaged, err error) {
	wreck, fresh := path+".salvaging-old", path+".salvaging-new"
	discard(wreck, fresh)
	defer discard(wreck, fresh)
	if err := copyWreck(path, wreck); err != nil {
		return r, err
	}
	s, err := Open(ctx, fresh, o)
	if err != nil {
		return r, err
	}
	err = s.fill(ctx, path, wreck, &r)
	if err == nil {
		_, err = s.writer.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	}
	if err = errors.Join(err, s.Close()); err != nil {
		return r, err
	}
	if err := syncFile(fresh); err != nil {
		return r, err
	}
	r.Old, err = swap(path, fresh, s.now())
	return r, err
}

// fill takes everything over that can be read.
func (s *Store) fill(ctx context.Context, path, wreck string, r *Salvaged) error {
	old, err := connect(wreck, 1, pragmas("writable_schema(1)", "cache_size(-8000)"))
	if err != nil {
		return err
	}
	defer old.Close()
	// Nobody sees the new file before it is complete and on the disk.
	if _, err := s.writer.ExecContext(ctx, `PRAGMA foreign_keys = 0; PRAGMA synchronous = 0; PRAGMA cache_size = -65536`); err != nil {
		return err
	}
	for _, t := range salvageTables() {
		c := copier{Store: s, ctx: ctx, old: old, table: t}
		if err := c.run(); err != nil {
			return err
		}
	}
	if err := s.write(ctx, "put the salvaged items in order", func(tx *sql.Tx) error { return settleSalvaged(ctx, tx, r) }); err != nil {
		return err
	}
	if _, err := s.writer.ExecContext(ctx, `PRAGMA foreign_keys = 1; PRAGMA synchronous = 2`); err != nil {
		return err
	}
	for _, b := range Backups(path) {
		if s.restoreFile(ctx, b) == nil {
			r.Backup = b
			break
		}
	}
	return s.repairCounts(ctx, &Health{})
}

func (s *Store) restoreFile(ctx context.Context, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	_, err = s.Restore(ctx, f, info.Size())
	return err
}

// settleSalvaged makes rows whose companions are lost fit for use. Of an item
// without text only the marks are kept, until its feed brings it again.
func settleSalvaged(ctx context.Context, tx *sql.Tx, r *Salvaged) error {
	const headless = ` FROM items i WHERE i.id NOT IN (SELECT id FROM details)`
	const wait = `INSERT OR IGNORE INTO pending_marks (feed, identity, flag, label, is_on, at, value) SELECT i.feed, i.identity, `
	queries := []string{`DELETE FROM items WHERE feed NOT IN (SELECT id FROM feeds)`}
	for _, flag := range []string{"read", "starred", "hidden"} {
		queries = append(queries, wait+`'`+flag+`', '', i.`+flag+`, i.`+flag+`_at, NULL`+headless+` AND i.`+flag+`_at IS NOT NULL`)
	}
	queries = append(queries,
		wait+`'snooze', '', i.snoozed_until IS NOT NULL, i.snoozed_at, i.snoozed_until`+headless+` AND i.snoozed_at IS NOT NULL`,
		`INSERT OR IGNORE INTO pending_marks (feed, identity, flag, label, is_on, at) SELECT i.feed, i.identity, 'label', l.name, l.held, l.at
			FROM labels l JOIN items i ON i.pos = l.pos WHERE i.id NOT IN (SELECT id FROM details)`,
		`DELETE FROM items WHERE id NOT IN (SELECT id FROM details)`)
	for _, table := range []string{"details", "contents", "progress", "revisions", "page_texts"} {
		queries = append(queries, `DELETE FROM `+table+` WHERE id NOT IN (SELECT id FROM items)`)
	}
	queries = append(queries,
		`DELETE FROM labels WHERE pos NOT IN (SELECT pos FROM items)`,
		`DELETE FROM removed_items WHERE feed NOT IN (SELECT id FROM feeds)`,
		`DELETE FROM polls WHERE feed NOT IN (SELECT id FROM feeds)`,
		`DELETE FROM pending_marks WHERE feed NOT IN (SELECT id FROM feeds)`,
		// An answer that was not parsed for being the same as the last must be now.
		`UPDATE feeds SET etag = '', last_modified = '', body_hash = ''`,
		`UPDATE items SET source_hash = 0 WHERE id NOT IN (SELECT id FROM contents)`,
		`INSERT INTO contents (id, base, body) SELECT id, '', x'' FROM items WHERE id NOT IN (SELECT id FROM contents)`,
		`UPDATE items SET indexed = 0`,
		`UPDATE items SET has_page_text = 0 WHERE has_page_text = 1 AND id NOT IN (SELECT id FROM page_texts)`,
		`UPDATE items SET copy_of = NULL WHERE copy_of NOT IN (SELECT id FROM items WHERE copy_of IS NULL)`,
		`UPDATE sequence SET next = max(next, (SELECT coalesce(max(id), 0) + 1 FROM items))`)
	if err := tx.QueryRowContext(ctx, `SELECT count(*)`+headless).Scan(&r.Lost); err != nil {
		return err
	}
	for _, q := range queries {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	return tx.QueryRowContext(ctx, `SELECT count(*) FROM items`).Scan(&r.Items)
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// swap puts the new file in the place of the damaged one, which is kept. Its
// log goes first, so that it is never taken for that of the new file.
func swap(path, fresh string, now time.Time) (old string, err error) {
	old = path + ".damaged-" + now.Format(time.DateOnly)
	for n := 2; exists(old); n++ {
		old = fmt.Sprintf("%s.damaged-%s-%d", path, now.Format(time.DateOnly), n)
	}
	if exists(path + "-wal") {
		if err := os.Rename(path+"-wal", old+"-wal"); err != nil {
			return "", err
		}
	}
	_ = os.Remove(path + "-shm") // made anew from the log
	if os.Link(path, old) != nil {
		if err := os.Rename(path, old); err != nil {
			return "", err
		}
	}
	return old, os.Rename(fresh, path)
}

// discard removes files and what SQLite keeps beside them.
func discard(paths ...string) {
	for _, p := range paths {
		for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
			_ = os.Remove(p + suffix)
		}
	}
}

// salvageTable is a table to be taken over.
type salvageTable struct {
	name string
	// keyed tables have a number for each row, the others are walked from both
	// ends.
	keyed bool
	// keys is a query for the numbers, without the direction; empty where nothing
	// else tells of them.
	keys string
	// not are columns that are made anew.
	not []string
	// json columns that cannot be read any more are emptied, and packed ones.
	json, packed []string
}

func salvageTables() []salvageTable {
	const ofItems = `SELECT id FROM items ORDER BY id `
	return []salvageTable{
		{name: "feeds", keyed: true, json: []string{"tags", "poll_hints"}},
		{name: "items", keyed: true, keys: `SELECT pos FROM items INDEXED BY ` + ourIndex + ` ORDER BY feed, identity `, not: []string{"doc_number"}},
		{name: "details", keyed: true, keys: ofItems, json: []string{"categories", "enclosures"}},
		{name: "contents", keyed: true, keys: ofItems, packed: []string{"body"}},
		{name: "progress", keyed: true, keys: ofItems},
		{name: "revisions", keyed: true, keys: ofItems, packed: []string{"body"}},
		{name: "page_texts", keyed: true, keys: ofItems, packed: []string{"body"}},
		{name: "journal", keyed: true},
		{name: "labels"}, {name: "removed_items"}, {name: "polls"}, {name: "settings"}, {name: "pending_marks"},
	}
}

// legible empties what of a row cannot be read any more.
func (s *Store) legible(t salvageTable, columns []column, row []any) {
	for i, c := range columns {
		for _, name := range t.json {
			if text, ok := row[i].(string); ok && c.name == name && text != "" && !json.Valid([]byte(text)) {
				row[i] = ""
			}
		}
		for _, name := range t.packed {
			if body, ok := row[i].([]byte); ok && c.name == name {
				if _, err := s.unpack(body); err != nil {
					row[i] = []byte{}
				}
			}
		}
	}
}
