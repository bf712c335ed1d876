package miniflux

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/account"
	"dateline/feed/fetch"
)

// publisher is a web server with feeds.
type publisher struct {
	url string
	mu  sync.Mutex
	// items are the GUIDs of each feed, by its path.
	items map[string][]string
}

func newPublisher(t *testing.T) *publisher {
	p := &publisher{items: map[string][]string{}}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		guids, has := p.items[r.URL.Path]
		if !has {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprintf(w, `<rss version="2.0"><channel><title>Feed %s</title><link>http://%s/</link>`, r.URL.Path, r.Host)
		for _, guid := range guids {
			fmt.Fprintf(w, `<item><guid isPermaLink="false">%s</guid><title>Item %[1]s</title><link>http://%s/%[1]s</link><author>Ann</author>
				<category>Go</category><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate><description>&lt;p>Text of %[1]s &lt;img src="/p.png">&lt;/p></description>
				<enclosure url="http://%[2]s/%[1]s.mp3" type="audio/mpeg" length="1000"/></item>`, guid, r.Host)
		}
		fmt.Fprint(w, `</channel></rss>`)
	}))
	t.Cleanup(web.Close)
	p.url = web.URL
	return p
}

// publish adds items to a feed and returns its address.
func (p *publisher) publish(path string, from, to int) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := from; i < to; i++ {
		p.items[path] = append(p.items[path], fmt.Sprintf("%s-%d", strings.Trim(path, "/"), i))
	}
	return p.url + path
}

