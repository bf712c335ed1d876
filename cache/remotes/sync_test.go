package remotes

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
	"dateline/feed/account"
)

// device is a dateline with an account.
type device struct {
	cachetest.Store
	remotes Store
	account *account.Account
	// local are its own subscriptions.
	local []feed.Subscription
	// ofEntry are the items of entries that [device.itemsOf] has seen.
	ofEntry map[string]int64
}

// newDevice returns a dateline with an empty database.
func newDevice(t *testing.T, name string, clock *cachetest.Clock, s *server) *device {
	t.Helper()
	d := &device{Store: cachetest.OpenAt(t, filepath.Join(t.TempDir(), name+".db"), clock), ofEntry: map[string]int64{}}
	d.remotes = New(d.Store.Store)
	d.account = &account.Account{Server: s, Store: d.remotes, Now: clock.Now,
		Settings: feed.AccountSettings{Name: "home", Kind: "miniflux", URL: "https://flux.example", Interval: 15 * time.Minute},
		Trace:    func(context.Context, bool, string) (string, error) { return "abc", nil }}
	return d
}

// round makes a round. The test fails unless the round's failure contains want.
func (d *device) round(o account.Options, want string) account.Result {
	d.T.Helper()
	o.FeedsStored = func(ctx context.Context) error {
		subs, err := d.remotes.Subscriptions(ctx, d.account.Settings)
		if err != nil {
			return err
		}
		return d.SetFeeds(ctx, slices.Concat(d.local, subs))
	}
	r, err := d.account.Sync(d.Ctx(), o)
	d.Must(err)
	if r.Failed != (want != "") || !strings.Contains(r.Message, want) {
		d.T.Fatalf("the round ended with %+v; want %q", r, want)
	}
	return r
}

// sync makes a round that is complete.
func (d *device) sync() account.Result { d.T.Helper(); return d.round(account.Options{}, "") }

// states returns the marks of the items by the titles.
func (d *device) states() map[string]string {
	d.T.Helper()
	found := map[string]string{}
	for _, a := range d.EveryArticle() {
		found[strings.TrimPrefix(a.Title, "Entry ")] = marksOf(a.Read, a.Starred)
	}
	return found
}

func marksOf(read, starred bool) string {
	s := "unread"
	if read {
		s = "read"
	}
	if starred {
		s += " starred"
	}
	return s
}

// states returns the marks of the entries.
func (s *server) states() map[string]string {
	found := map[string]string{}
	for id, e := range s.entries {
		found[id] = marksOf(e.read, e.starred)
	}
	return found
}

// do marks items by the IDs of their entries.
func (d *device) do(flag feed.Flag, on bool, ids ...string) {
	d.T.Helper()
	d.Advance(time.Second)
	_, err := d.Apply(d.Ctx(), cache.MarkItems{{Items: d.itemsOf(ids), Flag: flag, On: on, At: d.Now()}})
	d.Must(err)
}

// itemsOf returns the items of those of the entries that have come.
func (d *device) itemsOf(ids []string) (items []int64) {
	for _, id := range ids {
		if _, ok := d.ofEntry[id]; !ok {
			for _, a := range d.EveryArticle() {
				d.ofEntry[strings.TrimPrefix(a.Title, "Entry ")] = a.ID
			}
		}
		if item, ok := d.ofEntry[id]; ok {
			items = append(items, item)
		}
	}
	return items
}

func (d *device) pending() int {
	d.T.Helper()
	a, err := d.remotes.Status(d.Ctx(), d.account.Settings)
	d.Must(err)
	return a.Pending
}

