package feed

import (
	"context"
	"time"

	"dateline/feed/text"
)

// Source fetches items and changes subscriptions. The local poller (package poll) is
// one. A client of a sync server is another.
type Source interface {
	// Refresh fetches the feeds of the request. It calls report once for each feed that
	// is done, from one goroutine at a time. It returns when all feeds are done and
	// saved, or soon after ctx ends. What was fetched by then is saved. If a feed
	// fails, Refresh reports that in a Report and does not return an error.
	Refresh(ctx context.Context, request RefreshRequest, report func(Report)) error
	// Discover returns the feeds that a URL offers. If the URL is a feed, it is the
	// only one. Otherwise they are the feeds that the page links to and those known
	// for its host, or else the first feed at a well-known path of the site. If there
	// are none, the error says why.
	Discover(ctx context.Context, url string) ([]Candidate, error)
	// Preview fetches and parses the feed at a URL and saves nothing. The text of an
	// error is a user message.
	Preview(ctx context.Context, url string) (Preview, error)
	// Subscribe adds feeds to the configuration and the database, or, if a feed has an
	// account, at its server. A feed that is already subscribed stays as it is. Subscribe
	// does not fetch.
	Subscribe(ctx context.Context, subs ...Subscription) error
	// Unsubscribe removes a feed from the configuration, or from its account at the server.
	// Its items and marks stay in the database until they are purged.
	Unsubscribe(ctx context.Context, url string) error
	// Move replaces a feed's address in the configuration, or at the server of its account.
	// The feed keeps its settings, items and marks.
	Move(ctx context.Context, from, to string) error
	// Rename and SetTags change the name and the tags of a feed of an account at its
	// server. An empty name is that of the publisher. For a local feed the error says where
	// to change them.
	Rename(ctx context.Context, url, name string) error
	SetTags(ctx context.Context, url string, tags []string) error
	// PageText fetches the page of an item and saves the page's article. If the page
	// has no article, the result says why and the error is nil.
	PageText(ctx context.Context, item int64) (PageText, error)
	// Accounts returns the accounts in the order of the configuration.
	Accounts(ctx context.Context) ([]Account, error)
	// Send sends marks to the servers of the accounts, without a refresh. It returns how many
	// it sent. It sends nothing to a server that refuses the login, or that asked for a pause:
	// see [Source.Refresh].
	Send(ctx context.Context) (sent int, err error)
	// Resolve ends that an account's changes are held back, see [Account.HeldBack]. If
	// accept is set, the server's states are taken. Otherwise those of here are sent.
	Resolve(ctx context.Context, account string, accept bool) error
	// NextDue returns when the next feed or account may be checked automatically, at the
	// earliest now. The zero time means that none is due.
	NextDue(ctx context.Context) (time.Time, error)
	// Changed returns a channel that gets a value soon after somebody else changed
	// what is kept: another process, cron, the command line, or later a sync.
	// Several changes may become one value. The channel is closed when ctx ends. If
	// it is nil, such changes are not reported.
	Changed(ctx context.Context) <-chan struct{}
}

// Preview is the content of a feed before subscribing to it.
type Preview struct {
	Candidate
	Description string
	Site        string
	// Items are the newest few items. They have no ID and no marks.
	Items []Article
	// Total is the number of items in the document.
	Total int
	// PostInterval is the usual time between two items. 0 means unknown.
	PostInterval time.Duration
}

// RefreshRequest selects the feeds to refresh.
type RefreshRequest struct {
	// Feeds are the URLs of the feeds to fetch, due or not, and Accounts the names of the
	// accounts to sync. If both are nil, all feeds are fetched and all accounts are synced.
	Feeds    []string
	Accounts []string
	// DueOnly skips feeds whose next check is in the future, and accounts whose next sync
	// is, unless SyncAll is set.
	DueOnly bool
	SyncAll bool
	// AfterSleep is set if the computer has just woken up. Its network may not be
	// available yet.
	AfterSleep bool
	// Brief is set if somebody waits until Refresh returns. Then Refresh indexes for
	// search, after the last save, for a quarter of the time that all before took,
	// and leaves [FewTexts] texts. Searches find those, too.
	Brief bool
}

// FewTexts is how many texts outside the search index hardly slow a search: it reads
// them in some hundredths of a second.
const FewTexts = 256

// Candidate is a feed that the user can subscribe to.
type Candidate struct {
	// URL is the address to subscribe to. It may contain the user and password that
	// were given for its server. Show [Candidate.Address] instead.
	URL   string
	Title string
	// Type is "RSS", "Atom" or "JSON Feed". Empty if unknown.
	Type string
	// Note describes the content of a feed that the page does not announce, such as
	// "releases". It may be empty.
	Note string
}

