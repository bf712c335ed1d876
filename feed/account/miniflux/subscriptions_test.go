package miniflux

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"dateline/feed/account"
	"dateline/feed/account/minifluxtest"
	"dateline/feed/fetch"
)

// TestFeeds protects what is read of the subscriptions. A login in an address stays at the
// server.
func TestFeeds(t *testing.T) {
	web, s := start(t)
	one := web.AddFeed("https://example.org/one", "One\u202e", "News")
	two := web.AddFeed("https://ann:secret@example.org/two", "Two", "")
	web.FailFeed(two, "Not\x1b[31m found")
	got, err := s.Feeds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []account.Feed{
		{ID: entryID(one), URL: "https://example.org/one", Title: "One", Site: "https://example.org/one", Folders: []string{"News"}},
		{ID: entryID(two), URL: "https://example.org/two", Title: "Two", Folders: []string{"All"}, Error: "Not[31m found"},
	}
	for i := range got {
		if got[i].Checked.IsZero() {
			t.Errorf("%s was never fetched", got[i].URL)
		}
		got[i].Checked = want[0].Checked
		if i == 1 {
			got[i].Site = ""
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("feeds\n%+v\nwant\n%+v", got, want)
	}
}

// TestSubscriptions protects that each change of a subscription does what it says at the
// server.
func TestSubscriptions(t *testing.T) {
	web, s := start(t)
	ctx := t.Context()
	expect := func(step string, err error, want ...string) {
		t.Helper()
		if got := web.Subscriptions(); err != nil || !slices.Equal(got, want) {
			t.Fatalf("%s: %q, %v", step, got, err)
		}
	}
	expect("subscribe", s.Subscribe(ctx, "https://example.org/a", "", ""), "https://example.org/a https://example.org/a All")
	expect("with name and new folder", s.Subscribe(ctx, "https://example.org/b", "Bee", "News"),
		"https://example.org/a https://example.org/a All", "https://example.org/b Bee News")
	if err := s.Subscribe(ctx, "https://example.org/b", "", "news"); !errors.Is(err, account.ErrSubscribed) {
		t.Errorf("twice: %v", err)
	}
	feeds, err := s.Feeds(ctx)
	if err != nil {
		t.Fatal(err)
	}
	a, b := feeds[0], feeds[1]
	expect("unsubscribe", errors.Join(s.Unsubscribe(ctx, a), s.Unsubscribe(ctx, a)), "https://example.org/b Bee News")
	expect("rename", s.Rename(ctx, b, "Wasp"), "https://example.org/b Wasp News")
	if err := s.Rename(ctx, b, ""); !errors.Is(err, account.ErrCannot) {
		t.Errorf("the publisher's title: %v", err)
	}
	expect("no folder", s.SetFolder(ctx, b, ""), "https://example.org/b Wasp All")
	expect("known folder", s.SetFolder(ctx, b, "NEWS"), "https://example.org/b Wasp News")
	expect("address", s.SetAddress(ctx, b, "https://example.org/c"), "https://example.org/c Wasp News")
	web.AddFeed("https://example.org/d", "", "")
	if err := s.SetAddress(ctx, b, "https://example.org/d"); !errors.Is(err, account.ErrSubscribed) {
		t.Errorf("the address of another feed: %v", err)
	}
	if err := s.Refresh(ctx, b); err != nil {
		t.Error(err)
	}
	var failed *fetch.Error
	if err := s.Rename(ctx, a, "gone"); !errors.As(err, &failed) || failed.Status != 404 {
		t.Errorf("a feed that is gone: %v", err)
	}
}

// TestServerWords protects that the server's own explanation reaches the user on one short
// clean line.
func TestServerWords(t *testing.T) {
	web, s := start(t)
	f := web.AddFeed("https://example.org/a", "", "")
	web.FailFeed(f, "The site is\x1b]0;x\x07\nunreachable. "+strings.Repeat("very ", 200))
	err := s.Refresh(t.Context(), account.Feed{ID: entryID(f)})
	var words interface{ UserMessage() string }
	if !errors.As(err, &words) {
		t.Fatal(err)
	}
	if m := words.UserMessage(); !strings.HasPrefix(m, "The server says: The site is") || strings.ContainsAny(m, "\x1b\n\x07") || len(m) > 250 {
		t.Errorf("%q", m)
	}
	if err := s.Subscribe(t.Context(), "nonsense", "", ""); err == nil || !strings.Contains(err.Error(), "Invalid feed URL") {
		t.Error(err)
	}
}

// TestOwnAddress protects that the address of the programming interface, or one with a
// slash at its end, does as well.
func TestOwnAddress(t *testing.T) {
	web, s := start(t)
	for _, address := range []string{web.URL + "/", web.URL + "/v1", web.URL + "/v1/"} {
		a := s.settings
		a.URL = address
		if _, err := New(s.client, a, testTime).Feeds(t.Context()); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	web.Set(func(q *minifluxtest.Quirks) { q.NoGzip = true })
	if _, err := s.Feeds(t.Context()); err != nil {
		t.Error(err)
	}
}
