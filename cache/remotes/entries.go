package remotes

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"slices"
	"time"

	"dateline/cache"
	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/account"
	"dateline/feed/text"
)

// Unknown implements [account.Store]. What is recorded of an entry that was gone is true
// again: the server gives no ID twice.
func (s Store) Unknown(ctx context.Context, name string, ids []string) ([]string, error) {
	var unknown []string
	for part := range slices.Chunk(ids, chunk) {
		back, err := s.known(ctx, name, part, `gone = 1`)
		if err != nil {
			return nil, cache.WrapError(ctx, "look for new entries of account "+name, err)
		}
		if err := s.setGone(ctx, name, back, false); err != nil {
			return nil, err
		}
		some, err := db.Strings(ctx, s.cache.Internals().Readers(), `SELECT j.value FROM json_each(?2) j
			WHERE NOT EXISTS (SELECT 1 FROM remotes r WHERE r.account = ?1 AND r.server_id = j.value) ORDER BY j.key`, name, jsonTexts(part))
		if err != nil {
			return nil, cache.WrapError(ctx, "look for new entries of account "+name, err)
		}
		unknown = append(unknown, some...)
	}
	return unknown, nil
}

// target is the feed of entries.
type target struct {
	id  int64
	url string
	// local is set if dateline fetches the feed itself, or if another account has it.
	local bool
	// title, site and description are those that are stored.
	title, site, description string
}

// targets returns the feeds of an account by the server's IDs.
func (s Store) targets(ctx context.Context, name string) (map[string]target, error) {
	rows, err := s.cache.Internals().Readers().QueryContext(ctx, `SELECT a.server_id, f.id, f.url, f.account <> ?1 AND f.config_order IS NOT NULL, f.title, f.site, f.description
		FROM account_feeds a JOIN feeds f ON f.id = a.feed WHERE a.account = ?1`, name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]target{}
	for rows.Next() {
		var id string
		var t target
		if err := rows.Scan(&id, &t.id, &t.url, &t.local, &t.title, &t.site, &t.description); err != nil {
			return nil, err
		}
		all[id] = t
	}
	return all, rows.Err()
}

// Add implements [account.Store]. The items of entries are found in this order: by the hash
// of the GUID, by a link that is unique on both sides, and by what [cache.Store.Save]
// compares. Entries that are recorded already are left out.
func (s Store) Add(ctx context.Context, name string, started time.Time, entries []account.Entry) ([]feed.Saved, error) {
	targets, err := s.targets(ctx, name)
	if err != nil {
		return nil, cache.WrapError(ctx, "save the entries of account "+name, err)
	}
	byFeed := map[string][]account.Entry{}
	var order []string
	for _, e := range entries {
		if byFeed[e.Feed] == nil {
			order = append(order, e.Feed)
		}
		byFeed[e.Feed] = append(byFeed[e.Feed], e)
	}
	var saved []feed.Saved
	for _, id := range order {
		some, err := s.addToFeed(ctx, name, started, targets[id], byFeed[id])
		saved = append(saved, some...)
		if err != nil {
			return saved, err
		}
	}
	return saved, nil
}

// addToFeed adds entries of one feed. If the feed is unknown, t is the zero value.
func (s Store) addToFeed(ctx context.Context, name string, started time.Time, t target, entries []account.Entry) ([]feed.Saved, error) {
	if t.id == 0 {
		return nil, s.record(ctx, name, t, entries, nil)
	}
	found, err := s.match(ctx, name, t.id, wanted(entries))
	if err != nil || t.local {
		if err == nil {
			err = s.record(ctx, name, t, entries, found)
		}
		return nil, err
	}
	doc := &feed.Document{Title: t.title, Site: t.site, Description: t.description, Truncated: true}
	for _, e := range entries {
		if _, known := found[e.ID]; !known {
			a := e.Article
			a.Identify()
			doc.Items = append(doc.Items, a)
		}
	}
	saved, err := s.saveItems(ctx, started, t, doc, found, entries)
	if err != nil {
		return nil, err
	}
	return saved, s.record(ctx, name, t, entries, found)
}

