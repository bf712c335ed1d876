package feed

import (
	"context"
	"time"

	"dateline/feed/text"
)

// Source is how news comes and how subscriptions change. The local poller is
// one kind; a client of a sync server is another.
type Source interface {
	// Refresh asks the feeds that ask names and calls report once for each
	// feed done, from one goroutine at a time. It returns when every feed is
	// done and saved, or soon after ctx ends; what was fetched by then is kept.
	// A feed's failure is a Report, not an error.
	Refresh(ctx context.Context, ask RefreshRequest, report func(Report)) error
	// Discover says which feeds a URL offers: itself when it is a feed, those a
	// page announces otherwise. An empty result comes with an error that says why.
	Discover(ctx context.Context, url string) ([]Candidate, error)
	// Preview reads the feed at a URL without keeping anything, for a look before
	// subscribing. The text of an error is a sentence.
	Preview(ctx context.Context, url string) (Preview, error)
	// Subscribe adds feeds to the configuration and the cache. One that is
	// subscribed already is left alone. It does not fetch.
	Subscribe(ctx context.Context, subs ...Subscription) error
	// Unsubscribe takes a feed out of the configuration; its items and marks
	// stay in the cache until they are purged.
	Unsubscribe(ctx context.Context, url string) error
	// Move writes a feed's new address into the configuration; settings, items
	// and marks stay with it.
	Move(ctx context.Context, from, to string) error
	// Fulltext asks for the page of an item and keeps its article in the cache.
	// A page without one is no error: the answer says why there is none, and
	// its Fetched is zero where asking again soon may help.
	Fulltext(ctx context.Context, item int64) (Fulltext, error)
}

// Preview is what a feed would bring.
type Preview struct {
	Candidate
	Description string
	Site        string
	// Items are the newest few, without identity or state.
	Items []Article
	// Total counts the items of the document; Rhythm is the usual time between
	// two of them, zero when it cannot be told.
	Total        int
	PostInterval time.Duration
}

// RefreshRequest says which feeds to refresh.
type RefreshRequest struct {
	// Feeds names feeds by URL, due or not; nil means every feed.
	Feeds []string
	// DueOnly leaves out feeds whose next check is still to come.
	DueOnly bool
	// AfterSleep says that the computer has just come back from sleep: its network may
	// not be there yet.
	AfterSleep bool
}

// Candidate is a feed that a page offers.
type Candidate struct {
	// URL is the address to subscribe to. It has the user and password in it that
	// the reader gave for its server; [Candidate.Address] is for showing.
	URL   string
	Title string
	// Type is "RSS", "Atom", "JSON Feed" or empty when it is not known yet.
	Type string
	// Note says in a few words what a feed has that a page does not announce, for
	// instance "releases"; may be empty.
	Note string
}

// Address is the candidate's address without user and password: the one that a
// subscription is known by.
func (c Candidate) Address() string {
	address, _, _ := text.SplitLogin(c.URL)
	return address
}

// Status is the outcome of one feed's refresh.
type Status string

// The outcomes, as the command line prints them.
const (
	OK        Status = "ok"
	Unchanged Status = "unchanged"
	Failed    Status = "failed"
	Skipped   Status = "skipped"
)

// Report tells how one feed's refresh went.
type Report struct {
	URL    string
	Status Status
	// New and Updated count items.
	New     int
	Updated int
	// Error is a sentence when Status is [Failed]; empty otherwise.
	Error string
	// Offline says that the failure is not the feed's but the network's on this side:
	// all such reports of a refresh have the same Error, to be told once, and the
	// feeds stay as they were.
	Offline  bool
	Duration time.Duration
	// FinalURL is where the answer came from after redirects.
	FinalURL string
	// HTTP is the HTTP status, Bytes the size of the decoded body.
	HTTP  int
	Bytes int64
	// Reissued counts the items that came again under another identity and kept
	// what the reader had done.
	Reissued int
	// MovedTo is the new address that permanent redirects lead to, once they have
	// done so often enough to be trusted; empty otherwise.
	MovedTo string
	// Next is when the feed is asked next, Reason why then.
	Next   time.Time
	Reason string
	// Notify are the new items that the reader wants to be told of.
	Notify []NewItem
	// ClockAhead is how far this computer's clock is ahead of the servers', less
	// than zero when it is behind: for [schedule.ClockSentence], in the last report of a
	// refresh. It is zero where they agree to the hour, and when fewer than two
	// hosts told the time.
	ClockAhead time.Duration
	// Done and Total say how far the whole refresh is; Done counts this feed.
	Done  int
	Total int
}

// Fetched is one feed's answer on its way into the cache.
type Fetched struct {
	URL string
	// Document is nil when nothing new came: unchanged or failed.
	Document *Document
	// State is the whole new state, to be kept as it is.
	State PollState
	// Round is when the refresh that this answer belongs to began.
	Round time.Time
	// Log is the line for the poll log, its counts of items still zero; a zero At
	// writes none.
	Log Poll
}

// NewItem is a new item that the reader wants to be told of.
type NewItem struct {
	Item  int64
	Title string
	// FeedTitle is the title the reader knows the feed by.
	FeedTitle string
}

// Saved counts what saving one [Fetched] changed.
type Saved struct {
	URL     string
	New     int
	Updated int
	// Reissued counts the items that came again under another identity.
	Reissued int
	Notify   []NewItem
}
