package fetch

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestParseRefresh(t *testing.T) {
	for value, want := range map[string]string{
		"0; url=/feed.xml":       "/feed.xml",
		"0;url=/feed.xml":        "/feed.xml",
		"0,url=/feed.xml":        "/feed.xml",
		"0 url=/feed.xml":        "/feed.xml",
		"0; URL = '/feed.xml' x": "/feed.xml",
		`0;Url="/a'b.xml"`:       "/a'b.xml",
		"0; url='/open":          "/open",
		"0; /feed.xml":           "/feed.xml",
		"0; 'feed.xml'":          "feed.xml",
		"  3.5 ; url=feed.xml ":  "feed.xml",
		".5; url=feed.xml":       "feed.xml",
		"00010;url=?a=b;c":       "?a=b;c",
		"0; url":                 "url",
		"0; urls/feed":           "urls/feed",
		"11; url=/feed.xml":      "",
		"300; url=/feed.xml":     "",
		"99999999999999; url=/x": "",
		"5":                      "",
		"5;":                     "",
		"0; url=":                "",
		"0; url=''":              "",
		"0; url='  '":            "",
		"":                       "",
		"url=/feed.xml":          "",
		"; url=/feed.xml":        "",
		"0x; url=/feed.xml":      "",
		"-1; url=/feed.xml":      "",
	} {
		if got, ok := parseRefresh(value); got != want || ok != (want != "") {
			t.Errorf("%q leads to %q, %v; want %q", value, got, ok, want)
		}
	}
}

