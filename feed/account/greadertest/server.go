// Package greadertest is a server of the Google Reader API for tests, in the dialects of
// Miniflux and of FreshRSS: the part that package greader uses, with the differences that
// the real ones have, over real HTTP on loopback. Each bad day has a switch in [Quirks].
//
// Start at [New]. "On the web" means what somebody does in the browser, past the client.
package greadertest

import (
	"cmp"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// User and Password are what the server accepts.
const (
	User     = "ann"
	Password = "secret-password-of-the-tests"
)

// Dialect is whose answers the server gives.
type Dialect int

// The dialects.
const (
	Miniflux Dialect = iota
	FreshRSS
)

// Server is a fake server. Its methods may be called while requests are answered.
type Server struct {
	// URL is the address of the site. The API of FreshRSS is at /api/greader.php below it.
	URL string

	dialect Dialect
	now     func() time.Time
	mu      sync.Mutex
	quirks  Quirks
	feeds   []*feed
	entries []*entry // by arrival
	folders []string
	lastID  int64
	// logins counts what ended the sessions, tokens what ended the tokens of POSTs.
	logins, tokens int
	counts         Counts
}

// Quirks are what some servers do, and the ways in which a server can misbehave. Numbers
// count down with each request that they hit.
type Quirks struct {
	// Toggles takes a flag away if it is added again, as Miniflux 2.2 does.
	Toggles bool
	// TextIDs makes IDs longer than 64 bits, as those of The Old Reader.
	TextIDs bool
	// MaxPage is how many IDs a page has at most; 0 means 10,000 (Miniflux) or no limit.
	MaxPage int
	// OpaquePages makes continuations that do not show where the page begins.
	OpaquePages bool
	// Passwords, if not nil, replaces [Password].
	Passwords []string
	// Off is a FreshRSS whose API is switched off. NoAPI answers 404 to everything, Pages
	// answers everything with a web page and the status 200.
	Off, NoAPI, Pages bool
	// Status, if not 0, is the status of all responses, with RetryAfter as its header.
	Status     int
	RetryAfter string
	// FailAfter is the number of the next request that gets the status 500, with all that
	// follow. 0 means none.
	FailAfter int
	// ShiftLists is how many pages of lists are followed by a change on the web: the last
	// entry of the page leaves the list.
	ShiftLists int
	// Unknown are paths that Miniflux answers with "[]".
	Unknown []string
	// Truncate is how many responses end in the middle of their text.
	Truncate int
	// LoseRequests is how many changes are not made, and LoseAnswers how many are, before the
	// connection is closed without a response.
	LoseRequests, LoseAnswers int
	// Delay passes before each response.
	Delay time.Duration
	// ClockAhead is how far the server's clock is ahead.
	ClockAhead time.Duration
}

// Counts are the requests since [Server.ResetCounts].
type Counts struct {
	// Paths are the method and the path of each request, with the query.
	Paths []string
	// Forms are the forms of changes, without the token.
	Forms []string
	// Bytes are the bodies of the responses.
	Bytes int64
	// MostIDs is the largest number of IDs in one request.
	MostIDs int
}

type feed struct {
	id                       int64
	url, site, title, folder string
}

type entry struct {
	id            int64
	feed          *feed
	from          Entry
	published     time.Time
	arrived       time.Time
	read, starred bool
}

// Entry is what a publisher sends. Empty fields get values.
type Entry struct {
	GUID, Title, URL, Content, Author string
	Published                         time.Time
	// Tags are the publisher's, Labels those of the user. Miniflux has neither.
	Tags, Labels []string
	// Enclosure is the address of a file. Empty if there is none.
	Enclosure string
}

// New starts a server that ends with the test. now is its clock; nil is the real one.
func New(t testing.TB, d Dialect, now func() time.Time) *Server {
	if now == nil {
		now = time.Now
	}
	s := &Server{dialect: d, now: now, folders: []string{"All"}}
	if d == FreshRSS {
		s.folders[0], s.lastID = "Uncategorized", 1_700_000_000_000_000
	}
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	s.URL = web.URL
	return s
}

// Set changes the quirks.
func (s *Server) Set(change func(q *Quirks)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.quirks)
}

// Counts returns what was requested, and ResetCounts begins anew.
func (s *Server) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.counts
	c.Paths, c.Forms = slices.Clone(c.Paths), slices.Clone(c.Forms)
	return c
}

// ResetCounts forgets the requests up to now.
func (s *Server) ResetCounts() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts = Counts{}
}