// saveItems saves a document with entries of which no item is known, and adds their items to
// found.
func (s Store) saveItems(ctx context.Context, started time.Time, t target, doc *feed.Document, found map[string]int64, entries []account.Entry) ([]feed.Saved, error) {
	if len(doc.Items) == 0 {
		return nil, nil
	}
	saved, err := s.cache.Save(ctx, feed.Fetched{URL: t.url, Document: doc, RefreshStart: started,
		State: feed.PollState{LastChecked: started, LastOK: started, LastFull: started}})
	if err != nil {
		return nil, err
	}
	identities := map[int64]string{}
	for _, e := range entries {
		if _, known := found[e.ID]; !known {
			a := e.Article
			a.Identify()
			identities[s.cache.Internals().Identity(a.Key)] = e.ID
		}
	}
	keys := make([]int64, 0, len(identities))
	for identity := range identities {
		keys = append(keys, identity)
	}
	rows, err := s.cache.Internals().Readers().QueryContext(ctx, `SELECT i.identity, i.id FROM json_each(?2) j
		CROSS JOIN items i INDEXED BY items_identity ON i.feed = ?1 AND i.identity = j.value`, t.id, db.JSONIntegers(keys))
	if err != nil {
		return nil, cache.WrapError(ctx, "save the entries of "+t.url, err)
	}
	defer rows.Close()
	for rows.Next() {
		var identity, id int64
		if err := rows.Scan(&identity, &id); err != nil {
			return nil, cache.WrapError(ctx, "save the entries of "+t.url, err)
		}
		found[identities[identity]] = id
	}
	return saved, cache.WrapError(ctx, "save the entries of "+t.url, rows.Err())
}

// unlinked is an entry that looks for its item.
type unlinked struct {
	id, guidHash string
	link         int64
}

// wanted returns what finds the items of entries.
func wanted(entries []account.Entry) []unlinked {
	list := make([]unlinked, len(entries))
	for i, e := range entries {
		list[i] = unlinked{e.ID, e.GUIDHash, linkHash(e.Article.Link)}
	}
	return list
}

// linkHash returns a hash of a link without session numbers, 0 if there is no link.
func linkHash(link string) int64 {
	if link == "" {
		return 0
	}
	sum := sha256.Sum256([]byte(text.AddressKey(feed.WithoutSession(link))))
	var h int64
	for _, b := range sum[:8] {
		h = h<<8 | int64(b)
	}
	return h
}

// match finds the items of entries among the items of a feed that belong to no entry yet.
func (s Store) match(ctx context.Context, name string, feedID int64, list []unlinked) (map[string]int64, error) {
	found := map[string]int64{}
	rows, err := s.cache.Internals().Readers().QueryContext(ctx, `SELECT i.id, d.guid, d.link FROM items i JOIN details d ON d.id = i.id
		WHERE i.feed = ?1 AND NOT EXISTS (SELECT 1 FROM remotes r WHERE r.item = i.id AND r.account = ?2 AND r.gone = 0)`, feedID, name)
	if err != nil {
		return nil, cache.WrapError(ctx, "find the items of account "+name, err)
	}
	defer rows.Close()
	byGUID, byLink := map[string]int64{}, map[int64][]int64{}
	for rows.Next() {
		var id int64
		var guid, link string
		if err := rows.Scan(&id, &guid, &link); err != nil {
			return nil, cache.WrapError(ctx, "find the items of account "+name, err)
		}
		if guid != "" {
			sum := sha256.Sum256([]byte(guid))
			byGUID[hex.EncodeToString(sum[:])] = id
		}
		if h := linkHash(link); h != 0 {
			byLink[h] = append(byLink[h], id)
		}
	}
	entriesOf := map[int64]int{}
	for _, u := range list {
		entriesOf[u.link]++
	}
	taken := map[int64]bool{}
	for _, u := range list {
		if id, ok := byGUID[u.guidHash]; ok && u.guidHash != "" && !taken[id] {
			found[u.id], taken[id] = id, true
		}
	}
	for _, u := range list {
		items := byLink[u.link]
		if _, done := found[u.id]; !done && u.link != 0 && len(items) == 1 && entriesOf[u.link] == 1 && !taken[items[0]] {
			found[u.id], taken[items[0]] = items[0], true
		}
	}
	return found, cache.WrapError(ctx, "find the items of account "+name, rows.Err())
}