func checkEqual(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for _, id := range slices.Sorted(maps.Keys(want)) {
		if got[id] != want[id] {
			t.Errorf("%s: entry %s is %q, want %q", what, id, got[id], want[id])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d entries, want %d", what, len(got), len(want))
	}
}

// start returns a server with n entries, and a dateline that has them.
func start(t *testing.T, n int) (*server, *device, []string) {
	t.Helper()
	clock := cachetest.NewClock(cachetest.Noon())
	s := newServer(clock.Now)
	ids := s.publish(n)
	clock.Advance(time.Minute)
	d := newDevice(t, "a", clock, s)
	if r := d.sync(); r.New != n {
		t.Fatalf("the first round brought %d of %d", r.New, n)
	}
	return s, d, ids
}

// What one side says reaches the other one.
func TestBothWays(t *testing.T) {
	s, d, ids := start(t, 5)
	checkEqual(t, "at first", d.states(), s.states())
	d.do(feed.Read, true, ids[0])
	d.do(feed.Starred, true, ids[1])
	if d.pending() != 2 {
		t.Errorf("%d marks are pending", d.pending())
	}
	d.Advance(time.Minute)
	s.mark(feed.Read, true, ids[2])
	s.mark(feed.Starred, true, ids[3])
	s.publish(1)
	if r := d.sync(); r.New != 1 || r.Sent != 2 || r.Taken != 2 {
		t.Errorf("the round did %+v", r)
	}
	checkEqual(t, "the server", s.states(), map[string]string{"1": "read", "2": "unread starred", "3": "read", "4": "unread starred", "5": "unread", "6": "unread"})
	checkEqual(t, "the items", d.states(), s.states())
	s.mark(feed.Read, false, ids[2])
	s.mark(feed.Starred, false, ids[3])
	d.do(feed.Read, false, ids[0])
	d.sync()
	checkEqual(t, "taken back", s.states(), map[string]string{"1": "unread", "2": "unread starred", "3": "unread", "4": "unread", "5": "unread", "6": "unread"})
	checkEqual(t, "taken back here", d.states(), s.states())
	s.requests = nil
	if r := d.sync(); r.New+r.Sent+r.Taken != 0 || len(s.requests) > 4 {
		t.Errorf("nothing was new, and the round did %+v with %q", r, s.requests)
	}
	feeds, err := d.Feeds(d.Ctx())
	d.Must(err)
	if len(feeds) != 1 || feeds[0].Account != "home" || feeds[0].Title != "News" || !slices.Equal(feeds[0].Tags, []string{"World"}) {
		t.Errorf("the feeds are %+v", feeds)
	}
	d.CheckCounts()
}

// Of two words that contradict each other the later one wins if the server has times;
// otherwise ours does. The same word on both sides is not sent.
func TestConflicts(t *testing.T) {
	for _, c := range []struct {
		name  string
		timed bool
		do    func(s *server, d *device, id string)
		want  string
		sent  int
	}{
		{"same on both sides", true, func(s *server, d *device, id string) {
			d.do(feed.Read, true, id)
			s.mark(feed.Read, true, id)
		}, "read", 0},
		{"earlier here and back, later there", true, func(s *server, d *device, id string) {
			d.do(feed.Read, true, id)
			d.do(feed.Read, false, id)
			d.Advance(time.Minute)
			s.mark(feed.Read, true, id)
		}, "read", 0},
		{"earlier there, later here and back", true, func(s *server, d *device, id string) {
			s.mark(feed.Read, true, id)
			d.Advance(time.Minute)
			d.do(feed.Read, true, id)
			d.do(feed.Read, false, id)
		}, "unread", 1},
		{"earlier here and back, later there, no times", false, func(s *server, d *device, id string) {
			d.do(feed.Read, true, id)
			d.do(feed.Read, false, id)
			d.Advance(time.Minute)
			s.mark(feed.Read, true, id)
		}, "unread", 1},
		{"changed back on both sides", true, func(s *server, d *device, id string) {
			d.do(feed.Read, true, id)
			d.do(feed.Read, false, id)
			s.mark(feed.Read, true, id)
			s.mark(feed.Read, false, id)
		}, "unread", 0},
		{"another flag there", true, func(s *server, d *device, id string) {
			d.do(feed.Read, true, id)
			d.Advance(time.Minute)
			s.mark(feed.Starred, true, id)
		}, "read starred", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, d, ids := start(t, 3)
			s.timed = c.timed
			c.do(s, d, ids[1])
			d.Advance(time.Minute)
			if r := d.sync(); r.Sent != c.sent {
				t.Errorf("%d marks were sent, want %d", r.Sent, c.sent)
			}
			if got := s.states()[ids[1]]; got != c.want {
				t.Errorf("the server says %s, want %s", got, c.want)
			}
			checkEqual(t, "the items", d.states(), s.states())
			if d.pending() != 0 {
				t.Errorf("%d marks are still pending", d.pending())
			}
		})
	}
}

