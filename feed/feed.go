// Package feed has the types that all of dateline shares: feeds, items, articles,
// marks, and the [Source] that news comes from. It also decides which items are the
// same ([Article.Identify], [Reissued]), which tell the same story ([CanonicalLink],
// [StoryTitle]), and how ages are written ([Age]).
//
// It has no network, no database, no screen and no clock of its own: bytes, values
// and instants come in, values go out. So have the packages below it: text and
// markup, and beside it: parse, query, schedule, find and opml.
package feed

import (
	"cmp"
	"time"
)

// Subscription is what the configuration says of one feed, its settings
// already merged over the defaults.
type Subscription struct {
	// URL identifies the feed everywhere: http(s)://…, builtin:NAME or, from the
	// configuration only, file:PATH or exec:COMMAND.
	URL string
	// Name replaces the publisher's title when it is not empty.
	Name     string
	Tags     []string
	Settings Settings
}

// Settings are the options that every feed can override.
type Settings struct {
	// Interval is the time from one check to the next, before jitter; zero means
	// that the feed's own rhythm decides.
	Interval time.Duration
	// Paused feeds are asked only when they are named.
	Paused bool
	// Timeout bounds one whole request, body included.
	Timeout time.Duration
	// KeepDays and KeepItems bound what the cache keeps; zero keeps everything.
	KeepDays  int
	KeepItems int
	// KeepUnread exempts unread items from both bounds. Starred and labelled
	// items are always exempt.
	KeepUnread bool
	// RenewEdited makes an item unread again when its publisher edits it.
	RenewEdited bool
	// Fulltext fetches the page of every new item and keeps its article.
	Fulltext bool
	// KeepSelectors and DropSelectors are CSS selectors for full text: what of a
	// page is the article, and what to take out of it.
	KeepSelectors []string
	DropSelectors []string
	// Notify tells the reader of every new item.
	Notify bool
	// Separate keeps the feed's items from being joined with the same story in
	// other feeds.
	Separate bool
	// UserAgent replaces dateline's own when it is not empty.
	UserAgent string
	// Headers are sent with every request to the feed's own host.
	Headers map[string]string
	Access  Access
}

// Access is how a feed is reached where a plain request does not do. Its zero
// value is a plain request. User, Password, Cookies and Proxy may hold secrets:
// nothing of it is ever shown, logged or stored.
type Access struct {
	// User and Password answer a server's basic or digest challenge (RFC 7617,
	// RFC 7616).
	User     string
	Password string
	// PasswordCommand prints the password on its first line; it is run when the
	// password is first needed.
	PasswordCommand []string
	// Cookies is what the Cookie header says (RFC 6265 section 4.2), to the
	// feed's own host only.
	Cookies string
	// Proxy is the address of an HTTP or SOCKS5 proxy; empty means what the
	// environment says, "none" no proxy at all.
	Proxy string
	// Insecure accepts any certificate of the feed's own host.
	Insecure bool
	// Unset names an environment variable that the configuration asks for and
	// that is not set: such a feed is not asked at all. Empty when there is none.
	Unset string
	// Filter is a command that gets a good answer's bytes on its standard input
	// and prints what is to be read instead.
	Filter []string
}

// Feed is a subscription and its state.
type Feed struct {
	URL string
	// Account is the account that the feed belongs to; empty for a local feed.
	Account string
	// Title is the configured name, else the publisher's title, else empty.
	Title       string
	Description string
	Site        string
	Tags        []string
	// Updated is when the publisher says the feed last changed.
	Updated time.Time
	// Paused says that the feed is asked only when it is named.
	Paused bool
	// Fulltext says that the pages of its items are fetched.
	Fulltext bool
	Poll     PollState
	// Asking is until when a dateline, perhaps another one, says to be asking the
	// feed; zero when none does.
	Asking time.Time
	// Total and Unread count the items kept, without hidden ones.
	Total  int
	Unread int
}

// DisplayTitle is the title, or the URL while no title is known.
func (f Feed) DisplayTitle() string { return cmp.Or(f.Title, f.URL) }

// PollState is what is known of a feed's last requests, kept across restarts.
type PollState struct {
	// ETag and LastModified are the validators of the last full answer, for
	// conditional GET (RFC 9110 section 13.1), as the server sent them.
	ETag         string
	LastModified string
	// BodyHash is a hash of the last full body: an identical one is not parsed.
	BodyHash string
	// LastChecked is when the feed was last asked, LastOK when it last answered
	// well, NextCheck when it may be asked again unbidden; zero means never
	// asked, and due at once.
	LastChecked time.Time
	LastOK      time.Time
	NextCheck   time.Time
	// Status is the last HTTP status; zero when there was no answer.
	Status int
	// Failures counts the failed checks since the last good one.
	Failures int
	// Error tells the last failure in a sentence; empty after a good answer.
	Error string
	// Gone says that the server answered 410: the feed is asked only on demand.
	Gone bool
	// FinalURL is where redirects led; empty when there were none.
	FinalURL string
	// Hints are what the server and the last document ask for.
	Hints PollHints
	// Reason says in a few plain words why NextCheck is when it is.
	Reason string
	// PostInterval is the usual time between two new items; zero while unknown.
	PostInterval time.Duration
	// Newest is the date of the newest item that the feed ever listed.
	Newest time.Time
	// MovedTo is where permanent redirects (301, 308) have led since MovedSince,
	// in MovedTimes good answers without a break; empty when they did not.
	MovedTo    string
	MovedSince time.Time
	MovedTimes int
}

// Hints are what a feed asks of those who poll it; zero where it says nothing.
type PollHints struct {
	// TTL is from RSS <ttl>, Period from sy:updatePeriod and sy:updateFrequency.
	TTL    time.Duration `json:"ttl,omitempty"`
	Period time.Duration `json:"period,omitempty"`
	// SkipHours are hours of the day in UTC, 0 to 23, SkipDays days of the week,
	// in which nobody should ask (RSS 2.0).
	SkipHours []int          `json:"skip_hours,omitempty"`
	SkipDays  []time.Weekday `json:"skip_days,omitempty"`
	// Fresh is how long the last answer called itself fresh (Cache-Control,
	// Expires; RFC 9111 section 4.2).
	Fresh time.Duration `json:"fresh,omitempty"`
	// Until is the end of the pause that Retry-After asked for.
	Until time.Time `json:"until,omitzero"`
}

// Poll is one line of a feed's poll log: what one request came to.
type Poll struct {
	At      time.Time
	Outcome Status
	// Status is the HTTP status; zero when there was no answer.
	Status int
	// Bytes is the size of the decoded body.
	Bytes   int64
	New     int
	Updated int
	// Reissued counts the items that came again under another identity and kept
	// what the reader had done.
	Reissued int
	Duration time.Duration
	// Error is a sentence; empty after a good answer.
	Error string
}