// record writes the rows of entries. What an item and its entry agree on is agreed;
// otherwise nothing is, and the next comparison decides.
func (s Store) record(ctx context.Context, name string, t target, entries []account.Entry, found map[string]int64) error {
	return s.write(ctx, name, func(tx *sql.Tx) error {
		put, err := tx.PrepareContext(ctx, `INSERT INTO remotes (account, server_id, item, feed, link_hash, guid_hash, read, read_at, starred, starred_at, changed)
			SELECT ?1, ?2, i.id, nullif(?4, 0), iif(i.id IS NULL, nullif(?5, 0), NULL), iif(i.id IS NULL, nullif(?6, ''), NULL),
				iif(i.read IS ?7, ?7, i.id IS NULL AND ?7), iif(i.read IS ?7, i.read_at, NULL),
				iif(i.starred IS ?8, ?8, i.id IS NULL AND ?8), iif(i.starred IS ?8, i.starred_at, NULL),
				i.id IS NOT NULL AND (i.read IS NOT ?7 OR i.starred IS NOT ?8)
			FROM (SELECT 1) LEFT JOIN items i ON i.id = ?3 WHERE 1
			ON CONFLICT DO UPDATE SET gone = 0, item = coalesce(item, excluded.item)`)
		if err != nil {
			return err
		}
		defer put.Close()
		for _, e := range entries {
			if _, err := put.ExecContext(ctx, name, e.ID, found[e.ID], t.id, linkHash(e.Article.Link), e.GUIDHash, e.Article.Read, e.Article.Starred); err != nil {
				return err
			}
		}
		return nil
	})
}

// Link implements [account.Store]. It looks at feeds that were fetched since the last round.
func (s Store) Link(ctx context.Context, name string) error {
	q := s.cache.Internals().Readers()
	feeds, err := db.Integers(ctx, q, db.SQL(`SELECT f.id FROM feeds f WHERE f.last_ok >= coalesce((SELECT last_synced FROM accounts WHERE name = ?1), 0) AND f.account <> ?1
		AND EXISTS (SELECT 1 FROM remotes r INDEXED BY remotes_unlinked WHERE r.feed = f.id AND r.item IS NULL AND r.gone = 0 AND r.account = ?1)`, name))
	if err != nil {
		return cache.WrapError(ctx, "find the items of account "+name, err)
	}
	for _, id := range feeds {
		list, err := s.unlinkedOf(ctx, name, id)
		if err != nil {
			return cache.WrapError(ctx, "find the items of account "+name, err)
		}
		found, err := s.match(ctx, name, id, list)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			continue
		}
		err = s.write(ctx, name, func(tx *sql.Tx) error {
			for server, item := range found {
				_, err := tx.ExecContext(ctx, `UPDATE remotes SET item = ?, link_hash = NULL, guid_hash = NULL, read = 0, read_at = NULL, starred = 0, starred_at = NULL, changed = 1
					WHERE account = ? AND server_id = ?`, item, name, server)
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s Store) unlinkedOf(ctx context.Context, name string, feedID int64) ([]unlinked, error) {
	rows, err := s.cache.Internals().Readers().QueryContext(ctx, `SELECT server_id, coalesce(guid_hash, ''), coalesce(link_hash, 0) FROM remotes INDEXED BY remotes_unlinked
		WHERE feed = ? AND item IS NULL AND gone = 0 AND account = ? AND (link_hash IS NOT NULL OR guid_hash IS NOT NULL)`, feedID, name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []unlinked
	for rows.Next() {
		var u unlinked
		if err := rows.Scan(&u.id, &u.guidHash, &u.link); err != nil {
			return nil, err
		}
		list = append(list, u)
	}
	return list, rows.Err()
}
