package feed

import (
	"time"

	"dateline/feed/markup"
)

// Item is one entry of a feed, without its text. It holds the publisher's fields and
// the user's marks. Saving a document never overwrites the marks.
type Item struct {
	// ID identifies the item in the database. 0 means that it has not been saved.
	ID int64
	// Key identifies the item within its feed. [Article.Identify] makes it.
	Key string
	// Feed is the URL of the item's subscription.
	Feed string
	// Account is the account that feed belongs to; empty for a local feed.
	Account string
	// FeedTitle is that feed's [Feed.DisplayTitle].
	FeedTitle string
	// GUID is the publisher's identifier, unchanged. Empty if the publisher sent none.
	GUID string
	// Title, Author and Summary are plain text on one line, without control
	// characters. If Title is empty, DisplayTitle returns a substitute.
	Title   string
	Author  string
	Summary string
	// Link is the absolute address of the item's page, or of what the item offers if it
	// has no page: see [text.FileURL]. Empty if unknown.
	Link string
	// Comments is the absolute address of the discussion. Empty if unknown.
	Comments string
	// CommentCount is the number of comments when the item was last saved or updated.
	// 0 also means unknown.
	CommentCount int
	// Published and Updated are the publisher's dates, in UTC. Zero if missing or not
	// readable.
	Published time.Time
	Updated   time.Time
	// FirstSeen is the time of the refresh that brought the item.
	FirstSeen time.Time
	// Date determines the item's order and age. It is Published, or FirstSeen if
	// Published is zero or was in the future.
	Date time.Time
	// Future is set if Published was in the future when the item was saved.
	Future bool

	Read    bool
	Starred bool
	Hidden  bool
	// HiddenBy is the name of the rule that hid the item on arrival. Empty if no rule
	// did.
	HiddenBy string
	// Snoozed is the time at which a snoozed item comes back. Zero if it is not snoozed.
	Snoozed time.Time
	// Edited is set if the publisher changed the title or the text after FirstSeen.
	Edited bool
	Labels []string
	// AlsoIn lists the titles of the other feeds with the same story.
	AlsoIn []string

	Categories []string
	Enclosures []Enclosure
	// Image is set if the item or its body has a picture.
	Image bool
	// HasPageText is set if the text of the item's page has been fetched and saved.
	HasPageText bool
	// Chapters and Transcript are the addresses of a podcast's chapters and
	// transcript (https://podcasting2.org/docs/podcast-namespace). Empty if missing.
	Chapters   string
	Transcript string
	More       More
	// Words is the number of words in the body. Reading times are computed from it.
	Words int
}

// More is what only some kinds of items have. The zero value is that of all others.
type More struct {
	// External is the absolute address of the page that an item of a link blog is about,
	// Permalink that of the item itself. Each is empty if Link is that page, or if there is
	// none.
	External  string `json:"external,omitempty"`
	Permalink string `json:"permalink,omitempty"`
	// Season and Episode are the numbers of an episode. 0 means unknown.
	Season  int `json:"season,omitempty"`
	Episode int `json:"episode,omitempty"`
	// Sections are the chapters of a recording in the feed itself
	// (https://podlove.org/simple-chapters), in their order.
	Sections []Section `json:"sections,omitempty"`
}

// IsZero reports whether there is nothing more.
func (m More) IsZero() bool {
	return m.External == "" && m.Permalink == "" && m.Season == 0 && m.Episode == 0 && len(m.Sections) == 0
}

// Section is a chapter of a recording.
type Section struct {
	// Start is in seconds from the beginning.
	Start int `json:"start"`
	// Title is plain text on one line.
	Title string `json:"title"`
}

// Enclosure is a file that belongs to an item, such as an audio file, a picture or a
// PDF.
type Enclosure struct {
	URL string `json:"url"`
	// Type is the publisher's media type. Empty if missing.
	Type string `json:"type"`
	// Length is the size in bytes. 0 means unknown.
	Length int64 `json:"length"`
	// Duration is the playing time in seconds. 0 means unknown.
	Duration int `json:"duration,omitempty"`
}

// Article is an item together with its text.
type Article struct {
	Item
	Body markup.Body
}

// DisplayTitle returns the title. If it is empty, it returns the summary, the link or
// "(no title)", whichever is the first that exists.
func (i Item) DisplayTitle() string {
	for _, s := range []string{i.Title, i.Summary, i.Link} {
		if s != "" {
			return s
		}
	}
	return "(no title)"
}

// Document is the content of a parsed feed document.
type Document struct {
	// Title and Description are plain text, Site is an absolute URL. Each may be
	// empty.
	Title       string
	Description string
	Site        string
	// Updated is the publisher's date of the last change. Zero if unknown.
	Updated time.Time
	// Items are in document order. Each has a Key that no other one has. ID, Feed and
	// the marks are zero.
	Items []Article
	// Truncated is set if the document ended early. Items has what came before.
	Truncated bool
	// Hints are the polling hints in the document: TTL, Period, SkipHours and SkipDays.
	Hints PollHints
}

// Revision is an item's title and text before its publisher edited it.
type Revision struct {
	Title string
	Body  markup.Body
	// Replaced is the time of the refresh that brought the edit.
	Replaced time.Time
}

// PageText is the page text of an item: the article of its web page.
type PageText struct {
	Body markup.Body
	// Fetched is the time of the request for the page. It is zero if the page was never
	// requested, or if trying again soon may help.
	Fetched time.Time
	// Error is a user message that explains why there is no Body. Empty if there is one.
	Error string
}