// A mark that is changed while it is sent is sent again.
func TestChangedWhileSending(t *testing.T) {
	s, d, ids := start(t, 3)
	d.do(feed.Read, true, ids[0])
	s.after = func(op string) error {
		if op == "mark read true" {
			s.after = nil
			d.do(feed.Read, false, ids[0])
		}
		return nil
	}
	d.sync()
	if got := s.states()[ids[0]]; got != "unread" {
		t.Errorf("the server says %s", got)
	}
	checkEqual(t, "the items", d.states(), s.states())
}

// A mark that is made while a round compares is weighed by the next round.
func TestChangedWhileComparing(t *testing.T) {
	s, d, ids := start(t, 3)
	s.mark(feed.Read, true, ids[0])
	s.after = func(op string) error {
		if op == "exist" {
			s.after = nil
			d.do(feed.Read, true, ids[0])
			d.do(feed.Read, false, ids[0])
		}
		return nil
	}
	d.sync()
	d.sync()
	if got := s.states()[ids[0]]; got != "unread" {
		t.Errorf("the server says %s", got)
	}
	checkEqual(t, "the items", d.states(), s.states())
}

// Entries that the server deleted change nothing here, and their marks are not sent.
func TestDeletedThere(t *testing.T) {
	s, d, ids := start(t, 6)
	s.mark(feed.Starred, true, ids[1])
	d.sync()
	before := d.states()
	for _, id := range ids[:3] {
		delete(s.entries, id)
	}
	d.do(feed.Starred, true, ids[2])
	before[ids[2]] = "unread starred"
	d.sync()
	checkEqual(t, "the items", d.states(), before)
	if d.pending() != 0 {
		t.Errorf("%d marks are pending", d.pending())
	}
}

// A server that is set up anew under the same address gets the marks, and no item comes
// twice.
func TestServerSetUpAnew(t *testing.T) {
	s, d, ids := start(t, 100)
	d.do(feed.Read, true, ids[:50]...)
	d.do(feed.Starred, true, ids[60])
	d.sync()
	old := s.entries
	s.entries, s.next = map[string]*entry{}, 1
	// The entries come in another order, so that the same IDs name others.
	for i := 100; i > 0; i-- {
		id := fmt.Sprint(101 - i)
		s.entries[id] = &entry{feed: "1", link: old[fmt.Sprint(i)].link, published: old[fmt.Sprint(i)].published}
	}
	d.Advance(time.Hour)
	d.sync()
	d.sync()
	if n := len(d.EveryArticle()); n != 100 {
		t.Errorf("%d items", n)
	}
	for i := range 100 {
		e := s.entries[fmt.Sprint(100-i)]
		if want := marksOf(i < 50, i == 60); marksOf(e.read, e.starred) != want {
			t.Errorf("entry of %s is %s, want %s", e.link, marksOf(e.read, e.starred), want)
		}
	}
}

// A feed that dateline fetches itself keeps its items; its marks are synced.
func TestLocalFeed(t *testing.T) {
	clock := cachetest.NewClock(cachetest.Noon())
	s := newServer(clock.Now)
	ids := s.publish(4)
	d := newDevice(t, "a", clock, s)
	d.local = []feed.Subscription{{URL: newsURL}}
	d.Must(d.SetFeeds(d.Ctx(), d.local))
	local := func(id string) feed.Article {
		a := feed.Article{Item: feed.Item{GUID: guid(id), Title: "Entry " + id, Link: "https://other.example/" + id, Published: clock.Now()}}
		a.Identify()
		return a
	}
	d.SaveItems(newsURL, local(ids[0]), local(ids[1]))
	d.do(feed.Read, true, ids[0])
	s.mark(feed.Starred, true, ids[1])
	s.mark(feed.Read, true, ids[2])
	d.Advance(time.Minute)
	d.sync()
	checkEqual(t, "the items", d.states(), map[string]string{"1": "read", "2": "unread starred"})
	if s.states()["1"] != "read" {
		t.Error("the server was not told")
	}
	// The feed brings two more later, one of which was read there.
	d.Advance(time.Minute)
	_, err := d.Save(d.Ctx(), feed.Fetched{URL: newsURL, Document: &feed.Document{Items: []feed.Article{local(ids[2]), local(ids[3])}}, RefreshStart: d.Now(), State: feed.PollState{LastOK: d.Now(), LastChecked: d.Now()}})
	d.Must(err)
	d.sync()
	checkEqual(t, "the items", d.states(), map[string]string{"1": "read", "2": "unread starred", "3": "read", "4": "unread"})
}

