package greader

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/feed"
	"dateline/feed/account"
	"dateline/feed/fetch"
	"dateline/feed/markup"
	"dateline/feed/parse"
	"dateline/feed/text"
)

// entriesSize is how many entries one request asks for.
const entriesSize = 250

// mostTooLong is how many entries that are too long for a reply are left out.
const mostTooLong = 10

// item is an entry as the API has it.
type item struct {
	ID        anyText `json:"id"`
	Title     string  `json:"title"`
	Author    string  `json:"author"`
	Published anyText `json:"published"`
	Canonical []href  `json:"canonical"`
	Alternate []href  `json:"alternate"`
	Content   content `json:"content"`
	Summary   content `json:"summary"`
	// Categories are streams, and those of the publisher.
	Categories []string    `json:"categories"`
	Enclosure  []enclosure `json:"enclosure"`
	Origin     struct {
		StreamID string `json:"streamId"`
	} `json:"origin"`
}

// anyText is a [looseText] that is empty if the server sends something else, so that one
// wrong value costs only itself.
type anyText string

// UnmarshalJSON never fails.
func (t *anyText) UnmarshalJSON(data []byte) error {
	var s looseText
	if s.UnmarshalJSON(data) == nil {
		*t = anyText(s)
	}
	return nil
}

type href struct {
	Href string `json:"href"`
}

type content struct {
	Content string `json:"content"`
}

// enclosure is a file. Miniflux calls its address url, all others href.
type enclosure struct {
	Href   string  `json:"href"`
	URL    string  `json:"url"`
	Type   string  `json:"type"`
	Length anyText `json:"length"`
}

// Entries yields the entries with these IDs.
func (s *Server) Entries(ctx context.Context, ids []string, yield func([]account.Entry) error) error {
	folders, err := s.folderNames(ctx)
	if err != nil {
		return err
	}
	return s.items(ctx, ids, func(items []item) error {
		widens := s.isWidening()
		out := make([]account.Entry, 0, len(items))
		for _, it := range items {
			out = append(out, it.entry(widens, folders))
		}
		return yield(out)
	})
}

// Exist returns which of these entries the server still has.
func (s *Server) Exist(ctx context.Context, ids []string) (map[string]bool, error) {
	found := make(map[string]bool, len(ids))
	err := s.items(ctx, ids, func(items []item) error {
		for _, it := range items {
			found[itemID(string(it.ID))] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// isWidening reports whether the server writes fullwidth characters in titles.
func (s *Server) isWidening() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.session.widens
}

// items yields the items with these IDs, in parts. A part whose texts are too long for one
// reply is asked for in halves. A single one that is too long is left out, or no later
// round could get beyond it; if there are more than a few, something else is wrong.
func (s *Server) items(ctx context.Context, ids []string, yield func([]item) error) error {
	left := mostTooLong
	return s.itemsIn(ctx, ids, &left, yield)
}

// itemsIn is items. left is how many items may still be left out.
func (s *Server) itemsIn(ctx context.Context, ids []string, left *int, yield func([]item) error) error {
	for part := range slices.Chunk(ids, entriesSize) {
		items, err := s.itemPart(ctx, part)
		var failed *fetch.Error
		switch {
		case errors.As(err, &failed) && failed.Kind == fetch.KindTooLarge:
			n := len(part)
			if n == 1 {
				if *left--; *left < 0 {
					return err
				}
				continue
			}
			for _, half := range [][]string{part[:n/2], part[n/2:]} {
				if err := s.itemsIn(ctx, half, left, yield); err != nil {
					return err
				}
			}
			continue
		case err != nil:
			return err
		}
		if len(items) == 0 {
			continue
		}
		if err := yield(items); err != nil {
			return err
		}
	}
	return nil
}

// itemPart asks for some items. Others that the server may send are dropped, and so are those
// whose ID cannot be read.
func (s *Server) itemPart(ctx context.Context, ids []string) ([]item, error) {
	const path = "stream/items/contents"
	form := url.Values{}
	wanted := make(map[string]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
		form.Add("i", longID(id))
	}
	reply, err := s.post(ctx, path, form)
	if err != nil {
		return nil, err
	}
	var page struct {
		Items []item `json:"items"`
	}
	if err := s.decodeLoosely(path, reply, &page); err != nil {
		return nil, err
	}
	if page.Items == nil {
		return nil, s.notTheAPI(path)
	}
	return slices.DeleteFunc(page.Items, func(it item) bool {
		id := itemID(string(it.ID))
		known := wanted[id]
		delete(wanted, id)
		return !known
	}), nil
}

// guid returns an identifier that no other entry of the feed has. The ID alone is none: a
// server that was restored or set up anew gives it to another entry.
func (it item) guid(id string) string { return strings.TrimSpace(longID(id) + " " + it.link()) }

// entry returns the item as an entry. folders are the labels that are folders of feeds.
func (it item) entry(widens bool, folders map[string]bool) account.Entry {
	id := itemID(string(it.ID))
	a := feed.Article{
		Item: feed.Item{GUID: it.guid(id), Title: it.Title, Author: it.Author, Link: it.link(), Published: unixTime(it.Published)},
		Body: markup.Body{Raw: text.FirstNonBlank(it.Content.Content, it.Summary.Content)},
	}
	if widens {
		// FreshRSS leaves the markup in titles that feeds have escaped twice.
		a.Title, a.Author = text.PlainTitle(narrow(a.Title)), narrow(a.Author)
	}
	for _, c := range it.Categories {
		name, own := ownStream(c)
		label, labelled := strings.CutPrefix(name, "/label/")
		switch {
		case !own:
			a.Categories = append(a.Categories, c)
		case name == stateRead:
			a.Read = true
		case name == stateStarred:
			a.Starred = true
		case labelled && !folders[label]:
			a.Categories = append(a.Categories, label)
		}
	}
	for _, e := range it.Enclosure {
		kind := e.Type
		if !strings.Contains(kind, "/") {
			kind = "" // FreshRSS writes the medium if the feed named no type.
		}
		length, _ := strconv.ParseInt(string(e.Length), 10, 64)
		a.Enclosures = append(a.Enclosures, feed.Enclosure{URL: text.FirstNonBlank(e.Href, e.URL), Type: kind, Length: length})
	}
	parse.Complete(&a)
	return account.Entry{ID: id, Feed: it.Origin.StreamID, Article: a}
}

// link returns the address of the item's page, or empty.
func (it item) link() string {
	for _, links := range [][]href{it.Canonical, it.Alternate} {
		for _, l := range links {
			if !text.IsBlank(l.Href) {
				return l.Href
			}
		}
	}
	return ""
}

// ownStream returns what follows the user in a stream of the user: "/label/News" of
// "user/1/label/News".
func ownStream(stream string) (name string, ok bool) {
	rest, ok := strings.CutPrefix(stream, "user/")
	if !ok {
		return "", false
	}
	i := strings.IndexByte(rest, '/')
	if i < 0 {
		return "", false
	}
	return rest[i:], true
}

// unixTime reads a number of seconds. It returns zero if there is none.
func unixTime(t anyText) time.Time {
	n, err := strconv.ParseInt(string(t), 10, 64)
	if err != nil || n <= 0 || n > 1<<36 {
		return time.Time{}
	}
	return time.Unix(n, 0)
}
