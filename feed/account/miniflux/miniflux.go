// Package miniflux is a client of Miniflux's programming interface
// (https://miniflux.app/docs/api.html), as an [account.Server].
//
// Start at [Server]. send_request.go decides how a request is made and what its failure
// means, id_lists.go when a list of IDs is whole, choose_walk.go and walk_entries.go by
// which requests entries are fetched, and entry.go what becomes of an entry.
//
// Whether a server has what is needed is found by asking it, and never by its version:
// builds from source do not have a usable one. Miniflux before 2.3.2 has no lists of IDs, and
// ignores stars that it is told to set.
package miniflux

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"dateline/feed"
	"dateline/feed/account"
	"dateline/feed/fetch"
	"dateline/feed/text"
)

// markPart is how many entries one request marks. It bounds what is repeated after a lost
// answer.
const markPart = 500

// Server is a Miniflux. Its methods may be called from several goroutines.
type Server struct {
	client   *fetch.Client
	settings feed.AccountSettings
	// base is the address that the paths of requests are appended to.
	base string
	now  func() time.Time
	// maxPage is the limit of a page of entries in bytes. 0 means that of package fetch.
	maxPage int64

	mu    sync.Mutex
	clock clockRange
	// hasLists is set when the server has answered with a list of IDs.
	hasLists bool
	// all, unread and starred are the lists that were read last. They only help to choose
	// among requests: what is returned never depends on them.
	all, unread, starred idList
	// pageSize is how many entries a page of entries is to have.
	pageSize int
}

var _ account.Server = (*Server)(nil)

// New returns a client of the server of an account. now is this computer's clock.
func New(client *fetch.Client, a feed.AccountSettings, now func() time.Time) *Server {
	base, user, password := text.SplitLogin(strings.TrimSpace(a.URL))
	if a.Access.User == "" {
		a.Access.User, a.Access.Password = user, password
	}
	base = strings.TrimRight(base, "/")
	// People copy the address of the programming interface, too.
	base = strings.TrimRight(strings.TrimSuffix(base, "/v1"), "/")
	return &Server{client: client, settings: a, base: base, now: now, pageSize: firstPageSize}
}

// Clock implements [account.Server]. A Date header has whole seconds, so the clocks count as
// equal unless the headers of all responses together contradict that.
func (s *Server) Clock() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock.value()
}

// clockRange is what is known of the difference between two clocks: it is at least low, and
// less than high.
type clockRange struct {
	low, high time.Duration
	known     bool
}

// add narrows the range by a response that was sent between two moments of this computer's
// clock. If it contradicts the earlier ones, a clock was set: then only the response counts.
func (c *clockRange) add(sent, received, date time.Time) {
	if date.IsZero() {
		return
	}
	low, high := date.Sub(received), date.Add(time.Second).Sub(sent)
	if c.known && low < c.high && c.low < high {
		low, high = max(low, c.low), min(high, c.high)
	}
	*c = clockRange{low: low, high: high, known: true}
}

// value returns 0 if that is in the range, and the middle of the range otherwise.
func (c *clockRange) value() time.Duration {
	if !c.known || c.low <= 0 && c.high >= 0 {
		return 0
	}
	return c.low + (c.high-c.low)/2
}

// Mark implements [account.Server].
func (s *Server) Mark(ctx context.Context, flag feed.Flag, on bool, ids []string) error {
	numbers := entryNumbers(ids)
	if len(numbers) == 0 {
		return nil
	}
	change := map[string]any{}
	switch flag {
	case feed.Read:
		change["status"] = "unread"
		if on {
			change["status"] = "read"
		}
	case feed.Starred:
		// A server without lists ignores stars, and reports success.
		if err := s.requireLists(ctx); err != nil {
			return err
		}
		change["starred"] = on
	default:
		return fmt.Errorf("send marks: %w: Miniflux has no mark %s", account.ErrCannot, flag)
	}
	for part := range slices.Chunk(numbers, markPart) {
		change["entry_ids"] = part
		if err := s.call(ctx, request{what: "send marks", method: "PUT", path: "/v1/entries", body: change}, nil); err != nil {
			return err
		}
	}
	return nil
}

// requireLists asks for the shortest list of IDs, unless one was read before.
func (s *Server) requireLists(ctx context.Context) error {
	s.mu.Lock()
	known := s.hasLists
	s.mu.Unlock()
	if known {
		return nil
	}
	_, err := s.idPage(ctx, "", 1, 0)
	return err
}

// entryNumbers returns the IDs as Miniflux has them: numbers in ascending order, each once.
// Others are no IDs of a Miniflux and are left out.
func entryNumbers(ids []string) []int64 {
	numbers := make([]int64, 0, len(ids))
	for _, id := range ids {
		if n, err := strconv.ParseInt(id, 10, 64); err == nil && n > 0 {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// entryID returns a number as [account.Entry.ID] has it.
func entryID(n int64) string { return strconv.FormatInt(n, 10) }
