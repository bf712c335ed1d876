package fetch

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func zip(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// gzip is decoded, and the limit applies to the decoded bytes.
func TestGzip(t *testing.T) {
	page := []byte(strings.Repeat("<item/>", 1000))
	bomb := make([]byte, 8<<20)
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		if r.URL.Path == "/bomb" {
			w.Write(zip(t, bomb))
			return
		}
		w.Write(zip(t, page))
	})
	c := client(t)
	if res := get(t, c, Request{URL: s.URL}); !bytes.Equal(res.Body, page) || res.Partial {
		t.Errorf("got %d bytes, partial %v", len(res.Body), res.Partial)
	}
	e := fail(t, c, Request{URL: s.URL + "/bomb"}, KindTooLarge)
	if !strings.Contains(e.UserMessage(), "too large") {
		t.Error(e.UserMessage())
	}
}

// The limit is exact. A text is cut there and keeps its validators. Other data
// whose announced length exceeds it is not read.
func TestBodyLimit(t *testing.T) {
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		n := 100
		fmt.Sscanf(r.URL.Path, "/%d", &n)
		w.Header().Set("ETag", `"1"`)
		if r.URL.Query().Has("length") {
			w.Header().Set("Content-Length", fmt.Sprint(n))
		} else {
			w.(http.Flusher).Flush()
		}
		letter := "x"
		if r.URL.Query().Has("data") {
			letter = "\x00"
		}
		w.Write(bytes.Repeat([]byte(letter), n))
	})
	c := client(t, func(o *Options) { o.MaxBody = 5000 })
	for _, query := range []string{"", "?length"} {
		res := get(t, c, Request{URL: s.URL + "/5000" + query})
		if len(res.Body) != 5000 || res.Shortened {
			t.Errorf("%q: %d bytes, shortened %v", query, len(res.Body), res.Shortened)
		}
		res = get(t, c, Request{URL: s.URL + "/5001" + query})
		if len(res.Body) != 5000 || !res.Shortened || res.Partial || res.ETag != `"1"` {
			t.Errorf("%q: %d bytes, shortened %v, partial %v, ETag %s", query, len(res.Body), res.Shortened, res.Partial, res.ETag)
		}
		data := strings.TrimSuffix(query+"&data", "?")
		fail(t, c, Request{URL: s.URL + "/5001?" + strings.TrimPrefix(data, "?")}, KindTooLarge)
	}
}

// endless sends a body that never ends.
func endless(w http.ResponseWriter, r *http.Request) {
	for r.Context().Err() == nil {
		if _, err := w.Write(make([]byte, 32<<10)); err != nil {
			return
		}
	}
}

// An endless body is stopped by the limit. A body that trickles and a server
// that sends nothing are stopped by the timeout.
func TestEndlessBody(t *testing.T) {
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			switch r.URL.Path {
			case "/mute":
				<-r.Context().Done()
				return
			case "/trickle":
				w.Write([]byte("<rss>"))
				w.(http.Flusher).Flush()
				time.Sleep(5 * time.Millisecond)
			default:
				endless(w, r)
				return
			}
		}
	})
	c := client(t)
	fail(t, c, Request{URL: s.URL}, KindTooLarge)
	fail(t, c, Request{URL: s.URL + "/trickle", Timeout: 50 * time.Millisecond}, KindTimeout)
	fail(t, c, Request{URL: s.URL + "/mute", Timeout: 50 * time.Millisecond}, KindTimeout)
}

// Each phase has a timeout of its own.
func TestPhaseTimeouts(t *testing.T) {
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	short := 30 * time.Millisecond
	c := client(t, func(o *Options) {
		o.Transport = newTransport(phaseTimeouts{dial: time.Minute, handshake: short, header: short}, nil)
	})
	fail(t, c, Request{URL: s.URL, Timeout: time.Minute}, KindTimeout)

	deaf := listen(t)
	fail(t, c, Request{URL: "https://" + deaf.Addr().String(), Timeout: time.Minute}, KindTimeout)
}

// A truncated body returns what was received, without validators.
func TestPartial(t *testing.T) {
	whole := zip(t, []byte(strings.Repeat("<item>some words</item>", 5000)))
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("Last-Modified", "Mon, 23 Nov 2026 11:00:00 GMT")
		switch r.URL.Path {
		case "/206":
			w.WriteHeader(http.StatusPartialContent)
			w.Write([]byte("<item>"))
		case "/short":
			w.Header().Set("Content-Length", "1000")
			w.Write([]byte("<item>"))
		case "/gzip":
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(whole[:len(whole)/2])
		case "/reset":
			w.Write([]byte("<item>"))
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		case "/nothing":
			w.Header().Set("Content-Length", "1000")
		}
	})
	c := client(t)
	for _, path := range []string{"/short", "/gzip", "/reset", "/206"} {
		res := get(t, c, Request{URL: s.URL + path})
		if !res.Partial || !strings.HasPrefix(string(res.Body), "<item>") || res.ETag != "" || res.LastModified != "" {
			t.Errorf("%s: partial %v, %d bytes, %q %q", path, res.Partial, len(res.Body), res.ETag, res.LastModified)
		}
	}
	fail(t, c, Request{URL: s.URL + "/nothing"}, KindTruncated)
}

// A compression that was not asked for is an error that names it. A plain body
// with a wrong header is accepted.
func TestUnrequestedEncoding(t *testing.T) {
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Accept-Encoding"); got != "gzip" {
			t.Errorf("Accept-Encoding is %q", got)
		}
		w.Header().Set("Content-Encoding", strings.TrimPrefix(r.URL.Path, "/"))
		if r.URL.Query().Has("packed") {
			w.Write([]byte("\x8b\x01\x80x\x03"))
			return
		}
		w.Write([]byte("<rss/>"))
	})
	c := client(t)
	if e := fail(t, c, Request{URL: s.URL + "/br?packed", Headers: map[string]string{"accept-encoding": "br"}}, KindEncoding); !strings.Contains(e.UserMessage(), "(the compression is br)") {
		t.Error(e.UserMessage())
	}
	for _, label := range []string{"utf-8", "gzip", "br", "deflate"} {
		if res := get(t, c, Request{URL: s.URL + "/" + label}); string(res.Body) != "<rss/>" {
			t.Errorf("body %q", res.Body)
		}
	}
}
