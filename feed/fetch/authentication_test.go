package fetch

import (
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"hash"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/icholy/digest"

	"dateline/feed"
)

// hashed returns KD and H of RFC 7616, made without the library.
func hashed(h hash.Hash, parts ...string) string {
	h.Write([]byte(strings.Join(parts, ":")))
	return fmt.Sprintf("%x", h.Sum(nil))
}

// digestServer accepts user ann with password pw by digest authentication and
// records each request.
type digestServer struct {
	algorithm string
	nonce     string
	stale     bool
	visits    []string
	counts    map[int]bool
}

func (d *digestServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	authorization := r.Header.Get("Authorization")
	scheme, _, _ := strings.Cut(authorization, " ")
	d.visits = append(d.visits, scheme)
	if c, err := digest.ParseCredentials(authorization); err == nil && c.Nonce == d.nonce && !d.counts[c.Nc] {
		newHash := sha256.New
		if d.algorithm == "MD5" {
			newHash = md5.New
		}
		a1 := hashed(newHash(), "ann", "news", "pw")
		a2 := hashed(newHash(), "GET", r.RequestURI)
		if c.Username == "ann" && c.Response == hashed(newHash(), a1, d.nonce, fmt.Sprintf("%08x", c.Nc), c.Cnonce, "auth", a2) {
			d.counts[c.Nc] = true
			w.Write([]byte("in"))
			return
		}
	}
	w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Basic realm="a, Digest b", Digest realm="news", qop="auth-int, auth", algorithm=%s, nonce=%q, stale=%v`, d.algorithm, d.nonce, d.stale))
	w.WriteHeader(http.StatusUnauthorized)
}

// A digest request has the right hash and never the password. Its nonce is
// reused with an increasing count until it expires.
func TestDigest(t *testing.T) {
	for _, algorithm := range []string{"MD5", "SHA-256"} {
		d := &digestServer{algorithm: algorithm, nonce: "n1", counts: map[int]bool{}}
		s := serve(t, "127.0.0.1", d.ServeHTTP)
		c := client(t)
		r := Request{URL: s.URL + "/feed?x=%20y", Access: feed.Access{User: "ann", Password: "pw"}}
		get(t, c, r)
		get(t, c, r)
		d.nonce, d.stale, d.counts = "n2", true, map[int]bool{}
		if res := get(t, c, r); string(res.Body) != "in" {
			t.Errorf("%s: body %q", algorithm, res.Body)
		}
		if got := strings.Join(d.visits, ","); got != ",Digest,Digest,Digest,Digest" {
			t.Errorf("%s: the server saw %q", algorithm, got)
		}
		d.stale, r.Access.Password = false, "wr0ng"
		e := fail(t, c, r, KindAuth)
		checkMessage(t, e, "refuses", "password_command")
		noSecret(t, e, "wr0ng")
		if len(d.visits) > 7 {
			t.Errorf("%s: a wrong password was tried %d times", algorithm, len(d.visits)-5)
		}
	}
}

// noSecret fails if an error contains a secret.
func noSecret(t *testing.T, e *Error, secret string) {
	t.Helper()
	if all := fmt.Sprintf("%s %s %s %v", e.Error(), e.UserMessage(), e.URL, e.Err); strings.Contains(all, secret) {
		t.Errorf("the secret is shown: %s", all)
	}
}

// basicServer accepts user ann with a password and counts the requests.
func basicServer(password *atomic.Value, requested *atomic.Int64) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		requested.Add(1)
		if user, given, _ := r.BasicAuth(); user != "ann" || given != password.Load() {
			w.Header().Set("WWW-Authenticate", `basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	}
}

// Basic credentials are sent over http only if the server asks for them, and
// over https at once.
func TestBasicWaitsForChallenge(t *testing.T) {
	var password atomic.Value
	var requested atomic.Int64
	password.Store("pw")
	open := serve(t, "127.0.0.1", basicServer(&password, &requested))
	r := Request{URL: open.URL, Access: feed.Access{User: "ann", Password: "pw"}}
	get(t, client(t), r)
	if requested.Load() != 2 {
		t.Errorf("requested %d times over http", requested.Load())
	}
	closed, trusting := secure(t, certificate(t, anyName), basicServer(&password, &requested))
	r.URL = closed.URL
	get(t, trusting, r)
	if requested.Load() != 3 {
		t.Errorf("requested %d times over TLS", requested.Load()-2)
	}
	r.Access.Password = "wr0ng"
	noSecret(t, fail(t, trusting, r, KindAuth), "wr0ng")
	if requested.Load() != 4 {
		t.Errorf("a wrong password was sent %d times", requested.Load()-3)
	}
}

