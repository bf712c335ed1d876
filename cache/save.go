package cache

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"time"

	"dateline/cache/db"
	"dateline/feed"
)

// Save keeps the answers of several feeds in one transaction: each feed's
// state always, its items when the answer has a Document. Known items are
// found by their Key, or by link, title and date when the publisher changed
// that, and updated in position; unchanged ones are not written. What the user
// did stays, but for one thing: an edited item becomes unread again in a feed
// that asks for it. Of items with equal dates the one that stands first in the
// document comes first in a view.
//
// New items, and only these, are put to the rules of [Store.SetRules]. Those
// the user wants to be told of are in Notify, in the document's order: none of
// a feed's first answer, and none that a rule hid.
//
// The full text follows with [Store.IndexPending]. The answer of a feed that
// the cache does not know, because it was purged meanwhile, is dropped.
func (s *Store) Save(ctx context.Context, answers ...feed.Fetched) ([]feed.Saved, error) {
	batches := make([]batch, len(answers))
	for i, a := range answers {
		var err error
		if batches[i], err = prepare(a); err != nil {
			return nil, WrapError(ctx, "save "+a.URL, err)
		}
	}
	s.compressEarly(ctx, batches)
	var saved []feed.Saved
	var w *itemWriter
	err := s.write(ctx, "save what the feeds sent", func(tx *sql.Tx) (err error) {
		if w, err = newItemWriter(ctx, s, tx); err != nil {
			return err
		}
		saved, err = w.save(batches)
		return err
	})
	if err != nil {
		return nil, err
	}
	w.keepPrepared()
	return saved, nil
}

// batch is an answer on its way in, with all that can be computed before the
// transaction begins.
type batch struct {
	feed.Fetched
	items []incoming
	// identities is a JSON array of those of items.
	identities string
}

// incoming is an item as it will be written.
type incoming struct {
	feed.Article
	identity, source       int64
	categories, enclosures string
	// keys are those by which it finds its story.
	keys storyKeys
	// body is what [Store.compressEarly] made of the article's body; nil where it
	// left that to be done when it is needed.
	body []byte
}

// known is what the cache has of an incoming item.
type known struct {
	id, pos, source int64
	indexed         bool
}

func prepare(a feed.Fetched) (batch, error) {
	b := batch{Fetched: a}
	if a.Document == nil {
		return b, nil
	}
	identities := make([]int64, 0, len(a.Document.Items))
	b.items = make([]incoming, 0, len(a.Document.Items))
	var said hasher
	for _, article := range slices.Backward(a.Document.Items) {
		in := incoming{Article: article, identity: hash(article.Key), keys: keysOfStory(article)}
		var err, err2 error
		in.categories, err = db.ToJSON(article.Categories)
		in.enclosures, err2 = db.ToJSON(article.Enclosures)
		if err := errors.Join(err, err2); err != nil {
			return b, err
		}
		// The number of comments is no news: it would make every answer an update.
		source := []string{article.GUID, article.Title, article.Author, article.Summary, article.Link, article.Comments,
			digits(article.Published), digits(article.Updated), in.categories, in.enclosures, article.Body.Base, article.Body.Raw}
		if article.Chapters != "" || article.Transcript != "" {
			source = append(source, article.Chapters, article.Transcript)
		}
		in.source = said.hash(source...)
		b.items = append(b.items, in)
		identities = append(identities, in.identity)
	}
	b.identities = db.JSONIntegers(identities)
	return b, nil
}

// digits writes an instant for a hash.
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
			if err := w.keepRound(b.Round); err != nil {
				return nil, err
			}
		}
	}
	return saved, w.keepSequence()
}

// items saves the items of one answer. They come last first, so that the
// first gets the highest id.
func (w *itemWriter) items(t *target, b batch, saved *feed.Saved) error {
	removed, err := w.removed(t.id, b)
	if err != nil {
		return err
	}
	filled, err := w.isFilled(t.id)
	if err != nil {
		return err
	}
	t.asked = t.asked || filled
	have := map[int64]known{}
	var reissued map[int]known
	if filled {
		if have, err = w.known(t.id, b.identities); err != nil {
			return err
		}
		if reissued, err = w.findReissued(t, b, have, removed); err != nil {
			return err
		}
	}
	if t.met, err = w.met(b.items, have); err != nil {
		return err
	}
	first := w.next
	for i, in := range b.items {
		old, isKnown := have[in.identity]
		if again, found := reissued[i]; found {
			if have[in.identity], err = w.again(t, again, in, saved); err != nil {
				return err
			}
			continue
		}
		switch {
		case isKnown && old.source == in.source, removed[in.identity]:
		case isKnown:
			have[in.identity], err = w.change(t, old, in, old.id >= first, saved)
		default:
			// A second item with the same key is an edit of the first.
			have[in.identity], err = w.insertNew(t, in, saved)
		}
		if err != nil {
			return err
		}
	}
	slices.Reverse(saved.Notify)
	if saved.New > 0 {
		return w.applyPendingToArrived(t)
	}
	return nil
}

// again updates an item that came under another identity than before.
func (w *itemWriter) again(t *target, old known, in incoming, saved *feed.Saved) (known, error) {
	before, err := w.articleIn(w.ctx, w.tx, old.id)
	if err != nil {
		return known{}, err
	}
	saved.Reissued++
	return w.update(t, old, in, before, true)
}

// change updates an item whose source is not what it was, unless another one
// took over its GUID; young reports whether it came with this very document.
func (w *itemWriter) change(t *target, old known, in incoming, young bool, saved *feed.Saved) (known, error) {
	before, err := w.articleIn(w.ctx, w.tx, old.id)
	if err != nil {
		return known{}, err
	}
	if !young && in.TookOver(before) {
		if err := w.releaseGUID(before); err != nil {
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

// removed are the items that retention took unsubscribed and the feed still lists.
// Those that it lists no more are forgotten, unless the document broke off.
func (w *itemWriter) removed(feedID int64, b batch) (map[int64]bool, error) {
	if !b.Document.Truncated {
		err := w.exec(`DELETE FROM removed_items WHERE feed = ?1 AND identity NOT IN (SELECT value FROM json_each(?2))`, feedID, b.identities)
		if err != nil {
			return nil, err
		}
	}
	removed := map[int64]bool{}
	err := w.each(`SELECT identity FROM removed_items WHERE feed = ?`, []any{feedID}, func(rows *sql.Rows) error {
		var identity int64
		err := rows.Scan(&identity)
		removed[identity] = true
		return err
	})
	return removed, err
}

// hash tells texts apart: the first 64 bits of their SHA-256, each text with
// its length before it.
func hash(texts ...string) int64 { return new(hasher).hash(texts...) }

// hasher is [hash] for many texts, with one room for all of them: a body is
// copied to be hashed.
type hasher struct{ said []byte }

func (h *hasher) hash(texts ...string) int64 {
	h.said = h.said[:0]
	for _, t := range texts {
		h.said = binary.LittleEndian.AppendUint64(h.said, uint64(len(t)))
		h.said = append(h.said, t...)
	}
	sum := sha256.Sum256(h.said)
	return int64(binary.LittleEndian.Uint64(sum[:]))
}