// Only web pages lead on, and only where a browser without scripts would go.
func TestPageRefresh(t *testing.T) {
	const meta = `<meta http-equiv="refresh" content="0; url=/feed.xml">`
	const to = "https://example.org/feed.xml"
	wide := ""
	for _, c := range meta {
		wide += string(c) + "\x00"
	}
	for name, c := range map[string]struct{ media, header, body, want string }{
		"a page":                      {"text/html", "", "<html><head>" + meta + "</head></html>", to},
		"capitals":                    {"text/html", "", "<!DOCTYPE HTML><HTML><HEAD><META HTTP-EQUIV=REFRESH CONTENT='0;URL=/feed.xml'>", to},
		"content first":               {"text/html", "", "<meta content='0;url=/feed.xml' http-equiv=' Refresh '>", to},
		"no html element":             {"text/html; charset=utf-8", "", meta, to},
		"no type":                     {"", "", "<!doctype html><title>Moved</title>" + meta, to},
		"a wrong type":                {"application/rss+xml", "", "<html><head>" + meta, to},
		"XHTML":                       {"application/xhtml+xml", "", `<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x"><html xmlns="http://www.w3.org/1999/xhtml"><head><meta http-equiv="refresh" content="0; url=/feed.xml"/>`, to},
		"a comment before":            {"", "", "<!-- moved -->\n<html>" + meta, to},
		"in the body":                 {"text/html", "", "<body><p>We have moved</p>" + meta, to},
		"words first":                 {"text/html", "", "We have moved " + meta, to},
		"UTF-16":                      {"text/html", "", "\xff\xfe" + wide, to},
		"an entity":                   {"text/html", "", `<meta http-equiv=refresh content="0; url=/feed?a=b&amp;c=d">`, "https://example.org/feed?a=b&c=d"},
		"a whole address":             {"text/html", "", `<meta http-equiv=refresh content="0; url=http://other.example/feed">`, "http://other.example/feed"},
		"without a scheme":            {"text/html", "", `<meta http-equiv=refresh content="0; url=//other.example/feed">`, "https://other.example/feed"},
		"a relative address":          {"text/html", "", `<meta http-equiv=refresh content="0; url=feed">`, "https://example.org/old/feed"},
		"a base":                      {"text/html", "", `<base href="/blog/"><meta http-equiv=refresh content="0; url=feed">`, "https://example.org/blog/feed"},
		"a login is dropped":          {"text/html", "", `<meta http-equiv=refresh content="0; url=https://ann:pw@example.org/x#y">`, "https://example.org/x"},
		"the first of two":            {"text/html", "", meta + `<meta http-equiv=refresh content="0; url=/other">`, to},
		"a long delay":                {"text/html", "", `<meta http-equiv=refresh content="60; url=/feed.xml">`, ""},
		"a long delay, then a short":  {"text/html", "", `<meta http-equiv=refresh content="60">` + meta, to},
		"a page for no scripts":       {"text/html", "", "<html><head><script>go()</script><noscript>" + meta + "</noscript></head><body>One moment</body>", to},
		"an article with scripts":     {"text/html", "", "<html><head><noscript>" + meta + "</noscript></head><body>" + strings.Repeat("Many words. ", 200), ""},
		"an article that leads on":    {"text/html", "", "<html><head>" + meta + "</head><body>" + strings.Repeat("Many words. ", 200), to},
		"reloads":                     {"text/html", "", `<meta http-equiv=refresh content="5">`, ""},
		"reloads by its address":      {"text/html", "", `<meta http-equiv=refresh content="5; url=page#top">`, ""},
		"reloads by its whole":        {"text/html", "", `<meta http-equiv=refresh content="5; url=HTTPS://EXAMPLE.org:443/old/page">`, ""},
		"a program":                   {"text/html", "", `<meta http-equiv=refresh content="0; url=itms://example.org/x">`, ""},
		"a script":                    {"text/html", "", `<meta http-equiv=refresh content="0; url=javascript:alert(1)">`, ""},
		"a file":                      {"text/html", "", `<meta http-equiv=refresh content="0; url=file:///etc/passwd">`, ""},
		"in a comment":                {"text/html", "", "<html><!-- " + meta + " -->", ""},
		"in a script":                 {"text/html", "", "<html><script>var a = '" + meta + "'</script>", ""},
		"in a text field":             {"text/html", "", "<html><textarea>" + meta + "</textarea>", ""},
		"another meta element":        {"text/html", "", `<meta name=refresh content="0; url=/feed.xml">`, ""},
		"after the window":            {"text/html", "", "<html>" + strings.Repeat(" ", refreshWindow) + meta, ""},
		"a feed":                      {"application/rss+xml", "", "<rss><channel><item><description><html>" + meta, ""},
		"a feed that is called HTML":  {"text/html", "", "<rss><channel><item><description>" + meta, ""},
		"Atom that is called HTML":    {"text/html", "", "<a:feed><a:entry>" + meta, ""},
		"a warning before a feed":     {"text/html", "", "<br /><b>Warning</b><rss><channel>" + meta, ""},
		"JSON":                        {"text/html", "", `{"items": [{"content_html": "<html>` + strings.ReplaceAll(meta, `"`, `\"`) + `"}]}`, ""},
		"plain text":                  {"text/plain", "", "Write " + meta + " to lead on", ""},
		"the header":                  {"text/html", "0; url=/feed.xml", "<p>We have moved</p>", to},
		"the header of an empty page": {"text/html", "0;url=/feed.xml", "", to},
		"the header of a feed":        {"text/xml", "0; url=/other.xml", "<rss/>", ""},
		"nothing":                     {"", "", "", ""},
	} {
		at := &url.URL{Scheme: "https", Host: "example.org", Path: "/old/page"}
		got, ok := pageRefresh(http.Header{"Content-Type": {c.media}, "Refresh": {c.header}}, []byte(c.body), at)
		if ok != (c.want != "") || ok && got.String() != c.want {
			t.Errorf("%s: leads to %v, %v; want %q", name, got, ok, c.want)
		}
	}
}

// leadingPage writes a page that leads on.
func leadingPage(w http.ResponseWriter, to string) {
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprintf(w, "<html><head><meta http-equiv=refresh content='0; url=%s'></head><body>page</body>", to)
}

