package cache

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"dateline/cache/db"
	"dateline/feed"
)

// Save stores the results of checks of several feeds in one transaction: the state of
// each feed, and the items if the result has a Document.
//
// A known item is found by its Key, or by link, title and date if the publisher
// changed the Key. It is updated in place, and not written if nothing changed. The
// marks of the user stay. There is one exception: an edited item becomes unread again
// in a feed with the setting RenewEdited. If items have equal dates, the first in the
// document comes first in a view.
//
// The rules of [Store.SetRules] apply to new items only. Saved.Notify has the new
// items to notify the user of, in the order of the document. It has no items of the
// first result of a feed, and none that a rule hid.
//
// [Store.IndexPending] adds the texts to the search index. The result for a feed that
// is not in the database, because it was purged meanwhile, is dropped.
func (s *Store) Save(ctx context.Context, results ...feed.Fetched) ([]feed.Saved, error) {
	batches := make([]batch, len(results))
	for i, r := range results {
		var err error
		if batches[i], err = prepareBatch(r); err != nil {
			return nil, WrapError(ctx, "save "+r.URL, err)
		}
	}
	s.prepareNew(ctx, batches)
	var saved []feed.Saved
	var w *itemWriter
	err := s.write(ctx, "save the new items", func(tx *sql.Tx) (err error) {
		if w, err = newItemWriter(ctx, s, tx); err != nil {
			return err
		}
		saved, err = w.save(batches)
		return err
	})
	if err != nil {
		return nil, err
	}
	w.cacheStatements()
	return saved, nil
}

// batch is the result of one feed, with everything that can be computed before the
// transaction begins.
type batch struct {
	feed.Fetched
	items []incoming
	// identities is a JSON array of the identities of items.
	identities string
}

// incoming is an item of a document, prepared for writing.
type incoming struct {
	feed.Article
	identity, source             int64
	categories, enclosures, more string
	// keys are the hashes by which the item finds its story. hasKeys reports whether
	// they are set.
	keys    storyKeys
	hasKeys bool
	// compressed is the compressed body. It is nil if [Store.prepareNew] has not
	// compressed it.
	compressed []byte
}

// setKeys sets the keys of an item. It does nothing if they are set.
func (in *incoming) setKeys() {
	if !in.hasKeys {
		in.keys, in.hasKeys = keysOfStory(in.Article), true
	}
}

// known is what the database has of an incoming item.
type known struct {
	id, pos, source int64
	indexed         bool
}

// listIdentities sets identities.
func (b *batch) listIdentities() {
	list := make([]int64, len(b.items))
	for i := range b.items {
		list[i] = b.items[i].identity
	}
	b.identities = db.JSONIntegers(list)
}

func prepareBatch(a feed.Fetched) (batch, error) {
	b := batch{Fetched: a}
	if a.Document == nil {
		return b, nil
	}
	b.items = make([]incoming, 0, len(a.Document.Items))
	var h hasher
	for _, article := range slices.Backward(a.Document.Items) {
		in := incoming{Article: article, identity: h.hash(article.Key)}
		var err, err2, err3 error
		in.categories, err = db.ToJSON(article.Categories)
		in.enclosures, err2 = db.ToJSON(article.Enclosures)
		if !article.More.IsZero() {
			var more []byte
			more, err3 = json.Marshal(article.More)
			in.more = string(more)
		}
		if err := errors.Join(err, err2, err3); err != nil {
			return b, err
		}
		// The number of comments is not part of the source, because it changes with every
		// check and is no update. Neither is another session number.
		source := []string{feed.WithoutSession(article.GUID), article.Title, article.Author, article.Summary, feed.WithoutSession(article.Link), feed.WithoutSession(article.Comments),
			digits(article.Published), digits(article.Updated), in.categories, in.enclosures, feed.WithoutSession(article.Body.Base), article.Body.Raw}
		if article.Chapters != "" || article.Transcript != "" {
			source = append(source, article.Chapters, article.Transcript)
		}
		if in.more != "" {
			source = append(source, in.more)
		}
		in.source = h.hash(source...)
		b.items = append(b.items, in)
	}
	b.listIdentities()
	return b, nil
}

// digits returns a time as text for a hash; empty for the zero time.
func digits(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.UnixMicro(), 10)
}

func (w *itemWriter) save(batches []batch) ([]feed.Saved, error) {
	saved := make([]feed.Saved, len(batches))
	for i, b := range batches {
		saved[i].URL = b.URL
		t, err := w.targetOf(b)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if b.Document != nil {
			if err := w.items(t, b, &saved[i]); err != nil {
				return nil, err
			}
		}
		if err := w.saveState(t, b.Fetched, saved[i]); err != nil {
			return nil, err
		}
		if saved[i].New > 0 {
			if err := w.saveRefreshStart(b.RefreshStart); err != nil {
				return nil, err
			}
		}
	}
	return saved, w.saveSequence()
}

