package fetch

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"dateline/feed"
)

// Only addresses of the internet are public, however they are written.
func TestIsPrivate(t *testing.T) {
	for ip, want := range map[string]bool{
		"127.0.0.1": true, "127.255.1.2": true, "10.1.2.3": true, "172.16.0.1": true, "192.168.1.1": true, "169.254.169.254": true,
		"100.64.0.1": true, "0.0.0.0": true, "0.1.2.3": true, "192.0.0.8": true, "198.18.0.1": true, "224.0.0.1": true, "255.255.255.255": true, "240.0.0.1": true,
		"::1": true, "::": true, "fe80::1%eth0": true, "fc00::1": true, "fd12::1": true, "ff02::1": true, "fec0::1": true,
		"::ffff:127.0.0.1": true, "::ffff:10.0.0.1": true, "::127.0.0.1": true, "64:ff9b::7f00:1": true, "64:ff9b::a00:1": true, "2002:c0a8:101::1": true,
		"64:ff9b:1::7f00:1": true, "64:ff9b:1:a00::1": true, "::ffff:0:127.0.0.1": true, "2001:0:4136:e378:8000:63bf:80ff:fffe": true, "2001:db8::1": true, "203.0.113.5": true,
		"2001:4860:4860::8888": false, "::ffff:0:93.184.216.34": false,
		"93.184.216.34": false, "172.32.0.1": false, "100.128.0.1": false, "2606:2800::1": false, "::ffff:93.184.216.34": false, "64:ff9b::5db8:d822": false,
	} {
		if got := isPrivate(netip.MustParseAddr(ip)); got != want {
			t.Errorf("%s: private %v", ip, got)
		}
	}
	for address, want := range map[string]bool{
		"http://192.168.1.5/feed": true, "http://nas.local/": true, "http://nas/": true, "http://localhost:80/": true, "http://[::1]/": true,
		"https://example.org/": false, "exec:feed": false, "": false,
	} {
		if got := InPrivateNetwork(address); got != want {
			t.Errorf("%s: private %v", address, got)
		}
	}
}

// publicConn is a connection to a server that seems to be on the internet.
type publicConn struct{ net.Conn }

func (publicConn) RemoteAddr() net.Addr {
	return &net.TCPAddr{IP: net.IPv4(93, 184, 216, 34), Port: 80}
}

// internet returns a client for which the host public.example is s, on the internet. The
// second time the name changing.example is asked for, it is a private address.
func internet(t *testing.T, s *httptest.Server) *Client {
	real := newTransport(defaultTimeouts(), nil)
	dial := real.DialContext
	changes := 0
	real.Proxy = nil
	real.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, _ := net.SplitHostPort(address)
		if host == "changing.example" {
			changes++
		}
		if host == "public.example" || host == "changing.example" && changes == 1 {
			conn, err := net.Dial("tcp", s.Listener.Addr().String())
			return publicConn{conn}, err
		}
		if host == "changing.example" {
			address = s.Listener.Addr().String()
		}
		return dial(ctx, network, address)
	}
	c := client(t)
	c.transports.standard = real
	return c
}

// A request that begins on the internet never reaches a private address: by a redirect, by
// a page that leads on, by a new address of a feed, or by a name that changes. A feed in a
// private network may lead there, and so may one whose option allows it.
func TestPrivateAddresses(t *testing.T) {
	reached := 0
	inside := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		reached++
		w.Write([]byte("<rss/>"))
	})
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, inside.URL, http.StatusFound)
		case "/twice":
			http.Redirect(w, r, "http://public.example/redirect", http.StatusFound)
		case "/localhost":
			http.Redirect(w, r, strings.Replace(inside.URL, "127.0.0.1", "localhost", 1), http.StatusFound)
		case "/mapped":
			http.Redirect(w, r, strings.Replace(inside.URL, "127.0.0.1", "[::ffff:127.0.0.1]", 1), http.StatusFound)
		case "/page":
			w.Write([]byte(`<html><head><meta http-equiv="refresh" content="0; url=` + inside.URL + `"></head></html>`))
		case "/back":
			w.Header().Set("Connection", "close")
			http.Redirect(w, r, "/inside", http.StatusFound)
		case "/inside":
			reached++
		default:
			w.Write([]byte("<rss/>"))
		}
	})
	for name, r := range map[string]Request{
		"redirect":        {URL: "http://public.example/redirect"},
		"two redirects":   {URL: "http://public.example/twice"},
		"by name":         {URL: "http://public.example/localhost"},
		"mapped":          {URL: "http://public.example/mapped"},
		"page":            {URL: "http://public.example/page"},
		"new address":     {URL: "http://public.example/", Moved: inside.URL},
		"changing name":   {URL: "http://changing.example/back"},
		"page of an item": {URL: inside.URL, PublicOnly: true},
		"named localhost": {URL: strings.Replace(inside.URL, "127.0.0.1", "localhost", 1), PublicOnly: true},
	} {
		e := fail(t, internet(t, s), r, KindPrivate)
		if m := e.UserMessage(); !strings.Contains(m, "private network") || !strings.Contains(m, "allow_private") {
			t.Errorf("%s: %s", name, m)
		}
	}
	if reached > 0 {
		t.Errorf("%d requests came through", reached)
	}
	for name, r := range map[string]Request{
		"a public feed":    {URL: "http://public.example/"},
		"a private feed":   {URL: s.URL + "/redirect"},
		"an allowed feed":  {URL: "http://public.example/redirect", Access: feed.Access{AllowPrivate: true}},
		"an allowed page":  {URL: inside.URL, PublicOnly: true, Access: feed.Access{AllowPrivate: true}},
		"by name, allowed": {URL: "http://public.example/localhost", Access: feed.Access{AllowPrivate: true}},
	} {
		res := get(t, internet(t, s), r)
		if want := name == "a public feed"; res.Public != want {
			t.Errorf("%s: public %v", name, res.Public)
		}
		res.Release()
	}
}