// ExpireLogins makes all clients log in again, and ExpireTokens makes them ask for another
// token. The tokens of Miniflux are its logins.
func (s *Server) ExpireLogins() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logins++
}

// ExpireTokens ends the tokens of POSTs.
func (s *Server) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens++
}

// AddFeed subscribes to a feed on the web and returns its ID. The folder is created if it
// is missing; empty is the default one.
func (s *Server) AddFeed(url, title, folder string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addFeed(url, title, folder).stream()
}

// EditFeed changes title and folder of a subscription on the web.
func (s *Server) EditFeed(id, title, folder string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.feed(id)
	f.title, f.folder = title, s.folder(folder)
}

// RemoveFeed unsubscribes on the web.
func (s *Server) RemoveFeed(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.removeFeed(s.feed(id))
}

// AddEntries lets a feed bring entries, and returns their IDs.
func (s *Server) AddEntries(feed string, list ...Entry) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := make([]string, len(list))
	for i, e := range list {
		ids[i] = s.shortID(s.addEntry(s.feed(feed), e))
	}
	return ids
}

// MarkRead and MarkStarred set a flag on the web.
func (s *Server) MarkRead(read bool, ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.each(ids, func(e *entry) { e.read = read })
}

// MarkStarred sets the star on the web.
func (s *Server) MarkStarred(starred bool, ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.each(ids, func(e *entry) { e.starred = starred })
}

// Delete removes entries, as archiving does.
func (s *Server) Delete(ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.each(ids, func(e *entry) {
		s.entries = slices.DeleteFunc(s.entries, func(other *entry) bool { return other == e })
	})
}

// State returns the marks of an entry, and whether the server has it.
func (s *Server) State(id string) (read, starred, has bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.each([]string{id}, func(e *entry) { read, starred, has = e.read, e.starred, true })
	return read, starred, has
}

// Subscriptions returns the addresses of the feeds with their titles and folders, as
// "address title folder".
func (s *Server) Subscriptions() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, f := range s.feeds {
		out = append(out, strings.Join([]string{f.url, f.title, f.folder}, " "))
	}
	return out
}

func (f *feed) stream() string { return "feed/" + strconv.FormatInt(f.id, 10) }

// feed returns the feed of a stream, or nil.
func (s *Server) feed(stream string) *feed {
	for _, f := range s.feeds {
		if f.stream() == stream || s.dialect == FreshRSS && "feed/"+f.url == stream {
			return f
		}
	}
	return nil
}

// folder returns the name of a folder, which is created if it is missing.
func (s *Server) folder(name string) string {
	if name == "" {
		return s.folders[0]
	}
	if !slices.Contains(s.folders, name) {
		s.folders = append(s.folders, name)
	}
	return name
}

func (s *Server) addFeed(url, title, folder string) *feed {
	f := &feed{id: int64(len(s.feeds)) + 1, url: url, site: url, title: cmp.Or(title, url), folder: s.folder(folder)}
	if n := len(s.feeds); n > 0 {
		f.id = s.feeds[n-1].id + 1
	}
	s.feeds = append(s.feeds, f)
	return f
}

func (s *Server) removeFeed(f *feed) {
	s.feeds = slices.DeleteFunc(s.feeds, func(other *feed) bool { return other == f })
	s.entries = slices.DeleteFunc(s.entries, func(e *entry) bool { return e.feed == f })
}

func (s *Server) addEntry(f *feed, from Entry) *entry {
	s.lastID++
	guid := cmp.Or(from.GUID, from.URL, from.Title, strconv.FormatInt(s.lastID, 10))
	from.Title, from.URL = cmp.Or(from.Title, guid), cmp.Or(from.URL, "https://example.org/"+strconv.FormatInt(s.lastID, 10))
	from.Content = cmp.Or(from.Content, "<p>Text of "+guid+"</p>")
	e := &entry{id: s.lastID, feed: f, from: from, published: from.Published, arrived: s.clock()}
	if e.published.IsZero() {
		e.published = e.arrived
	}
	s.entries = append(s.entries, e)
	return e
}

// each calls do for the entries with these IDs, in any form.
func (s *Server) each(ids []string, do func(e *entry)) {
	for _, id := range ids {
		at, has := slices.BinarySearchFunc(s.entries, s.parseID(id), func(e *entry, id int64) int { return cmp.Compare(e.id, id) })
		if has {
			do(s.entries[at])
		}
	}
}

func (s *Server) clock() time.Time { return s.now().Add(s.quirks.ClockAhead).UTC() }
