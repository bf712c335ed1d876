package remotes

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"

	"dateline/cache"
)

// freeItems are the items of a feed that belong to no entry of an account yet.
type freeItems struct {
	byGUID map[[sha256.Size]byte]int64
	byLink map[int64][]int64
	// taken are those that have an entry since they were read.
	taken map[int64]bool
}

// freeOf keeps the free items of the feeds of an account for one round. To find them SQLite
// reads all items of the feed, and a round adds entries in many small parts. In a round no item
// becomes free: a new one belongs to the entry that brought it, or is of a local feed, and then
// [Store.Link] looks for it.
type freeOf struct {
	mu     sync.Mutex
	rounds map[string]freeInRound
}

type freeInRound struct {
	started time.Time
	feeds   map[int64]freeItems
}

// freeInRound returns the free items of a feed in the round that started at a time.
func (s Store) freeInRound(ctx context.Context, name string, started time.Time, feedID int64) (freeItems, error) {
	s.free.mu.Lock()
	defer s.free.mu.Unlock()
	r := s.free.rounds[name]
	if !r.started.Equal(started) || r.feeds == nil {
		r = freeInRound{started, map[int64]freeItems{}}
		s.free.rounds[name] = r
	}
	free, ok := r.feeds[feedID]
	if ok {
		return free, nil
	}
	free, err := s.loadFree(ctx, name, feedID)
	if err == nil {
		r.feeds[feedID] = free
	}
	return free, err
}

// end ends the round of an account.
func (f *freeOf) end(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.rounds, name)
}

// loadFree reads the free items of a feed.
func (s Store) loadFree(ctx context.Context, name string, feedID int64) (freeItems, error) {
	free := freeItems{map[[sha256.Size]byte]int64{}, map[int64][]int64{}, map[int64]bool{}}
	rows, err := s.cache.Internals().Readers().QueryContext(ctx, `SELECT i.id, d.guid, d.link FROM items i CROSS JOIN details d ON d.id = i.id
		WHERE i.feed = ?1 AND NOT EXISTS (SELECT 1 FROM remotes r WHERE r.item = i.id AND r.account = ?2 AND r.gone = 0)`, feedID, name)
	if err != nil {
		return free, cache.WrapError(ctx, "find the items of account "+name, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var guid, link string
		if err := rows.Scan(&id, &guid, &link); err != nil {
			return free, cache.WrapError(ctx, "find the items of account "+name, err)
		}
		if guid != "" {
			free.byGUID[sha256.Sum256([]byte(guid))] = id
		}
		if h := linkHash(link); h != 0 {
			free.byLink[h] = append(free.byLink[h], id)
		}
	}
	return free, cache.WrapError(ctx, "find the items of account "+name, rows.Err())
}

// match finds the items of entries: by the hash of the GUID, then by a link that is unique on
// both sides. What it finds is not free any more.
func (f freeItems) match(list []unlinked) map[string]int64 {
	found := map[string]int64{}
	entriesOf := map[int64]int{}
	for _, u := range list {
		entriesOf[u.link]++
	}
	for _, u := range list {
		sum, ok := guidSum(u.guidHash)
		if id := f.byGUID[sum]; ok && id != 0 && !f.taken[id] {
			found[u.id], f.taken[id] = id, true
		}
	}
	for _, u := range list {
		if _, done := found[u.id]; done || u.link == 0 || entriesOf[u.link] > 1 {
			continue
		}
		if id := f.onlyWith(u.link); id != 0 {
			found[u.id], f.taken[id] = id, true
		}
	}
	return found
}

// onlyWith returns the only free item with a link; 0 if there is none, or more than one.
func (f freeItems) onlyWith(link int64) (only int64) {
	for _, id := range f.byLink[link] {
		switch {
		case f.taken[id]:
		case only != 0:
			return 0
		default:
			only = id
		}
	}
	return only
}

// guidSum returns the SHA-256 that a server has written as hexadecimal digits.
func guidSum(hash string) (sum [sha256.Size]byte, ok bool) {
	n, err := hex.Decode(sum[:], []byte(hash[:min(len(hash), 2*len(sum))]))
	return sum, err == nil && n == len(sum) && len(hash) == 2*len(sum)
}
