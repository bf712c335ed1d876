package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dateline/cache"
	"dateline/feed"
	"dateline/ui/cli"
)

// The pieces that the scenarios with real servers are made of: a publisher with feeds, a
// person on the web, a proxy that loses and counts, and computers with dateline.

// site is a publisher with feeds.
type site struct {
	*httptest.Server
	mu sync.Mutex
	// items are how many items each feed has, by its path.
	items map[string]int
	// others are further paths of feeds.
	others map[string]string
}

// alias gives a feed another path, and returns its address.
func (s *site) alias(name, of string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.others[name] = of
	return s.URL + "/" + name
}

func newSite(t *testing.T) *site {
	s := &site{items: map[string]int{}, others: map[string]string{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		w.Header().Set("Content-Type", "application/rss+xml")
		name := strings.Trim(r.URL.Path, "/")
		name = cmp.Or(s.others[name], name)
		fmt.Fprintf(w, `<rss version="2.0"><channel><title>Feed %s</title><link>http://%s/</link>`, name, r.Host)
		for i := s.items[name] - 1; i >= 0; i-- {
			fmt.Fprintf(w, `<item><guid isPermaLink="false">guid of %s-%d</guid><title>%[1]s-%[2]d</title><link>http://%[3]s/%[1]s-%[2]d</link><pubDate>%s</pubDate><description>Some words.</description></item>`,
				name, i, r.Host, time.Now().Add(time.Duration(i-s.items[name])*time.Minute).Format(time.RFC1123Z))
		}
		fmt.Fprint(w, `</channel></rss>`)
	}))
	t.Cleanup(s.Close)
	return s
}

// publish adds items to a feed and returns its address. The titles are the name of the feed
// and a number.
func (s *site) publish(name string, n int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items[name] += n
	return s.URL + "/" + name
}

// titles returns the titles of some items of a feed.
func titles(name string, from, to int) []string {
	var list []string
	for i := from; i < to; i++ {
		list = append(list, name+"-"+strconv.Itoa(i))
	}
	return list
}

// The things that can happen to a request at a [proxy].
const (
	// lostRequest does not reach the server, lostAnswer does.
	lostRequest = "lost request"
	lostAnswer  = "lost answer"
	cutAnswer   = "cut answer"
	// halfAnswer, emptyAnswer, emptyList and wrongPage are whole as HTTP has it.
	halfAnswer  = "half answer"
	emptyAnswer = "empty answer"
	emptyList   = "empty list"
	wrongPage   = "wrong page"
)

// proxy stands between the computers and a server. It counts, and does what fault says.
type proxy struct {
	url string
	t   *testing.T

	mu sync.Mutex
	// target is the address of the server.
	target string
	// fault returns what happens to a request: "" or a constant above, or a status. n is the
	// number of the request since the last reset.
	fault func(n int, r *http.Request) string
	// clock is how far the server's clock is ahead, as its answers have it.
	clock time.Duration
	// echo is in the body of answers that are a status.
	echo string
	// answered is called with each answer, unless it is nil.
	answered func(r *http.Request, body []byte)
	paths    []string
	bytes    atomic.Int64
}

// counted is a connection that counts.
type counted struct {
	net.Conn
	n *atomic.Int64
}

func (c counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.n.Add(int64(n))
	return n, err
}

func (c counted) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.n.Add(int64(n))
	return n, err
}

type countingListener struct {
	net.Listener
	n *atomic.Int64
}

func (l countingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return counted{c, l.n}, err
}

func newProxy(t *testing.T, target string) *proxy {
	p := &proxy{t: t, target: target}
	server := httptest.NewUnstartedServer(p)
	server.Listener = countingListener{server.Listener, &p.bytes}
	server.Start()
	p.url = server.URL
	t.Cleanup(server.Close)
	return p
}

// reset forgets the counts and sets what happens to requests.
func (p *proxy) reset(fault func(n int, r *http.Request) string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.paths, p.fault = nil, fault
	p.bytes.Store(0)
}

// requests returns the methods and paths of the requests since the last reset.
func (p *proxy) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.paths)
}

