package remotes

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/feed"
	"dateline/feed/account"
	"dateline/feed/markup"
)

// server is an account's server in memory.
type server struct {
	now func() time.Time
	// timed is set if the server says when marks changed.
	timed   bool
	feeds   []account.Feed
	entries map[string]*entry
	next    int
	// before and after are called around each request; an error makes it fail, after having
	// done what it was asked for.
	before, after func(op string) error
	requests      []string
}

// entry is an entry of a server.
type entry struct {
	feed, link string
	// guid is that of the publisher; empty if it follows from the ID.
	guid          string
	read, starred bool
	published     time.Time
	changed       time.Time
}

const newsURL = "https://news.example/feed"

func newServer(now func() time.Time) *server {
	return &server{now: now, timed: true, entries: map[string]*entry{}, next: 1,
		feeds: []account.Feed{{ID: "1", URL: newsURL, Title: "News", Folders: []string{"World"}}}}
}

// publish adds n unread entries and returns their IDs.
func (s *server) publish(n int) []string {
	var ids []string
	for range n {
		id := strconv.Itoa(s.next)
		s.entries[id] = &entry{feed: "1", link: "https://news.example/" + id, published: s.now()}
		ids = append(ids, id)
		s.next++
	}
	return ids
}

// mark marks entries as a person in a browser does.
func (s *server) mark(flag feed.Flag, on bool, ids ...string) {
	for _, id := range ids {
		if e := s.entries[id]; e != nil {
			if flag == feed.Read {
				e.read = on
			} else {
				e.starred = on
			}
			e.changed = s.now()
		}
	}
}

// do runs a request between before and after.
func (s *server) do(op string, f func() error) error {
	s.requests = append(s.requests, op)
	if s.before != nil {
		if err := s.before(op); err != nil {
			return err
		}
	}
	if err := f(); err != nil {
		return err
	}
	if s.after != nil {
		return s.after(op)
	}
	return nil
}

func (s *server) list(op string, want func(*entry) bool) (ids []string, err error) {
	err = s.do(op, func() error {
		for id, e := range s.entries {
			if want(e) {
				ids = append(ids, id)
			}
		}
		slices.SortFunc(ids, func(a, b string) int { return number(b) - number(a) })
		return nil
	})
	if err != nil {
		return nil, err
	}
	return ids, nil
}

func number(id string) int {
	n, _ := strconv.Atoi(id)
	return n
}

func (s *server) Feeds(context.Context) (feeds []account.Feed, err error) {
	err = s.do("feeds", func() error { feeds = slices.Clone(s.feeds); return nil })
	return feeds, err
}

func (s *server) Unread(context.Context) ([]string, error) {
	return s.list("unread", func(e *entry) bool { return !e.read })
}

func (s *server) Starred(context.Context) ([]string, error) {
	return s.list("starred", func(e *entry) bool { return e.starred })
}

func (s *server) All(context.Context) ([]string, error) {
	return s.list("all", func(*entry) bool { return true })
}

func (s *server) Newest(_ context.Context, n int) ([]string, bool, error) {
	ids, err := s.list("newest", func(*entry) bool { return true })
	return ids[:min(n, len(ids))], n >= len(ids), err
}

func (s *server) Entries(_ context.Context, ids []string, yield func([]account.Entry) error) error {
	for part := range slices.Chunk(ids, 100) {
		var entries []account.Entry
		err := s.do("entries", func() error {
			for _, id := range part {
				if e := s.entries[id]; e != nil {
					entries = append(entries, s.entry(id, e))
				}
			}
			return nil
		})
		if err == nil {
			err = yield(entries)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// guid is the GUID that the publisher gives an entry.
func guid(id string) string { return "urn:entry:" + id }

// titleOf returns the title of an entry. It has the number of the link, which a publisher may
// move, so it tells an entry from another one that has its ID.
func titleOf(e *entry) string { return "Entry " + e.link[strings.LastIndexByte(e.link, '/')+1:] }

func (s *server) entry(id string, e *entry) account.Entry {
	sum := sha256.Sum256([]byte(cmp.Or(e.guid, guid(id))))
	hash := hex.EncodeToString(sum[:])
	a := feed.Article{Item: feed.Item{GUID: "server:" + id + " " + e.link, Title: titleOf(e), Link: e.link, Published: e.published, Read: e.read, Starred: e.starred},
		Body: markup.Body{Base: e.link, Raw: "<p>Text of " + id}}
	return account.Entry{ID: id, Feed: e.feed, GUIDHash: hash, Article: a, Changed: e.changed}
}

func (s *server) Exist(_ context.Context, ids []string) (exist map[string]bool, err error) {
	exist = map[string]bool{}
	err = s.do("exist", func() error {
		for _, id := range ids {
			exist[id] = s.entries[id] != nil
		}
		return nil
	})
	return exist, err
}

func (s *server) Changed(_ context.Context, ids []string) (times map[string]time.Time, err error) {
	if !s.timed {
		return nil, nil
	}
	times = map[string]time.Time{}
	err = s.do("changed", func() error {
		for _, id := range ids {
			if e := s.entries[id]; e != nil {
				times[id] = e.changed
			}
		}
		return nil
	})
	return times, err
}

func (s *server) Mark(_ context.Context, flag feed.Flag, on bool, ids []string) error {
	return s.do(fmt.Sprintf("mark %s %t", flag, on), func() error {
		s.mark(flag, on, ids...)
		return nil
	})
}

func (s *server) Clock() time.Duration { return 0 }

var errOffline = errors.New("the server cannot be reached")

func (s *server) Subscribe(context.Context, string, string, string) error { return errOffline }
func (s *server) Unsubscribe(context.Context, account.Feed) error         { return errOffline }
func (s *server) Rename(context.Context, account.Feed, string) error      { return errOffline }
func (s *server) SetFolder(context.Context, account.Feed, string) error   { return errOffline }
func (s *server) SetAddress(context.Context, account.Feed, string) error  { return errOffline }
func (s *server) Refresh(context.Context, account.Feed) error             { return errOffline }
