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

// phaseTimeouts limits the phases of a request. So a host that drops packets
// fails sooner than a feed that is slow to generate. header is the wait for the
// response's headers: a longer timeout in a feed's settings does not extend it.
type phaseTimeouts struct {
	dial, handshake, header time.Duration
}

// defaultTimeouts returns the limits that the program uses. Tests use shorter
// ones.
func defaultTimeouts() phaseTimeouts {
	return phaseTimeouts{dial: 10 * time.Second, handshake: 10 * time.Second, header: time.Minute}
}

// newTransport returns a pool of connections.
// [net.Dialer] tries IPv6 and IPv4 at the same time (RFC 8305). If
// resolver is nil, the system's is used.
func newTransport(p phaseTimeouts, resolver *net.Resolver) *http.Transport {
	dialer := &net.Dialer{Timeout: p.dial, KeepAlive: 30 * time.Second, Resolver: resolver, ControlContext: checkDial}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: checkProxyResponse,
		DialContext:            make(lookupSlots, maxLookups).dialer(dialer),
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    p.handshake,
		ResponseHeaderTimeout:  p.header,
		MaxResponseHeaderBytes: 256 << 10,
		// A refresh requests feeds from hundreds of hosts, from most of them one. A
		// few idle connections for each host serve the host's next feed.
		MaxIdleConns:        256,
		MaxIdleConnsPerHost: 4,
		IdleConnTimeout:     30 * time.Second,
	}
}

// routeOptions holds what makes the connections of a feed differ from the
// standard ones. The zero value is the standard.
type routeOptions struct {
	// proxy is as in [feed.Access].
	proxy string
	// insecure is the host whose certificate is not checked. Empty if none.
	insecure string
	// publicOnly is set if connections lead to public addresses only. Such a
	// transport has connections of its own, so that none is used again that leads
	// elsewhere.
	publicOnly bool
}

// maxTransports is the number of transports that are kept besides the standard
// one.
const maxTransports = 32

// transports holds one pool of connections for each set of options. A
// connection whose certificate was not checked must never serve a feed that
// wants the check.
type transports struct {
	standard http.RoundTripper

	mu sync.Mutex
	// others holds the transports with options. used holds their options, the
	// most recently used last.
	others map[routeOptions]*http.Transport
	used   []routeOptions
}

// get returns the transport for the options. It drops the least recently used
// one if there are too many.
func (rs *transports) get(r routeOptions) (http.RoundTripper, error) {
	standard, isOwn := rs.standard.(*http.Transport)
	if r == (routeOptions{}) || !isOwn {
		return rs.standard, nil
	}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.used = append(slices.DeleteFunc(rs.used, func(o routeOptions) bool { return o == r }), r)
	if t := rs.others[r]; t != nil {
		return t, nil
	}
	t := standard.Clone()
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

// isProxied reports whether a request with the options goes through a proxy.
func (rs *transports) isProxied(r routeOptions, req *http.Request) bool {
	standard, isOwn := rs.standard.(*http.Transport)
	switch {
	case !isOwn || r.proxy == "none":
		return false
	case r.proxy != "":
		return true
	case standard.Proxy == nil:
		return false
	}
	proxy, err := standard.Proxy(req)
	return err != nil || proxy != nil
}

// closeIdle closes the idle connections of all transports.
func (rs *transports) closeIdle() {
	(&http.Client{Transport: rs.standard}).CloseIdleConnections()
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for _, t := range rs.others {
		t.CloseIdleConnections()
	}
}

// apply sets the options on t.
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
	if r.publicOnly {
		t.DialContext = publicDialer(t.DialContext)
	}
	if r.insecure != "" {
		// Other hosts, such as the proxy, are checked as usual.
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

// verifyCertificate makes the check that crypto/tls omits with
// InsecureSkipVerify.
func verifyCertificate(s tls.ConnectionState, roots *x509.CertPool) error {
	o := x509.VerifyOptions{DNSName: s.ServerName, Roots: roots, Intermediates: x509.NewCertPool()}
	for _, c := range s.PeerCertificates[1:] {
		o.Intermediates.AddCert(c)
	}
	_, err := s.PeerCertificates[0].Verify(o)
	return err
}
