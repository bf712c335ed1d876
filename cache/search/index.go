package search

import (
	"context"
	"database/sql"
	"slices"

	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/text"
)

const (
	// batchItems is how many items are read for the index at a time.
	batchItems = 200
	// batchBytes is how many bytes of text one transaction indexes. They take some
	// 70 ms of processor time, whether in five long items or in five hundred short
	// ones. So a mark never waits long for its transaction.
	batchBytes = 256 << 10
)

// AddPending indexes up to max pending items, newest first, in short transactions.
// It returns how many are left. A search finds those too, but takes longer.
func (ix *Index) AddPending(ctx context.Context, max int) (left int, err error) {
	const op = "index the new items"
	reading, stop := context.WithCancel(ctx)
	defer stop()
	for next := ix.prefetch(reading, min(max, batchItems), db.Top); max > 0; {
		batch := <-next
		if batch.err != nil {
			return 0, batch.err
		}
		if len(batch.entries) == 0 {
			break
		}
		if max -= len(batch.entries); max > 0 {
			next = ix.prefetch(reading, min(max, batchItems), batch.entries[0].pos)
		}
		if err := ix.addEntries(ctx, op, batch.entries); err != nil {
			return 0, err
		}
	}
	err = ix.readers.QueryRowContext(ctx, `SELECT count(*) FROM items INDEXED BY items_pending WHERE indexed = 0`).Scan(&left)
	return left, err
}

// textBatch is the result of reading a batch of items.
type textBatch struct {
	entries []entry
	err     error
}

// prefetch reads the newest n pending items below a position while the batch before
// is written. Reading and folding the texts is a third of the work.
func (ix *Index) prefetch(ctx context.Context, n int, below int64) <-chan textBatch {
	read := make(chan textBatch, 1)
	go func() {
		var batch textBatch
		// The receiver gets a panic as an error, like any other.
		panicked := feed.Recover("reading texts for the index", nil, func() { batch.entries, batch.err = ix.readPending(ctx, n, below) })
		if panicked != nil {
			batch.err = panicked
		}
		read <- batch
	}()
	return read
}

