package cli

import (
	"bufio"
	"context"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"dateline/feed"
)

var accountsNow = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func accountsApp(out *strings.Builder) *app {
	return &app{Deps: Deps{Now: func() time.Time { return accountsNow }}, out: out, err: io.Discard}
}

// TestAccounts checks both forms of the list. The object has exactly the keys that scripts
// know, and changes that are held back are in the error with their number and the way out.
func TestAccounts(t *testing.T) {
	source := &accountSource{accounts: []feed.Account{
		{Name: "home", Kind: "miniflux", URL: "https://flux.example", LastSynced: accountsNow.Add(-3 * time.Minute), NextSync: accountsNow.Add(12 * time.Minute),
			Pending: 1, Backlog: 1200, Feeds: 34, Unread: 12, HeldBack: 4812},
		{Name: "work", Kind: "greader", URL: "https://fresh.example", Error: "account work: the server refuses the login"},
	}}
	s := &Session{Source: source, SyncFolder: func(context.Context, bool) (feed.SyncFolder, error) {
		return feed.SyncFolder{Dir: "/home/ann/Sync", LastSynced: accountsNow.Add(-5 * time.Minute), Others: 2, Problems: []string{"ignored: a copy"}}, nil
	}}
	var asText, asJSON strings.Builder
	if err := accountsApp(&asText).accounts(t.Context(), s, false); err != nil {
		t.Fatal(err)
	}
	if err := accountsApp(&asJSON).accounts(t.Context(), s, true); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"   12 unread  home                 34 feeds, synced 3m ago, next in 12 min\n", "https://flux.example  miniflux\n",
		"1 mark to send, 1200 older items to fetch\n", "calls 4812 items unread", "`dateline accounts accept home`", "`dateline accounts push home`",
		"0 feeds, never synced\n", "account work: the server refuses the login\n",
		"sync folder          2 other computers, synced 5m ago\n              /home/ann/Sync\n              ignored: a copy\n"} {
		if !strings.Contains(asText.String(), want) {
			t.Errorf("no %q in\n%s", want, &asText)
		}
	}
	first, second, _ := strings.Cut(asJSON.String(), "\n")
	if want := `{"name":"home","kind":"miniflux","url":"https://flux.example","last_synced":"2026-03-04T11:57:00Z","next_sync":"2026-03-04T12:12:00Z","pending":1,"feeds":34,"unread":12,"error":"`; !strings.HasPrefix(first, want) ||
		!strings.Contains(first, "4812") || !strings.Contains(first, "accept") || !strings.HasSuffix(first, `","backlog":1200,"held_back":4812}`) {
		t.Errorf("got %s", first)
	}
	if want := `{"name":"work","kind":"greader","url":"https://fresh.example","last_synced":"","next_sync":"","pending":0,"feeds":0,"unread":0,"error":"account work: the server refuses the login","backlog":0,"held_back":0}` + "\n"; second != want {
		t.Errorf("got %s", second)
	}
}

// TestAccountsWithoutAccounts checks that who has only the sync folder is not sent to a server.
func TestAccountsWithoutAccounts(t *testing.T) {
	for dir, want := range map[string]string{
		"":               "There are no accounts; `dateline login URL` adds one.\n",
		"/home/ann/Sync": accountIndent + "sync folder          0 other computers, never synced\n" + accountIndent + "/home/ann/Sync\n",
	} {
		s := &Session{Source: &accountSource{}, SyncFolder: func(context.Context, bool) (feed.SyncFolder, error) { return feed.SyncFolder{Dir: dir}, nil }}
		var out strings.Builder
		if err := accountsApp(&out).accounts(t.Context(), s, false); err != nil || out.String() != want {
			t.Errorf("with folder %q: got %q, %v, want %q", dir, &out, err, want)
		}
	}
}

// TestAccountProblem checks that the engine's own sentence about held back changes is not
// said twice, and that no sentence is longer than a line of a report may be.
func TestAccountProblem(t *testing.T) {
	const own = "account home: 300 are held back; `dateline accounts accept home` takes them"
	if got := accountProblem(feed.Account{Name: "home", HeldBack: 300, Error: own}); got != own {
		t.Errorf("got %q", got)
	}
	if got := accountProblem(feed.Account{Name: "home", HeldBack: 123456}); len(got) > 300 || !strings.Contains(got, "123,456") {
		t.Errorf("%d bytes: %q", len(got), got)
	}
}

// TestResolve checks that accept and push reach the account that is meant, only if something
// is held back.
func TestResolve(t *testing.T) {
	source := &accountSource{accounts: []feed.Account{{Name: "home", HeldBack: 210}, {Name: "work"}}}
	s := &Session{Source: source}
	for _, c := range []struct {
		name   string
		accept bool
		want   string
		failed bool
	}{
		{"home", true, "Account home: took what its server says of 210 items.\n", false},
		{"HOME", false, "Account home: sent your marks of 210 items.\n", false},
		{"work", true, "Nothing of account work is held back.\n", false},
		{"nowhere", true, "", true},
	} {
		var out strings.Builder
		err := accountsApp(&out).resolve(t.Context(), s, c.name, c.accept)
		if (err != nil) != c.failed || out.String() != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, &out, err, c.want)
		}
		if c.failed && !strings.Contains(err.Error(), "your accounts: home, work") {
			t.Errorf("%v does not list the accounts", err)
		}
	}
	if want := []string{"accept home", "push home"}; !reflect.DeepEqual(source.resolved, want) {
		t.Errorf("resolved %v, want %v", source.resolved, want)
	}
}

