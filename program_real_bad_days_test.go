package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// playLost loses each request of a round once, in each way.
func playLost(w *world) {
	_, c := w.synced(1, 30)
	faults := []string{lostRequest, lostAnswer, cutAnswer, "500", "502"}
	flip := map[bool][2]string{false: {"read", "starred"}, true: {"unread", "unstarred"}}
	done := false
	for n := 1; !done && n < 40; n++ {
		here, there := flip[n%2 == 0][0], flip[n%2 == 0][1]
		c[0].mark(here, titles("a", 0, 5)...)
		c[0].mark(there, titles("a", 3, 8)...)
		w.web.mark(here, titles("a", 10, 15)...)
		w.web.mark(there, titles("a", 13, 18)...)
		if n%3 == 0 {
			w.site.publish("a", 1)
			w.web.fetch()
		}
		hit := false
		w.proxy.reset(func(i int, _ *http.Request) string {
			if i != n {
				return ""
			}
			hit = true
			return faults[n%len(faults)]
		})
		c[0].run("refresh")
		w.proxy.reset(nil)
		c[0].refresh()
		w.equal(c...)
		w.has(fmt.Sprint("after ", n), w.web.states(), here, "a-0", "a-10")
		done = !hit
	}
	if !done {
		w.Error("a round does not end")
	}
}

func playRevoked(w *world) {
	_, c := w.synced(1, 5)
	c[0].mark("read", "a-0")
	w.proxy.reset(always("401"))
	c[0].fails("home")
	w.proxy.reset(always("401"))
	c[0].fails("home")
	c[0].fails("home", "--all")
	if got := w.proxy.requests(); len(got) > 0 {
		w.Errorf("a refused login was tried again: %v", got)
	}
	c[0].fails("home", "home")
	if got := w.proxy.requests(); len(got) == 0 || len(got) > 2 {
		w.Errorf("asked for: %v", got)
	}
	w.proxy.reset(nil)
	c[0].fails("home")
	if got := w.proxy.requests(); len(got) > 0 {
		w.Errorf("after refresh home: %v", got)
	}
	c[0].refresh("home")
	c[0].refresh()
	w.equal(c...)
	w.has("server", w.web.states(), "read", "a-0")
}

// playNewToken revokes the secret that a command prints, and then lets it print another one.
func playNewToken(w *world) {
	w.web.subscribe(w.site.publish("a", 5), "")
	c := w.computer()
	lines, secret := w.web.account(w.kind)
	file := filepath.Join(c.dir, "secret")
	write := func(s string) {
		if err := os.WriteFile(file, []byte(s+"\n"), 0o600); err != nil {
			w.Fatal(err)
		}
	}
	option := map[string]string{"miniflux": "token", "greader": "password"}[w.kind]
	i := strings.LastIndex(lines, option+" = ")
	table := strings.Replace(w.table("home", w.kind), lines, lines[:i]+fmt.Sprintf("%s_command = [\"cat\", %q]\n", option, file), 1)
	c.configure(table)
	write("wrong-secret")
	c.secrets = append(c.secrets, "wrong-secret")
	c.fails("home")
	w.proxy.reset(nil)
	c.fails("home")
	if got := w.proxy.requests(); len(got) > 0 {
		w.Errorf("a refused login was tried again: %v", got)
	}
	write(secret)
	c.refresh()
	w.equal(c)
	write("wrong-secret")
	c.mark("read", "a-1")
	c.fails("home")
	c.configure(w.table("home", w.kind))
	c.refresh()
	w.equal(c)
}

func playPause(w *world) {
	_, c := w.synced(1, 5)
	other := newSite(w.T)
	c[0].configure(fmt.Sprintf("[[feeds]]\nurl = %q\n", other.publish("b", 2)) + w.table("home", w.kind))
	for _, status := range []string{"429", "503"} {
		c[0].mark("read", "a-0")
		w.proxy.reset(always(status))
		c[0].fails("home")
		w.proxy.reset(nil)
		c[0].fails("home", "--all")
		if got := w.proxy.requests(); len(got) > 0 {
			w.Errorf("%s: %v in the pause", status, got)
		}
		if len(c[0].list("-account:home")) != 2 {
			w.Error("the local feed waited, too")
		}
		time.Sleep(2100 * time.Millisecond)
		c[0].refresh()
		w.has("server", w.web.states(), "read", "a-0")
		c[0].mark("unread", "a-0")
	}
}