// addEntries writes entries into the index, the last ones first. It uses several
// transactions if the entries have much text.
func (ix *Index) addEntries(ctx context.Context, op string, entries []entry) error {
	for len(entries) > 0 {
		from := lastBatch(entries)
		left := 0
		err := ix.write(ctx, op, func(tx *sql.Tx) (err error) {
			left, err = addBatch(ctx, tx, entries[from:])
			return err
		})
		entries = entries[:from+left]
		if err == nil && left > 0 {
			err = ix.renumber(ctx, op, entries)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// lastBatch returns where the last batch of the entries begins. A batch is as much
// as one transaction indexes, at least one entry.
func lastBatch(entries []entry) int {
	from, text := len(entries)-1, entries[len(entries)-1].size()
	for from > 0 && text+entries[from-1].size() <= batchBytes {
		from--
		text += entries[from].size()
	}
	return from
}

// entry is an item as the index stores it.
type entry struct {
	// pos is the position, and source the hash of all that the publisher said.
	pos, source int64
	// fetched is when the page text in body was fetched, in microseconds; 0 if
	// there is none.
	fetched             int64
	title, author, body string
	// prefixes are the terms of the prefix index. See [prefixesOf].
	prefixes string
}

func (e entry) size() int { return len(e.title) + len(e.author) + len(e.body) }

const sqlPending = `SELECT pos FROM items INDEXED BY items_pending WHERE indexed = 0 AND pos < ? ORDER BY pos DESC LIMIT ?`

// readPending reads the newest n pending items below a position. It reads before
// the write lock is taken. The entries are oldest first, because FTS5 writes rising
// rowids together, and each falling one by itself.
func (ix *Index) readPending(ctx context.Context, n int, below int64) ([]entry, error) {
	pending, err := db.Integers(ctx, ix.readers, db.SQL(sqlPending, below, n))
	if err != nil || len(pending) == 0 {
		return nil, err
	}
	return ix.readEntries(ctx, pending)
}

// readEntries reads the items at positions, which are newest first, and reverses
// positions. The entries are oldest first.
func (ix *Index) readEntries(ctx context.Context, positions []int64) ([]entry, error) {
	slices.Reverse(positions)
	sources, err := db.Integers(ctx, ix.readers, db.SQL(`SELECT coalesce((SELECT source_hash FROM items WHERE pos = j.value), 0) FROM json_each(?) j`, db.JSONIntegers(positions)))
	if err != nil {
		return nil, err
	}
	sourceOf := map[int64]int64{}
	for i, pos := range positions {
		sourceOf[pos] = sources[i]
	}
	var entries []entry
	err = ix.texts.ReadDocuments(ctx, ix.readers, positions, func(d Document) error {
		e := entry{pos: d.Pos, source: sourceOf[d.Pos], fetched: d.Page.Fetched,
			title: text.IndexText(d.Article.Title), author: text.IndexText(d.Article.Author), body: text.IndexText(d.text())}
		e.prefixes = prefixesOf(e.title, e.author, e.body)
		entries = append(entries, e)
		return nil
	})
	return entries, err
}

// addBatch gives the entries document numbers and writes them. It starts with the
// last entry, because newer items lie closer together in time. It stops when there
// is no free number, and returns how many entries are left.
func addBatch(ctx context.Context, tx *sql.Tx, entries []entry) (left int, err error) {
	find, err := tx.PrepareContext(ctx, sqlAdjacent)
	if err != nil {
		return 0, err
	}
	defer find.Close()
	look := numberLookup(func(at int64) (*sql.Rows, error) { return find.QueryContext(ctx, at) })
	given := make([]int64, len(entries))
	for left = len(entries); left > 0; {
		g, err := findFree(ctx, tx, look, entries[:left])
		if err != nil {
			return 0, err
		}
		some, ok := g.assign()
		if !ok {
			break
		}
		copy(given[g.from:], some)
		left = g.from
	}
	// The transaction already ends with ctx. A statement that can be canceled, too,
	// costs a goroutine.
	return left, writeEntries(context.WithoutCancel(ctx), tx, entries[left:], given[left:])
}

// writeEntries writes entries under rising document numbers. It skips an entry if
// its item was edited, removed or indexed since it was read.
func writeEntries(ctx context.Context, tx *sql.Tx, entries []entry, given []int64) error {
	var prepared []*sql.Stmt
	for _, query := range []string{
		`UPDATE items SET indexed = 1, doc_number = ? WHERE pos = ? AND source_hash = ? AND doc_number IS NULL
			AND iif(has_page_text, (SELECT t.fetched FROM page_texts t WHERE t.id = items.id), 0) = ?`,
		`INSERT INTO items_index (rowid, title, author, body) VALUES (?, ?, ?, ?)`,
		`INSERT INTO items_prefixes (rowid, prefixes) VALUES (?, ?)`,
	} {
		stmt, err := tx.PrepareContext(ctx, query)
		if err != nil {
			return err
		}
		defer stmt.Close()
		prepared = append(prepared, stmt)
	}
	claim, addWords, addPrefixes := prepared[0], prepared[1], prepared[2]
	for i, e := range entries {
		result, err := claim.ExecContext(ctx, given[i], e.pos, e.source, e.fetched)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			continue
		}
		if _, err := addWords.ExecContext(ctx, given[i], e.title, e.author, e.body); err != nil {
			return err
		}
		if _, err := addPrefixes.ExecContext(ctx, given[i], e.prefixes); err != nil {
			return err
		}
	}
	return nil
}

// Remove takes items out of the index, so that they are pending. positions is a
// JSON array of their positions.
func Remove(ctx context.Context, tx *sql.Tx, positions string) error {
	for _, query := range RemoveQueries() {
		if _, err := tx.ExecContext(ctx, query, positions); err != nil {
			return err
		}
	}
	return nil
}

// RemoveQueries returns the statements of [Remove]. Their parameter ?1 is a JSON
// array of positions.
func RemoveQueries() []string {
	const numbers = ` WHERE rowid IN (SELECT i.doc_number FROM json_each(?1) j CROSS JOIN items i ON i.pos = j.value WHERE i.doc_number IS NOT NULL)`
	return []string{`DELETE FROM items_index` + numbers, `DELETE FROM items_prefixes` + numbers,
		`UPDATE items SET indexed = 0, doc_number = NULL WHERE pos IN (SELECT value FROM json_each(?1)) AND indexed = 1`}
}
