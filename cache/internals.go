package cache

import (
	"context"
	"database/sql"
	"time"

	"dateline/cache/search"
)

// Internals is the part of a [Store] that package rescue and the tests below this
// directory need besides the exported methods. All other packages use the methods of
// Store.
type Internals struct{ s *Store }

// Internals returns access to the file behind the store.
func (s *Store) Internals() Internals { return Internals{s} }

// Readers returns the connections for reading.
func (i Internals) Readers() *sql.DB { return i.s.readers }

// Writer returns the only connection for writing. Use it for statements that cannot
// run in a transaction, and [Internals.Write] for all others.
func (i Internals) Writer() *sql.DB { return i.s.writer }

// Write runs f in one transaction of the writer. op names the operation in errors.
func (i Internals) Write(ctx context.Context, op string, f func(tx *sql.Tx) error) error {
	return i.s.write(ctx, op, f)
}

// Now returns the time by the store's clock.
func (i Internals) Now() time.Time { return i.s.now() }

// Index returns the index that answers the queries of views.
func (i Internals) Index() *search.Index { return i.s.index }

// RepairCounts counts the items of each feed again and returns the URLs of the feeds
// whose counts were wrong.
func (i Internals) RepairCounts(ctx context.Context) (wrong []string, err error) {
	return i.s.repairCounts(ctx)
}

// ApplyPendingMarks applies the pending marks of all items that are in the database,
// and returns how many marks are still pending.
func (i Internals) ApplyPendingMarks(ctx context.Context) (left int, err error) {
	return i.s.applyPendingMarks(ctx)
}

// Decompresses reports whether a stored body can be read.
func (i Internals) Decompresses(body []byte) bool {
	_, err := i.s.decompress(body)
	return err == nil
}
