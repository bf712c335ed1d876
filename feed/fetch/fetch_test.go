package fetch

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// client returns a Client with a fixed clock, a small body limit and its own
// connections.
func client(t *testing.T, change ...func(*Options)) *Client {
	t.Helper()
	o := Options{UserAgent: "dateline/test (+https://example.org)", MaxBody: 1 << 20, Now: func() time.Time { return noon }}
	for _, f := range change {
		f(&o)
	}
	c := New(o)
	t.Cleanup(c.CloseIdle)
	return c
}

// serve listens on a loopback address. 127.0.0.1 and 127.0.0.2 are two hosts.
func serve(t *testing.T, ip string, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(ip, "0"))
	if err != nil {
		t.Skipf("no loopback address %s here: %v", ip, err)
	}
	s := httptest.NewUnstartedServer(h)
	s.Listener.Close()
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func get(t *testing.T, c *Client, r Request) Response {
	t.Helper()
	res, err := c.Get(context.Background(), r)
	if err != nil {
		t.Fatalf("Get(%s): %v", r.URL, err)
	}
	return res
}

// fail expects an *Error of a kind.
func fail(t *testing.T, c *Client, r Request, kind Kind) *Error {
	t.Helper()
	res, err := c.Get(context.Background(), r)
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("Get(%s) = %+v, %v; want an *Error", r.URL, res, err)
	}
	if e.Kind != kind {
		t.Fatalf("Get(%s): kind %q (%v), want %q", r.URL, e.Kind, e, kind)
	}
	return e
}

// A request has a user agent, an Accept header and the validators.
func TestRequestHeaders(t *testing.T) {
	var got http.Header
	var host string
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) { got, host = r.Header, r.Host })
	c := client(t)
	get(t, c, Request{URL: s.URL, ETag: `W/"1"`, LastModified: "Mon, 23 Nov 2026 11:00:00 GMT"})
	for name, want := range map[string]string{
		"User-Agent":        "dateline/test (+https://example.org)",
		"If-None-Match":     `W/"1"`,
		"If-Modified-Since": "Mon, 23 Nov 2026 11:00:00 GMT",
		"Accept-Encoding":   "gzip",
	} {
		if got.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Get(name), want)
		}
	}
	if !strings.Contains(got.Get("Accept"), "application/atom+xml") {
		t.Errorf("Accept is %q", got.Get("Accept"))
	}

	get(t, c, Request{URL: s.URL, UserAgent: "own/1", Headers: map[string]string{"x-key": "k", "host": "feeds.example", "Accept-Encoding": "br"}})
	if got.Get("User-Agent") != "own/1" || got.Get("X-Key") != "k" || host != "feeds.example" || got.Get("Accept-Encoding") != "gzip" {
		t.Errorf("own headers: host %q, %v", host, got)
	}
	if got.Get("If-None-Match") != "" || got.Get("If-Modified-Since") != "" {
		t.Errorf("validators without a copy at hand: %v", got)
	}
}

// The response has the metadata that the server sent.
func TestResponse(t *testing.T) {
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml; charset=koi8-r")
		w.Header().Set("ETag", `"abc"`)
		w.Header().Set("Last-Modified", "Mon, 23 Nov 2026 11:00:00 GMT")
		w.Header().Set("Cache-Control", "public, max-age=900")
		w.Header().Set("Age", "60")
		w.Write([]byte("<rss/>"))
	})
	res := get(t, client(t), Request{URL: s.URL + "/feed#top"})
	want := Response{
		Status: 200, ContentType: "application/rss+xml; charset=koi8-r", ETag: `"abc"`,
		LastModified: "Mon, 23 Nov 2026 11:00:00 GMT", FinalURL: s.URL + "/feed", Fresh: 14 * time.Minute, Bytes: 6,
	}
	if string(res.Body) != "<rss/>" {
		t.Errorf("body %q", res.Body)
	}
	res.Body = nil
	if !equal(res, want) {
		t.Errorf("got  %+v\nwant %+v", res, want)
	}
}

