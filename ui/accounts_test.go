package ui

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/feed"
	"dateline/ui/outbox"
	"dateline/ui/pane"
)

const (
	harbourURL = "https://harbour.example/rss"
	clocksURL  = "https://clocks.example/feed"
)

// newAccountScreen returns a screen with local feeds and two accounts: home has a folder with
// the name of a local tag, and work has no feeds.
func newAccountScreen(t *testing.T, w, h int, change ...func(*Deps, *fakeSource)) *screen {
	t.Helper()
	return newScreen(t, w, h, append([]func(*Deps, *fakeSource){func(_ *Deps, f *fakeSource) {
		if f.accounts != nil {
			return // a restart
		}
		now := f.clock.now()
		f.subs = append(f.subs, feed.Subscription{URL: harbourURL, Account: "home", Name: "The Harbour Post"},
			feed.Subscription{URL: clocksURL, Account: "home", Name: "Practical Clocks", Tags: []string{"Tech"}})
		for url, site := range map[string]string{harbourURL: "https://harbour.example/", clocksURL: "https://clocks.example/"} {
			f.docs[url] = testDoc("", "", site, []feed.Article{
				testItem("Storm brings down power lines", now.Add(-time.Hour), "<p>All along the western coast.</p>"),
				testItem("The cellar book", now.Add(-2*time.Hour), "<p>Two numbers a day.</p>"),
			})
			f.docs[url].Items[0].Title += " at " + site
		}
		f.accounts = []feed.Account{
			{
				Name: "home", Kind: "miniflux", URL: "https://flux.example.org", Feeds: 2, Unread: 4,
				LastSynced: now.Add(-5 * time.Minute), NextSync: now.Add(10 * time.Minute),
			},
			{Name: "work", Kind: "greader", URL: "https://rss.example.com/api/greader.php"},
		}
	}}, change...)...)
}

const refusedLogin = "The server of work refuses the password: set it anew with `dateline login`."

// TestAccountGroups checks the rows of accounts: below the local feeds, in the order of the
// configuration, with their folders. A folder with the name of a local tag has its own items,
// and both fold by themselves, also after a restart.
func TestAccountGroups(t *testing.T) {
	s := newAccountScreen(t, 120, 40)
	all := "World 4\n NATO News 4\nTech 43\n The Go Blog 3\n LWN 40\nOld Planet \nhome 4\n The Harbour Post 2\n home/Tech 2\n  Practical Clocks 2\nwork "
	if got := s.sourceNames(); got != all {
		t.Errorf("rows:\n%s\nwant:\n%s", got, all)
	}
	for key, want := range map[string]string{
		"tag:Tech":                      `tag:Tech account:""`,
		pane.AccountKey("home", ""):     "account:home",
		pane.AccountKey("home", "Tech"): "account:home tag:Tech",
	} {
		s.turnTo(key)
		h := &s.m.headlines
		if got := h.Source.Query.String(); got != want || h.Count != h.Source.Unread {
			t.Errorf("%q shows %q, %d items beside the number %d; want %q", key, got, h.Count, h.Source.Unread, want)
		}
	}
	s.turnTo(pane.AccountKey("home", "Tech"))
	s.press("g", "f", "z", "a")
	folded := strings.Replace(all, "\n  Practical Clocks 2", "", 1)
	if got := s.sourceNames(); got != folded {
		t.Errorf("with a folded folder:\n%s\nwant:\n%s", got, folded)
	}
	s.restart(120, 40)
	if got := s.sourceNames(); got != folded {
		t.Errorf("after a restart:\n%s\nwant:\n%s", got, folded)
	}
	if got := s.m.headlines.Source.Key; got != pane.AccountKey("home", "Tech") {
		t.Errorf("the session came back at %q", got)
	}
	s.turnTo(pane.AccountKey("home", ""))
	s.press("g", "f", "z", "a")
	if got := s.sourceNames(); !strings.HasSuffix(got, "\nhome 4\nwork ") {
		t.Errorf("with a folded account:\n%s", got)
	}
	s.press("t", "type:practical", "enter")
	if got := s.sourceNames(); got != all || s.m.headlines.Source.Name != "Practical Clocks" {
		t.Errorf("a jump into the folded account shows %q and\n%s", s.m.headlines.Source.Name, got)
	}
}

