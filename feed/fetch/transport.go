package fetch

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// phases bounds the steps of a request, so that a host that swallows packets
// is given up sooner than a feed that is merely slow to make: that one may be
// given a longer timeout in its settings, and header is where this ends.
type phases struct {
	dial, handshake, header time.Duration
}

// defaultPhases returns the bounds of the real transport.
func defaultPhases() phases {
	return phases{dial: 10 * time.Second, handshake: 10 * time.Second, header: time.Minute}
}

// newTransport makes the pool of connections. Compression is left to net/http,
// which asks for gzip and decodes it; [net.Dialer] tries IPv6 and IPv4 side by
// side (RFC 8305). A nil resolver is the system's.
func newTransport(p phases, names *net.Resolver) *http.Transport {
	dialer := &net.Dialer{Timeout: p.dial, KeepAlive: 30 * time.Second, Resolver: names}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: proxyAnswered,
		DialContext:            make(lookups, mostLookups).dialer(dialer),
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
