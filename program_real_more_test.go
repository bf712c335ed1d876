package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// playFolder lets three computers have the account, a local feed and a folder.
func playFolder(w *world) {
	w.web.subscribe(w.site.publish("a", 6), "")
	local := fmt.Sprintf("[sync]\nfolder = %q\n[[feeds]]\nurl = %q\n", w.TempDir(), newSite(w.T).publish("b", 6))
	var c []*computer
	round := func() {
		for _, each := range c {
			each.refresh("--all")
		}
	}
	for range 3 {
		c = append(c, w.computer(local))
	}
	round()
	// Two offline, one not.
	w.proxy.reset(always(lostRequest))
	c[0].mark("read", "a-0", "b-0", "b-1")
	c[1].mark("starred", "a-0", "a-1", "b-1")
	c[0].fails("home", "--all")
	c[1].fails("home", "--all")
	w.proxy.reset(nil)
	c[2].mark("read", "a-2", "b-2")
	w.web.mark("starred", "a-3")
	round()
	round()
	want := w.web.states()
	maps.Copy(want, map[string]string{"b-0": "read", "b-1": "read starred", "b-2": "read", "b-3": "unread", "b-4": "unread", "b-5": "unread"})
	check := func(when string) {
		w.Helper()
		for i, each := range c {
			got, accounts := each.settled()
			if !maps.Equal(got, want) || accounts[0].Pending != 0 {
				w.Errorf("%s, computer %d: %s, %+v", when, i, difference(got, want), accounts)
			}
		}
	}
	check("marks")
	w.has("server", want, "read starred", "a-0")
	// A word that goes by the folder and one that goes by the server, and nobody brings an old
	// one back.
	c[1].mark("unread", "a-0", "b-0")
	c[1].refresh()
	w.web.mark("unread", "a-2")
	round()
	round()
	maps.Copy(want, w.web.states())
	want["b-0"] = "unread"
	check("taken back")
	w.has("server", want, "unread starred", "a-0")
	w.has("server", want, "unread", "a-2")
	w.proxy.reset(nil)
	for i, each := range c {
		if n := each.refresh("--all"); n != 0 {
			w.Errorf("computer %d sends %d marks again", i, n)
		}
	}
}

// playFirstMarks begins an account with a feed that is here already, with marks.
func playFirstMarks(w *world) {
	address := w.site.publish("a", 8)
	c := w.computer()
	table := w.table("home", w.kind)
	c.configure(fmt.Sprintf("[[feeds]]\nurl = %q\n", address))
	c.refresh()
	c.mark("read", "a-0", "a-1", "a-2")
	c.mark("starred", "a-1", "a-3")
	c.mark("unread", "a-2")
	w.web.subscribe(address, "News")
	w.web.mark("read", "a-5")
	w.web.mark("starred", "a-6")
	c.configure(table)
	c.refresh()
	c.refresh()
	w.equal(c)
	states := w.web.states()
	w.has("server", states, "read", "a-0", "a-5")
	w.has("server", states, "read starred", "a-1")
	w.has("server", states, "unread starred", "a-3", "a-6")
	w.has("server", states, "unread", "a-2", "a-4")
}

func playDeletedFolder(w *world) {
	a, b := w.site.publish("a", 3), w.site.publish("b", 3)
	w.web.subscribe(a, "News")
	w.web.subscribe(b, "Sea")
	c := w.computer()
	c.refresh()
	c.mark("read", "a-0", "b-0")
	c.refresh()
	w.web.deleteFolder("News")
	c.mark("starred", "a-1", "b-1")
	c.refresh()
	c.refresh()
	w.equal(c)
	if f, has := c.feeds()[a]; has && slices.Contains(f.Tags, "News") {
		w.Errorf("%+v", f)
	}
	w.has("server", w.web.states(), "unread starred", "b-1")
	if _, has := w.web.states()["a-0"]; !has {
		w.web.subscribe(a, "")
		c.refresh()
		w.equal(c)
	}
	w.has("server", w.web.states(), "read", "a-0")
	w.has("server", w.web.states(), "unread starred", "a-1")
}