func equal(a, b Response) bool {
	a.Body, b.Body = nil, nil
	return a.Status == b.Status && a.ContentType == b.ContentType && a.ETag == b.ETag && a.LastModified == b.LastModified &&
		a.FinalURL == b.FinalURL && a.Redirects == b.Redirects && a.Permanent == b.Permanent && a.RetryAfter == b.RetryAfter &&
		a.Fresh == b.Fresh && a.Bytes == b.Bytes && a.NotModified == b.NotModified && a.Partial == b.Partial
}

// 304 means that the stored copy is current. Without a stored copy it is an
// error.
func TestNotModified(t *testing.T) {
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNotModified) })
	c := client(t)
	if res := get(t, c, Request{URL: s.URL, ETag: `"1"`}); !res.NotModified || res.Body != nil {
		t.Errorf("got %+v", res)
	}
	if e := fail(t, c, Request{URL: s.URL}, KindStatus); e.Status != 304 {
		t.Errorf("status %d", e.Status)
	}
}

// User and password of the address are sent as a header and shown nowhere.
func TestBasicAuthentication(t *testing.T) {
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "me" || password != "s3cret" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	c := client(t)
	with := func(userinfo string) string { return strings.Replace(s.URL, "http://", "http://"+userinfo+"@", 1) }
	if res := get(t, c, Request{URL: with("me:s3cret")}); strings.Contains(res.FinalURL, "s3cret") {
		t.Errorf("final URL %s", res.FinalURL)
	}
	e := fail(t, c, Request{URL: with("me:other1")}, KindAuth)
	if all := e.Error() + e.UserMessage() + e.URL; strings.Contains(all, "other1") {
		t.Errorf("the password is shown: %s", all)
	}
	e = fail(t, c, Request{URL: "http://me:s3cret@host:bad port/"}, KindScheme)
	if all := e.Error() + e.UserMessage() + e.URL; strings.Contains(all, "s3cret") {
		t.Errorf("the password is shown: %s", all)
	}
}

// A builtin document has a validator, as any other document.
func TestBuiltin(t *testing.T) {
	c := client(t, func(o *Options) {
		o.Builtin = func(name string) ([]byte, bool) { return []byte("<feed/>"), name == "guide" }
	})
	first := get(t, c, Request{URL: "builtin:guide"})
	if string(first.Body) != "<feed/>" || first.ETag == "" || first.FinalURL != "builtin:guide" {
		t.Errorf("got %+v", first)
	}
	if again := get(t, c, Request{URL: "builtin:guide", ETag: first.ETag}); !again.NotModified || again.Body != nil {
		t.Errorf("with its validator: %+v", again)
	}
	if old := get(t, c, Request{URL: "builtin:guide", ETag: `"old"`}); old.NotModified {
		t.Errorf("with an old validator: %+v", old)
	}
	fail(t, c, Request{URL: "builtin:other"}, KindBuiltin)
	fail(t, client(t), Request{URL: "builtin:guide"}, KindBuiltin)
}

// Only http, https and builtin addresses are fetched.
// TestLocalNeedsConfiguration tests file: and exec:.
func TestSchemes(t *testing.T) {
	c := client(t)
	for _, address := range []string{"", "ftp://127.0.0.1/", "/etc/passwd", "example.org/feed", "http:///feed", "javascript:1", "http://[::1"} {
		fail(t, c, Request{URL: address}, KindScheme)
	}
}

// The host may be an IPv6 address.
func TestIPv6(t *testing.T) {
	s := serve(t, "::1", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("six")) })
	if res := get(t, client(t), Request{URL: s.URL}); string(res.Body) != "six" {
		t.Errorf("body %q", res.Body)
	}
}

// Both forms of Retry-After are parsed, using the client's clock. At most a
// month is believed.
func TestRetryAfter(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"120":                           2 * time.Minute,
		" 7 ":                           7 * time.Second,
		"Mon, 23 Nov 2026 12:30:00 GMT": 30 * time.Minute,
		"Mon, 23 Nov 2026 11:30:00 GMT": 0,
		"Mon, 23 Nov 2099 12:30:00 GMT": maxDelay,
		"99999999999999999999999":       maxDelay,
		"99999999999":                   maxDelay,
		"-5":                            0,
		"soon":                          0,
		"":                              0,
	} {
		if got := retryAfter(value, noon); got != want {
			t.Errorf("Retry-After %q is %v, want %v", value, got, want)
		}
	}
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "90")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	if e := fail(t, client(t), Request{URL: s.URL}, KindStatus); e.RetryAfter != 90*time.Second || e.Status != 503 {
		t.Errorf("got %+v", e)
	}
}

