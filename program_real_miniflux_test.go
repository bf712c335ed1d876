package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// person uses a server on the web, past the proxy.
type person interface {
	subscribe(address, folder string)
	unsubscribe(address string)
	rename(address, title, folder string)
	// move gives a feed another address.
	move(from, to string)
	// fetch makes the server fetch all feeds.
	fetch()
	// mark sets a mark: read, unread, starred or unstarred.
	mark(mark string, titles ...string)
	// states returns the marks by the titles.
	states() map[string]string
	// flush deletes what is read and has no star.
	flush()
	// renameFolder gives a folder another name.
	renameFolder(from, to string)
	// deleteFolder deletes a folder. Miniflux ends its subscriptions, FreshRSS moves them.
	deleteFolder(name string)
	// account returns the lines of the configuration, without the address, and the secret.
	account(kind string) (lines, secret string)
	// path is what follows the host in the address of the account.
	path() string
	// address is where the server is.
	address() string
}

// minifluxWeb is a person at a real Miniflux, with a user of their own.
type minifluxWeb struct {
	t                             *testing.T
	base, user, token, readerUser string
}

const testPassword = "a-long-password"

// readerPassword is another one for each user, so that it can be looked for everywhere.
func readerPassword(user string) string { return "secret-of-" + user }

var users atomic.Int64

// newMiniflux makes a user at the server that .ci/miniflux has started, or skips the test.
func newMiniflux(t *testing.T) person {
	base := os.Getenv("MINIFLUX_URL")
	if base == "" {
		t.Skip("there is no Miniflux: see .ci/miniflux")
	}
	return minifluxAt(t, base)
}

// minifluxAt makes a user at a server.
func minifluxAt(t *testing.T, base string) person {
	m := &minifluxWeb{t: t, base: base, user: fmt.Sprintf("user%d-%d", os.Getpid(), users.Add(1))}
	m.readerUser = "reader-" + m.user
	m.as([2]string{os.Getenv("MINIFLUX_USER"), os.Getenv("MINIFLUX_PASSWORD")}, "POST", "/v1/users", map[string]any{"username": m.user, "password": testPassword, "is_admin": false}, nil)
	var key struct{ Token string }
	m.as([2]string{m.user, testPassword}, "POST", "/v1/api-keys", map[string]any{"description": "test"}, &key)
	m.token = key.Token
	m.enableReader()
	return m
}

// as sends a request with a login. Without one it has the token, which a server checks faster.
func (m *minifluxWeb) as(login [2]string, method, path string, body, out any) {
	m.t.Helper()
	var content bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&content).Encode(body); err != nil {
			m.t.Fatal(err)
		}
	}
	r, err := http.NewRequest(method, m.base+path, &content)
	if err != nil {
		m.t.Fatal(err)
	}
	if login[0] != "" {
		r.SetBasicAuth(login[0], login[1])
	} else {
		r.Header.Set("X-Auth-Token", m.token)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode > 299 {
		m.t.Fatalf("%s %s: %s %s %v", method, path, resp.Status, answer, err)
	}
	if out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			m.t.Fatal(err)
		}
	}
}

func (m *minifluxWeb) call(method, path string, body, out any) {
	m.t.Helper()
	m.as([2]string{}, method, path, body, out)
}

var formKey = regexp.MustCompile(`name="csrf" value="([^"]*)"`)

