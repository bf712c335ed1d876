package rescue

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"dateline/cache"
	"dateline/cache/db"
)

// tableCopier copies the rows of a table that can be read from the old file to the new
// one.
type tableCopier struct {
	ctx   context.Context
	old   *sql.DB
	fresh *cache.Store
	table savedTable
	// gaps reports whether some rows could not be read.
	gaps bool
	// blanked are the rowids of rows with a value that could not be read and is empty
	// in the new file.
	blanked []int64

	// oldTable is the table's name in the old file.
	oldTable string
	columns  []column
	// key is the rowid of the last row that was read.
	key int64
	// known are the sorted rowids that another table or an index has; empty if
	// unknown.
	known []int64
	// waiting are rows that are not written yet. failed is the first error of writing, or of
	// the disk.
	waiting [][]any
	failed  error
}

// column is a column of both the new and the old table. old is its name in the old
// one.
type column struct{ name, old, kind string }

// value returns the placeholder of a value. The driver reads an empty BLOB as nil, and no
// column of BLOBs may be NULL.
func (c column) value() string {
	if c.kind == "BLOB" {
		return "coalesce(?, x'')"
	}
	return "?"
}

const (
	// salvageBatch is the number of rows that one transaction writes.
	salvageBatch = 5_000
	// maxGaps is the number of gaps after which the copier gives up.
	maxGaps = 10_000
)

// run copies the table.
func (c *tableCopier) run() error {
	if err := c.match(); err != nil || len(c.columns) == 0 {
		return err
	}
	if !c.table.keyed {
		for _, order := range []string{"ASC", "DESC"} {
			if c.read(c.queryByKey(order)) == nil {
				break
			}
			c.gaps = true
		}
		return c.flush()
	}
	if c.table.keys != "" {
		c.loadRowIDs()
	}
	query := `SELECT rowid, ` + c.oldNames() + ` FROM ` + c.oldTable + ` NOT INDEXED WHERE rowid >= ? ORDER BY rowid`
	c.key = db.Bottom
	from, gaps := c.key, 0
	for c.read(query, from) != nil && c.failed == nil && c.ctx.Err() == nil && gaps < maxGaps {
		gaps++
		c.gaps = true
		from = c.nextReadable(c.key)
		c.key = max(c.key, from-1)
	}
	if err := c.ctx.Err(); err != nil {
		return err
	}
	if c.table.name == "feeds" && gaps > 0 {
		c.nameFeeds()
	}
	return c.flush()
}

// nameFeeds adds the feeds whose addresses are only in the index of the table feeds.
func (c *tableCopier) nameFeeds() {
	saved := c.columns
	defer func() { c.columns = saved }()
	if c.flush() != nil {
		return
	}
	c.columns = []column{{"id", "id", "INTEGER"}, {"url", "url", "TEXT"}}
	_ = c.read(`SELECT id, id, url FROM feeds INDEXED BY sqlite_autoindex_feeds_1 ORDER BY url`)
	_ = c.flush()
}

// match sets the columns to copy. If the old file does not have the table, there are
// none.
func (c *tableCopier) match() error {
	fresh, err := columnsOf(c.ctx, c.fresh.Internals().Writer(), c.table.name)
	if err != nil {
		return err
	}
	for _, name := range []string{c.table.name, c.table.was} {
		old, err := columnsOf(c.ctx, c.old, name)
		if c.notDisk(err) != nil || len(old) == 0 {
			if c.failed != nil {
				return c.failed
			}
			continue // the table cannot be read, or has another name
		}
		c.oldTable = name
		known := map[string]bool{}
		for _, o := range old {
			known[o.name] = true
		}
		for _, f := range fresh {
			switch before := c.table.renamed[f.name]; {
			case slices.Contains(c.table.not, f.name):
			case known[f.name]:
				c.columns = append(c.columns, column{f.name, f.name, f.kind})
			case known[before]:
				c.columns = append(c.columns, column{f.name, before, f.kind})
			}
		}
		break
	}
	return nil
}

