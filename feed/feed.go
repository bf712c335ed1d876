// Package feed knows what news is: its types, how a document becomes items,
// how text is made safe, the query language, ages, the polling schedule and
// OPML. It has no network, no database, no screen and no clock of its own:
// bytes, values and instants come in, values go out.
//
// Start at [Parse] (a document becomes a [Document]), [Body.Safe] (the only
// maker of [SafeHTML]) and [ParseQuery].
package feed

import (
	"cmp"
	"time"
)

// Subscription is what the configuration says of one feed, its settings
// already merged over the defaults.
type Subscription struct {
	// URL identifies the feed everywhere: http(s)://… or builtin:NAME.
	URL string
	// Name replaces the publisher's title when it is not empty.
	Name     string
	Tags     []string
	Settings Settings
}

// Settings are the options that every feed can override.
type Settings struct {
	// Interval is the time from one check to the next, before jitter.
	Interval time.Duration
	// Timeout bounds one whole request, body included.
	Timeout time.Duration
	// KeepDays and KeepItems bound what the cache keeps; zero keeps everything.
	KeepDays  int
	KeepItems int
	// KeepUnread exempts unread items from both bounds. Starred and labelled
	// items are always exempt.
	KeepUnread bool
	// UserAgent replaces dateline's own when it is not empty.
	UserAgent string
	// Headers are sent with every request to the feed's own host.
	Headers map[string]string
}

// Feed is a subscription and its state.
type Feed struct {
	URL string
	// Title is the configured name, else the publisher's title, else empty.
	Title       string
	Description string
	Site        string
	Tags        []string
	// Updated is when the publisher says the feed last changed.
	Updated time.Time
	Poll    PollState
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
}

// Due says whether the feed may be asked unbidden at now.
func (p PollState) Due(now time.Time) bool { return !p.Gone && !p.NextCheck.After(now) }