func playMass(w *world, answer string) {
	_, c := w.synced(1, 260)
	all := titles("a", 0, 260)
	c[0].mark("read", all...)
	c[0].refresh()
	w.has("server", w.web.states(), "read", all...)
	w.web.mark("unread", titles("a", 0, 210)...)
	w.web.mark("starred", "a-0", "a-250")
	w.site.publish("a", 1)
	w.web.fetch()
	c[0].mark("starred", "a-255")
	for range 2 {
		out := c[0].must("refresh", "--json", "--verbose")
		if e := c[0].account().Error; !strings.Contains(out, "210") || !strings.Contains(e, "210") || !strings.Contains(e, "accept") {
			w.Errorf("%s\n%s", out, e)
		}
	}
	got := c[0].states()
	w.has("here", got, "read", titles("a", 1, 250)...)
	w.has("here", got, "read starred", "a-0", "a-250")
	w.has("here", got, "unread", "a-260")
	w.has("server", w.web.states(), "read starred", "a-255")
	c[0].must("accounts", answer, "home")
	c[0].refresh()
	w.equal(c...)
	w.has("server", w.web.states(), map[string]string{"accept": "unread", "push": "read"}[answer], titles("a", 1, 210)...)
}

func playMuchRead(w *world) {
	_, c := w.synced(1, 260)
	w.web.mark("read", titles("a", 0, 210)...)
	c[0].refresh()
	w.equal(c...)
	w.has("here", c[0].states(), "read", titles("a", 0, 210)...)
}

// playReset puts an empty server behind the address.
func playReset(w *world) {
	address, c := w.synced(1, 12)
	c[0].mark("read", titles("a", 0, 6)...)
	c[0].mark("starred", "a-5", "a-6")
	c[0].refresh()
	fresh := w.again()
	fresh.web.subscribe(address, "")
	fresh.web.mark("read", "a-11")
	fresh.proxy.reset(nil)
	c[0].configure(strings.Replace(fresh.table("home", w.kind), fresh.proxy.url, w.proxy.url, 1))
	c[0].mark("starred", "a-0")
	c[0].refresh()
	c[0].refresh()
	fresh.equal(c...)
	w.has("server", fresh.web.states(), "read starred", "a-0", "a-5")
	w.has("server", fresh.web.states(), "unread starred", "a-6")
	w.has("server", fresh.web.states(), "read", "a-1", "a-11")
}

func playAway(w *world) {
	_, c := w.synced(1, 8)
	c[0].configure("# nothing\n")
	c[0].run("refresh")
	if got := c[0].list("-feed:builtin"); len(got) > 0 && slices.ContainsFunc(got, func(l listed) bool { return strings.HasPrefix(l.Title, "a-") }) {
		w.Errorf("%v", got)
	}
	w.web.mark("read", "a-0")
	c[0].configure(w.table("home", w.kind))
	c[0].refresh()
	w.equal(c...)
	w.has("here", c[0].states(), "read", "a-0")
	// Marks that nothing has noticed are found.
	c[0].configure(fmt.Sprintf("[[feeds]]\nurl = %q\n", w.site.URL+"/a"))
	c[0].refresh("--all")
	c[0].mark("starred", "a-3")
	c[0].configure(w.table("home", w.kind))
	c[0].refresh()
	w.equal(c...)
	w.has("server", w.web.states(), "unread starred", "a-3")
}

func playAlias(w *world) {
	_, c := w.synced(1, 8)
	c[0].mark("read", "a-0")
	alias := strings.Replace(w.table("home", w.kind), "127.0.0.1", "localhost", 1)
	c[0].configure(alias)
	w.web.mark("starred", "a-1")
	if n := c[0].refresh(); n != 1 {
		w.Errorf("%d marks were sent", n)
	}
	w.equal(c...)
	w.proxy.reset(nil)
	c[0].refresh()
	if got := w.proxy.requests(); len(got) > 8 {
		w.Errorf("%v", got)
	}
	// So it is with the other interface of the server.
	if w.web.path() != "" {
		return
	}
	other := map[string]string{"miniflux": "greader", "greader": "miniflux"}[w.kind]
	if other == "miniflux" && !hasLists(w.T) {
		return
	}
	c[0].mark("read", "a-2")
	c[0].configure(w.table("home", other))
	w.site.publish("a", 1)
	w.web.fetch()
	c[0].refresh()
	c[0].refresh()
	w.equal(c...)
	w.has("server", w.web.states(), "read", "a-2")
}

