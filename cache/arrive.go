package cache

import (
	"cmp"
	"database/sql"
	"slices"

	"dateline/cache/db"
	"dateline/feed"
)

// target is the feed that an answer is saved to.
type target struct {
	id   int64
	url  string
	info feed.FeedInfo
	away bool
	// renew makes edited items unread again; notify tells of every new one.
	renew, notify bool
	// asked says that the feed has answered before.
	asked bool
	// counts are what its counters change by.
	counts FeedCount
	// met are the keys of its new items that others may share.
	met storyIndex
}

// targetOf finds the feed of an answer; sql.ErrNoRows when there is none.
func (w *itemWriter) targetOf(b batch) (*target, error) {
	t := &target{url: b.URL, info: feed.FeedInfo{URL: b.URL}}
	var tags string
	err := w.row(`SELECT id, config_order IS NULL, coalesce(nullif(name, ''), title), tags, renew_edited, notify, last_ok IS NOT NULL
		FROM feeds WHERE url = ?`, []any{b.URL}, &t.id, &t.away, &t.info.Title, &tags, &t.renew, &t.notify, &t.asked)
	if err != nil {
		return nil, err
	}
	if b.Document != nil {
		t.info.Title = cmp.Or(t.info.Title, b.Document.Title)
	}
	return t, db.FromJSON(tags, &t.info.Tags)
}

// verdict is what the rules say of an item that arrives.
type verdict struct {
	read, star, notify bool
	// hiddenBy is the first rule that hides it; empty when none does.
	hiddenBy string
	labels   []string
}

func (v verdict) hidden() bool { return v.hiddenBy != "" }

// judge asks every rule that is active about the item as it arrived, whatever
// the others did.
func (w *itemWriter) judge(a feed.Article, t *target) verdict {
	var v verdict
	for _, r := range w.rules {
		if !r.Query.Match(a, t.info, arrival(w.seen)) {
			continue
		}
		v.read = v.read || r.Read
		v.star = v.star || r.Star
		v.notify = v.notify || r.Notify
		if r.Hide {
			v.hiddenBy = cmp.Or(v.hiddenBy, r.Name)
		}
		v.labels = append(v.labels, r.Labels...)
	}
	slices.Sort(v.labels)
	v.labels = slices.Compact(v.labels)
	return v
}

// arrive writes a new item with the marks that the rules put on it. These
// count as made when the item was first seen, so that the reader's word, always
// a later one, wins; they are no step of the journal.
func (w *itemWriter) arrive(t *target, in incoming, saved *feed.Saved) (known, error) {
	a := in.Article
	a.ID = w.next
	w.next++
	pos, future := w.placeNew(a)
	a.Feed, a.FeedTitle, a.FirstSeen, a.Date, a.Future = t.url, cmp.Or(t.info.Title, t.url), w.seen, db.DateOf(pos), future
	v := w.judge(a, t)
	if err := w.insert(t, in, a, pos, v); err != nil {
		return known{}, err
	}
	done, err := w.tell(t, a.ID, pos, in.keys)
	if err != nil {
		return known{}, err
	}
	if !v.hidden() {
		t.counts.Total++
		if !v.read {
			t.counts.Unread++
		}
		if t.asked && !done && (v.notify || t.notify && !v.read) {
			saved.Notify = append(saved.Notify, feed.Notice{Item: a.ID, Title: a.DisplayTitle(), FeedTitle: a.FeedTitle})
		}
	}
	saved.New++
	return known{id: a.ID, pos: pos, source: in.source}, nil
}

// placeNew is where a new item belongs. A date that lies in the future would
// keep it on top of every list until then: it counts as seen now, and says so.
func (w *itemWriter) placeNew(a feed.Article) (pos int64, future bool) {
	future = a.Published.After(w.seen)
	if future || a.Published.IsZero() {
		return db.Position(w.seen, a.ID), future
	}
	return db.Position(a.Published, a.ID), false
}

func (w *itemWriter) insert(t *target, in incoming, a feed.Article, pos int64, v verdict) error {
	seen := w.seen.UnixMicro()
	at := func(on bool) sql.NullInt64 { return sql.NullInt64{Int64: seen, Valid: on} }
	w.exec(`INSERT INTO items (pos, id, feed, identity, source_hash, first_seen, future, has_enclosure, has_image, has_comments, unsubscribed,
			link_hash, title_hash, read, read_at, starred, starred_at, hidden, hidden_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		pos, a.ID, t.id, in.identity, in.source, seen, a.Future, len(a.Enclosures) > 0, a.Image, a.Comments != "", t.away,
		in.keys.link, in.keys.title, v.read, at(v.read), v.star, at(v.star), v.hidden(), at(v.hidden()))
	w.exec(`INSERT INTO details (key, guid, title, author, summary, link, link_folded, comments, published, updated, words, categories, enclosures, chapters, transcript, comment_count, id, hidden_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, append(in.details(a.ID), v.hiddenBy)...)
	for _, label := range v.labels {
		w.exec(`INSERT INTO labels (name, pos, held, at) VALUES (?, ?, 1, ?)`, label, pos, seen)
	}
	return w.exec(`INSERT INTO contents (base, body, id) VALUES (?, ?, ?)`, in.Body.Base, w.packed(in), a.ID)
}

// renew makes an item unread again whose publisher edited it, in a feed that
// is to be read so, and with it its story: as of now, so that a later word of
// the reader's wins. What the reader said later already stays, and so does what
// a rule read on arrival.
func (w *itemWriter) renew(id int64) error {
	items, err := wholeStories(w.ctx, w.tx, []int64{id})
	if err != nil {
		return err
	}
	c := change{Mark: feed.Mark{Flag: feed.Read, At: w.seen}, ctx: w.ctx, tx: w.tx, horizon: LatestPlausible(w.seen), only: db.SQL(` AND i.read_at IS NOT i.first_seen`)}
	if err := c.collect(`i.id`, items); err != nil {
		return err
	}
	return c.apply()
}