// leadOn answers with pages that lead on, some of them to the server other, or with
// a feed that has an ETag.
func leadOn(w http.ResponseWriter, r *http.Request, other string) {
	var n int
	switch {
	case r.URL.Path == "/one":
		leadingPage(w, "/feed")
	case r.URL.Path == "/moved":
		http.Redirect(w, r, "/one", http.StatusMovedPermanently)
	case r.URL.Path == "/to-moved":
		leadingPage(w, "/moved")
	case r.URL.Path == "/other":
		leadingPage(w, other+"/feed")
	case r.URL.Path == "/a":
		leadingPage(w, "/b")
	case r.URL.Path == "/b":
		leadingPage(w, "/a")
	case r.URL.Path == "/cookie":
		if _, err := r.Cookie("seen"); err == nil {
			w.Write([]byte("<rss/>"))
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1", Path: "/"})
		leadingPage(w, "/back")
	case r.URL.Path == "/back":
		leadingPage(w, "/cookie")
	case strings.HasPrefix(r.URL.Path, "/chain/"):
		fmt.Sscanf(r.URL.Path, "/chain/%d", &n)
		leadingPage(w, fmt.Sprintf("/chain/%d", n+1))
	case r.Header.Get("If-None-Match") == `"1"`:
		w.WriteHeader(http.StatusNotModified)
	default:
		w.Header().Set("ETag", `"1"`)
		w.Write([]byte("<rss/>"))
	}
}

// A page that leads on is followed like a redirect, with the same limits, and
// never in circles.
func TestPagesThatLeadOn(t *testing.T) {
	secrets := map[string]string{}
	other := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		secrets["authorization"], secrets["key"], secrets["match"] = r.Header.Get("Authorization"), r.Header.Get("X-Key"), r.Header.Get("If-None-Match")
		w.Write([]byte("<rss/>"))
	})
	asked := map[string]int{}
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		asked[r.URL.Path]++
		leadOn(w, r, other.URL)
	})
	c := client(t)
	for path, want := range map[string]struct {
		final, moved string
		redirects    int
	}{
		"/one":      {"/feed", "", 1},
		"/moved":    {"/feed", "/one", 2},
		"/to-moved": {"/feed", "", 3},
		"/cookie":   {"/cookie", "", 2},
	} {
		res := get(t, c, Request{URL: s.URL + path})
		if res.FinalURL != s.URL+want.final || res.Permanent != strings.TrimSuffix(s.URL+want.moved, s.URL) && want.moved == "" || res.Redirects != want.redirects || string(res.Body) != "<rss/>" {
			t.Errorf("%s: %q at %s, moved to %q, %d redirects", path, res.Body, res.FinalURL, res.Permanent, res.Redirects)
		}
	}
	if res := get(t, c, Request{URL: s.URL + "/a"}); res.FinalURL != s.URL+"/b" || !strings.Contains(string(res.Body), "page") || asked["/a"] != 1 {
		t.Errorf("in a circle: %q at %s, %d requests", res.Body, res.FinalURL, asked["/a"])
	}
	fail(t, c, Request{URL: s.URL + "/chain/0"}, KindRedirects)
	checkFree(t, c.memory)
	login := strings.Replace(s.URL, "://", "://ann:pw@", 1)
	get(t, c, Request{URL: login + "/other", Headers: map[string]string{"X-Key": "k"}, ETag: `"1"`})
	if secrets["authorization"]+secrets["key"]+secrets["match"] != "" {
		t.Errorf("another host got %v", secrets)
	}
	// The page itself is requested without validators, which are those of the feed.
	if res := get(t, c, Request{URL: s.URL + "/one", ETag: `"1"`, Validated: s.URL + "/feed"}); !res.NotModified || res.FinalURL != s.URL+"/feed" {
		t.Errorf("the second time: %d at %s", res.Status, res.FinalURL)
	}
}

// A page must not lead from https to http.
func TestPageDoesNotDowngrade(t *testing.T) {
	at := &url.URL{Scheme: "https", Host: "example.org", Path: "/page"}
	rd, err := newRedirects(client(t), Request{}, at)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte("<html><meta http-equiv=refresh content='0; url=http://example.org/feed'>")
	leads, err := rd.leadOn(http.Header{"Content-Type": {"text/html"}}, Response{Body: body})
	if e, ok := err.(*Error); !leads || !ok || e.Kind != KindDowngrade {
		t.Errorf("%v, %v", leads, err)
	}
}
