package poll

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"dateline/feed/fetch"
)

// toLoopback sends the requests for all hosts to one server on this computer.
type toLoopback struct{ host string }

func (l toLoopback) RoundTrip(r *http.Request) (*http.Response, error) {
	there := r.Clone(r.Context())
	there.URL.Scheme, there.URL.Host = "http", l.host
	return http.DefaultTransport.RoundTrip(there)
}

// newHostRig returns a rig whose requests all go to a server on this computer.
func newHostRig(t *testing.T, answer http.HandlerFunc) *rig {
	u, err := url.Parse(serve(t, answer).URL)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t)
	r.client = fetch.New(fetch.Options{Transport: toLoopback{u.Host}})
	return r
}

// The feeds that a page links to come before the feeds known for its host. A
// feed in both is listed once.
func TestDiscoverJoinsHostFeeds(t *testing.T) {
	r := newHostRig(t, func(w http.ResponseWriter, _ *http.Request) {
		head := `<meta name="generator" content="Ghost 5.8"><link rel="alternate" type="application/rss+xml" title="All" href="/all.rss">`
		head += `<link rel="alternate" type="application/rss+xml" title="Ours" href="/rss">`
		io.WriteString(w, strings.Replace(page, "%s", head, 1))
	})
	got, err := r.Discover(context.Background(), "blog.example/a-post")
	if err != nil || len(got) != 2 || got[0].Title != "All" || got[1].Title != "Ours" || got[1].Note != "posts" {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = r.Discover(context.Background(), "https://github.com/golang/go")
	if err != nil || len(got) < 3 || got[0].Title != "All" || got[2].Note != "releases" {
		t.Errorf("%+v, %v", got, err)
	}
}

// If a page is refused or is not a page, the feeds that follow from its address
// are returned. That does not apply to missing pages and unknown hosts.
func TestDiscoverUnreadablePage(t *testing.T) {
	r := newHostRig(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/o/refused":
			w.WriteHeader(http.StatusForbidden)
		case "/o/busy":
			w.WriteHeader(http.StatusTooManyRequests)
		case "/o/app":
			io.WriteString(w, `{"app": true}`)
		case "/o/login":
			http.Redirect(w, r, "https://login.example/", http.StatusFound)
		case "/":
			io.WriteString(w, strings.Replace(page, "%s", "", 1))
		default:
			http.NotFound(w, r)
		}
	})
	for _, path := range []string{"refused", "busy", "app", "login"} {
		got, err := r.Discover(context.Background(), " github.com/o/"+path)
		if want := "https://github.com/o/" + path + "/releases.atom"; err != nil || len(got) == 0 || got[0].URL != want {
			t.Errorf("%s: %+v, %v", path, got, err)
		}
	}
	for _, address := range []string{"https://github.com/o/none", "https://other.example/o/refused", "https://github.com/o/refused/x.atom"} {
		if got, err := r.Discover(context.Background(), address); err == nil || len(got) > 0 {
			t.Errorf("%s: %+v, %v", address, got, err)
		}
	}
}

// Only a few well-known paths are tried.
func TestDiscoverTriesFewPlaces(t *testing.T) {
	var requested []string
	r := newHostRig(t, func(w http.ResponseWriter, r *http.Request) {
		requested = append(requested, r.URL.Path)
		io.WriteString(w, strings.Replace(page, "%s", "", 1))
	})
	if got, err := r.Discover(context.Background(), "https://site.example/"); err == nil || len(requested) < 8 || len(requested) > 12 {
		t.Errorf("%+v, %v after asking %q", got, err, requested)
	}
}
