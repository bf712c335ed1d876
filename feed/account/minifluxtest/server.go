// Package minifluxtest is a Miniflux for tests: the part of its programming interface that
// package miniflux uses, with the same meaning, over real HTTP on loopback. Each of its bad
// days has a switch in [Quirks].
//
// Start at [New]. "On the web" means what somebody does in the browser, past the client.
package minifluxtest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Token is what the server accepts as X-Auth-Token, User and Password what it accepts with
// basic authentication.
const (
	Token    = "secret-token-of-the-tests"
	User     = "ann"
	Password = "secret-password-of-the-tests"
)

// Server is a fake Miniflux. Its methods may be called while requests are answered.
type Server struct {
	// URL is the address for the configuration.
	URL string

	mu         sync.Mutex
	now        func() time.Time
	quirks     Quirks
	categories []category
	feeds      []*feed
	entries    []*entry // by ID
	// byHash are the entries by feed and hash; a deleted one is nil, and does not come back.
	byHash map[string]*entry
	lastID int64
	counts Counts
}

// Quirks are the ways in which a server can misbehave. Numbers count down with each request
// that they hit.
type Quirks struct {
	// Old is a Miniflux before 2.3.2: no lists of IDs, and a star in a change is ignored.
	Old bool
	// NoMiniflux answers everything with a web page and the status 200, NotFound with a
	// page and the status 404.
	NoMiniflux, NotFound bool
	// Refuse answers 401 to everything. Tokens, if not nil, replaces [Token].
	Refuse bool
	Tokens []string
	// Status, if not 0, is the status of all responses, with RetryAfter as its header.
	Status     int
	RetryAfter string
	// FailAfter is the number of the next request that gets the status 500, with all that
	// follow. 0 means none.
	FailAfter int
	// ChangeLists is how many pages of lists of IDs are followed by a new entry, which
	// changes the others.
	ChangeLists int
	// SwapLists is how many of them are followed by a new entry while the oldest is deleted,
	// so that their total stays the same.
	SwapLists int
	// Truncate is how many responses end in the middle of their text.
	Truncate int
	// LoseRequests is how many changes are not made, and LoseAnswers how many are made, before the
	// connection is closed without a response.
	LoseRequests, LoseAnswers int
	// NoGzip sends everything without compression.
	NoGzip bool
	// Delay passes before each response.
	Delay time.Duration
	// ClockAhead is how far the server's clock is ahead.
	ClockAhead time.Duration
}

// Counts are the requests since [Server.ResetCounts].
type Counts struct {
	// Paths are the method and the path of each request, with the query.
	Paths []string
	// Bytes are the bodies of the responses as they were sent, Entries the entries in them.
	Bytes   int64
	Entries int
	// MostIDs is the largest number of IDs in one change.
	MostIDs int
}

type category struct {
	ID    int64  `json:"id"`
	Title string `json:"title"`
}

type feed struct {
	ID          int64     `json:"id"`
	FeedURL     string    `json:"feed_url"`
	SiteURL     string    `json:"site_url"`
	Title       string    `json:"title"`
	Description string    `json:"description"`
	CheckedAt   time.Time `json:"checked_at"`
	Error       string    `json:"parsing_error_message"`
	Errors      int       `json:"parsing_error_count"`
	Category    category  `json:"category"`
}

type enclosure struct {
	URL      string `json:"url"`
	MimeType string `json:"mime_type"`
	Size     int64  `json:"size"`
}

type entry struct {
	ID          int64       `json:"id"`
	FeedID      int64       `json:"feed_id"`
	Status      string      `json:"status"`
	Starred     bool        `json:"starred"`
	Hash        string      `json:"hash"`
	Title       string      `json:"title"`
	URL         string      `json:"url"`
	CommentsURL string      `json:"comments_url"`
	Author      string      `json:"author"`
	Content     string      `json:"content"`
	PublishedAt time.Time   `json:"published_at"`
	CreatedAt   time.Time   `json:"created_at"`
	ChangedAt   time.Time   `json:"changed_at"`
	Tags        []string    `json:"tags"`
	Enclosures  []enclosure `json:"enclosures"`
	Feed        *feed       `json:"feed"`
}

// Entry is what a publisher sends. Its GUID is unique in its feed. Empty fields get values.
type Entry struct {
	GUID, Title, URL, Content, Author, Comments string
	Published                                   time.Time
	Tags                                        []string
	// Enclosure is the address of a file. Empty if there is none.
	Enclosure string
}

// New starts a server that ends with the test. now is its clock; nil is the real one.
func New(t testing.TB, now func() time.Time) *Server {
	if now == nil {
		now = time.Now
	}
	s := &Server{now: now, byHash: map[string]*entry{}, categories: []category{{1, "All"}}}
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
	c.Paths = slices.Clone(c.Paths)
	return c
}

// ResetCounts forgets the requests up to now.
func (s *Server) ResetCounts() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts = Counts{}
}

// AddFeed subscribes to a feed on the web and returns its ID. The category is created if it
// is missing; empty is the default one.
func (s *Server) AddFeed(url, title, category string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.addFeed(url, s.category(category))
	f.Title = cmp.Or(title, f.Title)
	return f.ID
}

// EditFeed changes title and category of a subscription on the web.
func (s *Server) EditFeed(id int64, title, category string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.feed(id)
	f.Title, f.Category = title, s.category(category)
}

// FailFeed sets the error that the server had when it fetched a feed.
func (s *Server) FailFeed(id int64, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.feed(id)
	f.Error, f.Errors = message, f.Errors+1
}

