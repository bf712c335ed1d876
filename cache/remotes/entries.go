package remotes

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"maps"
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
			WHERE NOT EXISTS (SELECT 1 FROM remotes r WHERE r.account = ?1 AND r.server_id = j.value AND r.gone = 0) ORDER BY j.key`, name, jsonTexts(part))
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
	var saved []feed.Saved
	for some := range slices.Chunk(entries, saveChunk) {
		new, err := s.add(ctx, name, started, byFeed(targets, some))
		if saved = append(saved, new...); err != nil {
			return saved, err
		}
	}
	return saved, nil
}

// saveChunk is how many entries one transaction saves. A mark of the user waits for it.
const saveChunk = 300

// add adds entries that are divided by their feeds.
func (s Store) add(ctx context.Context, name string, started time.Time, parts []part) (saved []feed.Saved, err error) {
	var results []feed.Fetched
	for i := range parts {
		p := &parts[i]
		if p.id != 0 {
			free, err := s.freeInRound(ctx, name, started, p.id)
			if err != nil {
				return nil, err
			}
			p.found = free.match(wanted(p.entries))
		}
		if doc := p.document(); doc != nil {
			results = append(results, feed.Fetched{URL: p.url, Document: doc, RefreshStart: started,
				State: feed.PollState{LastChecked: started, LastOK: started, LastFull: started}})
		}
	}
	if len(results) > 0 {
		if saved, err = s.cache.Save(ctx, results...); err != nil {
			return nil, err
		}
	}
	for i := range parts {
		if err := s.findSaved(ctx, &parts[i]); err != nil {
			return saved, cache.WrapError(ctx, "save the entries of account "+name, err)
		}
	}
	return saved, s.record(ctx, name, parts)
}

// part is the entries of one feed. If the feed is unknown, the target is the zero value.
type part struct {
	target
	entries []account.Entry
	// found are the items of entries.
	found map[string]int64
}

// byFeed divides entries by their feeds. Two feeds of a server may be one here.
func byFeed(targets map[string]target, entries []account.Entry) (parts []part) {
	at := map[int64]int{}
	for _, e := range entries {
		t := targets[e.Feed]
		i, ok := at[t.id]
		if !ok {
			i = len(parts)
			at[t.id], parts = i, append(parts, part{target: t})
		}
		parts[i].entries = append(parts[i].entries, e)
	}
	return parts
}

// isNew reports whether an entry becomes an item, unless its item is found by its key.
func (p part) isNew(e account.Entry) bool {
	_, known := p.found[e.ID]
	return !known && p.id != 0 && !p.local
}

// document returns a document with the entries of which no item is known; nil if there are
// none.
func (p part) document() *feed.Document {
	doc := &feed.Document{Title: p.title, Site: p.site, Description: p.description, Truncated: true}
	for _, e := range p.entries {
		if p.isNew(e) {
			a := e.Article
			a.Identify()
			doc.Items = append(doc.Items, a)
		}
	}
	if len(doc.Items) == 0 {
		return nil
	}
	return doc
}

// findSaved adds the items of the document to those that were found.
func (s Store) findSaved(ctx context.Context, p *part) error {
	entries := map[int64]string{}
	for _, e := range p.entries {
		if p.isNew(e) {
			a := e.Article
			a.Identify()
			entries[s.cache.Internals().Identity(a.Key)] = e.ID
		}
	}
	if len(entries) == 0 {
		return nil
	}
	rows, err := s.cache.Internals().Readers().QueryContext(ctx, `SELECT i.identity, i.id FROM json_each(?2) j
		CROSS JOIN items i INDEXED BY items_identity ON i.feed = ?1 AND i.identity = j.value`, p.id, db.JSONIntegers(slices.Collect(maps.Keys(entries))))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var identity, id int64
		if err := rows.Scan(&identity, &id); err != nil {
			return err
		}
		p.found[entries[identity]] = id
	}
	return rows.Err()
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
	return int64(binary.BigEndian.Uint64(sum[:]))
}

// record writes the rows of entries. What an item and its entry agree on is agreed;
// otherwise nothing is, and the next comparison decides.
func (s Store) record(ctx context.Context, name string, parts []part) error {
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
		for _, p := range parts {
			for _, e := range p.entries {
				if _, err := put.ExecContext(ctx, name, e.ID, p.found[e.ID], p.id, linkHash(e.Article.Link), e.GUIDHash, e.Article.Read, e.Article.Starred); err != nil {
					return err
				}
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
		free, err := s.loadFree(ctx, name, id)
		if err != nil {
			return err
		}
		found := free.match(list)
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
