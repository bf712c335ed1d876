package poll

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/fetch"
	"dateline/feed/markup"
	"dateline/feed/text"
)

var article = "<!DOCTYPE html><html><head><title>Story</title></head><body><article><h1>Story</h1><p>" +
	strings.Repeat("The mill turns again, after ninety years, says the miller. ", 10) + "</p></article></body></html>"

// A page's article has the address that responded as its base, and the request
// asks for a web page.
func TestFulltext(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/old":
			http.Redirect(w, r, "/new", http.StatusFound)
		case !strings.HasPrefix(r.Header.Get("Accept"), "text/html"):
			http.Error(w, "feeds only", http.StatusNotAcceptable)
		default:
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, article)
		}
	})
	got, err := newRig(t).PageText(context.Background(), feed.Subscription{URL: s.URL}, s.URL+"/old")
	if err != nil || got.Error != "" || !got.Fetched.Equal(noon) || got.Body.Base != s.URL+"/new" || !strings.Contains(got.Body.Text(), "The mill turns") {
		t.Errorf("%+v, %v", got, err)
	}
}

// A page of plain text is its own article, a page that leads on is followed, and
// other data is refused.
func TestFulltextOfOtherPages(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		kind, body := "text/html", article
		switch r.URL.Path {
		case "/text":
			kind, body = "text/plain; charset=iso-8859-1", "K\xe4se\n  und Brot"
		case "/markdown":
			kind, body = "text/markdown", "# Bread\n\n* rye"
		case "/lead":
			body = `<html><head><meta http-equiv="refresh" content="0; url=/text"></head></html>`
		case "/reload":
			body = strings.Replace(article, "<head>", `<head><meta http-equiv="refresh" content="5">`, 1)
		case "/pdf":
			kind, body = "text/plain", "%PDF-1.7\n"
		case "/csv":
			kind, body = "text/csv", "a,b"
		case "/html-as-text":
			kind = "text/plain"
		}
		w.Header().Set("Content-Type", kind)
		io.WriteString(w, body)
	})
	for path, want := range map[string]string{
		"/text": "Käse\nund Brot", "/markdown": "# Bread\n* rye", "/lead": "Käse\nund Brot",
		"/reload": "The mill turns", "/html-as-text": "The mill turns", "/pdf": "", "/csv": "",
	} {
		got, err := newRig(t).PageText(context.Background(), feed.Subscription{URL: s.URL}, s.URL+path)
		if err != nil || (got.Error == "") != (want != "") || !strings.Contains(got.Body.Text(), want) {
			t.Errorf("%s: %q, %q, %v", path, got.Body.Text(), got.Error, err)
		}
	}
}

// The selectors of the subscription are used.
func TestFulltextSelectors(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `<html><body><p>Away</p><div class="x">Only <b>this</b><i>not this</i></div></body></html>`)
	})
	sub := feed.Subscription{URL: s.URL, Settings: feed.Settings{KeepSelectors: []string{".x"}, DropSelectors: []string{"i"}}}
	got, err := newRig(t).PageText(context.Background(), sub, s.URL)
	if err != nil || got.Error != "" || got.Body.Text() != "Only this" {
		t.Errorf("%+v, %v", got, err)
	}
}

// Headers, cookies and logins for the feed's server are not sent to other
// servers. The user agent is.
func TestFulltextSecrets(t *testing.T) {
	requested := map[string]http.Header{}
	var mu sync.Mutex
	port := serveHosts(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		requested[r.Host] = r.Header.Clone()
		mu.Unlock()
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, article)
	})
	home, away := "127.0.0.1:"+port, "127.0.0.2:"+port
	sub := feed.Subscription{URL: "http://ann:secret@" + home + "/feed", Settings: feed.Settings{
		UserAgent: "mine/1", Headers: map[string]string{"X-Key": "k"},
	}}
	r := newRig(t)
	for _, host := range []string{home, away} {
		if got, err := r.PageText(context.Background(), sub, "http://"+host+"/page"); err != nil || got.Error != "" {
			t.Errorf("%s: %+v, %v", host, got, err)
		}
		if requested[host].Get("User-Agent") != "mine/1" {
			t.Errorf("%s was requested by %q", host, requested[host].Get("User-Agent"))
		}
	}
	if h := requested[home]; h.Get("X-Key") != "k" || h.Get("Authorization") == "" {
		t.Errorf("the feed's server did not receive: %v", h)
	}
	if h := requested[away]; h.Get("X-Key") != "" || h.Get("Authorization") != "" {
		t.Errorf("another server received: %v", h)
	}
}

