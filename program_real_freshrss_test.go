package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// freshWeb is a person at a real FreshRSS with SQLite, with a user of their own. What its
// interface cannot do is done in its database.
type freshWeb struct {
	t *testing.T
	// base is the address of the interface, dir the directory of FreshRSS.
	base, dir, user string
	login, token    string
}

// newFreshRSS makes a user at the FreshRSS whose address is FRESHRSS_URL and whose directory is
// FRESHRSS_DIR, or skips the test.
func newFreshRSS(t *testing.T) person {
	f := &freshWeb{t: t, base: os.Getenv("FRESHRSS_URL"), dir: os.Getenv("FRESHRSS_DIR"), user: fmt.Sprintf("user%d-%d", os.Getpid(), users.Add(1))}
	if f.base == "" || f.dir == "" {
		t.Skip("FRESHRSS_URL and FRESHRSS_DIR are not set")
	}
	f.php(filepath.Join("cli", "create-user.php"), "--user", f.user, "--password", testPassword, "--api-password", readerPassword(f.user), "--language", "en")
	t.Cleanup(func() { f.php(filepath.Join("cli", "delete-user.php"), "--user", f.user) })
	for line := range strings.Lines(f.call("/accounts/ClientLogin", url.Values{"Email": {f.user}, "Passwd": {readerPassword(f.user)}})) {
		if auth, is := strings.CutPrefix(line, "Auth="); is {
			f.login = strings.TrimSpace(auth)
		}
	}
	f.token = strings.TrimSpace(f.call("/reader/api/0/token", nil))
	f.sql("DELETE FROM feed")
	return f
}

// php runs a program of FreshRSS.
func (f *freshWeb) php(args ...string) {
	f.t.Helper()
	cmd := exec.Command("php", args...)
	cmd.Dir = f.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		f.t.Fatalf("%v: %v: %s", args, err, out)
	}
}

// sql changes the database of the user.
func (f *freshWeb) sql(command string, args ...string) {
	f.t.Helper()
	const script = `$d = new PDO("sqlite:" . $argv[1]); $d->setAttribute(PDO::ATTR_TIMEOUT, 20); $d->prepare($argv[2])->execute(array_slice($argv, 3));`
	f.php(append([]string{"-r", script, "--", filepath.Join(f.dir, "data", "users", f.user, "db.sqlite"), command}, args...)...)
}

// call sends a form, or asks if it is nil, and returns the answer.
func (f *freshWeb) call(path string, form url.Values) string {
	f.t.Helper()
	method, body := http.MethodGet, ""
	if form != nil {
		if f.token != "" {
			form.Set("T", f.token)
		}
		method, body = http.MethodPost, form.Encode()
	}
	r, err := http.NewRequest(method, f.base+path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "GoogleLogin auth="+f.login)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode > 299 {
		f.t.Fatalf("%s %s %v: %s %s %v", method, path, form, resp.Status, answer, err)
	}
	return string(answer)
}

func (f *freshWeb) account(string) (lines, secret string) {
	return fmt.Sprintf("user = %q\npassword = %q\n", f.user, readerPassword(f.user)), readerPassword(f.user)
}

func (f *freshWeb) parts() *url.URL {
	u, err := url.Parse(f.base)
	if err != nil {
		f.t.Fatal(err)
	}
	return u
}

func (f *freshWeb) path() string    { return f.parts().Path }
func (f *freshWeb) address() string { return "http://" + f.parts().Host }

// freshEntry is an entry as FreshRSS sends it.
type freshEntry struct {
	ID, Title  string
	Categories []string
}

func (e freshEntry) has(state string) bool {
	return slices.ContainsFunc(e.Categories, func(c string) bool { return strings.HasSuffix(c, "/state/com.google/"+state) })
}

func (f *freshWeb) entries() []freshEntry {
	f.t.Helper()
	var page struct{ Items []freshEntry }
	if err := json.Unmarshal([]byte(f.call("/reader/api/0/stream/contents/reading-list?output=json&n=10000", nil)), &page); err != nil {
		f.t.Fatal(err)
	}
	return page.Items
}

func (f *freshWeb) states() map[string]string {
	f.t.Helper()
	states := map[string]string{}
	for _, e := range f.entries() {
		states[e.Title] = marks(e.has("read"), e.has("starred"))
	}
	return states
}

func (f *freshWeb) mark(mark string, titles ...string) {
	f.t.Helper()
	form := url.Values{}
	for _, e := range f.entries() {
		if slices.Contains(titles, e.Title) {
			form.Add("i", e.ID)
		}
	}
	if len(form["i"]) != len(titles) {
		f.t.Fatalf("the server has %d of %v", len(form["i"]), titles)
	}
	tag, on := strings.CutPrefix(mark, "un")
	form.Set(map[bool]string{true: "r", false: "a"}[on], "user/-/state/com.google/"+tag)
	f.call("/reader/api/0/edit-tag", form)
}

func (f *freshWeb) edit(address, action, title, folder string) {
	f.t.Helper()
	form := url.Values{"s": {"feed/" + address}, "ac": {action}, "t": {title}}
	if action != "unsubscribe" {
		form.Set("a", "user/-/label/"+cmp.Or(folder, "Uncategorized"))
	}
	f.call("/reader/api/0/subscription/edit", form)
}

func (f *freshWeb) subscribe(address, folder string) { f.edit(address, "subscribe", "", folder) }
func (f *freshWeb) unsubscribe(address string)       { f.edit(address, "unsubscribe", "", "") }
func (f *freshWeb) rename(address, title, folder string) {
	f.edit(address, "edit", title, folder)
}

func (f *freshWeb) move(from, to string) { f.sql("UPDATE feed SET url = ? WHERE url = ?", to, from) }

func (f *freshWeb) renameFolder(from, to string) {
	f.call("/reader/api/0/rename-tag", url.Values{"s": {"user/-/label/" + from}, "dest": {"user/-/label/" + to}})
}

func (f *freshWeb) deleteFolder(name string) {
	f.call("/reader/api/0/disable-tag", url.Values{"s": {"user/-/label/" + name}})
}

// fetch works only if no feed of the user was fetched a short time ago.
func (f *freshWeb) fetch() {
	f.t.Helper()
	time.Sleep(time.Second) // IDs and times of fetching have to differ
	f.sql("UPDATE feed SET lastUpdate = 1")
	kept, _ := filepath.Glob(filepath.Join(f.dir, "data", "cache", "*.spc"))
	for _, file := range kept {
		_ = os.Remove(file) // another test may have removed it
	}
	f.php(filepath.Join("cli", "actualize-user.php"), "--user", f.user)
}

func (f *freshWeb) flush() { f.sql("DELETE FROM entry WHERE is_read = 1 AND is_favorite = 0") }

// TestFreshRSSScenarios plays the scenarios with a real FreshRSS, which nothing here starts.
func TestFreshRSSScenarios(t *testing.T) {
	if os.Getenv("FRESHRSS_URL") == "" || os.Getenv("FRESHRSS_DIR") == "" {
		t.Skip("FRESHRSS_URL and FRESHRSS_DIR are not set")
	}
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.play(newWorld(t, "greader", newFreshRSS))
		})
	}
}