var timesOfMarks = regexp.MustCompile(`"(?:changed_at|created_at)":"([^"]+)"`)

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.paths = append(p.paths, r.Method+" "+r.URL.RequestURI())
	n, fault, target, clock := len(p.paths), p.fault, p.target, p.clock
	p.mu.Unlock()
	what := ""
	if fault != nil {
		what = fault(n, r)
	}
	if what == lostRequest {
		panic(http.ErrAbortHandler)
	}
	if status, err := strconv.Atoi(what); err == nil {
		if status == 429 || status == 503 {
			w.Header().Set("Retry-After", "2")
		}
		http.Error(w, `{"error_message":"no `+p.echo+`"}`, status)
		return
	}
	out := r.Clone(r.Context())
	to, err := url.Parse(target)
	if err != nil {
		panic(err)
	}
	out.URL.Scheme, out.URL.Host, out.Host, out.RequestURI = to.Scheme, to.Host, to.Host, ""
	if clock != 0 {
		out.Header.Del("Accept-Encoding")
	}
	resp, err := (&http.Transport{DisableCompression: true, DisableKeepAlives: true}).RoundTrip(out)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || what == lostAnswer {
		panic(http.ErrAbortHandler)
	}
	if p.answered != nil {
		p.answered(r, body)
	}
	maps.Copy(w.Header(), resp.Header)
	if other, has := map[string]string{emptyAnswer: "", emptyList: "[]", wrongPage: "<!doctype html><title>Log in</title>", halfAnswer: string(body[:len(body)/2])}[what]; has {
		body = []byte(other)
		if what != halfAnswer {
			w.Header().Del("Content-Encoding")
		}
	}
	if clock != 0 {
		body = shiftTimes(body, clock)
		w.Header().Set("Date", time.Now().Add(clock).UTC().Format(http.TimeFormat))
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(resp.StatusCode)
	if what == cutAnswer {
		_, _ = w.Write(body[:len(body)/2])
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(body)
}

// shiftTimes moves the times of marks.
func shiftTimes(body []byte, by time.Duration) []byte {
	return timesOfMarks.ReplaceAllFunc(body, func(found []byte) []byte {
		old := timesOfMarks.FindSubmatch(found)[1]
		at, err := time.Parse(time.RFC3339Nano, string(old))
		if err != nil {
			return found
		}
		return bytes.Replace(found, old, []byte(at.Add(by).Format(time.RFC3339Nano)), 1)
	})
}

// computer has a dateline with its own database.
type computer struct {
	t       *testing.T
	dir     string
	program string
	// secrets must be in no output.
	secrets []string
}

func newComputer(t *testing.T, config string, secrets ...string) *computer {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &computer{t: t, dir: t.TempDir(), secrets: secrets}
	if c.program = os.Getenv("DATELINE_PROGRAM"); c.program == "" {
		c.program = filepath.Join(c.dir, "dateline")
		if err := os.Symlink(self, c.program); err != nil {
			t.Fatal(err)
		}
	}
	c.configure(config)
	return c
}

func (c *computer) configure(config string) {
	if err := os.WriteFile(filepath.Join(c.dir, "config.toml"), []byte(config), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// run runs a command and returns what it prints, and its exit code.
func (c *computer) run(args ...string) (out string, code int) {
	c.t.Helper()
	cmd := exec.Command(c.program, append([]string{"--config", filepath.Join(c.dir, "config.toml"), "--db", filepath.Join(c.dir, "dateline.db")}, args...)...)
	cmd.Env = append(os.Environ(), "HOME="+c.dir, "XDG_STATE_HOME="+c.dir, "XDG_DATA_HOME="+c.dir)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if cmd.ProcessState == nil {
		c.t.Fatal(err)
	}
	for _, secret := range c.secrets {
		if strings.Contains(stdout.String()+stderr.String(), secret) {
			c.t.Errorf("dateline %v prints a secret: %s%s", args, &stdout, &stderr)
		}
	}
	code = cmd.ProcessState.ExitCode()
	if code != 0 {
		return stdout.String() + stderr.String(), code
	}
	return stdout.String(), code
}

// must runs a command that succeeds.
func (c *computer) must(args ...string) string {
	c.t.Helper()
	out, code := c.run(args...)
	if code != 0 {
		c.t.Fatalf("dateline %v ended with %d: %s", args, code, out)
	}
	return out
}

// syncLine is the line of an account of `refresh --json`.
type syncLine struct {
	Account, Status, Error string
	New                    int
	Sent                   *int
}

// refresh runs a refresh that succeeds and returns how many marks were sent to all accounts.
func (c *computer) refresh(args ...string) int {
	c.t.Helper()
	sent := 0
	for _, l := range lines[syncLine](c.t, c.must(append([]string{"refresh", "--json"}, args...)...)) {
		if l.Sent != nil {
			sent += *l.Sent
		}
		if l.Error != "" {
			c.t.Errorf("refresh: %s", l.Error)
		}
	}
	return sent
}

// fails runs a refresh that fails, and checks the message.
func (c *computer) fails(want string, args ...string) {
	c.t.Helper()
	out, code := c.run(append([]string{"refresh", "--json"}, args...)...)
	found := ""
	for _, l := range lines[syncLine](c.t, out) {
		if l.Sent != nil {
			found += l.Error
		}
	}
	if code == 0 || !strings.Contains(found, want) || len(found) > 300 {
		c.t.Fatalf("the refresh ended with %d: %s; want %q", code, out, want)
	}
}

func lines[T any](t *testing.T, out string) []T {
	t.Helper()
	var list []T
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, "{") {
			continue
		}
		var v T
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		list = append(list, v)
	}
	return list
}

// listed is a line of `list --json`.
type listed struct {
	ID                   int64
	Title, Feed, Account string
	Read, Starred        bool
	Tags                 []string
}

func (c *computer) list(query ...string) []listed {
	c.t.Helper()
	return lines[listed](c.t, c.must(append([]string{"list", "--json", "--limit", "0"}, query...)...))
}

// session opens the database and the configuration in this process, for what does not depend
// on the program: that saves more than half of the time.
func (c *computer) session(use func(s *cli.Session) error) {
	c.t.Helper()
	s, err := openSession(c.t.Context(), cli.Files{Config: filepath.Join(c.dir, "config.toml"), DB: filepath.Join(c.dir, "dateline.db")})
	if err == nil {
		err = errors.Join(use(s), s.Close())
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// states returns the marks by the titles. A title that is there twice is an error.
func (c *computer) states() map[string]string {
	c.t.Helper()
	states := map[string]string{}
	c.session(func(s *cli.Session) error { return c.read(s, states) })
	return states
}

func (c *computer) read(s *cli.Session, states map[string]string) error {
	return s.Store.Items(c.t.Context(), cache.View{}, 0, func(a feed.Article) error {
		if a.Feed == guideURL {
			return nil
		}
		if _, twice := states[a.Title]; twice {
			c.t.Errorf("%s is there twice", a.Title)
		}
		states[a.Title] = marks(a.Read, a.Starred)
		return nil
	}, false)
}

// settled returns the marks by the titles, and the accounts.
func (c *computer) settled() (states map[string]string, accounts []feed.Account) {
	c.t.Helper()
	states = map[string]string{}
	c.session(func(s *cli.Session) (err error) {
		accounts, err = s.Source.Accounts(c.t.Context())
		return errors.Join(err, c.read(s, states))
	})
	return states, accounts
}

// mark marks items by their titles.
func (c *computer) mark(mark string, titles ...string) {
	c.t.Helper()
	flag := feed.Read
	if strings.HasSuffix(mark, "starred") {
		flag = feed.Starred
	}
	c.session(func(s *cli.Session) error {
		var ids []int64
		err := s.Store.Items(c.t.Context(), cache.View{}, 0, func(a feed.Article) error {
			if slices.Contains(titles, a.Title) {
				ids = append(ids, a.ID)
			}
			return nil
		}, false)
		if len(ids) != len(titles) {
			c.t.Fatalf("%d of %v are here", len(ids), titles)
		}
		_, failed := s.Store.Apply(c.t.Context(), cache.MarkItems{{Items: ids, Flag: flag, On: mark == "read" || mark == "starred", At: time.Now()}})
		return errors.Join(err, failed)
	})
}

// accountLine is a line of `accounts --json`.
type accountLine struct {
	Name, Error            string
	Pending, Feeds, Unread int
	LastSynced             string `json:"last_synced"`
}

func (c *computer) account() accountLine {
	c.t.Helper()
	return lines[accountLine](c.t, c.must("accounts", "--json"))[0]
}
