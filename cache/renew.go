package cache

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// textIndex is a full-text index. A cache has one, but for the time in which
// the texts move from an older kind to the present one.
type textIndex struct {
	// table is the index, words the table of its words.
	table, words string
	// at is the column of items i that has the number of a text in it.
	at string
	// starts is the index of the beginnings of two and three characters, if there
	// is one. Conditions on nothing else are asked of it.
	starts *textIndex
	// beginnings says that it has those of indexedBeginning characters by
	// themselves, in order.
	beginnings bool
	// only is a condition on the items i whose text it has.
	only string
	// below is where its items end, if not at the top.
	below *int64
}

// numbered says that its numbers are not the places of the items.
func (x textIndex) numbered() bool { return x.at != "i.pos" }

// indexedBeginning is the length, in characters, of the beginnings of words
// that an index of the older kind has by themselves.
const indexedBeginning = 3

// sqlWords jumps from each word to the next: reading them in a row would read
// every place where they stand.
func (x textIndex) sqlWords() string {
	return `WITH RECURSIVE words(word) AS (
		SELECT (SELECT term FROM ` + x.words + ` WHERE term >= ?1 AND term <= ?2 LIMIT 1)
		UNION ALL SELECT (SELECT term FROM ` + x.words + ` WHERE term >= words.word || char(1) AND term <= ?2 LIMIT 1) FROM words WHERE words.word IS NOT NULL
		LIMIT ?3)
	SELECT word FROM words WHERE word IS NOT NULL`
}

// sqlBeginnings is like sqlWords, and skips all words but one of those that
// begin with the same characters, as many as are indexed.
func (x textIndex) sqlBeginnings() string {
	return `WITH RECURSIVE words(word) AS (
		SELECT (SELECT term FROM ` + x.words + ` WHERE term >= ?1 AND term <= ?2 LIMIT 1)
		UNION ALL SELECT (SELECT term FROM ` + x.words + ` WHERE term >= iif(length(words.word) < ?4, words.word || char(1), substr(words.word, 1, ?4) || char(1114111))
			AND term <= ?2 LIMIT 1) FROM words WHERE words.word IS NOT NULL
		LIMIT ?3)
	SELECT substr(word, 1, ?4) FROM words WHERE word IS NOT NULL`
}

// completions are what the beginning of a word is looked up as in FTS5: quoted
// words and beginnings, not more than mostWords; all says that there are not
// more words.
func (c *compiler) completions(x textIndex, beginning string) (ends []string, all bool, err error) {
	key := x.words + " " + beginning
	done, known := c.completed[key]
	if !known {
		if done.ends, done.all, err = c.complete(x, beginning); err != nil {
			return nil, false, err
		}
		if c.completed == nil {
			c.completed = map[string]completed{}
		}
		c.completed[key] = done
	}
	return done.ends, done.all, nil
}

// completed is what a beginning was completed to: of a common word, that takes
// longer than the page that is searched for.
type completed struct {
	ends []string
	all  bool
}

func (c *compiler) complete(x textIndex, beginning string) (ends []string, all bool, err error) {
	n := utf8.RuneCountInString(beginning)
	if x.beginnings && n == indexedBeginning {
		return []string{quote(beginning) + " *"}, false, nil
	}
	query, args := x.sqlWords(), []any{beginning, beginning + string(unicode.MaxRune), mostWords + 1}
	shorter := x.beginnings && n < indexedBeginning
	if shorter {
		query, args = x.sqlBeginnings(), append(args, indexedBeginning)
	}
	found, err := texts(c.ctx, c.q, query, args...)
	if len(found) > mostWords {
		return []string{quote(beginning) + " *"}, false, err
	}
	for i, word := range found {
		found[i] = quote(word)
		if shorter && utf8.RuneCountInString(word) == indexedBeginning {
			found[i] += " *"
		}
	}
	return found, true, err
}

