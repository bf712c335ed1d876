// Package account keeps the database equal to servers that carry subscriptions and marks:
// Miniflux, and every server of the Google Reader API. It knows no protocol and no SQL: the
// packages below it speak to the servers ([Server]), and a [Store] keeps what they said.
//
// Start at [Account.Sync] (round.go): it takes what is new (fetch_entries.go), merges the marks
// of both sides (merge_marks.go) and sends those that wait (send_marks.go). What happens if both
// sides changed something is in decide.go, and nowhere else; what shows that a server was set up
// anew, in recognise_server.go. The rules that hold for everything here:
//
//   - Pending is what differs between an item's marks and what was last agreed with the
//     server. There is no queue: the marks are the queue.
//   - A list counts only if it is whole. After any error before the merge nothing changes.
//   - An entry that is absent from a list of unread ones is read or gone. Ask which.
//   - Never send a toggle, and never delete an item because its entry is absent.
//   - Every step may be repeated. The position is stored last.
package account

import (
	"context"
	"errors"
	"time"

	"dateline/feed"
)

// Server is a server that carries the subscriptions and marks of one person. Its methods
// return either the whole answer or an error, which is one of the errors below, or that of
// package fetch for a request that failed otherwise.
type Server interface {
	// Feeds returns all subscriptions.
	Feeds(ctx context.Context) ([]Feed, error)
	// Unread and Starred return the IDs of all entries in that state, in no order.
	Unread(ctx context.Context) ([]string, error)
	Starred(ctx context.Context) ([]string, error)
	// Newest returns IDs of the entries that the server got last, the newest first, read
	// or not. whole reports whether there are no others.
	Newest(ctx context.Context, n int) (ids []string, whole bool, err error)
	// All returns the IDs of all entries, read or not, the newest first. It may take many
	// requests.
	All(ctx context.Context) ([]string, error)
	// Entries yields the entries with these IDs in parts. Those that the server does not
	// have are left out. If yield returns an error, Entries returns it.
	Entries(ctx context.Context, ids []string, yield func([]Entry) error) error
	// Exist returns which of these entries the server still has.
	Exist(ctx context.Context, ids []string) (map[string]bool, error)
	// Changed returns when the marks of these entries changed last, by the server's clock,
	// of those that it knows. If the server has no such times, the map is nil.
	Changed(ctx context.Context, ids []string) (map[string]time.Time, error)
	// Mark sets one flag, [feed.Read] or [feed.Starred], of entries. Entries that the
	// server does not have are ignored. Mark may be repeated.
	Mark(ctx context.Context, flag feed.Flag, on bool, ids []string) error
	// Clock returns how far the server's clock was ahead of this computer's in the last
	// response; 0 if unknown.
	Clock() time.Duration

	// Subscribe subscribes to a feed in a folder; folder may be empty. If the feed is
	// subscribed already, the error is [ErrSubscribed].
	Subscribe(ctx context.Context, url, title, folder string) error
	// Unsubscribe, Rename and SetFolder change a subscription of [Server.Feeds]. An empty
	// folder means none, or the server's default.
	Unsubscribe(ctx context.Context, f Feed) error
	Rename(ctx context.Context, f Feed, title string) error
	SetFolder(ctx context.Context, f Feed, folder string) error
	// SetAddress gives a subscription another address. If the server cannot do that, the
	// error is [ErrCannot].
	SetAddress(ctx context.Context, f Feed, url string) error
	// Refresh asks the server to fetch a feed now. If it cannot do that, the error is
	// [ErrCannot].
	Refresh(ctx context.Context, f Feed) error
}

// The errors of a [Server] besides those of requests. Each is wrapped with what was tried.
var (
	// ErrRefused means that the server does not accept the token, or the user and
	// password.
	ErrRefused = errors.New("the server refuses the login")
	// ErrUnsuitable means that the address is not that of such a server, or that the
	// server is too old. Its text in the chain says what to do.
	ErrUnsuitable = errors.New("the server cannot be used")
	// ErrSubscribed means that the feed is subscribed already.
	ErrSubscribed = errors.New("the feed is already subscribed there")
	// ErrCannot means that this kind of server has no such request.
	ErrCannot = errors.New("the server cannot do this")
	// ErrUnstable means that a list changed so often while it was read that it is not
	// known whole.
	ErrUnstable = errors.New("the list changed while it was read")
)

// Feed is a subscription at a server.
type Feed struct {
	// ID is the server's ID.
	ID  string
	URL string
	// Title is the name that the server shows. Site and Description may be empty.
	Title, Site, Description string
	// Folders are the names of the folders or categories that the feed is in.
	Folders []string
	// Checked is when the server fetched the feed last, zero if unknown. Error is why
	// that failed, in the server's words and cleaned; empty if it did not, or if unknown.
	Checked time.Time
	Error   string
}

// Entry is an entry of a server.
type Entry struct {
	// ID is the server's ID. It need not be a number: some servers have longer ones.
	ID string
	// Feed is the [Feed.ID] of its subscription.
	Feed string
	// GUIDHash is the SHA-256 of the publisher's GUID in hexadecimal, where the server has
	// it; empty otherwise.
	GUIDHash string
	// Article has the texts, cleaned as those of a parsed feed. Its GUID is an identifier
	// that no other entry of the feed has. Its marks are those of the server.
	Article feed.Article
	// Changed is when the marks changed last by the server's clock. It is zero if nobody
	// has marked the entry yet, or if unknown.
	Changed time.Time
}

