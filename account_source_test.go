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
