package main

import (
	"slices"
	"strings"
	"testing"

	"dateline/feed"
)

// TestMoveFeed: only the value of the feed's url changes, however it is written.
func TestMoveFeed(t *testing.T) {
	const from, to = "https://a.example/", "https://b.example/?x=\"1\""
	const quoted = `"https://b.example/?x=\"1\""`
	for name, c := range map[string]struct{ doc, want string }{
		"as usual": {
			"# mine\n[[feeds]]\nname = 'A' # a\nurl   =  \"https://a.example/\"   # home\r\n[[feeds]]\nurl = \"https://c.example/\"\n",
			"# mine\n[[feeds]]\nname = 'A' # a\nurl   =  " + quoted + "   # home\r\n[[feeds]]\nurl = \"https://c.example/\"\n"},
		"single quotes, no end of line": {"[[feeds]]\nurl = 'https://a.example/'", "[[feeds]]\nurl = " + quoted},
		"one value":                     {"feeds = [{url = 'https://c.example/'}, { url='https://a.example/', tags=['x'] }]\n", "feeds = [{url = 'https://c.example/'}, { url=" + quoted + ", tags=['x'] }]\n"},
		"not there":                     {"[[feeds]]\nurl = 'https://c.example/' # https://a.example/\n", "[[feeds]]\nurl = 'https://c.example/' # https://a.example/\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := moveFeed([]byte(c.doc), from, to)
			if err != nil || string(got.doc) != c.want {
				t.Errorf("%v, got\n%s\nwant\n%s", err, got.doc, c.want)
			}
		})
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
	if got := contents(t, s.editor.path); got != want {
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