// TestAccountIsFound checks that t finds the group of an account, its folders and its feeds, and
// that zf hides them without news, but never an account that has a problem.
func TestAccountIsFound(t *testing.T) {
	s := newAccountScreen(t, 120, 40)
	for typed, want := range map[string]string{
		"home": pane.AccountKey("home", ""), "hmtech": pane.AccountKey("home", "Tech"), "hbp": pane.FeedKey(harbourURL, ""),
	} {
		s.press("t", "type:"+typed, "enter")
		if got := s.m.headlines.Source.Key; got != want {
			t.Errorf("%s finds %q", typed, got)
		}
	}
	s.turnTo(pane.AccountKey("home", ""))
	s.press("A")
	s.turnTo(pane.KeyUnread)
	s.press("g", "f", "z", "f")
	if got := s.sourceNames(); strings.Contains(got, "home") {
		t.Errorf("an account without news is shown:\n%s", got)
	}
	s.source.accounts[0].Error = "home could not be reached: try again later."
	s.run(s.m.accounts.load(false))
	if got := s.sourceNames(); !strings.Contains(got, "home") || strings.Contains(got, "Harbour") {
		t.Errorf("an account with a problem:\n%s", got)
	}
}

// TestRefreshSyncsAccounts checks what r and R ask for, and the messages about what was synced
// and what failed.
func TestRefreshSyncsAccounts(t *testing.T) {
	s := newAccountScreen(t, 120, 40)
	for _, c := range []struct {
		source, key string
		want        feed.RefreshRequest
	}{
		{pane.AccountKey("home", ""), "r", feed.RefreshRequest{Accounts: []string{"home"}}},
		{pane.AccountKey("home", "Tech"), "r", feed.RefreshRequest{Accounts: []string{"home"}}},
		{pane.FeedKey(harbourURL, ""), "r", feed.RefreshRequest{Feeds: []string{harbourURL}, Accounts: []string{"home"}}},
		{pane.FeedKey(lwnURL, "Tech"), "r", feed.RefreshRequest{Feeds: []string{lwnURL}}},
		{pane.AccountKey("home", ""), "R", feed.RefreshRequest{}},
	} {
		s.turnTo(c.source)
		s.press(c.key)
		if got := s.source.asked[len(s.source.asked)-1]; !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s on %q asks for %+v", c.key, c.source, got)
		}
	}
	s.expect("nothing new")
	s.source.synced = map[string]feed.Report{"home": {Status: feed.OK, Sync: &feed.Sync{Sent: 1, Taken: 12}}}
	s.press("R")
	s.expect("nothing new; 1 mark sent, 12 received")
	s.source.synced["home"] = feed.Report{Status: feed.OK, Sync: &feed.Sync{Taken: 12}}
	s.press("R")
	s.expect("nothing new; 12 marks received")
	s.source.synced["work"] = feed.Report{Status: feed.Failed, Sync: &feed.Sync{}, Error: refusedLogin}
	s.press("R")
	s.expect(refusedLogin)
	s.source.errors[oldURL] = "old.example did not answer; try later."
	s.press("R")
	s.expect("1 feed and 1 account failed; ge lists them with the reasons")
}

// TestItemsOfAnAccountCountOnce checks that new items are counted once, although the report of
// the account has them, too.
func TestItemsOfAnAccountCountOnce(t *testing.T) {
	s := newAccountScreen(t, 120, 40)
	r := &s.m.refresh
	for _, feeds := range []bool{true, false} {
		r.fresh, r.ofAccounts = 0, map[string]int{}
		if feeds {
			r.add(feed.Report{URL: harbourURL, Account: "home", New: 3})
		}
		r.add(feed.Report{Account: "home", New: 3, Sync: &feed.Sync{}})
		if r.fresh != 3 {
			t.Errorf("with reports of feeds %v: %d new items", feeds, r.fresh)
		}
	}
}

