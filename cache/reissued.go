package cache

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

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
	identity int64
	feed.Item
}

// otherKeys are the identities that unknown items of a document have by other keys.
type otherKeys struct {
	// narrow has the indexes of the items that agree with an identity in more than their own
	// key.
	narrow map[int64][]int
	// wide has the identities that several items of the document may have.
	wide map[int64]bool
	all  []int64
}

// add adds the identities of an item.
func (o *otherKeys) add(h *hasher, index int, in *incoming) {
	narrow, wide := in.StoredKeys()
	for _, key := range narrow {
		identity := h.hash(key)
		o.narrow[identity] = append(o.narrow[identity], index)
		o.all = append(o.all, identity)
	}
	for _, key := range wide {
		identity := h.hash(key)
		o.wide[identity] = true
		o.all = append(o.all, identity)
	}
}

// otherKeysOf returns the other identities of the items that are not known and not removed.
func (b *batch) otherKeysOf(have map[int64]known, removed map[int64]bool) otherKeys {
	o := otherKeys{narrow: map[int64][]int{}, wide: map[int64]bool{}}
	var h hasher
	for i := range b.items {
		identity := b.items[i].identity
		if _, isKnown := have[identity]; !isKnown && !removed[identity] {
			o.add(&h, i, &b.items[i])
		}
	}
	return o
}

// findStored finds the unknown items of a document that are stored under another key. An
// item that agrees with the stored one in more than its own key takes its identity, and is in
// have afterwards. The others are returned: candidates for [feed.Reissued].
func (w *itemWriter) findStored(t *target, b *batch, other otherKeys, have map[int64]known) (wide []candidate, err error) {
	if len(other.all) == 0 {
		return nil, nil
	}
	found, err := w.candidates(sqlStored, t.id, db.JSONIntegers(other.all))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	for _, c := range found {
		if _, isListed := have[c.identity]; isListed {
			continue
		}
		owners := other.narrow[c.identity]
		switch {
		case len(owners) == 1 && w.takeStored(&b.items[owners[0]], c, have):
		case other.wide[c.identity] || len(owners) > 0:
			wide = append(wide, c)
		}
	}
	b.listIdentities()
	return wide, w.err
}

// takeStored makes a stored item the item of a document, unless the document's item was found
// before. The stored key stays, because it shows that the GUID or link is shared. Only session
// numbers and tracking parameters go.
func (w *itemWriter) takeStored(in *incoming, c candidate, have map[int64]known) bool {
	if _, isKnown := have[in.identity]; isKnown {
		return false
	}
	if c.Key == in.PlainKey() {
		w.changeKey(c.known.id, in.Key, in.identity)
	} else {
		in.Key, in.identity = c.Key, c.identity
	}
	have[in.identity] = c.known
	return true
}

// changeKey gives an item another key and identity.
func (w *itemWriter) changeKey(id int64, key string, identity int64) {
	w.exec(`UPDATE details SET key = ? WHERE id = ?`, key, id)
	w.exec(`UPDATE items SET identity = ? WHERE id = ?`, identity, id)
}

// findReissued finds stored items that have another identity in the document: items that
// the document lists as unknown ones, and does not list under the old identity. The
// result is the stored item by the index in b.items. Items that keep the stored identity are
// in have afterwards.
func (w *itemWriter) findReissued(t *target, b *batch, have map[int64]known, removed map[int64]bool) (map[int]candidate, error) {
	wide, err := w.findStored(t, b, b.otherKeysOf(have, removed), have)
	if err != nil {
		return nil, err
	}
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
	old, err := w.unlisted(t, fresh, *b)
	if err != nil || len(old)+len(wide) == 0 {
		return nil, err
	}
	old = append(old, wide...)
	slices.SortFunc(old, func(a, b candidate) int { return cmp.Compare(a.known.id, b.known.id) })
	old = slices.CompactFunc(old, func(a, b candidate) bool { return a.known.id == b.known.id })
	items := make([]feed.Item, len(old))
	for i, o := range old {
		items[i] = o.Item
	}
	pairs := feed.Reissued(b.Document.Items, fresh, items, func(i int) markup.Body {
		a, err := w.articleIn(w.ctx, w.tx, old[i].known.id)
		if w.err == nil {
			w.err = err
		}
		return a.Body
	})
	found := map[int]candidate{}
	for i, with := range pairs {
		found[index[i]] = old[with]
	}
	return found, w.err
}

