package miniflux

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"dateline/feed/account"
	"dateline/feed/fetch"
)

const (
	// firstPageSize is how many entries the first page has. The size of the others follows
	// from the size of the entries, up to maxPageSize, the most that Miniflux sends.
	firstPageSize = 250
	minPageSize   = 10
	maxPageSize   = 1000
	// pageBytes is how large a page is to be.
	pageBytes = 4 << 20
	// singlePart is how many entries that were fetched one by one are yielded together.
	singlePart = 50
	// mostTooLarge is how many entries that are too large for a response are left out. If
	// there are more, something else is wrong.
	mostTooLarge = 10
)

// Entries implements [account.Server].
func (s *Server) Entries(ctx context.Context, ids []string, yield func([]account.Entry) error) error {
	return s.walkAll(ctx, entryNumbers(ids), func(found []entry) error {
		out := make([]account.Entry, len(found))
		for i, e := range found {
			out[i] = e.account()
		}
		return yield(out)
	})
}

// Changed implements [account.Server]. Many entries that were marked lately are likely to be
// among those that changed last, wherever their IDs are. Those that are not are looked up.
func (s *Server) Changed(ctx context.Context, ids []string) (map[string]time.Time, error) {
	wanted := entryNumbers(ids)
	times := make(map[string]time.Time, len(wanted))
	take := func(found []entry) error {
		for _, e := range found {
			if at, known := e.changed(); known {
				times[entryID(e.ID)] = at
			}
		}
		return nil
	}
	if len(wanted) > fewIDs {
		var err error
		if wanted, err = s.walkRecent(ctx, wanted, take); err != nil {
			return nil, err
		}
	}
	if err := s.walkAll(ctx, wanted, take); err != nil {
		return nil, err
	}
	return times, nil
}

// walkRecent walks over the entries that changed last, as far as it costs less than to look
// for the wanted ones, and returns those that it did not find. The pages have offsets, so it
// may miss some that change meanwhile.
func (s *Server) walkRecent(ctx context.Context, wanted []int64, take func([]entry) error) (missing []int64, err error) {
	budget := s.costOf(wanted)
	missing = wanted
	for offset := 0; len(missing) > 0; {
		size := min(s.size(), max(len(missing)+fewIDs, minPageSize))
		if budget -= 1 + float64(size)/costOfEntries; budget < 0 {
			return missing, nil
		}
		page, err := s.entryPage(ctx, url.Values{"order": {"changed_at"}, "direction": {"desc"}, "offset": {strconv.Itoa(offset)}}, size)
		if err != nil {
			return nil, err
		}
		found, rest := pick(page, missing)
		if err := take(found); err != nil {
			return nil, err
		}
		// A page without any of them shows that the others changed long ago.
		if missing = rest; len(found) == 0 || len(page) < size {
			return missing, nil
		}
		offset += len(page)
	}
	return nil, nil
}

// costOf returns what the cheapest walks for the wanted entries cost.
func (s *Server) costOf(wanted []int64) float64 {
	sum := 0.0
	for _, w := range s.walks(wanted) {
		sum += w.cost
	}
	return sum
}

// walks returns the cheapest walks for the wanted entries.
func (s *Server) walks(wanted []int64) []walk {
	s.mu.Lock()
	defer s.mu.Unlock()
	return chooseWalks(wanted, s.all, s.unread, s.starred, s.pageSize)
}

// size returns how many entries the next page is to have.
func (s *Server) size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pageSize
}

