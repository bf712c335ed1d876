// Package search holds the full-text index and answers the queries of views. It
// turns a query into SQL that reads only as much of an index as the page needs.
// Start with [Index.Plan], which chooses how to answer, and [Plan.Keys], which
// reads the rows. [query.Query.Match] defines what a query finds; the SQL finds the
// same items. Never scan or sort all items for something that a key waits for: a
// test reads the query plans of SQLite. Only sort: sorts, because no index has its
// order. Why it is done this way stands in docs/decisions/search.md.
//
// # Index
//
// Two FTS5 tables without content (https://sqlite.org/fts5.html) make up the index.
// The word index has the words of each item's title, author and text. The prefix
// index has the first two and the first three characters of these words
// (short_prefixes.go) and the trigrams of the link (link_trigrams.go), each once per
// document. An indexed item is a document. It has a document number, which is its
// rowid in both tables. The posting list of a term is the sorted list of the document
// numbers of the documents that have the term.
//
// Document numbers rise with the position of the item, which is its date
// (document_numbers.go). So a posting list is in date order, as every list of items is,
// and a scan of it ends when the page is full. This is early termination: a page of
// a common word costs as little as one of a rare word. Nothing is ranked.
//
// Items are indexed after they are saved (index.go). Until then they are pending,
// and searched in Go (pending_items.go).
//
// # Plans
//
// A [Plan] has branches and extra rows (plan.go). A branch scans a range of one index
// in date order. Extra rows are the rows that no branch covers, because they are few
// or pending. They are looked up when the plan is made.
//
//	query                        plan
//	no words                     the list of the view: a range of an index of items,
//	                             such as a feed's, the unread, a label's (scan.go)
//	words, "phrases", prefixes,  a scan of posting lists. FTS5 intersects, merges
//	-words, a part of a link     and subtracts them (fts5_expression.go)
//	few postings and more        each posting's item is checked (text_scan.go)
//	many postings in a list      the intersection of both, chunk by chunk (chunks.go)
//	word or is:starred           the list of the view; the posting list of the same
//	                             chunk is a condition
//	sort:, limit:                all rows, sorted (sort_term.go); the first rows, read
//	                             when the plan is made (limit_term.go)
//
// Conditions that the branch itself does not answer are checked for each row that
// it reads (compile.go). The feeds and the copies of a story that a view shows are
// conditions, too (feed_terms.go, story_copies.go).
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

// Texts reads from the store what the index needs.
type Texts interface {
	// ReadDocuments calls yield for the items at these positions, in the order of
	// positions, until it returns false.
	ReadDocuments(ctx context.Context, q db.Querier, positions []int64, yield func(Document) (more bool)) error
	// LastRefresh returns when the last refresh that found new items began: is:new
	// means first seen since then. It is zero if there was none.
	LastRefresh(ctx context.Context) (time.Time, error)
}

// Document is an item with all text that a search finds it by. Source is the hash of
// all that the publisher said.
type Document struct {
	Pos, Source         int64
	Title, Author, Link string
	Body                markup.Body
	Page                PageText
}

// PageText is the text of an item's web page. Fetched is the time it was fetched,
// in microseconds since 1970, and 0 if there is none.
type PageText struct {
	Fetched int64
	Text    string
}

// text returns the item's own text, followed by the text of its page.
func (d Document) text() string {
	if d.Page.Text == "" {
		return d.Body.Text()
	}
	return d.Body.Text() + "\n" + d.Page.Text
}

// article returns the document as an item, for [query.Query.Match].
func (d Document) article() feed.Article {
	body := d.Body
	if d.Page.Text != "" {
		body.Raw = html.EscapeString(d.text())
	}
	return feed.Article{Item: feed.Item{Title: d.Title, Author: d.Author, Link: d.Link}, Body: body}
}

// Index is the full-text index of a database. It may be used by several goroutines.
type Index struct {
	readers db.Querier
	write   func(ctx context.Context, op string, f func(tx *sql.Tx) error) error
	texts   Texts
	now     func() time.Time
	// fewPostings and chunkRows are the constants [fewPostings] and [firstChunk].
	// Tests set smaller ones.
	fewPostings, chunkRows int
}

// New returns the index of a database. It reads through readers. write runs f in
// one transaction; op names the operation in errors.
func New(readers db.Querier, write func(ctx context.Context, op string, f func(tx *sql.Tx) error) error, texts Texts, now func() time.Time) *Index {
	return &Index{readers: readers, write: write, texts: texts, now: now, fewPostings: fewPostings, chunkRows: firstChunk}
}

// FeedInfos returns what queries can ask about feeds, by the URLs of all feeds in
// the database, subscribed or not.
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

// Clear empties the index. All items are pending afterwards.
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

// Optimize merges the segments of each table into one, which saves space
// (https://sqlite.org/fts5.html#the_optimize_command).
func Optimize(ctx context.Context, conn *sql.DB) error {
	for _, query := range []string{`INSERT INTO items_index (items_index) VALUES ('optimize')`, `INSERT INTO items_prefixes (items_prefixes) VALUES ('optimize')`} {
		if _, err := conn.ExecContext(ctx, query); err != nil {
			return err
		}
	}
	return nil
}

// View is a list as the user sees it. Of each story it shows one item: the lead, or
// the first copy if the query excludes the lead. It shows all items of a story if
// it is about one feed, or about items that are starred, labelled, hidden or
// snoozed.
type View struct {
	Query query.Query
	// Opened is when the view was opened. An is:unread view keeps the items that
	// were read at or after it, so that a row does not vanish while it is read. Items
	// that came read are not among them. If zero, it keeps none.
	Opened time.Time
	// Oldest reverses the order.
	Oldest bool
}

// Pos is the position of a row in a view. Rows can be listed from it in both
// directions, even if the row itself is gone. A Pos is valid in every view with the
// same order. The zero Pos means no position.
type Pos struct {
	// At is the position of the item, which orders items by date. See
	// [db.Position].
	At int64 `json:"at"`
	// Key is the sort key of the row; empty if the view is sorted by date.
	Key string `json:"key,omitempty"`
}

// IsZero reports whether p is no position.
func (p Pos) IsZero() bool { return p == Pos{} }
