package poll

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	okHead   = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
	closeRSS = okHead + "Connection: close\r\n\r\n"
)

// statusEndpoints respond with statuses other than success.
func statusEndpoints() []endpoint {
	var list []endpoint
	for _, code := range []int{300, 304, 305, 400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 418, 421, 425, 429, 451,
		500, 501, 502, 503, 504, 507, 508, 511, 520, 599, 999} {
		list = append(list, endpoint{name: fmt.Sprintf("status %d", code), serve: respond(code), fails: strconv.Itoa(code)})
	}
	for _, wait := range []string{"99999999999999999999999", "-5", "yesterday", "Fri, 31 Dec 9999 23:59:59 GMT", "1e9", "\u0663"} {
		list = append(list, endpoint{name: "429, Retry-After " + wait, serve: respond(429, "Retry-After", wait), fails: "429"})
	}
	return append(list,
		endpoint{name: "204 without content", serve: respond(204), fails: "empty response"},
		endpoint{name: "203 from a proxy", serve: respond(203), items: 2},
		endpoint{name: "206 unasked", serve: respond(206), items: 2},
		endpoint{name: "103 before the answer", serve: raw("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"+closeRSS+rss("Hints", 2), nil), items: 2},
		endpoint{name: "401 with a strange challenge", serve: respond(401, "Www-Authenticate", "Digest realm=\"\\\", qop=\"auth-conf\", algorithm=NONSENSE"), fails: "401"},
		endpoint{name: "401 with a huge challenge", serve: respond(401, "Www-Authenticate", "Digest "+strings.Repeat(`realm="x",`, 3000)), fails: "401"},
	)
}

// redirectEndpoints redirect to other addresses or to none.
func redirectEndpoints() []endpoint {
	// chain redirects n times.
	chain := func(n int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			step, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/step/"))
			if step >= n {
				io.WriteString(w, rss("End", 2))
				return
			}
			http.Redirect(w, r, fmt.Sprintf("/step/%d", step+1), http.StatusFound)
		}
	}
	list := []endpoint{
		{name: "redirect to itself", serve: redirectTo(301, "/feed"), fails: "in a loop"},
		{name: "redirect to a fragment of itself", serve: redirectTo(302, "/feed#x"), fails: "in a loop"},
		{name: "redirect in threes", serve: func(w http.ResponseWriter, r *http.Request) {
			next := map[string]string{"/feed": "/b", "/b": "/c", "/c": "/feed"}[r.URL.Path]
			http.Redirect(w, r, next, http.StatusMovedPermanently)
		}, fails: "in a loop"},
		{name: "redirect without end", serve: chain(1 << 30), fails: "too often"},
		{name: "redirect five times", serve: chain(5), items: 2},
		{name: "redirect to a good feed", serve: redirectTo(308, "good"), items: 2},
		{name: "redirect with blanks", serve: redirectTo(302, "  /good  "), items: 2},
		{name: "redirect that names nothing", serve: redirectTo(301, ""), fails: "301"},
		{name: "redirect to nonsense", serve: redirectTo(302, "http://[::1"), fails: "invalid address"},
		{name: "redirect to a closed port", serve: redirectTo(302, "http://127.0.0.1:1/"), fails: "127.0.0.1:1"},
		{name: "redirect to port 99999", serve: redirectTo(302, "http://127.0.0.1:99999/"), fails: ": "},
		{name: "redirect to TLS that is none", serve: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://"+r.Host+"/", http.StatusMovedPermanently)
		}, fails: "https"},
		{name: "redirect of 64 KB", serve: redirectTo(302, "/"+strings.Repeat("long", 16<<10)+"?x"), fails: ": "},
		{name: "redirect by meta refresh", serve: body("text/html", `<html><meta http-equiv=refresh content="0; url=/good">`), fails: "web page"},
		{name: "redirect with a body without end", serve: raw("HTTP/1.1 302 Found\r\nLocation: /feed2\r\n\r\n", repeat(strings.Repeat("x", 4096), 0)), fails: ": "},
	}
	for _, scheme := range []string{"file:///etc/passwd", "exec:echo x", "builtin:guide", "ftp://127.0.0.1/x", "javascript:alert(1)",
		"data:text/xml,<rss/>", "gopher://127.0.0.1/", "mailto:a@example.org", "feed:x", "://"} {
		list = append(list, endpoint{name: "redirect to " + scheme, serve: redirectTo(301, scheme), fails: ": "})
	}
	return list
}

// redirectTo redirects to location and serves a good feed at /good.
func redirectTo(code int, location string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/good" {
			io.WriteString(w, rss("Good", 2))
			return
		}
		w.Header()["Location"] = []string{location}
		w.WriteHeader(code)
	}
}

