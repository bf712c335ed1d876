package config

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"dateline/feed"
	"dateline/feed/text"
)

// edited is a document after a change.
type edited struct {
	doc []byte
	// lines are the lines that were added or removed. todo is what the user can do
	// with them if the file cannot be written.
	lines, todo string
	// private is set if others must not read the file from now on.
	private bool
	// want turns the configuration before the change into the one that the document must
	// have after it. It is nil if doc is unchanged.
	want func(c *Config)
}

// errNotListed is returned if the feed to change is not in the file.
var errNotListed = errors.New("it does not list the feed; `dateline feeds` lists your feeds")

// errInlineFeeds is returned if the feeds are written as one value. Such a value can have
// any layout, so an edit would have to rewrite what a person wrote.
var errInlineFeeds = errors.New("the feeds are written as one value (feeds = […]), which dateline does not edit; edit the list by hand, or turn its entries into [[feeds]] tables")

// errInlineQueries is returned if the saved queries are written as one value.
var errInlineQueries = errors.New("the saved queries are written as one value (queries = […]), which dateline does not edit; edit the list by hand, or turn its entries into [[queries]] tables")

// errInlineAccounts is returned if the accounts are written as one value.
var errInlineAccounts = errors.New("the accounts are written as one value (accounts = […]), which dateline does not edit; edit the list by hand, or turn its entries into [[accounts]] tables")

// addFeeds inserts [[feeds]] tables after the last [[feeds]] table of doc. If there is
// none, it inserts them at the end. Feeds that are already in doc, in any spelling of
// their address, are left out.
func addFeeds(doc []byte, subs []feed.Subscription) (edited, error) {
	o, err := outlineOf(doc)
	if err != nil {
		return edited{}, err
	}
	known := map[string]bool{}
	for _, url := range o.feedURLs {
		known[text.AddressKey(url)] = true
	}
	nl := lineEnd(doc)
	var tables []string
	var added []Feed
	for _, s := range subs {
		key := text.AddressKey(s.URL)
		if !known[key] {
			tables = append(tables, feedTable(s, nl))
			added = append(added, feedOf(s))
		}
		known[key] = true
	}
	if len(tables) == 0 {
		return edited{doc: doc}, nil
	}
	if o.inlineFeeds {
		return edited{}, errInlineFeeds
	}
	text := strings.Join(tables, nl)
	return edited{
		doc:   insertTables(doc, text, nl, o.statements, func(s statement) bool { return s.feed >= 0 }),
		lines: text,
		todo:  "add these lines after the last [[feeds]] table, or at the end if there is none",
		want:  func(c *Config) { c.Feeds = append(c.Feeds, added...) },
	}, nil
}

// insertTables inserts tables after the last statement of their kind, or at the end of doc if
// there is none, with a blank line before them.
func insertTables(doc []byte, tables, nl string, statements []statement, ofKind func(statement) bool) []byte {
	at := len(doc)
	for _, s := range statements {
		if ofKind(s) {
			at = wholeLines(doc, s.span).to
		}
	}
	before := ""
	if at > 0 && doc[at-1] != '\n' {
		before = nl
	}
	if at > 0 {
		before += nl
	}
	return slices.Concat(doc[:at], []byte(before+tables), doc[at:])
}

// addQuery inserts a [[queries]] table after the last one of doc. If there is none, it
// inserts it at the end.
func addQuery(doc []byte, q Query) (edited, error) {
	o, err := outlineOf(doc)
	if err != nil {
		return edited{}, err
	}
	if o.inlineQueries {
		return edited{}, errInlineQueries
	}
	nl := lineEnd(doc)
	table := strings.Join([]string{"[[queries]]", "name = " + Quote(q.Name), "query = " + Quote(q.Query)}, nl) + nl
	return edited{
		doc:   insertTables(doc, table, nl, o.statements, func(s statement) bool { return s.query }),
		lines: table,
		todo:  "add these lines at the end",
		want:  func(c *Config) { c.Queries = append(c.Queries, q) },
	}, nil
}

// addAccount inserts an [[accounts]] table after the last one of doc. If there is none, it
// inserts it at the end. If there is one of that name, it replaces how it logs in.
func addAccount(doc []byte, a Account) (edited, error) {
	o, err := outlineOf(doc)
	if err != nil {
		return edited{}, err
	}
	if o.inlineAccounts {
		return edited{}, errInlineAccounts
	}
	if n, known := accountIndex(doc, a.Name); known {
		return replaceLogin(doc, o, n, a), nil
	}
	nl := lineEnd(doc)
	table := accountTable(a, nl)
	return edited{
		doc:   insertTables(doc, table, nl, o.statements, func(s statement) bool { return s.account }),
		lines: accountTable(a.withoutSecrets(), nl),
		todo:  "add these lines at the end",
		want:  func(c *Config) { c.AccountTables = append(c.AccountTables, a) },
	}, nil
}

