package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/feed/corpus"
)

// oneLine is an attack without what would end a header, a field of one line or
// a name that is handed to the system.
func oneLine(s string) string { return strings.NewReplacer("\n", "", "\r", "", "\x00", "").Replace(s) }

// header is an attack as the value of a header, of which net/http takes no
// other control characters than those beyond ASCII.
func header(field string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, corpus.HostileWhole(field))
}

// quiet are attacks that an address can be read with.
const quiet = "\u009b2J\u202e\u200b\u2028\u00ad\u3164\U000e0041\x9bOWNED"

// hostileServer answers with attacks in documents, pages and every header.
func hostileServer(t *testing.T) *httptest.Server {
	t.Helper()
	bad := func(field string) string { return oneLine(corpus.HostileWhole(field)) }
	n := corpus.HostileItems()
	edits := 0
	mux := http.NewServeMux()
	mux.HandleFunc("/rss", func(w http.ResponseWriter, r *http.Request) {
		edits++ // each time the publisher has edited what was there
		fmt.Fprint(w, strings.ReplaceAll(corpus.HostileRSS("http://"+r.Host, n), "</title><dc:creator>", fmt.Sprintf(" %d</title><dc:creator>", edits)))
	})
	mux.HandleFunc("/atom", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, corpus.HostileAtom("http://"+r.Host, n))
	})
	mux.HandleFunc("/json", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, corpus.HostileJSON("http://"+r.Host, n))
	})
	mux.HandleFunc("/announces", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		for i := range n {
			attack := strings.ReplaceAll(corpus.Hostile("announced", i), `"`, "")
			fmt.Fprintf(w, `<link rel="alternate" type="application/rss+xml" title="%s" href="/feed/%[1]s">`, attack)
			fmt.Fprintf(w, `<a href="/rss/%s" type="application/atom+xml">%[1]s</a>`, attack)
		}
	})
	mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, "<title>"+corpus.HostileWhole("page")+"</title>")
	})
	// What net/http would not send has to be written by hand.
	for path, answer := range map[string]string{
		"/status":    "503 " + bad("status") + "\r\nRetry-After: " + header("retry") + "\r\nContent-Length: 0\r\n\r\n",
		"/odd":       "299 " + bad("status") + "\r\nContent-Type: " + header("type") + "\r\nETag: " + header("etag") + "\r\nCache-Control: " + header("cache") + "\r\nConnection: close\r\n\r\n" + bad("body"),
		"/redirect":  "301 Moved\r\nLocation: /location" + quiet + "\r\nContent-Length: 0\r\n\r\n",
		"/elsewhere": "302 Found\r\nLocation: http://host" + quiet + ".invalid/\r\nContent-Length: 0\r\n\r\n",
		"/scheme":    "302 Found\r\nLocation: gopher://x/" + quiet + "\r\nContent-Length: 0\r\n\r\n",
		"/packed":    "200 OK\r\nContent-Encoding: " + header("packed") + "\r\nContent-Length: 3\r\n\r\nabc",
		"/login":     "401 No\r\nWWW-Authenticate: Basic realm=\"" + header("realm") + "\"\r\nContent-Length: 0\r\n\r\n",
		"/broken":    "200 OK\r\n" + bad("header") + "\r\n\r\n",
		"/number":    bad("number") + "\r\n\r\n",
		"/length":    "200 OK\r\nContent-Length: " + bad("length") + "\r\n\r\n",
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			_, _ = fmt.Fprint(conn, "HTTP/1.1 "+answer) // a client that has left is not what is tested
		})
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

// hostileTLS is a server whose certificate is in names that attack.
func hostileTLS(t *testing.T) *httptest.Server {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	names := pkix.Name{CommonName: strings.ToValidUTF8(corpus.Hostile("cn", 0), ""), Organization: []string{strings.ToValidUTF8(corpus.Hostile("org", 11), "")}}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: names, NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"\x1b[2J\x1b]0;OWNED\x07.example", "\x7f\b.example"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// hostileConfig names every hostile feed, with attacks in what a configuration
// names for itself.
func hostileConfig(t *testing.T, dir, server, tlsServer string) string {
	t.Helper()
	var b strings.Builder
	name := func(field string, n int) string {
		return quoteTOML(field + strings.ToValidUTF8(corpus.Hostile(field, n), ""))
	}
	script := filepath.Join(dir, "program")
	if err := os.WriteFile(script, []byte("#!/bin/sh\ncat \"$0.txt\" >&2\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(script+".txt", []byte(oneLine(corpus.HostileWhole("stderr"))), 0o600); err != nil {
		t.Fatal(err)
	}
	urls := []string{tlsServer, "exec:" + script, "file:" + dir + "/no such file", "http://nosuch.invalid/"}
	for _, path := range []string{"rss", "atom", "json", "page", "status", "odd", "redirect", "elsewhere", "scheme", "packed", "login", "broken", "number", "length"} {
		urls = append(urls, server+"/"+path)
	}
	for i, rule := range []string{"hide = true", "notify = true", "star = true"} {
		fmt.Fprintf(&b, "[[rules]]\nname = %s\nquery = %s\nlabels = [%s]\n%s\n", name(fmt.Sprint("rule", i), i), quoteTOML([]string{"title:31mtitle", "author:author", "is:unread"}[i]), name("label", i+3), rule)
	}
	for i := range 6 {
		fmt.Fprintf(&b, "[[queries]]\nname = %s\nquery = %s\n", name(fmt.Sprint("query", i), i), quoteTOML(`"`+strings.NewReplacer(`"`, "", `\`, "").Replace(strings.ToValidUTF8(corpus.Hostile("term", i), ""))+`" or is:unread`))
	}
	for i, url := range urls {
		fmt.Fprintf(&b, "[[feeds]]\nurl = %s\n", quoteTOML(url))
		if i%2 == 0 {
			fmt.Fprintf(&b, "name = %s\ntags = [%s, %s]\n", name(fmt.Sprint("name", i), i), name("tag", i), name("second", i+1))
		}
	}
	return "notify_command = [\"false\"]\n" + b.String()
}

// hostileOPML is a list of another reader; written gives each attack its shape.
func hostileOPML(server string, written func(string) string) string {
	var b strings.Builder
	b.WriteString("<opml version=\"2.0\"><head><title>" + written(corpus.Hostile("opmltitle", 0)) + "</title></head><body>")
	for i := range corpus.HostileItems() {
		bad := written(corpus.Hostile("opml", i))
		fmt.Fprintf(&b, `<outline text="folder%s"><outline type="rss" text="%[1]s" title="title%[1]s" xmlUrl="%[2]s/opml%[3]d/%[1]s" htmlUrl="%[2]s/%[1]s" category="/a%[1]s/b,c%[1]s"/></outline>`, bad, server, i)
	}
	return b.String() + "</body></opml>"
}
