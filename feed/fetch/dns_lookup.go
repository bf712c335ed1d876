package fetch

import (
	"context"
	"net"
	"net/http/httptrace"
	"net/netip"
	"sync"
)

// maxLookups is the number of host names that are looked up at the same time.
// Each lookup is two DNS queries. The resolvers of many home routers and of
// Pi-hole refuse queries while they have 150 open (dns-forward-max of dnsmasq),
// so without this limit names would fail to resolve in the first refresh.
const maxLookups = 48

// lookupSlots limits the lookups at the same time.
type lookupSlots chan struct{}

// dialer returns a dial function that holds a slot until the name is resolved.
// Waiting for a slot counts against the request's timeout, not against the dial
// timeout.
func (l lookupSlots) dialer(d *net.Dialer) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if _, err := netip.ParseAddrPort(address); err == nil {
			return d.DialContext(ctx, network, address)
		}
		select {
		case l <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		end := sync.OnceFunc(func() { <-l })
		defer end()
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{DNSDone: func(httptrace.DNSDoneInfo) { end() }})
		return d.DialContext(ctx, network, address)
	}
}