// TestMarksLeaveSoon checks that marks of an account are sent some seconds after the last one,
// that the status line shows how many wait, and that nothing wakes the screen afterwards.
func TestMarksLeaveSoon(t *testing.T) {
	s := newAccountScreen(t, 120, 40)
	s.timers = nil
	s.turnTo(pane.AccountKey("home", ""))
	s.press("m")
	s.pass(time.Second)
	s.press("j", "m")
	s.source.accounts[0].Pending = 2
	listed := s.source.listed
	s.press("j", "k", "j", "k")
	if s.source.listed != listed {
		t.Error("a key asked for the accounts")
	}
	s.pass(outbox.SendAfter - time.Millisecond)
	if s.source.sends > 0 {
		t.Error("sent while marks were made")
	}
	s.expect("↑2")
	s.pass(time.Millisecond)
	if s.source.sends != 1 {
		t.Errorf("sent %d times", s.source.sends)
	}
	s.expectNot("↑")
	s.pass(time.Minute)
	if len(s.timers) > 0 || s.source.sends != 1 {
		t.Errorf("%d timers wait after everything was sent, %d times", len(s.timers), s.source.sends)
	}
}

// TestNoAccountsNoTimers protects the battery of everybody without an account.
func TestNoAccountsNoTimers(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.pass(time.Minute)
	s.timers = nil
	s.m.sources.Find(pane.KeyUnread)
	s.run(s.m.marks.toggleStar())
	s.pass(time.Minute)
	if len(s.timers) > 0 || s.source.sends > 0 {
		t.Errorf("%d timers, sent %d times", len(s.timers), s.source.sends)
	}
}

// TestPendingMarksWaitForTheRefresh checks that marks that a server did not take stay visible,
// and that a refresh sends them again.
func TestPendingMarksWaitForTheRefresh(t *testing.T) {
	s := newAccountScreen(t, 80, 24, func(d *Deps, f *fakeSource) {
		d.Settings.Icons = "ascii"
		f.send = func(context.Context) (int, error) { return 0, errors.New("home could not be reached") }
	})
	s.turnTo(pane.AccountKey("home", ""))
	s.press("m")
	s.source.accounts[0].Pending = 1
	s.pass(30 * time.Second)
	s.expect("^1")
	if s.source.sends != 1 {
		t.Errorf("sent %d times", s.source.sends)
	}
	s.press("R")
	s.pass(10 * time.Second)
	s.expect("^1")
	if s.source.sends != 2 {
		t.Errorf("sent %d times", s.source.sends)
	}
}

// TestQuittingSendsMarks checks that quitting sends marks first, that the screen says so and
// answers meanwhile, and that a second quit does not wait.
func TestQuittingSendsMarks(t *testing.T) {
	s := newAccountScreen(t, 120, 40)
	s.turnTo(pane.AccountKey("home", ""))
	s.press("m")
	s.source.accounts[0].Pending = 1
	s.press("Q")
	if s.source.sends != 1 || s.source.accounts[0].Pending > 0 {
		t.Errorf("sent %d times, %d marks wait", s.source.sends, s.source.accounts[0].Pending)
	}
	s.expect("quit")
	if err := s.m.Finish(); err != nil || s.source.sends != 1 {
		t.Errorf("Finish returns %v; sent %d times", err, s.source.sends)
	}
}

// TestQuittingNeverHangs checks the end while a server does not answer, even if the call does not
// end with its context.
func TestQuittingNeverHangs(t *testing.T) {
	free := make(chan struct{})
	s := newAccountScreen(t, 120, 40, func(_ *Deps, f *fakeSource) {
		f.send = func(context.Context) (int, error) { <-free; return 0, nil }
	})
	defer close(free)
	s.turnTo(pane.AccountKey("home", ""))
	s.press("m")
	began := time.Now()
	_, cmd := s.m.Update(keyPress("Q"))
	s.expect("sending your marks; Q quits without waiting")
	s.press("j")
	if _, again := s.m.Update(keyPress("Q")); again == nil {
		t.Fatal("a second quit does nothing")
	}
	if err := s.m.Finish(); err != nil {
		t.Error(err)
	}
	if cmd == nil || time.Since(began) > lastSendLimit {
		t.Errorf("quitting twice took %v", time.Since(began))
	}
}