// walkAll fetches the wanted entries and yields them in parts. An entry that leaves a filter
// meanwhile, such as one that is read now, is looked for among all.
func (s *Server) walkAll(ctx context.Context, wanted []int64, yield func([]entry) error) error {
	if len(wanted) == 0 {
		return nil
	}
	if err := s.learnLists(ctx, len(wanted)); err != nil {
		return err
	}
	var missing []int64
	for _, w := range s.walks(wanted) {
		lost, err := s.follow(ctx, w, yield)
		if err != nil {
			return err
		}
		if w.filter != "" {
			missing = append(missing, lost...)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	s.mu.Lock()
	w := cheapest(missing, walk{list: s.all}, s.pageSize)
	s.mu.Unlock()
	_, err := s.follow(ctx, w, yield)
	return err
}

// learnLists reads the newest IDs if many entries are wanted and no list is known. Without
// it, how far a page of entries reaches would be a guess.
func (s *Server) learnLists(ctx context.Context, n int) error {
	s.mu.Lock()
	known := s.all.known
	s.mu.Unlock()
	if known || n <= fewIDs {
		return nil
	}
	_, _, err := s.Newest(ctx, idsPerPage)
	return err
}

// follow makes the requests of a walk. It returns the wanted entries that it did not find.
func (s *Server) follow(ctx context.Context, w walk, yield func([]entry) error) (missing []int64, err error) {
	if w.single {
		return s.fetchSingly(ctx, w.wanted, yield)
	}
	tooLarge := 0
	for rest := w.wanted; len(rest) > 0; {
		size := s.size()
		last, beyond := w.list.nextRange(rest, size)
		query, err := url.ParseQuery(w.filter)
		if err != nil {
			return nil, err
		}
		query.Set("order", "id")
		query.Set("direction", "asc")
		query.Set("after_entry_id", entryID(rest[0]-1))
		// Miniflux counts everything behind a page, which takes longer than the page.
		query.Set("before_entry_id", entryID(last+1))
		page, err := s.entryPage(ctx, query, size)
		if errors.Is(err, errPageTooLarge) {
			if !s.shrinkPage(size) {
				// A single entry is too large. No later round could get beyond it.
				if tooLarge++; tooLarge > mostTooLarge {
					return nil, err
				}
				missing, rest = append(missing, rest[0]), rest[1:]
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		asked := rest[:len(rest)-len(beyond)]
		if len(page) == size {
			// More entries than expected: the page ends before the last one that was asked for.
			end, known := pageEnd(page)
			at, has := slices.BinarySearch(asked, end)
			if has || at == 0 && !known {
				at++
			}
			asked = asked[:at]
			if at == 0 {
				return nil, fmt.Errorf("fetch entries: %w", errImplausible(s.base))
			}
		}
		rest = rest[len(asked):]
		found, lost := pick(page, asked)
		missing = append(missing, lost...)
		if len(found) == 0 {
			continue
		}
		if err := yield(found); err != nil {
			return nil, err
		}
	}
	return missing, nil
}

// pageEnd returns the largest ID of a page. known is false if it may be larger, because an
// entry at the end has none.
func pageEnd(page []entry) (end int64, known bool) {
	for _, e := range page {
		end = max(end, e.ID)
	}
	return end, page[len(page)-1].ID > 0
}

// pick splits the wanted IDs, which are in ascending order, into the entries that a page has
// and the other IDs.
func pick(page []entry, wanted []int64) (found []entry, missing []int64) {
	has := make(map[int64]bool, len(page))
	for _, e := range page {
		if _, is := slices.BinarySearch(wanted, e.ID); is && e.isUsable() && !has[e.ID] {
			has[e.ID] = true
			found = append(found, e)
		}
	}
	for _, id := range wanted {
		if !has[id] {
			missing = append(missing, id)
		}
	}
	return found, missing
}

// fetchSingly fetches entries one by one.
func (s *Server) fetchSingly(ctx context.Context, wanted []int64, yield func([]entry) error) (missing []int64, err error) {
	tooLarge := 0
	for part := range slices.Chunk(wanted, singlePart) {
		var found []entry
		for _, id := range part {
			var e entry
			var mistyped bool
			err := s.call(ctx, request{what: "fetch an entry", method: "GET", path: "/v1/entries/" + entryID(id), loose: &mistyped}, &e)
			switch {
			case err == nil && mistyped && !e.isUsable():
				missing = append(missing, id)
			case errors.Is(err, errNotFound):
				missing = append(missing, id)
			case isTooLarge(err) && tooLarge < mostTooLarge:
				tooLarge++
				missing = append(missing, id)
			case err != nil:
				return nil, err
			case e.ID != id:
				return nil, fmt.Errorf("fetch an entry: %w", errNoMiniflux())
			default:
				found = append(found, e)
			}
		}
		if len(found) == 0 {
			continue
		}
		if err := yield(found); err != nil {
			return nil, err
		}
	}
	return missing, nil
}

// errPageTooLarge means that a page of entries is larger than a response may be.
var errPageTooLarge = errors.New("the page is too large")

// isTooLarge reports whether a response is larger than it may be.
func isTooLarge(err error) bool {
	var failed *fetch.Error
	return errors.As(err, &failed) && failed.Kind == fetch.KindTooLarge
}

// entryPage reads a page of entries, and learns from its size how long the next is to be.
func (s *Server) entryPage(ctx context.Context, query url.Values, size int) ([]entry, error) {
	query.Set("limit", strconv.Itoa(size))
	var page entryPage
	bytes := 0
	err := s.call(ctx, request{what: "fetch entries", method: "GET", path: "/v1/entries", query: query, maxBody: s.maxPage, bytes: &bytes, loose: new(bool)}, &page)
	switch {
	case isTooLarge(err):
		return nil, fmt.Errorf("%w: %w", errPageTooLarge, err)
	case err != nil:
		return nil, err
	case page.Entries == nil:
		return nil, fmt.Errorf("fetch entries: %w", errNoMiniflux())
	case len(page.Entries) > size:
		return nil, fmt.Errorf("fetch entries: %w", errImplausible(s.base))
	}
	if len(page.Entries) >= minPageSize {
		s.mu.Lock()
		fitting := pageBytes / max(bytes/len(page.Entries), 1)
		s.pageSize = min(max(fitting, minPageSize), maxPageSize, 2*max(size, firstPageSize))
		s.mu.Unlock()
	}
	return page.Entries, nil
}

// shrinkPage makes the next page shorter than one of so many entries. It returns false if
// that is not possible.
func (s *Server) shrinkPage(size int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pageSize = max(size/4, 1)
	return size > 1
}