// RemoveFeed unsubscribes on the web.
func (s *Server) RemoveFeed(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.removeFeed(id)
}

// AddEntries lets a feed bring entries, and returns their IDs. A deleted one does not come
// back: its ID is 0. One that is here already keeps its ID and its marks.
func (s *Server) AddEntries(feed int64, list ...Entry) []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := make([]int64, len(list))
	for i, e := range list {
		ids[i] = s.addEntry(feed, e)
	}
	return ids
}

// SkipIDs makes a gap: Miniflux uses numbers up for entries that it has already.
func (s *Server) SkipIDs(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID += n
}

// MarkRead and MarkStarred set a flag on the web.
func (s *Server) MarkRead(read bool, ids ...int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mark(ids, func(e *entry) { e.Status = status(read) })
}

// MarkStarred sets the star on the web.
func (s *Server) MarkStarred(starred bool, ids ...int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mark(ids, func(e *entry) { e.Starred = starred })
}

// Delete removes entries, as flushing the history and archiving do.
func (s *Server) Delete(ids ...int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries = slices.DeleteFunc(s.entries, func(e *entry) bool {
		gone := slices.Contains(ids, e.ID)
		if gone {
			s.byHash[hashKey(e.FeedID, e.Hash)] = nil
		}
		return gone
	})
}

// State returns the marks of an entry, and whether the server has it.
func (s *Server) State(id int64) (read, starred, has bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.entry(id); e != nil {
		return e.Status == "read", e.Starred, true
	}
	return false, false, false
}

// Subscriptions returns the addresses of the feeds with their titles and categories, as
// "address title category".
func (s *Server) Subscriptions() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, f := range s.feeds {
		out = append(out, strings.Join([]string{f.FeedURL, f.Title, f.Category.Title}, " "))
	}
	return out
}

// Hash returns what Miniflux calls the hash of an entry with a GUID.
func Hash(guid string) string {
	sum := sha256.Sum256([]byte(guid))
	return hex.EncodeToString(sum[:])
}

func hashKey(feed int64, hash string) string { return strconv.FormatInt(feed, 10) + "/" + hash }

func status(read bool) string {
	if read {
		return "read"
	}
	return "unread"
}

// clock is the server's time. PostgreSQL keeps microseconds.
func (s *Server) clock() time.Time {
	return s.now().Add(s.quirks.ClockAhead).UTC().Truncate(time.Microsecond)
}

func (s *Server) feed(id int64) *feed {
	for _, f := range s.feeds {
		if f.ID == id {
			return f
		}
	}
	return nil
}

func (s *Server) entry(id int64) *entry {
	at, has := slices.BinarySearchFunc(s.entries, id, func(e *entry, id int64) int { return cmp.Compare(e.ID, id) })
	if !has {
		return nil
	}
	return s.entries[at]
}

// category returns the category of a title. The default is the first by title.
func (s *Server) category(title string) category {
	if title == "" {
		return slices.MinFunc(s.categories, func(a, b category) int { return cmp.Compare(a.Title, b.Title) })
	}
	for _, c := range s.categories {
		if strings.EqualFold(c.Title, title) {
			return c
		}
	}
	c := category{int64(len(s.categories) + 1), title}
	s.categories = append(s.categories, c)
	return c
}

func (s *Server) addFeed(url string, c category) *feed {
	s.lastID++
	f := &feed{ID: s.lastID, FeedURL: url, SiteURL: url, Title: url, Category: c, CheckedAt: s.clock()}
	s.feeds = append(s.feeds, f)
	return f
}

func (s *Server) removeFeed(id int64) {
	s.feeds = slices.DeleteFunc(s.feeds, func(f *feed) bool { return f.ID == id })
	s.entries = slices.DeleteFunc(s.entries, func(e *entry) bool { return e.FeedID == id })
}

func (s *Server) addEntry(feed int64, from Entry) int64 {
	s.lastID++
	guid := cmp.Or(from.GUID, from.URL, from.Title)
	hash, now := Hash(guid), s.clock()
	if e, had := s.byHash[hashKey(feed, hash)]; had {
		if e == nil {
			return 0
		}
		e.Title, e.Content = from.Title, from.Content
		return e.ID
	}
	e := &entry{
		ID: s.lastID, FeedID: feed, Status: "unread", Hash: hash, Title: cmp.Or(from.Title, guid), URL: cmp.Or(from.URL, "https://example.org/"+hash[:12]),
		Content: cmp.Or(from.Content, "<p>Text of "+guid+"</p>"), Author: from.Author, CommentsURL: from.Comments, PublishedAt: from.Published,
		CreatedAt: now, ChangedAt: now, Tags: append([]string{}, from.Tags...), Enclosures: []enclosure{}, Feed: s.feed(feed),
	}
	if from.Published.IsZero() {
		e.PublishedAt = now
	}
	if from.Enclosure != "" {
		e.Enclosures = append(e.Enclosures, enclosure{from.Enclosure, "audio/mpeg", 1000})
	}
	s.entries = append(s.entries, e)
	s.byHash[hashKey(feed, hash)] = e
	return e.ID
}

// mark changes the marks of entries and notes the time, also if nothing is new.
func (s *Server) mark(ids []int64, change func(e *entry)) {
	now := s.clock()
	for _, id := range ids {
		if e := s.entry(id); e != nil {
			change(e)
			e.ChangedAt = now
		}
	}
}
