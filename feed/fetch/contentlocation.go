package fetch

import (
	"net/netip"
	"net/url"
	"strings"
)

// contentLocation resolves the Content-Location header against the address that
// answered (RFC 2616 section 14.14). RFC 7231 took its force as a base away, for
// many servers name their own back end in it; such a host is not believed.
func contentLocation(header string, at *url.URL) string {
	header = strings.TrimSpace(header)
	if header == "" {
		return ""
	}
	ref, err := url.Parse(header)
	if err != nil {
		return ""
	}
	u := at.ResolveReference(ref)
	if u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	if host := u.Hostname(); !strings.EqualFold(host, at.Hostname()) && !publicHost(host) {
		return ""
	}
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	return u.String()
}

// publicHost says that a host can mean the same to a reader as to the server
// that names it.
func publicHost(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsGlobalUnicast() && !ip.IsPrivate()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	_, domain, dotted := strings.Cut(host, ".")
	if !dotted {
		return false
	}
	domain = domain[strings.LastIndexByte(domain, '.')+1:]
	return domain != "localhost" && domain != "local" && domain != "internal"
}
