package fetch

import (
	"context"
	"net"
	"net/http/httptrace"
	"net/netip"
	"sync"
)

// maxLookups is how many names are looked up at one time. Each is two
// questions, and the resolvers of many home routers and of Pi-hole refuse what
// comes while they have 150 open (dnsmasq's dns-forward-max): the names of a
// first round would be unknown for that alone.
const maxLookups = 48

// lookupSlots are turns at the resolver.
type lookupSlots chan struct{}

// dialer gives each dial with d a turn until its name is looked up. The wait
// for it counts against the request, not against the dial.
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
