package ui

import (
	"testing"

	"dateline/cache"
	"dateline/feed"
)

// TestChangesOfOthersShow protects the reader beside a `dateline refresh`: what
// another process puts into the cache appears, and the row in hand stays.
func TestChangesOfOthersShow(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:lwn", "enter", "j", "j")
	version := func() int64 {
		v, err := s.m.deps.Store.Version(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	s.send(ticked{s.m.tickGen, version()})
	other, err := cache.Open(t.Context(), s.path, cache.Options{Now: s.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	doc := testDoc("LWN.net", "", "https://lwn.example/fresh/", []feed.Article{testItem("From the night's refresh", s.clock.t, "<p>New.</p>")})
	if _, err := other.Save(t.Context(), feed.Fetched{URL: lwnURL, Document: doc, Round: s.clock.t}); err != nil {
		t.Fatal(err)
	}
	s.send(ticked{s.m.tickGen, version()})
	s.expect("41 of 41 unread")
	if row, _ := s.m.headlines.list.Current(); row.Title != "Kernel development report 02" {
		t.Errorf("the row in hand is now %q", row.Title)
	}
	s.press("k", "k", "k")
	s.expect("From the night's refresh")
}

// TestAFailedListIsNoAnswer protects against old rows under a new question:
// when the cache cannot answer, the list says so.
func TestAFailedListIsNoAnswer(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.m.deps.Store.Close()
	s.press("/", "type:maritime")
	s.expect("Search: maritime", "R tries again")
	s.expectNot("Go 2 is not coming")
}
