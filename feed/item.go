package feed

import (
	"time"

	"dateline/feed/markup"
)

// Item is one piece of news as a list shows it. What the publisher says and
// what the reader did stand side by side here, but the cache never lets the
// first overwrite the second.
type Item struct {
	// ID names the item in the local cache; zero until the cache has saved it.
	ID int64
	// Key is the item's identity within its feed: its GUID, else its link, else
	// its title and date. See [Article.Identify].
	Key string
	// Feed is the URL of the subscription the item came with.
	Feed string
	// Account is the account that feed belongs to; empty for a local feed.
	Account string
	// FeedTitle is the title the reader knows that feed by.
	FeedTitle string
	// GUID is the publisher's own identifier, as it was sent; may be empty.
	GUID string
	// Title, Author and Summary are plain text on one line, without control
	// characters. Title may be empty: then DisplayTitle gives a substitute.
	Title   string
	Author  string
	Summary string
	// Link is the absolute http(s) address of the page, or empty.
	Link string
	// Comments is the absolute address of the discussion, or empty.
	Comments string
	// CommentCount is how many comments there were when the item's other fields
	// were last saved; zero when the publisher does not say.
	CommentCount int
	// Published and Updated are what the publisher said, in UTC; zero when it
	// said nothing that could be read.
	Published time.Time
	Updated   time.Time
	// FirstSeen is when the cache first saved the item.
	FirstSeen time.Time
	// Date orders the item and gives its age: Published, or FirstSeen when
	// there is no Published or it lay in the future.
	Date time.Time
	// Future says that Published lay in the future when the item was saved.
	Future bool

	Read    bool
	Starred bool
	Hidden  bool
	// HiddenBy is the name of the rule that hid the item on arrival, or empty.
	HiddenBy string
	// Snoozed is when a snoozed item comes back; zero when it is not snoozed.
	Snoozed time.Time
	// Edited says that the publisher changed title or text after FirstSeen.
	Edited bool
	Labels []string
	// AlsoIn are the titles of the other feeds that carry the same story.
	AlsoIn []string

	Categories []string
	Enclosures []Enclosure
	// Image says that the body or the item itself carries a picture.
	Image bool
	// Fulltext says that the page's own text has been fetched and kept.
	Fulltext bool
	// Chapters and Transcript are the addresses of a podcast's chapters and
	// transcript (Podcasting 2.0), or empty.
	Chapters   string
	Transcript string
	// Words counts the words of the body, for a reading time.
	Words int
}

// Enclosure is a file that comes with an item: an audio file, a picture, a PDF.
type Enclosure struct {
	URL string `json:"url"`
	// Type is the media type as the publisher gave it, or empty.
	Type string `json:"type"`
	// Length is the size in bytes; zero when unknown.
	Length int64 `json:"length"`
	// Duration is how long it plays in seconds; zero when unknown.
	Duration int `json:"duration,omitempty"`
}

// Article is an item with its text.
type Article struct {
	Item
	Body markup.Body
}

// DisplayTitle is the title, or, for the many items that have none, the start
// of the summary, the link, or the words "(no title)".
func (i Item) DisplayTitle() string {
	for _, s := range []string{i.Title, i.Summary, i.Link} {
		if s != "" {
			return s
		}
	}
	return "(no title)"
}

// Document is what one feed document says.
type Document struct {
	// Title and Description are plain text, Site an absolute URL; each may be
	// empty.
	Title       string
	Description string
	Site        string
	// Updated is when the publisher says the feed last changed; zero if unsaid.
	Updated time.Time
	// Items stand in document order, each with its Key set and no two alike.
	// ID, Feed and every field of the reader are zero.
	Items []Article
	// Truncated says that the document broke off and what stands above the
	// break was kept.
	Truncated bool
	// Hints has what the document itself asks for: TTL, Period, SkipHours and
	// SkipDays.
	Hints PollHints
}

// Revision is what an item said before its publisher edited it.
type Revision struct {
	Title string
	Body  markup.Body
	// Replaced is when the cache saw the edit.
	Replaced time.Time
}

// Fulltext is the article that an item's page has.
type Fulltext struct {
	Body markup.Body
	// Fetched is when the page was asked; zero when it never was.
	Fetched time.Time
	// Error is the sentence that tells why there is no Body; empty when there is.
	Error string
}