func playLocalToo(w *world) {
	address := w.site.publish("a", 8)
	w.web.subscribe(address, "")
	w.web.subscribe(w.site.publish("b", 2), "")
	w.web.mark("read", "a-0")
	c := w.computer(fmt.Sprintf("[[feeds]]\nurl = %q\n", address))
	c.refresh()
	c.refresh()
	w.equal(c)
	if f := c.feeds()[address]; f.Account != "" {
		w.Errorf("%+v", f)
	}
	c.mark("read", "a-1")
	c.mark("starred", "a-2")
	w.web.mark("read", "a-3")
	c.refresh()
	w.equal(c)
	// What is new is fetched here, and marked there before.
	w.site.publish("a", 2)
	w.web.fetch()
	w.web.mark("read", "a-8")
	c.refresh("--all")
	c.refresh("--all")
	w.equal(c)
	w.has("server", w.web.states(), "read", "a-1", "a-3", "a-8")
	c.mark("read", "a-9")
	c.refresh()
	w.equal(c)
}

func playTogether(w *world) {
	_, c := w.synced(1, 30)
	w.proxy.reset(func(int, *http.Request) string { time.Sleep(100 * time.Millisecond); return "" })
	w.site.publish("a", 10)
	w.web.fetch()
	w.web.mark("read", titles("a", 20, 25)...)
	c[0].mark("read", titles("a", 0, 10)...)
	var running sync.WaitGroup
	for range 3 {
		running.Go(func() {
			if out, code := c[0].run("refresh", "--json"); code != 0 {
				w.Errorf("%d: %s", code, out)
			}
		})
	}
	c[0].mark("starred", titles("a", 5, 8)...)
	running.Wait()
	w.Logf("%d requests", len(w.proxy.requests()))
	w.proxy.reset(nil)
	c[0].refresh()
	w.equal(c...)
	w.has("server", w.web.states(), "read starred", titles("a", 5, 8)...)
}

// playShifting lets somebody read while the list of unread entries is read, whose pages are
// short.
func playShifting(w *world) {
	if w.kind != "greader" {
		w.Skip("a page has 10,000 IDs")
	}
	_, c := w.synced(1, 40)
	c[0].mark("read", "a-0")
	c[0].refresh()
	var mu sync.Mutex
	next := 39
	w.proxy.reset(func(_ int, r *http.Request) string {
		mu.Lock()
		defer mu.Unlock()
		q := r.URL.Query()
		if n, _ := strconv.Atoi(q.Get("n")); n == 10000 && strings.HasSuffix(r.URL.Path, "/stream/items/ids") {
			q.Set("n", "7")
			r.URL.RawQuery = q.Encode()
			if q.Get("c") != "" && next > 34 {
				w.web.mark("read", "a-"+strconv.Itoa(next))
				next--
			}
		}
		return ""
	})
	for range 3 {
		c[0].run("refresh")
		// Nothing may be read here that is not read there.
		there := w.web.states()
		for title, s := range c[0].states() {
			if s != there[title] && s == "read" {
				w.Errorf("%s is read here only", title)
			}
		}
	}
	w.proxy.reset(nil)
	c[0].refresh()
	w.equal(c...)
}

// playWhileSending marks while the marks are being sent.
func playWhileSending(w *world) {
	_, c := w.synced(1, 6)
	c[0].mark("read", "a-0", "a-1")
	c[0].mark("starred", "a-1")
	var once sync.Once
	w.proxy.reset(func(_ int, r *http.Request) string {
		if strings.HasSuffix(r.URL.Path, "edit-tag") || r.Method == "PUT" {
			once.Do(func() {
				c[0].mark("unread", "a-0")
				c[0].mark("unstarred", "a-1")
			})
		}
		return ""
	})
	c[0].refresh()
	w.proxy.reset(nil)
	c[0].refresh()
	w.equal(c...)
	w.has("server", w.web.states(), "unread", "a-0")
	w.has("server", w.web.states(), "read", "a-1")
}
