package fetch

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
)

// Servers on the internet must not make dateline ask what only this computer and its
// network reach: a router, a printer, a service of a cloud. A request that begins at a
// public address leads to public addresses only. The check is made where a connection
// is opened, so that a name that has another address the next time is no way around it.

// privateRanges are the addresses besides those that [netip.Addr] knows as private:
// networks of providers, of protocols, of tests and of documents, local translators
// (RFC 8215), tunnels (RFC 4380), and the reserved ones (RFC 6890).
var privateRanges = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("fec0::/10"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/32"), netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("3fff::/20"), netip.MustParsePrefix("5f00::/16"),
}

// embeddedRanges are IPv6 addresses that contain an IPv4 address, and where: NAT64 (RFC
// 6052), 6to4 (RFC 3056), translated ones (RFC 2765) and the deprecated IPv4-compatible
// ones (RFC 4291).
var embeddedRanges = []struct {
	prefix netip.Prefix
	at     int
}{{netip.MustParsePrefix("64:ff9b::/96"), 12}, {netip.MustParsePrefix("2002::/16"), 2}, {netip.MustParsePrefix("::ffff:0:0:0/96"), 12}, {netip.MustParsePrefix("::/96"), 12}}

// isPrivate reports whether an address is not on the internet: loopback, link-local,
// private, multicast or reserved.
func isPrivate(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return true
	}
	for _, r := range privateRanges {
		if r.Contains(ip) {
			return true
		}
	}
	for _, r := range embeddedRanges {
		if b := ip.As16(); ip.Is6() && r.prefix.Contains(ip) && isPrivate(netip.AddrFrom4([4]byte(b[r.at:r.at+4]))) {
			return true
		}
	}
	return false
}

// isPrivateHost reports whether a host name or address can only be in this computer's
// network.
func isPrivateHost(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return isPrivate(ip)
	}
	return !publicHost(host)
}

// InPrivateNetwork reports whether an address names a host that can only be in this
// computer's network, such as 192.168.1.5 or nas.local.
func InPrivateNetwork(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Hostname() != "" && isPrivateHost(u.Hostname())
}

// publicOnly is the key of the context value that makes [checkDial] refuse private
// addresses.
type publicOnly struct{}

// checkDial is called before a connection to an address is made.
func checkDial(ctx context.Context, _, address string, _ syscall.RawConn) error {
	if ctx.Value(publicOnly{}) == nil {
		return nil
	}
	at, err := netip.ParseAddrPort(address)
	if err != nil || isPrivate(at.Addr()) {
		return errPrivate(at.Addr().String())
	}
	return nil
}

// errPrivate returns the error for an address or a host that must not be reached.
func errPrivate(host string) error {
	return &Error{Kind: KindPrivate, Err: fmt.Errorf("%s", host)}
}

// publicDialer returns a dial function that reaches public addresses only.
func publicDialer(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		return dial(context.WithValue(ctx, publicOnly{}, true), network, address)
	}
}

// guard decides which addresses a request may reach.
type guard struct {
	// free is set if it may reach every address.
	free bool
	// public is set if it may reach public addresses only.
	public bool
}

// newGuard returns the guard of a request for first that begins at at. Where the
// request begins the user decides: with the address of the feed, or of a page of a
// feed in a private network.
func newGuard(r Request, first, at *url.URL) guard {
	switch {
	case r.Access.AllowPrivate:
		return guard{free: true}
	case r.PublicOnly:
		return guard{public: true}
	case isPrivateHost(first.Hostname()):
		return guard{free: true}
	case !strings.EqualFold(first.Hostname(), at.Hostname()):
		return guard{public: true}
	}
	return guard{}
}

// route sets the options of the transport for req, and returns req so that the guard
// learns where the first one leads. A proxy opens the connections itself, so then only
// the names are checked.
func (g *guard) route(req *http.Request, proxied bool, options *routeOptions) (*http.Request, error) {
	switch {
	case g.free:
		return req, nil
	case g.public && proxied:
		if host := req.URL.Hostname(); isPrivateHost(host) {
			return nil, errPrivate(host)
		}
		return req, nil
	case g.public:
		options.publicOnly = true
		return req, nil
	}
	return req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) {
		at, err := netip.ParseAddrPort(c.Conn.RemoteAddr().String())
		private := err == nil && isPrivate(at.Addr()) && !proxied
		g.free, g.public = private, !private
	}})), nil
}
