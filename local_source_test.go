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

// openSource is a source on a configuration, with a real cache and client.
func openSource(t *testing.T, doc string) (*source, *cache.Store) {
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
	s, err := newSource(t.Context(), file, c, store, poll.Options{Client: fetch.New(fetch.Options{Builtin: builtin()})})
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

// urls are the subscriptions that the cache lists.
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

// TestSubscribe: file and cache agree after every change, and a name from a
// page arrives clean.
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
		t.Errorf("the cache lists %v", got)
	}
	if file := contents(t, s.file.Path); strings.ContainsAny(file, "\x1b\x07\u202e\u200b") || !strings.Contains(file, `tags = ["x"]`) {
		t.Errorf("the file is\n%s", file)
	}
	if err := s.Subscribe(ctx, feed.Subscription{URL: "javascript:alert(1)"}); err == nil {
		t.Error("an address that is none was taken")
	}
	if err := s.Unsubscribe(ctx, "https://a.example/"); err != nil {
		t.Fatal(err)
	}
	if got := urls(t, store); !slices.Equal(got, []string{"https://b.example/"}) {
		t.Errorf("the cache lists %v", got)
	}
	if err := s.Unsubscribe(ctx, "https://a.example/"); err == nil {
		t.Error("a feed was removed twice")
	}
}

// TestEditedMeanwhile: what a person or another dateline writes into the file
// holds from the next refresh on; while it has mistakes, the old text does.
func TestEditedMeanwhile(t *testing.T) {
	server := httptest.NewServer(feedServer())
	defer server.Close()
	s, store := openSource(t, "[[feeds]]\nurl = \"builtin:guide\"\n")
	refresh := func() (asked []string) {
		err := s.Refresh(t.Context(), feed.RefreshRequest{}, func(r feed.Report) { asked = append(asked, r.URL+" "+string(r.Status)) })
		if err != nil {
			t.Fatal(err)
		}
		return asked
	}
	if got := refresh(); !slices.Equal(got, []string{"builtin:guide ok"}) {
		t.Errorf("asked %v", got)
	}
	write(t, s.file.Path, "[[feeds]]\nurl = \""+server.URL+"/rss\"\n")
	if got := refresh(); !slices.Equal(got, []string{server.URL + "/rss ok"}) {
		t.Errorf("after an edit asked %v", got)
	}
	write(t, s.file.Path, "[[feeds]]\nurl = \"nonsense\"\n")
	if got := refresh(); !slices.Equal(got, []string{server.URL + "/rss unchanged"}) {
		t.Errorf("with a mistake asked %v", got)
	}
	if got := urls(t, store); !slices.Equal(got, []string{server.URL + "/rss"}) {
		t.Errorf("the cache lists %v", got)
	}
}

// TestSmallAfterALargeRound: an open reader gives the memory of a large round
// back, and does not stay as large as the round was.
func TestSmallAfterALargeRound(t *testing.T) {
	c := corpus.Corpus{Feeds: 30, Items: 60, Now: time.Now()}
	server := httptest.NewServer(nil)
	defer server.Close()
	c.Base = func(int) string { return server.URL }
	server.Config.Handler = c.Handler(0)
	s, _ := openSource(t, string(configOf(c)))
	s.stays = true
	news := 0
	if err := s.Refresh(t.Context(), feed.RefreshRequest{}, func(r feed.Report) { news += r.New }); err != nil || news != 30*60 {
		t.Fatalf("%d new items: %v", news, err)
	}
	if hasSpareMemory() {
		t.Error("much of the memory that the round took is still held")
	}
}

// TestMove: file and cache agree after a move, the history comes along, and what
// is secret is not taken to another server.
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
	for _, c := range []struct{ from, to, complaint string }{
		{"https://a.example/feed", "https://new.example/feed", ""},
		{"https://a.example/feed", "https://newer.example/feed", "no subscription"},
		{"https://new.example/feed", "https://c.example/feed", "already"},
		{"https://new.example/feed", "javascript:alert(1)", "http"},
		{"https://b.example/feed", "https://b.example/new", ""},
		{"https://b.example/new", "http://b.example/new", "another server"},
		{"https://ann:secret@b.example/new", "https://else.example/new", "another server"},
		{"https://c.example/feed", "https://else.example/", "another server"},
	} {
		err := s.Move(t.Context(), c.from, c.to)
		if (err == nil) != (c.complaint == "") || err != nil && (!strings.Contains(err.Error(), c.complaint) || strings.Contains(err.Error(), "secret")) {
			t.Errorf("from %s to %s: %v", c.from, c.to, err)
		}
	}
	want := strings.NewReplacer("a.example/feed", "new.example/feed", "b.example/feed", "b.example/new").Replace(doc)
	if got := contents(t, s.file.Path); got != want {
		t.Errorf("the file is\n%s", got)
	}
	feeds, err := store.Feeds(t.Context())
	if err != nil || len(feeds) != 3 || feeds[0].URL != "https://new.example/feed" || feeds[0].Total != 1 || !slices.Equal(feeds[0].Tags, []string{"x"}) {
		t.Errorf("%v, the cache lists %+v", err, feeds)
	}
	if got := urls(t, store); !slices.Equal(got, []string{"https://new.example/feed", "https://b.example/new", "https://c.example/feed"}) {
		t.Errorf("the cache lists %v", got)
	}
}
