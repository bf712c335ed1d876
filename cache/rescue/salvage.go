// Package rescue protects the marks of the user from loss. It writes and restores
// backups, checks and repairs a database, recovers what can be read of a damaged one, and
// converts the database of an older version of dateline.
//
// Start at [Open], which a program calls instead of cache.Open. [WriteBackup] writes a backup,
// and [Restore] reads one. [Check] finds damage in a database, and [Repair] repairs it.
// [Salvage] recovers what can be read of a damaged file, and [TakeOver] converts the file
// of an older version. [Unsaved] keeps changes that cannot be written, and [TakeUnsaved]
// makes them later.
//
// The content of a damaged or outdated file is never changed. Only the log of an outdated
// file is written into it. A new file is filled beside it, and takes
// its name when it is complete and on the disk. The old file gets a name that says why.
// Never add a table to the schema without an entry in savedTables.
package rescue

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"dateline/cache"
	"dateline/cache/db"
)

// Replacement is what [Salvage] or [TakeOver] did.
type Replacement struct {
	// Old is the path of the old file. It is empty if another process was faster.
	Old string
	// Outdated reports whether the old file was of an older version, and not damaged.
	Outdated bool
	// Items counts the items in the new file. Lost counts the items of which only
	// marks could be read.
	Items, Lost int
	// Backup is the backup whose marks were restored, too; empty if there was none.
	Backup string
}

// UserMessage returns a message for the user.
func (r Replacement) UserMessage() string {
	if r.Outdated {
		return fmt.Sprintf("the database was converted from an older version of dateline: %d items with their marks; the old file is kept as %s", r.Items, r.Old)
	}
	text := fmt.Sprintf("the database was damaged: %d items with their marks were saved from it", r.Items)
	if r.Backup != "" {
		text += ", and the marks of the last backup"
	}
	return text + "; the old file is kept as " + r.Old
}

// Open is [cache.Open], but converts a database of an older version first. If that takes
// long, it calls warn with a user message. r.Old is empty if nothing was converted.
func Open(ctx context.Context, path string, o cache.Options, warn func(message string)) (s *cache.Store, r Replacement, err error) {
	named := path
	path = db.ResolveLink(path)
	for _, backup := range ListBackups(path) {
		_ = db.MakePrivate(backup) // fails if it belongs to another user
	}
	finishSwap(path)
	s, err = cache.Open(ctx, named, o)
	if !errors.Is(err, cache.ErrOutdated) {
		return s, r, err
	}
	timer := time.AfterFunc(longWait, func() {
		warn("the database is being converted from an older version of dateline; this happens once and takes minutes if it is large")
	})
	defer timer.Stop()
	if r, err = TakeOver(ctx, path, o); err != nil {
		return nil, r, err
	}
	s, err = cache.Open(ctx, named, o)
	return s, r, err
}

// longWait is how long the user waits without a message.
const longWait = time.Second

// Salvage replaces the damaged database at path by a new one with everything that can
// be read and with the marks of the newest backup. The old file is kept beside it.
// What is lost comes again if the feeds still list it. No other process should have
// the database open. Salvage needs free space for two more files of the same size. If
// it fails, nothing is changed.
func Salvage(ctx context.Context, path string, o cache.Options) (Replacement, error) {
	path = db.ResolveLink(path)
	return replace(ctx, "salvage "+path, path, func() (Replacement, error) { return salvageDamaged(ctx, path, o) })
}

// replace runs f while no other process replaces the file. If another process has
// replaced it meanwhile, it does nothing.
func replace(ctx context.Context, op, path string, f func() (Replacement, error)) (Replacement, error) {
	before, err := os.Stat(path)
	if err != nil {
		return Replacement{}, fmt.Errorf("%s: %w", op, err)
	}
	if dir := filepath.Dir(path); !isWritable(dir) {
		return Replacement{}, fmt.Errorf("%s: dateline must write a new file to %s: make this directory writable, or choose another database with --db", op, dir)
	}
	lock := path + lockSuffix
	unlock, err := db.LockFile(lock)
	if err != nil {
		return Replacement{}, fmt.Errorf("%s: %w", op, err)
	}
	defer unlock()
	if now, err := os.Stat(path); err == nil && !os.SameFile(before, now) {
		_ = os.Remove(lock)
		return Replacement{}, nil // another process was faster
	}
	r, err := f()
	if err != nil {
		return Replacement{}, cache.WrapError(ctx, op, err)
	}
	_ = os.Remove(lock)
	return r, nil
}

// isCurrent reports whether a file has this dateline's schema. Reading the header is
// enough, because a new file is complete before it gets its name.
func isCurrent(path string) (bool, error) {
	header, err := db.ReadStart(path, db.HeaderSize)
	return err == nil && len(header) == db.HeaderSize && db.BigEndian(header[db.UserVersionAt:]) >= cache.SchemaVersion, err
}