// locationEndpoints redirect to invalid or dangerous addresses.
func locationEndpoints() []endpoint {
	var list []endpoint
	for name, location := range map[string]string{
		"escape sequences":                   "http://\x1b[2J\x1b]52;c;x\x07/",
		"escape sequences in percent":        "http://%1b%5b2J.example/",
		"a path of escape sequences":         "http://127.0.0.1:1/%1b%5b2J\x1b[2J",
		"no host":                            "http:///feed",
		"a host of 300 letters":              "http://" + strings.Repeat("a", 300) + ".invalid/",
		"a password":                         "http://ann:word@127.0.0.1:1/",
		"text that runs backwards":           "http://127.0.0.1:1/\u202eelpmaxe",
		"two slashes":                        "//",
		"backslashes":                        `\\127.0.0.1:1\x`,
		"a host of blanks":                   "http:// /",
		"a port of letters":                  "http://127.0.0.1:http/",
		"a percent sign":                     "%",
		"another header behind a line break": "/good\r\nX-More: 1",
	} {
		list = append(list, endpoint{name: "redirect to " + name, serve: redirectTo(302, location), fails: ": "})
	}
	return list
}

// connectionEndpoints break the connection or the protocol in each phase.
func connectionEndpoints() []endpoint {
	whole := rss("Whole", 2)
	return []endpoint{
		{name: "closes at once", serve: raw("", nil), fails: "without a response"},
		{name: "resets at once", serve: raw("", reset), fails: "without a response"},
		{name: "closes in the status line", serve: raw("HTTP/1.1 20", nil), fails: ": "},
		{name: "resets in the headers", serve: raw(okHead, reset), fails: ": "},
		{name: "closes after the headers", serve: raw(okHead+"Content-Length: 1000\r\n\r\n", nil), fails: "closed the connection"},
		{name: "resets after the headers", serve: raw(okHead+"Content-Length: 1000\r\n\r\n", reset), fails: ": "},
		{name: "closes in the body", serve: raw(okHead+"Content-Length: 100000\r\n\r\n"+whole[:len(whole)-40], nil), items: 1},
		{name: "closes in a chunk", serve: raw(okHead+"Transfer-Encoding: chunked\r\n\r\nFFFF\r\n"+whole, nil), items: 2},
		{name: "never answers", serve: raw("", hang), fails: "too long"},
		{name: "stops after the headers", serve: raw(okHead+"Content-Length: 1000\r\n\r\n", hang), fails: "too long"},
		{name: "stops in the body", serve: raw(okHead+"Content-Length: 100000\r\n\r\n"+whole, hang), fails: "too long"},
		{name: "trickles its headers", serve: raw(okHead, repeat("X-More: 1\r\n", 10*time.Millisecond)), fails: "too long"},
		{name: "trickles its body", serve: raw(closeRSS, repeat(" ", 10*time.Millisecond)), fails: "too long"},
		{name: "trickles items", serve: raw(closeRSS+"<rss><channel>", repeat("<item><title>x</title></item>", 10*time.Millisecond)), fails: "too long"},
		{name: "headers without end", serve: raw(okHead, repeat("X-More: "+strings.Repeat("x", 1000)+"\r\n", 0)), fails: ": "},
		{name: "one header without end", serve: raw(okHead+"X-Long: ", repeat(strings.Repeat("x", 4096), 0)), fails: ": "},
		{name: "status line without end", serve: raw("HTTP/1.1 200 ", repeat(strings.Repeat("O", 4096), 0)), fails: ": "},
		{name: "100 Continue without end", serve: raw("", repeat("HTTP/1.1 100 Continue\r\n\r\n", 0)), fails: ": "},
		{name: "body without end", serve: raw(closeRSS, repeat(strings.Repeat("x", 64<<10), 0)), fails: "too large"},
		{name: "items without end", serve: raw(closeRSS+"<rss><channel>", repeat(strings.Repeat("<item><title>x</title></item>", 1000), 0)), items: 1},
		{name: "chunks without end", serve: raw(okHead+"Transfer-Encoding: chunked\r\n\r\n", repeat("1\r\nx\r\n", 0)), fails: ": "},
		{name: "chunk extension without end", serve: raw(okHead+"Transfer-Encoding: chunked\r\n\r\n1;", repeat(strings.Repeat("x", 4096), 0)), fails: ": "},
		{name: "chunk of no size", serve: raw(okHead+"Transfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n", nil), fails: ": "},
		{name: "chunk of all memory", serve: raw(okHead+"Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n"+whole, nil), items: 2},
		{name: "length below zero", serve: raw(okHead+"Content-Length: -1\r\n\r\n"+whole, nil), fails: ": "},
		{name: "length of 10 TB", serve: raw(okHead+"Content-Length: 10000000000000\r\n\r\n"+whole, nil), items: 2},
		{name: "length beyond numbers", serve: raw(okHead+"Content-Length: 99999999999999999999999\r\n\r\n"+whole, nil), fails: ": "},
		{name: "length too short", serve: raw(okHead+"Connection: close\r\nContent-Length: "+strconv.Itoa(len(whole)-60)+"\r\n\r\n"+whole, nil), items: 1},
		{name: "two lengths", serve: raw(okHead+"Content-Length: 5\r\nContent-Length: 900\r\n\r\n"+whole, nil), fails: ": "},
		{name: "transfer coding unknown", serve: raw(okHead+"Transfer-Encoding: rot13\r\n\r\n"+whole, nil), fails: ": "},
		{name: "not HTTP", serve: raw("SSH-2.0-OpenSSH_9.9\r\n", hang), fails: ": "},
		{name: "HTTP/0.9", serve: raw(whole, nil), fails: ": "},
		{name: "HTTP/7.0", serve: raw("HTTP/7.0 200 OK\r\n\r\n"+whole, nil), items: 2},
		{name: "header without colon", serve: raw(okHead+"nonsense\r\n\r\n"+whole, nil), fails: ": "},
		{name: "escape sequences for a status", serve: raw("HTTP/1.1 404 \x1b[2J\x1b]0;x\x07\r\nConnection: close\r\n\r\n", nil), fails: "404"},
		{name: "escape sequences for a protocol", serve: raw("\x1b[2J\x1b]52;c;x\x07 \u202e\r\n\r\n", nil), fails: ": "},
	}
}

