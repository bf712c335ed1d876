// Package feed holds the types that all of dateline shares: feeds, items, articles,
// marks, and the [Source] that news comes from. It also decides which items are the
// same ([Article.Identify], [Reissued]), which ones report the same story
// ([CanonicalLink], [StoryTitle]), and how ages are written ([Age]).
//
// Start at [Feed], [Item] and [Source]. Other packages decide the rest: parse reads
// documents, query reads and matches queries, schedule decides when a feed is checked,
// find looks for feeds and articles in pages, opml reads and writes subscription lists.
//
// Never use a network, a database, a screen or a clock here: callers pass bytes, values
// and times, and get values back. The same holds for text, markup, parse, query,
// schedule, find and opml.
package feed

import (
	"cmp"
	"time"
)

// Subscription is the configuration of one feed. Its settings are already merged with
// the defaults.
type Subscription struct {
	// URL identifies the feed everywhere. It is an http or https address,
	// builtin:NAME, file:PATH or exec:COMMAND. The last two are accepted from the
	// configuration only.
	URL string
	// Account is the account that the feed belongs to; empty for a local feed.
	Account string
	// Name replaces the publisher's title. It is empty if not configured.
	Name     string
	Tags     []string
	Settings Settings
}

// Settings are the options that each feed can override.
type Settings struct {
	// Interval is the time between two checks, before jitter. 0 means that the
	// schedule follows how often the feed posts.
	Interval time.Duration
	// Paused feeds are not checked automatically.
	Paused bool
	// Timeout limits a whole request, including reading the body.
	Timeout time.Duration
	// KeepDays and KeepItems limit the items that the cache retains. 0 means no limit.
	KeepDays  int
	KeepItems int
	// KeepUnread exempts unread items from both limits. Starred and labelled
	// items are always exempt.
	KeepUnread bool
	// RenewEdited marks an item unread again when its publisher edits it.
	RenewEdited bool
	// Fulltext fetches the page of each new item and saves the page's article.
	Fulltext bool
	// KeepSelectors and DropSelectors are CSS selectors for page texts. The first
	// select the article of a page, the second what to remove from the page.
	KeepSelectors []string
	DropSelectors []string
	// Images is when the pictures of an item are fetched: "ask", "always" or "off". Empty
	// means "ask".
	Images string
	// Notify sends a notification for each new item.
	Notify bool
	// Separate excludes the feed's items from stories: they are not joined with
	// items of other feeds.
	Separate bool
	// UserAgent replaces dateline's own user agent. It is empty if not configured.
	UserAgent string
	// Headers are sent with each request, to the feed's own host only.
	Headers map[string]string
	Access  Access
}

// Access holds what a request for a feed needs besides the address, such as a login or a
// proxy. The zero value means a plain request. User, Password, Cookies and Proxy may
// contain secrets: never show, log or store any of this.
type Access struct {
	// User and Password answer a server's basic (RFC 7617) or digest (RFC 7616)
	// challenge.
	User     string
	Password string
	// PasswordCommand prints the password on its first line. It is run when the
	// password is first needed.
	PasswordCommand []string
	// Cookies is the value of the Cookie header (RFC 6265 section 4.2). It is sent
	// to the feed's own host only.
	Cookies string
	// Proxy is the address of an HTTP or SOCKS5 proxy. If it is empty, the
	// environment decides. "none" means no proxy.
	Proxy string
	// Insecure accepts any certificate of the feed's own host.
	Insecure bool
	// AllowPrivate lets the feed's redirects and pages lead to private addresses,
	// although the feed itself is on the internet.
	AllowPrivate bool
	// Unset names an environment variable that the configuration uses but that is
	// not set. Such a feed is never fetched. Empty if all variables are set.
	Unset string
	// Filter is a command. It gets the body of a successful response on its standard
	// input and prints the document to parse instead.
	Filter []string
}

// AccountSettings is an account of the configuration.
type AccountSettings struct {
	Name string
	// Kind is "miniflux" or "greader", URL the address of the server or of its programming
	// interface.
	Kind, URL string
	// Token is the key of a Miniflux account. TokenCommand prints it on its first line.
	// One of the two is set for that kind, or Access has a user and a password. Never show,
	// log or store a token.
	Token        string
	TokenCommand []string
	// Interval is the time between two syncs.
	Interval time.Duration
	// Feeds are the settings of the account's feeds, such as how long their items are kept.
	Feeds Settings
	// Headers are sent with each request. Access holds proxy, user and password, and the
	// other options as for a feed.
	Headers map[string]string
	Access  Access
}

