package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// route is a way to a server that differs from everybody's.
type route struct {
	// proxy is as in [feed.Access].
	proxy string
	// insecure is the host whose certificate may be anything; empty for none.
	insecure string
}

// maxRoutes is how many ways besides the usual one are kept open.
const maxRoutes = 32

// routes are the pools of connections, one for each route: a connection that
// was made without checking who answers must not serve a feed that wants that
// checked.
type routes struct {
	usual http.RoundTripper

	mu sync.Mutex
	// others are the special ones; used has their routes, the last one last.
	others map[route]*http.Transport
	used   []route
}

// to is the transport for a route.
func (rs *routes) to(r route) (http.RoundTripper, error) {
	usual, own := rs.usual.(*http.Transport)
	if r == (route{}) || !own {
		return rs.usual, nil
	}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.used = append(slices.DeleteFunc(rs.used, func(o route) bool { return o == r }), r)
	if t := rs.others[r]; t != nil {
		return t, nil
	}
	t := usual.Clone()
	if err := r.shape(t); err != nil {
		rs.used = rs.used[:len(rs.used)-1]
		return nil, err
	}
	rs.others[r] = t
	if len(rs.used) > maxRoutes {
		rs.others[rs.used[0]].CloseIdleConnections()
		delete(rs.others, rs.used[0])
		rs.used = rs.used[1:]
	}
	return t, nil
}

func (rs *routes) closeIdle() {
	(&http.Client{Transport: rs.usual}).CloseIdleConnections()
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for _, t := range rs.others {
		t.CloseIdleConnections()
	}
}

// shape makes t go this way.
func (r route) shape(t *http.Transport) error {
	switch r.proxy {
	case "":
	case "none":
		t.Proxy = nil
	default:
		u, err := parseProxy(r.proxy)
		if err != nil {
			return &Error{Kind: KindProxy, Err: err}
		}
		t.Proxy = http.ProxyURL(u)
	}
	if r.insecure != "" {
		// Who is not the feed's own host, such as the proxy, is checked as ever.
		roots := t.TLSClientConfig.RootCAs
		t.TLSClientConfig.InsecureSkipVerify = true
		t.TLSClientConfig.VerifyConnection = func(s tls.ConnectionState) error {
			if s.ServerName == "" || strings.EqualFold(s.ServerName, r.insecure) {
				return nil
			}
			return verify(s, roots)
		}
	}
	return nil
}

// verify does what crypto/tls leaves out with InsecureSkipVerify.
func verify(s tls.ConnectionState, roots *x509.CertPool) error {
	o := x509.VerifyOptions{DNSName: s.ServerName, Roots: roots, Intermediates: x509.NewCertPool()}
	for _, c := range s.PeerCertificates[1:] {
		o.Intermediates.AddCert(c)
	}
	_, err := s.PeerCertificates[0].Verify(o)
	return err
}

// proxyAnswered tells of a proxy that will not make a connection.
func proxyAnswered(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode == http.StatusOK {
		return nil
	}
	return &Error{Kind: KindProxy, Err: fmt.Errorf("it says %s", statusText(res.StatusCode))}
}

var errBadProxy = errors.New(`must be "http://…", "https://…" or "socks5://…" with a host, or "none"`)

// CheckProxy says what keeps a [feed.Access] proxy from being used; nil when
// nothing does. The error does not repeat the address, which may have a password
// in it.
func CheckProxy(proxy string) error {
	if proxy == "" || proxy == "none" {
		return nil
	}
	_, err := parseProxy(proxy)
	return err
}

func parseProxy(proxy string) (*url.URL, error) {
	u, err := url.Parse(proxy)
	if err != nil || u.Hostname() == "" {
		return nil, errBadProxy
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
		return u, nil
	}
	return nil, errBadProxy
}
