package cache

import (
	"context"
	"database/sql"
	"slices"

	"dateline/feed"
)

const (
	// indexSlice is how many items are read for the index at a time.
	indexSlice = 200
	// indexText is how many bytes of text are indexed in one transaction, so that
	// a mark never waits long for its turn: they take some 70 ms of work, whether
	// in five long items or in five hundred short ones.
	indexText = 256 << 10
)

// IndexPending puts the text of up to max saved items into the full-text
// index, newest first, in short transactions, and says how many are left. A
// search finds what is left, too, only more slowly.
func (s *Store) IndexPending(ctx context.Context, max int) (left int, err error) {
	const tried = "index the new items"
	for max > 0 {
		entries, err := s.unindexed(ctx, min(max, indexSlice))
		if err != nil {
			return 0, border(ctx, tried, err)
		}
		if len(entries) == 0 {
			break
		}
		if err := s.index(ctx, tried, entries); err != nil {
			return 0, err
		}
		max -= len(entries)
	}
	err = s.readers.QueryRowContext(ctx, `SELECT count(*) FROM items INDEXED BY items_pending WHERE indexed = 0`).Scan(&left)
	return left, border(ctx, tried, err)
}

// index writes entries, the last first, in several transactions if they have
// much text.
func (s *Store) index(ctx context.Context, tried string, entries []entry) error {
	for len(entries) > 0 {
		from := lastSlice(entries)
		if err := s.write(ctx, tried, func(tx *sql.Tx) error { return index(ctx, tx, entries[from:]) }); err != nil {
			return err
		}
		entries = entries[:from]
	}
	return nil
}

// lastSlice is where the last of the entries begin that are written together.
func lastSlice(entries []entry) int {
	from, text := len(entries)-1, entries[len(entries)-1].size()
	for from > 0 && text+entries[from-1].size() <= indexText {
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
}

func (e entry) size() int { return len(e.title) + len(e.author) + len(e.body) }

const sqlUnindexed = `SELECT pos FROM items INDEXED BY items_pending WHERE indexed = 0 ORDER BY pos DESC LIMIT ?`

// unindexed reads the newest items that wait and cuts up their texts, before
// the write lock is taken. They come out oldest first: the index writes rising
// row numbers in one go, and each falling one by itself.
func (s *Store) unindexed(ctx context.Context, n int) ([]entry, error) {
	waiting, err := integers(ctx, s.readers, sqlf(sqlUnindexed, n))
	if err != nil || len(waiting) == 0 {
		return nil, err
	}
	return s.entries(ctx, waiting)
}

// entries cuts up the texts of the items at places, which come newest first.
func (s *Store) entries(ctx context.Context, waiting []int64) ([]entry, error) {
	slices.Reverse(waiting)
	sources, err := integers(ctx, s.readers, sqlf(`SELECT coalesce((SELECT source FROM items WHERE pos = j.value), 0) FROM json_each(?) j`, jsonIntegers(waiting)))
	if err != nil {
		return nil, err
	}
	sourceOf := map[int64]int64{}
	for i, pos := range waiting {
		sourceOf[pos] = sources[i]
	}
	pages, err := s.pageTexts(ctx, s.readers, waiting)
	if err != nil {
		return nil, err
	}
	var entries []entry
	err = s.scanArticles(ctx, s.readers, func(pos int64, a feed.Article) error {
		page := pages[pos]
		entries = append(entries, entry{pos, sourceOf[pos], page.fetched,
			feed.IndexText(a.Title), feed.IndexText(a.Author), feed.IndexText(page.searchable(a.Body))})
		return nil
	}, sqlArticles, jsonIntegers(waiting))
	return entries, err
}

// index writes entries whose items are still as they were read; one that was
// edited, removed, or indexed by another process since is left alone.
func index(ctx context.Context, tx *sql.Tx, entries []entry) error {
	claim, err := tx.PrepareContext(ctx, `UPDATE items SET indexed = 1, renewed = 1 WHERE pos = ? AND source = ? AND (indexed = 0 OR renewed = 0)
		AND iif(fulltext, (SELECT t.fetched FROM fulltexts t WHERE t.id = items.id), 0) = ?`)
	if err != nil {
		return err
	}
	defer claim.Close()
	put, err := tx.PrepareContext(ctx, `INSERT INTO items_text (rowid, title, author, body) VALUES (?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer put.Close()
	for _, e := range entries {
		result, err := claim.ExecContext(ctx, e.pos, e.source, e.fetched)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			if err != nil {
				return err
			}
			continue
		}
		if _, err := put.ExecContext(ctx, e.pos, e.title, e.author, e.body); err != nil {
			return err
		}
	}
	return nil
}
