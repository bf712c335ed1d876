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
	ID          int64     `json:"id"`
	FeedID      int64     `json:"feed_id"`
	Status      string    `json:"status"`
	Starred     bool      `json:"starred"`
	Hash        string    `json:"hash"`
	Title       string    `json:"title"`
	URL         string    `json:"url"`
	CommentsURL string    `json:"comments_url"`
	Author      string    `json:"author"`
	Content     string    `json:"content"`
	PublishedAt time.Time `json:"published_at"`
	CreatedAt   time.Time `json:"created_at"`
	ChangedAt   time.Time `json:"changed_at"`
	Tags        []string  `json:"tags"`
	Enclosures  []struct {
		URL      string `json:"url"`
		MimeType string `json:"mime_type"`
		Size     int64  `json:"size"`
	} `json:"enclosures"`
}

// entryPage is a page of entries. Entries is nil if the response is none of this kind.
type entryPage struct {
	Entries []entry `json:"entries"`
}

// changed returns when somebody marked the entry last, by the server's clock; zero if nobody
// has. Miniflux sets both times when it gets the entry.
func (e entry) changed() time.Time {
	if e.ChangedAt.Equal(e.CreatedAt) {
		return time.Time{}
	}
	return e.ChangedAt.UTC()
}

// account returns the entry as the engine has it. Its hash is made of what the publisher
// sent, so it stays the same if the server is set up anew and gives other IDs.
func (e entry) account() account.Entry {
	a := feed.Article{
		Item: feed.Item{
			GUID: "miniflux:" + e.Hash, Title: e.Title, Link: e.URL, Comments: e.CommentsURL, Author: e.Author,
			Published: e.PublishedAt, Categories: e.Tags, Read: e.Status == "read", Starred: e.Starred,
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
	return account.Entry{ID: entryID(e.ID), Feed: entryID(e.FeedID), GUIDHash: hash, Article: a, Changed: e.changed()}
}