// removeFeed removes the [[feeds]] table of a feed, with its sub-tables and the
// comments inside. Comments above the table stay.
func removeFeed(doc []byte, url string) (edited, error) {
	o, err := outlineOf(doc)
	if err != nil {
		return edited{}, err
	}
	index, ok := o.feedIndex(url)
	if !ok {
		return edited{}, errNotListed
	}
	if o.inlineFeeds {
		return edited{}, errInlineFeeds
	}
	var out, lines []byte
	kept := 0
	for _, cut := range feedLines(doc, o.statements, index) {
		lines = append(lines, doc[cut.from:cut.to]...)
		cut = withBlankLine(doc, cut)
		out = append(out, doc[kept:cut.from]...)
		kept = cut.to
	}
	return edited{
		doc:   append(out, doc[kept:]...),
		lines: string(lines),
		todo:  "remove these lines",
		want:  func(c *Config) { c.Feeds = slices.Delete(c.Feeds, index, index+1) },
	}, nil
}

// moveFeed replaces the url of a feed and nothing else. A user and password in the
// old url are kept if the new one is on the same server.
func moveFeed(doc []byte, from, to string) (edited, error) {
	o, err := outlineOf(doc)
	if err != nil {
		return edited{}, err
	}
	n, ok := o.feedIndex(from)
	if !ok {
		return edited{}, errNotListed
	}
	at := o.values[fmt.Sprintf("feeds.%d.url", n)]
	url := text.CopyLogin(to, o.feedURLs[n])
	value := Quote(url)
	return edited{
		doc:   slices.Concat(doc[:at.from], []byte(value), doc[at.to:]),
		lines: "url = " + value + lineEnd(doc),
		todo:  "replace the feed's url by this line",
		want:  func(c *Config) { c.Feeds[n].URL = url },
	}, nil
}

// feedOf returns what the table of a subscription is read as.
func feedOf(s feed.Subscription) Feed {
	f := Feed{URL: strings.TrimSpace(s.URL), Name: text.Clean(s.Name)}
	for _, tag := range s.Tags {
		f.Tags = append(f.Tags, text.Clean(tag))
	}
	return f
}

// feedLines returns the ranges of lines that belong to the feed with an index.
func feedLines(doc []byte, statements []statement, index int) []span {
	var list []span
	open := false
	for _, s := range statements {
		if s.feed != index {
			open = false
			continue
		}
		lines := wholeLines(doc, s.span)
		if open {
			list[len(list)-1].to = lines.to
		} else {
			list = append(list, lines)
		}
		open = true
	}
	return list
}

// withBlankLine adds the blank line above a cut to it, if a blank line or the end of
// the document follows. Otherwise two blank lines in a row would be left.
func withBlankLine(doc []byte, cut span) span {
	rest := doc[cut.to:]
	next, _, _ := bytes.Cut(rest, []byte("\n"))
	if len(bytes.TrimSpace(next)) > 0 || cut.from == 0 {
		return cut
	}
	above := wholeLines(doc, span{cut.from - 1, cut.from - 1})
	if len(bytes.TrimSpace(doc[above.from:above.to])) == 0 {
		cut.from = above.from
	}
	return cut
}

// feedTable returns a subscription as a [[feeds]] table with line ends nl.
func feedTable(s feed.Subscription, nl string) string {
	lines := []string{"[[feeds]]", "url = " + Quote(s.URL)}
	if s.Name != "" {
		lines = append(lines, "name = "+Quote(s.Name))
	}
	if len(s.Tags) > 0 {
		lines = append(lines, "tags = "+quoteList(s.Tags))
	}
	return strings.Join(lines, nl) + nl
}

// isRight reports whether a change made the configuration before to after, and changed
// nothing but what it should. It modifies before.
func (e edited) isRight(before, after Config) bool {
	e.want(&before)
	if len(before.Feeds) == 0 && len(after.Feeds) == 0 {
		before.Feeds, after.Feeds = nil, nil
	}
	return reflect.DeepEqual(before, after)
}

// lineEnd returns the line end that doc uses.
func lineEnd(doc []byte) string {
	if bytes.Contains(doc, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// notWritten returns the error for a change that could not be saved. It tells the
// user how to make the change by hand.
func (e edited) notWritten(path string, err error) error {
	instead := "make it writable, or edit it yourself"
	if errors.Is(err, errHardLink) {
		instead = "replace one of the names by a symbolic link, or edit it yourself"
	}
	return fmt.Errorf("cannot write %s (%w); %s: %s:\n\n%s", path, err, instead, e.todo, e.lines)
}