// salvageDamaged fills a new file from a copy of the damaged one, because it repairs
// the header of the copy.
func salvageDamaged(ctx context.Context, path string, o cache.Options) (r Replacement, err error) {
	damaged := path + copySuffix
	discard(damaged)
	defer discard(damaged)
	if err := copyDamaged(path, damaged); err != nil {
		return r, err
	}
	old, err := db.Open(damaged, 1, db.Pragmas("writable_schema(1)", "cache_size(-8000)"))
	if err != nil {
		return r, err
	}
	defer old.Close()
	f := filler{ctx: ctx, old: old, r: &r}
	if err := f.run(path, o); err != nil {
		return r, err
	}
	r.Old, err = swap(path, path+freshSuffix, "damaged", f.now())
	return r, err
}

const (
	// freshSuffix is the end of the name of the new file until it is complete.
	freshSuffix = ".salvaging-new"
	// copySuffix is the end of the name of the copy of a damaged file.
	copySuffix = ".salvaging-old"
	// lockSuffix is the end of the name of the file that is locked meanwhile.
	lockSuffix = ".salvaging.lock"
)

// filler fills a new file with the content of an old one.
type filler struct {
	ctx context.Context
	old *sql.DB
	// whole reports whether the old file is not damaged. Then nothing may be missing.
	whole bool
	// blanked are the IDs of the items of which a text could not be read.
	blanked []int64
	r       *Replacement
	now     func() time.Time
}

