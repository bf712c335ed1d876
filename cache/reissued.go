package cache

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/markup"
)

// Where at least fewestNew of a document's items are unknown, and no more than
// as many are known, it may be an archive under new identities.
const fewestNew = 3

// candidates is how many of a feed's newest items an archive is compared with,
// beside four times as many as it has itself.
const candidates = 500

// candidate is a known item that a document does not list.
type candidate struct {
	known
	feed.Item
}

// findReissued finds, for the items of an answer that are not known, those that were
// the same under another identity and that the document does not list any more.
// Keys are indexes into b.items.
func (w *itemWriter) findReissued(t *target, b batch, have map[int64]known, removed map[int64]bool) (map[int]known, error) {
	var fresh []feed.Article
	var index []int
	seen := map[int64]bool{}
	for i, in := range b.items {
		_, isKnown := have[in.identity]
		if isKnown || removed[in.identity] || seen[in.identity] {
			continue
		}
		seen[in.identity] = true
		fresh, index = append(fresh, in.Article), append(index, i)
	}
	if len(fresh) == 0 {
		return nil, nil
	}
	var old []candidate
	var err error
	if len(fresh) >= fewestNew && 2*len(fresh) >= len(b.items) {
		old, err = w.alike(t, fresh, b.identities, candidates+4*len(b.items))
	} else {
		old, err = w.atSameInstant(t, fresh, b.identities)
	}
	if err != nil || len(old) == 0 {
		return nil, err
	}
	items := make([]feed.Item, len(old))
	for i, o := range old {
		items[i] = o.Item
	}
	pairs := feed.Reissued(fresh, items, func(i int) markup.Body {
		a, err := w.articleIn(w.ctx, w.tx, old[i].known.id)
		if w.err == nil {
			w.err = err
		}
		return a.Body
	})
	found := map[int]known{}
	for i, with := range pairs {
		found[index[i]] = old[with].known
	}
	return found, w.err
}

// alike are those of the newest unlisted items that have the date or the title
// of a fresh one: no other can be one of them.
func (w *itemWriter) alike(t *target, fresh []feed.Article, identities string, n int) ([]candidate, error) {
	var titles []string
	var seconds []int64
	for _, a := range fresh {
		titles = append(titles, a.Title)
		if !a.Published.IsZero() {
			seconds = append(seconds, db.FirstPosition(a.Published)>>db.IDBits)
		}
	}
	list, err := json.Marshal(titles)
	if err != nil {
		return nil, err
	}
	return w.candidates(sqlUnlisted, t.id, identities, n, db.IDBits, db.JSONIntegers(seconds), string(list))
}

// atSameInstant are the unlisted items that have the date and title of one of
// the fresh ones or, where that has no date, its address.
func (w *itemWriter) atSameInstant(t *target, fresh []feed.Article, identities string) ([]candidate, error) {
	var all []candidate
	got := map[int64]bool{}
	for _, a := range fresh {
		from := db.FirstPosition(a.Published)
		query, args := sqlSameInstant, []any{t.id, identities, from, from | (1<<db.IDBits - 1), a.Title}
		if a.Published.IsZero() {
			query, args = sqlSameLink, []any{t.id, identities, keysOfStory(a).link}
		}
		some, err := w.candidates(query, args...)
		if err != nil {
			return nil, err
		}
		for _, c := range some {
			if !got[c.known.id] {
				got[c.known.id] = true
				all = append(all, c)
			}
		}
	}
	return all, nil
}

const candidateColumns = `SELECT i.id, i.pos, i.source_hash, i.indexed, d.link, d.title, d.published, d.enclosures FROM `

const (
	sqlSameInstant = candidateColumns + `items i CROSS JOIN details d ON d.id = i.id
		WHERE i.feed = ?1 AND i.identity NOT IN (SELECT value FROM json_each(?2)) AND i.pos BETWEEN ?3 AND ?4 AND d.title = ?5`

	sqlSameLink = candidateColumns + `items i INDEXED BY items_link_hash JOIN details d ON d.id = i.id
		WHERE i.feed = ?1 AND i.identity NOT IN (SELECT value FROM json_each(?2)) AND i.link_hash = ?3`

	// The index by feed does not have the hidden items.
	sqlUnlisted = candidateColumns + `(SELECT * FROM (SELECT pos FROM items INDEXED BY items_feed WHERE feed = ?1 AND hidden = 0 ORDER BY pos DESC LIMIT ?3)
			UNION ALL SELECT * FROM (SELECT pos FROM items INDEXED BY items_hidden WHERE hidden = 1 AND feed = ?1 ORDER BY pos DESC LIMIT ?3)) n
		CROSS JOIN items i ON i.pos = n.pos JOIN details d ON d.id = i.id
		WHERE i.identity NOT IN (SELECT value FROM json_each(?2))
		AND (i.pos >> ?4 IN (SELECT value FROM json_each(?5)) OR d.title IN (SELECT value FROM json_each(?6)))`
)

func (w *itemWriter) candidates(query string, args ...any) ([]candidate, error) {
	var list []candidate
	err := w.each(query, args, func(rows *sql.Rows) error {
		var c candidate
		var published sql.NullInt64
		var enclosures string
		if err := rows.Scan(&c.known.id, &c.pos, &c.source, &c.indexed, &c.Link, &c.Title, &published, &enclosures); err != nil {
			return err
		}
		c.Published = db.FromMicros(published)
		list = append(list, c)
		return db.FromJSON(enclosures, &list[len(list)-1].Enclosures)
	})
	return list, err
}

// releaseGUID gives an item whose GUID another one took over an identity that no
// document can have.
func (w *itemWriter) releaseGUID(old feed.Article) error {
	key := fmt.Sprintf("%s #%d", old.Key, old.ID)
	w.exec(`UPDATE details SET key = ? WHERE id = ?`, key, old.ID)
	return w.exec(`UPDATE items SET identity = ? WHERE id = ?`, hash("retired", key), old.ID)
}

// isFilled reports whether a feed has items.
func (w *itemWriter) isFilled(feedID int64) (filled bool, err error) {
	err = w.row(`SELECT EXISTS (SELECT 1 FROM items INDEXED BY items_identity WHERE feed = ?)`, []any{feedID}, &filled)
	return filled, err
}
