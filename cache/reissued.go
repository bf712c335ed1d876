package cache

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/markup"
)

// fewestNew is the number of unknown items from which a document may be an archive
// with new identities. At least half of its items must be unknown, too.
const fewestNew = 3

// baseCandidates is the number of newest items of a feed with which an archive is
// compared, in addition to four times its own length.
const baseCandidates = 500

// candidate is a stored item that the document does not list.
type candidate struct {
	known
	feed.Item
}

// findReissued finds stored items that the publisher gave a new identity: items that
// the document lists as unknown ones, and does not list under the old identity. The
// result is the stored item by the index in b.items.
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
		old, err = w.sameDateOrTitle(t, fresh, b.identities, baseCandidates+4*len(b.items))
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

// sameDateOrTitle returns those of the n newest items not listed in the document that have the
// date or the title of an unknown item. No other item can be the same.
func (w *itemWriter) sameDateOrTitle(t *target, fresh []feed.Article, identities string, n int) ([]candidate, error) {
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

// atSameInstant returns the items not listed in the document that have the date and
// the title of an unknown item. If the unknown item has no date, they have its link.
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

	// The index items_feed has no hidden items.
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

// releaseGUID gives an item an identity that no document can have, because another
// item now has its GUID.
func (w *itemWriter) releaseGUID(old feed.Article) error {
	key := fmt.Sprintf("%s #%d", old.Key, old.ID)
	w.exec(`UPDATE details SET key = ? WHERE id = ?`, key, old.ID)
	return w.exec(`UPDATE items SET identity = ? WHERE id = ?`, hash("retired", key), old.ID)
}

// hasItems reports whether a feed has items.
func (w *itemWriter) hasItems(feedID int64) (filled bool, err error) {
	err = w.row(`SELECT EXISTS (SELECT 1 FROM items INDEXED BY items_identity WHERE feed = ?)`, []any{feedID}, &filled)
	return filled, err
}
