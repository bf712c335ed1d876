package miniflux

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/account"
	"dateline/feed/account/minifluxtest"
	"dateline/feed/fetch"
)

// testTime is when all of the tests happen. The fake server has the same clock.
func testTime() time.Time { return time.Date(2026, 7, 1, 12, 0, 0, 500_000_000, time.UTC) }

// start returns a fake server and a client of it.
func start(t testing.TB) (*minifluxtest.Server, *Server) {
	web := minifluxtest.New(t, testTime)
	return web, connect(web, feed.AccountSettings{Token: minifluxtest.Token})
}

// connect returns a client of a server with these settings.
func connect(web *minifluxtest.Server, a feed.AccountSettings) *Server {
	a.Name, a.Kind, a.URL = "home", "miniflux", web.URL
	return New(fetch.New(fetch.Options{}), a, testTime)
}

// fill adds so many entries to a new feed and returns their IDs.
func fill(web *minifluxtest.Server, n int) []int64 {
	id := web.AddFeed("https://example.org/"+strconv.Itoa(n), "", "")
	list := make([]minifluxtest.Entry, n)
	for i := range list {
		list[i].GUID = fmt.Sprintf("%d of %d", i, n)
	}
	return web.AddEntries(id, list...)
}

// fetchAll returns the IDs of the entries that are yielded.
func fetchAll(t testing.TB, s *Server, ids []string) []string {
	t.Helper()
	var got []string
	err := s.Entries(t.Context(), ids, func(part []account.Entry) error {
		for _, e := range part {
			got = append(got, e.ID)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// sorted returns IDs in ascending order of their numbers.
func sorted(ids []string) []string { return entryIDs(entryNumbers(ids)) }

// TestListsAreWhole protects that all of a list of several pages is returned, and that
// nothing else is in it.
func TestListsAreWhole(t *testing.T) {
	web, s := start(t)
	ids := fill(web, 25_000)
	web.MarkRead(true, ids[:4000]...)
	web.MarkStarred(true, ids[7], ids[24_999])
	ctx := t.Context()
	for _, c := range []struct {
		name string
		read func(context.Context) ([]string, error)
		want []int64
	}{
		{"unread", s.Unread, ids[4000:]},
		{"starred", s.Starred, []int64{ids[7], ids[24_999]}},
		{"all", s.All, ids},
	} {
		got, err := c.read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(sorted(got), entryIDs(c.want)) || len(got) != len(c.want) {
			t.Errorf("%s: %d entries of %d", c.name, len(got), len(c.want))
		}
	}
	got, whole, err := s.Newest(ctx, 3)
	want := entryIDs([]int64{ids[24_999], ids[24_998], ids[24_997]})
	if err != nil || whole || !slices.Equal(got, want) {
		t.Errorf("newest are %v, whole %v, %v", got, whole, err)
	}
	if _, whole, err = s.Newest(ctx, 25_000); err != nil || !whole {
		t.Errorf("all as newest: whole %v, %v", whole, err)
	}
}

// TestListThatChanges protects that a list is read again if it changed between two pages,
// and that it is an error if that does not end.
func TestListThatChanges(t *testing.T) {
	web, s := start(t)
	fill(web, 15_000)
	web.Set(func(q *minifluxtest.Quirks) { q.ChangeLists = 1 })
	got, err := s.Unread(t.Context())
	if err != nil || len(got) != 15_001 {
		t.Fatalf("%d unread, %v", len(got), err)
	}
	web.Set(func(q *minifluxtest.Quirks) { q.SwapLists = 1 })
	got, err = s.Unread(t.Context())
	if ids := sorted(got); err != nil || len(got) != 15_001 || len(ids) != 15_001 {
		t.Fatalf("%d unread, %d of them different, %v", len(got), len(ids), err)
	}
	web.ResetCounts()
	web.Set(func(q *minifluxtest.Quirks) { q.ChangeLists = 1000 })
	if got, err = s.Unread(t.Context()); !errors.Is(err, account.ErrUnstable) || got != nil {
		t.Errorf("a list that never stays gave %d IDs and %v", len(got), err)
	}
	if n := len(web.Counts().Paths); n != 2*listTries {
		t.Errorf("%d requests for it", n)
	}
}

// TestBadAnswers protects that each bad day is the error that the engine knows, that none
// gives a list, and that no error has a secret in it.
func TestBadAnswers(t *testing.T) {
	failed := func(kind fetch.Kind, status int, pause time.Duration) func(error) bool {
		return func(err error) bool {
			var e *fetch.Error
			return errors.As(err, &e) && e.Kind == kind && e.Status == status && e.RetryAfter == pause
		}
	}
	is := func(target error, words string) func(error) bool {
		return func(err error) bool { return errors.Is(err, target) && strings.Contains(err.Error(), words) }
	}
	for _, c := range []struct {
		name   string
		quirks minifluxtest.Quirks
		fits   func(error) bool
	}{
		{"refused", minifluxtest.Quirks{Refuse: true}, is(account.ErrRefused, "token_command")},
		{"old", minifluxtest.Quirks{Old: true}, is(account.ErrUnsuitable, `use Miniflux 2.3.2 or later, or kind = "greader"`)},
		{"a web page", minifluxtest.Quirks{NoMiniflux: true}, is(account.ErrUnsuitable, "url")},
		{"nothing there", minifluxtest.Quirks{NotFound: true}, is(account.ErrUnsuitable, "url")},
		{"too many", minifluxtest.Quirks{Status: 429, RetryAfter: "120"}, failed(fetch.KindStatus, 429, 2*time.Minute)},
		{"unavailable", minifluxtest.Quirks{Status: 503, RetryAfter: "60"}, failed(fetch.KindStatus, 503, time.Minute)},
		{"broken", minifluxtest.Quirks{FailAfter: 1}, failed(fetch.KindStatus, 500, 0)},
		{"broken in the middle", minifluxtest.Quirks{FailAfter: 2}, failed(fetch.KindStatus, 500, 0)},
		{"truncated", minifluxtest.Quirks{Truncate: 9}, failed(fetch.KindOther, 200, 0)},
	} {
		t.Run(c.name, func(t *testing.T) {
			web, s := start(t)
			fill(web, 12_000)
			web.Set(func(q *minifluxtest.Quirks) { *q = c.quirks })
			ids, err := s.Unread(t.Context())
			if !c.fits(err) || ids != nil {
				t.Errorf("%d IDs, %v", len(ids), err)
			}
			if err != nil && strings.Contains(err.Error(), minifluxtest.Token) {
				t.Errorf("the token is in %q", err)
			}
		})
	}
}

// TestNoFeedsWithoutMiniflux protects that a web page for the subscriptions is not taken for
// an account without any.
func TestNoFeedsWithoutMiniflux(t *testing.T) {
	for _, quirks := range []minifluxtest.Quirks{{NoMiniflux: true}, {NotFound: true}} {
		web, s := start(t)
		web.Set(func(q *minifluxtest.Quirks) { *q = quirks })
		if feeds, err := s.Feeds(t.Context()); !errors.Is(err, account.ErrUnsuitable) {
			t.Errorf("%v, %v", feeds, err)
		}
		if err := s.Mark(t.Context(), feed.Read, true, []string{"1"}); !errors.Is(err, account.ErrUnsuitable) {
			t.Errorf("a page took a mark: %v", err)
		}
		if has, err := s.Exist(t.Context(), []string{"1"}); !errors.Is(err, account.ErrUnsuitable) {
			t.Errorf("a page knows what exists: %v, %v", has, err)
		}
	}
}

// TestFreshSecret protects that a refused secret of a command is asked for once more, and
// that the server is asked again only if it is another one.
func TestFreshSecret(t *testing.T) {
	web, _ := start(t)
	file := filepath.Join(t.TempDir(), "token")
	write := func(token string) {
		if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(minifluxtest.Token)
	s := connect(web, feed.AccountSettings{TokenCommand: []string{"cat", file}})
	if _, err := s.Feeds(t.Context()); err != nil {
		t.Fatal(err)
	}
	web.Set(func(q *minifluxtest.Quirks) { q.Tokens = []string{"the next one"} })
	web.ResetCounts()
	if _, err := s.Feeds(t.Context()); !errors.Is(err, account.ErrRefused) {
		t.Errorf("a revoked token: %v", err)
	}
	if n := len(web.Counts().Paths); n != 1 {
		t.Errorf("%d requests with a revoked token", n)
	}
	write("the next one")
	if _, err := s.Feeds(t.Context()); err != nil {
		t.Errorf("a new token of the command: %v", err)
	}
}

// TestLogin protects that user and password do instead of a token.
func TestLogin(t *testing.T) {
	web, _ := start(t)
	s := connect(web, feed.AccountSettings{Access: feed.Access{User: minifluxtest.User, Password: minifluxtest.Password}})
	if _, err := s.Feeds(t.Context()); err != nil {
		t.Error(err)
	}
	s = connect(web, feed.AccountSettings{Access: feed.Access{User: minifluxtest.User, PasswordCommand: []string{"echo", "wrong"}}})
	if _, err := s.Feeds(t.Context()); !errors.Is(err, account.ErrRefused) || strings.Contains(err.Error(), "token") {
		t.Error(err)
	}
}

// TestEntry protects what becomes of an entry.
func TestEntry(t *testing.T) {
	web, s := start(t)
	f := web.AddFeed("https://example.org/feed", "", "")
	published := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	ids := web.AddEntries(f,
		minifluxtest.Entry{GUID: "one", Title: "One\u202e <i>", URL: "https://example.org/one", Content: `<p>Two words <img src="/p.png"></p>`, Author: "Ann",
			Comments: "https://example.org/one#c", Published: published, Tags: []string{"Go", "Go", "SQL"}, Enclosure: "https://example.org/one.mp3"},
		minifluxtest.Entry{GUID: "two"})
	web.MarkRead(false, ids[0])
	web.MarkStarred(true, ids[0])
	web.Set(func(q *minifluxtest.Quirks) { q.ClockAhead = time.Hour })
	web.MarkRead(true, ids[0])
	var got []account.Entry
	if err := s.Entries(t.Context(), entryIDs(ids), func(part []account.Entry) error { got = append(got, part...); return nil }); err != nil || len(got) != 2 {
		t.Fatalf("%v, %v", got, err)
	}
	e, a := got[0], got[0].Article
	if e.ID != entryID(ids[0]) || e.Feed != entryID(f) || e.GUIDHash != minifluxtest.Hash("one") || a.GUID != "miniflux:"+e.GUIDHash || a.Key != "guid:"+a.GUID {
		t.Errorf("identity %+v", e)
	}
	if a.Title != "One <i>" || a.Author != "Ann" || a.Link != "https://example.org/one" || a.Comments != "https://example.org/one#c" || !a.Published.Equal(published) {
		t.Errorf("texts %+v", a.Item)
	}
	if a.Words != 2 || !a.Image || a.Body.Base != a.Link || !slices.Equal(a.Categories, []string{"Go", "SQL"}) {
		t.Errorf("counts %+v", a)
	}
	if want := []feed.Enclosure{{URL: "https://example.org/one.mp3", Type: "audio/mpeg", Length: 1000}}; !reflect.DeepEqual(a.Enclosures, want) {
		t.Errorf("files %+v", a.Enclosures)
	}
	if !a.Read || !a.Starred || !e.Changed.Equal(testTime().Add(time.Hour)) {
		t.Errorf("marks %v %v at %v", a.Read, a.Starred, e.Changed)
	}
	if got[1].Article.Read || got[1].Article.Starred || !got[1].Changed.IsZero() {
		t.Errorf("an entry that nobody has marked was changed at %v", got[1].Changed)
	}
}

// TestMark protects that marks are states in parts, and that nothing is sent for nothing.
func TestMark(t *testing.T) {
	web, s := start(t)
	ids := fill(web, 1200)
	ctx := t.Context()
	for range 2 { // Repeating it changes nothing.
		if err := errors.Join(s.Mark(ctx, feed.Read, true, entryIDs(ids)), s.Mark(ctx, feed.Starred, true, entryIDs(ids[:2]))); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(s.Mark(ctx, feed.Starred, false, entryIDs(ids[:1])), s.Mark(ctx, feed.Read, false, entryIDs(ids[:1]))); err != nil {
		t.Fatal(err)
	}
	for i, want := range [][2]bool{{false, false}, {true, true}, {true, false}} {
		if read, starred, _ := web.State(ids[i]); [2]bool{read, starred} != want {
			t.Errorf("entry %d: read %v, starred %v", i, read, starred)
		}
	}
	if c := web.Counts(); c.MostIDs != markPart {
		t.Errorf("%d IDs in one request", c.MostIDs)
	}
	web.ResetCounts()
	if err := errors.Join(s.Mark(ctx, feed.Read, true, nil), s.Mark(ctx, feed.Read, true, []string{"abc"})); err != nil || len(web.Counts().Paths) > 0 {
		t.Errorf("no entries: %v, %v", web.Counts().Paths, err)
	}
	if err := s.Mark(ctx, feed.Read, true, []string{"999999"}); err != nil {
		t.Errorf("an entry that the server does not have: %v", err)
	}
}

// TestOldServerGetsNoStars protects that a star is not sent to a server that would report
// success and forget it.
func TestOldServerGetsNoStars(t *testing.T) {
	web, s := start(t)
	ids := fill(web, 1)
	web.Set(func(q *minifluxtest.Quirks) { q.Old = true })
	if err := s.Mark(t.Context(), feed.Starred, true, entryIDs(ids)); !errors.Is(err, account.ErrUnsuitable) {
		t.Error(err)
	}
}

// TestLostAnswer protects that a change whose answer was lost is an error, so that it is
// made again.
func TestLostAnswer(t *testing.T) {
	web, s := start(t)
	ids := fill(web, 1)
	web.Set(func(q *minifluxtest.Quirks) { q.LoseAnswers = 5 })
	err := s.Mark(t.Context(), feed.Read, true, entryIDs(ids))
	var failed *fetch.Error
	if read, _, _ := web.State(ids[0]); !read || !errors.As(err, &failed) {
		t.Errorf("read %v, %v", read, err)
	}
}

// TestExist protects that only entries that the server has exist, whichever way it is asked.
func TestExist(t *testing.T) {
	web, s := start(t)
	ids := fill(web, 12_000)
	web.Delete(ids[3], ids[11_000])
	web.MarkRead(true, ids[5])
	for _, n := range []int{10, 12_000} {
		web.ResetCounts()
		has, err := s.Exist(t.Context(), append(entryIDs(ids[:n]), "strange"))
		if err != nil {
			t.Fatal(err)
		}
		if has["strange"] || has[entryID(ids[3])] || has[entryID(ids[11_000])] || !has[entryID(ids[5])] || len(has) != n-1-n/12_000 {
			t.Errorf("of %d entries %d exist", n, len(has))
		}
		if c := web.Counts(); len(c.Paths) > fewIDs || n > fewIDs && c.Entries > 0 {
			t.Errorf("%d: %d requests, %d entries", n, len(c.Paths), c.Entries)
		}
	}
}

// TestChanged protects the times of marks, and that those of many entries which changed
// lately cost few requests, even if their IDs are far apart.
func TestChanged(t *testing.T) {
	web, s := start(t)
	ids := fill(web, 6000)
	if _, _, err := s.Newest(t.Context(), 10_000); err != nil {
		t.Fatal(err)
	}
	web.Set(func(q *minifluxtest.Quirks) { q.ClockAhead = time.Minute })
	var marked []int64
	for i := 0; i < len(ids); i += 100 {
		marked = append(marked, ids[i])
	}
	web.MarkRead(true, marked...)
	for _, n := range []int{5, len(marked)} {
		web.ResetCounts()
		got, err := s.Changed(t.Context(), append(entryIDs(marked[:n]), entryID(ids[1]), "999999"))
		if err != nil {
			t.Fatal(err)
		}
		at := testTime().Add(time.Minute)
		if len(got) != n+1 || !got[entryID(marked[0])].Equal(at) || !got[entryID(marked[n-1])].Equal(at) || !got[entryID(ids[1])].IsZero() {
			t.Errorf("of %d entries: %v", n, got)
		}
		if c := web.Counts(); len(c.Paths) > 8 || c.Entries > 400 {
			t.Errorf("%d entries cost %d requests and %d entries", n, len(c.Paths), c.Entries)
		}
	}
}

// TestClock protects that clocks count as equal where whole seconds do not show otherwise.
func TestClock(t *testing.T) {
	web, s := start(t)
	for _, c := range []struct{ ahead, low, high time.Duration }{
		{0, 0, 0},
		{time.Hour, time.Hour - time.Second, time.Hour + time.Second},
		{-10 * time.Minute, -10*time.Minute - time.Second, -10*time.Minute + time.Second},
		{0, 0, 0},
	} {
		web.Set(func(q *minifluxtest.Quirks) { q.ClockAhead = c.ahead })
		if _, err := s.Feeds(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := s.Clock(); got < c.low || got > c.high {
			t.Errorf("%v ahead: %v", c.ahead, got)
		}
	}
}