// quote makes words a phrase of FTS5.
func quote(words string) string { return `"` + strings.ReplaceAll(words, `"`, `""`) + `"` }

// chooseIndexes finds where the texts are.
func (c *compiler) chooseIndexes() error {
	if !mentions(c.view.Query.Root, ofText) {
		return nil
	}
	// Without a number FTS5 would look at all rows.
	const has = " AND i.text IS NOT NULL"
	present := textIndex{table: "items_index", words: "items_vocabulary", at: "i.text", only: has,
		starts: &textIndex{table: "items_starts", at: "i.text", only: has}}
	below, err := renewedTo(c.ctx, c.q)
	if err == nil && below > bottom {
		// It is asked first: a text that moves meanwhile is found twice, not never.
		c.indexes = append(c.indexes, textIndex{table: "items_text", words: "items_terms", at: "i.pos", beginnings: true,
			only: " AND i.indexed = 1 AND i.text IS NULL", below: &below})
	}
	c.indexes = append(c.indexes, present)
	return err
}

// renewedTo is the place from which on up no item is in the old index; bottom
// when none is in it any more.
func renewedTo(ctx context.Context, q querier) (below int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT below FROM renewal`).Scan(&below)
	if errors.Is(err, sql.ErrNoRows) {
		return bottom, nil
	}
	return below, err
}

const (
	// mostRenewed is how many items Maintain takes over at a time, so that nobody
	// who waits for it waits for all of a large cache.
	mostRenewed = 20_000

	sqlUnrenewed = `SELECT pos FROM items i NOT INDEXED WHERE pos < ? AND indexed = 1 AND text IS NULL ORDER BY pos DESC LIMIT ?`
)

// renewIndex takes the texts of up to most items over from the old index into
// the present one, newest first, in short transactions that any process may go on after; then the old
// one is removed. A search asks both meanwhile.
func (s *Store) renewIndex(ctx context.Context, most int) error {
	below, err := renewedTo(ctx, s.readers)
	if err != nil {
		return err
	}
	if below == bottom {
		return s.dropOldIndex(ctx)
	}
	for done := 0; done < most && below > bottom; done += indexSlice {
		waiting, err := integers(ctx, s.readers, sqlf(sqlUnrenewed, below, min(most-done, indexSlice)))
		if err != nil {
			return err
		}
		below = bottom
		var entries []entry
		if len(waiting) > 0 {
			below = waiting[len(waiting)-1]
			if entries, err = s.entries(ctx, waiting); err != nil {
				return err
			}
		}
		const tried = "renew the index"
		if err := s.index(ctx, tried, entries); err != nil {
			return err
		}
		err = s.write(ctx, tried, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE renewal SET below = min(below, ?)`, below)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

const (
	// dropSlice is how many blocks of the old index are removed at a time: to drop
	// a large table at once would keep others from writing for seconds.
	dropSlice = 500

	// The first blocks, up to the one numbered 10, are what FTS5 reads when it
	// opens a table.
	sqlDropBlocks = `DELETE FROM items_text_data WHERE id IN (SELECT id FROM items_text_data WHERE id > 10 LIMIT ?)`
)

// dropOldIndex removes the index that no search asks any more, in slices.
func (s *Store) dropOldIndex(ctx context.Context) error {
	var there bool
	err := s.readers.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM renewal)`).Scan(&there)
	for left := int64(1); err == nil && there && left > 0; {
		err = s.write(ctx, "remove the old index", func(tx *sql.Tx) error {
			var exists bool
			if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM renewal)`).Scan(&exists); err != nil || !exists {
				left = 0
				return err
			}
			result, err := tx.ExecContext(ctx, sqlDropBlocks, dropSlice)
			if err != nil {
				return err
			}
			if left, err = result.RowsAffected(); err != nil || left > 0 {
				return err
			}
			_, err = tx.ExecContext(ctx, `DROP TABLE items_terms; DROP TABLE items_text; DELETE FROM renewal`)
			return err
		})
	}
	return err
}
