package remotes

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/account"
)

// Marks that were sent before are sent again if the user says so.
func TestPushSendsWhatWasSent(t *testing.T) {
	s, d, ids := start(t, 300)
	d.do(feed.Read, true, ids...)
	d.sync()
	d.sync()
	s.mark(feed.Read, false, ids[:210]...)
	d.round(account.Options{}, "")
	if r := d.round(account.Options{Resolve: account.Push}, ""); r.Sent != 210 || r.Message != "" {
		t.Errorf("the round did %+v", r)
	}
	checkEqual(t, "the server", s.states(), d.states())
	if d.pending() != 0 {
		t.Errorf("%d marks are pending", d.pending())
	}
}

// A server that is set up anew and calls little unread that was read is recognised, too: it
// has other entries, or nobody has marked these.
func TestSmallServerSetUpAnew(t *testing.T) {
	for name, order := range map[string]func(i int) int{
		"the same IDs": func(i int) int { return i },
		"other IDs":    func(i int) int { return 11 - i },
	} {
		t.Run(name, func(t *testing.T) {
			s, d, ids := start(t, 10)
			d.do(feed.Read, true, ids[:3]...)
			d.do(feed.Starred, true, ids[4])
			d.sync()
			d.sync()
			old := maps.Clone(s.entries)
			for i := 1; i <= 10; i++ {
				from := old[fmt.Sprint(i)]
				s.entries[fmt.Sprint(order(i))] = &entry{feed: "1", link: from.link, published: from.published}
			}
			d.Advance(time.Hour)
			d.sync()
			for i := 1; i <= 10; i++ {
				e := s.entries[fmt.Sprint(order(i))]
				if want := marksOf(i <= 3, i == 5); marksOf(e.read, e.starred) != want {
					t.Errorf("%s is %s, want %s", e.link, marksOf(e.read, e.starred), want)
				}
			}
			if n := len(d.EveryArticle()); n != 10 {
				t.Errorf("%d items", n)
			}
		})
	}
}

// A server whose database was restored gives the IDs of its last entries to others. Nothing
// looks different but that something is new; still a mark must not reach another entry.
func TestRestoredServer(t *testing.T) {
	s, d, _ := start(t, 40)
	d.Advance(time.Minute)
	last := s.publish(2)
	d.sync()
	d.do(feed.Starred, true, last[0]) // not sent yet
	d.Advance(time.Minute)
	lost := []*entry{s.entries["41"], s.entries["42"]}
	for i, id := range s.publish(2) { // the links of 43 and 44
		e := s.entries[id]
		e.guid = guid(id)
		s.entries[last[i]] = e
		again := *lost[i]
		again.guid = guid(last[i])
		s.entries[id] = &again
	}
	d.sync()
	d.sync()
	if n := len(d.EveryArticle()); n != 44 {
		t.Errorf("%d items", n)
	}
	for _, e := range s.entries {
		if want := e.link == "https://news.example/41"; e.starred != want {
			t.Errorf("%s has a star: %v", e.link, e.starred)
		}
	}
	if d.pending() != 0 {
		t.Errorf("%d marks are pending", d.pending())
	}
}

// The web may take marks back without the server counting as another one.
func TestTakenBackThere(t *testing.T) {
	s, d, ids := start(t, 10)
	d.do(feed.Read, true, ids[:5]...)
	d.do(feed.Starred, true, ids[:5]...)
	d.sync()
	d.Advance(time.Minute)
	s.mark(feed.Read, false, ids[0])
	s.mark(feed.Starred, false, ids[1])
	if r := d.sync(); r.Taken != 2 || r.Sent != 0 {
		t.Errorf("the round did %+v", r)
	}
	checkEqual(t, "the items", d.states(), s.states())
}

