package main

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// world is what a scenario plays in.
type world struct {
	*testing.T
	kind  string
	site  *site
	web   person
	proxy *proxy
	// again returns a world with an empty server.
	again func() *world
}

func newWorld(t *testing.T, kind string, person func(*testing.T) person) *world {
	web := person(t)
	return &world{T: t, kind: kind, site: newSite(t), web: web, proxy: newProxy(t, web.address()),
		again: func() *world { return newWorld(t, kind, person) }}
}

// table returns the table of the account in the configuration.
func (w *world) table(name, kind string) string {
	lines, _ := w.web.account(kind)
	return fmt.Sprintf("[[accounts]]\nname = %q\nkind = %q\nurl = %q\n%s", name, kind, w.proxy.url+w.web.path(), lines)
}

func (w *world) computer(more ...string) *computer {
	_, secret := w.web.account(w.kind)
	return newComputer(w.T, strings.Join(append(more, w.table("home", w.kind)), "\n"), secret)
}

// synced returns computers that have the items of a feed.
func (w *world) synced(n, items int) (address string, list []*computer) {
	w.Helper()
	address = w.site.publish("a", items)
	w.web.subscribe(address, "")
	for range n {
		c := w.computer()
		c.refresh()
		list = append(list, c)
	}
	w.equal(list...)
	w.proxy.reset(nil)
	return address, list
}

// equal checks that the computers have the marks of the server, and nothing waits.
func (w *world) equal(list ...*computer) {
	w.Helper()
	want := w.web.states()
	for i, c := range list {
		got, accounts := c.settled()
		if !maps.Equal(got, want) {
			w.Errorf("computer %d: %s", i, difference(got, want))
		}
		for _, a := range accounts {
			if a.Pending != 0 || a.Error != "" {
				w.Errorf("computer %d: %+v", i, a)
			}
		}
	}
}

func difference(got, want map[string]string) string {
	var all []string
	for title := range want {
		if got[title] != want[title] {
			all = append(all, fmt.Sprintf("%s is %q, want %q", title, got[title], want[title]))
		}
	}
	for title := range got {
		if _, has := want[title]; !has {
			all = append(all, title+" is too much")
		}
	}
	slices.Sort(all)
	if len(all) > 10 {
		all = append(all[:10], fmt.Sprintf("and %d more", len(all)-10))
	}
	return strings.Join(all, "; ")
}

// has checks the marks of items. It reports the first that is wrong.
func (w *world) has(where string, states map[string]string, want string, titles ...string) {
	w.Helper()
	for _, title := range titles {
		if states[title] != want {
			w.Errorf("%s: %s is %q, want %q", where, title, states[title], want)
			return
		}
	}
}

// always returns a fault for each request.
func always(what string) func(int, *http.Request) string {
	return func(int, *http.Request) string { return what }
}

// scenarios are played by each interface of a server, or by one if they do not depend on it.
var scenarios = []struct {
	name string
	play func(*world)
	one  bool
}{
	{"each request is lost", playLost, false}, // takes longest, so it begins first
	{"marks go both ways", playBothWays, false},
	{"nothing new is cheap", playCheap, false},
	{"the same on both sides", playSame, true},
	{"a later word here", playLaterHere, false},
	{"a later word there", playLaterThere, false},
	{"the clock is wrong", playWrongClock, false},
	{"forty marks offline", playOffline, false},
	{"a revoked token", playRevoked, false},
	{"a new token", playNewToken, true},
	{"a pause", playPause, true},
	{"new entries", playNews, false},
	{"deleted entries", playDeleted, false},
	{"an ended subscription", playUnsubscribed, false},
	{"names and folders", playFolders, false},
	{"another address of a feed", playMoved, false},
	{"subscriptions from here", playSubscribe, false},
	{"everything is unread: accept", func(w *world) { playMass(w, "accept") }, true},
	{"everything is unread: push", func(w *world) { playMass(w, "push") }, false},
	{"much is read", playMuchRead, true},
	{"another server at the address", playReset, false},
	{"the account goes and comes back", playAway, true},
	{"another address of the server", playAlias, false},
	{"a feed is here and there", playLocalToo, false},
	{"two programs, one database", playTogether, true},
	{"a list that shifts", playShifting, false},
	{"changed while sending", playWhileSending, false},
	{"three computers and a folder", playFolder, true},
	{"a feed that was here before", playFirstMarks, false},
	{"a random course", playRandom, false},
	{"a deleted folder", playDeletedFolder, false},
	{"two accounts", playTwoAccounts, true},
	{"two computers with wrong clocks", playClocks, false},
	{"redirects to a stranger", playRedirect, false},
	{"answers that are none", playForeign, false},
	{"secrets", playLeaks, false},
}

