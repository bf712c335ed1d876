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
	// batchBytes is how many bytes of text are indexed in one transaction, so that
	// a mark never waits long for its turn: they take some 70 ms of work, whether
	// in five long items or in five hundred short ones.
	batchBytes = 256 << 10
)

// AddPending puts the text of up to max saved items into the full-text
// index, newest first, in short transactions, and says how many are left. A
// search finds what is left, too, only more slowly.
func (ix *Index) AddPending(ctx context.Context, max int) (left int, err error) {
	const tried = "index the new items"
	reading, stop := context.WithCancel(ctx)
	defer stop()
	for next := ix.prefetch(reading, min(max, batchItems), db.Top); max > 0; {
		chunk := <-next
		if chunk.err != nil {
			return 0, chunk.err
		}
		if len(chunk.entries) == 0 {
			break
		}
		if max -= len(chunk.entries); max > 0 {
			next = ix.prefetch(reading, min(max, batchItems), chunk.entries[0].pos)
		}
		if err := ix.addEntries(ctx, tried, chunk.entries); err != nil {
			return 0, err
		}
	}
	err = ix.readers.QueryRowContext(ctx, `SELECT count(*) FROM items INDEXED BY items_pending WHERE indexed = 0`).Scan(&left)
	return left, err
}

// textBatch is what is read for the index at a time.
type textBatch struct {
	entries []entry
	err     error
}

// prefetch reads the newest n items that wait below a position and cuts up their
// texts, while those before them are written: that is a third of the work.
func (ix *Index) prefetch(ctx context.Context, n int, below int64) <-chan textBatch {
	read := make(chan textBatch, 1)
	go func() {
		var chunk textBatch
		// For whoever waits, a panic is an error like any other.
		crash := feed.Recover("reading texts for the index", nil, func() { chunk.entries, chunk.err = ix.readPending(ctx, n, below) })
		if crash != nil {
			chunk.err = crash
		}
		read <- chunk
	}()
	return read
}

// addBatch writes entries, the last first, in several transactions if they have
// much text.
func (ix *Index) addEntries(ctx context.Context, tried string, entries []entry) error {
	for len(entries) > 0 {
		from := lastBatch(entries)
		crowded := 0
		err := ix.write(ctx, tried, func(tx *sql.Tx) (err error) {
			crowded, err = addBatch(ctx, tx, entries[from:])
			return err
		})
		entries = entries[:from+crowded]
		if err == nil && crowded > 0 {
			err = ix.renumber(ctx, tried, entries)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// lastBatch is where the last of the entries begin that are written together.
func lastBatch(entries []entry) int {
	from, text := len(entries)-1, entries[len(entries)-1].size()
	for from > 0 && text+entries[from-1].size() <= batchBytes {
		from--
		text += entries[from].size()
	}
	return from
}

// entry is an item's text as the index takes it.
type entry struct {
	pos, source int64
	// fetched is that of the full text that body has; zero for none.
	fetched             int64
	title, author, body string
	// prefixes are the prefixes of all words.
	prefixes string
}

func (e entry) size() int { return len(e.title) + len(e.author) + len(e.body) }

const sqlPending = `SELECT pos FROM items INDEXED BY items_pending WHERE indexed = 0 AND pos < ? ORDER BY pos DESC LIMIT ?`

// readPending reads the newest items that wait below a position and cuts up their
// texts, before the write lock is taken. They come out oldest first: the index writes rising
// row numbers in one go, and each falling one by itself.
func (ix *Index) readPending(ctx context.Context, n int, below int64) ([]entry, error) {
	waiting, err := db.Integers(ctx, ix.readers, db.SQL(sqlPending, below, n))
	if err != nil || len(waiting) == 0 {
		return nil, err
	}
	return ix.readEntries(ctx, waiting)
}

// readEntries cuts up the texts of the items at positions, which come newest first.
func (ix *Index) readEntries(ctx context.Context, waiting []int64) ([]entry, error) {
	slices.Reverse(waiting)
	sources, err := db.Integers(ctx, ix.readers, db.SQL(`SELECT coalesce((SELECT source_hash FROM items WHERE pos = j.value), 0) FROM json_each(?) j`, db.JSONIntegers(waiting)))
	if err != nil {
		return nil, err
	}
	sourceOf := map[int64]int64{}
	for i, pos := range waiting {
		sourceOf[pos] = sources[i]
	}
	var entries []entry
	err = ix.texts.ReadDocuments(ctx, ix.readers, waiting, func(d Document) error {
		e := entry{pos: d.Pos, source: sourceOf[d.Pos], fetched: d.Page.Fetched,
			title: text.IndexText(d.Article.Title), author: text.IndexText(d.Article.Author), body: text.IndexText(d.text())}
		e.prefixes = prefixesOf(e.title, e.author, e.body)
		entries = append(entries, e)
		return nil
	})
	return entries, err
}

// addBatch gives entries numbers and writes those whose items are still as they
// were read; one that was edited, removed, or indexed by another process since
// is left alone. It starts with the last, for newer ones lie closer together in
// time, and ends where the numbers leave no room for more: crowded entries are left.
func addBatch(ctx context.Context, tx *sql.Tx, entries []entry) (crowded int, err error) {
	find, err := tx.PrepareContext(ctx, sqlAdjacent)
	if err != nil {
		return 0, err
	}
	defer find.Close()
	look := numberLookup(func(at int64) (*sql.Rows, error) { return find.QueryContext(ctx, at) })
	given := make([]int64, len(entries))
	for crowded = len(entries); crowded > 0; {
		g, err := findFree(ctx, tx, look, entries[:crowded])
		if err != nil {
			return 0, err
		}
		some, room := g.assign()
		if !room {
			break
		}
		copy(given[g.from:], some)
		crowded = g.from
	}
	// The transaction alone watches for the end of ctx, see [itemWriter].
	return crowded, writeEntries(context.WithoutCancel(ctx), tx, entries[crowded:], given[crowded:])
}

// writeEntries puts entries under rising numbers into the index.
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
	claim, put, begin := prepared[0], prepared[1], prepared[2]
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
		if _, err := put.ExecContext(ctx, given[i], e.title, e.author, e.body); err != nil {
			return err
		}
		if _, err := begin.ExecContext(ctx, given[i], e.prefixes); err != nil {
			return err
		}
	}
	return nil
}

// Remove takes the texts of items, of whose positions it gets a list, out of the
// index.
func Remove(ctx context.Context, tx *sql.Tx, positions string) error {
	for _, query := range RemoveQueries() {
		if _, err := tx.ExecContext(ctx, query, positions); err != nil {
			return err
		}
	}
	return nil
}

// RemoveQueries are the statements that take the texts of the items, of which ?
// is a list of positions, out of the index.
func RemoveQueries() []string {
	const numbers = ` WHERE rowid IN (SELECT i.doc_number FROM json_each(?1) j CROSS JOIN items i ON i.pos = j.value WHERE i.doc_number IS NOT NULL)`
	return []string{`DELETE FROM items_index` + numbers, `DELETE FROM items_prefixes` + numbers,
		`UPDATE items SET indexed = 0, doc_number = NULL WHERE pos IN (SELECT value FROM json_each(?1)) AND indexed = 1`}
}