// TestTheEndSendsMarks checks that marks are sent, within a limit, if the program ends by a
// signal.
func TestTheEndSendsMarks(t *testing.T) {
	var limited bool
	s := newAccountScreen(t, 120, 40, func(_ *Deps, f *fakeSource) {
		f.send = func(ctx context.Context) (int, error) {
			until, ok := ctx.Deadline()
			limited = ok && time.Until(until) <= lastSendLimit && ctx.Err() == nil
			return 1, nil
		}
	})
	s.turnTo(pane.AccountKey("home", ""))
	s.m.Update(keyPress("m")) // the command that would write is never run
	if err := s.m.Finish(); err != nil || !limited || s.source.sends != 1 {
		t.Errorf("%v; limited %v; sent %d times", err, limited, s.source.sends)
	}
	s = newAccountScreen(t, 120, 40)
	if err := s.m.Finish(); err != nil || s.source.sends != 0 {
		t.Errorf("without marks: %v; sent %d times", err, s.source.sends)
	}
}

// TestAccountInfo checks what i says of an account, of its feed and of its item, and what ge
// lists: accounts first.
func TestAccountInfo(t *testing.T) {
	for _, size := range []struct {
		name string
		w, h int
	}{{"80x24", 80, 24}, {"120x40", 120, 40}} {
		s := newAccountScreen(t, size.w, size.h, func(_ *Deps, f *fakeSource) {
			f.accounts[0].Pending, f.accounts[0].Backlog = 3, 1200
			f.accounts[1].Error = refusedLogin
			f.errors[oldURL] = "old.example did not answer; try later."
		})
		s.turnTo(pane.AccountKey("home", ""))
		s.press("g", "f")
		s.expect("▌  home", " ! work", "↑3")
		s.golden("account-group-" + size.name)
		s.expectWidth()
		s.press("i")
		s.expect("Account", "miniflux https://flux.example.org", "5 minutes ago", "in 10 min", "3 marks; r sends now", "1200 older articles")
		s.golden("account-info-" + size.name)
		s.press("esc")
		s.turnTo(pane.FeedKey(harbourURL, ""))
		s.press("i")
		s.press("/", "type:serv", "enter")
		s.expect("by the server of the account home", "flux.example.org")
		s.press("esc", "esc", "g", "e")
		s.expect("Accounts and feeds with problems", refusedLogin[:30], "Old Planet")
		s.golden("account-problems-" + size.name)
		s.press("i")
		s.expect("not yet", "greader https://rss.example.com")
		s.press("esc", "X", "M", "r")
		if got := s.source.asked[len(s.source.asked)-1]; !slices.Equal(got.Accounts, []string{"work"}) || got.Feeds != nil {
			t.Errorf("r in the list asks for %+v", got)
		}
		s.press("enter")
		if got := s.m.headlines.Source.Key; got != pane.AccountKey("work", "") {
			t.Errorf("the list leads to %q", got)
		}
		s.expect("There are no items: The server of work refuses")
	}
}

// TestMarksThatWaitedLeaveAtTheStart checks that marks that could not be sent before the program
// ended leave soon after it starts again, although no sync is due, and not again and again.
func TestMarksThatWaitedLeaveAtTheStart(t *testing.T) {
	s := newAccountScreen(t, 80, 24, func(_ *Deps, f *fakeSource) {
		f.accounts[0].Pending = 3
		f.send = func(context.Context) (int, error) { return 0, errors.New("home could not be reached") }
	})
	s.pass(time.Minute)
	if s.source.sends != 1 {
		t.Errorf("sent %d times", s.source.sends)
	}
}

// TestAccountsShowAtOnce checks that the state of an account is shown when its sync has ended,
// although the refresh goes on.
func TestAccountsShowAtOnce(t *testing.T) {
	s := newAccountScreen(t, 120, 40)
	r := &s.m.refresh
	r.running, r.generation = true, r.generation+1
	s.source.accounts[1].Error = refusedLogin
	s.run(s.m.showReports(reported{generation: r.generation, reports: []feed.Report{
		{Account: "work", Status: feed.Failed, Sync: &feed.Sync{}, Error: refusedLogin, Done: 1, Total: 2},
	}}))
	s.press("g", "f")
	s.expect(" ! work")
}