// TestSplitNames checks that a name of an account wins over feeds that have it in their
// titles, and that accounts alone select no feed.
func TestSplitNames(t *testing.T) {
	s := &Session{Source: &accountSource{accounts: []feed.Account{{Name: "home"}, {Name: "work"}}}}
	accounts, feeds, err := splitNames(t.Context(), s, []string{"work", "Home", "home"})
	if err != nil || !reflect.DeepEqual(accounts, []string{"work", "home"}) || feeds != nil {
		t.Errorf("got %v, %v, %v", accounts, feeds, err)
	}
	if accounts, feeds, err := splitNames(t.Context(), s, nil); accounts != nil || feeds != nil || err != nil {
		t.Errorf("no names: got %v, %v, %v", accounts, feeds, err)
	}
}

// TestPartsOfAnAccount checks that a feed of an account whose items arrive in parts has one
// line with all of them, before the line of the account, and that a local feed does not wait.
func TestPartsOfAnAccount(t *testing.T) {
	var out strings.Builder
	tally := tally{asJSON: true, out: &printer{Writer: bufio.NewWriter(&out)}, progress: &progress{}, reports: map[string]feed.Report{}}
	blog := feed.Report{URL: "https://blog.example/", Account: "home", Status: feed.OK, New: 250, Updated: 1}
	tally.add(blog)
	tally.add(feed.Report{URL: "https://lwn.example/", Status: feed.OK, New: 1})
	blog.New = 50
	tally.add(blog)
	tally.add(feed.Report{URL: "https://flux.example", Account: "home", Status: feed.OK, New: 300, Sync: &feed.Sync{Sent: 2}})
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	want := []string{`{"url":"https://lwn.example/","status":"ok","new":1,`, `{"url":"https://blog.example/","status":"ok","new":300,"updated":2,`, `{"url":"https://flux.example","status":"ok","new":300,`}
	if len(lines) != len(want) {
		t.Fatalf("got\n%s", &out)
	}
	for i, line := range lines {
		if !strings.HasPrefix(line, want[i]) {
			t.Errorf("line %d is %s, want %s", i+1, line, want[i])
		}
	}
	if tally.added != 301 || tally.checked != 2 {
		t.Errorf("%d new items of %d", tally.added, tally.checked)
	}
}

// TestRefreshOfAccounts checks the lines and the exit code of a refresh with accounts: one
// line for each, what came to their feeds is counted once, and an account that could not be
// reached is a failed feed.
func TestRefreshOfAccounts(t *testing.T) {
	lwn := feed.Report{URL: "https://lwn.example/", Status: feed.OK, New: 1}
	blog := feed.Report{URL: "https://blog.example/", Account: "home", Status: feed.OK, New: 3}
	home := feed.Report{URL: "https://flux.example", Account: "home", Status: feed.OK, New: 3, Sync: &feed.Sync{Sent: 2}}
	down := feed.Report{URL: "https://fresh.example", Account: "work", Status: feed.Failed, Error: "account work: the server cannot be reached", Sync: &feed.Sync{}}
	away := feed.Report{URL: lwn.URL, Status: feed.Failed, Error: "No server can be reached", Offline: true}
	feeds := []feed.Feed{{URL: lwn.URL, Title: "LWN"}, {URL: blog.URL, Title: "Blog"}}
	for name, c := range map[string]struct {
		reports []feed.Report
		want    []string
		code    string
	}{
		"all well":     {[]feed.Report{lwn, blog, home}, []string{"     1 new  LWN\n", "     3 new  Blog\n", "home: 3 new, 2 marks sent\n", "Refreshed 1 feed and 1 account: 4 new items, 0 edited.\n"}, ""},
		"one account":  {[]feed.Report{blog, home}, []string{"Refreshed 1 account: 3 new items, 0 edited.\n"}, ""},
		"held back":    {[]feed.Report{home}, []string{"home: 3 new, 2 marks sent, 7 older items to fetch\naccount home: its server calls 210 items unread", "accept home"}, ""},
		"one is down":  {[]feed.Report{lwn, home, down}, []string{"    failed  account work: the server cannot be reached\n", "Refreshed 1 feed and 2 accounts: 4 new items, 0 edited; 1 account failed.\n"}, "1 account failed; `dateline accounts` shows why"},
		"down, alone":  {[]feed.Report{down}, nil, "the account failed; `dateline accounts` shows why"},
		"both failed":  {[]feed.Report{down, {URL: lwn.URL, Status: feed.Failed}}, nil, "all 1 feed and 1 account failed; `dateline feeds` and `dateline accounts` show why"},
		"no network":   {[]feed.Report{down, away}, []string{"No server can be reached\n"}, "all 1 feed and 1 account failed; check the network connection"},
		"feeds away":   {[]feed.Report{home, away}, []string{"home: 3 new, 2 marks sent\n", "The servers of accounts can be reached, but none of other feeds"}, "1 feed failed; `dateline feeds` shows why"},
		"feed of down": {[]feed.Report{{URL: blog.URL, Account: "home", Status: feed.Failed, Error: "x"}, home}, []string{"    failed  Blog: x\n"}, "1 feed failed; `dateline feeds` shows why"},
	} {
		var out strings.Builder
		tally := tally{out: &printer{Writer: bufio.NewWriter(&out)}, progress: &progress{}, reports: map[string]feed.Report{}}
		for _, r := range c.reports {
			tally.add(r)
		}
		if name == "held back" {
			tally.accounts = []feed.Account{{Name: "home", HeldBack: 210, Backlog: 7}}
		}
		tally.print(feeds, nil)
		tally.out.Flush()
		for _, want := range c.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in\n%s", name, want, &out)
			}
		}
		err := tally.verdict(nil)
		if (err == nil) != (c.code == "") || err != nil && err.Error() != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}
