package probe

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dateline/feed"
	"dateline/feed/fetch"
)

// miniflux refuses as Miniflux 2.3 does: both APIs are at the root, and the native one
// answers with JSON.
func miniflux(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasPrefix(r.URL.Path, "/v1/"):
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error_message":"access unauthorized"}`)
	case strings.HasPrefix(r.URL.Path, "/reader/"):
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, "Unauthorized")
	default:
		fmt.Fprint(w, "<html>")
	}
}

// freshRSS returns a FreshRSS whose greader.php is at a path.
func freshRSS(path string, status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, path+"/reader/api/0/") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
		w.WriteHeader(status)
		fmt.Fprint(w, http.StatusText(status)+"!")
	}
}

// TestFind checks that each kind of server is found from the address that people have, and
// that a site which is none is an error that says what to do.
func TestFind(t *testing.T) {
	for name, c := range map[string]struct {
		handler          http.HandlerFunc
		path, kind, base string
		err              string
	}{
		"Miniflux":                {miniflux, "", Miniflux, "", ""},
		"Miniflux with /":         {miniflux, "/", Miniflux, "", ""},
		"Miniflux by its API":     {miniflux, "/v1/", Miniflux, "", ""},
		"FreshRSS":                {freshRSS("/api/greader.php", 401), "/", GReader, "/api/greader.php", ""},
		"FreshRSS with p":         {freshRSS("/p/api/greader.php", 401), "", GReader, "/p/api/greader.php", ""},
		"FreshRSS in a directory": {freshRSS("/rss/api/greader.php", 401), "/rss", GReader, "/rss/api/greader.php", ""},
		"FreshRSS by its API":     {freshRSS("/api/greader.php", 401), "/api/greader.php", GReader, "/api/greader.php", ""},
		"FreshRSS without API":    {freshRSS("/api/greader.php", 503), "", "", "", "switched off"},
		"a site":                  {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, "", "", "", "neither a Miniflux nor"},
		"a site with a login": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", "Basic")
			w.WriteHeader(http.StatusUnauthorized)
		}, "", "", "", "neither a Miniflux nor"},
		"a page that asks to log in": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, "<html>Log in</html>")
		}, "", "", "", "neither a Miniflux nor"},
	} {
		server := httptest.NewServer(c.handler)
		kind, base, err := Find(t.Context(), fetch.New(fetch.Options{}), server.URL+c.path, feed.Access{})
		server.Close()
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: got %s, %v; want %s", name, kind, err, c.err)
			}
			continue
		}
		if kind != c.kind || base != server.URL+c.base || err != nil {
			t.Errorf("%s: got %s at %s, %v; want %s at %s", name, kind, base, err, c.kind, c.base)
		}
	}
}

// TestNoSecretIsSent checks that no login of the options is sent to a server that is not
// known yet, and that a server that is down costs one request.
func TestNoSecretIsSent(t *testing.T) {
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		if r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "" {
			t.Errorf("%s was sent a secret", r.URL)
		}
		miniflux(w, r)
	}))
	defer server.Close()
	access := feed.Access{User: "ann", Password: "s3cret", Cookies: "a=s3cret"}
	if _, _, err := Find(t.Context(), fetch.New(fetch.Options{}), server.URL, access); err != nil || requests != 1 {
		t.Errorf("%d requests, %v", requests, err)
	}
	server.Close()
	if _, _, err := Find(t.Context(), fetch.New(fetch.Options{}), server.URL, access); !unreachable(err) {
		t.Errorf("a server that is down: %v", err)
	}
}
