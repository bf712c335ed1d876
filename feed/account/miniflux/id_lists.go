package miniflux

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"dateline/feed/account"
	"dateline/feed/fetch"
)

const (
	// idsPerPage is the most that Miniflux sends of a list of IDs.
	idsPerPage = 10000
	// maxIDs is how long a list may be. More than that no server has for one person.
	maxIDs = 5_000_000
	// listTries is how often a list is read that changes meanwhile.
	listTries = 3
	// fewIDs is up to how many entries are asked for one by one, where the other way is to
	// read whole lists.
	fewIDs = 20
)

// The filters of lists of IDs and of entries.
const (
	unreadOnly  = "status=unread"
	starredOnly = "starred=true"
)

// Unread implements [account.Server].
func (s *Server) Unread(ctx context.Context) ([]string, error) {
	return s.wholeList(ctx, unreadOnly, &s.unread)
}

// Starred implements [account.Server].
func (s *Server) Starred(ctx context.Context) ([]string, error) {
	return s.wholeList(ctx, starredOnly, &s.starred)
}

// All implements [account.Server].
func (s *Server) All(ctx context.Context) ([]string, error) {
	return s.wholeList(ctx, "", &s.all)
}

// wholeList returns the whole list that a filter selects, and remembers it in keep.
func (s *Server) wholeList(ctx context.Context, filter string, keep *idList) ([]string, error) {
	ids, total, err := s.readList(ctx, filter, maxIDs, 1)
	if err != nil {
		return nil, err
	}
	s.remember(keep, ids, total)
	return entryIDs(ids), nil
}

// Newest implements [account.Server]. Miniflux numbers entries in the order in which it gets
// them.
func (s *Server) Newest(ctx context.Context, n int) (ids []string, whole bool, err error) {
	numbers, total, err := s.readList(ctx, "", n, 1)
	if err != nil {
		return nil, false, err
	}
	s.remember(&s.all, numbers, total)
	return entryIDs(numbers), len(numbers) >= total, nil
}

// Exist implements [account.Server].
func (s *Server) Exist(ctx context.Context, ids []string) (map[string]bool, error) {
	wanted := entryNumbers(ids)
	found := make(map[string]bool, len(wanted))
	if len(wanted) <= fewIDs {
		for _, id := range wanted {
			err := s.call(ctx, request{what: "look for an entry", method: "GET", path: "/v1/entries/" + entryID(id)}, &struct{}{})
			if err != nil && !errors.Is(err, errNotFound) {
				return nil, err
			}
			if err == nil {
				found[entryID(id)] = true
			}
		}
		return found, nil
	}
	all, total, err := s.readList(ctx, "", maxIDs, wanted[0])
	if err != nil {
		return nil, err
	}
	s.remember(&s.all, all, total)
	slices.Reverse(all)
	for _, id := range wanted {
		if _, has := slices.BinarySearch(all, id); has {
			found[entryID(id)] = true
		}
	}
	return found, nil
}

// readList returns the IDs that a filter selects, in descending order: at most so many, and
// none of the pages that have only smaller ones than least. total is how many there are.
// The pages have offsets, so a list that changes between two of them may miss an entry:
// then all of it is read again.
func (s *Server) readList(ctx context.Context, filter string, most int, least int64) (ids []int64, total int, err error) {
	for range listTries {
		ids, total, err = s.tryList(ctx, filter, most, least)
		if !errors.Is(err, account.ErrUnstable) {
			return ids, total, err
		}
	}
	return nil, 0, err
}

// tryList is readList without a repetition.
func (s *Server) tryList(ctx context.Context, filter string, most int, least int64) (ids []int64, total int, err error) {
	for {
		limit := min(idsPerPage, most-len(ids))
		page, err := s.idPage(ctx, filter, limit, len(ids))
		if err != nil {
			return nil, 0, err
		}
		switch {
		case *page.Total > maxIDs, len(page.IDs) > limit:
			return nil, 0, fmt.Errorf("read a list of entries: %w", errImplausible(s.base))
		case len(ids) == 0:
			total = *page.Total
		case *page.Total != total:
			return nil, 0, errUnstable()
		}
		for _, id := range page.IDs {
			if len(ids) > 0 && id >= ids[len(ids)-1] {
				return nil, 0, errUnstable()
			}
			ids = append(ids, id)
		}
		switch {
		case len(ids) > total:
			return nil, 0, errUnstable()
		case len(ids) == total, len(ids) >= most, len(ids) > 0 && ids[len(ids)-1] < least:
			return ids, total, nil
		case len(page.IDs) < limit:
			return nil, 0, errUnstable()
		}
	}
}

// idPage is a page of a list of IDs.
type idPage struct {
	// Total is how many IDs there are without limit and offset. It is nil if the response
	// is none of this kind.
	Total *int    `json:"total"`
	IDs   []int64 `json:"entry_ids"`
}

// idPage reads a page of a list of IDs. That a server cannot do that shows that it is too
// old.
func (s *Server) idPage(ctx context.Context, filter string, limit, offset int) (idPage, error) {
	var page idPage
	query, err := url.ParseQuery(filter)
	if err != nil {
		return page, err
	}
	query.Set("limit", strconv.Itoa(limit))
	if offset > 0 {
		query.Set("offset", strconv.Itoa(offset))
	}
	const what = "read a list of entries"
	err = s.call(ctx, request{what: what, method: "GET", path: "/v1/entries/ids", query: query}, &page)
	var failed *fetch.Error
	switch {
	case errors.Is(err, errNotFound), errors.As(err, &failed) && failed.Status == statusBadRequest:
		return page, fmt.Errorf("%s: %w", what, errTooOld())
	case err != nil:
		return page, err
	case page.Total == nil || page.IDs == nil || *page.Total < 0:
		return page, fmt.Errorf("%s: %w", what, errNoMiniflux())
	}
	s.mu.Lock()
	s.hasLists = true
	s.mu.Unlock()
	return page, nil
}

func errUnstable() error { return fmt.Errorf("read a list of entries: %w", account.ErrUnstable) }

// errImplausible returns the error for a response that no server can mean.
func errImplausible(address string) error {
	return &fetch.Error{URL: address, Kind: fetch.KindOther, Err: errors.New("the response has more than was asked for"), OfCall: true}
}

// entryIDs returns numbers as [account.Entry.ID] has them.
func entryIDs(numbers []int64) []string {
	ids := make([]string, len(numbers))
	for i, n := range numbers {
		ids[i] = entryID(n)
	}
	return ids
}

// remember keeps a list that is in descending order. total is how many there are.
func (s *Server) remember(keep *idList, ids []int64, total int) {
	l := newIDList(ids, total)
	s.mu.Lock()
	defer s.mu.Unlock()
	*keep = l
}
