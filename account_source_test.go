package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/remotes"
	"dateline/feed"
	"dateline/feed/account/greadertest"
	"dateline/feed/fetch"
)

// TestAHungServerHoldsUpNoOthers checks that marks reach the other accounts while the server of one
// does not answer: before the program ends there are only seconds for all of them.
func TestAHungServerHoldsUpNoOthers(t *testing.T) {
	servers, doc := map[string]*greadertest.Server{}, ""
	for _, name := range []string{"hung", "well"} {
		s := greadertest.New(t, greadertest.FreshRSS, nil)
		s.AddEntries(s.AddFeed("https://"+name+".example/feed", name, ""), greadertest.Entry{GUID: name, Title: name, URL: "https://" + name + ".example/1"})
		servers[name] = s
		doc += fmt.Sprintf("[[accounts]]\nname = %q\nkind = \"greader\"\nurl = %q\nuser = %q\npassword = %q\n", name, s.URL, greadertest.User, greadertest.Password)
	}
	local, store := openSource(t, doc)
	source := &accountSource{localSource: local, client: fetch.New(fetch.Options{Builtin: builtin()}), remotes: remotes.New(store), now: time.Now, connect: connectServer,
		servers: map[string]connected{}, busy: map[string]time.Time{}}
	local.others = subscriptionsOf(source.remotes)
	if err := source.Refresh(t.Context(), feed.RefreshRequest{}, func(r feed.Report) {
		if r.Status == feed.Failed {
			t.Error(r.Error)
		}
	}); err != nil {
		t.Fatal(err)
	}
	rows, err := store.After(t.Context(), cache.View{}, cache.Pos{}, 10)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d items, %v", len(rows), err)
	}
	if _, err := store.Apply(t.Context(), cache.MarkItems{{Items: []int64{rows[0].ID, rows[1].ID}, Flag: feed.Read, On: true, At: time.Now()}}); err != nil {
		t.Fatal(err)
	}
	servers["hung"].Set(func(q *greadertest.Quirks) { q.Delay = 2 * time.Second })
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	sent, err := source.Send(ctx)
	if sent != 1 || err == nil || !strings.Contains(err.Error(), "hung") || strings.Contains(err.Error(), "well") {
		t.Errorf("sent %d marks, %v", sent, err)
	}
	if a, err := source.Accounts(t.Context()); err != nil || a[0].Pending != 1 || a[1].Pending != 0 {
		t.Errorf("afterwards: %+v %v", a, err)
	}
}

// TestFolderAndAccountAgree protects that two computers with an account and a folder do not
// take each other's old words from the folder for later ones than those of the server, and
// change the mark there at each round.
func TestFolderAndAccountAgree(t *testing.T) {
	s := greadertest.New(t, greadertest.FreshRSS, nil)
	id := s.AddEntries(s.AddFeed("https://news.example/feed", "News", ""), greadertest.Entry{GUID: "1", Title: "One", URL: "https://news.example/1"})[0]
	doc := fmt.Sprintf("[sync]\nfolder = %q\n[[accounts]]\nname = \"home\"\nkind = \"greader\"\nurl = %q\nuser = %q\npassword = %q\n", t.TempDir(), s.URL, greadertest.User, greadertest.Password)
	var sources []*accountSource
	for range 2 {
		local, store := openSource(t, doc)
		source := &accountSource{localSource: local, client: fetch.New(fetch.Options{Builtin: builtin()}), remotes: remotes.New(store), now: time.Now, connect: connectServer,
			servers: map[string]connected{}, busy: map[string]time.Time{}}
		local.others = subscriptionsOf(source.remotes)
		sources = append(sources, source)
	}
	refresh := func(sources ...*accountSource) {
		t.Helper()
		for _, source := range sources {
			err := source.Refresh(t.Context(), feed.RefreshRequest{}, func(r feed.Report) {
				if r.Status == feed.Failed {
					t.Error(r.Error)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	refresh(sources...)
	rows, err := sources[0].store.After(t.Context(), cache.View{}, cache.Pos{}, 10)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d items, %v", len(rows), err)
	}
	if _, err := sources[0].store.Apply(t.Context(), cache.MarkItems{{Items: []int64{rows[0].ID}, Flag: feed.Read, On: true, At: time.Now()}}); err != nil {
		t.Fatal(err)
	}
	refresh(sources[0])
	s.MarkRead(false, id) // on the telephone, before the other computer has seen anything
	for round := range 3 {
		refresh(sources...)
		if read, _, _ := s.State(id); read {
			t.Errorf("round %d: an old word from the folder was sent to the server", round)
		}
	}
}
