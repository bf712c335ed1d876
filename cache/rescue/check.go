package rescue

import (
	"context"
	"database/sql"
	"fmt"

	"dateline/cache"
	"dateline/cache/db"
	"dateline/cache/search"
)

// CheckReport is what a look through the whole file found.
type CheckReport struct {
	// Problems are sentences; none when all is well.
	Problems []string
	// Feeds counts the subscribed feeds, Unsubscribed all others.
	Feeds, Unsubscribed int
	// Items counts all items, Pending those not yet in the full-text index.
	Items, Pending int
	// Bytes is the size of the file, Log that of the write-ahead log beside it,
	// Free what a vacuum would give back.
	Bytes, Log, Free int64
	// Schema is the version of the schema.
	Schema int
}

// Check reads the whole file and says what is wrong with it; seconds for a
// large one. It repairs nothing but the counters of the feeds.
func Check(ctx context.Context, s *cache.Store) (CheckReport, error) {
	h, err := check(ctx, s)
	return h, cache.WrapError(ctx, "check the cache", err)
}

func check(ctx context.Context, s *cache.Store) (CheckReport, error) {
	var h CheckReport
	found, err := db.Strings(ctx, s.Internals().Readers(), `PRAGMA integrity_check(20)`)
	if err != nil {
		return h, err
	}
	for _, f := range found {
		if f != "ok" {
			h.Problems = append(h.Problems, f)
		}
	}
	orphans, err := db.Strings(ctx, s.Internals().Readers(), `SELECT DISTINCT "table" FROM pragma_foreign_key_check`)
	if err != nil {
		return h, err
	}
	for _, o := range orphans {
		h.Problems = append(h.Problems, fmt.Sprintf("some rows of %s belong to nothing", o))
	}
	wrong, err := s.Internals().RepairCounts(ctx)
	if err != nil {
		return h, err
	}
	for _, url := range wrong {
		h.Problems = append(h.Problems, fmt.Sprintf("the counters of %s were wrong and are right now", url))
	}
	err = s.Internals().Readers().QueryRowContext(ctx, `SELECT (SELECT count(*) FROM feeds WHERE config_order IS NOT NULL), (SELECT count(*) FROM feeds WHERE config_order IS NULL),
		(SELECT count(*) FROM items), (SELECT count(*) FROM items WHERE indexed = 0),
		(SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size), (SELECT user_version FROM pragma_user_version)`).
		Scan(&h.Feeds, &h.Unsubscribed, &h.Items, &h.Pending, &h.Free, &h.Schema)
	if err != nil {
		return h, err
	}
	h.Bytes, h.Log = db.FileSize(s.Path()), db.FileSize(s.Path()+"-wal")
	return h, nil
}

// Repair rebuilds what follows from the rest, the indexes and the counters, and
// says what is wrong after that: what only [Salvage] can repair. The full text is
// indexed anew by [cache.Store.IndexPending].
func Repair(ctx context.Context, s *cache.Store) (CheckReport, error) {
	const op = "repair the cache"
	if _, err := s.Internals().Writer().ExecContext(ctx, `REINDEX`); err != nil {
		return CheckReport{}, cache.WrapError(ctx, op, err)
	}
	err := s.Internals().Write(ctx, op, func(tx *sql.Tx) error {
		return search.Clear(ctx, tx)
	})
	if err != nil {
		return CheckReport{}, err
	}
	if _, err := s.Internals().RepairCounts(ctx); err != nil {
		return CheckReport{}, err
	}
	return Check(ctx, s)
}