func columnsOf(ctx context.Context, of *sql.DB, table string) ([]column, error) {
	rows, err := of.QueryContext(ctx, `SELECT name, type FROM pragma_table_info(?)`, table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []column
	for rows.Next() {
		var c column
		if err := rows.Scan(&c.name, &c.kind); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

func (c *tableCopier) names() string {
	return c.list(func(col column) string { return col.name })
}

func (c *tableCopier) oldNames() string {
	return c.list(func(col column) string { return col.old })
}

func (c *tableCopier) list(of func(column) string) string {
	names := make([]string, len(c.columns))
	for i, col := range c.columns {
		names[i] = of(col)
	}
	return strings.Join(names, ", ")
}

// queryByKey returns the query that reads a table without rowids by its key.
func (c *tableCopier) queryByKey(order string) string {
	key := strings.Join([]string{c.columns[0].old, c.columns[1].old}, " "+order+", ")
	return `SELECT 0, ` + c.oldNames() + ` FROM ` + c.oldTable + ` NOT INDEXED ORDER BY ` + key + ` ` + order
}

// read copies the rows of a query to the new file until it reaches a row that cannot
// be read.
func (c *tableCopier) read(query string, args ...any) error {
	return c.notDisk(c.readRows(query, args...))
}

// notDisk returns err. If it says that reading failed, and not that the old file is damaged,
// the copier gives up: what is not read now is there to be read the next time.
func (c *tableCopier) notDisk(err error) error {
	c.failed = cmp.Or(c.failed, diskError(c.ctx, err))
	return err
}

// diskError returns err if it comes from the disk and not from a damaged file; otherwise nil.
func diskError(ctx context.Context, err error) error {
	known := cache.WrapError(ctx, "", err)
	for _, e := range []error{cache.ErrIO, cache.ErrFull, cache.ErrOpen, cache.ErrLocked} {
		if errors.Is(known, e) {
			return err
		}
	}
	return nil
}

func (c *tableCopier) readRows(query string, args ...any) error {
	rows, err := c.old.QueryContext(c.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		row := make([]any, len(c.columns))
		into := make([]any, 0, len(row)+1)
		var key int64
		into = append(into, &key)
		for i := range row {
			into = append(into, &row[i])
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		c.key = key
		if !c.hasColumnTypes(row) {
			continue
		}
		if c.blankUnreadable(row) {
			c.blanked = append(c.blanked, key)
		}
		if c.waiting = append(c.waiting, row); len(c.waiting) == salvageBatch {
			if err := c.flush(); err != nil {
				return err
			}
		}
	}
	return rows.Err()
}

// hasColumnTypes reports whether every value has the type of its column.
func (c *tableCopier) hasColumnTypes(row []any) bool {
	for i, v := range row {
		ok := true
		switch v := v.(type) {
		case int64:
			ok = c.columns[i].kind == "INTEGER"
		case string:
			ok = c.columns[i].kind == "TEXT" && utf8.ValidString(v)
		case []byte:
			ok = c.columns[i].kind == "BLOB"
		case nil:
		default:
			ok = false
		}
		if !ok {
			return false
		}
	}
	return true
}

// flush writes the rows that are not written yet. A row that violates a constraint,
// such as a second item with the same ID, is skipped.
func (c *tableCopier) flush() error {
	rows := c.waiting
	c.waiting = nil
	if len(rows) == 0 || c.failed != nil {
		return c.failed
	}
	query := `INSERT OR IGNORE INTO ` + c.table.name + ` (` + c.names() + `) VALUES (` + c.list(column.value) + `)`
	c.failed = c.fresh.Internals().Write(c.ctx, "copy "+c.table.name, func(tx *sql.Tx) error {
		put, err := tx.PrepareContext(c.ctx, query)
		if err != nil {
			return err
		}
		defer put.Close()
		for _, row := range rows {
			if _, err := put.ExecContext(c.ctx, row...); err != nil {
				return fmt.Errorf("%s: %w", c.table.name, err)
			}
		}
		return nil
	})
	return c.failed
}

// loadRowIDs reads the rowids from elsewhere: those of items from an index of the old
// file, others from the items that have been copied.
func (c *tableCopier) loadRowIDs() {
	from := c.fresh.Internals().Writer()
	if c.table.name == "items" {
		from = c.old
	}
	for _, order := range []string{"ASC", "DESC"} {
		list, err := db.Integers(c.ctx, from, db.SQL(c.table.keys+order))
		c.known = append(c.known, list...)
		if c.notDisk(err) == nil {
			break
		}
	}
	slices.Sort(c.known)
}

// nextReadable returns the first rowid after key from which rows can be read again. If
// the rowids are not known, it tries steps that double, and then bisects the last
// step.
func (c *tableCopier) nextReadable(key int64) int64 {
	if len(c.known) > 0 {
		from, _ := slices.BinarySearch(c.known, key+1)
		for _, k := range c.known[from:] {
			if c.failed != nil || c.readable(k) {
				return k
			}
		}
		return db.Top
	}
	bad, good := key, int64(db.Top)
	for shift := range 63 {
		step := int64(1) << shift
		if key > db.Top-step {
			break
		}
		if c.readable(key + step) {
			good = key + step
			break
		}
		bad = key + step
	}
	for good-1 > bad {
		middle := bad + int64((uint64(good)-uint64(bad))/2)
		if c.readable(middle) {
			good = middle
		} else {
			bad = middle
		}
	}
	return good
}

// readable reports whether the first row with this rowid or a larger one can be read.
func (c *tableCopier) readable(from int64) bool {
	rows, err := c.old.QueryContext(c.ctx, `SELECT * FROM `+c.oldTable+` NOT INDEXED WHERE rowid >= ? ORDER BY rowid LIMIT 1`, from)
	if c.notDisk(err) != nil {
		return false
	}
	defer rows.Close()
	for rows.Next() {
	}
	return c.notDisk(rows.Err()) == nil
}