// TestStoppingASyncIsNoFailure checks that an account whose sync the user stops does not count as
// one that failed.
func TestStoppingASyncIsNoFailure(t *testing.T) {
	s := newAccountScreen(t, 120, 40)
	r := &s.m.refresh
	r.running, r.byKey, r.fresh, r.generation = true, true, 0, r.generation+1
	s.press("esc")
	s.run(s.m.showReports(reported{generation: r.generation, reports: []feed.Report{
		{URL: lwnURL, Status: feed.OK, New: 2, Done: 1, Total: 2},
		{Account: "work", Status: feed.Failed, Sync: &feed.Sync{}, Error: "account work: the sync was interrupted", Done: 2, Total: 2},
	}}))
	s.expect("stopped after 1 feed, 2 new")
	s.expectNot("interrupted")
}

// TestAProblemStandsBesideTheName checks that the message about an account, which begins with the
// name of the account, does not say it twice where it stands beside the name.
func TestAProblemStandsBesideTheName(t *testing.T) {
	s := newAccountScreen(t, 80, 24, func(_ *Deps, f *fakeSource) {
		f.accounts[1].Error = "account work: rss.example.com did not answer: try again later"
	})
	s.turnTo(pane.AccountKey("work", ""))
	s.expect("! rss.example.com did not answer", "There are no items: rss.example.com did not answer")
	s.press("i")
	s.expect("rss.example.com did not answer")
	s.expectNot("account work:")
	s.press("esc", "g", "e")
	s.expect("work  rss.example.com did not answer")
	s.expectNot("account work:")
}

// TestEmptyAccount checks what the group of an account without feeds says.
func TestEmptyAccount(t *testing.T) {
	s := newAccountScreen(t, 80, 24)
	s.turnTo(pane.AccountKey("work", ""))
	const empty = "This account has no feeds here yet."
	s.expect(empty, "r syncs it, a subscribes to a feed there.")
	s.m.refresh.running = true
	s.expect("Syncing the account; its feeds and items appear here.")
	s.source.accounts[1].LastSynced = s.source.clock.now()
	s.run(s.m.accounts.load(false))
	s.expect(empty)
}

// TestASlowServerMovesNobody checks that a change at a server says whom it waits for, and that it
// takes nobody away who has gone elsewhere meanwhile.
func TestASlowServerMovesNobody(t *testing.T) {
	s := newAccountScreen(t, 120, 40)
	s.turnTo(pane.FeedKey(clocksURL, "Tech"))
	s.press("X")
	_, cmd := s.m.Update(keyPress("y"))
	s.expect("asking the server of home")
	s.turnTo(pane.FeedKey(lwnURL, "Tech"))
	s.run(cmd)
	s.expect("unsubscribed from Practical Clocks at home")
	if got := s.m.headlines.Source.Key; got != pane.FeedKey(lwnURL, "Tech") {
		t.Errorf("the reader is at %q", got)
	}
}

