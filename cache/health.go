package cache

import (
	"context"
	"database/sql"
	"dateline/cache/db"
	"dateline/cache/search"
	"errors"
	"fmt"
	"os"
)

// Health is what a look through the whole file found.
type Health struct {
	// Problems are sentences; none when all is well.
	Problems []string
	// Feeds counts the subscribed feeds, Away those that are not any more but
	// still have their items here.
	Feeds, Away int
	// Items counts all items, Pending those not yet in the full-text index.
	Items, Pending int
	// Bytes is the size of the file, Log that of the write-ahead log beside it,
	// Free what a vacuum would give back.
	Bytes, Log, Free int64
	// Schema is the number of the last migration.
	Schema int
}

// Check reads the whole file and says what is wrong with it; seconds for a
// large one. It repairs nothing but the counters of the feeds.
func (s *Store) Check(ctx context.Context) (Health, error) {
	h, err := s.check(ctx)
	return h, border(ctx, "check the cache", err)
}

func (s *Store) check(ctx context.Context) (Health, error) {
	var h Health
	found, err := db.Strings(ctx, s.readers, `PRAGMA integrity_check(20)`)
	if err != nil {
		return h, err
	}
	for _, f := range found {
		if f != "ok" {
			h.Problems = append(h.Problems, f)
		}
	}
	orphans, err := db.Strings(ctx, s.readers, `SELECT DISTINCT "table" FROM pragma_foreign_key_check`)
	if err != nil {
		return h, err
	}
	for _, o := range orphans {
		h.Problems = append(h.Problems, fmt.Sprintf("some rows of %s belong to nothing", o))
	}
	if err := s.repairCounts(ctx, &h); err != nil {
		return h, err
	}
	err = s.readers.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM feeds WHERE config_order IS NOT NULL), (SELECT count(*) FROM feeds WHERE config_order IS NULL),
		(SELECT count(*) FROM items), (SELECT count(*) FROM items WHERE indexed = 0),
		(SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size), (SELECT user_version FROM pragma_user_version)`).
		Scan(&h.Feeds, &h.Away, &h.Items, &h.Pending, &h.Free, &h.Schema)
	if err != nil {
		return h, err
	}
	h.Bytes, h.Log = size(s.path), size(s.path+"-wal")
	return h, nil
}

// Repair rebuilds what follows from the rest, the indexes and the counters, and
// says what is wrong after that: what only [Salvage] can mend. The full text is
// indexed anew by [Store.IndexPending].
func (s *Store) Repair(ctx context.Context) (Health, error) {
	const tried = "repair the cache"
	if _, err := s.writer.ExecContext(ctx, `REINDEX`); err != nil {
		return Health{}, border(ctx, tried, err)
	}
	err := s.write(ctx, tried, func(tx *sql.Tx) error {
		return search.Clear(ctx, tx)
	})
	if err != nil {
		return Health{}, err
	}
	if err := s.repairCounts(ctx, &Health{}); err != nil {
		return Health{}, err
	}
	return s.Check(ctx)
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// sqlCounted counts the items of each feed f, once it is grouped by them.
const sqlCounted = `SELECT f.id, f.url, ` + sumItems + `
	FROM feeds f LEFT JOIN items i INDEXED BY items_feed ON i.feed = f.id AND i.hidden = 0`

// repairCounts counts the items of each feed anew and tells of each counter
// that was wrong.
func (s *Store) repairCounts(ctx context.Context, h *Health) error {
	return s.write(ctx, "repair the counters", func(tx *sql.Tx) error {
		wrong, err := db.Strings(ctx, tx, `SELECT c.url FROM (`+sqlCounted+` GROUP BY f.id) c JOIN feeds f ON f.id = c.id WHERE (f.total, f.unread, f.copies, f.copies_unread) <> (c.total, c.unread, c.copies, c.copies_unread)`)
		if err != nil || len(wrong) == 0 {
			return err
		}
		for _, url := range wrong {
			h.Problems = append(h.Problems, fmt.Sprintf("the counters of %s were wrong and are right now", url))
		}
		_, err = tx.ExecContext(ctx, `UPDATE feeds SET total = c.total, unread = c.unread, copies = c.copies, copies_unread = c.copies_unread FROM (`+sqlCounted+` GROUP BY f.id) c WHERE c.id = feeds.id`)
		return err
	})
}

// Vacuum rewrites the whole file as small as it can be; it needs as much room
// again meanwhile and keeps other processes from writing.
func (s *Store) Vacuum(ctx context.Context) error {
	const tried = "vacuum the cache"
	if err := search.Optimize(ctx, s.writer); err != nil {
		return border(ctx, tried, err)
	}
	for _, query := range []string{`VACUUM`, `PRAGMA wal_checkpoint(TRUNCATE)`} {
		if _, err := s.writer.ExecContext(ctx, query); err != nil {
			return border(ctx, tried, err)
		}
	}
	return nil
}

// Shrink gives back the memory in which pages are kept that were written; they
// are read again when they are needed.
func (s *Store) Shrink(ctx context.Context) {
	_, _ = s.writer.ExecContext(ctx, `PRAGMA shrink_memory`) // or they stay
}

// vacuumPages is how many free pages one slice of Maintain gives back.
const vacuumPages = 256

// Maintain is for moments when nothing else is going on: it puts right what a
// wrong clock dated, removes what is not kept, gives free pages back in short slices, empties the write-ahead log
// and looks after the statistics of the indexes. It stops between two slices
// when ctx ends. What another process holds up is left for another time and is
// no error.
func (s *Store) Maintain(ctx context.Context) error {
	if err := s.maintain(ctx); !errors.Is(err, ErrLocked) {
		return err
	}
	return nil
}

func (s *Store) maintain(ctx context.Context) error {
	const tried = "tidy up the cache"
	if err := s.rightTimes(ctx); err != nil {
		return border(ctx, tried, err)
	}
	present, err := s.present(ctx)
	if err != nil {
		return err
	}
	if _, err := s.Retain(ctx, present); err != nil {
		return err
	}
	for before := -1; ; {
		var free int
		if err := s.writer.QueryRowContext(ctx, `PRAGMA freelist_count`).Scan(&free); err != nil {
			return border(ctx, tried, err)
		}
		if free == 0 || free == before {
			break
		}
		before = free
		if _, err := s.writer.ExecContext(ctx, fmt.Sprintf(`PRAGMA incremental_vacuum(%d)`, vacuumPages)); err != nil {
			return border(ctx, tried, err)
		}
	}
	if _, err := s.writer.ExecContext(ctx, `PRAGMA optimize`); err != nil {
		return border(ctx, tried, err)
	}
	return border(ctx, tried, s.emptyLog(ctx))
}