// playTwoAccounts has the feed of one account in another one, too, and one server is away.
func playTwoAccounts(w *world) {
	other := w.again()
	a, b, both := w.site.publish("a", 3), w.site.publish("b", 3), w.site.publish("both", 3)
	w.web.subscribe(a, "")
	w.web.subscribe(both, "")
	other.web.subscribe(b, "")
	other.web.subscribe(both, "")
	c := w.computer(other.table("work", w.kind))
	c.refresh()
	c.mark("read", "a-0", "b-0", "both-0")
	other.proxy.reset(always("429"))
	c.fails("work")
	w.has("the first server", w.web.states(), "read", "a-0")
	w.proxy.reset(nil)
	other.proxy.reset(nil)
	c.fails("work")
	if got := other.proxy.requests(); len(got) > 0 || len(w.proxy.requests()) == 0 {
		w.Errorf("in the pause: %v", got)
	}
	time.Sleep(2100 * time.Millisecond)
	c.refresh()
	c.refresh()
	w.has("the second server", other.web.states(), "read", "b-0")
	want := w.web.states()
	for title, s := range other.web.states() {
		if shared, has := want[title]; has && shared != s {
			w.Logf("%s is %q at one server and %q at the other", title, shared, s)
		}
		want[title] = s
	}
	got, accounts := c.settled()
	if !maps.Equal(got, want) {
		w.Error(difference(got, want))
	}
	for _, a := range accounts {
		if a.Pending != 0 || a.Error != "" {
			w.Errorf("%+v", a)
		}
	}
}

// playClocks has two computers whose clocks are wrong, each in its way.
func playClocks(w *world) {
	_, c := w.synced(2, 3)
	for i, ahead := range []time.Duration{40 * time.Minute, -40 * time.Minute} {
		p := newProxy(w.T, w.web.address())
		p.clock = ahead
		c[i].configure(strings.Replace(w.table("home", w.kind), w.proxy.url, p.url, 1))
		c[i].refresh()
	}
	for i, first := range c {
		second, title := c[1-i], fmt.Sprint("a-", i)
		first.mark("read", title)
		first.refresh()
		time.Sleep(1200 * time.Millisecond)
		second.refresh()
		second.mark("unread", title)
		second.refresh()
		first.refresh()
		w.equal(c...)
		w.has(fmt.Sprint("computer ", 1-i, " was later"), w.web.states(), "unread", title)
	}
}

// playRedirect lets the server lead to other hosts, and looks what they are told.
func playRedirect(w *world) {
	_, c := w.synced(1, 4)
	_, secret := w.web.account(w.kind)
	var told atomic.Int64
	stranger := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var all bytes.Buffer
		_ = r.Header.Write(&all)
		_, _ = io.Copy(&all, r.Body)
		if told.Add(1); strings.Contains(r.URL.String()+all.String(), secret) || r.Header.Get("Authorization") != "" {
			w.Errorf("a stranger is told %s %s", r.URL, &all)
		}
	}))
	defer stranger.Close()
	c[0].mark("read", "a-0")
	before := c[0].states()
	for _, status := range []int{301, 302, 307, 308} {
		front := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, stranger.URL+r.URL.RequestURI(), status)
		}))
		c[0].configure(strings.Replace(w.table("home", w.kind), w.proxy.url, front.URL, 1))
		c[0].fails("home", "home")
		front.Close()
	}
	if got := c[0].states(); !maps.Equal(got, before) || told.Load() > 0 {
		w.Errorf("%d requests to a stranger; %s", told.Load(), difference(got, before))
	}
	c[0].configure(w.table("home", w.kind))
	c[0].refresh()
	w.equal(c...)
	w.has("server", w.web.states(), "read", "a-0")
}

// playForeign answers with what is no answer: pages, half ones of the right length, and empty
// ones, each for every request of a round.
func playForeign(w *world) {
	_, c := w.synced(1, 20)
	c[0].mark("read", titles("a", 0, 5)...)
	c[0].refresh()
	before := c[0].states()
	for _, what := range []string{wrongPage, halfAnswer, emptyAnswer, emptyList} {
		for n := 1; n < 12; n++ {
			hit := false
			w.proxy.reset(func(i int, _ *http.Request) string {
				if i != n {
					return ""
				}
				hit = true
				return what
			})
			c[0].run("refresh", "home")
			if got := c[0].states(); !maps.Equal(got, before) {
				w.Fatalf("%s for request %d of %v: %s", what, n, w.proxy.requests(), difference(got, before))
			}
			if !hit {
				break
			}
		}
	}
	w.proxy.reset(nil)
	c[0].refresh("home")
	w.equal(c...)
}