// withoutArticle serves pages without an article.
func withoutArticle(w http.ResponseWriter, r *http.Request) {
	var status int
	if _, err := fmt.Sscanf(r.URL.Path, "/%d", &status); err == nil {
		http.Error(w, "no", status)
		return
	}
	w.Header().Set("Content-Type", "text/html")
	switch r.URL.Path {
	case "/pdf":
		w.Header().Set("Content-Type", "application/pdf")
		io.WriteString(w, "%PDF-1.7")
	case "/hiddenpdf":
		io.WriteString(w, "%PDF-1.7")
	case "/picture":
		w.Header().Set("Content-Type", "image/png")
	case "/zip":
		w.Header().Set("Content-Type", "application/zip")
	case "/attack":
		w.Header().Set("Content-Type", "application/\u202e\u009bzip")
	case "/astray":
		http.Redirect(w, r, "http://127.0.0.1:1/\u202e%1b[2J", http.StatusFound)
	case "/members":
		http.Redirect(w, r, "/account/login.php?next=1", http.StatusFound)
	case "/account/login.php":
		io.WriteString(w, article)
	default:
		io.WriteString(w, "<html><body><nav>Home</nav></body></html>")
	}
}

// If there is no article, a message says why. Temporary failures are not saved,
// so the page is fetched again. No message quotes a hostile page.
func TestFulltextFailures(t *testing.T) {
	s := serve(t, withoutArticle)
	for _, c := range []struct {
		link, words string
		again       bool
	}{
		{s.URL + "/401", "does not let dateline", false},
		{s.URL + "/403", "does not let dateline", false},
		{s.URL + "/402", "subscribers only", false},
		{s.URL + "/404", "no longer has this page", false},
		{s.URL + "/410", "permanently", false},
		{s.URL + "/418", "(418)", false},
		{s.URL + "/429", "too many requests", true},
		{s.URL + "/451", "legal", false},
		{s.URL + "/500", "server error", false},
		{s.URL + "/503", "unavailable", true},
		{s.URL + "/pdf", "PDF", false},
		{s.URL + "/hiddenpdf", "PDF", false},
		{s.URL + "/picture", "an image", false},
		{s.URL + "/zip", "application/zip", false},
		{s.URL + "/attack", "", false},
		{s.URL + "/astray", "127.0.0.1:1", false},
		{s.URL + "/members", "login", false},
		{s.URL + "/empty", "no article", false},
		{"file:///etc/passwd", "no web page", false},
		{"exec:true", "no web page", false},
		{"gemini://a.example/", "no web page", false},
		{"", "no web page", false},
	} {
		sub := feed.Subscription{URL: s.URL}
		got, err := newRig(t).PageText(context.Background(), sub, c.link)
		if err != nil || !strings.Contains(got.Error, c.words) || !strings.Contains(got.Error, ": ") || !strings.HasSuffix(got.Error, ".") ||
			got.Error != text.Clean(got.Error) || got.Body != (markup.Body{}) || got.Fetched.IsZero() != c.again {
			t.Errorf("%s: %+v, %v", c.link, got, err)
		}
	}
}