// enableReader switches the Google Reader API on, for which there is only a form.
func (m *minifluxWeb) enableReader() {
	jar, err := cookiejar.New(nil)
	if err != nil {
		m.t.Fatal(err)
	}
	c := &http.Client{Jar: jar}
	send := func(page, action string, form url.Values) {
		resp, err := c.Get(m.base + page)
		if err != nil {
			m.t.Fatal(err)
		}
		html, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		key := formKey.FindSubmatch(html)
		if key == nil {
			m.t.Fatalf("no form at %s", page)
		}
		form.Set("csrf", string(key[1]))
		if resp, err = c.PostForm(m.base+action, form); err != nil {
			m.t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode > 399 {
			m.t.Fatalf("%s: %s", action, resp.Status)
		}
	}
	send("/", "/login", url.Values{"username": {m.user}, "password": {testPassword}})
	send("/integrations", "/integration", url.Values{"linktaco_visibility": {"PUBLIC"}, "googlereader_enabled": {"1"}, "googlereader_username": {m.readerUser}, "googlereader_password": {readerPassword(m.user)}})
}

func (m *minifluxWeb) account(kind string) (lines, secret string) {
	if kind == "miniflux" {
		return fmt.Sprintf("token = %q\n", m.token), m.token
	}
	return fmt.Sprintf("user = %q\npassword = %q\n", m.readerUser, readerPassword(m.user)), readerPassword(m.user)
}

func (m *minifluxWeb) path() string    { return "" }
func (m *minifluxWeb) address() string { return m.base }

// webEntry is an entry as Miniflux sends it.
type webEntry struct {
	ID            int64
	Title, Status string
	Starred       bool
}

func (m *minifluxWeb) entries() []webEntry {
	m.t.Helper()
	var all []webEntry
	for {
		var page struct{ Entries []webEntry }
		m.call("GET", fmt.Sprintf("/v1/entries?limit=1000&order=id&direction=asc&offset=%d", len(all)), nil, &page)
		if all = append(all, page.Entries...); len(page.Entries) < 1000 {
			return all
		}
	}
}

func (m *minifluxWeb) states() map[string]string {
	m.t.Helper()
	states := map[string]string{}
	for _, e := range m.entries() {
		states[e.Title] = marks(e.Status == "read", e.Starred)
	}
	return states
}

func marks(read, starred bool) string {
	s := "unread"
	if read {
		s = "read"
	}
	if starred {
		s += " starred"
	}
	return s
}

func (m *minifluxWeb) mark(mark string, titles ...string) {
	m.t.Helper()
	var ids []int64
	for _, e := range m.entries() {
		if !slices.Contains(titles, e.Title) {
			continue
		}
		ids = append(ids, e.ID)
		if on := mark == "starred"; strings.HasSuffix(mark, "starred") && e.Starred != on {
			m.call("PUT", fmt.Sprintf("/v1/entries/%d/bookmark", e.ID), nil, nil)
		}
	}
	if len(ids) != len(titles) {
		m.t.Fatalf("the server has %d of %v", len(ids), titles)
	}
	if mark == "read" || mark == "unread" {
		m.call("PUT", "/v1/entries", map[string]any{"entry_ids": ids, "status": mark}, nil)
	}
}

// webFeed is a subscription as Miniflux sends it.
type webFeed struct {
	ID      int64
	FeedURL string `json:"feed_url"`
}

func (m *minifluxWeb) feed(address string) string {
	m.t.Helper()
	var list []webFeed
	m.call("GET", "/v1/feeds", nil, &list)
	for _, f := range list {
		if f.FeedURL == address {
			return fmt.Sprint("/v1/feeds/", f.ID)
		}
	}
	m.t.Fatalf("nobody has subscribed to %s", address)
	return ""
}

// folder returns the ID of a folder, which is made if there is none.
func (m *minifluxWeb) folder(name string) int64 {
	m.t.Helper()
	type category struct {
		ID    int64
		Title string
	}
	var list []category
	m.call("GET", "/v1/categories", nil, &list)
	for _, c := range list {
		if c.Title == cmp.Or(name, "All") {
			return c.ID
		}
	}
	var c category
	m.call("POST", "/v1/categories", map[string]any{"title": name}, &c)
	return c.ID
}

func (m *minifluxWeb) renameFolder(from, to string) {
	m.t.Helper()
	m.call("PUT", fmt.Sprint("/v1/categories/", m.folder(from)), map[string]any{"title": to}, nil)
}

func (m *minifluxWeb) deleteFolder(name string) {
	m.t.Helper()
	m.call("DELETE", fmt.Sprint("/v1/categories/", m.folder(name)), nil, nil)
}

func (m *minifluxWeb) subscribe(address, folder string) {
	m.t.Helper()
	m.call("POST", "/v1/feeds", map[string]any{"feed_url": address, "category_id": m.folder(folder)}, nil)
}

func (m *minifluxWeb) unsubscribe(address string) {
	m.t.Helper()
	m.call("DELETE", m.feed(address), nil, nil)
}

func (m *minifluxWeb) rename(address, title, folder string) {
	m.t.Helper()
	m.call("PUT", m.feed(address), map[string]any{"title": title, "category_id": m.folder(folder)}, nil)
}

func (m *minifluxWeb) move(from, to string) {
	m.t.Helper()
	m.call("PUT", m.feed(from), map[string]any{"feed_url": to}, nil)
}

func (m *minifluxWeb) fetch() {
	m.t.Helper()
	var list []webFeed
	m.call("GET", "/v1/feeds", nil, &list)
	for _, f := range list {
		m.call("PUT", fmt.Sprintf("/v1/feeds/%d/refresh", f.ID), nil, nil)
	}
}

func (m *minifluxWeb) flush() {
	m.t.Helper()
	left := func() int {
		n := 0
		for _, s := range m.states() {
			if s == "read" {
				n++
			}
		}
		return n
	}
	m.call("PUT", "/v1/flush-history", nil, nil)
	for range 200 {
		if left() == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	m.t.Fatal("the server does not delete what is read")
}

// hasLists reports whether the server has what kind = "miniflux" needs.
func hasLists(t *testing.T) bool {
	r, err := http.NewRequest("GET", os.Getenv("MINIFLUX_URL")+"/v1/entries/ids?limit=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Auth-Token", os.Getenv("MINIFLUX_TOKEN"))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
