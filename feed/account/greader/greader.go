// Package greader speaks to servers of the Google Reader API: Miniflux, FreshRSS and
// others. They differ, and what a server is like is found by asking it, never by its name
// or version. See docs/decisions/google-reader.md for what they do.
//
// Start at [Server]. login.go finds the API, logs in and sends the requests, item_ids.go
// knows the forms of IDs, lists.go reads whole lists of them, entries.go the entries,
// marks.go sets flags, and subscriptions.go changes what is subscribed.
package greader

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"dateline/feed"
	"dateline/feed/account"
	"dateline/feed/fetch"
)

// Server is an account at a server of the Google Reader API. Several goroutines may use
// it. It implements [account.Server].
type Server struct {
	client   *fetch.Client
	settings feed.AccountSettings
	now      func() time.Time

	mu sync.Mutex
	// session is kept in memory only, for as long as the Server.
	session session
	// folders are the names of the folders that feeds are in; nil if not known yet.
	folders map[string]bool
	// ahead is how far the server's clock was ahead in the last response, in nanoseconds.
	ahead atomic.Int64
}

var _ account.Server = (*Server)(nil)

// New returns the server of an account of kind "greader". It makes no request.
func New(client *fetch.Client, a feed.AccountSettings) *Server {
	return &Server{client: client, settings: a, now: time.Now}
}

// Clock returns how far the server's clock was ahead of this computer's in the last
// response; 0 if unknown.
func (s *Server) Clock() time.Duration { return time.Duration(s.ahead.Load()) }

// Changed returns nil: the API has no times of marks.
func (s *Server) Changed(context.Context, []string) (map[string]time.Time, error) { return nil, nil }

// SetAddress returns [account.ErrCannot].
func (s *Server) SetAddress(context.Context, account.Feed, string) error { return account.ErrCannot }

// Refresh returns [account.ErrCannot].
func (s *Server) Refresh(context.Context, account.Feed) error { return account.ErrCannot }