var loginAnswer = regexp.MustCompile(`(?m)"?Auth"?[=:]"?([^"\s]+)`)

// playLeaks looks for secrets in what the program prints and writes, and in the list of
// processes.
func playLeaks(w *world) {
	w.web.subscribe(w.site.publish("a", 5), "")
	lines, secret := w.web.account(w.kind)
	file := filepath.Join(w.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		w.Fatal(err)
	}
	option := map[string]string{"miniflux": "token", "greader": "password"}[w.kind]
	c := w.computer()
	c.configure(strings.Replace(w.table("home", w.kind), lines, lines[:strings.LastIndex(lines, option+" = ")]+fmt.Sprintf("%s_command = [\"cat\", %q]\n", option, file), 1))
	var mu sync.Mutex
	w.proxy.answered = func(r *http.Request, body []byte) {
		mu.Lock()
		defer mu.Unlock()
		if found := loginAnswer.FindSubmatch(body); found != nil && strings.HasSuffix(r.URL.Path, "/ClientLogin") && !slices.Contains(c.secrets, string(found[1])) {
			c.secrets = append(c.secrets, string(found[1]))
		}
		for _, s := range c.secrets {
			if out, err := exec.Command("sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null").Output(); bytes.Contains(out, []byte(s)) {
				w.Errorf("the list of processes has a secret (%v)", err)
			}
			if strings.Contains(r.URL.String(), s) {
				w.Errorf("an address has a secret: %s", r.URL.Path)
			}
		}
	}
	for _, args := range [][]string{{"refresh", "--json"}, {"refresh", "--verbose"}, {"accounts"}, {"accounts", "--json"}, {"feeds", "--json"}, {"doctor"},
		{"list", "--json"}, {"stats"}, {"config", "check"}, {"export"}, {"backup", filepath.Join(c.dir, "backup")}, {"add", w.site.publish("b", 1), "--account", "home"}} {
		c.run(args...)
	}
	// A server may repeat what it was sent.
	for _, status := range []string{"401", "500", "400", "403"} {
		w.proxy.echo = strings.Join(c.secrets, " ")
		w.proxy.reset(always(status))
		c.run("refresh", "home", "--verbose")
		c.run("accounts", "--json")
		c.run("add", w.site.publish("c", 1), "--account", "home")
	}
	w.proxy.reset(nil)
	c.mark("read", "a-0")
	c.refresh("home")
	w.proxy.answered = nil
	if w.kind == "greader" && len(c.secrets) < 2 {
		w.Error("the login was not seen")
	}
	c.searchFiles()
}

// searchFiles looks for secrets in all files of a computer.
func (c *computer) searchFiles() {
	err := filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		for _, s := range c.secrets {
			if bytes.Contains(content, []byte(s)) {
				c.t.Errorf("%s has a secret", path)
			}
		}
		return err
	})
	if err != nil {
		c.t.Error(err)
	}
}

// TestRealServerTooOld protects that a Miniflux before 2.3.2 says what to do, is asked for
// little, and works as soon as the configuration says so.
func TestRealServerTooOld(t *testing.T) {
	if os.Getenv("MINIFLUX_URL") == "" || hasLists(t) {
		t.Skip("there is no old Miniflux: see .ci/miniflux")
	}
	w := newWorld(t, "miniflux", newMiniflux)
	w.web.subscribe(w.site.publish("a", 3), "")
	c := w.computer()
	c.fails(`kind = "greader"`)
	if got := w.proxy.requests(); len(got) > 6 {
		t.Errorf("%v", got)
	}
	if len(c.states()) > 0 {
		t.Errorf("%v", c.states())
	}
	c.configure(w.table("home", "greader"))
	c.refresh()
	w.equal(c)
}

// ownMiniflux is a Miniflux of its own, whose database can be put back.
type ownMiniflux struct {
	t       *testing.T
	address string
	process *exec.Cmd
}