// TestRealServerScenarios plays what happens between computers, the web and a real Miniflux,
// by both of its interfaces. It protects that the program, and not only its parts, makes all
// of them equal whatever gets lost, and at what cost.
func TestRealServerScenarios(t *testing.T) {
	if os.Getenv("MINIFLUX_URL") == "" {
		t.Skip("there is no Miniflux: see .ci/miniflux")
	}
	kinds := []string{"miniflux", "greader"}
	if !hasLists(t) {
		kinds = kinds[1:] // before 2.3.2
	}
	for i, kind := range kinds {
		for _, s := range scenarios {
			if i > 0 && s.one {
				continue
			}
			t.Run(kind+"/"+s.name, func(t *testing.T) {
				t.Parallel()
				s.play(newWorld(t, kind, newMiniflux))
			})
		}
	}
}

func playBothWays(w *world) {
	_, c := w.synced(2, 8)
	c[0].mark("read", titles("a", 0, 3)...)
	c[0].mark("starred", "a-2", "a-3")
	w.web.mark("read", "a-5")
	w.web.mark("starred", "a-6")
	if n := c[0].refresh(); n != 5 {
		w.Errorf("%d marks were sent", n)
	}
	c[1].refresh()
	w.equal(c...)
	w.has("server", w.web.states(), "read starred", "a-2")
	w.has("server", w.web.states(), "unread starred", "a-3", "a-6")
	c[1].mark("unread", "a-0", "a-5")
	c[1].mark("unstarred", "a-2", "a-6")
	w.web.mark("unread", "a-1")
	w.web.mark("unstarred", "a-3")
	c[1].refresh()
	c[0].refresh()
	w.equal(c...)
	w.has("server", w.web.states(), "unread", "a-0", "a-1", "a-3", "a-5", "a-6")
	w.has("server", w.web.states(), "read", "a-2")
}

func playCheap(w *world) {
	_, c := w.synced(1, 280)
	c[0].refresh()
	for range 2 {
		w.proxy.reset(nil)
		c[0].refresh()
		most := map[string]int{"miniflux": 6, "greader": 8}[w.kind]
		if got := w.proxy.requests(); len(got) > most || w.proxy.bytes.Load() > 20_000 {
			w.Errorf("%d requests and %d bytes: %v", len(got), w.proxy.bytes.Load(), got)
		}
		w.Logf("%d requests, %d bytes", len(w.proxy.requests()), w.proxy.bytes.Load())
	}
}

func playSame(w *world) {
	_, c := w.synced(1, 4)
	c[0].mark("read", "a-0", "a-1")
	c[0].mark("starred", "a-1")
	w.web.mark("read", "a-0", "a-1")
	w.web.mark("starred", "a-1")
	if n := c[0].refresh(); n != 0 {
		w.Errorf("%d marks were sent", n)
	}
	w.equal(c...)
}

func playLaterHere(w *world) {
	_, c := w.synced(1, 4)
	w.web.mark("read", "a-0")
	w.web.mark("starred", "a-1")
	time.Sleep(50 * time.Millisecond)
	c[0].mark("read", "a-0")
	c[0].mark("unread", "a-0")
	c[0].mark("starred", "a-1")
	c[0].mark("unstarred", "a-1")
	c[0].refresh()
	w.equal(c...)
	w.has("server", w.web.states(), "unread", "a-0", "a-1")
}

