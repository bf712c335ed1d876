package greader

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"dateline/feed/account"
	"dateline/feed/fetch"
)

// The names of states. A server may answer with the number of a user instead of the dash.
const (
	stateRead    = "/state/com.google/read"
	stateStarred = "/state/com.google/starred"
	stateAll     = "/state/com.google/reading-list"
	ownUser      = "user/-"
)

// The limits of a list. Servers may answer with fewer IDs on a page than were asked for.
const (
	pageSize = 10_000
	maxPages = 2000
	maxIDs   = 2_000_000
	// attempts is how often a list is read at most until it did not change meanwhile.
	attempts = 3
)

// Unread returns the IDs of all unread entries.
func (s *Server) Unread(ctx context.Context) ([]string, error) {
	return s.wholeList(ctx, ownUser+stateAll, ownUser+stateRead)
}

// Starred returns the IDs of all starred entries.
func (s *Server) Starred(ctx context.Context) ([]string, error) {
	return s.wholeList(ctx, ownUser+stateStarred, "")
}

// All returns the IDs of all entries, the newest first: Miniflux orders them by the date
// of publication, FreshRSS by that of arrival.
func (s *Server) All(ctx context.Context) ([]string, error) {
	return s.wholeList(ctx, ownUser+stateAll, "")
}

// Newest returns at most n IDs in the order of [Server.All].
func (s *Server) Newest(ctx context.Context, n int) (ids []string, whole bool, err error) {
	l := s.newList(ownUser+stateAll, "", min(n, pageSize))
	for len(l.ids) < n {
		more, err := l.readPage(ctx)
		if err != nil {
			return nil, false, err
		}
		if !more {
			return l.ids, true, nil
		}
	}
	return l.ids[:max(n, 0)], false, nil
}

// wholeList reads a list without the entries of the stream that is excluded, if any. It
// is read again if it changed while it was read. A list whose pages do not show that they
// follow each other is known if it is the same twice.
func (s *Server) wholeList(ctx context.Context, stream, exclude string) ([]string, error) {
	var before []string
	for try := range attempts {
		l := s.newList(stream, exclude, pageSize)
		err := l.readAll(ctx)
		switch {
		case errors.Is(err, account.ErrUnstable):
			before = nil
		case err != nil:
			return nil, err
		case !l.loose, try > 0 && slices.Equal(before, l.ids):
			return l.ids, nil
		default:
			before = l.ids
		}
	}
	return nil, fmt.Errorf("%w: %s; the next sync tries again", account.ErrUnstable, s.host())
}

// list is a list of IDs that is being read.
type list struct {
	server *Server
	query  url.Values
	ids    []string
	known  map[string]bool
	// next is the continuation of the last page; empty at the end.
	next  string
	pages int
	// last is the length of the last page. loose is set if a page did not show that it
	// follows the one before it.
	last  int
	loose bool
}

func (s *Server) newList(stream, exclude string, size int) *list {
	query := url.Values{"s": {stream}, "n": {strconv.Itoa(size)}}
	if exclude != "" {
		query.Set("xt", exclude)
	}
	return &list{server: s, query: query, known: map[string]bool{}}
}

// readAll reads all pages. If one does not follow the one before it, the error is
// [account.ErrUnstable].
func (l *list) readAll(ctx context.Context) error {
	for more := true; more; {
		var err error
		if more, err = l.readPage(ctx); err != nil {
			return err
		}
	}
	return nil
}

// readPage appends the next page. more is false after the last one.
//
// A continuation says where the page begins: by the number of IDs before it (Miniflux),
// or by the last of them (FreshRSS). If entries left the list meanwhile, both skip some.
// So the last ID is asked for once more: the page follows if it begins with that one.
func (l *list) readPage(ctx context.Context) (more bool, err error) {
	at, overlaps := l.next, false
	switch n := len(l.ids); {
	case n == 0:
	case l.last > 1 && l.next == strconv.Itoa(n):
		at, overlaps = strconv.Itoa(n-1), true
	case l.last > 1 && l.next == l.ids[n-1]:
		at, overlaps = l.ids[n-2], true
	default:
		l.loose = true
	}
	ids, next, err := l.server.idPage(ctx, l.query, at)
	if err != nil {
		return false, err
	}
	l.last = len(ids)
	if overlaps {
		if len(ids) == 0 || ids[0] != l.ids[len(l.ids)-1] {
			return false, account.ErrUnstable
		}
		ids = ids[1:]
	}
	for _, id := range ids {
		if l.known[id] {
			return false, account.ErrUnstable
		}
		l.known[id] = true
	}
	l.ids = append(l.ids, ids...)
	l.pages++
	if next != "" && len(ids) == 0 {
		return false, account.ErrUnstable
	}
	if len(l.ids) > maxIDs || l.pages >= maxPages {
		return false, l.server.notTheAPI("stream/items/ids")
	}
	l.next = next
	return next != "", nil
}

// idPage asks for one page of IDs.
func (s *Server) idPage(ctx context.Context, query url.Values, at string) (ids []string, next string, err error) {
	const path = "stream/items/ids"
	asked := maps.Clone(query)
	if at != "" {
		asked.Set("c", at)
	}
	reply, err := s.get(ctx, path, asked)
	if err != nil {
		return nil, "", err
	}
	var page struct {
		ItemRefs     json.RawMessage `json:"itemRefs"`
		Continuation looseText       `json:"continuation"`
	}
	var refs []struct {
		ID looseText `json:"id"`
	}
	if err := s.decode(path, reply, &page); err != nil {
		return nil, "", err
	}
	// null is no list: it would call everything read.
	if len(page.ItemRefs) == 0 || page.ItemRefs[0] != '[' || json.Unmarshal(page.ItemRefs, &refs) != nil {
		return nil, "", s.notTheAPI(path)
	}
	for _, r := range refs {
		id := itemID(string(r.ID))
		if !isID(id) {
			return nil, "", s.notTheAPI(path)
		}
		ids = append(ids, id)
	}
	return ids, string(page.Continuation), nil
}

// decode reads the JSON object of a reply. Miniflux answers "[]" to requests that it does
// not know: that is no empty list.
func (s *Server) decode(path string, reply fetch.Reply, into any) error {
	if !isObject(reply) {
		return s.notTheAPI(path)
	}
	return reply.JSON(into, maxElements)
}

// decodeLoosely is decode for things that say little together: a value of a wrong type counts
// as absent.
func (s *Server) decodeLoosely(path string, reply fetch.Reply, into any) error {
	if !isObject(reply) {
		return s.notTheAPI(path)
	}
	_, err := reply.LooseJSON(into, maxElements)
	return err
}

func isObject(reply fetch.Reply) bool {
	return bytes.HasPrefix(bytes.TrimSpace(reply.Body), []byte("{"))
}

// maxElements is how many values the arrays of a reply may have. Servers that know no limit
// of a page send a list at once.
const maxElements = 500_000

// looseText is a text that some servers send as a number, or as null.
type looseText string

// UnmarshalJSON takes a string, a number or null.
func (t *looseText) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err == nil {
		*t = looseText(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(data, &n); err != nil {
		return err
	}
	*t = looseText(strings.TrimSpace(n.String()))
	return nil
}
