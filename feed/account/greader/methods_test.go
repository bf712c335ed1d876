package greader

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/account"
	"dateline/feed/account/greadertest"
	"dateline/feed/fetch"
)

// settings returns an account at a server.
func settings(url, user, password string) feed.AccountSettings {
	return feed.AccountSettings{Name: "home", Kind: "greader", URL: url, Access: feed.Access{User: user, Password: password}}
}

func newServer(a feed.AccountSettings) *Server { return New(fetch.New(fetch.Options{}), a) }

// document is a feed with n entries, the newest first.
func document(n int) string {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>Words &amp; things</title><link>http://127.0.0.1/site</link><description>d</description>`)
	for i := range n {
		fmt.Fprintf(&b, `<item><guid isPermaLink="false">g%d</guid><title>%s</title><link>http://127.0.0.1/%d</link><pubDate>%s</pubDate><description>&lt;p>Some plain words&lt;/p></description></item>`,
			i, documentTitle(i), i, time.Date(2026, 3, 1, 10, 59-i, 0, 0, time.UTC).Format(time.RFC1123Z))
	}
	b.WriteString(`</channel></rss>`)
	return b.String()
}

func documentTitle(i int) string { return fmt.Sprintf("Number %d &amp;amp; &amp;lt;b&amp;gt;", i) }

// site is where the servers find a feed of 5 entries.
func site(t *testing.T) string {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "bad") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, document(5))
	}))
	t.Cleanup(web.Close)
	return web.URL
}

// TestRealServer protects that all methods do at a real Miniflux what they promise.
func TestRealServer(t *testing.T) {
	url := os.Getenv("MINIFLUX_URL")
	if url == "" {
		t.Skip("MINIFLUX_URL is not set")
	}
	tryMethods(t, newServer(settings(url, os.Getenv("GREADER_USER"), os.Getenv("GREADER_PASSWORD"))), site(t), func() {})
}

// TestFreshRSS does the same with a FreshRSS, which nothing here starts.
func TestFreshRSS(t *testing.T) {
	url := os.Getenv("FRESHRSS_URL")
	if url == "" {
		t.Skip("FRESHRSS_URL is not set")
	}
	tryMethods(t, newServer(settings(url, os.Getenv("FRESHRSS_USER"), os.Getenv("FRESHRSS_PASSWORD"))), site(t), func() {})
}

// TestMethods protects that all methods do the same with every dialect.
func TestMethods(t *testing.T) {
	for name, c := range map[string]struct {
		dialect greadertest.Dialect
		quirks  func(q *greadertest.Quirks)
	}{
		"miniflux":     {greadertest.Miniflux, func(*greadertest.Quirks) {}},
		"miniflux 2.2": {greadertest.Miniflux, func(q *greadertest.Quirks) { q.Toggles = true }},
		"freshrss":     {greadertest.FreshRSS, func(*greadertest.Quirks) {}},
		"text ids":     {greadertest.FreshRSS, func(q *greadertest.Quirks) { q.TextIDs = true }},
		"small pages":  {greadertest.FreshRSS, func(q *greadertest.Quirks) { q.MaxPage = 2 }},
		"offsets":      {greadertest.Miniflux, func(q *greadertest.Quirks) { q.MaxPage = 2 }},
		"one a page":   {greadertest.FreshRSS, func(q *greadertest.Quirks) { q.MaxPage = 1 }},
		"opaque pages": {greadertest.Miniflux, func(q *greadertest.Quirks) { q.MaxPage, q.OpaquePages = 2, true }},
	} {
		t.Run(name, func(t *testing.T) {
			fake := greadertest.New(t, c.dialect, nil)
			fake.Set(c.quirks)
			tryMethods(t, newServer(settings(fake.URL, greadertest.User, greadertest.Password)), "https://example.org", func() {
				for i := range 5 {
					fake.AddEntries("feed/1", greadertest.Entry{
						Title: fmt.Sprintf("Number %d & <b>", 4-i), URL: fmt.Sprintf("http://127.0.0.1/%d", 4-i), Content: "<p>Some plain words</p>",
						Published: time.Date(2026, 3, 1, 10, 55+i, 0, 0, time.UTC),
					})
				}
			})
		})
	}
}