// Another interface of a server has other IDs for the feeds. Marks go on being synced, also of
// entries that are in no list of a round.
func TestOtherInterface(t *testing.T) {
	if testing.Short() {
		t.Skip("a thousand entries take long under the race detector")
	}
	s, d, ids := start(t, 1000)
	d.do(feed.Read, true, ids...)
	d.sync()
	d.do(feed.Starred, true, ids[3], ids[900])
	d.account.Settings.Kind = "greader"
	s.feeds[0].ID = "feed/1"
	for _, e := range s.entries {
		e.feed = "feed/1"
	}
	s.requests = nil
	if r := d.sync(); r.Sent != 2 || r.New != 0 {
		t.Errorf("the round did %+v", r)
	}
	s.mark(feed.Read, false, ids[5])
	d.sync()
	checkEqual(t, "the items", d.states(), s.states())
	if n := len(d.EveryArticle()); n != 1000 {
		t.Errorf("%d items", n)
	}
	s.requests = nil
	d.sync()
	if slices.Contains(s.requests, "all") {
		t.Errorf("a later round asks for everything: %v", s.requests)
	}
}

// A feed that gets another address at the server keeps its items. One that is subscribed here,
// too, keeps its address here.
func TestMovedAtTheServer(t *testing.T) {
	const moved = "https://news.example/new"
	s, d, ids := start(t, 5)
	d.do(feed.Read, true, ids[0])
	d.sync()
	s.feeds[0].URL = moved
	s.publish(1)
	if r := d.sync(); r.New != 1 {
		t.Errorf("the round did %+v", r)
	}
	checkEqual(t, "the items", d.states(), s.states())
	list, err := d.Feeds(d.Ctx())
	d.Must(err)
	if len(list) != 1 || list[0].URL != moved || list[0].Total != 6 {
		t.Errorf("the feeds are %+v", list)
	}
	d.local = []feed.Subscription{{URL: moved}}
	d.sync()
	s.feeds[0].URL = newsURL
	d.sync()
	if list, err = d.Feeds(d.Ctx()); err != nil || list[0].URL != moved || list[0].Total != 6 {
		t.Errorf("the feeds are %+v, %v", list, err)
	}
}

// An account that was removed or renamed in the configuration does not hold the addresses of
// feeds of others.
func TestMovedAfterRenaming(t *testing.T) {
	const moved = "https://news.example/new"
	s, d, ids := start(t, 5)
	d.do(feed.Starred, true, ids[0])
	d.sync()
	d.account.Settings.Name = "other"
	d.Advance(48 * time.Hour)
	d.sync()
	s.feeds[0].URL = moved
	d.sync()
	checkEqual(t, "the items", d.states(), s.states())
	list, err := d.Feeds(d.Ctx())
	d.Must(err)
	if len(list) != 1 || list[0].URL != moved || list[0].Total != 5 {
		t.Errorf("the feeds are %+v", list)
	}
}

// A mark on an entry that was deleted there while it was read is sent to nobody, whatever was
// marked since.
func TestMarkedAfterItWasDeleted(t *testing.T) {
	s, d, ids := start(t, 300)
	d.do(feed.Read, true, ids[:10]...)
	d.sync()
	for _, id := range ids[:8] {
		delete(s.entries, id)
	}
	d.do(feed.Read, false, ids[0], ids[9])
	d.do(feed.Starred, true, ids[0], ids[1], ids[50])
	if r := d.sync(); r.Sent != 2 || d.pending() != 0 {
		t.Errorf("the round did %+v, and %d marks are pending", r, d.pending())
	}
	if s.states()[ids[9]] != "unread" || s.states()[ids[50]] != "unread starred" || d.states()[ids[0]] != "unread starred" {
		t.Errorf("%v, %v", s.states()[ids[9]], d.states()[ids[0]])
	}
	s.requests = nil
	d.do(feed.Read, true, ids[60])
	d.sync()
	if slices.Contains(s.requests, "exist") {
		t.Errorf("a round asks whether an unread entry exists: %v", s.requests)
	}
}