// Address returns the URL without user and password. A subscription has this address.
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

// Report is the result of refreshing one feed, or of syncing one account.
type Report struct {
	// URL is the feed's address, or that of the account's server.
	URL string
	// Account is the account that the feed belongs to; empty for a local feed.
	Account string
	// Sync is set if the report is about the account itself. Every refresh has one such
	// report for each account that it syncs.
	Sync   *Sync
	Status Status
	// New and Updated count items.
	New     int
	Updated int
	// Error is a user message if Status is [Failed], and empty otherwise.
	Error string
	// Offline is set if the local network is the reason for the failure. All such
	// reports of a refresh have the same Error, so show it once. The feeds' states do
	// not change.
	Offline bool
	// Warning is a user message about the subscriptions as a whole, such as that the
	// configuration cannot be read. All reports of a refresh have the same Warning, so
	// show it once. Empty if there is none.
	Warning string
	// Folder is what a sync with the folder did before the feeds were refreshed. All reports
	// of a refresh have the same. Nil if there was none.
	Folder   *FolderSync
	Duration time.Duration
	// FinalURL is the address of the response, after redirects.
	FinalURL string
	// HTTPStatus is the HTTP status. 0 means that there was no response.
	HTTPStatus int
	// Bytes is the size of the decoded body.
	Bytes int64
	// Shortened is set if the document is longer than dateline reads.
	Shortened bool
	// Reissued counts known items that got a new GUID. They kept their marks.
	Reissued int
	// MovedTo is the new address of a feed that has moved permanently, as
	// schedule.NewAddress returns it. Empty if the feed has not moved.
	MovedTo string
	// Next is the time of the feed's next automatic check. Zero means never.
	Next time.Time
	// Reason explains Next in a few words.
	Reason string
	// Notify are the new items to send a notification for.
	Notify []NewItem
	// ClockAhead is how far this computer's clock is ahead of the servers' clocks. It
	// is negative if the clock is behind. Only the last report of a refresh has it. 0
	// means that the clocks differ by less than an hour, or that fewer than two hosts
	// sent their time.
	ClockAhead time.Duration
	// Done and Total count the feeds of the refresh. Done includes this feed.
	Done  int
	Total int
}

// Sync is what was done for an account.
type Sync struct {
	// Sent counts the marks that were sent to the server, Taken the items that changed here.
	Sent, Taken int
}

// FolderSync is what was done for the sync folder.
type FolderSync struct {
	// Sent counts the marks that were written, Taken those of other computers that changed
	// an item here.
	Sent, Taken int
	// Feeds counts the subscriptions that other computers changed.
	Feeds int
	// Away is set if the folder could not be used.
	Away bool
}

// SyncFolder is the folder that other computers get, and its state.
type SyncFolder struct {
	// Dir is the path of the folder, empty if there is none.
	Dir string
	// LastSynced is when it was read and written last, to the minute. Zero means never.
	LastSynced time.Time
	// Others counts the other databases that have files there.
	Others int
	// Problems are user messages.
	Problems []string
}

// Account is an account at a server, and its state.
type Account struct {
	Name string
	// Kind is "miniflux" or "greader". URL is the address of the server.
	Kind, URL string
	// LastSynced is when everything was synced last, NextSync when that happens next by
	// itself. Zero means never, or at once.
	LastSynced, NextSync time.Time
	// Pending counts the marks that the server does not have yet, Backlog the entries of
	// the server that are not fetched yet.
	Pending, Backlog int
	// Feeds and Unread count the subscriptions and their unread items.
	Feeds, Unread int
	// Error is a user message about the last sync. Empty if there was no problem.
	Error string
	// HeldBack is how many marks the server has taken back, of read or of starred items, if
	// those are so many that it is not believed without being asked: see [Source.Resolve].
	HeldBack int
}

// Fetched is the result of a check, ready to be saved.
type Fetched struct {
	URL string
	// Document is the parsed response. It is nil if the feed is unchanged or failed.
	Document *Document
	// State replaces the stored state of the feed.
	State PollState
	// RefreshStart is the time at which the refresh began.
	RefreshStart time.Time
	// Log is the entry for the poll log. Saving fills in its counts of items. If At is
	// zero, no entry is written.
	Log PollLogEntry
}

// NewItem is an item to send a notification for.
type NewItem struct {
	// Item is the item's ID.
	Item  int64
	Title string
	// FeedTitle is the feed's [Feed.DisplayTitle].
	FeedTitle string
}

// Saved is the effect of saving one [Fetched].
type Saved struct {
	URL string
	// New and Updated count items.
	New     int
	Updated int
	// Reissued counts known items that got a new GUID.
	Reissued int
	// Notify are the new items to send a notification for.
	Notify []NewItem
}