// Feed is a subscription together with its state.
type Feed struct {
	URL string
	// Account is the account that the feed belongs to; empty for a local feed.
	Account string
	// Title is the configured name, otherwise the publisher's title. It is empty if
	// neither is known.
	Title       string
	Description string
	Site        string
	Tags        []string
	// Updated is the publisher's date of the last change. It is zero if unknown.
	Updated time.Time
	// Paused is set if the feed is not checked automatically.
	Paused bool
	// Fulltext is set if the pages of the feed's new items are fetched.
	Fulltext bool
	Poll     PollState
	// ClaimedUntil is the time at which a claim on the feed ends: until then this or
	// another process is fetching it. Zero if no process has a claim.
	ClaimedUntil time.Time
	// Total and Unread count the stored items that are not hidden.
	Total  int
	Unread int
}

// DisplayTitle returns the title, or the URL if no title is known.
func (f Feed) DisplayTitle() string { return cmp.Or(f.Title, f.URL) }

// PollState is the result of a feed's past requests. It survives restarts.
type PollState struct {
	// ETag and LastModified are the validators of the last complete response, as the
	// server sent them. They are for conditional requests (RFC 9110 section 13.1).
	ETag         string
	LastModified string
	// BodyHash is a hash of the last complete body. A body with the same hash is not
	// parsed again.
	BodyHash string
	// LastChecked is the time of the last check. Zero means never.
	LastChecked time.Time
	// LastOK is the time of the last successful check. Zero means never.
	LastOK time.Time
	// LastFull is the time of the last response that had a document. Zero means
	// unknown.
	LastFull time.Time
	// Shortened is set if the document is longer than dateline reads, so that only
	// its first items are known.
	Shortened bool
	// NextCheck is the earliest time of the next automatic check. If it is zero, the
	// feed is due at once, unless Gone is set.
	NextCheck time.Time
	// Status is the last HTTP status. 0 means that there was no response.
	Status int
	// Failures counts the failed checks since the last successful one.
	Failures int
	// Error is the user message of the last failure. Empty if the last check succeeded.
	Error string
	// Gone is set if the server answered 410. The feed is then no longer checked automatically.
	Gone bool
	// FinalURL is the address that redirects led to. Empty if there were none.
	FinalURL string
	// Hints are the polling hints of the server and of the last document.
	Hints PollHints
	// Reason explains NextCheck in a few words.
	Reason string
	// PostInterval is the usual time between two new items. 0 means unknown.
	PostInterval time.Duration
	// Newest is the latest date of an item that the feed has ever listed. It is zero
	// if no item had a date.
	Newest time.Time
	// MovedTo is the target of the feed's permanent redirects (301, 308). Empty if
	// there are none.
	MovedTo string
	// MovedSince is when a permanent redirect first led to MovedTo. MovedTimes counts
	// the successful responses since then. A successful response of the feed's own address without that redirect resets both.
	MovedSince time.Time
	MovedTimes int
}

// PollHints is what a feed asks of its clients about polling. Zero values mean that it
// asks for nothing. RSS elements are those of
// https://www.rssboard.org/rss-specification, Period is that of
// https://web.resource.org/rss/1.0/modules/syndication/.
type PollHints struct {
	// TTL is the RSS element ttl.
	TTL time.Duration `json:"ttl,omitempty"`
	// Period is sy:updatePeriod divided by sy:updateFrequency.
	Period time.Duration `json:"period,omitempty"`
	// SkipHours are hours of the day in UTC, 0 to 23, in which clients should not
	// request the feed (RSS element skipHours).
	SkipHours []int `json:"skip_hours,omitempty"`
	// SkipDays are days of the week in UTC in which clients should not request the
	// feed (RSS element skipDays).
	SkipDays []time.Weekday `json:"skip_days,omitempty"`
	// Fresh is how long the last response may be cached, by Cache-Control or Expires
	// (RFC 9111 section 4.2).
	Fresh time.Duration `json:"fresh,omitempty"`
	// Until is the end of the pause that Retry-After asked for (RFC 9110 section
	// 10.2.3).
	Until time.Time `json:"until,omitzero"`
}

// PollLogEntry is an entry of a feed's poll log: the result of one check.
type PollLogEntry struct {
	// At is the time of the check.
	At      time.Time
	Outcome Status
	// Status is the HTTP status. 0 means that there was no response.
	Status int
	// Bytes is the size of the decoded body.
	Bytes int64
	// New and Updated count items.
	New     int
	Updated int
	// Reissued counts known items that got a new GUID. They kept their marks.
	Reissued int
	Duration time.Duration
	// Error is a user message. Empty if the check succeeded.
	Error string
}