// run creates the new file beside path.
func (f *filler) run(path string, o cache.Options) (err error) {
	fresh := path + freshSuffix
	discard(fresh)
	defer func() {
		if err != nil {
			discard(fresh)
		}
	}()
	s, err := cache.Open(f.ctx, fresh, o)
	if err != nil {
		return err
	}
	f.now = s.Internals().Now
	err = f.fill(s, path)
	if err == nil {
		_, err = s.Internals().Writer().ExecContext(f.ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	}
	if err = errors.Join(err, s.Close()); err != nil {
		return err
	}
	return syncFile(fresh)
}

// fill copies everything that can be read.
func (f *filler) fill(s *cache.Store, path string) error {
	// The new file is not used before it is complete. Until it is synced at the end,
	// writing need not wait for the disk.
	if _, err := s.Internals().Writer().ExecContext(f.ctx, `PRAGMA foreign_keys = 0; PRAGMA synchronous = 0; PRAGMA cache_size = -65536`); err != nil {
		return err
	}
	for _, t := range savedTables() {
		c := tableCopier{ctx: f.ctx, old: f.old, fresh: s, table: t}
		if err := c.run(); err != nil {
			return err
		}
		if f.whole && c.gaps {
			return cache.ErrCorrupt
		}
		switch t.name {
		case "details", "contents":
			f.blanked = append(f.blanked, c.blanked...)
		case "page_texts":
			if err := f.dropPageTexts(s, c.blanked); err != nil {
				return err
			}
		}
	}
	if err := s.Internals().Write(f.ctx, "complete the saved items", func(tx *sql.Tx) error { return f.repairRows(tx) }); err != nil {
		return err
	}
	if _, err := s.Internals().Writer().ExecContext(f.ctx, `PRAGMA foreign_keys = 1; PRAGMA synchronous = 2`); err != nil {
		return err
	}
	if !f.whole {
		for _, b := range ListBackups(path) {
			if restoreFile(f.ctx, s, b) == nil {
				f.r.Backup = b
				break
			}
		}
	}
	_, err := s.Internals().RepairCounts(f.ctx)
	return err
}

func restoreFile(ctx context.Context, s *cache.Store, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	_, err = Restore(ctx, s, f, info.Size())
	return err
}

// repairRows repairs rows of which related rows are lost. Of an item without a text only
// the marks are kept, as pending marks, until its feed brings it again.
func (f *filler) repairRows(tx *sql.Tx) error {
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
		`INSERT OR IGNORE INTO pending_marks (feed, identity, flag, label, is_on, at, value) SELECT i.feed, i.identity, '`+cache.FlagProgress+`', '', 1, p.at, p.permille
			FROM progress p JOIN items i ON i.id = p.id WHERE i.id NOT IN (SELECT id FROM details)`,
		`DELETE FROM items WHERE id NOT IN (SELECT id FROM details)`)
	for _, table := range []string{"details", "contents", "progress", "revisions", "page_texts"} {
		queries = append(queries, `DELETE FROM `+table+` WHERE id NOT IN (SELECT id FROM items)`)
	}
	queries = append(queries,
		`DELETE FROM labels WHERE pos NOT IN (SELECT pos FROM items)`,
		`DELETE FROM removed_items WHERE feed NOT IN (SELECT id FROM feeds)`,
		`DELETE FROM polls WHERE feed NOT IN (SELECT id FROM feeds)`,
		`DELETE FROM pending_marks WHERE feed NOT IN (SELECT id FROM feeds)`,
		`DELETE FROM account_feeds WHERE feed NOT IN (SELECT id FROM feeds)`,
		// The server sends the entries of lost items again.
		`DELETE FROM remotes WHERE item IS NOT NULL AND item NOT IN (SELECT id FROM items)`,
		`UPDATE remotes SET changed = 1 WHERE item IS NOT NULL`,
		`UPDATE items SET source_hash = 0 WHERE id NOT IN (SELECT id FROM contents)`,
		`INSERT INTO contents (id, base, body) SELECT id, '', x'' FROM items WHERE id NOT IN (SELECT id FROM contents)`,
		`UPDATE items SET indexed = 0`,
		`UPDATE items SET has_page_text = 0 WHERE has_page_text = 1 AND id NOT IN (SELECT id FROM page_texts)`,
		`UPDATE items SET copy_of = NULL WHERE copy_of NOT IN (SELECT id FROM items WHERE copy_of IS NULL)`,
		`UPDATE sequence SET next = max(next, (SELECT coalesce(max(id), 0) + 1 FROM items))`)
	// An item without its texts takes them from the next full response of its feed.
	if _, err := tx.ExecContext(f.ctx, `UPDATE items SET source_hash = 0 WHERE id IN (SELECT value FROM json_each(?))`, db.JSONIntegers(f.blanked)); err != nil {
		return err
	}
	if !f.whole || len(f.blanked) > 0 {
		// A response that is equal to the last one must be parsed again.
		queries = append(queries, `UPDATE feeds SET etag = '', last_modified = '', body_hash = ''`)
	}
	// In a damaged file it may not be readable.
	var next sql.NullInt64
	if err := diskError(f.ctx, f.old.QueryRowContext(f.ctx, `SELECT max(next) FROM sequence`).Scan(&next)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(f.ctx, `UPDATE sequence SET next = max(next, ?)`, next.Int64); err != nil {
		return err
	}
	if err := tx.QueryRowContext(f.ctx, `SELECT count(*)`+headless).Scan(&f.r.Lost); err != nil {
		return err
	}
	for _, q := range queries {
		if _, err := tx.ExecContext(f.ctx, q); err != nil {
			return err
		}
	}
	return tx.QueryRowContext(f.ctx, `SELECT count(*) FROM items`).Scan(&f.r.Items)
}

// dropPageTexts deletes page texts that could not be read, so that they are fetched
// again.
func (f *filler) dropPageTexts(s *cache.Store, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	return s.Internals().Write(f.ctx, "drop unreadable page texts", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(f.ctx, `DELETE FROM page_texts WHERE id IN (SELECT value FROM json_each(?))`, db.JSONIntegers(ids))
		return err
	})
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// finishSwap gives the new file its name if a process was killed between the two
// renames of [swap]. The new file is complete then.
func finishSwap(path string) {
	if !exists(path) && exists(path+freshSuffix) {
		_ = os.Rename(path+freshSuffix, path)
	}
}

// isWritable reports whether a file can be made in a directory.
func isWritable(dir string) bool {
	f, release, err := createTemporary(dir)
	if err != nil {
		return false
	}
	defer release()
	_ = f.Close()
	return os.Remove(f.Name()) == nil
}

// swap renames the old file to a name that says why, and the new file to path. If the
// old file has a log, it is renamed first, so that SQLite never takes it for the log
// of the new file.
func swap(path, fresh, why string, now time.Time) (old string, err error) {
	base := path + "." + why + "-" + now.Format(time.DateOnly)
	old = base
	for n := 2; exists(old) && !isSame(path, old); n++ {
		old = fmt.Sprintf("%s-%d", base, n)
	}
	if db.FileSize(path+"-wal") > 0 {
		if err := os.Rename(path+"-wal", old+"-wal"); err != nil {
			return "", err
		}
	}
	_ = os.Remove(path + "-wal") // empty
	_ = os.Remove(path + "-shm") // SQLite creates it again
	if !isSame(path, old) && os.Link(path, old) != nil {
		if err := os.Rename(path, old); err != nil {
			return "", err
		}
	}
	if err := os.Chmod(old, 0o600); err != nil {
		return "", err
	}
	if err := os.Rename(fresh, path); err != nil {
		return "", err
	}
	syncDir(filepath.Dir(path))
	return old, nil
}

// isSame reports whether two paths are the same file.
func isSame(a, b string) bool {
	x, err := os.Stat(a)
	y, err2 := os.Stat(b)
	return err == nil && err2 == nil && os.SameFile(x, y)
}

// discard deletes databases with the files that SQLite keeps beside them.
func discard(paths ...string) {
	for _, p := range paths {
		for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
			_ = os.Remove(p + suffix)
		}
	}
}
