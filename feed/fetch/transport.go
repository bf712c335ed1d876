package fetch

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// phaseTimeouts bounds the steps of a request, so that a host that swallows packets
// is given up sooner than a feed that is merely slow to make: that one may be
// given a longer timeout in its settings, and header is where this ends.
type phaseTimeouts struct {
	dial, handshake, header time.Duration
}

// defaultTimeouts returns the bounds of the real transport.
func defaultTimeouts() phaseTimeouts {
	return phaseTimeouts{dial: 10 * time.Second, handshake: 10 * time.Second, header: time.Minute}
}

// newTransport makes the pool of connections. Compression is left to net/http,
// which asks for gzip and decodes it; [net.Dialer] tries IPv6 and IPv4 side by
// side (RFC 8305). A nil resolver is the system's.
func newTransport(p phaseTimeouts, names *net.Resolver) *http.Transport {
	dialer := &net.Dialer{Timeout: p.dial, KeepAlive: 30 * time.Second, Resolver: names}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: checkProxyResponse,
		DialContext:            make(lookupSlots, maxLookups).dialer(dialer),
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    p.handshake,
		ResponseHeaderTimeout:  p.header,
		MaxResponseHeaderBytes: 256 << 10,
		// A round visits hundreds of hosts, most of them once: a few
		// connections for each host are worth keeping until its next feed.
		MaxIdleConns:        256,
		MaxIdleConnsPerHost: 4,
		IdleConnTimeout:     30 * time.Second,
	}
}

// routeOptions is a way to a server that differs from everybody's.
type routeOptions struct {
	// proxy is as in [feed.Access].
	proxy string
	// insecure is the host whose certificate may be anything; empty for none.
	insecure string
}

// maxTransports is how many ways besides the usual one are kept open.
const maxTransports = 32

// transports are the pools of connections, one for each route: a connection that
// was made without checking who answers must not serve a feed that wants that
// checked.
type transports struct {
	standard http.RoundTripper

	mu sync.Mutex
	// others are the special ones; used has their routes, the last one last.
	others map[routeOptions]*http.Transport
	used   []routeOptions
}

// get is the transport for a route.
func (rs *transports) get(r routeOptions) (http.RoundTripper, error) {
	usual, own := rs.standard.(*http.Transport)
	if r == (routeOptions{}) || !own {
		return rs.standard, nil
	}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.used = append(slices.DeleteFunc(rs.used, func(o routeOptions) bool { return o == r }), r)
	if t := rs.others[r]; t != nil {
		return t, nil
	}
	t := usual.Clone()
	if err := r.apply(t); err != nil {
		rs.used = rs.used[:len(rs.used)-1]
		return nil, err
	}
	rs.others[r] = t
	if len(rs.used) > maxTransports {
		rs.others[rs.used[0]].CloseIdleConnections()
		delete(rs.others, rs.used[0])
		rs.used = rs.used[1:]
	}
	return t, nil
}

func (rs *transports) closeIdle() {
	(&http.Client{Transport: rs.standard}).CloseIdleConnections()
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for _, t := range rs.others {
		t.CloseIdleConnections()
	}
}

// apply makes t go this way.
func (r routeOptions) apply(t *http.Transport) error {
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
			return verifyCertificate(s, roots)
		}
	}
	return nil
}

// verifyCertificate does what crypto/tls leaves out with InsecureSkipVerify.
func verifyCertificate(s tls.ConnectionState, roots *x509.CertPool) error {
	o := x509.VerifyOptions{DNSName: s.ServerName, Roots: roots, Intermediates: x509.NewCertPool()}
	for _, c := range s.PeerCertificates[1:] {
		o.Intermediates.AddCert(c)
	}
	_, err := s.PeerCertificates[0].Verify(o)
	return err
}