// items saves the items of one batch. The last item of the document comes first, so
// that the first item gets the highest ID.
func (w *itemWriter) items(t *target, b batch, saved *feed.Saved) error {
	filled, err := w.hasItems(t.id)
	if err != nil {
		return err
	}
	t.checkedBefore = t.checkedBefore || filled
	have := map[int64]known{}
	var reissued map[int]candidate
	if filled {
		if have, err = w.known(t.id, b.identities); err != nil {
			return err
		}
	}
	removed, err := w.removed(t.id, b, have)
	if err != nil {
		return err
	}
	if filled {
		if reissued, err = w.findReissued(t, &b, have, removed); err != nil {
			return err
		}
	}
	if t.sharedKeys, err = w.findSharedKeys(b.items, have); err != nil {
		return err
	}
	first := w.next
	for i, in := range b.items {
		old, isKnown := have[in.identity]
		if again, found := reissued[i]; found {
			if have[in.identity], err = w.updateReissued(t, again, in, saved); err != nil {
				return err
			}
			continue
		}
		switch {
		case isKnown && old.source == in.source, removed[in.identity]:
		case isKnown:
			have[in.identity], err = w.updateChanged(t, old, in, old.id >= first, saved)
		default:
			// Package parse makes the keys of a document unique. If another source
			// does not, a second item with the same key is an edit of the first.
			have[in.identity], err = w.insertNew(t, in, saved)
		}
		if err != nil {
			return err
		}
	}
	slices.Reverse(saved.Notify)
	if saved.New > 0 {
		return w.applyPendingToArrived(t, b)
	}
	return nil
}

// updateChanged updates an item whose source has changed, unless another item took over its
// key. isNew reports whether it was inserted for the same document.
func (w *itemWriter) updateChanged(t *target, old known, in incoming, isNew bool, saved *feed.Saved) (known, error) {
	before, err := w.articleIn(w.ctx, w.tx, old.id)
	if err != nil {
		return known{}, err
	}
	if !isNew && in.ReusesKeyOf(before) {
		if err := w.releaseKey(before); err != nil {
			return known{}, err
		}
		return w.insertNew(t, in, saved)
	}
	saved.Updated++
	return w.update(t, old, in, before, false)
}

func (w *itemWriter) known(feedID int64, identities string) (map[int64]known, error) {
	have := map[int64]known{}
	err := w.each(sqlKnown, []any{feedID, identities}, func(rows *sql.Rows) error {
		var identity int64
		var k known
		err := rows.Scan(&identity, &k.id, &k.pos, &k.source, &k.indexed)
		have[identity] = k
		return err
	})
	return have, err
}

const sqlKnown = `SELECT i.identity, i.id, i.pos, i.source_hash, i.indexed FROM json_each(?2) j
	CROSS JOIN items i INDEXED BY items_identity ON i.feed = ?1 AND i.identity = j.value`

// removed returns the identities of the items of a document that retention removed. It
// deletes the records of those that the feed does not list any more, except if the document
// is truncated.
func (w *itemWriter) removed(feedID int64, b batch, have map[int64]known) (map[int64]bool, error) {
	recorded := map[int64]bool{}
	err := w.each(`SELECT identity FROM removed_items WHERE feed = ?`, []any{feedID}, func(rows *sql.Rows) error {
		var identity int64
		err := rows.Scan(&identity)
		recorded[identity] = true
		return err
	})
	if err != nil || len(recorded) == 0 {
		return recorded, err
	}
	listed := map[int64]bool{}
	for _, in := range b.items {
		listed[in.identity] = true
	}
	removed := maps.Clone(recorded)
	for identity, owners := range b.otherKeysOf(have, recorded).narrow {
		listed[identity] = true
		if recorded[identity] && len(owners) == 1 {
			removed[b.items[owners[0]].identity] = true
		}
	}
	if err := w.removeRevisions(feedID, b, removed); err != nil || b.Document.Truncated {
		return removed, err
	}
	var gone []int64
	for identity := range recorded {
		if !listed[identity] {
			gone = append(gone, identity)
		}
	}
	if len(gone) == 0 {
		return removed, nil
	}
	return removed, w.exec(`DELETE FROM removed_items WHERE feed = ?1 AND identity IN (SELECT value FROM json_each(?2))`, feedID, db.JSONIntegers(gone))
}

// removeRevisions adds to removed the items of a document of which retention removed an
// earlier revision.
func (w *itemWriter) removeRevisions(feedID int64, b batch, removed map[int64]bool) error {
	for key, earlier := range feed.EarlierRevisions(b.Document.Items) {
		for _, k := range earlier {
			if identity := hash(key); removed[hash(k)] && !removed[identity] {
				removed[identity] = true
				w.exec(`INSERT OR IGNORE INTO removed_items (feed, identity) VALUES (?, ?)`, feedID, identity)
			}
		}
	}
	return w.err
}

// hash returns a hash of texts: the first 64 bits of their SHA-256, with the length
// before each text.
func hash(texts ...string) int64 { return new(hasher).hash(texts...) }

// hasher computes [hash] of many texts in one buffer.
type hasher struct{ buffer []byte }

func (h *hasher) hash(texts ...string) int64 {
	h.buffer = h.buffer[:0]
	for _, t := range texts {
		h.buffer = binary.LittleEndian.AppendUint64(h.buffer, uint64(len(t)))
		h.buffer = append(h.buffer, t...)
	}
	sum := sha256.Sum256(h.buffer)
	return int64(binary.LittleEndian.Uint64(sum[:]))
}
