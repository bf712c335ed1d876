package fetch

import (
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"

	"dateline/feed"
)

func anyName(*x509.Certificate) {}

// proxyServer is an HTTP proxy that records its requests and requires the
// password pw.
func proxyServer(t *testing.T, seen *[]string) string {
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		*seen = append(*seen, r.Method)
		if r.Header.Get("Proxy-Authorization") != "Basic bWU6cHc=" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		if r.Method != http.MethodConnect {
			r.RequestURI = ""
			r.Header.Del("Proxy-Authorization")
			res, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			defer res.Body.Close()
			io.Copy(w, res.Body)
			return
		}
		to, err := net.Dial("tcp", r.Host)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer to.Close()
		from, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer from.Close()
		fmt.Fprint(from, "HTTP/1.1 200 OK\r\n\r\n")
		go io.Copy(to, from)
		io.Copy(from, to)
	})
	return s.Listener.Addr().String()
}

// A feed's proxy receives all http and https requests of this feed and no
// others.
func TestProxy(t *testing.T) {
	hello := func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("hello")) }
	open := serve(t, "127.0.0.1", hello)
	closed, c := secure(t, certificate(t, anyName), hello)
	var seen []string
	proxy := proxyServer(t, &seen)
	through := func(url, userinfo string) Request {
		return Request{URL: url, Access: feed.Access{Proxy: "http://" + userinfo + "@" + proxy}}
	}
	for _, url := range []string{open.URL, closed.URL} {
		if res := get(t, c, through(url, "me:pw")); string(res.Body) != "hello" {
			t.Errorf("%s: body %q", url, res.Body)
		}
	}
	if fmt.Sprint(seen) != "[GET CONNECT]" {
		t.Errorf("the proxy saw %v", seen)
	}
	get(t, c, Request{URL: open.URL})
	get(t, c, Request{URL: open.URL, Access: feed.Access{Proxy: "none"}})
	if len(seen) != 2 {
		t.Errorf("other requests went through the proxy: %v", seen)
	}

	e := fail(t, c, through(closed.URL, "me:wr0ng"), KindProxy)
	checkMessage(t, e, "407", "proxy")
	noSecret(t, e, "wr0ng")
	e = fail(t, c, through(open.URL, "me:wr0ng"), KindStatus)
	checkMessage(t, e, "407", "proxy")
	noSecret(t, e, "wr0ng")

	down := listen(t)
	down.Close()
	for _, scheme := range []string{"http", "socks5"} {
		e = fail(t, c, Request{URL: open.URL, Access: feed.Access{Proxy: scheme + "://me:wr0ng@" + down.Addr().String()}}, KindProxy)
		checkMessage(t, e, "option proxy")
		noSecret(t, e, "wr0ng")
	}
	noSecret(t, fail(t, c, Request{URL: open.URL, Access: feed.Access{Proxy: "ftp://me:wr0ng@x/"}}, KindProxy), "wr0ng")
}

// With insecure, any certificate is accepted for the feed's own host, but not
// for other feeds and other hosts.
func TestInsecure(t *testing.T) {
	hello := func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("hello")) }
	other, _ := secure(t, certificate(t, anyName), hello)
	own, _ := secure(t, certificate(t, anyName), func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, other.URL, http.StatusFound)
			return
		}
		hello(w, r)
	})
	c := client(t)
	lenient := feed.Access{Insecure: true}
	if res := get(t, c, Request{URL: own.URL, Access: lenient}); string(res.Body) != "hello" {
		t.Errorf("body %q", res.Body)
	}
	checkMessage(t, fail(t, c, Request{URL: own.URL}, KindTLS), "insecure = true")
	fail(t, c, Request{URL: own.URL + "/away", Access: lenient}, KindTLS)
}

// The number of transports is limited.
func TestTransportLimit(t *testing.T) {
	c := client(t)
	for n := range 3 * maxTransports {
		if _, err := c.transports.get(routeOptions{proxy: fmt.Sprintf("http://proxy%d/", n)}); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.transports.others) != maxTransports || len(c.transports.used) != maxTransports {
		t.Errorf("%d pools, %d in use", len(c.transports.others), len(c.transports.used))
	}
}