// headerEndpoints serve a good feed with wrong headers.
func headerEndpoints() []endpoint {
	list := []endpoint{
		{name: "an ETag of 64 KB", serve: header("Etag", `"`+strings.Repeat("e", 64<<10)+`"`), items: 2},
		{name: "an ETag of controls", serve: header("Etag", "\"\x1b[2J\""), fails: "malformed"},
		{name: "an ETag of a DEL", serve: header("Etag", "\"\x7f\""), fails: "malformed"},
		{name: "an ETag of bytes", serve: header("Etag", "\"\xff\x80\xc2\""), items: 2},
		{name: "an ETag without quotes", serve: header("Etag", "W/ , *"), items: 2},
		{name: "three ETags", serve: header("Etag", `"a"`, "Etag", "", "Etag", `"b"`), items: 2},
		{name: "a Date of controls", serve: header("Date", "\x1b[2J"), fails: "malformed"},
		{name: "a Date to come", serve: header("Date", "Fri, 31 Dec 9999 23:59:59 GMT", "Expires", "Sat, 01 Jan 0000 00:00:00 GMT"), items: 2},
		{name: "a Date long past", serve: header("Date", "Thu, 01 Jan 1970 00:00:00 GMT", "Expires", "Fri, 31 Dec 9999 23:59:59 GMT"), items: 2},
		{name: "an Age beyond numbers", serve: header("Age", "99999999999999999999", "Cache-Control", "max-age=60"), items: 2},
		{name: "a Cache-Control of 64 KB", serve: header("Cache-Control", strings.Repeat("max-age=,", 7<<10)), items: 2},
		{name: "a Cache-Control of quotes", serve: header("Cache-Control", `max-age="""9", no-store="`), items: 2},
		{name: "a Content-Disposition of a way up", serve: header("Content-Disposition", `attachment; filename="../../.profile"`), items: 2},
		{name: "a Refresh", serve: header("Refresh", "0; url=file:///etc/passwd"), items: 2},
		{name: "a Last-Modified of 64 KB", serve: header("Last-Modified", strings.Repeat("Mon, ", 13<<10)), items: 2},
		{name: "a Last-Modified to come", serve: header("Last-Modified", "Fri, 31 Dec 9999 23:59:59 GMT"), items: 2},
		{name: "fresh for ever", serve: header("Cache-Control", "max-age=99999999999999999999"), items: 2},
		{name: "fresh for minus a second", serve: header("Cache-Control", "max-age=-1, ,=,;"), items: 2},
		{name: "expires never", serve: header("Expires", "Fri, 31 Dec 9999 23:59:59 GMT"), items: 2},
		{name: "expires at nonsense", serve: header("Expires", "-1", "Date", "today", "Age", "x"), items: 2},
		{name: "a Retry-After on success", serve: header("Retry-After", "99999999999"), items: 2},
		{name: "a Content-Location elsewhere", serve: header("Content-Location", "file:///etc/passwd"), items: 2},
	}
	for _, kind := range []string{"text/html", "image/png", "application/json", "application/x-msdownload", "nonsense", "/", "text/xml; charset",
		"text/xml; charset=\"", "multipart/mixed; boundary=x", "text/xml, text/html", "text/xml;charset=" + strings.Repeat("x", 9000)} {
		list = append(list, endpoint{name: fmt.Sprintf("type %.40q", kind), serve: header("Content-Type", kind), items: 2})
	}
	return append(list, endpoint{name: "10,000 cookies", serve: func(w http.ResponseWriter, r *http.Request) {
		for i := range 10_000 {
			w.Header().Add("Set-Cookie", fmt.Sprintf("c%d=%d", i, i))
		}
		io.WriteString(w, rss("Cookies", 2))
	}, items: 2})
}
