package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"dateline/feed/account/greadertest"
)

// scriptAccounts are the fake servers of the scripts, by the address of their site.
type scriptAccounts map[string]scriptAccount

type scriptAccount struct {
	*greadertest.Server
	entries []string
}

// accountCommand returns the command account of scripts, which does something at a server of
// the Google Reader API:
//
//	account new N   starts a FreshRSS with one feed of N entries; $FRESH is its address
//	account read    marks all entries read on the web
//	account unread  marks all entries unread on the web
//	account down    answers everything with 502
//	account up      ends that
//	account has X   checks that a subscription contains X: its address, title or folder
func accountCommand(t *testing.T) func(*testscript.TestScript, bool, []string) {
	servers := make(chan scriptAccounts, 1)
	servers <- scriptAccounts{}
	return func(ts *testscript.TestScript, neg bool, args []string) {
		all := <-servers
		defer func() { servers <- all }()
		a := all[ts.Getenv("FRESH")]
		switch args[0] {
		case "new":
			a.Server = greadertest.New(t, greadertest.FreshRSS, nil)
			feed := a.AddFeed("https://ships.example/feed", "Ship News", "Sea")
			var n int
			_, err := fmt.Sscan(args[1], &n)
			ts.Check(err)
			for i := range n {
				a.entries = append(a.entries, a.AddEntries(feed, greadertest.Entry{GUID: fmt.Sprint(i), Title: fmt.Sprint("Ship ", i), URL: fmt.Sprint("https://ships.example/", i)})...)
			}
			ts.Setenv("FRESH", a.URL)
			all[a.URL] = a
		case "read", "unread":
			a.MarkRead(args[0] == "read", a.entries...)
		case "down", "up":
			a.Set(func(q *greadertest.Quirks) { q.Status = map[string]int{"down": 502}[args[0]] })
		case "has":
			found := false
			for _, s := range a.Subscriptions() {
				found = found || strings.Contains(s, args[1])
			}
			if found == neg {
				ts.Fatalf("%q is in %q: %v", args[1], a.Subscriptions(), found)
			}
		}
	}
}
