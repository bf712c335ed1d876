package poll

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/feed"
)

// conditionalServer answers plain requests with a feed that grows, and conditional
// ones as fails does. It logs whether each request was conditional.
type conditionalServer struct {
	mu  sync.Mutex
	log map[string]string
}

func (c *conditionalServer) serve(fails map[string]http.HandlerFunc) http.HandlerFunc {
	c.log = map[string]string{}
	return func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		conditional := r.Header.Get("If-None-Match") != "" || r.Header.Get("If-Modified-Since") != ""
		mark := "p"
		if conditional {
			mark = "c"
		}
		c.log[r.URL.Path] += mark
		if answer := fails[r.URL.Path]; conditional {
			answer(w, r)
			return
		}
		n := len(c.log[r.URL.Path])
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, n))
		io.WriteString(w, rss("News", n))
	}
}

// A server that fails only if it gets validators is asked without them, with one more
// request at most. A server that asks for a pause, is down or works gets no more
// requests than before. p is a plain request, c a conditional one; a check is a word.
func TestValidatorsThatFail(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) }
	}
	nothing := func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Length", "100") }
	page := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, s) }
	}
	checks := map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"/304":     {status(304), "p c c c"},
		"/400":     {status(400), "p cp p cp"},
		"/412":     {status(412), "p cp p cp"},
		"/416":     {status(416), "p cp p cp"},
		"/204":     {status(204), "p cp p cp"},
		"/empty":   {page(""), "p cp p cp"},
		"/blank":   {page(" \n"), "p cp p cp"},
		"/page":    {page("<!DOCTYPE html><html><body>Welcome"), "p cp p cp"},
		"/json":    {page(`{"error": "no"}`), "p cp p cp"},
		"/500":     {status(500), "p c p c"},
		"/502":     {status(502), "p c p c"},
		"/503":     {status(503), "p c p c"},
		"/403":     {status(403), "p c p c"},
		"/404":     {status(404), "p c p c"},
		"/nothing": {nothing, "p c p c"},
		"/429":     {status(429), "p c c c"},
	}
	fails := map[string]http.HandlerFunc{}
	var urls []string
	var c conditionalServer
	for path, check := range checks {
		fails[path] = check.answer
	}
	s := serve(t, c.serve(fails))
	for path := range checks {
		urls = append(urls, s.URL+path)
	}
	r := newRig(t, urls...)
	got := map[string]string{}
	for range 4 {
		reports := r.refresh(t, feed.RefreshRequest{Feeds: urls})
		for path, check := range checks {
			got[path] += c.log[path] + " "
			c.log[path] = ""
			if rep := reports[s.URL+path]; strings.Contains(check.want, "cp") && rep.Status == feed.Failed {
				t.Errorf("%s: %s", path, rep.Error)
			}
		}
		r.now = r.now.Add(time.Hour)
	}
	for path, check := range checks {
		if strings.TrimSpace(got[path]) != check.want {
			t.Errorf("%s: %s; want %s", path, got[path], check.want)
		}
	}
}

// Eight days after the last document a feed is requested in full, even if every check
// said that nothing has changed.
func TestFullOnceAWeek(t *testing.T) {
	var c conditionalServer
	s := serve(t, c.serve(map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(304) }}))
	u := s.URL + "/"
	r := newRig(t, u)
	for range 18 {
		r.refresh(t, feed.RefreshRequest{Feeds: []string{u}})
		r.now = r.now.Add(feed.Day)
	}
	if want := "pcccccccpcccccccpc"; c.log["/"] != want {
		t.Errorf("%s; want %s", c.log["/"], want)
	}
}

// Validators that come with a 304 replace the old ones; those that are missing stay.
func TestValidatorsOfNotModified(t *testing.T) {
	n := 0
	var sent []string
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n++
		sent = append(sent, r.Header.Get("If-None-Match")+r.Header.Get("If-Modified-Since"))
		if n < 4 {
			w.Header().Set("ETag", fmt.Sprintf(`"%d"`, n))
		}
		if n == 1 {
			w.Header().Set("Last-Modified", "then")
			io.WriteString(w, rss("News", 1))
			return
		}
		w.WriteHeader(304)
	})
	r := newRig(t, s.URL)
	for range 5 {
		r.refresh(t, feed.RefreshRequest{Feeds: []string{s.URL}})
		r.now = r.now.Add(time.Hour)
	}
	if got := strings.Join(sent, " "); got != ` "1"then "2"then "3"then "3"then` {
		t.Errorf("sent %s", got)
	}
}

// Of a feed that is too long the items at its start are saved, and the user is told. It
// is not fetched again as long as nothing changes.
func TestShortenedFeed(t *testing.T) {
	for name, document := range map[string]string{
		"RSS":  rss("News", 20_000),
		"Atom": atom(20_000),
		"JSON": jsonFeed(20_000),
	} {
		if len(document) < 3<<19 {
			t.Fatalf("%s: only %d bytes", name, len(document))
		}
		requests := 0
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			requests++
			w.Header().Set("ETag", `"1"`)
			if r.Header.Get("If-None-Match") != "" {
				w.WriteHeader(304)
				return
			}
			io.WriteString(w, document)
		})
		r := newRig(t, s.URL)
		rep := r.refresh(t, feed.RefreshRequest{})[s.URL]
		saved := r.store.saved[0]
		if rep.Status != feed.OK || !rep.Shortened || rep.New < 5_000 || rep.New >= 20_000 || !saved.Document.Truncated || !saved.State.Shortened {
			t.Errorf("%s: %+v", name, rep)
		}
		r.now = r.now.Add(time.Hour)
		rep = r.refresh(t, feed.RefreshRequest{})[s.URL]
		if rep.Status != feed.Unchanged || !rep.Shortened || requests != 2 {
			t.Errorf("%s, the second time: %+v", name, rep)
		}
	}
}

// atom returns an Atom feed with n entries.
func atom(n int) string {
	var b strings.Builder
	b.WriteString(`<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>`)
	for i := range n {
		fmt.Fprintf(&b, "<entry><id>%d</id><title>Entry %d</title><summary>Some words about entry %d</summary></entry>", i, i, i)
	}
	return b.String() + "</feed>"
}

// jsonFeed returns a JSON feed with n items.
func jsonFeed(n int) string {
	var b strings.Builder
	b.WriteString(`{"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": [`)
	for i := range n {
		fmt.Fprintf(&b, `{"id": "%d", "title": "Item %d", "content_text": "Some words about item %d, and some more."},`, i, i, i)
	}
	return strings.TrimSuffix(b.String(), ",") + "]}"
}
