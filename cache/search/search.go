// Package search holds the full-text index, and answers the queries of views. It
// knows SQL and the query language, but not the store: it reads through a
// [db.Querier] and writes through a function that the store gives it.
//
// Two tables of FTS5 make up the index. One has the words of all texts, the other
// the prefixes of two and three characters of each text. In both a text has a
// document number. Document numbers rise with the position of the item, which is
// its date: so the posting list of a word, the documents that have it, is in the
// order of every list, and a search ends as soon as a page is full.
//
// [Index.Plan] makes a [Plan] of a [View]. A plan has one or more branches, each the
// range of one index that is in order already; SQLite merges them. Rows that no
// branch covers are looked up first. A word in a short list, such as a feed or the
// starred items, is looked up for each item, or its posting list is intersected with
// the candidates. A long posting list is read in chunks until the page is full. What
// is not indexed yet is searched in Go.
//
// [query.Query.Match] is the reference: a query finds the same items here. Nothing
// that a key waits for may scan the items or sort them; a test reads the plans of
// SQLite.
package search

import (
	"context"
	"database/sql"
	"html"
	"time"

	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/markup"
	"dateline/feed/query"
)

// Texts reads what the index needs of the store.
type Texts interface {
	// ReadDocuments yields the items at these positions, in their order.
	ReadDocuments(ctx context.Context, q db.Querier, positions []int64, yield func(Document) error) error
	// LastRefresh is the time from which on an item is new.
	LastRefresh(ctx context.Context) (time.Time, error)
}

// Document is an item with all text that searches find it by.
type Document struct {
	Pos     int64
	Article feed.Article
	Page    PageText
}

// PageText is the text of an item's page. Fetched is 0 if there is none.
type PageText struct {
	Fetched int64
	Text    string
}

// text returns the feed's own text, and below it that of the page.
func (d Document) text() string {
	if d.Page.Text == "" {
		return d.Article.Body.Text()
	}
	return d.Article.Body.Text() + "\n" + d.Page.Text
}

// joinedBody returns the text as a body, for a query in Go.
func (d Document) joinedBody() markup.Body {
	if d.Page.Text == "" {
		return d.Article.Body
	}
	return markup.Body{Raw: html.EscapeString(d.text()), Base: d.Article.Body.Base}
}

// Index is the full-text index of a database, and answers the queries of views.
type Index struct {
	readers db.Querier
	write   func(ctx context.Context, op string, f func(tx *sql.Tx) error) error
	texts   Texts
	now     func() time.Time
	// maxLookups, probeCost and chunk are [maxLookups], [lookupCost] and [firstChunk],
	// unless a test has them small.
	maxLookups, lookupCost, chunkRows int
}

// New returns the index of a database that readers read. write runs a function in
// one transaction.
func New(readers db.Querier, write func(ctx context.Context, op string, f func(tx *sql.Tx) error) error, texts Texts, now func() time.Time) *Index {
	return &Index{readers: readers, write: write, texts: texts, now: now, maxLookups: maxLookups, lookupCost: lookupCost, chunkRows: firstChunk}
}

// FeedInfos returns what queries can ask of feeds, by their URLs.
func FeedInfos(ctx context.Context, q db.Querier) (map[string]query.FeedInfo, error) {
	c := &compiler{Plan: &Plan{}, ctx: ctx, q: q}
	if err := c.loadFeeds(); err != nil {
		return nil, err
	}
	infos := map[string]query.FeedInfo{}
	for _, f := range c.feeds {
		infos[f.URL] = f.FeedInfo
	}
	return infos, nil
}

// Clear empties the index. All items then wait to be indexed.
func Clear(ctx context.Context, tx *sql.Tx) error {
	for _, query := range []string{
		`INSERT INTO items_index (items_index) VALUES ('delete-all')`,
		`INSERT INTO items_prefixes (items_prefixes) VALUES ('delete-all')`,
		`UPDATE items SET indexed = 0, doc_number = NULL`,
	} {
		if _, err := tx.ExecContext(ctx, query); err != nil {
			return err
		}
	}
	return nil
}

// Optimize merges the parts of the index into one.
func Optimize(ctx context.Context, conn *sql.DB) error {
	for _, query := range []string{`INSERT INTO items_index (items_index) VALUES ('optimize')`, `INSERT INTO items_prefixes (items_prefixes) VALUES ('optimize')`} {
		if _, err := conn.ExecContext(ctx, query); err != nil {
			return err
		}
	}
	return nil
}

// View is a list as the user sees it: a query and the instant since when it
// has been open. Of the items of one story that the query finds it shows the
// lead, or else the first copy; all of them where it is about one feed or about
// items that the user starred, labelled, hid or snoozed.
type View struct {
	Query query.Query
	// Opened keeps what was read at or after it in an is:unread view, so that
	// a row does not vanish while it is being read; zero keeps nothing.
	Opened time.Time
	// Oldest turns the order round.
	Oldest bool
}

// Pos is the position of a row in a view, to continue from, before or after it,
// even when the row has gone meanwhile. It holds for every view with the same
// order. The zero Pos is no position.
type Pos struct {
	// At is the row's position by date.
	At int64 `json:"at"`
	// Key is the row's sort key when the view is not sorted by date.
	Key string `json:"key,omitempty"`
}

// IsZero reports whether p is no position.
func (p Pos) IsZero() bool { return p == Pos{} }