// Canceling ends the wait and is not saved as the page's failure.
func TestFulltextStopped(t *testing.T) {
	release := make(chan struct{})
	s := serve(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	got, err := newRig(t).PageText(ctx, feed.Subscription{URL: s.URL}, s.URL)
	if !errors.Is(err, context.Canceled) || got != (feed.PageText{}) {
		t.Errorf("%+v, %v", got, err)
	}
}

// wantPages adds n items without page text, whose pages are below root.
func (r *rig) wantPages(url, root string, n int) {
	r.store.withoutPageText = map[string][]feed.Item{}
	for i := range n {
		r.store.withoutPageText[url] = append(r.store.withoutPageText[url], feed.Item{ID: int64(i + 1), Link: fmt.Sprintf("%s/page/%d", root, i+1)})
	}
}

// After everything is reported, a refresh fetches the pages of the newest items
// of feeds with the option. Texts and failures are saved and indexed.
func TestRefreshFetchesPages(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/page/2":
			http.NotFound(w, r)
		case strings.HasPrefix(r.URL.Path, "/page/"):
			io.WriteString(w, article)
		default:
			io.WriteString(w, rss("News", 1))
		}
	})
	r := newRig(t, s.URL)
	r.wantPages(s.URL, s.URL, 25)
	r.refresh(t, feed.RefreshRequest{})
	if len(r.store.texts) != 0 {
		t.Fatalf("%d pages of a feed that wants none", len(r.store.texts))
	}
	r.each(func(s *feed.Settings) { s.Fulltext = true })
	err := r.Refresh(context.Background(), feed.RefreshRequest{}, func(feed.Report) {
		if len(r.store.texts) != 0 {
			t.Error("a page was requested before the feed was reported")
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(r.store.texts); n != pagesPerFeed {
		t.Errorf("%d pages in one round", n)
	}
	if text := r.store.texts[1]; text.Error != "" || !strings.Contains(text.Body.Text(), "mill") {
		t.Errorf("the first page: %+v", text)
	}
	if text := r.store.texts[2]; !strings.Contains(text.Error, "404") {
		t.Errorf("the missing page: %+v", text)
	}
	if r.store.pending != 0 {
		t.Errorf("%d items are not indexed", r.store.pending)
	}
	r.refresh(t, feed.RefreshRequest{})
	if n := len(r.store.texts); n != 25 {
		t.Errorf("%d pages after two rounds", n)
	}
}

// A server that asks for a pause is left alone for the rest of the refresh, and
// its pages are fetched another time.
func TestPageTextsRespectHostPause(t *testing.T) {
	var mu sync.Mutex
	pages := 0
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/page/") {
			io.WriteString(w, rss("News", 1))
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if pages++; pages > 3 {
			w.Header().Set("Retry-After", "600")
			http.Error(w, "slow down", http.StatusTooManyRequests)
			return
		}
		io.WriteString(w, article)
	})
	r := newRig(t, s.URL)
	r.each(func(s *feed.Settings) { s.Fulltext = true })
	r.wantPages(s.URL, s.URL, 12)
	r.refresh(t, feed.RefreshRequest{})
	// Two pages of one server are fetched at the same time.
	if len(r.store.texts) != 3 || pages > 5 {
		t.Errorf("%d pages kept of %d requested for", len(r.store.texts), pages)
	}
	r.now = noon.Add(time.Hour)
	mu.Lock()
	pages = -20
	mu.Unlock()
	r.refresh(t, feed.RefreshRequest{})
	if len(r.store.texts) != 12 {
		t.Errorf("%d pages kept an hour later", len(r.store.texts))
	}
}

// Stopping a refresh stops fetching pages at once. Page texts that were
// received are saved.
func TestRefreshStoppedAtPages(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/page/1":
			io.WriteString(w, article)
		case "/page/2":
			cancel()
			<-r.Context().Done()
		default:
			io.WriteString(w, rss("News", 1))
		}
	})
	r := newRig(t, s.URL)
	r.queues.perHost = 1
	r.each(func(s *feed.Settings) { s.Fulltext = true })
	r.wantPages(s.URL, s.URL, 5)
	if err := r.Refresh(ctx, feed.RefreshRequest{}, func(feed.Report) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if _, kept := r.store.texts[1]; !kept || len(r.store.texts) != 1 {
		t.Errorf("saved %v", r.store.texts)
	}
}

// Page texts may take a refresh a little beyond its longest timeout, no further.
func TestPagesTimeout(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct{ timeout, passed, want time.Duration }{
		{0, 0, fetch.DefaultTimeout + pageGrace},
		{time.Minute, 20 * time.Second, 40*time.Second + pageGrace},
		{10 * time.Second, time.Hour, pageGrace},
	} {
		todo := plan{jobs: []job{{settings: feed.Settings{Timeout: time.Second}}, {settings: feed.Settings{Timeout: c.timeout}}}}
		round := &round{poller: r.Poller, begun: noon.Add(-c.passed), longest: todo.longestTimeout()}
		if got := round.pagesTimeout(); got != c.want {
			t.Errorf("%v after %v: %v, want %v", c.timeout, c.passed, got, c.want)
		}
	}
}