// A password command runs once, and again when the password is refused.
func TestPasswordCommand(t *testing.T) {
	var password atomic.Value
	var requested atomic.Int64
	password.Store("first")
	s := serve(t, "127.0.0.1", basicServer(&password, &requested))
	dir := t.TempDir()
	file, log := filepath.Join(dir, "password"), filepath.Join(dir, "log")
	say := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ran := func() int {
		text, _ := os.ReadFile(log)
		return len(text)
	}
	c := client(t)
	r := Request{URL: s.URL, Configured: true, Access: feed.Access{
		User: "ann", PasswordCommand: []string{"sh", "-c", `printf x >>"$1"; cat "$2"`, "sh", log, file},
	}}
	say("first\r\nsecond line\n")
	get(t, c, r)
	get(t, c, r)
	if ran() != 1 {
		t.Errorf("the command ran %d times", ran())
	}
	say("changed")
	password.Store("changed")
	get(t, c, r)
	if ran() != 2 {
		t.Errorf("after a change the command ran %d times", ran())
	}
	say("wr0ng")
	password.Store("other")
	noSecret(t, fail(t, c, r, KindAuth), "wr0ng")
	before := ran()
	noSecret(t, fail(t, c, r, KindAuth), "wr0ng")
	if ran() != before+1 {
		t.Errorf("a wrong password was printed %d times", ran()-before)
	}
	r.Access.PasswordCommand = []string{"sh", "-c", "echo s3cret; echo s3cret >&2; exit 3"}
	e := fail(t, c, r, KindProgram)
	checkMessage(t, e, "password_command", "exit status 3")
	noSecret(t, e, "s3cret")
	r.Access.PasswordCommand = []string{"true"}
	checkMessage(t, fail(t, c, r, KindProgram), "printed nothing")
	r.Configured = false
	fail(t, c, r, KindLocal)
}

// Cookies that a site sets during redirects are sent back to this site only.
// Configured cookies are sent to the feed's own host only.
func TestCookies(t *testing.T) {
	var away []string
	other := serve(t, "127.0.0.2", func(w http.ResponseWriter, r *http.Request) {
		away = append(away, r.Header.Get("Cookie"))
		if r.URL.Path == "/page" {
			http.SetCookie(w, &http.Cookie{Name: "theirs", Value: "1"})
			http.Redirect(w, r, "/feed", http.StatusFound)
		}
	})
	var home []string
	own := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		home = append(home, r.Header.Get("Cookie"))
		if _, err := r.Cookie("seen"); err != nil {
			http.SetCookie(w, &http.Cookie{Name: "seen", Value: "yes"})
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
			return
		}
		http.Redirect(w, r, other.URL+"/page", http.StatusFound)
	})
	c := client(t)
	get(t, c, Request{URL: own.URL + "/feed", Access: feed.Access{Cookies: "session=s3"}})
	if got := strings.Join(home, "|"); got != "session=s3|session=s3; seen=yes" {
		t.Errorf("on the own host %q", got)
	}
	if got := strings.Join(away, "|"); got != "|theirs=1" {
		t.Errorf("on other hosts %q", got)
	}
	home = nil
	get(t, c, Request{URL: own.URL + "/feed"})
	if home[0] != "" {
		t.Errorf("a cookie outlived its request: %q", home[0])
	}
}

// Validators are sent only to the host that they came from.
func TestValidatorsStayOnTheirHost(t *testing.T) {
	var tags []string
	note := func(r *http.Request) { tags = append(tags, r.Host[:9]+r.Header.Get("If-None-Match")) }
	other := serve(t, "127.0.0.2", func(w http.ResponseWriter, r *http.Request) { note(r) })
	own := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		note(r)
		http.Redirect(w, r, other.URL, http.StatusFound)
	})
	c := client(t)
	get(t, c, Request{URL: own.URL, ETag: "E"})
	get(t, c, Request{URL: own.URL, ETag: "E", Validated: other.URL + "/feed"})
	if got := strings.Join(tags, " "); got != "127.0.0.1E 127.0.0.2 127.0.0.1 127.0.0.2E" {
		t.Errorf("sent %s", got)
	}
}

// If an environment variable is missing, nothing is sent, and the error names
// the variable.
func TestUnsetVariable(t *testing.T) {
	s := serve(t, "127.0.0.1", func(http.ResponseWriter, *http.Request) { t.Error("the server received a request") })
	e := fail(t, client(t), Request{URL: s.URL, Access: feed.Access{Unset: "NEWS_PASSWORD"}}, KindUnset)
	checkMessage(t, e, "NEWS_PASSWORD")
}
