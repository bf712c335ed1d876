package greader

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/account"
	"dateline/feed/account/greadertest"
	"dateline/feed/fetch"
)

// start returns a fake server with a feed of some entries, and an account there.
func start(t *testing.T, d greadertest.Dialect, n int) (*greadertest.Server, *Server, []string) {
	t.Helper()
	fake := greadertest.New(t, d, nil)
	f := fake.AddFeed("https://example.org/feed", "A feed", "News")
	ids := fake.AddEntries(f, make([]greadertest.Entry, n)...)
	return fake, newServer(settings(fake.URL, greadertest.User, greadertest.Password)), ids
}

// dialects are those of the fake server.
func dialects(t *testing.T, test func(t *testing.T, d greadertest.Dialect)) {
	t.Run("miniflux", func(t *testing.T) { test(t, greadertest.Miniflux) })
	t.Run("freshrss", func(t *testing.T) { test(t, greadertest.FreshRSS) })
}

// checkSecret checks that an error does not tell the password.
func checkSecret(t *testing.T, err error) {
	t.Helper()
	var failed *fetch.Error
	if errors.As(err, &failed) && strings.Contains(failed.UserMessage(), "secret-") || err != nil && strings.Contains(err.Error(), "secret-") {
		t.Errorf("the error has the password: %v", err)
	}
}

// TestBaseIsFound protects that the API is found from what people see in their browser.
func TestBaseIsFound(t *testing.T) {
	for path, d := range map[string]greadertest.Dialect{
		"": greadertest.Miniflux, "/": greadertest.Miniflux, "/reader/api/0": greadertest.Miniflux,
		"/ ": greadertest.FreshRSS, "/i/": greadertest.FreshRSS, "/i/?a=normal": greadertest.FreshRSS, "/api/": greadertest.FreshRSS,
		"/api/greader.php": greadertest.FreshRSS, "/api/greader.php/": greadertest.FreshRSS,
	} {
		fake, _, _ := start(t, d, 1)
		s := newServer(settings(fake.URL+strings.TrimSpace(path), greadertest.User, greadertest.Password))
		for range 2 {
			if feeds, err := s.Feeds(context.Background()); err != nil || len(feeds) != 1 {
				t.Errorf("%q: %v, %v", path, feeds, err)
			}
		}
		logins := 0
		for _, p := range fake.Counts().Paths {
			if strings.Contains(p, loginPath) {
				logins++
			}
			if strings.Contains(p, "secret") {
				t.Errorf("%q: the password is in an address: %s", path, p)
			}
		}
		if logins > 2 {
			t.Errorf("%q: %d logins", path, logins)
		}
	}
}

// TestLoginErrors protects that each reason why there is no login has its own error, and
// that a password which is refused is not tried elsewhere.
func TestLoginErrors(t *testing.T) {
	dialects(t, func(t *testing.T, d greadertest.Dialect) {
		for _, c := range []struct {
			name   string
			quirks func(q *greadertest.Quirks)
			want   error
			words  string
		}{
			{"refused", func(q *greadertest.Quirks) { q.Passwords = []string{"other"} }, account.ErrRefused, "API password"},
			{"no API", func(q *greadertest.Quirks) { q.NoAPI = true }, account.ErrUnsuitable, "switch on the API"},
			{"pages", func(q *greadertest.Quirks) { q.Pages = true }, account.ErrUnsuitable, "Integrations > Google Reader"},
			{"off", func(q *greadertest.Quirks) { q.Off = true }, account.ErrUnsuitable, "switched off"},
		} {
			fake, s, _ := start(t, d, 1)
			fake.Set(c.quirks)
			_, err := s.Unread(context.Background())
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.words) || len(err.Error()) > 280 {
				t.Errorf("%s: %v", c.name, err)
			}
			checkSecret(t, err)
			paths := len(fake.Counts().Paths)
			later := newServer(settings(fake.URL, greadertest.User, greadertest.Password))
			fake.Set(func(q *greadertest.Quirks) { *q = greadertest.Quirks{} })
			if _, err := later.Feeds(context.Background()); err != nil {
				t.Fatal(err)
			}
			fake.Set(c.quirks)
			if _, err := later.Unread(context.Background()); c.want == account.ErrUnsuitable && !errors.Is(err, c.want) {
				t.Errorf("%s later: %v", c.name, err)
			}
			if n := paths; c.want == account.ErrRefused && n > 2 {
				t.Errorf("%s: %d requests: %q", c.name, n, fake.Counts().Paths)
			}
		}
	})
}

// TestPause protects that the pause which a server asks for is kept, at the login and later.
func TestPause(t *testing.T) {
	for _, status := range []int{429, 503} {
		for _, later := range []bool{false, true} {
			fake, s, ids := start(t, greadertest.FreshRSS, 1)
			if later {
				if _, err := s.Feeds(context.Background()); err != nil {
					t.Fatal(err)
				}
			}
			fake.Set(func(q *greadertest.Quirks) { q.Status, q.RetryAfter = status, "120" })
			_, listErr := s.Starred(context.Background())
			for _, err := range []error{listErr, s.Mark(context.Background(), feed.Read, true, ids)} {
				var failed *fetch.Error
				if !errors.As(err, &failed) || failed.Status != status || failed.RetryAfter != 2*time.Minute {
					t.Errorf("%d, later %v: %v", status, later, err)
				}
			}
		}
	}
}

