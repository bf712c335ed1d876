package main

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/corpus"
	"dateline/feed/fetch"
	"dateline/feed/poll"
)

// openSource returns a source for a configuration, with a real database and client.
func openSource(t *testing.T, doc string) (*localSource, *cache.Store) {
	t.Helper()
	dir := t.TempDir()
	file := configFile(paths{config: filepath.Join(dir, "conf", "config.toml"), lock: filepath.Join(dir, "state", "config.lock")})
	write(t, file.Path, doc)
	c, err := file.Load()
	if err != nil {
		t.Fatal(err)
	}
	store, err := cache.Open(t.Context(), filepath.Join(t.TempDir(), "dateline.db"), cache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	s, err := newLocalSource(t.Context(), file, c, store, poll.Options{Client: fetch.New(fetch.Options{Builtin: builtin()})})
	if err != nil {
		t.Fatal(err)
	}
	return s, store
}

func write(t *testing.T, path, doc string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(doc), 0o640); err != nil {
		t.Fatal(err)
	}
}

func contents(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// urls returns the subscriptions in the database.
func urls(t *testing.T, store *cache.Store) []string {
	t.Helper()
	feeds, err := store.Feeds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, f := range feeds {
		list = append(list, f.URL)
	}
	return list
}

// TestSubscribe checks that file and database agree after every change, and that the
// name of a web page is cleaned.
func TestSubscribe(t *testing.T) {
	s, store := openSource(t, "width = 80\n")
	ctx := context.Background()
	err := s.Subscribe(ctx,
		feed.Subscription{URL: "https://a.example/", Name: "A\x1b[31m\u202e\nB", Tags: []string{"x\x07", "\u200b"}},
		feed.Subscription{URL: "https://b.example/"})
	if err != nil {
		t.Fatal(err)
	}
	if got := urls(t, store); !slices.Equal(got, []string{"https://a.example/", "https://b.example/"}) {
		t.Errorf("the database has %v", got)
	}
	if file := contents(t, s.file.Path); strings.ContainsAny(file, "\x1b\x07\u202e\u200b") || !strings.Contains(file, `tags = ["x"]`) {
		t.Errorf("the file is\n%s", file)
	}
	if err := s.Subscribe(ctx, feed.Subscription{URL: "javascript:alert(1)"}); err == nil {
		t.Error("an invalid address was accepted")
	}
	if err := s.Unsubscribe(ctx, "https://a.example/"); err != nil {
		t.Fatal(err)
	}
	if got := urls(t, store); !slices.Equal(got, []string{"https://b.example/"}) {
		t.Errorf("the database has %v", got)
	}
	if err := s.Unsubscribe(ctx, "https://a.example/"); err == nil {
		t.Error("a feed was removed twice")
	}
}

// TestEditedMeanwhile checks that a refresh uses the subscriptions that somebody else
// wrote into the file. While the file has mistakes, the old subscriptions are used.
func TestEditedMeanwhile(t *testing.T) {
	server := httptest.NewServer(feedServer())
	defer server.Close()
	s, store := openSource(t, "[[feeds]]\nurl = \"builtin:guide\"\n")
	refresh := func() (checked []string) {
		err := s.Refresh(t.Context(), feed.RefreshRequest{}, func(r feed.Report) { checked = append(checked, r.URL+" "+string(r.Status)) })
		if err != nil {
			t.Fatal(err)
		}
		return checked
	}
	if got := refresh(); !slices.Equal(got, []string{"builtin:guide ok"}) {
		t.Errorf("checked %v", got)
	}
	write(t, s.file.Path, "[[feeds]]\nurl = \""+server.URL+"/rss\"\n")
	if got := refresh(); !slices.Equal(got, []string{server.URL + "/rss ok"}) {
		t.Errorf("checked after an edit: %v", got)
	}
	write(t, s.file.Path, "[[feeds]]\nurl = \"nonsense\"\n")
	if got := refresh(); !slices.Equal(got, []string{server.URL + "/rss unchanged"}) {
		t.Errorf("checked with a mistake: %v", got)
	}
	if got := urls(t, store); !slices.Equal(got, []string{server.URL + "/rss"}) {
		t.Errorf("the database has %v", got)
	}
}

// TestMemoryAfterRefresh checks that an open dateline gives the memory of a large refresh
// back to the system.
func TestMemoryAfterRefresh(t *testing.T) {
	c := corpus.Corpus{Feeds: 30, Items: 60, Now: time.Now()}
	server := httptest.NewServer(nil)
	defer server.Close()
	c.Base = func(int) string { return server.URL }
	server.Config.Handler = c.Handler(0)
	s, _ := openSource(t, string(configOf(c)))
	s.longRunning = true
	added := 0
	if err := s.Refresh(t.Context(), feed.RefreshRequest{}, func(r feed.Report) { added += r.New }); err != nil || added != 30*60 {
		t.Fatalf("%d new items: %v", added, err)
	}
	if hasSpareMemory() {
		t.Error("much of the memory of the refresh is still in use")
	}
}

// TestMove checks that file and database agree after a move, that the items stay, and
// that secrets are not sent to another server.
func TestMove(t *testing.T) {
	const doc = `[[feeds]]
url = "https://a.example/feed" # home
tags = ["x"]
[[feeds]]
url = "https://ann:secret@b.example/feed"
[[feeds]]
url = "https://c.example/feed"
headers = {Key = "1"}
`
	s, store := openSource(t, doc)
	_, err := store.Save(t.Context(), feed.Fetched{URL: "https://a.example/feed", Document: &feed.Document{
		Title: "A", Items: []feed.Article{{Item: feed.Item{Key: "1", Title: "One"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to, message string }{
		{"https://a.example/feed", "https://new.example/feed", ""},
		{"https://a.example/feed", "https://newer.example/feed", "not subscribed"},
		{"https://new.example/feed", "https://c.example/feed", "already"},
		{"https://new.example/feed", "javascript:alert(1)", "http"},
		{"https://b.example/feed", "https://b.example/new", ""},
		{"https://b.example/new", "http://b.example/new", "another server"},
		{"https://ann:secret@b.example/new", "https://else.example/new", "another server"},
		{"https://c.example/feed", "https://else.example/", "another server"},
	} {
		err := s.Move(t.Context(), c.from, c.to)
		if (err == nil) != (c.message == "") || err != nil && (!strings.Contains(err.Error(), c.message) || strings.Contains(err.Error(), "secret")) {
			t.Errorf("from %s to %s: %v", c.from, c.to, err)
		}
	}
	want := strings.NewReplacer("a.example/feed", "new.example/feed", "b.example/feed", "b.example/new").Replace(doc)
	if got := contents(t, s.file.Path); got != want {
		t.Errorf("the file is\n%s", got)
	}
	feeds, err := store.Feeds(t.Context())
	if err != nil || len(feeds) != 3 || feeds[0].URL != "https://new.example/feed" || feeds[0].Total != 1 || !slices.Equal(feeds[0].Tags, []string{"x"}) {
		t.Errorf("%v, the database has %+v", err, feeds)
	}
	if got := urls(t, store); !slices.Equal(got, []string{"https://new.example/feed", "https://b.example/new", "https://c.example/feed"}) {
		t.Errorf("the database has %v", got)
	}
}