// TestAVanishedSourceIsLeft checks that the list does not go on showing an account, a folder or a
// feed that was removed elsewhere, and that an open article and a folded folder stay.
func TestAVanishedSourceIsLeft(t *testing.T) {
	for _, key := range []string{pane.AccountKey("home", ""), pane.AccountKey("home", "Tech"), pane.FeedKey(clocksURL, "Tech")} {
		s := newAccountScreen(t, 120, 40)
		s.turnTo(key)
		name := s.m.headlines.Source.Name
		s.source.subs = slices.DeleteFunc(s.source.subs, func(sub feed.Subscription) bool { return sub.Account == "home" })
		s.source.accounts = s.source.accounts[1:]
		if err := s.source.setFeeds(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.run(s.m.sources.load())
		s.run(s.m.accounts.load(false))
		s.expect(name+" is not among the sources any more", "Unread")
		if got := s.m.headlines.Source.Key; got != pane.KeyUnread {
			t.Errorf("%q is left for %q", key, got)
		}
	}
	s := newAccountScreen(t, 120, 40)
	s.turnTo(pane.FeedKey(clocksURL, "Tech"))
	s.press("enter")
	if err := s.source.Unsubscribe(t.Context(), clocksURL); err != nil {
		t.Fatal(err)
	}
	s.run(s.m.sources.load())
	s.expect("All along the western coast.", "Practical Clocks")
	s = newAccountScreen(t, 120, 40)
	s.turnTo(pane.FeedKey(harbourURL, ""))
	s.m.sources.Folded[pane.AccountKey("home", "")] = true
	s.run(s.m.sources.load())
	if got := s.m.headlines.Source.Key; got != pane.FeedKey(harbourURL, "") {
		t.Errorf("a feed of a folded account is left for %q", got)
	}
}

// TestSubscribingAtAnAccount checks that a feed is added where the cursor is, that the prompt says
// so, that a key changes it, and that a refusal changes nothing and is told.
func TestSubscribingAtAnAccount(t *testing.T) {
	const added = "https://added.example/feed"
	s := newAccountScreen(t, 120, 40, func(_ *Deps, f *fakeSource) {
		f.found = []feed.Candidate{{URL: added, Title: "Added"}}
		f.docs[added] = testDoc("Added", "", "https://added.example/", []feed.Article{testItem("First", f.clock.now(), "<p>Text.</p>")})
	})
	s.turnTo(pane.AccountKey("home", "Tech"))
	s.press("a")
	s.expect("subscribe at home to", "Tab at work")
	s.press("tab")
	s.expect("subscribe at work to", "Tab without an account")
	s.press("tab")
	s.expect("subscribe to", "Tab at home")
	s.press("tab", "type:added.example", "enter")
	s.expect("Subscribe to Added?", "added at", "home")
	s.source.refuse = errors.New("home could not be reached; try again later")
	s.press("enter")
	s.expect("home could not be reached; try again later")
	if n := len(s.source.subs); n != 6 {
		t.Errorf("%d subscriptions after a refusal", n)
	}
	s.source.refuse = nil
	s.press("a", "type:added.example", "enter", "enter")
	if got := s.source.subs[len(s.source.subs)-1]; got.Account != "home" || got.URL != added {
		t.Errorf("subscribed to %+v", got)
	}
	if got := s.source.asked[len(s.source.asked)-1]; !slices.Equal(got.Accounts, []string{"home"}) {
		t.Errorf("then asked for %+v", got)
	}
	s.expect("subscribed to Added at home", "1 unread")
	s.press("X")
	s.expect("it is removed from the account home")
	s.source.refuse = errors.New("home could not be reached; try again later")
	s.press("y")
	s.expect("home could not be reached")
	if n := len(s.source.subs); n != 7 {
		t.Errorf("%d subscriptions after a refusal", n)
	}
	s.source.refuse = nil
	s.press("X", "y")
	s.expect("unsubscribed from Added at home")
	s.turnTo(pane.FeedKey(lwnURL, "Tech"))
	s.press("a")
	s.expect("subscribe to", "Tab at home")
}

// TestWaitingMarksAreTriedAgain protects that marks which a server that was away did not get
// leave while dateline is open, and that nothing wakes the screen after that.
func TestWaitingMarksAreTriedAgain(t *testing.T) {
	s := newAccountScreen(t, 120, 40)
	s.timers = nil
	s.source.send = func(context.Context) (int, error) { return 0, errors.New("the server is away") }
	s.source.accounts[0].Pending = 1
	s.turnTo(pane.AccountKey("home", ""))
	s.press("m")
	s.pass(outbox.SendAfter)
	if s.source.sends != 1 {
		t.Fatalf("sent %d times", s.source.sends)
	}
	s.pass(time.Minute + outbox.SendAfter)
	if s.source.sends != 2 {
		t.Errorf("a minute later, sent %d times", s.source.sends)
	}
	s.source.send = nil
	s.pass(2*time.Minute + outbox.SendAfter)
	if s.source.sends != 3 {
		t.Errorf("three minutes later, sent %d times", s.source.sends)
	}
	s.pass(time.Hour)
	if len(s.timers) > 0 || s.source.sends != 3 {
		t.Errorf("%d timers wait after everything was sent, %d times", len(s.timers), s.source.sends)
	}
}