// A feed that is subscribed again at the server has other IDs there. Its marks are sent, and no
// item comes twice.
func TestSubscribedAgain(t *testing.T) {
	s, d, ids := start(t, 5)
	d.do(feed.Read, true, ids[:2]...)
	d.do(feed.Starred, true, ids[3])
	d.sync()
	feeds, entries := s.feeds, s.entries
	s.feeds, s.entries = nil, map[string]*entry{}
	d.sync()
	if list, err := d.Feeds(d.Ctx()); err != nil || len(list) != 0 {
		t.Errorf("the feeds are %v, %v", list, err)
	}
	d.do(feed.Read, true, ids[4])
	if d.pending() != 0 {
		t.Errorf("%d marks are pending", d.pending())
	}
	feeds[0].ID = "2"
	s.feeds = feeds
	for _, id := range ids {
		s.entries["1"+id] = &entry{feed: "2", link: entries[id].link, published: entries[id].published}
	}
	d.sync()
	if n := len(d.EveryArticle()); n != 5 {
		t.Errorf("%d items", n)
	}
	checkEqual(t, "the server", s.states(), map[string]string{"11": "read", "12": "read", "13": "unread", "14": "unread starred", "15": "read"})
}

// The same holds for a feed that dateline fetches itself.
func TestLocalFeedSubscribedAgain(t *testing.T) {
	clock := cachetest.NewClock(cachetest.Noon())
	s := newServer(clock.Now)
	id := s.publish(1)[0]
	d := newDevice(t, "a", clock, s)
	d.local = []feed.Subscription{{URL: newsURL}}
	d.Must(d.SetFeeds(d.Ctx(), d.local))
	a := feed.Article{Item: feed.Item{GUID: guid(id), Title: "Entry " + id, Link: "https://other.example/" + id}}
	a.Identify()
	d.SaveItems(newsURL, a)
	d.sync()
	feeds, entries := s.feeds, s.entries
	s.feeds, s.entries = nil, map[string]*entry{}
	d.sync()
	d.do(feed.Read, true, id)
	feeds[0].ID = "2"
	entries[id].feed = "2"
	s.feeds = feeds
	s.entries = map[string]*entry{"9": entries[id]}
	s.entries["9"].guid = guid(id)
	d.sync()
	if got := s.states()["9"]; got != "read" {
		t.Errorf("the server says %s", got)
	}
}

// An entry that a server did not have for a while is not lost.
func TestComesBack(t *testing.T) {
	s, d, ids := start(t, 3)
	lost := s.entries[ids[0]]
	delete(s.entries, ids[0])
	d.sync()
	d.do(feed.Read, true, ids[0])
	s.entries[ids[0]] = lost
	d.sync()
	checkEqual(t, "the server", s.states(), map[string]string{"1": "read", "2": "unread", "3": "unread"})
}

// Marks that are made while there are no accounts are sent when there are some again.
func TestLeaveAndComeBack(t *testing.T) {
	s, d, ids := start(t, 3)
	d.Must(d.remotes.Leave(d.Ctx()))
	d.do(feed.Read, true, ids[0])
	if r := d.sync(); r.Sent != 1 || s.states()[ids[0]] != "read" {
		t.Errorf("the round did %+v", r)
	}
}

// Two processes with one database do not sync an account at the same time.
func TestOneClaim(t *testing.T) {
	s, d, _ := start(t, 2)
	other := *d.account
	s.after = func(op string) error {
		if op == "feeds" {
			s.requests = nil
			if r, err := other.Sync(d.Ctx(), account.Options{}); err != nil || !r.Skipped || len(s.requests) > 0 {
				t.Errorf("%+v, %v, asked %q", r, err, s.requests)
			}
		}
		return nil
	}
	d.sync()
	s.after = nil
	d.sync()
}