// tryMethods calls all methods. At site there is a feed, which has its 5 entries after
// fetched.
func tryMethods(t *testing.T, s *Server, site string, fetched func()) {
	ctx := context.Background()
	address := site + "/feed.xml"
	removeAll(t, s)
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ok(s.Subscribe(ctx, address, "Own name, and/or more", "One & two"))
	if err := s.Subscribe(ctx, address, "", ""); !errors.Is(err, account.ErrSubscribed) {
		t.Errorf("subscribed twice: %v", err)
	}
	if err := s.Subscribe(ctx, site+"/bad.xml", "", "Two"); err == nil || errors.Is(err, account.ErrSubscribed) || errors.Is(err, account.ErrUnsuitable) {
		t.Errorf("subscribed to no feed: %v", err)
	} else {
		t.Log("no feed:", err)
	}
	fetched()
	f := onlyFeed(t, s)
	if f.URL != address || f.Title != "Own name, and/or more" || !slices.Equal(f.Folders, []string{"One & two"}) {
		t.Errorf("feed: %+v", f)
	}

	tryLists(t, s)
	tryEntries(t, s, f)
	tryMarks(t, s)

	ok(s.Rename(ctx, f, "Another <name>"))
	ok(s.SetFolder(ctx, f, "Two"))
	if f = onlyFeed(t, s); f.Title != "Another <name>" || !slices.Equal(f.Folders, []string{"Two"}) {
		t.Errorf("renamed and moved: %+v", f)
	}
	ok(s.SetFolder(ctx, f, ""))
	if f = onlyFeed(t, s); slices.Contains(f.Folders, "Two") {
		t.Errorf("moved to no folder: %+v", f)
	}
	if !errors.Is(s.SetAddress(ctx, f, address), account.ErrCannot) || !errors.Is(s.Refresh(ctx, f), account.ErrCannot) {
		t.Error("SetAddress or Refresh can be done")
	}
	ok(s.Unsubscribe(ctx, f))
	ok(s.Unsubscribe(ctx, f))
	if d := s.Clock(); d.Abs() > 2*time.Second {
		t.Errorf("the clock is %v ahead", d)
	}
	if feeds, err := s.Feeds(ctx); err != nil || len(feeds) != 0 {
		t.Errorf("after all: %v, %v", feeds, err)
	}
}

