package main

import (
	"context"
	"net/http/httptest"
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
	e := newEditor(t, doc)
	c, err := loadConfig(e.path)
	if err != nil {
		t.Fatal(err)
	}
	store, err := cache.Open(t.Context(), filepath.Join(t.TempDir(), "dateline.db"), cache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	s, err := newSource(t.Context(), e, c, store, poll.Options{Client: fetch.New(fetch.Options{Builtin: builtin()})})
	if err != nil {
		t.Fatal(err)
	}
	return s, store
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
	if file := contents(t, s.editor.path); strings.ContainsAny(file, "\x1b\x07\u202e\u200b") || !strings.Contains(file, `tags = ["x"]`) {
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
	write(t, s.editor.path, "[[feeds]]\nurl = \""+server.URL+"/rss\"\n")
	if got := refresh(); !slices.Equal(got, []string{server.URL + "/rss ok"}) {
		t.Errorf("after an edit asked %v", got)
	}
	write(t, s.editor.path, "[[feeds]]\nurl = \"nonsense\"\n")
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
	if bloated() {
		t.Error("much of the memory that the round took is still held")
	}
}
