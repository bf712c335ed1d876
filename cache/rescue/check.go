package rescue

import (
	"context"
	"database/sql"
	"fmt"

	"dateline/cache"
	"dateline/cache/db"
	"dateline/cache/search"
)

// CheckReport is the result of a check of the whole file.
type CheckReport struct {
	// Problems are messages; empty if there are no problems.
	Problems []string
	// Feeds counts the subscribed feeds. Unsubscribed counts all other feeds, also
	// those without items, such as feeds that only a restored backup names.
	Feeds, Unsubscribed int
	// Items counts all items. Pending counts those that are not indexed yet.
	Items, Pending int
	// Bytes is the size of the file, Log the size of the write-ahead log beside it,
	// and Free the space that a vacuum would give back. All are in bytes.
	Bytes, WAL, Free int64
	// Schema is the version of the schema.
	Schema int
}

// Check reads the whole file and reports what is wrong with it. A large file takes
// seconds. Check repairs only wrong counters of feeds.
func Check(ctx context.Context, s *cache.Store) (CheckReport, error) {
	r, err := check(ctx, s)
	return r, cache.WrapError(ctx, "check the database", err)
}

func check(ctx context.Context, s *cache.Store) (CheckReport, error) {
	var r CheckReport
	found, err := db.Strings(ctx, s.Internals().Readers(), `PRAGMA integrity_check(20)`)
	if err != nil {
		return r, err
	}
	for _, f := range found {
		if f != "ok" {
			r.Problems = append(r.Problems, f)
		}
	}
	tables, err := db.Strings(ctx, s.Internals().Readers(), `SELECT DISTINCT "table" FROM pragma_foreign_key_check`)
	if err != nil {
		return r, err
	}
	for _, table := range tables {
		r.Problems = append(r.Problems, fmt.Sprintf("table %s has rows without a parent", table))
	}
	wrong, err := s.Internals().RepairCounts(ctx)
	if err != nil {
		return r, err
	}
	for _, url := range wrong {
		r.Problems = append(r.Problems, fmt.Sprintf("corrected the item counts of %s", url))
	}
	err = s.Internals().Readers().QueryRowContext(ctx, `SELECT (SELECT count(*) FROM feeds WHERE config_order IS NOT NULL), (SELECT count(*) FROM feeds WHERE config_order IS NULL),
		(SELECT count(*) FROM items), (SELECT count(*) FROM items WHERE indexed = 0),
		(SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size), (SELECT user_version FROM pragma_user_version)`).
		Scan(&r.Feeds, &r.Unsubscribed, &r.Items, &r.Pending, &r.Free, &r.Schema)
	if err != nil {
		return r, err
	}
	r.Bytes, r.WAL = db.FileSize(s.Path()), db.FileSize(s.Path()+"-wal")
	return r, nil
}

// Repair rebuilds the indexes and the counters, and reports what is still wrong. Only
// [Salvage] can repair that. The search index is emptied; [cache.Store.IndexPending]
// fills it again.
func Repair(ctx context.Context, s *cache.Store) (CheckReport, error) {
	const op = "repair the database"
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
