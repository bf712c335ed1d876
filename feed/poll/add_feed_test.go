package poll

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"dateline/feed"
)

const page = `<!DOCTYPE html><html><head><title>Site</title>%s</head><body><p>Words</p></body></html>`

// The address of a feed returns this feed, with its new address after a
// permanent redirect.
func TestDiscoverFeed(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/old" {
			http.Redirect(w, r, "/feed", http.StatusMovedPermanently)
			return
		}
		w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
		io.WriteString(w, rss("The News", 1))
	})
	r := newRig(t)
	want := []feed.Candidate{{URL: s.URL + "/feed", Title: "The News", Type: "RSS"}}
	bare := strings.TrimPrefix(s.URL, "http://")
	for _, typed := range []string{s.URL + "/feed", " " + s.URL + "/old\n", "feed:" + s.URL + "/feed", bare + "/feed", "feed://" + bare + "/feed"} {
		got, err := r.Discover(context.Background(), typed)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %+v, %v", typed, got, err)
		}
	}
}

// An address is asked for as a browser would, however it was pasted, and the
// subscription gets an address that the configuration accepts.
func TestDiscoverPasted(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/lead":
			io.WriteString(w, `<html><meta http-equiv=refresh content="0; url='/feed?q=a b'">`)
		case "/page":
			w.Header().Set("Link", `</feed?q=a b>; rel=alternate; type=application/rss+xml`)
			fmt.Fprintf(w, page, "")
		case "/file":
			w.Header().Set("Content-Type", "text/plain")
			w.Header().Set("Link", `</feed?q=a%20b>; rel=alternate; type=application/rss+xml`)
			io.WriteString(w, "words")
		default:
			w.Header().Set("X", r.URL.RawQuery)
			io.WriteString(w, rss(r.URL.RawQuery, 1))
		}
	})
	r := newRig(t)
	feedURL := s.URL + "/feed?q=a%20b"
	for typed, want := range map[string]string{
		s.URL + "/feed?q=a b":                                              feedURL,
		"<" + s.URL + "/feed?q=a b>,":                                      feedURL,
		"\ufeff“" + s.URL + "/feed?q=a b”":                                 feedURL,
		s.URL + "/feed?q=a b\nhttps://no.example/":                         feedURL,
		s.URL + "/feed?q=a b https://no.example/":                          feedURL,
		strings.TrimPrefix(s.URL, "http://") + "/feed?u=http://x.example/": s.URL + "/feed?u=http://x.example/",
		s.URL + `/feed?q="|<>`:                                             s.URL + "/feed?q=%22|%3C%3E",
		s.URL + "/lead":                                                    s.URL + "/lead",
		s.URL + "/page":                                                    feedURL,
		s.URL + "/file":                                                    feedURL,
	} {
		got, err := r.Discover(context.Background(), typed)
		if err != nil || len(got) != 1 || got[0].URL != want {
			t.Errorf("%q: %+v, %v", typed, got, err)
		}
	}
}

// A page returns the feeds that it links to. Then no well-known paths are
// tried.
func TestDiscoverAnnounced(t *testing.T) {
	var requested atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requested.Add(1)
		io.WriteString(w, strings.Replace(page, "%s", `<link rel="alternate" type="application/atom+xml" title="All" href="/all.atom">`, 1))
	})
	got, err := newRig(t).Discover(context.Background(), s.URL)
	if err != nil || len(got) != 1 || got[0].URL != s.URL+"/all.atom" || got[0].Title != "All" || requested.Load() != 1 {
		t.Errorf("%+v, %v after %d requests", got, err, requested.Load())
	}
}

// For a page without links to feeds, well-known paths of the site are tried.
func TestDiscoverWellKnown(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/blog/":
			io.WriteString(w, strings.Replace(page, "%s", "", 1))
		case "/atom.xml":
			io.WriteString(w, rss("Found", 1))
		case "/feed":
			// A site that sends a page for every path has no feed there.
			io.WriteString(w, strings.Replace(page, "%s", "", 1))
		default:
			http.NotFound(w, r)
		}
	})
	got, err := newRig(t).Discover(context.Background(), s.URL+"/blog/")
	if err != nil || len(got) != 1 || got[0] != (feed.Candidate{URL: s.URL + "/atom.xml", Title: "Found"}) {
		t.Errorf("%+v, %v", got, err)
	}
}

// If no feed is found, a message says why and what to do.
func TestDiscoverErrors(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/page":
			io.WriteString(w, strings.Replace(page, "%s", "", 1))
		case "/json":
			io.WriteString(w, `{"a": 1}`)
		default:
			http.NotFound(w, r)
		}
	})
	for address, words := range map[string]string{
		s.URL + "/page":      "no link to a feed",
		s.URL + "/json":      "JSON",
		s.URL + "/none":      "404 Not Found",
		"":                   "https://",
		"file:///etc/passwd": "https://",
	} {
		got, err := newRig(t).Discover(context.Background(), address)
		if err == nil || len(got) != 0 {
			t.Errorf("%q: %+v, %v", address, got, err)
			continue
		}
		if s := err.Error(); !strings.Contains(s, words) || !strings.Contains(s, ": ") || !strings.HasSuffix(s, ".") {
			t.Errorf("%q: %s", address, s)
		}
	}
}

// The login in a typed address is used for the page, and kept in the addresses
// of feeds on the same server only.
func TestDiscoverLogin(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "ann" || password != "pw" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, `<link rel=alternate type=application/rss+xml href=/feed><link rel=alternate type=application/rss+xml href="http://else.example/feed">`)
	})
	typed := strings.Replace(s.URL, "://", "://ann:pw@", 1)
	got, err := newRig(t).Discover(t.Context(), typed+"/")
	if err != nil || len(got) != 2 || got[0].URL != typed+"/feed" || got[0].Address() != s.URL+"/feed" || got[1].URL != "http://else.example/feed" {
		t.Errorf("%v, found %+v", err, got)
	}
}