func playLaterThere(w *world) {
	_, c := w.synced(1, 4)
	c[0].mark("read", "a-0")
	c[0].mark("unread", "a-0")
	c[0].mark("starred", "a-1")
	c[0].mark("unstarred", "a-1")
	time.Sleep(50 * time.Millisecond)
	w.web.mark("read", "a-0")
	w.web.mark("starred", "a-1")
	c[0].refresh()
	w.equal(c...)
	if w.kind == "miniflux" {
		w.has("server", w.web.states(), "read", "a-0")
		w.has("server", w.web.states(), "unread starred", "a-1")
	} else {
		w.has("server", w.web.states(), "unread", "a-0", "a-1")
	}
}

func playWrongClock(w *world) {
	for i, ahead := range []time.Duration{time.Hour, -time.Hour} {
		w.proxy.mu.Lock()
		w.proxy.clock = ahead
		w.proxy.mu.Unlock()
		address := w.site.publish(string(rune('a'+i)), 3)
		w.web.subscribe(address, "")
		c := w.computer()
		c.refresh()
		first, second := titles(string(rune('a'+i)), 0, 1), titles(string(rune('a'+i)), 1, 2)
		w.web.mark("read", first...)
		time.Sleep(1200 * time.Millisecond)
		c.mark("read", first...)
		c.mark("unread", first...)
		c.mark("read", second...)
		c.mark("unread", second...)
		time.Sleep(1200 * time.Millisecond)
		w.web.mark("read", second...)
		c.refresh()
		c.refresh()
		w.equal(c)
		w.has(fmt.Sprint(ahead), w.web.states(), "unread", first...)
		if w.kind == "miniflux" {
			w.has(fmt.Sprint(ahead), w.web.states(), "read", second...)
		}
	}
}

func playOffline(w *world) {
	_, c := w.synced(2, 50)
	w.proxy.reset(always(lostRequest))
	c[0].mark("read", titles("a", 0, 40)...)
	c[0].fails("home")
	if a := c[0].account(); a.Pending != 40 || a.Error == "" {
		w.Errorf("%+v", a)
	}
	w.web.mark("starred", titles("a", 30, 45)...)
	w.proxy.reset(nil)
	if n := c[0].refresh(); n != 40 {
		w.Errorf("%d marks were sent", n)
	}
	c[1].refresh()
	w.equal(c...)
	w.has("server", w.web.states(), "read starred", titles("a", 30, 40)...)
}

func playNews(w *world) {
	_, c := w.synced(1, 5)
	w.site.publish("a", 5)
	w.web.fetch()
	w.web.mark("read", "a-7")
	w.web.mark("starred", "a-7", "a-8")
	c[0].refresh()
	w.equal(c...)
	if n := len(c[0].states()); n != 10 {
		w.Errorf("%d items", n)
	}
}

func playDeleted(w *world) {
	_, c := w.synced(1, 20)
	c[0].mark("read", titles("a", 0, 10)...)
	c[0].refresh()
	w.web.flush()
	before := c[0].states()
	c[0].refresh()
	if got := c[0].states(); !maps.Equal(got, before) {
		w.Errorf("after the flush: %s", difference(got, before))
	}
	// Marks on them are kept here, and are sent to nobody.
	c[0].mark("unread", titles("a", 0, 3)...)
	c[0].mark("starred", titles("a", 2, 5)...)
	c[0].mark("read", "a-10")
	if n := c[0].refresh(); n != 1 {
		w.Errorf("%d marks were sent", n)
	}
	if n := c[0].refresh(); n != 0 {
		w.Errorf("%d marks were sent again", n)
	}
	got := c[0].states()
	w.has("here", got, "unread", "a-0", "a-1")
	w.has("here", got, "unread starred", "a-2")
	w.has("here", got, "read", "a-9", "a-10")
	if a := c[0].account(); a.Pending != 0 || a.Error != "" {
		w.Errorf("%+v", a)
	}
	// So it is with marks that are older than the flush.
	w.web.mark("read", "a-11", "a-12")
	c[0].mark("starred", "a-11")
	w.web.flush()
	c[0].refresh()
	c[0].refresh()
	if a := c[0].account(); a.Pending != 0 {
		w.Errorf("%+v", a)
	}
	if got := c[0].states(); got["a-11"] != "unread starred" || len(got) != 20 {
		w.Errorf("%v", got)
	}
}