// database runs a command for the databases of .ci/miniflux.
func (o *ownMiniflux) database(command string) {
	o.t.Helper()
	cmd := exec.Command(filepath.Join(os.Getenv("POSTGRES_PROGRAMS"), "psql"), "-h", os.Getenv("POSTGRES_SOCKET"), "-U", "miniflux", "-d", "postgres", "-c", command)
	if out, err := cmd.CombinedOutput(); err != nil {
		o.t.Fatalf("%s: %v: %s", command, err, out)
	}
}

func (o *ownMiniflux) start(database string) {
	o.t.Helper()
	o.process = exec.Command(os.Getenv("MINIFLUX_PROGRAM"))
	o.process.Env = []string{"DATABASE_URL=host=" + os.Getenv("POSTGRES_SOCKET") + " user=miniflux sslmode=disable dbname=" + database,
		"LISTEN_ADDR=" + strings.TrimPrefix(o.address, "http://"), "RUN_MIGRATIONS=1", "CREATE_ADMIN=1", "ADMIN_USERNAME=" + os.Getenv("MINIFLUX_USER"),
		"ADMIN_PASSWORD=" + os.Getenv("MINIFLUX_PASSWORD"), "FETCHER_ALLOW_PRIVATE_NETWORKS=1", "DISABLE_SCHEDULER_SERVICE=1"}
	if err := o.process.Start(); err != nil {
		o.t.Fatal(err)
	}
	for range 600 {
		if resp, err := http.Get(o.address + "/healthcheck"); err == nil {
			resp.Body.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	o.t.Fatal("Miniflux does not answer")
}

func (o *ownMiniflux) stop() {
	_ = o.process.Process.Kill()
	_ = o.process.Wait()
}

// TestRealServerRestored puts an older copy of the whole database back, after which the server
// gives the same IDs to other entries. It protects that marks do not reach other entries, that
// nothing is missed, and that no mark of here is lost.
func TestRealServerRestored(t *testing.T) {
	if os.Getenv("MINIFLUX_PROGRAM") == "" {
		t.Skip("there is no Miniflux: see .ci/miniflux")
	}
	kinds := []string{"miniflux", "greader"}
	if !hasLists(t) {
		kinds = kinds[1:] // before 2.3.2
	}
	for _, kind := range kinds {
		for _, lost := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/marks are lost %v", kind, lost), func(t *testing.T) {
				t.Parallel()
				playRestored(t, kind, lost)
			})
		}
	}
}

func playRestored(t *testing.T, kind string, lost bool) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &ownMiniflux{t: t, address: "http://" + l.Addr().String()}
	l.Close()
	live := fmt.Sprintf("live_%s_%v_%d", kind, lost, os.Getpid())
	saved := "copy_of_" + live
	o.database("CREATE DATABASE " + live)
	o.start(live)
	defer func() { o.stop() }()
	w := newWorld(t, kind, func(t *testing.T) person { return minifluxAt(t, o.address) })
	a, b := w.site.publish("a", 6), w.site.publish("b", 6)
	w.web.subscribe(a, "")
	w.web.subscribe(b, "")
	c := w.computer()
	c.refresh()
	c.mark("read", "a-0", "b-0")
	c.refresh()
	o.stop()
	o.database("CREATE DATABASE " + saved + " TEMPLATE " + live)
	o.start(live)

	w.site.publish("a", 2)
	w.site.publish("b", 2)
	w.web.fetch()
	c.refresh()
	if lost {
		c.mark("read", "a-1")
		c.mark("starred", "b-1")
		c.refresh()
	}
	w.equal(c)
	o.stop()
	o.start(saved)

	// The feeds are fetched in another order, so the IDs are given to other entries.
	w.site.publish("a", 1)
	w.site.publish("b", 2)
	m := w.web.(*minifluxWeb)
	m.call("PUT", m.feed(b)+"/refresh", nil, nil)
	m.call("PUT", m.feed(a)+"/refresh", nil, nil)
	c.mark("read", "a-7")
	c.mark("starred", "b-7")
	c.refresh()
	c.refresh()
	w.equal(c)
	states := w.web.states()
	w.has("server", states, "read", "a-0", "b-0", "a-7")
	w.has("server", states, "unread starred", "b-7")
	w.has("server", states, "unread", "a-6", "a-8", "b-6", "b-8", "b-9")
	if lost {
		w.has("server", states, "read", "a-1")
		w.has("server", states, "unread starred", "b-1")
	}
}
