package fetch

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// chain serves /CODE/CODE/…: each step redirects with the first code to the
// rest.
func chain(t *testing.T) string {
	return serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		first, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		if code, err := strconv.Atoi(first); err == nil {
			http.Redirect(w, r, "/"+rest, code)
			return
		}
		w.Write([]byte("end"))
	}).URL
}

// Only permanent redirects at the start of a chain give a new address.
func TestRedirectChains(t *testing.T) {
	base := chain(t)
	for _, c := range []struct {
		path, permanent string
		hops            int
	}{
		{"/end", "", 0},
		{"/301/end", "/end", 1},
		{"/308/301/end", "/end", 2},
		{"/301/302/end", "/302/end", 2},
		{"/302/301/end", "", 2},
		{"/303/307/end", "", 2},
		{"/302/302/302/302/302/302/302/302/302/302/end", "", 10},
	} {
		res := get(t, client(t), Request{URL: base + c.path})
		want := c.permanent
		if want != "" {
			want = base + want
		}
		if res.Permanent != want || res.Redirects != c.hops || res.FinalURL != base+"/end" || string(res.Body) != "end" {
			t.Errorf("%s: %+v", c.path, res)
		}
	}
}

// Endless chains fail, each with its own reason.
func TestEndlessRedirects(t *testing.T) {
	base := chain(t)
	fail(t, client(t), Request{URL: base + strings.Repeat("/302", 11) + "/end"}, KindRedirects)

	for location, kind := range map[string]Kind{
		"/a":                  KindLoop,
		"file:///etc/passwd":  KindScheme,
		"builtin:guide":       KindScheme,
		"gopher://127.0.0.1/": KindScheme,
		"http://[bad":         KindRedirects,
		"":                    KindStatus,
	} {
		requested := 0
		s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
			requested++
			w.Header()["Location"] = []string{location}
			w.WriteHeader(http.StatusFound)
		})
		e := fail(t, client(t, func(o *Options) {
			o.Builtin = func(string) ([]byte, bool) { return nil, true }
		}), Request{URL: s.URL + "/a"}, kind)
		if requested != 1 || !strings.HasSuffix(e.UserMessage(), ".") {
			t.Errorf("Location %q: requested %d times, %s", location, requested, e.UserMessage())
		}
	}
}

// Secrets for one host never reach another host, even if that host redirects
// back to the first.
func TestSecretsStayAtHome(t *testing.T) {
	type visit struct {
		path string
		h    http.Header
	}
	var home, away []visit
	var homeURL string
	other := serve(t, "127.0.0.2", func(w http.ResponseWriter, r *http.Request) {
		away = append(away, visit{r.URL.Path, r.Header})
		http.Redirect(w, r, homeURL+"/back", http.StatusFound)
	})
	own := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		home = append(home, visit{r.URL.Path, r.Header})
		switch r.URL.Path {
		case "/start":
			http.Redirect(w, r, "/inside", http.StatusFound)
		case "/inside":
			// A redirect must not set a password either.
			http.Redirect(w, r, strings.Replace(other.URL, "://", "://planted:pw@", 1)+"/", http.StatusFound)
		}
	})
	homeURL = own.URL
	res := get(t, client(t), Request{
		URL:     strings.Replace(own.URL, "://", "://me:pw@", 1) + "/start",
		Headers: map[string]string{"Cookie": "a=b", "X-Key": "k"},
	})
	if res.FinalURL != own.URL+"/back" || len(home) != 3 || len(away) != 1 {
		t.Fatalf("got %+v after %d and %d visits", res, len(home), len(away))
	}
	for _, v := range append(home, away...) {
		inside := v.path == "/start" || v.path == "/inside"
		for _, name := range []string{"Authorization", "Cookie", "X-Key"} {
			if (v.h.Get(name) != "") != inside {
				t.Errorf("%s: %s is %q", v.path, name, v.h.Get(name))
			}
		}
		if v.h.Get("Referer") != "" {
			t.Errorf("%s: the feed's address is reported: %s", v.path, v.h.Get("Referer"))
		}
	}
}

// https on the same name is still the feed's own host. Another port or name is
// not.
func TestSameHost(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"http://a.example/", "http://A.example:80/x", true},
		{"http://a.example/", "https://a.example/", true},
		{"https://a.example:8443/", "https://a.example/", false},
		{"http://a.example/", "http://a.example:8080/", false},
		{"http://a.example/", "http://b.a.example/", false},
		{"http://[::1]:80/", "http://[::1]/", true},
	} {
		a, errA := parseURL(c.a)
		b, errB := parseURL(c.b)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if got := sameHost(a, b); got != c.want {
			t.Errorf("sameHost(%s, %s) = %v", c.a, c.b, got)
		}
	}
}

// A long body of a redirect is not read.
func TestRedirectBodyIsNotRead(t *testing.T) {
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/end" {
			w.Write([]byte("end"))
			return
		}
		w.Header().Set("Location", "/end")
		w.WriteHeader(http.StatusFound)
		endless(w, r)
	})
	if res := get(t, client(t), Request{URL: s.URL}); string(res.Body) != "end" {
		t.Errorf("body %q", res.Body)
	}
}