// TestSessionsEnd protects that one more login, or one more token, is all that it takes if
// a server has forgotten the old one, and that a refused password is told.
func TestSessionsEnd(t *testing.T) {
	dialects(t, func(t *testing.T, d greadertest.Dialect) {
		ctx := context.Background()
		fake, s, ids := start(t, d, 3)
		for round, end := range []func(){func() {}, fake.ExpireLogins, fake.ExpireTokens, func() { fake.ExpireLogins(); fake.ExpireTokens() }} {
			for _, post := range []bool{true, false} {
				end()
				fake.ResetCounts()
				err := s.Mark(ctx, feed.Starred, round%2 == 0, ids)
				if !post {
					_, err = s.Unread(ctx)
				}
				if err != nil {
					t.Fatalf("round %d, post %v: %v", round, post, err)
				}
				if _, starred, _ := fake.State(ids[0]); starred != (round%2 == 0) {
					t.Errorf("round %d: starred %v", round, starred)
				}
				if n := len(fake.Counts().Paths); n > 9 {
					t.Errorf("round %d: %d requests: %q", round, n, fake.Counts().Paths)
				}
			}
		}
		fake.ExpireLogins()
		fake.Set(func(q *greadertest.Quirks) { q.Passwords = []string{"other"} })
		_, err := s.Unread(ctx)
		for _, err := range []error{err, s.Mark(ctx, feed.Read, true, ids)} {
			if !errors.Is(err, account.ErrRefused) {
				t.Errorf("revoked: %v", err)
			}
			checkSecret(t, err)
		}
		if read, _, _ := fake.State(ids[0]); read {
			t.Error("a revoked login could mark")
		}
	})
}

// TestPasswordCommand protects that a command is run again if its password is refused,
// and that a password which stays the same is not sent twice.
func TestPasswordCommand(t *testing.T) {
	ctx := context.Background()
	fake, _, _ := start(t, greadertest.FreshRSS, 1)
	file := filepath.Join(t.TempDir(), "password")
	write := func(password string) {
		if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		fake.ExpireLogins()
	}
	write("secret-first")
	fake.Set(func(q *greadertest.Quirks) { q.Passwords = []string{"secret-first"} })
	a := settings(fake.URL+"/api/greader.php", greadertest.User, "")
	a.Access.PasswordCommand = []string{"cat", file}
	s := newServer(a)
	if _, err := s.Feeds(ctx); err != nil {
		t.Fatal(err)
	}
	fake.Set(func(q *greadertest.Quirks) { q.Passwords = []string{"secret-second"} })
	write("secret-second")
	if _, err := s.Feeds(ctx); err != nil {
		t.Errorf("the new password: %v", err)
	}
	fake.Set(func(q *greadertest.Quirks) { q.Passwords = []string{"secret-third"} })
	write("secret-second")
	fake.ResetCounts()
	_, err := s.Feeds(ctx)
	checkSecret(t, err)
	if n := len(fake.Counts().Paths); !errors.Is(err, account.ErrRefused) || n != 2 {
		t.Errorf("%d requests, %v", n, err)
	}
}

// TestUnsetVariable protects that nothing is sent without the password.
func TestUnsetVariable(t *testing.T) {
	fake, _, _ := start(t, greadertest.Miniflux, 1)
	a := settings(fake.URL, greadertest.User, "")
	a.Access.Unset = "NOT_SET"
	_, err := newServer(a).Feeds(context.Background())
	var failed *fetch.Error
	if !errors.As(err, &failed) || failed.Kind != fetch.KindUnset || len(fake.Counts().Paths) > 0 {
		t.Errorf("%v, %q", err, fake.Counts().Paths)
	}
}

// TestClockAhead protects that whole seconds in the header are no difference of the clocks,
// and that a wrong clock is.
func TestClockAhead(t *testing.T) {
	sent := time.Date(2026, 3, 1, 10, 0, 0, 700_000_000, time.UTC)
	received := sent.Add(600 * time.Millisecond)
	for shown, want := range map[time.Duration]time.Duration{0: 0, time.Second: 0, -time.Minute: -time.Minute, time.Hour: time.Hour} {
		got := clockAhead(sent, received, sent.Truncate(time.Second).Add(shown))
		if (got-want).Abs() > 700*time.Millisecond || want == 0 && got != 0 {
			t.Errorf("shown %v: %v", shown, got)
		}
	}
}

// TestOwnHeadersStay protects that headers of the configuration are sent, but never in place
// of the login.
func TestOwnHeadersStay(t *testing.T) {
	a := settings("https://example.org", "ann", "secret-x")
	a.Headers = map[string]string{"X-Own": "1", "authorization": "Basic x"}
	call := newServer(a).request("POST", "edit-tag", url.Values{"i": {"1"}}, session{base: "https://example.org", auth: "A", token: "T"})
	if call.Headers["X-Own"] != "1" || call.Headers["Authorization"] != "GoogleLogin auth=A" || len(call.Headers) != 2 || call.Access.User != "" || call.Access.Password != "" {
		t.Errorf("headers %v, access %+v", call.Headers, call.Access)
	}
	if len(a.Headers) != 2 || a.Headers["authorization"] != "Basic x" {
		t.Errorf("the settings were changed: %v", a.Headers)
	}
}
