package main

import (
	"context"
	"errors"
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
	"dateline/ui/cli"
)

// openSource returns a source for a configuration, with a real database and client.
func openSource(t *testing.T, doc string) (*localSource, *cache.Store) {
	t.Helper()
	dir := t.TempDir()
	file := configFile(paths{config: filepath.Join(dir, "conf", "config.toml"), lock: filepath.Join(dir, "state", "config.lock")}, cli.Files{})
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
	s, err := newLocalSource(t.Context(), file, c, store, poll.Options{Client: fetch.New(fetch.Options{Builtin: builtin()})}, nil)
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

// TestFileUnusable checks that the subscriptions stay while the file is gone, unreadable or
// has mistakes, that a refresh says so, that nothing writes the example, and that a mended
// file holds although its time and size are those of before.
func TestFileUnusable(t *testing.T) {
	const good = "[[feeds]]\nurl = \"builtin:guide\"\nname = \"Mine\"\n"
	for name, damage := range map[string]struct {
		do      func(path string) error
		warning string
	}{
		"gone":         {os.Remove, "config.toml is gone; put it back"},
		"a mistake":    {func(path string) error { return os.WriteFile(path, []byte(good+"oops = [\n"), 0o600) }, "config.toml:4:9: array is incomplete"},
		"two mistakes": {func(path string) error { return os.WriteFile(path, []byte("a = 1\nb = 2\n"), 0o600) }, "(and 1 more mistake; `dateline config check` lists all)"},
		"a directory":  {func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) }, "config.toml is a directory"},
		"a dangling link": {func(path string) error {
			return errors.Join(os.Remove(path), os.Symlink("nowhere", path))
		}, "config.toml is a symbolic link to nowhere, which does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			s, store := openSource(t, good)
			warnings := func() (list []string) {
				if err := s.Refresh(t.Context(), feed.RefreshRequest{}, func(r feed.Report) { list = append(list, r.Warning) }); err != nil {
					t.Fatal(err)
				}
				return list
			}
			info, err := os.Stat(s.file.Path)
			if err != nil || !slices.Equal(warnings(), []string{""}) {
				t.Fatalf("%v, or a warning about a good file", err)
			}
			if err := damage.do(s.file.Path); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				got := warnings()
				if len(got) != 1 || !strings.HasPrefix(got[0], "your feeds stay as they were: ") || !strings.Contains(got[0], damage.warning) {
					t.Errorf("warnings %q, want one with %q", got, damage.warning)
				}
			}
			if err := s.Subscribe(t.Context(), feed.Subscription{URL: "https://a.example/"}); err == nil {
				t.Error("a subscription was written")
			}
			if got := urls(t, store); !slices.Equal(got, []string{"builtin:guide"}) {
				t.Errorf("the database has %v", got)
			}
			if err := os.RemoveAll(s.file.Path); err != nil {
				t.Fatal(err)
			}
			write(t, s.file.Path, strings.Replace(good, "Mine", "Ours", 1))
			if err := os.Chtimes(s.file.Path, info.ModTime(), info.ModTime()); err != nil {
				t.Fatal(err)
			}
			if got := warnings(); !slices.Equal(got, []string{""}) {
				t.Errorf("after it was mended: %q", got)
			}
			if got := s.subscriptions(); got[0].Name != "Ours" {
				t.Errorf("after it was mended: %+v", got)
			}
		})
	}
}

// TestMemoryAfterRefresh checks that an open dateline gives the memory of a large refresh
// back to the system.
func TestMemoryAfterRefresh(t *testing.T) {
	if testing.Short() {
		t.Skip("under the race detector the server is slow, so that feeds wait for later")
	}
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
