package search

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/text"
)

const (
	// batchItems is how many items one transaction indexes at most.
	batchItems = 500
	// batchBytes is the text after which a transaction takes no more items. It takes
	// some 150 ms of processor time, in five long items or in five hundred short
	// ones, so that a mark never waits long for it. Smaller transactions would cost
	// more, because FTS5 writes a segment for each and merges the segments later.
	batchBytes = 1 << 20
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
	return ix.CountPending(ctx)
}

// CountPending returns how many items are not indexed yet.
func (ix *Index) CountPending(ctx context.Context) (n int, err error) {
	err = ix.readers.QueryRowContext(ctx, `SELECT count(*) FROM items INDEXED BY items_pending WHERE indexed = 0`).Scan(&n)
	return n, err
}

// textBatch is the result of reading a batch of items.
type textBatch struct {
	entries []entry
	err     error
}

// prefetch reads a batch of the newest pending items below a position, at most n,
// while the batch before is written. Reading and folding the texts is a third of
// the work.
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

// addEntries writes entries into the index, the last ones first. It takes more than
// one transaction if documents must be renumbered.
func (ix *Index) addEntries(ctx context.Context, op string, entries []entry) error {
	for left := len(entries); left > 0; entries = entries[:left] {
		err := ix.write(ctx, op, func(tx *sql.Tx) (err error) {
			left, err = addBatch(ctx, tx, entries)
			return err
		})
		if err == nil && left > 0 {
			err = ix.renumber(ctx, op, entries[:left])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// entry is an item as the index stores it.
type entry struct {
	// pos is the position, and source the hash of all that the publisher said.
	pos, source int64
	// fetched is when the page text in body was fetched, in microseconds; 0 if
	// there is none.
	fetched             int64
	body, title, author string
	// short are the terms of the prefix index: the prefixes of words, see
	// [prefixesOf], and the trigrams of the link.
	short string
}

func (e entry) size() int { return len(e.body) + len(e.title) + len(e.author) + len(e.short) }

const sqlPending = `SELECT pos FROM items INDEXED BY items_pending WHERE indexed = 0 AND pos < ? ORDER BY pos DESC LIMIT ?`

// readPending reads a batch of the newest pending items below a position, at most n.
// It reads before the write lock is taken.
func (ix *Index) readPending(ctx context.Context, n int, below int64) ([]entry, error) {
	pending, err := db.Integers(ctx, ix.readers, db.SQL(sqlPending, below, n))
	if err != nil || len(pending) == 0 {
		return nil, err
	}
	return ix.readEntries(ctx, pending, batchBytes)
}

// readEntries reads the items at positions, which are newest first, until they have
// enough text. The entries are oldest first, because FTS5 writes rising rowids
// together, and each falling one by itself.
func (ix *Index) readEntries(ctx context.Context, positions []int64, enough int) ([]entry, error) {
	var entries []entry
	err := ix.texts.ReadDocuments(ctx, ix.readers, positions, func(d Document) bool {
		e := entry{pos: d.Pos, source: d.Source, fetched: d.Page.Fetched,
			body: text.IndexText(d.text()), title: text.IndexText(d.Title), author: text.IndexText(d.Author)}
		e.short = everyDocument + " " + prefixesOf(e.title, e.author, e.body) + strings.Join(trigramsOf(d.Link), " ")
		e.title = everyDocument + " " + e.title
		entries = append(entries, e)
		enough -= e.size()
		return enough > 0
	})
	slices.Reverse(entries)
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

const (
	// sqlClaim gives an item its document number, unless it was edited, removed or
	// indexed since it was read.
	sqlClaim = `UPDATE items SET indexed = 1, doc_number = ? WHERE pos = ? AND source_hash = ? AND doc_number IS NULL
		AND iif(has_page_text, (SELECT t.fetched FROM page_texts t WHERE t.id = items.id), 0) = ?`
	sqlAddWords    = `INSERT INTO items_index (rowid, body, title, author) VALUES (?, ?, ?, ?)`
	sqlAddPrefixes = `INSERT INTO items_prefixes (rowid, prefixes) VALUES (?, ?)`
)

// writeEntries writes entries under rising document numbers, first the words of all,
// then the prefixes of all. So the postings that FTS5 gathers in memory are close
// together.
func writeEntries(ctx context.Context, tx *sql.Tx, entries []entry, given []int64) error {
	var prepared []*sql.Stmt
	for _, query := range []string{sqlClaim, sqlAddWords, sqlAddPrefixes} {
		stmt, err := tx.PrepareContext(ctx, query)
		if err != nil {
			return err
		}
		defer stmt.Close()
		prepared = append(prepared, stmt)
	}
	claim, addWords, addPrefixes := prepared[0], prepared[1], prepared[2]
	var claimed []int
	for i, e := range entries {
		result, err := claim.ExecContext(ctx, given[i], e.pos, e.source, e.fetched)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil {
			return err
		} else if n > 0 {
			claimed = append(claimed, i)
		}
	}
	for _, i := range claimed {
		if _, err := addWords.ExecContext(ctx, given[i], entries[i].body, entries[i].title, entries[i].author); err != nil {
			return err
		}
	}
	for _, i := range claimed {
		if _, err := addPrefixes.ExecContext(ctx, given[i], entries[i].short); err != nil {
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