// Nobody is notified of what the first round brings, and of older entries.
func TestNotifiesOfNewEntriesOnly(t *testing.T) {
	clock := cachetest.NewClock(cachetest.Noon())
	s := newServer(clock.Now)
	s.publish(250)
	d := newDevice(t, "a", clock, s)
	d.account.Settings.Feeds.Notify = true
	notified := 0
	o := account.Options{Saved: func(saved []feed.Saved) {
		for _, f := range saved {
			notified += len(f.Notify)
		}
	}}
	d.round(o, "")
	if notified != 0 {
		t.Errorf("%d notifications at first", notified)
	}
	clock.Advance(time.Hour)
	s.publish(2)
	d.round(o, "")
	if notified != 2 {
		t.Errorf("%d notifications of 2", notified)
	}
}

// After a refused login a plain refresh sends nothing, until the login changes.
func TestRefusedLogin(t *testing.T) {
	s, d, ids := start(t, 3)
	refuse := func(string) error { return fmt.Errorf("feeds: %w", account.ErrRefused) }
	s.before = refuse
	d.do(feed.Read, true, ids[0])
	d.round(account.Options{}, "refuses the login")
	s.requests = nil
	d.round(account.Options{}, "refuses the login")
	if len(s.requests) > 0 {
		t.Errorf("the server was asked: %q", s.requests)
	}
	d.round(account.Options{Asked: true}, "refuses the login")
	if len(s.requests) != 1 {
		t.Errorf("the server was asked: %q", s.requests)
	}
	s.before = nil
	d.account.Trace = func(context.Context, bool, string) (string, error) { return "def", nil }
	if r := d.sync(); r.Sent != 1 {
		t.Errorf("the round did %+v", r)
	}
}

// Marks leave without a round. If the last one failed, the server's are compared first.
func TestSend(t *testing.T) {
	s, d, ids := start(t, 3)
	d.do(feed.Read, true, ids[0])
	s.requests = nil
	n, err := d.account.Send(d.Ctx())
	d.Must(err)
	if n != 1 || len(s.requests) != 1 || s.states()[ids[0]] != "read" {
		t.Errorf("%d sent by %q", n, s.requests)
	}
	s.before = func(string) error { return errOffline }
	d.round(account.Options{}, "cannot be reached")
	d.do(feed.Read, true, ids[1])
	if n, err := d.account.Send(d.Ctx()); n != 0 || err == nil {
		t.Errorf("%d were sent to a server that is away, %v", n, err)
	}
	s.requests, s.before = nil, nil
	s.mark(feed.Read, true, ids[2])
	if n, err := d.account.Send(d.Ctx()); n != 1 || err != nil || s.states()[ids[1]] != "read" || d.states()[ids[2]] != "read" {
		t.Errorf("when the server was back %d were sent by %q, %v", n, s.requests, err)
	}
	state, err := d.remotes.State(d.Ctx(), "home")
	d.Must(err)
	if state.Error != "" || state.NextSync.After(d.Now()) {
		t.Errorf("the rest of the round is not due: %+v", state)
	}
}

// TestOldWordByAnotherWay protects that a word of the server that has no time is not taken for an
// older one than the lists that said the opposite: else a word that another computer said
// before, and that comes by the sync folder or a backup, would undo it here and at the server.
func TestOldWordByAnotherWay(t *testing.T) {
	s, d, ids := start(t, 3)
	d.do(feed.Read, false, ids[0])
	d.Advance(30 * time.Minute)
	said := d.Now()
	d.Advance(30 * time.Minute)
	d.sync()
	d.Advance(30 * time.Minute)
	s.mark(feed.Read, true, ids[0])
	d.sync()
	_, err := d.Apply(d.Ctx(), cache.MarkItems{{Items: d.itemsOf(ids[:1]), Flag: feed.Read, On: false, At: said}})
	d.Must(err)
	d.sync()
	want := map[string]string{"1": "read", "2": "unread", "3": "unread"}
	checkEqual(t, "the items", d.states(), want)
	checkEqual(t, "the server", s.states(), want)
}