func playUnsubscribed(w *world) {
	address, c := w.synced(2, 6)
	other := w.site.publish("b", 2)
	w.web.subscribe(other, "")
	c[0].mark("read", "a-0", "a-1")
	c[0].mark("starred", "a-1", "a-2")
	c[0].refresh()
	c[1].refresh()
	w.web.unsubscribe(address)
	for _, computer := range c {
		computer.refresh()
	}
	w.equal(c...)
	c[0].refresh()
	w.web.subscribe(address, "")
	w.proxy.reset(nil)
	if n := c[0].refresh(); n != 4 {
		w.Errorf("%d old marks were sent again: %v", n, w.proxy.requests())
	}
	c[1].refresh()
	w.equal(c...)
	w.has("server", w.web.states(), "read", "a-0")
	w.has("server", w.web.states(), "read starred", "a-1")
	w.has("server", w.web.states(), "unread starred", "a-2")
}

// feedLine is a line of `feeds --json`.
type feedLine struct {
	URL, Title, Account string
	Tags                []string
}

func (c *computer) feeds() map[string]feedLine {
	c.t.Helper()
	all := map[string]feedLine{}
	for _, f := range lines[feedLine](c.t, c.must("feeds", "--json")) {
		all[f.URL] = f
	}
	return all
}

func playFolders(w *world) {
	a, b := w.site.publish("a", 2), w.site.publish("b", 2)
	w.web.subscribe(a, "News")
	w.web.subscribe(b, "Sea")
	c := w.computer()
	check := func(address, title, folder string) {
		w.Helper()
		c.refresh()
		if f := c.feeds()[address]; f.Title != title || len(f.Tags) != 1 || f.Tags[0] != folder || f.Account != "home" {
			w.Errorf("%+v; want %s in %s", f, title, folder)
		}
	}
	check(a, "Feed a", "News")
	w.web.renameFolder("News", "Old & new")
	check(a, "Feed a", "Old & new")
	check(b, "Feed b", "Sea")
	w.web.rename(a, "Another name", "Sea")
	check(a, "Another name", "Sea")
	if n := len(c.list("tag:Sea")); n != 4 {
		w.Errorf("%d items have the tag", n)
	}
	w.equal(c)
}

func playMoved(w *world) {
	address, c := w.synced(1, 4)
	c[0].mark("read", "a-0")
	to := w.site.alias("new", "a")
	w.web.move(address, to)
	w.site.publish("a", 1)
	w.web.fetch()
	c[0].refresh()
	w.equal(c...)
	if f := c[0].feeds(); len(f) != 1 || f[to].Account != "home" {
		w.Errorf("%+v", f)
	}
}

func playSubscribe(w *world) {
	_, c := w.synced(2, 2)
	b := w.site.publish("b", 3)
	c[0].must("add", b, "--account", "home", "--tag", "Sea")
	c[0].refresh()
	c[1].refresh()
	w.equal(c...)
	if f := c[1].feeds()[b]; len(f.Tags) != 1 || f.Tags[0] != "Sea" {
		w.Errorf("%+v", f)
	}
	c[1].must("move", b, "--tag", "Land")
	c[1].must("move", b, "--name", "Bee")
	c[0].refresh()
	if f := c[0].feeds()[b]; f.Title != "Bee" || len(f.Tags) != 1 || f.Tags[0] != "Land" {
		w.Errorf("%+v", f)
	}
	// Offline they fail, and change nothing.
	w.proxy.reset(always(lostRequest))
	for _, args := range [][]string{{"add", w.site.publish("c", 1), "--account", "home"}, {"remove", b}, {"move", b, "--name", "Wasp"}} {
		if out, code := c[0].run(args...); code == 0 || !strings.Contains(out, "home") {
			w.Errorf("%v ended with %d: %s", args, code, out)
		}
	}
	if f := c[0].feeds(); f[b].Title != "Bee" || len(f) != 2 {
		w.Errorf("%+v", f)
	}
	w.proxy.reset(nil)
	c[0].must("remove", b)
	c[1].refresh()
	w.equal(c...)
}