// removeAll ends all subscriptions, so that a real server can be used again.
func removeAll(t *testing.T, s *Server) {
	feeds, err := s.Feeds(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range feeds {
		if err := s.Unsubscribe(context.Background(), f); err != nil {
			t.Fatal(err)
		}
	}
}

func onlyFeed(t *testing.T, s *Server) account.Feed {
	t.Helper()
	feeds, err := s.Feeds(context.Background())
	if err != nil || len(feeds) != 1 {
		t.Fatalf("feeds: %+v, %v", feeds, err)
	}
	return feeds[0]
}

func tryLists(t *testing.T, s *Server) {
	ctx := context.Background()
	unread, err := s.Unread(ctx)
	if err != nil || len(unread) != 5 {
		t.Fatalf("unread: %v, %v", unread, err)
	}
	all, err := s.All(ctx)
	if err != nil || len(all) != 5 {
		t.Fatalf("all: %v, %v", all, err)
	}
	if starred, err := s.Starred(ctx); err != nil || len(starred) != 0 {
		t.Errorf("starred: %v, %v", starred, err)
	}
	if newest, whole, err := s.Newest(ctx, 3); err != nil || !slices.Equal(newest, all[:3]) || whole {
		t.Errorf("newest 3: %v, whole %v, %v; all are %v", newest, whole, err, all)
	}
	if newest, whole, err := s.Newest(ctx, 300); err != nil || !slices.Equal(newest, all) || !whole {
		t.Errorf("newest 300: %v, whole %v, %v; all are %v", newest, whole, err, all)
	}
}

// entries returns the entries with these IDs by their IDs.
func entries(t *testing.T, s *Server, ids []string) map[string]account.Entry {
	t.Helper()
	found := map[string]account.Entry{}
	err := s.Entries(context.Background(), ids, func(part []account.Entry) error {
		for _, e := range part {
			if _, twice := found[e.ID]; twice {
				t.Errorf("%s came twice", e.ID)
			}
			found[e.ID] = e
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// ghost is the ID of no entry.
const ghost = "4242424242424242"

func tryEntries(t *testing.T, s *Server, f account.Feed) {
	ctx := context.Background()
	all, err := s.All(ctx)
	if err != nil {
		t.Fatal(err)
	}
	exist, err := s.Exist(ctx, append([]string{ghost}, all...))
	if err != nil || len(exist) != 5 || exist[ghost] {
		t.Errorf("exist: %v, %v", exist, err)
	}
	found := entries(t, s, append([]string{ghost}, all...))
	if len(found) != 5 {
		t.Fatalf("found %d entries of 5", len(found))
	}
	links := map[string]bool{}
	for id, e := range found {
		a := e.Article
		if !slices.Contains(all, id) || e.Feed != f.ID || a.GUID != longID(id)+" "+a.Link || a.Summary != "Some plain words" || a.Words != 3 || a.Read || a.Starred || a.Key == "" {
			t.Errorf("entry: %+v", e)
		}
		var n int
		if _, err := fmt.Sscanf(a.Title, "Number %d & <b>", &n); err != nil || a.Link != fmt.Sprintf("http://127.0.0.1/%d", n) {
			t.Errorf("title %q, link %q", a.Title, a.Link)
		}
		if want := time.Date(2026, 3, 1, 10, 59-n, 0, 0, time.UTC); !a.Published.Equal(want) {
			t.Errorf("published %v, not %v", a.Published, want)
		}
		if len(a.Categories) != 0 {
			t.Errorf("the folder is a category: %q", a.Categories)
		}
		links[a.Link] = true
	}
	if len(links) != 5 {
		t.Errorf("links: %v", links)
	}
}

// tryMarks sets each mark twice: a repeated one must not take it away.
func tryMarks(t *testing.T, s *Server) {
	ctx := context.Background()
	all, err := s.All(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, flag := range []feed.Flag{feed.Read, feed.Starred} {
		for _, on := range []bool{true, true, false, false, true} {
			if err := s.Mark(ctx, flag, on, []string{all[1], ghost, all[3]}); err != nil {
				t.Fatal(err)
			}
			found := entries(t, s, all)
			for i, id := range all {
				a := found[id].Article
				got, other := a.Read, a.Starred
				if flag == feed.Starred {
					got, other = a.Starred, !a.Read
				}
				if want := on && i%2 == 1; got != want || other && i%2 == 1 {
					t.Errorf("entry %d after %s %v: read %v, starred %v", i, flag, on, a.Read, a.Starred)
				}
			}
		}
	}
	unread, err := s.Unread(ctx)
	if err != nil || len(unread) != 3 || slices.Contains(unread, all[1]) || slices.Contains(unread, all[3]) {
		t.Errorf("unread: %v, %v", unread, err)
	}
	starred, err := s.Starred(ctx)
	if err != nil || len(starred) != 2 || !slices.Contains(starred, all[1]) || !slices.Contains(starred, all[3]) {
		t.Errorf("starred: %v, %v", starred, err)
	}
	if err := s.Mark(ctx, feed.Hidden, true, all); !errors.Is(err, account.ErrCannot) {
		t.Errorf("hidden: %v", err)
	}
}