// realServer returns a client of the server that .ci/miniflux has started, or skips the test.
// Subscriptions of earlier tests are removed.
func realServer(t *testing.T) *Server {
	url := os.Getenv("MINIFLUX_URL")
	if url == "" {
		t.Skip("there is no Miniflux: see .ci/miniflux")
	}
	s := realClient(url, feed.AccountSettings{Token: os.Getenv("MINIFLUX_TOKEN")})
	if _, err := s.Unread(t.Context()); errors.Is(err, account.ErrUnsuitable) {
		t.Skip(err)
	}
	feeds, err := s.Feeds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range feeds {
		if err := s.Unsubscribe(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func realClient(url string, a feed.AccountSettings) *Server {
	a.URL = url
	return New(fetch.New(fetch.Options{}), a, time.Now)
}

// subscribe subscribes to a feed, which makes the server fetch it.
func subscribe(t *testing.T, s *Server, address, title, folder string) account.Feed {
	t.Helper()
	if err := s.Subscribe(t.Context(), address, title, folder); err != nil {
		t.Fatal(err)
	}
	return feedAt(t, s, address)
}

func feedAt(t *testing.T, s *Server, address string) account.Feed {
	t.Helper()
	feeds, err := s.Feeds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range feeds {
		if f.URL == address {
			return f
		}
	}
	t.Fatalf("no feed has the address %s: %+v", address, feeds)
	return account.Feed{}
}

// list returns the result of a method that returns IDs, in ascending order.
func list(t *testing.T, read func(context.Context) ([]string, error)) []string {
	t.Helper()
	ids, err := read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return sorted(ids)
}

// TestRealServerSubscriptions protects that a real Miniflux understands each change of a
// subscription.
func TestRealServerSubscriptions(t *testing.T) {
	s, p, ctx := realServer(t), newPublisher(t), t.Context()
	a := subscribe(t, s, p.publish("/a", 0, 3), "", "")
	if a.Title != "Feed /a" || !slices.Equal(a.Folders, []string{"All"}) || a.Checked.IsZero() || a.Error != "" {
		t.Errorf("%+v", a)
	}
	b := subscribe(t, s, p.publish("/b", 0, 3), "Bee", "News")
	if b.Title != "Bee" || !slices.Equal(b.Folders, []string{"News"}) {
		t.Errorf("%+v", b)
	}
	if err := s.Subscribe(ctx, b.URL, "", ""); !errors.Is(err, account.ErrSubscribed) {
		t.Errorf("twice: %v", err)
	}
	if err := s.Subscribe(ctx, p.url+"/nothing", "", ""); err == nil || !strings.Contains(err.Error(), "the server says: ") {
		t.Errorf("no feed: %v", err)
	}
	if err := errors.Join(s.Rename(ctx, b, "Wasp & Bee"), s.SetFolder(ctx, b, "news")); err != nil {
		t.Error(err)
	}
	if b = feedAt(t, s, b.URL); b.Title != "Wasp & Bee" || !slices.Equal(b.Folders, []string{"News"}) {
		t.Errorf("%+v", b)
	}
	if err := s.SetFolder(ctx, b, ""); err != nil || !slices.Equal(feedAt(t, s, b.URL).Folders, []string{"All"}) {
		t.Error(err)
	}
	if err := s.SetAddress(ctx, b, a.URL); !errors.Is(err, account.ErrSubscribed) {
		t.Errorf("the address of another feed: %v", err)
	}
	if err := s.SetAddress(ctx, b, p.publish("/c", 0, 5)); err != nil {
		t.Error(err)
	}
	c := feedAt(t, s, p.url+"/c")
	if err := s.Refresh(ctx, c); err != nil || c.ID != b.ID || len(list(t, s.All)) != 11 {
		t.Errorf("after the move: %v, %+v, %d entries", err, c, len(list(t, s.All)))
	}
	if err := s.SetAddress(ctx, c, p.url+"/nothing"); err != nil {
		t.Error(err)
	}
	if err := s.Refresh(ctx, c); err == nil || !strings.Contains(err.Error(), "the server says: ") {
		t.Errorf("a feed that is not there: %v", err)
	}
	if c = feedAt(t, s, p.url+"/nothing"); c.Error == "" {
		t.Errorf("its error is not reported: %+v", c)
	}
	if err := errors.Join(s.Unsubscribe(ctx, a), s.Unsubscribe(ctx, a)); err != nil {
		t.Error(err)
	}
	if feeds, err := s.Feeds(ctx); err != nil || len(feeds) != 1 {
		t.Errorf("%d feeds, %v", len(feeds), err)
	}
}

// TestRealServerEntries protects that lists, entries, marks and times mean at a real Miniflux
// what they mean here.
func TestRealServerEntries(t *testing.T) {
	s, p, ctx := realServer(t), newPublisher(t), t.Context()
	f := subscribe(t, s, p.publish("/a", 0, 60), "", "")
	all := list(t, s.All)
	if len(all) != 60 || !slices.Equal(all, list(t, s.Unread)) || len(list(t, s.Starred)) != 0 {
		t.Fatalf("%d entries, %d unread, %d with a star", len(all), len(list(t, s.Unread)), len(list(t, s.Starred)))
	}
	if changed, err := s.Changed(ctx, all); err != nil || len(changed) != 60 || !changed[all[0]].IsZero() || !changed[all[59]].IsZero() {
		t.Errorf("entries that nobody has marked: %v, %v", changed, err)
	}
	began := time.Now()
	if err := errors.Join(s.Mark(ctx, feed.Read, true, all[:40]), s.Mark(ctx, feed.Read, false, all[:10]), s.Mark(ctx, feed.Starred, true, all[5:7]),
		s.Mark(ctx, feed.Starred, false, all[6:7]), s.Mark(ctx, feed.Read, true, []string{"99999999"})); err != nil {
		t.Fatal(err)
	}
	if unread, starred := list(t, s.Unread), list(t, s.Starred); len(unread) != 30 || slices.Contains(unread, all[10]) || !slices.Equal(starred, all[5:6]) {
		t.Errorf("unread %v, starred %v", unread, starred)
	}
	for _, ids := range [][]string{all[:3], all[:40]} {
		changed, err := s.Changed(ctx, append(slices.Clone(ids), "99999999"))
		if at := changed[ids[2]]; err != nil || len(changed) != len(ids) || at.Before(began.Add(-time.Second)) || at.After(time.Now().Add(time.Second)) {
			t.Errorf("%d of %d times, one at %v: %v", len(changed), len(ids), at, err)
		}
	}
	p.publish("/a", 60, 65)
	if err := s.Refresh(ctx, f); err != nil {
		t.Fatal(err)
	}
	newest, whole, err := s.Newest(ctx, 5)
	if err != nil || whole || len(newest) != 5 || slices.Contains(all, newest[4]) {
		t.Errorf("newest %v, whole %v, %v", newest, whole, err)
	}
	if got := fetchAll(t, s, newest); !slices.Equal(sorted(got), sorted(newest)) {
		t.Errorf("fetched %v", got)
	}
	all = list(t, s.All)
	for n, ids := range map[int][]string{len(all): all, 33: append(slices.Clone(all[:30]), all[40], all[50], all[64]), 1: all[7:8]} {
		if got := fetchAll(t, s, append(slices.Clone(ids), "99999999")); len(got) != n || !slices.Equal(sorted(got), sorted(ids)) {
			t.Errorf("%d: fetched %d", n, len(got))
		}
	}
	for _, ids := range [][]string{all[:5], all} {
		if has, err := s.Exist(ctx, append(slices.Clone(ids), "99999999")); err != nil || len(has) != len(ids) || !has[ids[4]] {
			t.Errorf("%d of %d exist, %v", len(has), len(ids), err)
		}
	}
	if d := s.Clock(); d != 0 {
		t.Errorf("the same clock is %v ahead", d)
	}
}

// TestRealServerGone protects that entries which a real Miniflux has deleted are known to be
// gone, whichever way they are asked for.
func TestRealServerGone(t *testing.T) {
	s, p, ctx := realServer(t), newPublisher(t), t.Context()
	subscribe(t, s, p.publish("/a", 0, 40), "", "")
	all := list(t, s.All)
	if err := errors.Join(s.Mark(ctx, feed.Read, true, all[:30]), s.Mark(ctx, feed.Starred, true, all[:1]),
		s.call(ctx, request{what: "flush the history", method: "PUT", path: "/v1/flush-history"}, nil)); err != nil {
		t.Fatal(err)
	}
	for begin := time.Now(); len(list(t, s.All)) != 11; time.Sleep(20 * time.Millisecond) {
		if time.Since(begin) > time.Minute {
			t.Fatalf("the server still has %d entries", len(list(t, s.All)))
		}
	}
	for _, ids := range [][]string{all[:5], all[:25]} {
		if has, err := s.Exist(ctx, ids); err != nil || len(has) != 1 || !has[all[0]] {
			t.Errorf("of %d: %v, %v", len(ids), has, err)
		}
		if got := fetchAll(t, s, ids); !slices.Equal(got, all[:1]) {
			t.Errorf("of %d: fetched %v", len(ids), got)
		}
		if changed, err := s.Changed(ctx, ids); err != nil || len(changed) != 1 {
			t.Errorf("of %d: %v, %v", len(ids), changed, err)
		}
		if err := s.Mark(ctx, feed.Read, false, ids); err != nil {
			t.Error(err)
		}
	}
}

// TestRealServerEntry protects that the fields of an entry arrive.
func TestRealServerEntry(t *testing.T) {
	s, p := realServer(t), newPublisher(t)
	f := subscribe(t, s, p.publish("/a", 0, 1), "", "")
	ids := list(t, s.All)
	var e account.Entry
	if err := s.Entries(t.Context(), ids, func(part []account.Entry) error { e = part[0]; return nil }); err != nil {
		t.Fatal(err)
	}
	a := e.Article
	if e.ID != ids[0] || e.Feed != f.ID || a.Title != "Item a-0" || a.Link != p.url+"/a-0" || a.Author != "Ann" || a.Words != 3 || !a.Image || a.Summary != "Text of a-0" {
		t.Errorf("%+v", e)
	}
	if !a.Published.Equal(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)) || !slices.Equal(a.Categories, []string{"Go"}) || len(a.Enclosures) != 1 ||
		a.Enclosures[0] != (feed.Enclosure{URL: p.url + "/a-0.mp3", Type: "audio/mpeg", Length: 1000}) {
		t.Errorf("%+v", a.Item)
	}
	if a.Read || a.Starred || !e.Changed.IsZero() || len(e.GUIDHash) != 64 || a.GUID != "miniflux:"+e.GUIDHash {
		t.Errorf("%+v", e)
	}
	// Set up anew, the server gives another ID, but the entry is the same.
	if err := s.Unsubscribe(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	subscribe(t, s, f.URL, "", "")
	if err := s.Entries(t.Context(), list(t, s.All), func(part []account.Entry) error {
		if part[0].ID == e.ID || part[0].Article.GUID != a.GUID {
			t.Errorf("%s %s, before %s %s", part[0].ID, part[0].Article.GUID, e.ID, a.GUID)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// TestRealServerLogin protects that a real Miniflux takes user and password, and that its
// refusal is recognised.
func TestRealServerLogin(t *testing.T) {
	realServer(t)
	url := os.Getenv("MINIFLUX_URL")
	login := feed.AccountSettings{Access: feed.Access{User: os.Getenv("MINIFLUX_USER"), Password: os.Getenv("MINIFLUX_PASSWORD")}}
	if _, err := realClient(url, login).Unread(t.Context()); err != nil {
		t.Error(err)
	}
	login.Access.Password = "wrong"
	for _, wrong := range []feed.AccountSettings{login, {Token: "wrong"}, {}} {
		if _, err := realClient(url, wrong).Unread(t.Context()); !errors.Is(err, account.ErrRefused) {
			t.Error(err)
		}
	}
	right := feed.AccountSettings{Token: os.Getenv("MINIFLUX_TOKEN")}
	for _, path := range []string{"/login", "/nothing"} {
		if _, err := realClient(url+path, right).Feeds(t.Context()); !errors.Is(err, account.ErrUnsuitable) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