// A server without times that was set up anew, and has other entries under the same IDs, is
// recognised when something new is fetched, although it has lost no mark.
func TestSetUpAnewUnread(t *testing.T) {
	s, d, ids := start(t, 10)
	s.timed, d.account.Settings.Kind = false, "greader"
	d.sync()
	d.sync()
	links := map[string]string{}
	for i, id := range ids {
		links[id] = s.entries[ids[len(ids)-1-i]].link
	}
	for id, link := range links {
		s.entries[id].link, s.entries[id].guid = link, "other"+link
	}
	s.publish(1)
	d.sync()
	d.do(feed.Read, true, ids[0])
	d.sync()
	for id, e := range s.entries {
		if want := e.link == "https://news.example/"+ids[0]; e.read != want {
			t.Errorf("entry %s of %s is read: %t", id, e.link, e.read)
		}
	}
}

// TestEndsAfterSetUpAnew protects that the next round is a first one if a round is interrupted,
// or its process killed, after it has forgotten what the server said: else it notifies of
// everything.
func TestEndsAfterSetUpAnew(t *testing.T) {
	s, d, ids := start(t, 30)
	for i, id := range ids {
		s.entries[id].link = "https://news.example/again/" + ids[len(ids)-1-i]
		s.entries[id].guid = "again " + id
	}
	s.publish(1)
	d.Advance(time.Hour)
	ctx, interrupt := context.WithCancel(d.Ctx())
	defer interrupt()
	state := func() account.State {
		state, err := d.remotes.State(d.Ctx(), "home")
		d.Must(err)
		return state
	}
	var meanwhile account.State
	s.before = func(op string) error {
		if op == "newest" {
			meanwhile = state() // what is left if the process is killed now
			interrupt()
		}
		return ctx.Err()
	}
	_, err := d.account.Sync(ctx, account.Options{})
	d.Must(err)
	for when, state := range map[string]account.State{"meanwhile": meanwhile, "afterwards": state()} {
		if state.Kind == "" || !state.LastSynced.IsZero() || !state.NextSync.IsZero() {
			t.Errorf("%s the state is %+v", when, state)
		}
	}
}

// A publisher whose site moves gives all articles other addresses. The server is still the one
// that was known, so a word of it is no old one.
func TestMovedSite(t *testing.T) {
	for _, timed := range []bool{true, false} {
		s, d, ids := start(t, 20)
		s.timed = timed
		if !timed {
			d.account.Settings.Kind = "greader"
		}
		d.do(feed.Read, true, ids...)
		d.sync()
		d.sync()
		for _, id := range ids {
			s.entries[id].guid = guid(id)
			s.entries[id].link = "https://moved.example/" + id
		}
		d.Advance(time.Minute)
		s.publish(1)
		s.mark(feed.Read, false, ids[0])
		if r := d.sync(); r.New != 1 || r.Taken != 1 || r.Sent != 0 {
			t.Errorf("the round did %+v", r)
		}
		if s.states()[ids[0]] != "unread" {
			t.Error("a word of the server was taken for one of another server")
		}
		checkEqual(t, "the items", d.states(), s.states())
	}
}

// If the feed with the newest articles is ended at the server, their entries go with it. That
// does not make it another server: a feed that gets the address keeps its items.
func TestFeedWithTheNewestEnded(t *testing.T) {
	s, d, ids := start(t, 10)
	s.feeds = append(s.feeds, account.Feed{ID: "2", URL: "https://b.example/feed", Title: "B"})
	d.Advance(time.Hour)
	later := s.publish(30)
	for _, id := range later {
		s.entries[id].feed = "2"
	}
	d.do(feed.Read, true, ids...)
	d.sync()
	d.sync()
	s.feeds = []account.Feed{{ID: "1", URL: "https://b.example/feed", Title: "News"}}
	for _, id := range later {
		delete(s.entries, id)
	}
	d.Advance(time.Minute)
	if r := d.sync(); r.New != 0 {
		t.Errorf("the round did %+v", r)
	}
	d.do(feed.Starred, true, ids[0])
	d.sync()
	if n := len(d.EveryArticle()); n != 40 || s.states()[ids[0]] != "read starred" {
		t.Errorf("%d items, and the server has the marked one %s", n, s.states()[ids[0]])
	}
}