// Word is a state of a flag, and when it was set. If At is zero, nobody set it.
type Word struct {
	On bool
	At time.Time
}

// Equal reports whether two words are the same one.
func (w Word) Equal(v Word) bool { return w.On == v.On && w.At.Equal(v.At) }

// Pending is a mark that the server does not have.
type Pending struct {
	// ID is the entry's ID.
	ID   string
	Flag feed.Flag
	// Ours is the mark.
	Ours Word
}

// State is what is kept of an account between rounds.
type State struct {
	// Kind, URL and User are those of the last round. If one of them has changed, what the
	// server said is forgotten.
	Kind, URL, User string
	// Backlog is how many entries of the server are still to be fetched by later rounds.
	Backlog int
	// LastSynced is when a round was complete, NextSync when the next is due. Zero means
	// never.
	LastSynced, NextSync time.Time
	// Error is the user message of the last round. Empty if it was complete. HeldBack is how
	// many marks the server has taken back, if that is not believed.
	Error    string
	HeldBack int
	// Refused is set if the server refused the login whose [Trace] this is.
	Refused string
	// Pause is until when the server asked for a pause. Zero if it did not.
	Pause time.Time
	// Claimed is until when the account is claimed, by this process or by another one. Zero
	// if it is not.
	Claimed time.Time
}

// Difference is an entry about which the server's list does not say what was agreed.
type Difference struct {
	ID   string
	Flag feed.Flag
	// Server is what the server's list says.
	Server bool
	// Agreed is what was agreed last, and Ours the mark of the item. HasItem is false if
	// there is no item for the entry: then there is nothing to change.
	Agreed, Ours Word
	HasItem      bool
	// FirstSeen is when the item arrived.
	FirstSeen time.Time
	// Lost is set if a mark of the entry was sent and no answer came. Then the server's state,
	// and the time of its last change, may be of that mark.
	Lost bool
}

// Settlement is what becomes of a [Difference]. It is made only if the item's mark is
// still Ours.
type Settlement struct {
	Difference
	// Take is set if the item gets the server's state, as a mark made at At.
	Take bool
	At   time.Time
	// Agree is what counts as agreed from now on.
	Agree Word
}

// Store keeps what the servers said, and the items. Package remotes implements it.
type Store interface {
	// Claim claims an account for this process until a time. It returns false if another
	// process has it; [State.Claimed] tells the claims of processes apart.
	Claim(ctx context.Context, name string, until time.Time) (State, bool, error)
	// Renew makes a claim of this process that ends at a time end later. It returns false if
	// another process has the account.
	Renew(ctx context.Context, name string, end, later time.Time) (bool, error)
	// Finish stores the state at the end of a round and ends the claim. If the claim is not
	// [State.Claimed], another process has the account, and nothing is stored.
	Finish(ctx context.Context, name string, s State) error
	// SetFeeds replaces the subscriptions of an account.
	SetFeeds(ctx context.Context, name string, feeds []Feed) error
	// Feeds returns the subscriptions that were stored last, without Checked and Error.
	Feeds(ctx context.Context, name string) ([]Feed, error)
	// Unknown returns those of the IDs that are not recorded, in their order. The server
	// has all of them, so the others are not gone.
	Unknown(ctx context.Context, name string, ids []string) ([]string, error)
	// Add saves entries as items, or finds the items that are here already, and records
	// them. Feeds that dateline fetches itself get no items.
	Add(ctx context.Context, name string, started time.Time, entries []Entry) ([]feed.Saved, error)
	// Link looks for the items of entries that had none when they were recorded.
	Link(ctx context.Context, name string) error
	// Differences compares whole lists with what was agreed. agreed is how many entries had a
	// flag.
	Differences(ctx context.Context, name string, unread, starred []string) (found []Difference, agreed map[feed.Flag]int, err error)
	// Settle makes the settlements. It returns how many items changed.
	Settle(ctx context.Context, name string, list []Settlement) (changed int, err error)
	// Gone records which entries the server does not have any more.
	Gone(ctx context.Context, name string, ids []string) error
	// Pending returns at most max marks that the server does not have.
	Pending(ctx context.Context, name string, max int) ([]Pending, error)
	// Unclear reports whether there is a pending mark of an entry whose other mark was changed
	// and changed back: what the server says of that one is to be weighed first.
	Unclear(ctx context.Context, name string) (bool, error)
	// Agree records that the server has these marks, and Lost that it may have them.
	Agree(ctx context.Context, name string, sent []Pending) error
	Lost(ctx context.Context, name string, sent []Pending) error
	// Check reports whether entries of the server can be those that are recorded: it compares
	// their addresses, titles and dates. false means that the server was set up anew.
	Check(ctx context.Context, name string, entries []Entry) (bool, error)
	// Sample returns the IDs of at most n entries with items, the newest first: of these feeds
	// if there are any, for those of other feeds went with their feed.
	Sample(ctx context.Context, name string, n int, feeds []Feed) ([]string, error)
	// Forget drops what the server of an account said, and when it was synced, even if the
	// process is killed then. The items and marks stay.
	Forget(ctx context.Context, name string) error
}