// The server's time includes the time that the response spent in caches.
func TestServerTime(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		date, age string
		want      time.Time
	}{
		{"Mon, 23 Nov 2026 12:00:00 GMT", "", noon},
		{"Mon, 23 Nov 2026 10:00:00 GMT", "7200", noon},
		{"Mon, 23 Nov 2026 12:00:00 GMT", "old", noon},
		{"Mon, 23 Nov 2026 12:00:00 GMT", "-60", noon},
		{"now", "60", time.Time{}},
		{"", "", time.Time{}},
	} {
		h := http.Header{"Date": {c.date}, "Age": {c.age}}
		if got := serverTime(h); !got.Equal(c.want) {
			t.Errorf("Date %q, Age %q: %v, want %v", c.date, c.age, got, c.want)
		}
	}
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", noon.Format(http.TimeFormat))
		if r.Header.Get("If-None-Match") != "" {
			w.WriteHeader(http.StatusNotModified)
		}
	})
	for _, etag := range []string{"", `"1"`} {
		res, err := client(t).Get(t.Context(), Request{URL: s.URL, ETag: etag})
		if err != nil || !res.Clock.Equal(noon) {
			t.Errorf("with ETag %q: %v, %v", etag, res.Clock, err)
		}
		res.Release()
	}
}

// Freshness counts max-age for private caches minus the age. Expires is
// compared with the server's clock and does not override max-age.
func TestFreshness(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		control, age, date, expires string
		want                        time.Duration
	}{
		{"max-age=60", "", "", "", time.Minute},
		{`private, Max-Age="60"`, "", "", "", time.Minute},
		{"max-age=60", "90", "", "", 0},
		{"max-age=60, no-cache", "", "", "", 0},
		{"no-store", "", "Mon, 23 Nov 2026 11:00:00 GMT", "Mon, 23 Nov 2026 13:00:00 GMT", 0},
		{"max-age=oops", "", "", "", 0},
		{"max-age=99999999999999999999", "", "", "", maxDelay},
		{"s-maxage=60", "", "", "", 0},
		{"", "", "Mon, 23 Nov 2020 11:00:00 GMT", "Mon, 23 Nov 2020 13:00:00 GMT", 2 * time.Hour},
		{"", "600", "Mon, 23 Nov 2026 11:00:00 GMT", "Mon, 23 Nov 2026 13:00:00 GMT", 110 * time.Minute},
		{"", "", "", "Mon, 23 Nov 2026 13:00:00 GMT", time.Hour},
		{"", "", "Mon, 23 Nov 2026 11:00:00 GMT", "Fri, 23 Nov 2096 13:00:00 GMT", maxDelay},
		{"", "", "Mon, 23 Nov 2026 11:00:00 GMT", "0", 0},
		{"", "", "Mon, 23 Nov 2026 11:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", 0},
		{"max-age=0", "", "Mon, 23 Nov 2026 11:00:00 GMT", "Mon, 23 Nov 2026 13:00:00 GMT", 0},
		{"public", "", "Mon, 23 Nov 2026 11:00:00 GMT", "Mon, 23 Nov 2026 13:00:00 GMT", 2 * time.Hour},
	} {
		h := http.Header{"Cache-Control": {c.control}, "Age": {c.age}, "Date": {c.date}, "Expires": {c.expires}}
		if got := freshness(h, noon); got != c.want {
			t.Errorf("%v: %v, want %v", h, got, c.want)
		}
	}
}

// A canceled request gives KindCanceled, not KindTimeout.
func TestCanceled(t *testing.T) {
	reached := make(chan struct{})
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		close(reached)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-reached
		cancel()
	}()
	_, err := client(t).Get(ctx, Request{URL: s.URL})
	var e *Error
	if !errors.As(err, &e) || e.Kind != KindCanceled || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
