package miniflux

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"dateline/feed"
	"dateline/feed/account"
	"dateline/feed/markup"
	"dateline/feed/parse"
)

// entry is an entry as Miniflux sends it.
type entry struct {
	ID          int64    `json:"id"`
	FeedID      int64    `json:"feed_id"`
	Status      string   `json:"status"`
	Starred     bool     `json:"starred"`
	Hash        string   `json:"hash"`
	Title       string   `json:"title"`
	URL         string   `json:"url"`
	CommentsURL string   `json:"comments_url"`
	Author      string   `json:"author"`
	Content     string   `json:"content"`
	PublishedAt date     `json:"published_at"`
	CreatedAt   date     `json:"created_at"`
	ChangedAt   date     `json:"changed_at"`
	Tags        []string `json:"tags"`
	Enclosures  []struct {
		URL      string `json:"url"`
		MimeType string `json:"mime_type"`
		Size     int64  `json:"size"`
	} `json:"enclosures"`
}

// date is a time that is zero and wrong if the server sends something else.
type date struct {
	time.Time
	wrong bool
}

// UnmarshalJSON never fails, so that a wrong date costs only itself.
func (d *date) UnmarshalJSON(data []byte) error {
	if d.Time.UnmarshalJSON(data) != nil {
		*d = date{wrong: true}
	}
	return nil
}

// isUsable reports whether the entry says which one it is, and of which feed.
func (e entry) isUsable() bool { return e.ID > 0 && e.FeedID > 0 }

// entryPage is a page of entries. Entries is nil if the response is none of this kind.
type entryPage struct {
	Entries []entry `json:"entries"`
}

// changed returns when somebody marked the entry last, by the server's clock; zero if nobody
// has. Miniflux sets both times when it gets the entry. known is false if a date is wrong.
func (e entry) changed() (at time.Time, known bool) {
	switch {
	case e.ChangedAt.wrong || e.CreatedAt.wrong:
		return time.Time{}, false
	case e.ChangedAt.Equal(e.CreatedAt.Time):
		return time.Time{}, true
	}
	return e.ChangedAt.UTC(), true
}

// account returns the entry as the engine has it. Its hash is made of what the publisher
// sent, so it stays the same if the server is set up anew and gives other IDs.
func (e entry) account() account.Entry {
	a := feed.Article{
		Item: feed.Item{
			GUID: "miniflux:" + e.Hash, Title: e.Title, Link: e.URL, Comments: e.CommentsURL, Author: e.Author,
			Published: e.PublishedAt.Time, Categories: e.Tags, Read: e.Status == "read", Starred: e.Starred,
		},
		Body: markup.Body{Raw: e.Content},
	}
	hash := e.Hash
	if raw, err := hex.DecodeString(hash); err != nil || len(raw) != sha256.Size {
		// The ID alone may be that of another entry after a restore.
		a.GUID, hash = "miniflux:id:"+entryID(e.ID)+" "+e.URL, ""
	}
	for _, f := range e.Enclosures {
		a.Enclosures = append(a.Enclosures, feed.Enclosure{URL: f.URL, Type: f.MimeType, Length: f.Size})
	}
	parse.Complete(&a)
	changed, _ := e.changed()
	return account.Entry{ID: entryID(e.ID), Feed: entryID(e.FeedID), GUIDHash: hash, Article: a, Changed: changed}
}