// unlisted returns the stored items that the document does not list and that may be one of
// the unknown items. Of a document with many unknown items, and if a GUID or link has a
// session number, they are found by date or title among the newest items.
func (w *itemWriter) unlisted(t *target, fresh []feed.Article, b batch) (all []candidate, err error) {
	isArchive := len(fresh) >= fewestNew && 2*len(fresh) >= len(b.items)
	if isArchive || slices.ContainsFunc(fresh, func(a feed.Article) bool {
		return a.GUID != feed.WithoutSession(a.GUID) || a.Link != feed.WithoutSession(a.Link)
	}) {
		all, err = w.sameDateOrTitle(t, fresh, b.identities, baseCandidates+4*len(b.items))
	} else {
		all, err = w.atSameInstant(t, fresh, b.identities)
	}
	for _, a := range fresh {
		if err == nil && (a.HasRevision() || a.Published.IsZero() && !isArchive) {
			var some []candidate
			some, err = w.candidates(sqlSameLink, t.id, b.identities, keysOfStory(a).link, baseCandidates)
			all = append(all, some...)
		}
	}
	return all, err
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
// the title of an unknown item. Of an item that shares its GUID or link with others they may
// have the link instead of the title.
func (w *itemWriter) atSameInstant(t *target, fresh []feed.Article, identities string) ([]candidate, error) {
	var all []candidate
	for _, a := range fresh {
		if a.Published.IsZero() {
			continue
		}
		var link sql.NullInt64
		if _, wide := a.StoredKeys(); len(wide) > 0 {
			link = keysOfStory(a).link
		}
		from := db.FirstPosition(a.Published)
		some, err := w.candidates(sqlSameInstant, t.id, identities, from, from|(1<<db.IDBits-1), a.Title, link)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

const candidateColumns = `SELECT i.id, i.pos, i.source_hash, i.indexed, i.identity, d.key, d.guid, d.link, d.title, d.published, d.enclosures FROM `

const (
	sqlSameInstant = candidateColumns + `items i CROSS JOIN details d ON d.id = i.id
		WHERE i.feed = ?1 AND i.identity NOT IN (SELECT value FROM json_each(?2)) AND i.pos BETWEEN ?3 AND ?4 AND (d.title = ?5 OR i.link_hash = ?6)`

	sqlSameLink = candidateColumns + `items i INDEXED BY items_link_hash JOIN details d ON d.id = i.id
		WHERE i.feed = ?1 AND i.identity NOT IN (SELECT value FROM json_each(?2)) AND i.link_hash = ?3 ORDER BY i.pos DESC LIMIT ?4`

	sqlStored = candidateColumns + `json_each(?2) j CROSS JOIN items i INDEXED BY items_identity ON i.feed = ?1 AND i.identity = j.value
		JOIN details d ON d.id = i.id`

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
		if err := rows.Scan(&c.known.id, &c.pos, &c.source, &c.indexed, &c.identity, &c.Key, &c.GUID, &c.Link, &c.Title, &published, &enclosures); err != nil {
			return err
		}
		c.Published = db.FromMicros(published)
		list = append(list, c)
		return db.FromJSON(enclosures, &list[len(list)-1].Enclosures)
	})
	return list, err
}

// releaseKey gives an item an identity that no document can have, because another
// item now has its key.
func (w *itemWriter) releaseKey(old feed.Article) error {
	key := fmt.Sprintf("%s #%d", old.Key, old.ID)
	w.changeKey(old.ID, key, hash("retired", key))
	return w.err
}

// updateReissued updates an item that has a new identity. It counts as reissued if the
// publisher gave it the identity. A revision, and an item that shares its GUID or link now,
// counts as updated if the publisher edited it.
func (w *itemWriter) updateReissued(t *target, old candidate, in incoming, saved *feed.Saved) (known, error) {
	reissued := in.IsReissued(old.Item)
	if reissued {
		saved.Reissued++
	} else if old.source == in.source {
		w.changeKey(old.known.id, in.Key, in.identity)
		return old.known, w.err
	}
	before, err := w.articleIn(w.ctx, w.tx, old.known.id)
	if err != nil {
		return known{}, err
	}
	if !reissued && before.Fingerprint() != in.Fingerprint() {
		saved.Updated++
	}
	return w.update(t, old.known, in, before, reissued)
}

// hasItems reports whether a feed has items.
func (w *itemWriter) hasItems(feedID int64) (filled bool, err error) {
	err = w.row(`SELECT EXISTS (SELECT 1 FROM items INDEXED BY items_identity WHERE feed = ?)`, []any{feedID}, &filled)
	return filled, err
}
